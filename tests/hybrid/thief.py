"""What somebody tries who has stolen the cache's disk and everything else that the server has.

They have every byte of Valkey's folder (snapshot and append-only file, so what was overwritten since as well), every
secret of the environment, all source code (this file uses it), and whatever of ids, names and tokens they could learn
elsewhere. By hand, from the folder of the repository:

    python -m tests.hybrid.thief FOLDER --environment FILE [--item ID]... [--token TOKEN]... [--cookie FILE]
"""

import argparse
import base64
import hashlib
import hmac
import itertools
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keepless.adapters.sealing.copies import VERSION, padded_length
from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.gcm import joined
from keepless.adapters.sealing.keyring import KEY_BYTES, Keyring
from keepless.errors import SealBroken
from keepless.services.vault import Vault, decode
from keepless.web.session import PURPOSE

PURPOSES = ("cache", "session", "arrival", "link", "trends", "readiness", "rows", "live", "live-long", "board")
_HEAD, _NONCE, _BLOCK, _TAG = len(VERSION) + 4, 12, 16, 16
_BEGINS = re.compile(rb"[\x90-\x9f]\x01|\xdc\x00.\x01", re.DOTALL)
_EMAIL = re.compile(rb"[A-Za-z0-9._%+-]{4,40}@[A-Za-z0-9-]{3,40}\.[a-z]{2,6}")
_BULK = re.compile(rb"\$(\d{1,9})\r\n")


@dataclass(frozen=True)
class Loot:
    """What was stolen. `tokens` are those of others whose banks were read, or Plaid's that leaked somehow."""

    folder: Path
    environment: Mapping[str, str]
    item_ids: tuple[str, ...] = ()
    session_ids: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    cache_secrets: tuple[bytes, ...] = ()
    plaid_environment: str = "local"
    files: dict[str, bytes] = field(init=False)

    def __post_init__(self) -> None:
        files = {str(path): path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file()}
        object.__setattr__(self, "files", files)


class Entry(NamedTuple):
    """A sealed part of a copy as it was found on the disk: what it is of is only known where it opens."""

    name: str
    part: str
    sealed: bytes


class Opened(NamedTuple):
    entry: Entry
    how: str
    plaintext: bytes


def find_entries(loot: Loot) -> list[Entry]:
    """Every sealed part in the append-only files: a series of commands, each with its arguments' lengths before them.

    That is `HSET name part sealed ...`. A snapshot alone is read by giving it to a server of one's own.
    """
    found: dict[Entry, None] = {}
    for raw in loot.files.values():
        words: list[bytes] = []
        position = 0
        while (size := _BULK.search(raw, position)) is not None:
            word = raw[size.end() : size.end() + int(size[1])]
            position = size.end() + len(word)
            words.append(word)
            if word.startswith(VERSION):
                name = next((each for each in reversed(words) if each.startswith(b"keepless:")), b"")
                found[Entry(name.decode(), words[-2].decode("ascii", "replace"), word)] = None
    return list(found)


def entries_of(hashes: Mapping[bytes, Mapping[bytes, bytes]]) -> list[Entry]:
    """The sealed parts among what a server of one's own answers that was started on the stolen folder."""
    return [
        Entry(name.decode(), part.decode(), sealed)
        for name, fields in hashes.items()
        for part, sealed in fields.items()
        if sealed.startswith(VERSION)
    ]


def read_in_clear(loot: Loot, wanted: Iterable[str | bytes], more: Iterable[bytes] = ()) -> list[str | bytes]:
    """Which of the wanted texts are there to read, in any of the forms in which somebody may have kept them.

    Beside those: whatever looks like an e-mail address. Bytes are looked for as they are. `more` is searched too.
    """
    haystacks = [*loot.files.values(), *more]
    haystacks += [clear for raw in haystacks for clear in _decompressed(raw)]
    whole = b"\0\0\0\0".join(haystacks)
    seen = [each for each in dict.fromkeys(wanted) if any(form in whole for form in _forms(each))]
    return seen + [match.decode() for match in _EMAIL.findall(whole)]


def _forms(text: str | bytes) -> Iterator[bytes]:
    """UTF-8 and JSON with escapes, base64 of each at the three places that a text can stand at in it; hex, UTF-16."""
    if isinstance(text, bytes):
        yield text
        return
    plain = text.encode()
    escaped = json.dumps(text)[1:-1].encode()
    for form in dict.fromkeys((plain, escaped)):
        yield form
        for shift in range(3):
            inner = base64.b64encode(bytes(shift) + form)[4 * bool(shift) : -4]
            if len(inner) >= len(b"sixsix"):
                yield inner
                yield inner.translate(bytes.maketrans(b"+/", b"-_"))
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")


def _decompressed(whole: bytes) -> Iterator[bytes]:
    """What opens as zlib or gzip wherever its first bytes stand, and as raw deflate from the beginning."""
    raw = memoryview(whole)
    yield from _inflated(raw)
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08", whole):
        yield from _inflated(raw[start.start() :])


def _inflated(raw: memoryview) -> Iterator[bytes]:
    for bits in (zlib.MAX_WBITS, zlib.MAX_WBITS | 16, -zlib.MAX_WBITS):
        try:
            clear = zlib.decompressobj(bits).decompress(raw, 1 << 24)
        except zlib.error:
            continue
        if len(clear) > len(b"sixsix"):
            yield clear


