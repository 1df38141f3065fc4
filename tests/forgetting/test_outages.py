"""The cache or the database is away during a deletion: the rest goes on, it is never "done", and a retry ends it."""

from contextlib import closing, contextmanager

import pytest
from forgetting.people import EMAIL, NO_ROWS, cookies_of, delete, forgetting_site, receipt_of, rows_in, states
from support.databases import accounts_stores
from support.gate import Gate
from support.run import wait_until
from support.valkey import valkey_server
from support.website import session_cookie, set_session

from keepless.adapters.memory_accounts import MemoryStores
from keepless.adapters.sql import schema
from keepless.adapters.valkey.cache import ValkeyCache
from keepless.core.secret import Secret
from keepless.errors import AccountsFault


def entries(valkey) -> int:
    names = valkey.call("KEYS", "keepless:*")
    return sum(set(valkey.call("HKEYS", name)) != {b"closed"} for name in names)


def interrupted(answer) -> None:
    assert (answer.status_code, answer.json["code"]) == (503, "deletion_interrupted")
    assert int(answer.headers["Retry-After"]) > 0


def connected(site, local_plaid, *users):
    """A browser of an account with these banks."""
    return site.connected(*map(local_plaid.connect, users or ("demo", "user_good")), browser=site.sign_in())


@contextmanager
def site_behind(gate, plaid_url, **options):
    """A site whose cache is behind a gate that a test can shut."""
    address = gate.url.replace("http", "redis")
    with (
        closing(ValkeyCache(Secret(address), lambda: site.clock(), seconds=2.0)) as cache,  # noqa: PLW0108
        forgetting_site(plaid_url, cache=cache, **options) as site,
    ):
        yield site


@contextmanager
def gated_site(plaid_url):
    """A Valkey, the gate before it, and a site behind that."""
    with valkey_server() as valkey, Gate(valkey.url) as gate, site_behind(gate, plaid_url) as site:
        yield valkey, gate, site


def test_with_valkey_away_banks_go_their_keys_stay_and_a_retry_deletes_the_copies(local_plaid):
    with gated_site(local_plaid.url) as (valkey, gate, site):
        browser = connected(site, local_plaid)
        browser.get("/api/dashboard")
        assert wait_until(lambda: entries(valkey) == 2)
        gate.shut()
        for _ in range(2):
            interrupted(delete(browser))
            assert set(states(local_plaid)) == {"removed"}
            assert len(site.vault_of(browser).banks) == 2  # by their item ids the copies are found
            assert site.rows() == {**NO_ROWS, "users": 1, "sessions": 1}
            assert entries(valkey) == 2
        page = browser.post("/delete-me")
        assert (page.status_code, "The cache did not answer" in page.text) == (503, True)
        gate.open()
        assert wait_until(lambda: delete(browser).status_code == 200)
        assert entries(valkey) == 0
        assert (site.rows(), cookies_of(browser)) == (NO_ROWS, set())


def test_with_valkey_away_the_receipt_has_the_request_ids_of_the_first_attempt(local_plaid):
    with gated_site(local_plaid.url) as (_, gate, site):
        browser = connected(site, local_plaid)
        gate.shut()
        interrupted(delete(browser))
        gate.open()
        given = []
        assert wait_until(lambda: given.append(delete(browser)) or given[-1].status_code == 200)
        receipt = receipt_of(site, given[-1])
        assert len(receipt.removed.banks) == 2
        assert all(bank.request_id for bank in receipt.removed.banks)
        assert (receipt.outcome, receipt.account, receipt.removed.copies) == ("removed", EMAIL, 2)


def test_with_valkey_away_a_bank_that_fails_too_is_named(local_plaid):
    with gated_site(local_plaid.url) as (_, gate, site):
        browser = connected(site, local_plaid)
        gate.shut()
        local_plaid.fault(
            "/item/remove", count=1, error_code="INVALID_API_KEYS", error_type="INVALID_INPUT", status=400
        )
        answer = delete(browser)
        assert (answer.status_code, len(answer.json["problems"])) == (502, 1)
        page = browser.post("/delete-me")
        assert page.status_code == 503  # both are gone by now
        gate.open()
        assert wait_until(lambda: delete(browser).status_code == 200)
        assert set(states(local_plaid)) == {"removed"}


