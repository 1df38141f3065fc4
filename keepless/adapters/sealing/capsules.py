"""Authenticated encryption of trend capsules: `kt1.<base64url(nonce || ciphertext)>`, see docs/trends.md."""

import re

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keepless.adapters.sealing import base64url, gcm
from keepless.errors import SealBroken

VERSION = "kt1"
KEY_BYTES = 32
# Longer than any capsule; checked before any work is done on what a stranger sends.
MAX_SEALED = 256 * 1024

_SHAPE = re.compile(r"kt1\.([A-Za-z0-9_-]{38,})")
_SALT = b"keepless.capsule"


class CapsuleEnvelope:
    """`keepless.ports.CapsuleSealer` for one Plaid environment. Holds no key; safe to share between threads."""

    def __init__(self, environment: str) -> None:
        self._environment = environment.encode()

    def seal(self, secret: bytes, plaintext: bytes) -> str:
        """A sealed text. Raises ValueError where it would be longer than `open` reads."""
        sealed = f"{VERSION}.{base64url.encode(gcm.encrypt(self._cipher(secret), plaintext, VERSION.encode()))}"
        if len(sealed) > MAX_SEALED:
            raise ValueError(f"{len(plaintext)} bytes are too many to seal")
        return sealed

    def open(self, secret: bytes, sealed: str) -> bytes:
        """The plaintext. Raises SealBroken (malformed, forged) for any other text, and nothing else."""
        if len(sealed) > MAX_SEALED or (shape := _SHAPE.fullmatch(sealed)) is None:
            raise SealBroken("malformed")
        return gcm.decrypt(self._cipher(secret), base64url.decode(shape[1]), VERSION.encode())

    def _cipher(self, secret: bytes) -> AESGCM:
        """The secret is random already; the environment is bound into the key, so none opens another's (R8)."""
        kdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=_SALT, info=b"environment/" + self._environment)
        return AESGCM(kdf.derive(secret))
