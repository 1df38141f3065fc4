"""Bytes as canonical unpadded base64url (RFC 4648, 5)."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from keepless.errors import SealBroken


def encode(raw: bytes) -> str:
    """The one text that `decode` reads as these bytes."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes: one text for each value, so a text cannot be varied and still open. Raises SealBroken("malformed")."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise SealBroken("malformed") from None
    if encode(raw) != text:
        raise SealBroken("malformed")
    return raw