def test_postgresql_killed_before_the_banks_go_and_the_account_waits(local_plaid, postgres):
    url = postgres.new_database()
    schema.upgrade(Secret(url))
    with accounts_stores(url) as stores, forgetting_site(local_plaid.url, stores=stores) as site:
        browser = connected(site, local_plaid)
        postgres.kill()
        try:
            interrupted(delete(browser))
            assert set(states(local_plaid)) == {"removed"}
            page = browser.post("/delete-me")
            assert (page.status_code, "The database did not answer" in page.text) == (503, True)
        finally:
            postgres.start()
        assert rows_in(url) == {**NO_ROWS, "users": 1, "sessions": 1}
        given = []
        assert wait_until(lambda: given.append(delete(browser)) or given[-1].status_code == 200)
        receipt = receipt_of(site, given[-1])
        assert (receipt.outcome, receipt.account, receipt.removed.rows["users"]) == ("removed", EMAIL, 1)
        assert all(bank.request_id for bank in receipt.removed.banks)
        assert (rows_in(url), cookies_of(browser)) == (NO_ROWS, set())


class Failing:
    """The database in memory, which is away for one call when a test says so."""

    def __init__(self, stores: MemoryStores) -> None:
        self._accounts = stores.accounts
        self.failing = ""

    def __getattr__(self, name: str):
        if name == self.failing:

            def fail(*_, **__):
                raise AccountsFault("unreachable")

            return fail
        return getattr(self._accounts, name)


@pytest.fixture
def failing_site(local_plaid):
    stores = MemoryStores()
    stores.accounts = Failing(stores)
    with forgetting_site(local_plaid.url, stores=stores) as site:
        yield site


@pytest.mark.parametrize("call", ["session", "user", "sessions", "tombstone", "delete"])
def test_whichever_question_the_database_does_not_answer_a_retry_ends_it(failing_site, local_plaid, call):
    site = failing_site
    browser = connected(site, local_plaid)
    site.stores.accounts.failing = call
    for _ in range(2):
        interrupted(delete(browser))
        assert set(states(local_plaid)) == {"removed"}
        assert site.stores.capsules.get("nobody") is None
        assert session_cookie(browser)
    site.stores.accounts.failing = ""
    receipt = receipt_of(site, delete(browser))
    assert (receipt.outcome, receipt.account, len(receipt.removed.banks)) == ("removed", EMAIL, 2)
    assert all(bank.request_id for bank in receipt.removed.banks)
    assert (site.rows(), cookies_of(browser)) == (NO_ROWS, set())


def test_a_deletion_that_is_not_finished_finishes_without_being_asked_who_it_is(failing_site, local_plaid):
    site = failing_site
    browser = connected(site, local_plaid)
    site.stores.accounts.failing = "delete"
    interrupted(delete(browser))
    site.stores.accounts.failing = ""
    site.clock.ahead += site.vault_of(browser).expires_at - site.clock()
    assert receipt_of(site, delete(browser)).account == EMAIL


def test_a_saved_cookie_that_was_signed_out_deletes_no_account_once_the_database_is_back(failing_site, local_plaid):
    """While it is away nobody knows; ending the connections is all that such a cookie can do at any time."""
    site = failing_site
    browser = connected(site, local_plaid)
    saved = session_cookie(browser)
    browser.post("/logout")
    thief = site.browser()
    set_session(thief, saved)
    site.stores.accounts.failing = "session"
    interrupted(delete(thief))
    assert site.rows()["users"] == 1
    site.stores.accounts.failing = ""
    assert delete(thief, json={"email": EMAIL}).status_code == 401
    assert site.rows()["users"] == 1


def test_a_page_with_the_database_away_is_503_and_keeps_the_cookie(failing_site, local_plaid):
    browser = connected(failing_site, local_plaid)
    before = session_cookie(browser)
    failing_site.stores.accounts.failing = "session"
    for path in ("/delete-me", "/what-you-hold"):
        assert browser.get(path).status_code == 503
    assert session_cookie(browser) == before


def test_a_visitor_without_an_account_needs_no_database(failing_site, local_plaid):
    browser = failing_site.connected(local_plaid.connect("demo"))
    failing_site.stores.accounts.failing = "session"
    assert receipt_of(failing_site, delete(browser)).outcome == "removed"
