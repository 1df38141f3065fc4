"""Seven days and a second: the entry is gone from Valkey, and of no use where a copy of it was kept."""

from datetime import UTC, datetime, timedelta

import pytest
from hybrid.looking import board, calls, fields_of, live, name_of
from support.run import wait_until

SEVEN_DAYS = timedelta(days=7)
SECOND = timedelta(seconds=1)


def milliseconds(moment: datetime) -> int:
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)


def all_but(server, name: str, left: timedelta) -> None:
    """As if the server's own time had passed, but for what is `left` of the entry's."""
    assert server.call("PEXPIRE", name, left // timedelta(milliseconds=1)) == 1


@pytest.fixture
def token(local_plaid):
    return local_plaid.connect("demo")


@pytest.fixture
def faithful(site, token):
    """A visitor with the box "keep me connected" ticked: their session lasts for 30 days."""
    browser = site.browser()
    assert browser.post("/setup", data={"access_token": token, "keep_connected": "yes"}).status_code == 303
    assert live(browser).cache == ("miss",)
    assert board(browser)["cache"] == "hit"
    return browser


def test_an_entry_ends_seven_days_after_its_bank_was_read_by_both_clocks(site, valkey, faithful):
    name, fetched_at = name_of(site, faithful), datetime.fromisoformat(live(faithful).fetched_at[0])
    assert int(fields_of(valkey, name)[b"until"]) == milliseconds(fetched_at + SEVEN_DAYS)
    end = milliseconds(datetime.now(UTC) + SEVEN_DAYS)
    assert end - 20_000 < valkey.call("PEXPIRETIME", name) <= end


def test_looking_again_moves_its_end_by_nothing_and_a_renewal_does(site, valkey, faithful):
    name = name_of(site, faithful)
    ends = valkey.call("PEXPIRETIME", name)
    until = fields_of(valkey, name)[b"until"]
    live(faithful)
    board(faithful)
    assert (valkey.call("PEXPIRETIME", name), fields_of(valkey, name)[b"until"]) == (ends, until)
    site.clock.ahead += timedelta(minutes=11)
    assert live(faithful).cache == ("stale",)
    assert int(fields_of(valkey, name)[b"until"]) > int(until) + 600_000


def test_after_seven_days_and_a_second_it_is_gone_from_valkey(site, valkey, faithful, local_plaid, token):
    name = name_of(site, faithful)
    left = timedelta(milliseconds=valkey.call("PTTL", name)) - (SEVEN_DAYS - timedelta(milliseconds=200))
    all_but(valkey, name, max(left, timedelta(milliseconds=1)))
    assert wait_until(lambda: valkey.call("EXISTS", name) == 0, seconds=5)
    assert valkey.call("DBSIZE") == 0
    site.clock.ahead += SEVEN_DAYS + SECOND
    before = calls(local_plaid, token)
    assert live(faithful).cache == ("miss",)
    assert calls(local_plaid, token)["/transactions/get"] > before["/transactions/get"]


def test_a_server_whose_clock_is_late_shows_nothing_longer(site, valkey, faithful):
    site.clock.ahead += SEVEN_DAYS + SECOND
    assert valkey.call("EXISTS", name_of(site, faithful)) == 1
    assert live(faithful).cache == ("miss",)


def test_a_minute_before_it_is_still_shown(site, valkey, faithful, local_plaid):
    local_plaid.fault("*", error_code="INSTITUTION_DOWN")
    site.clock.ahead += SEVEN_DAYS - timedelta(minutes=1)
    looked = live(faithful)
    assert (looked.cache, looked.problems) == (("stale",), ("INSTITUTION_DOWN",))
    assert looked.figures is not None


@pytest.mark.parametrize("forged_end", [False, True], ids=["as it was", "with a later end written beside it"])
def test_a_copy_that_was_kept_of_it_shows_nothing(site, valkey, faithful, local_plaid, forged_end):
    """The time is inside the ciphertext too: not even a bank that is down makes an old copy come back."""
    name = name_of(site, faithful)
    kept = valkey.call("DUMP", name)
    site.clock.ahead += SEVEN_DAYS + SECOND
    valkey.call("DEL", name)
    assert valkey.call("RESTORE", name, 0, kept) in (b"OK", True)
    if forged_end:
        valkey.call("HSET", name, "until", milliseconds(site.clock() + SEVEN_DAYS))
    assert valkey.call("TTL", name) == -1
    local_plaid.fault("*", error_code="INSTITUTION_DOWN")
    looked = live(faithful)
    assert (looked.cache, looked.figures, looked.problems) == ((), None, ("INSTITUTION_DOWN",))
    assert board(faithful)["spending"] == []
    assert faithful.get("/api/transactions").status_code == 503
    local_plaid.end_faults()
    site.breakers.close()
    assert live(faithful).cache == ("miss",)
    assert valkey.call("TTL", name) > 0
    assert fields_of(valkey, name)[b"rows"] not in kept


def test_an_entry_ends_with_the_session_of_its_cookie(site, valkey, token):
    browser = site.connected(token)
    site.clock.ahead += timedelta(days=6)
    assert live(browser).cache == ("miss",)
    ends = site.vault_of(browser).expires_at
    name = name_of(site, browser)
    assert int(fields_of(valkey, name)[b"until"]) == milliseconds(ends)
    assert valkey.call("PTTL", name) <= timedelta(days=1) // timedelta(milliseconds=1)


def test_a_fresh_cookie_of_the_same_item_does_not_open_the_old_one(site, valkey, faithful, token):
    """A new sign-in has a new cache secret (R7): the entry is a miss for it, and is sealed anew."""
    name = name_of(site, faithful)
    before = fields_of(valkey, name)[b"rows"]
    again = site.connected(token)
    assert live(again).cache == ("miss",)
    assert fields_of(valkey, name)[b"rows"] != before
    assert live(faithful).cache == ("miss",)
