"""Authenticated encryption bound to a purpose: `v1.<key id>.<base64url(nonce || ciphertext)>`, see SECURITY.md."""

import re

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keepless.adapters.sealing import base64url, gcm
from keepless.adapters.sealing.keyring import Key, Keyring
from keepless.errors import SealBroken

VERSION = "v1"
# Longer than anything we seal; checked before any work is done on what a stranger sends.
MAX_SEALED = 65_536

# fullmatch on purpose: `$` would let a trailing newline through.
_SHAPE = re.compile(r"v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]{38,})")


class Envelope:
    """`keepless.ports.Sealer` over a keyring, for one Plaid environment. Safe to share between threads."""

    def __init__(self, keyring: Keyring, environment: str) -> None:
        self._keyring = keyring
        self._environment = environment
        self._ciphers: dict[tuple[str, str], AESGCM] = {}

    def seal(self, purpose: str, plaintext: bytes, *, user: str = "") -> str:
        """A sealed text by the newest key. Raises ValueError where it would be longer than `open` reads."""
        key = self._keyring.newest
        body = gcm.encrypt(self._cipher(key, purpose), plaintext, self._bound(key, purpose, user))
        sealed = f"{VERSION}.{key.id}.{base64url.encode(body)}"
        if len(sealed) > MAX_SEALED:
            raise ValueError(f"{len(plaintext)} bytes are too many to seal")
        return sealed

    def open(self, purpose: str, sealed: str, *, user: str = "") -> bytes:
        """The plaintext. Raises SealBroken (malformed, unknown_key, forged) for any other text, and nothing else."""
        if len(sealed) > MAX_SEALED or (shape := _SHAPE.fullmatch(sealed)) is None:
            raise SealBroken("malformed")
        key = self._keyring.get(shape[1])
        if key is None:
            raise SealBroken("unknown_key")
        body = base64url.decode(shape[2])
        return gcm.decrypt(self._cipher(key, purpose), body, self._bound(key, purpose, user))

    def is_newest(self, sealed: str) -> bool:
        """Whether `sealed` names the key that seals now."""
        return sealed.startswith(f"{VERSION}.{self._keyring.newest.id}.")

    def _cipher(self, key: Key, purpose: str) -> AESGCM:
        # Purposes are ours and few, so the table stays small; two threads that both derive one derive the same.
        cipher = self._ciphers.get((key.id, purpose))
        if cipher is None:
            cipher = self._ciphers[key.id, purpose] = AESGCM(key.subkey(purpose))
        return cipher

    def _bound(self, key: Key, purpose: str, user: str) -> bytes:
        """The associated data."""
        return gcm.joined(part.encode() for part in (VERSION, key.id, purpose, user, self._environment))
