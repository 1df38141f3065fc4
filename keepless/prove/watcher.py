"""Keeps hold of files that appear where a web server has no business to write, so that none is gone before it is read.

inotify says that a file was made; a second name for it (a hard link) keeps its content, whatever happens to the first.
Where the system has no inotify only what is there at the end is seen.
"""

import contextlib
import ctypes
import os
import select
import struct
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_CREATED, _MOVED_HERE, _FOLDER = 0x100, 0x80, 0x40000000
_HEAD = struct.Struct("iIII")
_ROOM = 1 << 16
_TICK = 0.2


class Watcher:
    """What has appeared so far. `kept` has the second names, `seen` the first ones."""

    def __init__(self, keep: Path) -> None:
        self._keep = keep
        self._folders: dict[int, Path] = {}
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._libc.inotify_init() if sys.platform == "linux" else -1
        self._end = threading.Event()
        self.seen: list[Path] = []

    @property
    def works(self) -> bool:
        return self._descriptor >= 0

    @property
    def kept(self) -> list[Path]:
        return sorted(self._keep.iterdir())

    def add(self, folder: Path) -> None:
        """Watches a folder and all below it."""
        if not self.works:
            return
        number = self._libc.inotify_add_watch(self._descriptor, os.fsencode(folder), _CREATED | _MOVED_HERE)
        if number >= 0:
            self._folders[number] = folder
        with contextlib.suppress(OSError):
            for each in folder.iterdir():
                self._appeared(each, is_folder=each.is_dir())

    def run(self) -> None:
        """Reads what inotify says until `stop`."""
        while self.works and not self._end.is_set():
            ready, _, _ = select.select([self._descriptor], [], [], _TICK)
            if ready:
                self._read()

    def stop(self) -> None:
        self._end.set()

    def close(self) -> None:
        if self.works:
            os.close(self._descriptor)

    def _read(self) -> None:
        data = os.read(self._descriptor, _ROOM)
        at = 0
        while at < len(data):
            number, mask, _cookie, size = _HEAD.unpack_from(data, at)
            name = data[at + _HEAD.size : at + _HEAD.size + size].rstrip(b"\0")
            at += _HEAD.size + size
            if number in self._folders and name:
                self._appeared(self._folders[number] / os.fsdecode(name), is_folder=bool(mask & _FOLDER))

    def _appeared(self, path: Path, *, is_folder: bool) -> None:
        if is_folder:
            self.add(path)
            return
        self.seen.append(path)
        with contextlib.suppress(OSError):
            (self._keep / f"{len(self.seen):06d}-{path.name[:80]}").hardlink_to(path)


@contextmanager
def watching(folders: Sequence[Path], keep: Path) -> Iterator[Watcher]:
    """Watches the folders for the block; `keep` is an empty folder of the same file system."""
    watcher = Watcher(keep)
    for folder in folders:
        watcher.add(folder)
    thread = threading.Thread(target=watcher.run, name="watcher", daemon=True)
    thread.start()
    try:
        yield watcher
    finally:
        watcher.stop()
        thread.join()
        watcher.close()
