"""The search finds a canary wherever it stands and however it is written, and nothing where there is none."""

import base64
import gzip
import hashlib
import json
import lzma
import os
import struct
import zlib

import pytest
from prove.making import AMOUNT, COOKIE, EMAIL, MARK, SECRET, TOKEN, some_canaries

from keepless.prove import scanner as scanning
from keepless.prove.canaries import Canaries, Kind
from keepless.prove.scanner import Scanner
from keepless.prove.streams import Limits, unpacked

NOISE = bytes((number * 37 + number // 251) % 256 for number in range(5_000))


def search(data, **options):
    scanner = Scanner(some_canaries(), **options)
    scanner.data("here", "a file", data)
    return scanner


def kinds(scanner):
    return {hit.kind for hit in scanner.hits}


def test_nothing_is_found_where_nothing_was_planted():
    scanner = search(NOISE + bytes(100_000) + os.urandom(300_000))
    assert scanner.hits == []
    assert scanner.counts["here"].bytes == 405_000


@pytest.mark.parametrize("before", range(8))
def test_a_word_is_found_wherever_it_stands(before):
    scanner = search(NOISE[:before] + MARK.encode() + NOISE[:3])
    assert [(hit.at, hit.form, hit.kind) for hit in scanner.hits] == [(before, "in clear", Kind.MERCHANT)]


def test_each_place_of_several_is_told():
    assert [hit.at for hit in search(b"-" + MARK.encode() * 3).hits] == [1, 9, 17]


@pytest.mark.parametrize("written", [MARK.upper(), MARK.capitalize()])
def test_capitals_hide_nothing(written):
    assert kinds(search(written.encode())) == {Kind.MERCHANT}


@pytest.mark.parametrize("alignment", range(3))
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode], ids=["standard", "for addresses"])
@pytest.mark.parametrize("planted", [MARK.encode(), TOKEN.encode(), EMAIL.encode(), SECRET], ids=len)
def test_base64_is_found_at_every_alignment(alignment, encode, planted):
    scanner = search(b'{"x":"' + encode(b"?" * alignment + planted + b"and more") + b'"}')
    assert "base64" in {hit.form for hit in scanner.hits}


@pytest.mark.parametrize(
    "written",
    [
        f"{AMOUNT}",
        f"{AMOUNT:,}",
        "481.516.234,27",
        "481 516 234,27",
        "481\u202f516\u202f234,27",
        "48151623427",
        f"{float(AMOUNT)!r}",
        "USD481,516,234",
    ],
)
def test_an_amount_is_found_however_people_write_it(written):
    assert kinds(search(b"paid " + written.encode() + b" today")) == {Kind.AMOUNT}


@pytest.mark.parametrize(
    "packed",
    [
        struct.pack("<q", 48151623427),
        struct.pack(">q", 48151623427),
        struct.pack("<d", 481516234.27),
        struct.pack(">d", 481516234.27),
        b"\xcf" + (48151623427).to_bytes(8, "big"),
        struct.pack("<4h", 4, 8151, 6234, 2700),
    ],
    ids=["int64 little", "int64 big", "double little", "double big", "MessagePack", "numeric of PostgreSQL"],
)
def test_an_amount_is_found_as_programs_keep_it(packed):
    assert kinds(search(NOISE + packed + NOISE)) == {Kind.AMOUNT}


def test_a_token_is_found_by_the_bytes_of_its_uuid():
    assert kinds(search(b"\0\1" + bytes.fromhex("0f47c1ba15b24a4ea28a0d3e9ac1d1f1"))) == {Kind.ACCESS_TOKEN}


def test_a_part_of_a_cookie_gives_it_away():
    assert kinds(search(COOKIE[20:80].encode())) == {Kind.COOKIE}


def test_an_address_that_is_hashed_without_a_key_is_found():
    digest = hashlib.sha256(EMAIL.encode()).hexdigest()
    assert {hit.form for hit in search(digest.encode()).hits} == {"plain digest"}


def test_json_that_escapes_letters_hides_nothing():
    assert kinds(search(json.dumps({"name": "Øst & Søn qxzvjkbw"}).encode())) == {Kind.ACCOUNT}


