"""The change log: whatever happened, reading it to the end leaves the set as it is now."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.sandbox.changelog import BadCursor, ChangeLog, Cursor, Kind
from keepless.sandbox.household import Row
from keepless.sandbox.snapshots import pending, posted

DAY = date(2026, 11, 22)


def row(number, amount=1):
    account = ("checking", "card")[number % 2]
    day = DAY - timedelta(days=number % 7)
    return Row(f"row-{number}", account, Decimal(amount), "USD", day, day, "SHOP", None, None)


def played(moves):
    """A log after these moves: (what, which) on the rows there are, as far as it is possible."""
    log = ChangeLog()
    there = {}
    for what, which in moves:
        if what is Kind.ADDED and which not in there:
            there[which] = posted(row(which))
            log.add([there[which]])
        elif what is Kind.MODIFIED and which in there:
            there[which] = posted(row(which, amount=2))
            log.modify(there[which])
        elif what is Kind.REMOVED and which in there:
            log.remove(there.pop(which))
    return log


def replayed(log, count, account=""):
    """What a reader holds after a whole loop of pages."""
    held, place = {}, 0
    while True:
        changes, place = log.read(place, count, account)
        assert len(changes) <= count
        for change in changes:
            if change.kind is Kind.REMOVED:
                held.pop(change.snapshot.key)
            else:
                held[change.snapshot.key] = change.snapshot
        if place == log.head:
            return held


MOVES = st.lists(st.tuples(st.sampled_from(Kind), st.integers(0, 9)), max_size=60)


@given(moves=MOVES, count=st.integers(1, 7))
def test_pages_of_any_size_replay_to_the_current_set(moves, count):
    log = played(moves)
    assert replayed(log, count) == {each.key: each for each in log.current()}


@given(moves=MOVES, count=st.integers(1, 7))
def test_the_streams_of_the_accounts_together_are_the_item(moves, count):
    log = played(moves)
    parts = [replayed(log, count, account) for account in ("checking", "card")]
    assert parts[0] | parts[1] == {each.key: each for each in log.current()}
    assert all(each.account == "card" for each in parts[1].values())


@given(moves=MOVES)
def test_the_listing_is_newest_first(moves):
    dates = [each.date for each in played(moves).current()]
    assert dates == sorted(dates, reverse=True)


def test_a_pending_row_waits_until_it_is_removed():
    log = ChangeLog()
    waiting = pending(row(1))
    log.add([waiting, posted(row(2))])
    assert log.pending() == [waiting]
    log.remove(waiting)
    assert log.pending() == []


@given(
    item=st.text(max_size=37), account=st.text(max_size=37), place=st.integers(0, 10**6), head=st.integers(-1, 10**6)
)
def test_a_cursor_survives_its_journey(item, account, place, head):
    cursor = Cursor(item, account, place, head)
    assert Cursor.decode(cursor.encode()) == cursor


def test_a_cursor_fits_plaids_256_characters():
    assert len(Cursor("i" * 37, "a" * 37, 10**9, 10**9).encode()) <= 256


@given(text=st.text())
@pytest.mark.parametrize("mangle", [str, lambda text: Cursor(text, "", 1).encode()[:-3]])
def test_a_cursor_that_was_not_handed_out_is_refused(mangle, text):
    with pytest.raises(BadCursor):
        Cursor.decode(mangle(text))


def test_a_history_that_nothing_happened_to_is_the_logins_own():
    rows = tuple(posted(row(number)) for number in (0, 7, 14))
    logs = [ChangeLog() for _ in range(3)]
    for log in logs:
        log.load(rows)
    assert all(log.current() is rows for log in logs)
    logs[0].remove(rows[1])
    assert logs[0].current() == (rows[0], rows[2])
    assert all(replayed(log, 2) == {each.key: each for each in log.current()} for log in logs)
    assert logs[1].current() is rows
