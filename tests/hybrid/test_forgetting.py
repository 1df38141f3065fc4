"""R3 and input 21 in the hybrid edition: after a logout nothing is left in Valkey, whoever was reading meanwhile."""

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hybrid.conftest import hybrid_site
from hybrid.looking import calls, fields_of, item_of, live, name_of
from support.gate import Gate
from support.run import wait_until
from support.valkey import valkey_server
from support.website import session_cookie, set_session

from keepless.adapters.sealing.keyring import generate

BOUND = 5.0  # seconds that a logout may take where the cache does not answer: far more than it does


@pytest.fixture
def token(local_plaid):
    return local_plaid.connect("demo")


@pytest.fixture
def visitor(site, token):
    browser = site.connected(token)
    live(browser)
    assert live(browser).cache == ("hit",)
    return browser


def log_out(_site, browser):
    assert browser.post("/logout").status_code == 200


def disconnect(site, browser):
    answer = browser.post("/api/disconnect", json={"item_id": item_of(site, browser)})
    assert answer.status_code == 200, answer.text


def disconnect_by_form(site, browser):
    assert browser.post("/disconnect", data={"item_id": item_of(site, browser)}).status_code == 200


ENDINGS = pytest.mark.parametrize("end", [log_out, disconnect, disconnect_by_form], ids=lambda end: end.__name__)


def streamed(browser, headers=None) -> int:
    """Reads the stream to its end, whatever it says; the status."""
    answer = browser.get("/api/live", headers=headers)
    assert answer.data
    return answer.status_code


def item_at(local_plaid, token):
    return next(item for item in local_plaid.items() if item["access_token"] == token)


@contextmanager
def stopped(server):
    """The server's process stands still, as on a machine that swaps or a host that hangs."""
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


@ENDINGS
def test_r3_the_entry_is_gone_and_a_tombstone_without_content_stands_for_two_minutes(  # noqa: PLR0917 - fixtures
    site, valkey, visitor, local_plaid, token, end
):
    name = name_of(site, visitor)
    end(site, visitor)
    assert set(fields_of(valkey, name)) == {b"closed"}
    assert 0 < valkey.call("PTTL", name) <= 120_000
    assert valkey.call("DBSIZE") == 1
    assert item_at(local_plaid, token)["state"] == "removed"


@ENDINGS
def test_r3_a_cookie_saved_before_opens_nothing(site, valkey, visitor, end):
    name, saved = name_of(site, visitor), session_cookie(visitor)
    end(site, visitor)
    thief = site.browser()
    set_session(thief, saved)
    for _ in range(2):
        looked = live(thief)
        assert (looked.figures, looked.cache) == (None, ())
        assert looked.problems == ("ITEM_NOT_FOUND",)
    assert thief.get("/api/dashboard").json["banks"] == []
    assert thief.get("/api/transactions").status_code == 409
    assert set(fields_of(valkey, name)) <= {b"closed"}


@ENDINGS
@pytest.mark.parametrize("act", ["a first look", "a renewal", "a reload with force"])
def test_input_21_readers_that_are_under_way_leave_no_part_behind(  # noqa: PLR0917 - fixtures
    site, valkey, visitor, local_plaid, token, end, act
):
    """They have asked the bank before it was let go, and hear from it afterwards."""
    name, saved = name_of(site, visitor), session_cookie(visitor)
    if act == "a first look":
        valkey.call("DEL", name)
    if act == "a renewal":
        site.parts.keeping.mark_stale(item_of(site, visitor))
    if act == "a reload with force":
        site.clock.ahead += timedelta(minutes=1)
    local_plaid.fault("*", latency_ms=400)
    headers = {"Cache-Control": "no-cache"} if act == "a reload with force" else {}

    def look(_number):
        reader = site.browser()
        set_session(reader, saved)
        return streamed(reader, headers)

    before = sum(calls(local_plaid, token).values())
    with ThreadPoolExecutor(4) as readers:
        looking = [readers.submit(look, number) for number in range(4)]
        assert wait_until(lambda: sum(calls(local_plaid, token).values()) > before)
        end(site, visitor)
        assert {each.result() for each in looking} == {200}
    time.sleep(0.1)  # for whatever would still be written behind the answers
    assert set(fields_of(valkey, name)) <= {b"closed"}
    assert item_at(local_plaid, token)["state"] == "removed"


