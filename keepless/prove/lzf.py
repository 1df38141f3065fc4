"""LZF, in which Valkey and Redis keep longer strings of a snapshot, found by the length that stands before each."""

import re
from collections.abc import Iterator

SNAPSHOT = (b"REDIS0", b"VALKEY")
_MARK = re.compile(b"\xc3")
_MOST = 1 << 26
_LITERAL = 1 << 5
_LONG = 7


def strings(snapshot: bytes) -> Iterator[tuple[int, bytes]]:
    """Where compressed strings begin in a snapshot, and what they are unpacked.

    A string is 0xC3, its length packed, its length unpacked, and so many bytes (Valkey's RDB format). The mark stands
    elsewhere too: what does not come out at its length was none.
    """
    for mark in _MARK.finditer(snapshot):
        read = _length(snapshot, mark.end())
        if read is None:
            continue
        packed, at = read
        read = _length(snapshot, at)
        if read is None:
            continue
        whole, at = read
        if 0 < packed < whole <= _MOST and at + packed <= len(snapshot):
            text = unpack(snapshot[at : at + packed], whole)
            if text is not None:
                yield mark.start(), text


def unpack(packed: bytes, whole: int) -> bytes | None:
    """`whole` bytes, or None where `packed` does not hold exactly those."""
    out, at, end = bytearray(), 0, len(packed)
    while at < end and len(out) <= whole:
        control = packed[at]
        at += 1
        if control < _LITERAL:
            out += packed[at : at + control + 1]
            at += control + 1
            continue
        length = control >> 5
        if length == _LONG and at < end:
            length += packed[at]
            at += 1
        if at >= end:
            return None
        start = len(out) - ((control & 0x1F) << 8) - packed[at] - 1
        at += 1
        if start < 0:
            return None
        for place in range(start, start + length + 2):  # it may read what it has just written
            out.append(out[place])
    return bytes(out) if len(out) == whole and at == end else None


def _length(data: bytes, at: int) -> tuple[int, int] | None:
    """An RDB length at this place and where it ends; None for other encodings."""
    head = data[at : at + 1]
    if not head:
        return None
    match head[0] >> 6:
        case 0:
            return head[0] & 0x3F, at + 1
        case 1 if at + 2 <= len(data):
            return (head[0] & 0x3F) << 8 | data[at + 1], at + 2
        case 2 if head[0] in (0x80, 0x81):
            size = 4 if head[0] == 0x80 else 8  # noqa: PLR2004 - the two codes of the format
            return int.from_bytes(data[at + 1 : at + 1 + size], "big"), at + 1 + size
        case _:
            return None
