"""Reading zstd streams with whatever this machine has for it; Python has had its own since 3.14 only."""

import contextlib
import ctypes
import ctypes.util
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Protocol


class ZstdBroken(Exception):
    """Bytes that are no zstd stream."""


class Decompressor(Protocol):
    """What Python's own decompressors have in common; they raise errors of their own for what is no stream."""

    def decompress(self, data: bytes, /, max_length: int) -> bytes: ...


@lru_cache(maxsize=1)
def decompressor() -> Callable[[], Decompressor] | None:
    """What makes a decompressor; None where this machine has none. `broken` names what it raises."""
    for name in ("compression.zstd", "backports.zstd"):
        with contextlib.suppress(ImportError):
            made: Callable[[], Decompressor] = import_module(name).ZstdDecompressor
            return made
    library = _library()
    return None if library is None else lambda: _Stream(library)


class _Buffer(ctypes.Structure):
    """ZSTD_inBuffer and ZSTD_outBuffer of zstd.h: address, size, position."""

    _fields_ = (("address", ctypes.c_void_p), ("size", ctypes.c_size_t), ("position", ctypes.c_size_t))


class _Stream:
    """One stream, read by the C library, with the ways of Python's own decompressors. Raises ZstdBroken."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self._stream = library.ZSTD_createDStream()
        self._waiting = b""
        self.eof = False
        self.needs_input = True

    def __del__(self) -> None:
        self._library.ZSTD_freeDStream(self._stream)

    def decompress(self, data: bytes, /, max_length: int) -> bytes:
        given = self._waiting + data
        source = ctypes.create_string_buffer(given, max(len(given), 1))
        room = ctypes.create_string_buffer(max_length)
        reading = _Buffer(ctypes.addressof(source), len(given), 0)
        writing = _Buffer(ctypes.addressof(room), max_length, 0)
        while writing.position < max_length and not self.eof:
            before = reading.position, writing.position
            left = self._library.ZSTD_decompressStream(self._stream, ctypes.byref(writing), ctypes.byref(reading))
            if self._library.ZSTD_isError(left):
                raise ZstdBroken
            self.eof = left == 0
            if (reading.position, writing.position) == before:
                break
        self._waiting = given[reading.position :]
        self.needs_input = writing.position < max_length
        return room.raw[: writing.position]


def _library() -> ctypes.CDLL | None:
    """The C library, which nearly every Linux has for its packages' sake."""
    for name in filter(None, (ctypes.util.find_library("zstd"), "libzstd.so.1", "libzstd.dylib")):
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL(name)
            library.ZSTD_createDStream.restype = ctypes.c_void_p
            library.ZSTD_freeDStream.argtypes = [ctypes.c_void_p]
            library.ZSTD_decompressStream.restype = ctypes.c_size_t
            library.ZSTD_decompressStream.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Buffer), ctypes.POINTER(_Buffer)]
            library.ZSTD_isError.argtypes = [ctypes.c_size_t]
            return library
    return None
