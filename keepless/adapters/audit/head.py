"""The head of a trail in a folder: one small file of two signed places, written in turn.

A process that is killed while it writes one of them leaves the other as it was, so there is always a whole head. A file
that is replaced instead (rename) would do as well, but ext4 sends each such file to the disk at once: that is two
thirds of what an act costs, measured.
"""

import os

from keepless.core.audit import Head, Sign, Verify, head_text, read_head

HEAD = "head"
MODE = 0o600
# A page: a line of the longest length, once more as JSON, and what stands about it.
PLACE = 4096
_FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC


def read_head_file(folder: int) -> bytes:
    """Both places as they are on disk; b"" where there is no head. Raises OSError for one that cannot be read.

    `folder` is a directory's descriptor, here and in the whole package.
    """
    try:
        descriptor = os.open(HEAD, os.O_RDONLY | _FLAGS, dir_fd=folder)
    except FileNotFoundError:
        return b""
    try:
        return os.pread(descriptor, 2 * PLACE, 0)
    finally:
        os.close(descriptor)


def head_in(places: bytes, verify: Verify) -> tuple[Head | None, bool | None]:
    """The later of the two heads that are signed, and whether it is: None where its key is not known.

    (None, False) where neither is: that is no head of ours.
    """
    found = [read_head(places[start : start + PLACE].strip(b" \n"), verify) for start in (0, PLACE)]
    sound = [(head, good) for head, good in found if head is not None and good is not False]
    return max(sound, key=lambda pair: pair[0].n) if sound else (None, False)


def write_head_file(folder: int, head: Head, sign: Sign, before: bytes) -> bytes:
    """Writes the head into the place of the one before the last; the file as it is now. Raises OSError."""
    text = head_text(head, sign).ljust(PLACE - 1) + b"\n"
    if len(text) > PLACE:
        raise OSError("the head is too long")
    descriptor = os.open(HEAD, os.O_WRONLY | os.O_CREAT | _FLAGS, MODE, dir_fd=folder)
    try:
        start = head.n % 2 * PLACE
        if os.pwrite(descriptor, text, start) < PLACE:
            raise OSError("the head was written in part")
    finally:
        os.close(descriptor)
    places = before.ljust(2 * PLACE, b"\0")
    return (places[:start] + text + places[start + PLACE :]).rstrip(b"\0")


def write_all(descriptor: int, text: bytes) -> None:
    """All of it, or OSError."""
    rest = memoryview(text)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
