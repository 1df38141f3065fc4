"""A snapshot's compressed strings are read as Valkey itself writes them."""

from prove.making import MARK, some_canaries
from support.valkey import valkey_server

from keepless.prove import lzf
from keepless.prove.scanner import Scanner


def test_a_string_that_valkey_compressed_is_found_in_its_snapshot(tmp_path):
    words = f"{MARK[:4]}-{MARK} bakery " * 40
    with valkey_server("--save", "1 1", folder=tmp_path) as server:
        server.call("SET", "key", words[7:])
        server.call("SAVE")
        snapshot = next(tmp_path.glob("*.rdb"))
    assert words[7:].encode() in [text for _at, text in lzf.strings(snapshot.read_bytes())]
    scanner = Scanner(some_canaries())
    scanner.file("Valkey", snapshot)
    assert "in clear inside LZF" in {hit.form for hit in scanner.hits}


def test_bytes_that_are_no_lzf_are_none():
    assert lzf.unpack(b"\xff\xff\xff", 10) is None
    assert lzf.unpack(b"", 1) is None
    assert list(lzf.strings(b"REDIS0011" + b"\xc3" * 500)) == []
