"""The positive control: every kind of canary in every form, in files that are searched just as the others are.

Without it, "nothing was found" could mean that nothing can be found. What is written into the files is made by other
library calls than the needles are, wherever there are two ways.
"""

import bz2
import codecs
import gzip
import html
import json
import lzma
import tempfile
import zlib
from base64 import standard_b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from keepless.prove import zstd
from keepless.prove.canaries import Canary
from keepless.prove.scanner import Scanner

PLACE = "control"
_BEFORE, _AFTER = b"2026-01-31T12:00:00Z info said=", b" took=12ms\n"

Writer = Callable[[bytes], bytes]


class Control(msgspec.Struct, frozen=True):
    """How many were planted, in how many forms; `missed` are those that were not found, by canary and form."""

    planted: int
    forms: int
    missed: tuple[str, ...]

    @property
    def found(self) -> int:
        return self.planted - len(self.missed)

    @property
    def passed(self) -> bool:
        return self.planted > 0 and not self.missed


def run(canaries: Iterable[Canary], folder: Path) -> Control:
    """Plants the first canary of each kind in each form, a file for each, searches the files, and removes them."""
    first = {canary.kind: canary for canary in reversed(tuple(canaries))}.values()
    planted, forms, missed = 0, set(), []
    with tempfile.TemporaryDirectory(dir=folder, prefix="control-") as made:
        for canary in first:
            for form, content in _written(canary):
                path = Path(made, f"{planted:04d}")
                path.write_bytes(content)
                scanner = Scanner((canary,))
                scanner.file(PLACE, path)
                planted += 1
                forms.add(form)
                if not scanner.hits:
                    missed.append(f"{canary.label}, {form}")
    return Control(planted, len(forms), tuple(missed))


def _written(canary: Canary) -> Iterator[tuple[str, bytes]]:
    """The content of one file for each way to write the canary down."""
    for text in canary.texts:
        for form, write_text in _TEXT_WRITERS.items():
            yield form, _BEFORE + write_text(text) + _AFTER
        for form, write in _writers().items():
            yield form, write(_BEFORE + text.encode() + _AFTER)
    for value in canary.binary:
        for form, write in (("bytes", bytes), *_writers().items()):
            yield form, write(_BEFORE + value + _AFTER)


_TEXT_WRITERS: Mapping[str, Callable[[str], bytes]] = {
    "in clear": str.encode,
    "upper case": lambda text: text.upper().encode(),
    "UTF-16, little-endian": lambda text: codecs.encode(text, "utf-16-le"),
    "UTF-16, big-endian": lambda text: codecs.encode(text, "utf-16-be"),
    "JSON": lambda text: json.dumps({"name": text}).encode(),
    "JSON, all escaped": lambda text: "".join(
        f"\\u{int.from_bytes(pair, 'big'):04x}" for pair in _pairs(text.encode("utf-16-be"))
    ).encode(),
    "JSON, all escaped in capitals": lambda text: "".join(
        f"\\u{int.from_bytes(pair, 'big'):04X}" for pair in _pairs(text.encode("utf-16-be"))
    ).encode(),
    "a query string": lambda text: urlencode({"q": text}).encode(),
    "percent-encoded": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()).encode(),
    "HTML": lambda text: html.escape(text).encode(),
    "backslashes": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()).encode(),
    "hex dump": lambda text: text.encode().hex(" ").encode(),
}


def _writers() -> dict[str, Writer]:
    """Ways to write bytes down, whatever they say."""
    writers: dict[str, Writer] = {
        "base64": standard_b64encode,
        "base64, one byte on": lambda data: standard_b64encode(b"-" + data),
        "base64, two bytes on": lambda data: standard_b64encode(b"--" + data),
        "base64 for addresses": urlsafe_b64encode,
        "hex": lambda data: data.hex().encode(),
        "HEX": lambda data: data.hex().upper().encode(),
        "gzip": gzip.compress,
        "zlib": zlib.compress,
        "bzip2": bz2.compress,
        "xz": lzma.compress,
        "LZF in a snapshot": _snapshot,
        "base64 inside gzip": lambda data: gzip.compress(standard_b64encode(data)),
        "gzip inside base64": lambda data: b'{"body":"' + standard_b64encode(gzip.compress(data)) + b'"}',
        "gzip inside gzip, deep in a file": lambda data: bytes(70_000) + gzip.compress(gzip.compress(data)),
    }
    if zstd.decompressor() is not None:
        writers["zstd"] = _zstd
    return writers


def _zstd(data: bytes) -> bytes:
    """A frame with one raw block (RFC 8878, 3.1.1): no library is needed to write it, and one to read it."""
    header = (len(data) << 3 | 1).to_bytes(3, "little")
    return b"\x28\xb5\x2f\xfd" + b"\xa0" + len(data).to_bytes(4, "little") + header + data


def _snapshot(data: bytes) -> bytes:
    """A snapshot's head and one string in LZF: literal bytes, then one of them repeated."""
    repeated = 200
    literals = b"".join(
        bytes((len(piece) - 1,)) + piece for piece in (data[at : at + 32] for at in range(0, len(data), 32))
    )
    packed = literals + bytes((7 << 5, repeated - 9, 0))
    lengths = b"".join(b"\x80" + size.to_bytes(4, "big") for size in (len(packed), len(data) + repeated))
    return b"VALKEY080\xfa" + b"\xc3" + lengths + packed + b"\xff"


def _pairs(data: bytes) -> Iterator[bytes]:
    return (data[at : at + 2] for at in range(0, len(data), 2))
