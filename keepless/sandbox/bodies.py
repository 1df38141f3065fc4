"""Answers as bytes: JSON whose request id is put in at the end, so that everything before it can be kept ready.

A kept gzip body is a deflate stream cut at a byte boundary, with its checksum so far. The last bytes, which hold the
request id, follow as a stored block: an answer of 100 kB is finished without compressing anything again.
"""

import asyncio
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number", order="sorted")
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LEVEL = 6
_CACHE_BYTES = 256 * 1024 * 1024
WORTH_PACKING = 1024  # bytes; below it gzip saves nothing that a packet would notice


def encode(value: Any) -> bytes:
    """JSON with Decimals as numbers and dates as ISO 8601."""
    return _ENCODER.encode(value)


def _last(length: int, request_id: str) -> bytes:
    comma = "," if length > len("{") else ""
    return f'{comma}"request_id":"{request_id}"}}'.encode()


class Plain(NamedTuple):
    """An object's JSON up to, not including, its closing brace."""

    head: bytes

    @classmethod
    def of(cls, fields: dict[str, Any]) -> "Plain":
        return cls(encode(fields)[:-1])

    @property
    def size(self) -> int:
        return len(self.head)

    def finish(self, request_id: str) -> bytes:
        """The whole JSON text."""
        return self.head + _last(len(self.head), request_id)


class Packed(NamedTuple):
    """The same, deflated: `length` and `crc` are those of the text so far."""

    deflated: bytes
    length: int
    crc: int

    @classmethod
    def of(cls, plain: Plain) -> "Packed":
        deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = deflate.compress(plain.head) + deflate.flush(zlib.Z_SYNC_FLUSH)
        return cls(packed, len(plain.head), zlib.crc32(plain.head))

    @property
    def size(self) -> int:
        return len(self.deflated)

    def finish(self, request_id: str) -> bytes:
        """A whole gzip member."""
        last = _last(self.length, request_id)
        size = len(last)
        block = b"\x01" + size.to_bytes(2, "little") + (0xFFFF - size).to_bytes(2, "little") + last
        trailer = zlib.crc32(last, self.crc).to_bytes(4, "little") + (self.length + size).to_bytes(4, "little")
        return _GZIP_HEADER + self.deflated + block + trailer


class Page(NamedTuple):
    """A large answer: what identifies it, and how to make its JSON where it is not ready yet (runs in a thread)."""

    key: Hashable
    build: Callable[[], bytes]


class PageShelf:
    """Ready-made pages, the least recently used given up beyond 256 MB."""

    def __init__(self, limit: int = _CACHE_BYTES) -> None:
        self._limit = limit
        self._held = 0
        self._pages: OrderedDict[Hashable, Plain | Packed] = OrderedDict()

    async def get(self, page: Page, *, packed: bool) -> Plain | Packed:
        """The page in the form asked for; made once, off the event loop."""
        key = (page.key, packed)
        ready = self._pages.get(key)
        if ready is None:
            ready = await asyncio.to_thread(_made, page.build, packed)
            if key not in self._pages:
                self._held += ready.size
            self._pages[key] = ready
            self._pages.move_to_end(key)
            while self._held > self._limit and len(self._pages) > 1:
                self._held -= self._pages.popitem(last=False)[1].size
        else:
            self._pages.move_to_end(key)
        return ready

    def clear(self) -> None:
        self._pages.clear()
        self._held = 0


def _made(build: Callable[[], bytes], packed: bool) -> Plain | Packed:  # noqa: FBT001  handed through to_thread
    plain = Plain(build())
    return Packed.of(plain) if packed else plain
