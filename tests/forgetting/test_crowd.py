"""A deletion while fifty requests read: nothing of theirs is left, in Valkey, in the database or at Plaid."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from forgetting.people import NO_ROWS, cookies_of, delete, forgetting_site, receipt_of, rows_in, states
from support.databases import accounts_stores
from support.run import wait_until
from support.valkey import valkey_server
from support.website import session_cookie, set_session

from keepless.adapters.valkey.cache import ValkeyCache
from keepless.core.secret import Secret

READERS = 50
PATHS = ("/api/dashboard", "/api/live", "/statement", "/api/transactions", "/")


@pytest.fixture(scope="module")
def _valkey():
    with valkey_server() as server:
        yield server


@pytest.fixture
def valkey(_valkey):
    _valkey.call("FLUSHALL")
    return _valkey


@contextmanager
def site_on(plaid_url, valkey, **options):
    # The clock is the site's, which is made with the cache.
    with (
        closing(ValkeyCache(Secret(valkey.url), lambda: site.clock(), seconds=10.0)) as cache,  # noqa: PLW0108
        forgetting_site(plaid_url, cache=cache, **options) as site,
    ):
        yield site


@pytest.fixture
def site(local_plaid, valkey, database):
    """A site of the hybrid edition, with accounts in a real database."""
    with accounts_stores(database) as stores, site_on(local_plaid.url, valkey, stores=stores) as made:
        yield made


@pytest.fixture
def ana(site, local_plaid):
    """A browser with two banks."""
    return site.connected(local_plaid.connect("demo"), local_plaid.connect("user_good"), browser=site.sign_in())


def copies(valkey) -> int:
    """How many entries there are that are more than a note that one was forgotten."""
    return sum(set(valkey.call("HKEYS", name)) != {b"closed"} for name in valkey.call("KEYS", "keepless:*"))


def read_all(site, cookie, number) -> int:
    browser = site.browser()
    set_session(browser, cookie)
    answer = browser.get(PATHS[number % len(PATHS)])
    assert answer.data
    return answer.status_code


@pytest.mark.parametrize("warm", [False, True], ids=["a first look", "copies in the cache"])
def test_fifty_parallel_readers_of_an_account_leave_nothing(  # noqa: PLR0917 - fixtures
    site, ana, valkey, database, local_plaid, warm
):
    cookie = session_cookie(ana)
    if warm:
        assert read_all(site, cookie, 0) == 200
        assert wait_until(lambda: copies(valkey) == 2)
    local_plaid.fault("/transactions/get", latency_ms=150)
    local_plaid.fault("/transactions/sync", latency_ms=150)
    began = threading.Event()

    def look(number):
        began.set()
        return read_all(site, cookie, number)

    with ThreadPoolExecutor(READERS) as crowd:
        looks = [crowd.submit(look, number) for number in range(READERS)]
        began.wait()
        receipt = receipt_of(site, delete(ana))
        seen = [each.result() for each in looks]
    assert set(seen) <= {200, 401, 409, 503}
    assert len(receipt.removed.banks) == 2
    assert wait_until(lambda: copies(valkey) == 0)
    assert rows_in(database) == NO_ROWS
    assert set(states(local_plaid)) == {"removed"}
    assert cookies_of(ana) == set()
    assert {read_all(site, cookie, number) for number in range(len(PATHS))} == {401}
    assert copies(valkey) == 0


def test_fifty_parallel_readers_without_an_account_leave_nothing(local_plaid, valkey):
    with site_on(local_plaid.url, valkey, accounts=False) as site:
        browser = site.connected(local_plaid.connect("demo"))
        cookie = session_cookie(browser)
        local_plaid.fault("/transactions/get", latency_ms=150)
        with ThreadPoolExecutor(READERS) as crowd:
            looks = [crowd.submit(read_all, site, cookie, number) for number in range(READERS)]
            receipt_of(site, delete(browser))
            for each in looks:
                each.result()
        assert wait_until(lambda: copies(valkey) == 0)
        assert set(states(local_plaid)) == {"removed"}
        read_all(site, cookie, 0)
        assert copies(valkey) == 0


def test_the_check_of_the_cache_can_fail(site, ana, valkey):
    ana.get("/api/dashboard")
    assert wait_until(lambda: copies(valkey) == 2)


def test_r14_a_bank_that_is_being_connected_meanwhile_is_taken_back(site, ana, database, local_plaid):
    _, made = local_plaid.call(
        "/sandbox/public_token/create", {"institution_id": "ins_109508", "initial_products": ["transactions"]}
    )
    local_plaid.fault("/item/public_token/exchange", latency_ms=600)
    other_tab = site.browser()
    for name in cookies_of(ana):
        other_tab.set_cookie(name, ana.get_cookie(name).value)

    with ThreadPoolExecutor(1) as tab:
        connecting = tab.submit(other_tab.post, "/api/exchange", json={"public_token": made["public_token"]})
        assert wait_until(lambda: len(local_plaid.world.faults.listing()) == 1 and _met(local_plaid))
        receipt_of(site, delete(ana))
        answer = connecting.result()
    assert (answer.status_code, answer.json["code"]) == (502, "connection_lost")
    assert len(states(local_plaid)) == 3
    assert set(states(local_plaid)) == {"removed"}
    assert rows_in(database) == NO_ROWS


def _met(local_plaid) -> bool:
    return local_plaid.world.faults.listing()[0]["hits"] > 0


def test_two_deletions_at_once_both_end_and_nothing_is_left(site, ana, database, local_plaid):
    cookie = session_cookie(ana)
    local_plaid.fault("/item/remove", latency_ms=200)

    def leave(_number):
        browser = site.browser()
        set_session(browser, cookie)
        return receipt_of(site, delete(browser))

    with ThreadPoolExecutor(4) as crowd:
        given = list(crowd.map(leave, range(4)))
    assert all(len(each.removed.banks) == 2 for each in given)
    requests = [bank.request_id for each in given for bank in each.removed.banks if bank.request_id]
    assert len(requests) == 2  # Plaid removed each once; the others were told that it was gone
    assert sum(each.removed.rows.get("users", 0) for each in given) == 1
    assert rows_in(database) == NO_ROWS
    assert set(states(local_plaid)) == {"removed"}
