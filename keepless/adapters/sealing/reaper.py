"""Tokens sealed to the reaper's public key: `klr1 || key id || HPKE(RFC 9180)`, see docs/decisions/0015-reaper.md.

X25519 with HKDF-SHA256 and AES-256-GCM. Who seals draws a new key for each envelope and cannot open it again. Bound to
each envelope are the version, the key, the Plaid environment, Plaid's client and the envelope's id: one that was made
for another installation, or put under another id, does not open.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from keepless.adapters.sealing import base64url, gcm
from keepless.core.secret import Secret
from keepless.errors import ConfigError, SealBroken

PUBLIC_SETTING = "REAPER_PUBLIC_KEY"
PRIVATE_SETTING = "REAPER_PRIVATE_KEY"
KEYGEN = "run `keepless keygen --reaper`"
VERSION = b"klr1"
# A token of Plaid's has about 50 bytes; one step holds any that a cookie could.
STEP = 256

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_ID_BYTES = 4
_LENGTH_BYTES = 2
_HEAD_BYTES = len(VERSION) + _ID_BYTES
_OVERHEAD = KEM.X25519.enc_length() + gcm.TAG_BYTES
_TEXT = re.compile(r"reaper-(public|private)\.([0-9a-f]{8})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Installation:
    """Whose items they are: tokens of another Plaid environment, or another client of Plaid's, are none of ours."""

    environment: str
    client_id: str

    def __str__(self) -> str:
        return f"{self.environment}/{self.client_id}"


@dataclass(frozen=True, slots=True)
class ReaperPair:
    """A pair as text. `key_id` (8 hex digits) stands in both and in each envelope; it is not secret."""

    key_id: str
    public: str
    private: Secret


class ReaperSeal:
    """`keepless.ports.ReaperSealer`: the web tier's side, which has the public key alone. Safe between threads."""

    def __init__(self, key: X25519PublicKey, installation: Installation) -> None:
        self._key = key
        self._installation = installation
        self.key_id = _id_of(key).hex()

    @classmethod
    def parse(cls, text: str, installation: Installation) -> "ReaperSeal":
        """The seal of `REAPER_PUBLIC_KEY`. Raises ConfigError, one line without any part of a key."""
        return cls(_public(text.strip()), installation)

    def seal(self, envelope_id: str, token: Secret) -> bytes:
        """The token padded to a multiple of 256 bytes and sealed. Raises ValueError for one of 64 KiB and more."""
        plain = token.reveal().encode()
        length = len(plain).to_bytes(_LENGTH_BYTES, "big") if len(plain) < 1 << 8 * _LENGTH_BYTES else None
        if length is None:
            raise ValueError(f"{len(plain)} bytes are too many to seal")
        padded = length + plain + bytes(-(_LENGTH_BYTES + len(plain)) % STEP)
        head = VERSION + _id_of(self._key)
        return head + _SUITE.encrypt(padded, self._key, info=_bound(head, self._installation, envelope_id))


class ReaperKeys:
    """`keepless.ports.ReaperOpener` over one or more private keys. Does not print them; safe between threads."""

    def __init__(self, keys: Iterable[X25519PrivateKey], installation: Installation) -> None:
        self._keys = {_id_of(key.public_key()): key for key in keys}
        self._installation = installation

    @classmethod
    def parse(cls, secret: Secret, installation: Installation) -> "ReaperKeys":
        """The keys of `REAPER_PRIVATE_KEY`, separated by commas: after a change of the pair the older one too.

        Raises ConfigError, one line without any part of a key.
        """
        return cls([_private(text.strip()) for text in secret.reveal().split(",")], installation)

    @property
    def key_ids(self) -> tuple[str, ...]:
        return tuple(key_id.hex() for key_id in self._keys)

    def open(self, envelope_id: str, sealed: bytes) -> Secret:
        """The token. Raises SealBroken (malformed, unknown_key, forged) for any other value, and nothing else."""
        padded_bytes = len(sealed) - _HEAD_BYTES - _OVERHEAD
        if padded_bytes < STEP or padded_bytes % STEP or not sealed.startswith(VERSION):
            raise SealBroken("malformed")
        head = sealed[:_HEAD_BYTES]
        key = self._keys.get(head[len(VERSION) :])
        if key is None:
            raise SealBroken("unknown_key")
        try:
            padded = _SUITE.decrypt(sealed[_HEAD_BYTES:], key, info=_bound(head, self._installation, envelope_id))
        except (InvalidTag, ValueError):  # ValueError: a point that makes no shared secret
            raise SealBroken("forged") from None
        return _token(padded)


def generate() -> ReaperPair:
    """A new pair, from the system's randomness."""
    key = X25519PrivateKey.generate()
    key_id = _id_of(key.public_key()).hex()
    public = base64url.encode(key.public_key().public_bytes_raw())
    private = base64url.encode(key.private_bytes_raw())
    return ReaperPair(key_id, f"reaper-public.{key_id}.{public}", Secret(f"reaper-private.{key_id}.{private}"))


def _public(text: str) -> X25519PublicKey:
    key_id, raw = _parts(PUBLIC_SETTING, "public", text)
    key = X25519PublicKey.from_public_bytes(raw)
    try:
        # A point of low order makes the same shared secret with everybody; the exchange refuses to make it.
        X25519PrivateKey.generate().exchange(key)
    except ValueError:
        raise ConfigError(f"{PUBLIC_SETTING} is no public key that anything can be sealed to: {KEYGEN}") from None
    return _checked(PUBLIC_SETTING, key, key_id)


def _private(text: str) -> X25519PrivateKey:
    key_id, raw = _parts(PRIVATE_SETTING, "private", text)
    key = X25519PrivateKey.from_private_bytes(raw)
    _checked(PRIVATE_SETTING, key.public_key(), key_id)
    return key


def _parts(setting: str, kind: str, text: str) -> tuple[str, bytes]:
    """The key id and the key's 32 bytes. Each text says which it is: the wrong one here would undo all of it."""
    shape = _TEXT.fullmatch(text)
    if shape is not None and shape[1] != kind:
        raise ConfigError(f"{setting} holds a {shape[1]} key: put it where it belongs, and here the {kind} one")
    try:
        if shape is not None:
            return shape[2], base64url.decode(shape[3])
    except SealBroken:
        pass
    raise ConfigError(f"{setting} is not a key (reaper-{kind}.<id>.<43 characters>): {KEYGEN}")


def _checked(setting: str, key: X25519PublicKey, key_id: str) -> X25519PublicKey:
    """A slip of one character would seal to nobody, and nobody would see it until a token is needed."""
    if _id_of(key).hex() != key_id:
        raise ConfigError(f"{setting} was changed: its key is not the one that its id names; copy it again")
    return key


def _id_of(key: X25519PublicKey) -> bytes:
    return sha256(b"keepless.reaper.key" + key.public_bytes_raw()).digest()[:_ID_BYTES]


def _bound(head: bytes, installation: Installation, envelope_id: str) -> bytes:
    parts = ("keepless.reaper", installation.environment, installation.client_id, envelope_id)
    return gcm.joined((head, *(part.encode() for part in parts)))


def _token(padded: bytes) -> Secret:
    """What stands in front of the padding. It was sealed by us, so anything else is a fault of an older version."""
    end = _LENGTH_BYTES + int.from_bytes(padded[:_LENGTH_BYTES], "big")
    if end > len(padded) or any(padded[end:]):
        raise SealBroken("malformed")
    try:
        return Secret(padded[_LENGTH_BYTES:end].decode())
    except UnicodeDecodeError:
        raise SealBroken("malformed") from None
