"""Banks' own cookies beside accounts: they open with the session of their user, and never without it (R3, R8)."""

from datetime import timedelta

import pytest
from support.signing import with_accounts
from support.website import session_cookie, set_session

ARRIVAL = "keepless-local-bank-"


@pytest.fixture
def accounts(site):
    return with_accounts(site)


def arrivals_of(browser) -> dict[str, str]:
    """The banks' own cookies in a browser, without the session's."""
    return {
        cookie.key: cookie.value
        for cookie in browser._cookies.values()
        if cookie.key.startswith(ARRIVAL) and cookie.value
    }


def ask(site, cookies, path="/api/dashboard"):
    """Somebody who sends these cookies and no others."""
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return site.raw_browser().get(path, headers={"Cookie": header})


def test_r3_a_saved_one_of_an_ended_session_is_not_opened_by_a_strangers_bank_in_front_of_it(accounts, local_plaid):
    strangers = arrivals_of(accounts.connected(local_plaid.connect()))
    accounts.clock.ahead += timedelta(seconds=5)  # what came first is read first
    ana = accounts.sign_in()
    saved = arrivals_of(accounts.connected(local_plaid.connect(), browser=ana))
    assert ask(accounts, strangers | saved).status_code == 200
    assert ana.post("/logout").status_code == 200
    answer = ask(accounts, strangers | saved)
    assert (answer.status_code, answer.json["code"]) == (401, "session_ended")
    assert ask(accounts, strangers | saved, "/api/what-you-hold").json["at_plaid"] == []


def test_r3_a_bank_that_arrived_before_signing_in_is_locked_by_signing_out_as_well(accounts, local_plaid):
    browser = accounts.connected(local_plaid.connect())
    assert ask(accounts, arrivals_of(browser)).status_code == 200
    accounts.sign_in(browser=browser)
    assert ask(accounts, arrivals_of(browser)).status_code == 200
    assert browser.post("/logout").status_code == 200
    left = arrivals_of(browser)
    assert left, "it stays for an hour (docs/decisions/0005-arriving-banks.md)"
    assert ask(accounts, left).json["code"] == "session_ended"


def test_one_that_was_left_of_an_expired_session_does_not_expire_the_one_that_takes_it_over(accounts, local_plaid):
    ana = accounts.connected(local_plaid.connect(), browser=accounts.sign_in())
    before = session_cookie(ana)
    accounts.connected(local_plaid.connect(), browser=ana)
    set_session(ana, before)  # the answer of another tab came last: the second bank is in its own cookie alone
    accounts.clock.ahead += timedelta(days=8)
    assert ana.get("/api/dashboard").json["code"] == "session_expired"
    accounts.sign_in(browser=ana)
    assert ana.get("/api/dashboard").status_code == 200
    assert len(accounts.vault_of_user(ana).banks) == 2


def test_a_bank_that_arrived_before_signing_in_does_not_shorten_the_session(accounts, local_plaid):
    browser = accounts.connected(local_plaid.connect())
    accounts.sign_in(browser=browser, keep_connected="yes")
    accounts.connected(local_plaid.connect(), browser=browser)
    held = accounts.vault_of_user(browser)
    assert held.expires_at - held.issued_at == timedelta(days=30)
