"""Searches files and other bytes for canaries, in every form and inside what is packed."""

import os
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from keepless.prove import lzf
from keepless.prove.canaries import Canary, Kind
from keepless.prove.forms import needles
from keepless.prove.sieve import Sieve
from keepless.prove.streams import Limits, beginnings, unpacked

CHUNK = 1 << 22
_MOST_SNAPSHOT = 512 << 20


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A canary that was found. `where` is a file or what stands for one, `at` the byte in it; never what is beside it.

    `form` says how it was written: "in clear", "base64 inside gzip".
    """

    place: str
    where: str
    at: int
    form: str
    kind: Kind
    label: str


class Count(msgspec.Struct, kw_only=True):
    """What was read of one place. `unpacked` are the bytes that streams in it held, `cut` streams that were too long.

    `gone` are files that were there when the place was listed and not when they were to be read.
    """

    files: int = 0
    bytes: int = 0
    streams: int = 0
    unpacked: int = 0
    cut: int = 0
    gone: int = 0


class _Bounds(msgspec.Struct, frozen=True):
    """Where a search stands: what it counts into, how many bytes may still be unpacked, how deep it is."""

    count: Count
    left: list[int]
    depth: int = 0

    def deeper(self) -> "_Bounds":
        return _Bounds(self.count, self.left, self.depth + 1)


_Found = Iterator[tuple[int, str, Canary]]


class Source(Protocol):
    """Bytes to search, read from anywhere in them."""

    def read(self, at: int, size: int) -> bytes: ...


class OpenFile:
    """An open file, which may grow or shrink meanwhile."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def read(self, at: int, size: int) -> bytes:
        return os.pread(self._descriptor, size, at)


class Held:
    """Bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, at: int, size: int) -> bytes:
        return self._data[at : at + size]


class Tail:
    """The bytes of a source from somewhere on."""

    def __init__(self, source: Source, start: int) -> None:
        self._source = source
        self._start = start

    def read(self, at: int, size: int) -> bytes:
        return self._source.read(self._start + at, size)


class Scanner:
    """A search for so many canaries. `hits` and `counts` (by place) grow with each thing that is scanned."""

    def __init__(self, canaries: Iterable[Canary], limits: Limits = Limits()) -> None:  # noqa: B008 - it is frozen
        self._sieve = Sieve(needles(canaries))
        self._limits = limits
        self.hits: list[Hit] = []
        self.counts: dict[str, Count] = {}
        self.seconds = 0.0

    @property
    def needles(self) -> int:
        """How many byte strings are looked for."""
        return self._sieve.count

    def file(self, place: str, path: Path | str, *, name: str | None = None) -> None:
        """Searches a file and its name; one that is gone by now is counted as such. Waits for no pipe or device."""
        shown = name or str(path)
        count = self.counts.setdefault(place, Count())
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError:
            count.gone += 1
            return
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                self.source(place, shown, OpenFile(descriptor))
        except OSError:
            count.gone += 1
        finally:
            os.close(descriptor)
        for _at, needle in self._sieve.find(os.fsencode(shown)):
            self._hit(place, shown, 0, f"{needle.form} in the file's name", needle.canary)

    def data(self, place: str, where: str, data: bytes) -> None:
        """Searches bytes in memory."""
        self.source(place, where, Held(data))

    def source(self, place: str, where: str, source: Source) -> None:
        """Searches bytes from anywhere."""
        began = time.perf_counter()
        count = self.counts.setdefault(place, Count())
        count.files += 1
        found: set[tuple[int, str, Canary]] = set()
        for at, form, canary in self._search(source, _Bounds(count, [self._limits.file])):
            if (at, form, canary) not in found:
                found.add((at, form, canary))
                self._hit(place, where, at, form, canary)
        self.seconds += time.perf_counter() - began

    def _hit(self, place: str, where: str, at: int, form: str, canary: Canary) -> None:
        self.hits.append(Hit(place=place, where=where, at=at, form=form, kind=canary.kind, label=canary.label))

    def _search(self, source: Source, bounds: "_Bounds") -> _Found:
        """Hits by where they begin; those inside something packed by where that begins."""
        overlap = self._sieve.longest - 1
        at = 0
        while chunk := source.read(at, CHUNK + overlap):
            if bounds.depth == 0:
                bounds.count.bytes += min(len(chunk), CHUNK)
            if at == 0 and chunk.startswith(lzf.SNAPSHOT):
                yield from self._in_snapshot(source, bounds.count)
            if chunk.count(0) < len(chunk):
                # What stands where two chunks overlap is found twice, at the same place; `source` tells it once.
                for place, needle in self._sieve.find(chunk):
                    yield at + place, needle.form, needle.canary
                yield from self._in_streams(source, chunk, at, bounds)
            at += CHUNK

    def _in_streams(self, source: Source, chunk: bytes, base: int, bounds: "_Bounds") -> _Found:
        if bounds.depth >= self._limits.depth:
            return
        for packed in beginnings(chunk):
            if packed.at >= CHUNK or bounds.left[0] <= 0:
                continue
            start = base + packed.at
            most = min(self._limits.stream, bounds.left[0])
            inside, was_cut = unpacked(packed.form, Tail(source, start).read, most)
            if not inside:
                continue
            bounds.left[0] -= len(inside)
            bounds.count.streams += 1
            bounds.count.unpacked += len(inside)
            bounds.count.cut += was_cut
            for _at, form, canary in self._search(Held(inside), bounds.deeper()):
                yield start, f"{form} inside {packed.form}", canary

    def _in_snapshot(self, source: Source, count: Count) -> _Found:
        for at, text in lzf.strings(source.read(0, _MOST_SNAPSHOT)):
            count.streams += 1
            count.unpacked += len(text)
            for _place, needle in self._sieve.find(text):
                yield at, f"{needle.form} inside LZF", needle.canary