def test_input_21_where_plaid_fails_the_cookie_stays_and_the_copy_is_gone(site, valkey, visitor, local_plaid, token):
    name = name_of(site, visitor)
    local_plaid.fault("/item/remove", error_code="INTERNAL_SERVER_ERROR")
    answer = visitor.post("/logout")
    assert answer.status_code == 502
    assert session_cookie(visitor) is not None
    assert set(fields_of(valkey, name)) == {b"closed"}
    local_plaid.end_faults()
    site.breakers.close()
    log_out(site, visitor)
    assert item_at(local_plaid, token)["state"] == "removed"
    assert set(fields_of(valkey, name)) == {b"closed"}


@pytest.mark.parametrize("end", [log_out, disconnect], ids=lambda end: end.__name__)
def test_a_logout_while_valkey_stands_still_ends_and_what_is_left_is_gone_before_anybody_looks(local_plaid, token, end):
    with valkey_server() as server, hybrid_site(local_plaid.url, server.url, seconds=0.05) as site:
        browser = site.connected(token)
        assert wait_until(lambda: live(browser).cache == ("hit",))
        name, saved = name_of(site, browser), session_cookie(browser)
        with stopped(server):
            started = time.monotonic()
            end(site, browser)
            assert time.monotonic() - started < BOUND
            assert item_at(local_plaid, token)["state"] == "removed"
            assert site.parts.keeping.status()["waiting_to_be_forgotten"] == 1
        thief = site.browser()
        set_session(thief, saved)
        looked = live(thief)
        assert (looked.figures, looked.cache) == (None, ())
        assert wait_until(
            lambda: live(thief).figures is None and set(fields_of(server, name)) <= {b"closed"}, seconds=15
        )
        assert site.parts.keeping.status()["waiting_to_be_forgotten"] == 0


def test_r3_a_valkey_that_gives_and_takes_nothing_shows_no_copy_of_what_was_let_go(site, valkey, visitor):
    """As a replica after a failover, say: what cannot be deleted there can still be read."""
    name, saved = name_of(site, visitor), session_cookie(visitor)
    valkey.call("REPLICAOF", "127.0.0.1", 9)
    try:
        log_out(site, visitor)
        thief = site.browser()
        set_session(thief, saved)
        assert b"rows" in fields_of(valkey, name)
        assert (live(thief).figures, live(thief).problems) == (None, ("ITEM_NOT_FOUND",))
        assert thief.get("/api/dashboard").json["banks"] == []
    finally:
        valkey.call("REPLICAOF", "NO", "ONE")
    assert (live(thief).figures, set(fields_of(valkey, name))) == (None, {b"closed"})


def test_what_waits_to_be_forgotten_is_gone_for_every_process_once_its_own_has_served_somebody(local_plaid, token):
    """Two replicas: one of them logs out while it cannot reach Valkey, which the other can."""
    keys = generate()
    with (
        valkey_server() as server,
        Gate(server.url) as gate,
        hybrid_site(local_plaid.url, gate.url.replace("http", "redis"), keys=keys) as here,
        hybrid_site(local_plaid.url, server.url, keys=keys) as there,
    ):
        browser = here.connected(token)
        assert live(browser).cache == ("miss",)
        name, saved = name_of(here, browser), session_cookie(browser)
        gate.shut()
        log_out(here, browser)
        assert b"rows" in fields_of(server, name)
        gate.open()
        somebody = here.connected(local_plaid.connect("demo"))
        assert wait_until(lambda: bool(live(somebody).figures) and set(fields_of(server, name)) == {b"closed"})
        thief = there.browser()
        set_session(thief, saved)
        assert (live(thief).figures, live(thief).problems) == (None, ("ITEM_NOT_FOUND",))


def test_a_first_look_and_a_logout_at_the_same_moment_agree(site, valkey, local_plaid):
    """Whichever comes first, Valkey is empty but for the tombstone in the end."""
    for _ in range(12):
        token = local_plaid.connect("demo")
        browser = site.connected(token)
        name, saved = name_of(site, browser), session_cookie(browser)
        readers = [site.browser() for _ in range(3)]
        for reader in readers:
            set_session(reader, saved)
        threads = [threading.Thread(target=streamed, args=(reader,)) for reader in readers]
        for thread in threads:
            thread.start()
        log_out(site, browser)
        for thread in threads:
            thread.join()
        assert set(fields_of(valkey, name)) <= {b"closed"}
