"""zstd streams are read where the machine has a library for it."""

import pytest

from keepless.prove import zstd
from keepless.prove.streams import unpacked

pytestmark = pytest.mark.skipif(zstd.decompressor() is None, reason="no libzstd and no Python 3.14 here")


def raw(data, *, more=b""):
    """A frame of one raw block (RFC 8878, 3.1.1)."""
    return (
        b"\x28\xb5\x2f\xfd\xa0"
        + len(data).to_bytes(4, "little")
        + (len(data) << 3 | 1).to_bytes(3, "little")
        + data
        + more
    )


def test_a_frame_is_read():
    data = raw(b"zqvkwxjp" * 40, more=b"and what follows it")
    assert unpacked("zstd", lambda at, size: data[at : at + size], 1 << 20) == (b"zqvkwxjp" * 40, False)


def test_a_repeated_byte_is_cut_at_the_limit():
    size = 100_000
    frame = b"\x28\xb5\x2f\xfd\xa0" + size.to_bytes(4, "little") + (size << 3 | 0b011).to_bytes(3, "little") + b"A"
    assert unpacked("zstd", lambda at, n: frame[at : at + n], 1_000) == (b"A" * 1_000, True)


def test_what_is_no_frame_is_nothing():
    assert unpacked("zstd", lambda at, size: (b"\x28\xb5\x2f\xfd" + b"\xff" * 50)[at : at + size], 100)[0] == b""