def open_entries(loot: Loot, entries: Iterable[Entry], cookies: Iterable[str] = ()) -> list[Opened]:
    """What opens of the entries, by every key that can be made of the loot, and of cookies where they have any."""
    keyring = Keyring.parse(loot.environment["TOKEN_ENCRYPTION_KEY"])
    vaults = [vault for cookie in cookies if (vault := _vault_of(cookie, keyring, loot.plaid_environment)) is not None]
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(entry.name, []).append(entry)
    opened = {}
    for name, theirs in by_name.items():
        for key, how in _keys(loot, keyring, name, vaults):
            for entry in theirs:
                plaintext = _opened(entry.sealed, key)
                if plaintext is not None:
                    opened[entry] = Opened(entry, how, plaintext)
    return list(opened.values())


def _opened(sealed: bytes, key: bytes) -> bytes | None:
    """The plaintext, where the key is right. What is bound to it need not be known for that: GCM is a counter mode.

    The first block of a wrong key does not begin as a length that fits and the version of what is kept (MessagePack).
    """
    if len(sealed) < _HEAD + _NONCE + _BLOCK + _TAG:
        return None
    nonce, ciphertext = sealed[_HEAD : _HEAD + _NONCE], sealed[_HEAD + _NONCE : -_TAG]
    counter = Cipher(AES(key), CTR(nonce + (2).to_bytes(4, "big"))).decryptor()
    first = counter.update(ciphertext[:_BLOCK])
    length = int.from_bytes(first[:4], "big")
    if padded_length(4 + length) != len(ciphertext) or not _BEGINS.match(first[4:]):
        return None
    return (first + counter.update(ciphertext[_BLOCK:]))[4 : 4 + length]


def _keys(loot: Loot, keyring: Keyring, name: str, vaults: Iterable[Vault]) -> Iterator[tuple[bytes, str]]:
    """Every key that could be that of an entry of this name, and how it was made."""
    pepper = keyring.newest.subkey("cache")
    for vault in vaults:
        for bank in vault.banks:
            yield _derived(loot, pepper, name, vault.secret, bank.token.reveal().encode()), "with the cookie"
    # As the program does, with everything in place of what the cookie's secret and the item's token are.
    texts = dict.fromkeys(_texts(loot))
    for secret, token in itertools.product(texts, texts):
        yield _derived(loot, pepper, name, secret, token), f"with {secret!r} and {token!r}"
    # With what the server has alone, in every way that a program could have taken.
    own = {key._material: "TOKEN_ENCRYPTION_KEY" for key in keyring}
    own |= {key.subkey(purpose): f"the subkey {purpose}" for key in keyring for purpose in PURPOSES}
    for key, what in own.items():
        yield key, what
        for text in (name.encode(), *texts):
            yield hmac.digest(key, text, "sha256"), f"HMAC of {what} and {text!r}"
            yield _hkdf(text, key, b"keepless.cache"), f"HKDF of {text!r}, salted with {what}"
            yield _hkdf(key, text, b"keepless.cache"), f"HKDF of {what}, salted with {text!r}"
    for text in texts:
        yield hashlib.sha256(text).digest(), f"SHA-256 of {text!r}"


def _derived(loot: Loot, pepper: bytes, name: str, secret: bytes, token: bytes) -> bytes:
    """A key as keepless.adapters.sealing.copies makes it."""
    info = joined((b"keepless.cache", loot.plaid_environment.encode(), name.encode()))
    return _hkdf(joined((secret, token)), pepper, info)


def _hkdf(material: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(material)


def _texts(loot: Loot) -> Iterator[bytes]:
    """Everything that could have been taken for a secret: what is known, and what stands where nothing was put."""
    yield from (b"", bytes(16), bytes(32), b"\xff" * 16, b"None", b"keepless", *loot.cache_secrets)
    for text in (*loot.environment.values(), *loot.item_ids, *loot.session_ids, *loot.tokens):
        yield text.encode()
        yield hashlib.sha256(text.encode()).digest()
        with suppress(ValueError):
            yield base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _vault_of(cookie: str, keyring: Keyring, environment: str) -> Vault | None:
    try:
        return decode(Envelope(keyring, environment).open(PURPOSE, cookie))
    except SealBroken:
        return None


def main() -> None:
    read = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    read.add_argument("folder", type=Path, help="Valkey's folder, or a copy of it")
    read.add_argument("--environment", type=Path, required=True, help="a file with a line NAME=value for each secret")
    read.add_argument("--item", action="append", default=[], help="an item id")
    read.add_argument("--token", action="append", default=[], help="an access token")
    read.add_argument("--cookie", type=Path, help="a file with a sealed session cookie")
    given = read.parse_args()
    lines = given.environment.read_text().splitlines()
    environment = {name: value for name, mark, value in (line.partition("=") for line in lines) if mark}
    loot = Loot(given.folder, environment, item_ids=tuple(given.item), tokens=tuple(given.token))
    entries = find_entries(loot)
    opened = open_entries(loot, entries, [given.cookie.read_text().strip()] if given.cookie else [])
    print(f"{len(entries)} sealed parts found, {len(opened)} opened")  # noqa: T201
    for each in opened:
        print(each.entry.name, each.entry.part, each.how, each.plaintext[:200])  # noqa: T201


if __name__ == "__main__":
    main()
