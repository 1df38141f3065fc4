"""Authenticated encryption bound to a purpose: `v1.<key id>.<base64url(nonce || ciphertext)>`, see SECURITY.md."""

import os
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keepless.adapters.sealing import base64url
from keepless.adapters.sealing.keyring import Key, Keyring
from keepless.errors import SealBroken

VERSION = "v1"
NONCE_BYTES = 12  # 96 bits, drawn anew for every sealing (NIST SP 800-38D, 8.2.2)
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
        nonce = os.urandom(NONCE_BYTES)
        ciphertext = self._cipher(key, purpose).encrypt(nonce, plaintext, self._bound(key, purpose, user))
        sealed = f"{VERSION}.{key.id}.{base64url.encode(nonce + ciphertext)}"
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
        try:
            return self._cipher(key, purpose).decrypt(
                body[:NONCE_BYTES],
                body[NONCE_BYTES:],
                self._bound(key, purpose, user),
            )
        except InvalidTag:
            raise SealBroken("forged") from None

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
        """The associated data. Each part has its length before it, so no two sets of parts read alike."""
        parts = (VERSION, key.id, purpose, user, self._environment)
        encoded = [part.encode() for part in parts]
        return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
