"""What is packed inside other bytes: gzip, zlib, zstd, bzip2 and xz streams, found by how they begin."""

import bz2
import contextlib
import lzma
import re
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from keepless.prove import zstd

_FIRST = 1 << 10  # what is read first: most places that look like a beginning are none
_STEP = 1 << 18
_ROOM = 1 << 20
_MOST_RUN = 1 << 24
# How packed data begin, each looked for by itself: one expression for all of them takes three times as long.
_BEGINNINGS = {
    b"\x1f\x8b\x08": "gzip",
    b"\x78\x01": "zlib",
    b"\x78\x5e": "zlib",
    b"\x78\x9c": "zlib",
    b"\x78\xda": "zlib",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    # The same in base64 (zlib's two bytes make eA, eF, eJ or eN), and gzip's in hex.
    b"H4sI": "base64",
    b"KLUv": "base64",
    b"eA": "base64",
    b"eF": "base64",
    b"eJ": "base64",
    b"eN": "base64",
    b"1f8b08": "hex",
}
_AS_TEXT = {
    "base64": re.compile(rb"(?:H4sI|KLUv|(?<![A-Za-z0-9+/_-])e(?:AF|F4|J[wxyz]|N[oprstq]))[A-Za-z0-9+/_-]{20}"),
    "hex": re.compile(rb"1f8b08[0-9a-f]{20}"),
}
_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]+")
_HEX_RUN = re.compile(rb"[0-9a-f]+")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class Limits(msgspec.Struct, frozen=True):
    """How much is unpacked, in bytes: of one stream, of all within one file; and how many wrappings deep."""

    stream: int = 64 << 20
    file: int = 512 << 20
    depth: int = 4


class Packed(msgspec.Struct, frozen=True):
    """A place where something packed may begin, and how it is packed."""

    at: int
    form: str


def beginnings(data: bytes) -> Iterator[Packed]:
    """Where something packed may begin in `data`, in no particular order."""
    for start, form in _BEGINNINGS.items():
        as_text = _AS_TEXT.get(form)
        at = data.find(start)
        while at >= 0:
            if as_text is None or as_text.match(data, at):
                yield Packed(at, form)
            at = data.find(start, at + 1)


def unpacked(form: str, read: Callable[[int, int], bytes], most: int) -> tuple[bytes, bool]:
    """At most `most` bytes of what is packed in what `read` gives (from where, how much), and whether it was cut off.

    Nothing where it is no such stream after all; of one that breaks off or is damaged, what comes before.
    """
    if form in ("base64", "hex"):
        return _decoded(form, read)
    make = _makers().get(form)
    if make is None:
        return b"", False
    out = bytearray()
    # Each library has errors of its own for bytes that are no stream, and all of them mean that.
    with contextlib.suppress(zlib.error, lzma.LZMAError, OSError, EOFError, zstd.ZstdBroken, ValueError):
        for piece in _inflated(make(), read):
            out += piece
            if len(out) > most:
                break
    return bytes(out[:most]), len(out) > most


def _makers() -> dict[str, Callable[[], Any]]:
    makers: dict[str, Callable[[], Any]] = {
        "gzip": lambda: zlib.decompressobj(wbits=31),
        "zlib": zlib.decompressobj,
        "bzip2": bz2.BZ2Decompressor,
        "xz": lzma.LZMADecompressor,
    }
    zstandard = zstd.decompressor()
    return makers if zstandard is None else {**makers, "zstd": zstandard}


def _inflated(decompressor: Any, read: Callable[[int, int], bytes]) -> Iterator[bytes]:
    """A stream's content, a piece at a time. zlib's decompressors give back what they did not take, the others keep it.

    Raises the libraries' own errors.
    """
    at, size = 0, _FIRST
    while not decompressor.eof and (piece := read(at, size)):
        at, size = at + len(piece), _STEP
        while True:
            content = decompressor.decompress(piece, _ROOM)
            yield content
            piece = getattr(decompressor, "unconsumed_tail", b"")
            has_more = piece or not getattr(decompressor, "needs_input", True)
            if decompressor.eof or not has_more:
                break


def _decoded(form: str, read: Callable[[int, int], bytes]) -> tuple[bytes, bool]:
    """What a run of base64 or hex stands for, and whether it went on."""
    letters = _HEX_RUN if form == "hex" else _BASE64_RUN
    text = bytearray()
    while len(text) < _MOST_RUN:
        piece = read(len(text), _FIRST if not text else _STEP)
        run = letters.match(piece)
        text += run[0] if run is not None else b""
        if run is None or len(run[0]) < len(piece):
            break
    if form == "hex":
        return bytes.fromhex(text[: len(text) & ~1].decode()), len(text) >= _MOST_RUN
    text = text.translate(_URL_SAFE)
    return b64decode(text[: len(text) & ~3]), len(text) >= _MOST_RUN