def test_what_lies_across_two_chunks_is_found_once(monkeypatch):
    monkeypatch.setattr(scanning, "CHUNK", 4_096)
    for before in range(4_060, 4_100):
        hits = search(bytes(before) + MARK.encode() + bytes(9_000)).hits
        assert [hit.at for hit in hits] == [before]


def test_a_stream_that_goes_on_in_the_next_chunk_is_read_to_its_end(monkeypatch):
    monkeypatch.setattr(scanning, "CHUNK", 4_096)
    words = " ".join(map(str, range(30_000)))
    packed = gzip.compress(f"{words} {MARK}".encode())
    hits = search(bytes(4_000) + packed).hits
    assert [(hit.at, hit.form) for hit in hits] == [(4_000, "in clear inside gzip")]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, lzma.compress], ids=["gzip", "zlib", "xz"])
def test_what_is_packed_twice_in_the_middle_of_a_file_is_found(pack):
    scanner = search(NOISE + pack(b"x" * 500 + pack(MARK.encode())) + NOISE)
    assert kinds(scanner) == {Kind.MERCHANT}
    assert scanner.counts["here"].streams >= 2


def test_a_stream_that_breaks_off_gives_what_came_before():
    packed = gzip.compress(MARK.encode() + os.urandom(50_000))
    assert kinds(search(packed[:30_000])) == {Kind.MERCHANT}


def test_a_bomb_is_read_to_its_limit_and_said_to_be_cut():
    bomb = gzip.compress(bytes(30 << 20) + MARK.encode())
    scanner = search(bomb, limits=Limits(stream=1 << 20, file=2 << 20))
    assert scanner.counts["here"].cut == 1
    assert scanner.counts["here"].unpacked == 1 << 20


def test_no_more_of_a_stream_is_read_than_is_unpacked():
    packed, read = gzip.compress(os.urandom(6 << 20), 1), []

    def reading(at, size):
        read.append(size)
        return packed[at : at + size]

    content, was_cut = unpacked("gzip", reading, 1 << 20)
    assert (len(content), was_cut) == (1 << 20, True)
    assert sum(read) < 2 << 20


def test_a_bomb_in_a_bomb_stops_at_the_limit_of_its_file():
    inner = gzip.compress(bytes(8 << 20))
    scanner = search(gzip.compress(inner * 20), limits=Limits(stream=1 << 20, file=3 << 20))
    assert scanner.counts["here"].unpacked <= 3 << 20


def test_wrappings_deeper_than_the_limit_are_left():
    data = MARK.encode()
    for _ in range(6):
        data = gzip.compress(data + b" " * 5_000)  # what does not shrink is kept as it is, and seen from outside
    assert search(data).hits == []
    assert kinds(search(data, limits=Limits(depth=6))) == {Kind.MERCHANT}


def test_a_hit_says_where_and_never_what(tmp_path):
    path = tmp_path / "log.txt"
    path.write_text(f"secret neighbours {TOKEN} of it", encoding="utf-8")
    scanner = Scanner(some_canaries())
    scanner.file("logs", path, name="logs/log.txt")
    (hit,) = scanner.hits
    assert (hit.place, hit.where, hit.at, hit.label) == ("logs", "logs/log.txt", 33, "bank token 1")
    assert TOKEN[15:] not in repr(scanner.hits)
    assert "neighbours" not in repr(scanner.hits)


def test_the_name_of_a_file_is_searched_too(tmp_path):
    (tmp_path / f"export-{MARK}.csv").write_bytes(b"")
    scanner = Scanner(some_canaries())
    scanner.file("here", tmp_path / f"export-{MARK}.csv")
    assert [hit.form for hit in scanner.hits] == ["in clear in the file's name"]


def test_a_file_that_is_gone_is_counted_and_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    scanner = Scanner(some_canaries())
    scanner.file("here", tmp_path / "none")
    scanner.file("here", tmp_path / "pipe")
    assert scanner.counts["here"].gone == 1
    assert scanner.hits == []


def test_what_is_too_short_to_be_told_from_chance_is_refused():
    with pytest.raises(ValueError, match="too short"):
        Canaries().secret(Kind.COOKIE, "abc")
