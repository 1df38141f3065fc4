"""The keys that sign the audit trail: Ed25519, one derived from each key of `TOKEN_ENCRYPTION_KEY`."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from keepless.adapters.sealing import base64url
from keepless.adapters.sealing.keyring import Key, Keyring
from keepless.errors import ConfigError, SealBroken

PURPOSE = "audit"
ALGORITHM = "Ed25519"


class PublishedKey(msgspec.Struct, frozen=True):
    """A public key as /.well-known/keepless.json lists it, in base64url without padding."""

    key_id: str
    alg: str
    public_key: str


class _Published(msgspec.Struct, frozen=True):
    audit_keys: Annotated[list[PublishedKey], msgspec.Meta(min_length=1, max_length=100)]


_published_decoder = msgspec.json.Decoder(_Published)


class AuditKeys:
    """Says whether a signature is good, by the public keys alone."""

    def __init__(self, keys: Iterable[Ed25519PublicKey]) -> None:
        self._by_id: Mapping[str, Ed25519PublicKey] = {_id_of(key): key for key in keys}

    @classmethod
    def published(cls, text: bytes) -> "AuditKeys":
        """The keys in a published text: JSON with `audit_keys`. Raises ConfigError for any other."""
        try:
            listed = _published_decoder.decode(text).audit_keys
            keys = [Ed25519PublicKey.from_public_bytes(base64url.decode(each.public_key)) for each in listed]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, SealBroken, ValueError):
            raise ConfigError("these are no public keys of an audit trail: JSON with audit_keys is expected") from None
        return cls(keys)

    def verify(self, key_id: str, message: bytes, signature: str) -> bool | None:
        """Whether the key of this id signed the message so; None where it is not known."""
        key = self._by_id.get(key_id)
        if key is None:
            return None
        try:
            key.verify(base64url.decode(signature), message)
        except (InvalidSignature, SealBroken):
            return False
        return True

    def list(self) -> list[PublishedKey]:
        """All of them as they are published."""
        return [PublishedKey(key_id, ALGORITHM, _text_of(key)) for key_id, key in self._by_id.items()]


class AuditSigner(AuditKeys):
    """Signs with the newest key, and knows every listed one. Does not print its keys."""

    def __init__(self, keyring: Keyring) -> None:
        super().__init__(_private(key).public_key() for key in keyring)
        self._newest = _private(keyring.newest)
        self.key_id = _id_of(self._newest.public_key())

    def sign(self, message: bytes) -> str:
        return base64url.encode(self._newest.sign(message))


def audit_keys(keyring: Keyring) -> list[PublishedKey]:
    """The public keys of an installation, the newest first, for /.well-known/keepless.json."""
    return AuditSigner(keyring).list()


def _private(key: Key) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key.subkey(PURPOSE))


def _id_of(key: Ed25519PublicKey) -> str:
    """By the public key alone, and not to be taken for the id of a sealing key."""
    return f"audit-{sha256(b'keepless.audit.' + key.public_bytes_raw()).hexdigest()[:8]}"


def _text_of(key: Ed25519PublicKey) -> str:
    return base64url.encode(key.public_bytes_raw())
