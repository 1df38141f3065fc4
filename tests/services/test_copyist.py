"""Copyist: everything once, then what has changed since."""

from datetime import timedelta

import msgspec
import pytest
from services.conftest import NOW

from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import PlaidFault
from keepless.services.copyist import Copyist
from keepless.services.vault import BankKey

TODAY = NOW.date()
START = TODAY - timedelta(days=89)


class Desk:
    """One bank, copied again and again."""

    def __init__(self, local_plaid, plaid, clock):
        self.local_plaid, self.clock = local_plaid, clock
        self.token = local_plaid.connect("demo")
        self.copyist = Copyist(plaid, clock, lambda now: now + timedelta(days=7), {})

    def copy(self, earlier=None):
        key = BankKey(BankRef("item", "ins", "First"), Secret(self.token))
        return self.copyist.copy(key, earlier, START, TODAY)

    def calls_of(self, act):
        before = self.calls()
        act()
        return {path: count - before[path] for path, count in self.calls().items() if count > before[path]}

    def calls(self):
        (item,) = [item for item in self.local_plaid.items() if item["access_token"] == self.token]
        return {path: item["calls"].get(path, 0) for path in PATHS}


PATHS = ("/transactions/get", "/transactions/sync", "/liabilities/get")


@pytest.fixture
def desk(local_plaid, plaid, clock):
    return Desk(local_plaid, plaid, clock)


def rows(copy):
    return set(copy.snapshot.transactions)


def test_a_first_copy_has_everything_and_a_cursor(desk):
    copy = desk.copy()
    assert copy.cursor
    assert copy.snapshot.start == START
    assert copy.until == copy.terms_at + timedelta(days=7)


def test_the_cursor_is_older_than_what_it_comes_with(desk, plaid, monkeypatch):
    """What changes between the two is told again by the next sync; the other way round it would be lost."""
    fetch = plaid.fetch

    def change_and_fetch(*given, **more):
        desk.local_plaid.change(desk.token, added=1)
        return fetch(*given, **more)

    monkeypatch.setattr(plaid, "fetch", change_and_fetch)
    first = desk.copy()
    again = desk.copy(first)
    assert rows(again) == rows(first)
    assert again.cursor != first.cursor


def test_what_has_changed_is_one_call_and_gives_what_reading_everything_gives(desk):
    first = desk.copy()
    desk.local_plaid.change(desk.token, added=12, modified=5, removed=3)
    renewed = []
    assert desk.calls_of(lambda: renewed.append(desk.copy(first))) == {"/transactions/sync": 1}
    assert rows(renewed[0]) == rows(desk.copy()) != rows(first)


def test_terms_are_read_again_once_a_day(desk):
    first = desk.copy()
    desk.clock.pass_by(hours=25)
    renewed = []
    calls = desk.calls_of(lambda: renewed.append(desk.copy(first)))
    assert calls == {"/transactions/sync": 1, "/liabilities/get": 1}
    desk.clock.pass_by(hours=1)
    assert desk.calls_of(lambda: desk.copy(renewed[0])) == {"/transactions/sync": 1}


def test_a_cursor_that_leads_nowhere_is_followed_by_reading_everything(desk):
    lost = msgspec.structs.replace(desk.copy(), cursor="of another item")
    copies = []
    assert desk.calls_of(lambda: copies.append(desk.copy(lost)))["/transactions/get"] >= 1
    assert copies[0].cursor != lost.cursor


def test_without_a_cursor_everything_is_read_each_time(desk):
    desk.local_plaid.fault("/transactions/sync", error_code="INTERNAL_SERVER_ERROR", error_type="API_ERROR")
    first = desk.copy()
    assert first.cursor == ""
    assert desk.calls_of(lambda: desk.copy(first))["/transactions/get"] >= 1


def test_another_fault_of_the_sync_is_raised_and_nothing_else_is_asked(desk):
    first = desk.copy()
    desk.local_plaid.fault("/transactions/sync", error_code="ITEM_LOGIN_REQUIRED")
    with pytest.raises(PlaidFault) as fault:
        desk.copy(first)
    assert fault.value.code == "ITEM_LOGIN_REQUIRED"


def test_what_a_sync_could_not_understand_is_counted_by_reading_everything_and_never_twice(desk, plaid, monkeypatch):
    """An account that comes with every sync, say: each renewal would count it once more."""
    sync, fetch, odd = plaid.sync, plaid.fetch, 1

    def synced(*given, **more):
        return msgspec.structs.replace(sync(*given, **more), unreadable=odd)

    def fetched(*given, **more):
        return msgspec.structs.replace(fetch(*given, **more), unreadable=odd)

    first = desk.copy()
    monkeypatch.setattr(plaid, "sync", synced)
    monkeypatch.setattr(plaid, "fetch", fetched)
    second = desk.copy(first)
    assert second.snapshot.unreadable == 1
    third = desk.copy(second)
    assert third.snapshot.unreadable == 1
    assert third.says_as(second)
    odd = 0
    assert desk.copy(third).snapshot.unreadable == 0


def test_what_plaid_calls_recurring_is_read_again_once_a_day(desk, plaid, monkeypatch):
    fetch = plaid.fetch
    monkeypatch.setattr(
        plaid, "fetch", lambda *given, **more: msgspec.structs.replace(fetch(*given, **more), streams=())
    )
    first = desk.copy()
    desk.clock.pass_by(hours=1)
    assert desk.calls_of(lambda: desk.copy(first)) == {"/transactions/sync": 1}
    desk.clock.pass_by(hours=24)
    assert desk.calls_of(lambda: desk.copy(first))["/transactions/get"] >= 1
