"""The keys of `TOKEN_ENCRYPTION_KEY`: the newest seals, every listed one opens."""

import base64
import binascii
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keepless.errors import ConfigError

SETTING = "TOKEN_ENCRYPTION_KEY"
KEY_BYTES = 32
_KEY_TEXT = 44  # base64 of 32 bytes, padding included: the format of Fernet's keys
_ID_BYTES = 4
# 32 random bytes hold 30 different values on average; fewer than 16 happens about once in 10^11 keys.
_DISTINCT_AT_LEAST = 16
_SALT = b"keepless.sealing"


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `id` is public: it stands in clear in what the key seals, and does not lead back to the key."""

    id: str
    _material: bytes = field(repr=False)

    def subkey(self, purpose: str) -> bytes:
        """The 32 bytes for one purpose: HKDF-SHA256 (RFC 5869), so that no two purposes share a key."""
        return _derive(self._material, b"purpose/" + purpose.encode(), KEY_BYTES)


class Keyring:
    """One or more keys by id, newest first. Does not print its keys."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        self.newest = keys[0]
        self._by_id = {key.id: key for key in keys}

    @classmethod
    def parse(cls, text: str, *, expected_key_id: str | None = None) -> "Keyring":
        """The keyring of a comma-separated list of Fernet-format keys, newest first.

        Raises ConfigError, in one line without any part of a key, for a list that is empty or has an empty, short,
        repeated or weak key in it, or whose newest key is not `expected_key_id` (R9: a deploy with the wrong key is
        stopped before it turns every visitor away). Blanks around a key are ignored: files end with a newline.
        """
        elements = [element.strip() for element in text.split(",")]
        if elements == [""]:
            raise ConfigError(f"{SETTING} is not set; run `keepless keygen` to make a key")
        seen: dict[str, Key] = {}
        for place, element in enumerate(elements, start=1):
            key = _key(element, where=f"key {place} of {len(elements)}" if len(elements) > 1 else "the key")
            if key.id in seen:
                raise ConfigError(f"{SETTING}: key {place} of {len(elements)} is listed twice; remove it")
            seen[key.id] = key
        keyring = cls(tuple(seen.values()))
        if expected_key_id is not None and keyring.newest.id != expected_key_id:
            raise ConfigError(
                f"{SETTING}: the newest key has the id {keyring.newest.id}, expected is {_printable(expected_key_id)}; "
                f"set the right key, or {SETTING}_ID to what `keepless keygen` printed with this one",
            )
        return keyring

    def get(self, key_id: str) -> Key | None:
        return self._by_id.get(key_id)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._by_id.values())

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self._by_id)})"


def generate() -> str:
    """A new key as text, from the system's randomness."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def key_id(text: str) -> str:
    """The public id (8 hex digits) of one key's text. Raises ConfigError for a text that is not a sound key."""
    return _key(text.strip(), where="the key").id


def _key(text: str, *, where: str) -> Key:
    fault = None
    material = _decode(text)
    if not text:
        fault = "is empty"
    elif material is None:
        fault = f"is not {KEY_BYTES} bytes in URL-safe base64 ({_KEY_TEXT} characters)"
    elif _is_weak(material):
        fault = "is too regular to be random"
    if fault or material is None:
        raise ConfigError(f"{SETTING}: {where} {fault}; run `keepless keygen` to make one")
    return Key(_derive(material, b"key id", _ID_BYTES).hex(), material)


def _decode(text: str) -> bytes | None:
    try:
        material = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    if len(material) != KEY_BYTES or base64.urlsafe_b64encode(material).decode() != text:
        return None
    return material


def _is_weak(material: bytes) -> bool:
    """Whether the bytes are plainly not random: few values, a repeated half, a sequence, or readable text."""
    half = len(material) // 2
    steps = {(after - before) % 256 for before, after in pairwise(material)}
    return (
        len(set(material)) < _DISTINCT_AT_LEAST
        or material[:half] == material[half:]
        or len(steps) == 1
        or (material.isascii() and material.decode("ascii").isprintable())
    )


def _derive(material: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=_SALT, info=info).derive(material)


def _printable(text: str) -> str:
    return repr(text[:64])
