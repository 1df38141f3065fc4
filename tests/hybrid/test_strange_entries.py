"""R8 and R10 over HTTP: whatever stands in an entry's place is a miss with the right figures, and is overwritten."""

import pickle

import pytest
from hybrid.looking import board, fields_of, live, name_of, settled

from keepless.adapters.sealing.copies import VERSION

PARTS = ("rows", "live", "board")


@pytest.fixture
def visitors(site, local_plaid):
    """Two people with different banks, whose entries have all parts; and what each sees."""
    browsers = [site.connected(local_plaid.connect(user)) for user in ("demo", "user_good")]
    for browser in browsers:
        live(browser)
        assert (live(browser).cache, board(browser)["cache"]) == (("hit",), "hit")
    assert seen(browsers[0]) != seen(browsers[1])
    return browsers


def seen(browser) -> tuple:
    """The figures of the stream and of the dashboard."""
    told = board(browser)
    return (
        live(browser).figures,
        [account["id"] for bank in told["banks"] for account in bank["accounts"]],
        told["spending"],
    )


def put(valkey, name: str, part: str, value: bytes) -> None:
    """In the place of a part of an entry that is there, as somebody does who can write to the cache."""
    assert valkey.call("HSET", name, part, value) == 0


class Evil:
    """Whoever unpickles it tells of it."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was opened",))


STRANGE = {
    "nothing": lambda _parts, _part: b"",
    "one byte": lambda _parts, _part: b"k",
    "its head alone": lambda parts, part: parts[part][:8],
    "cut by a byte": lambda parts, part: parts[part][:-1],
    "cut in the middle": lambda parts, part: parts[part][: len(parts[part]) // 2],
    "with a byte more": lambda parts, part: parts[part] + b"\0",
    "with a bit changed": lambda parts, part: parts[part][:-1] + bytes([parts[part][-1] ^ 1]),
    "with a bit of the nonce changed": lambda parts, part: (
        parts[part][:8] + bytes([parts[part][8] ^ 1]) + parts[part][9:]
    ),
    "of an older version": lambda parts, part: b"klc0" + parts[part][len(VERSION) :],
    "of another key": lambda parts, part: VERSION + b"\0\0\0\0" + parts[part][8:],
    "another part of the same": lambda parts, part: parts[PARTS[PARTS.index(part) - 1]],
    "a pickle": lambda _parts, _part: pickle.dumps(Evil()),
    "JSON": lambda _parts, _part: b'{"type":"bank","rows":[]}',
    "a megabyte of zeros": lambda _parts, _part: bytes(1 << 20),
}


@pytest.mark.parametrize("which", [("rows",), ("live",), ("board",), PARTS], ids="+".join)
def test_r10_a_part_that_is_not_what_was_kept_is_never_shown(site, valkey, visitors, which):
    mine, _ = visitors
    name, right = name_of(site, mine), seen(mine)
    expected = "miss" if which == PARTS else "hit"  # what is prepared is made of the rows, and needs them no more
    for what, strange in STRANGE.items():
        assert seen(mine) == right, what
        good = fields_of(valkey, name)
        parts = {part: good[part.encode()] for part in PARTS}
        for part in which:
            put(valkey, name, part, strange(parts, part))
        assert live(mine).cache == (expected,), what
        assert seen(mine) == right, what
        settled(valkey, name)
        if which == ("rows",):  # nobody has needed them: another period does
            assert mine.get("/api/transactions?days=200").json["cache"] == "miss", what
        now = fields_of(valkey, name)
        assert [part for part in which if now[part.encode()] == strange(parts, part)] == [], what


def test_r10_a_broken_copy_behind_a_whole_answer_is_made_anew_when_it_is_needed(site, valkey, visitors):
    mine, _ = visitors
    name, right = name_of(site, mine), seen(mine)
    put(valkey, name, "rows", b"rubbish")
    assert live(mine).cache == ("hit",)
    answer = mine.get("/api/transactions").json
    assert answer["cache"] == "miss"
    assert fields_of(valkey, name)[b"rows"] != b"rubbish"
    assert seen(mine) == right


@pytest.mark.parametrize("parts", [("rows",), ("live",), ("board",), PARTS], ids="+".join)
def test_r8_entries_that_were_swapped_are_shown_to_nobody(site, valkey, visitors, parts):
    mine, theirs = visitors
    right = [seen(browser) for browser in visitors]
    names = [name_of(site, browser) for browser in visitors]
    before = [fields_of(valkey, name) for name in names]
    for part in parts:
        put(valkey, names[0], part, before[1][part.encode()])
        put(valkey, names[1], part, before[0][part.encode()])
    for browser, figures in zip(visitors, right, strict=True):
        assert seen(browser) == figures
    assert mine is not theirs


def test_r8_a_whole_entry_under_anothers_name_is_a_miss(site, valkey, visitors):
    mine, theirs = visitors
    right = seen(mine)
    assert valkey.call("COPY", name_of(site, theirs), name_of(site, mine), "REPLACE") == 1
    assert live(mine).cache == ("miss",)
    assert seen(mine) == right


def test_r8_an_entry_of_the_same_item_and_another_session_is_a_miss(site, valkey, local_plaid):
    """Two people who share an item, or one who signed in twice: each session has a secret of its own (R7)."""
    token = local_plaid.connect("demo")
    first, second = site.connected(token), site.connected(token)
    assert name_of(site, first) == name_of(site, second)
    assert live(first).cache == ("miss",)
    assert live(second).cache == ("miss",)
    assert live(second).cache == ("hit",)
    assert live(first).figures == live(second).figures


WRONG_TYPES = {
    "a string": ("SET", "rubbish"),
    "a list": ("LPUSH", "rubbish"),
    "a set": ("SADD", "rubbish"),
    "a sorted set": ("ZADD", 1, "rubbish"),
    "a stream": ("XADD", "*", "field", "rubbish"),
}


@pytest.mark.parametrize("command", WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_r10_a_key_of_another_type_is_a_miss_and_is_replaced(site, valkey, visitors, command):
    mine, _ = visitors
    name, right = name_of(site, mine), seen(mine)
    valkey.call("DEL", name)
    valkey.call(command[0], name, *command[1:])
    assert live(mine).cache == ("miss",)
    assert valkey.call("TYPE", name) == b"hash"
    assert live(mine).cache == ("hit",)
    assert seen(mine) == right


@pytest.mark.parametrize(
    "field", ["revision", "until", "claim", "claim_ends", "stale", "outdated", "problem", "noted", "closed"]
)
def test_r10_rubbish_in_what_stands_in_clear_shows_nothing_wrong(site, valkey, visitors, field):
    mine, _ = visitors
    name, right = name_of(site, mine), seen(mine)
    for value in ("", "x", "-1", "1e9", "nan", "9" * 30, "\x00\xff", "0"):
        valkey.call("HSET", name, field, value)
        for _again in range(2):
            looked = live(mine)
            assert looked.figures == right[0], value
            assert looked.cache[0] in ("hit", "stale", "miss", "bypass")
