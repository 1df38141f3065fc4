"""Identifiers and tokens in the shapes Plaid uses (docs/plaid.md, section 4)."""

import os
import uuid
from hashlib import blake2b

_ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Any byte to one of the 62 signs: a translate is far cheaper than a division per sign, and a slight bias harms no id.
_SIGNS = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))
ID_LENGTH = 37
REQUEST_ID_LENGTH = 15


def derived_id(*parts: str) -> str:
    """A 37-character base-62 id that is always the same for the same parts."""
    return blake2b("\x1f".join(parts).encode(), digest_size=ID_LENGTH).digest().translate(_SIGNS).decode()


def fresh_id() -> str:
    """A 37-character base-62 id nobody has seen."""
    return os.urandom(ID_LENGTH).translate(_SIGNS).decode()


def fresh_request_id() -> str:
    """Fifteen base-62 characters, one per answer."""
    return os.urandom(REQUEST_ID_LENGTH).translate(_SIGNS).decode()


def fresh_token(kind: str) -> str:
    """A token of `kind` access, public or link, as the Sandbox words it: `<kind>-sandbox-<uuid>`."""
    return f"{kind}-sandbox-{uuid.uuid4()}"
