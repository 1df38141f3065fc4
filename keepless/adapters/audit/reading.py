"""Reading a trail in a folder, as it is at one moment, however large it is and whoever goes on writing it."""

import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import msgspec

from keepless.adapters.audit.head import read_head_file

DAY_FILE = re.compile(r"audit-(\d{4}-\d\d-\d\d)\.jsonl")
PATIENCE = 5.0  # seconds that a reader waits for those who write
# Many times a line of ours: what is longer was not written by us, and is read in pieces.
LONGEST_READ = 64 * 1024
_CHUNK = 1024 * 1024


class Snapshot(msgspec.Struct, frozen=True):
    """The head's file, b"" where there is none, and the day files with their lengths in bytes, the oldest first."""

    head: bytes
    files: tuple[tuple[Path, int], ...]


def snapshot(folder: Path) -> Snapshot:
    """What is in the folder between two acts. Raises OSError; TimeoutError where a writer does not let go of it."""
    with locked(folder, exclusive=False, patience=PATIENCE) as opened:
        files = tuple((folder / name, os.stat(name, dir_fd=opened).st_size) for name in day_files(opened))
        return Snapshot(read_head_file(opened), files)


def day_files(folder: int) -> list[str]:
    """The names of the trail's files, the oldest first."""
    return sorted(filter(DAY_FILE.fullmatch, os.listdir(folder)))


def lines_in(path: Path, size: int) -> Iterator[bytes]:
    """The lines in the first `size` bytes, without their ends; the last may be cut off. Raises OSError."""
    with path.open("rb") as file:
        left = size
        while left > 0 and (line := file.readline(min(left, LONGEST_READ))):
            left -= len(line)
            yield line.removesuffix(b"\n")


def lines_of(folder: Path, who: str, *, first: date = date.min, last: date = date.max) -> Iterator[bytes]:
    """The lines of one `who`, with their ends, from the first day to the last, as they were written. Raises OSError."""
    wanted = b'"who":"%b"' % who.encode()
    for path, size in snapshot(folder).files:
        if not f"audit-{first}.jsonl" <= path.name <= f"audit-{last}.jsonl":
            continue
        try:
            yield from _lines_with(wanted, path, size)
        except FileNotFoundError:  # its days were over a moment ago
            continue


@contextmanager
def locked(folder: Path, *, exclusive: bool, patience: float) -> Iterator[int]:
    """Holds the folder's lock; its descriptor. Raises OSError; TimeoutError where another holds it for that long.

    The lock is on the folder itself (flock): no file of its own that somebody could delete beneath it.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _wait_for(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH, patience)
        yield descriptor
    finally:
        os.close(descriptor)  # and with it the lock


def _wait_for(descriptor: int, kind: int, patience: float) -> None:
    # Not the waiting kind of lock: one process that is stopped with it in its hand would stop every visitor.
    ends = time.monotonic() + patience
    pause = 0.0002
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > ends:
                raise TimeoutError("the trail is locked") from None
            time.sleep(pause)
            pause = min(pause * 2, 0.001)
        else:
            return


def _lines_with(wanted: bytes, path: Path, size: int) -> Iterator[bytes]:
    """Read in large pieces: looking at each line costs several times what looking through the file does."""
    with path.open("rb") as file:
        rest, left = b"", size
        while left > 0 and (piece := file.read(min(left, _CHUNK))):
            left -= len(piece)
            whole, _, rest = (rest + piece).rpartition(b"\n")
            if wanted in whole:
                yield from (line + b"\n" for line in whole.split(b"\n") if wanted in line)
            if len(rest) > LONGEST_READ:
                rest = b""
