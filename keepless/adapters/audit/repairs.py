"""Going on after a crash: what a process left half written is finished or put aside, never dropped in silence."""

import os

import msgspec

from keepless.adapters.audit.head import MODE, write_all
from keepless.adapters.audit.reading import day_files
from keepless.core.audit import MOST_UNSIGNED, Head, read_line
from keepless.core.moments import utc_moment

LINE_COMPLETED = "line_completed"
MOVED_ASIDE = "moved_aside"
LINES_MISSING = "lines_missing"
HEAD_OF_UNKNOWN_KEY = "head_of_unknown_key"

# Where the last whole line of a file is looked for.
_TAIL = 256 * 1024
_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


def add_to(folder: int, name: str, text: bytes) -> None:
    """Puts `text` at the end of a file that its owner alone reads. Raises OSError."""
    descriptor = os.open(name, _APPEND, MODE, dir_fd=folder)
    try:
        write_all(descriptor, text)
    finally:
        os.close(descriptor)


def clear_way(folder: int, name: str, number: int) -> None:
    """Puts a file aside that is where a new one is to begin, and is not ours. Raises OSError."""
    if name in day_files(folder):
        os.rename(name, _aside(name, number), src_dir_fd=folder, dst_dir_fd=folder)


def mended(folder: int, head: Head) -> tuple[Head, str]:
    """The head, whose last line is in its file now, and what had to be done for that; "" for nothing. Raises OSError.

    A line that is cut off, or not there at all, is finished from the head, which has it whole. What stands behind it
    was never ours: it is put aside.
    """
    line = head.line.encode() + b"\n"
    start = head.size - len(line)
    descriptor = os.open(head.file, _APPEND, MODE, dir_fd=folder)
    try:
        size = os.fstat(descriptor).st_size
        if size == head.size:
            return head, ""
        if size > head.size and os.pread(descriptor, len(line), start) == line:
            _put_aside(folder, descriptor, head.size, _aside(head.file, head.n))
            return head, MOVED_ASIDE
        if start <= size < head.size and line.startswith(written := os.pread(descriptor, len(line), start)):
            write_all(descriptor, line[len(written) :])
            return head, LINE_COMPLETED
        # Not the file that we wrote to: the last line goes behind what there is, and what is missing stays missing.
        end = _end_of_lines(descriptor, size)
        if end < size:
            _put_aside(folder, descriptor, end, _aside(head.file, head.n))
        write_all(descriptor, line)
        return msgspec.structs.replace(head, size=end + len(line)), LINES_MISSING
    finally:
        os.close(descriptor)


def from_the_last_line(folder: int) -> Head | None:
    """A head made of the last line that can be read, where the head itself is gone; None for an empty folder.

    What stood behind that line, if anything did, nobody can tell any more: the trail will say so. Raises OSError.
    """
    for name in reversed(day_files(folder)):
        descriptor = os.open(name, _APPEND, MODE, dir_fd=folder)
        try:
            size = os.fstat(descriptor).st_size
            end = _end_of_lines(descriptor, size)
            begin = max(0, end - _TAIL)
            lines = os.pread(descriptor, end - begin, begin).splitlines()
            for raw in reversed(lines):
                entry = read_line(raw)
                at = utc_moment(entry.at) if entry else None
                if entry is None or at is None or not entry.is_intact:
                    continue
                if end < size:
                    _put_aside(folder, descriptor, end, _aside(name, entry.n))
                return Head(
                    chain=entry.chain,
                    n=entry.n,
                    hash=entry.hash,
                    file=name,
                    size=end,
                    # As if nothing were signed: a checkpoint is due.
                    checkpoint=entry.n - MOST_UNSIGNED,
                    checkpoint_at=at,
                    line=raw.decode(),
                )
        finally:
            os.close(descriptor)
    return None


def _end_of_lines(descriptor: int, size: int) -> int:
    """How many bytes of a file are whole lines."""
    begin = max(0, size - _TAIL)
    return begin + os.pread(descriptor, size - begin, begin).rfind(b"\n") + 1


def _put_aside(folder: int, descriptor: int, start: int, name: str) -> None:
    """Takes what stands from `start` on out of the file, into one beside it."""
    beside = os.open(name, _APPEND, MODE, dir_fd=folder)
    try:
        place = start
        while piece := os.pread(descriptor, _TAIL, place):
            write_all(beside, piece)
            place += len(piece)
    finally:
        os.close(beside)
    os.ftruncate(descriptor, start)


def _aside(name: str, number: int) -> str:
    return f"{name}.aside-{number}"
