"""The forms in which a canary is looked for: how programs write text and bytes when they log, store or send them."""

import hashlib
import html
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

import msgspec

from keepless.prove.canaries import LEAST_BYTES, Canary, Kind

CLEAR = "in clear"
BYTES = "as bytes"
UTF_16 = "UTF-16"
BASE64 = "base64"
HEX = "hex"
JSON = "JSON-escaped"
PERCENT = "percent-encoded"
HTML = "HTML-escaped"
BACKSLASH = "backslash-escaped"
DIGEST = "plain digest"
TEXT_FORMS = (CLEAR, UTF_16, BASE64, HEX, JSON, PERCENT, HTML, BACKSLASH)


class Needle(msgspec.Struct, frozen=True):
    """Bytes that give a canary away, and in which form. Does not print its bytes."""

    pattern: bytes
    form: str
    canary: Canary

    def __repr__(self) -> str:
        return f"Needle({self.canary.label}, {self.form})"


def needles(canaries: Iterable[Canary]) -> dict[bytes, Needle]:
    """All of them by their bytes; of two that look alike the first counts."""
    found: dict[bytes, Needle] = {}
    for canary in canaries:
        for form, pattern in forms_of(canary):
            if len(pattern) >= LEAST_BYTES:
                found.setdefault(pattern, Needle(pattern, form, canary))
    return found


def forms_of(canary: Canary) -> Iterator[tuple[str, bytes]]:
    """Every form of a canary, the plain ones first; the same bytes may come more than once."""
    for text in canary.texts:
        for written in dict.fromkeys((text, text.lower(), text.upper(), text.capitalize())):
            yield from _of_text(written)
        if canary.kind is Kind.EMAIL:  # addresses can be guessed, so a hash without a key is as good as the address
            yield from _digests(text)
    for value in canary.binary:
        yield BYTES, value
        yield from _printable(value)


def _of_text(text: str) -> Iterator[tuple[str, bytes]]:
    raw = text.encode()
    yield CLEAR, raw
    if not text.isascii():
        yield CLEAR, text.encode("latin-1", "ignore")
    # Little-endian text with its first byte cut off is the big-endian one's, so both are looked for whole.
    yield UTF_16, text.encode("utf-16-le")
    yield UTF_16, text.encode("utf-16-be")
    yield from _printable(raw)
    yield JSON, json.dumps(text)[1:-1].encode()
    units = text.encode("utf-16-be").hex()
    escaped = "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    yield JSON, escaped.encode()
    yield JSON, escaped.upper().replace("\\U", "\\u").encode()
    for percent in (quote(text, safe=""), quote_plus(text)):
        yield PERCENT, percent.encode()
    yield PERCENT, "".join(f"%{byte:02X}" for byte in raw).encode()
    yield PERCENT, "".join(f"%{byte:02x}" for byte in raw).encode()
    yield HTML, html.escape(text).encode()
    yield HTML, "".join(f"&#{ord(character)};" for character in text).encode()
    yield BACKSLASH, "".join(f"\\x{byte:02x}" for byte in raw).encode()
    yield BACKSLASH, "".join(f"\\{byte:03o}" for byte in raw).encode()


def _printable(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Bytes as letters and digits: base64 wherever they stand in a longer value, and hex."""
    for before in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            yield BASE64, _middle(encode(bytes(before) + raw), before)
    for written in (raw.hex(), raw.hex().upper(), raw.hex(" "), raw.hex(":")):
        yield HEX, written.encode()


def _middle(encoded: bytes, before: int) -> bytes:
    """The characters of a base64 text that depend on nothing but the value that stands after `before` bytes of it."""
    start = (0, 2, 3)[before]
    padding = encoded.count(b"=")
    return encoded[start : len(encoded) - padding - (1 if padding else 0)]


def _digests(text: str) -> Iterator[tuple[str, bytes]]:
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
        yield DIGEST, digest
        yield DIGEST, digest.hex().encode()
        yield DIGEST, b64encode(digest).rstrip(b"=")
