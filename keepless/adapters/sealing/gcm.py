"""What every seal of ours has in common: AES-256-GCM with a new nonce each time, and parts that are joined one way."""

import os
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keepless.errors import SealBroken

NONCE_BYTES = 12  # 96 bits, drawn anew for every sealing (NIST SP 800-38D, 8.2.2)
TAG_BYTES = 16


def encrypt(cipher: AESGCM, plaintext: bytes, bound: bytes) -> bytes:
    """Nonce and ciphertext. `bound` is the associated data: it is not in there, and whoever opens brings it."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plaintext, bound)


def decrypt(cipher: AESGCM, sealed: bytes | memoryview, bound: bytes) -> bytes:
    """The plaintext of a nonce and ciphertext. Raises SealBroken("forged") for any but `encrypt`'s with this `bound`.

    A nonce at least must be there: the caller knows how short its own texts can be.
    """
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except InvalidTag:
        raise SealBroken("forged") from None


def joined(parts: Iterable[bytes]) -> bytes:
    """Each part has its length before it, so no two sets of parts read alike."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
