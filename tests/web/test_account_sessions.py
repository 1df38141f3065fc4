"""The session of an account: bound to its user, alive only while its row says so (R3, R7, R8, inputs 12 and 13)."""

import msgspec
import pytest
from support.databases import accounts_stores
from support.run import wait_until
from support.website import LOCAL_NAME, session_cookie, set_session, sets_session, website

from keepless.adapters.memory_accounts import MemoryStores
from keepless.adapters.sql import schema
from keepless.core.secret import Secret
from keepless.errors import AccountsFault
from keepless.services.accounts import row_id
from keepless.services.vault import decode
from keepless.web.bound import apart


class Away:
    """A store of accounts that is away once `is_away` is set."""

    def __init__(self, store) -> None:
        self._store = store
        self.is_away = False

    def __getattr__(self, name):
        found = getattr(self._store, name)

        def asked(*arguments, **options):
            if self.is_away:
                raise AccountsFault("unreachable")
            return found(*arguments, **options)

        return asked


@pytest.fixture
def stores():
    stores = MemoryStores()
    stores.accounts = Away(stores.accounts)
    return stores


@pytest.fixture
def site(local_plaid, stores):
    with website(local_plaid.url, stores=stores) as site:
        yield site


def signed_in(site, email="ana@example.test", browser=None):
    """A visitor who has asked for a link and used it."""
    browser = browser or site.browser()
    assert browser.post("/sign-in", data={"email": email}).status_code == 200
    link = next(word for word in site.parts.mailer.received()[0].mail.text.split() if "/sign-in/" in word)
    answer = browser.post(link.removeprefix("http://localhost"))
    assert answer.status_code == 303, answer.text
    return browser


def vault(site, browser):
    sealed, user = apart(session_cookie(browser))
    return decode(site.envelope.open("session", sealed, user=user), user=user)


def test_the_sealed_cookie_of_a_signed_in_user_opens_for_that_user_alone(site, stores):
    ana, ben = signed_in(site), signed_in(site, "ben@example.test")
    sealed, user = apart(session_cookie(ana))
    assert user == stores.accounts.find("ana@example.test").id
    _, other = apart(session_cookie(ben))
    for wrong in (f"{sealed}.{other.replace('-', '')}", sealed):
        thief = site.browser()
        set_session(thief, wrong)
        answer = thief.get("/api/sessions")
        assert (answer.status_code, answer.json["code"]) == (401, "session_unreadable")
        assert not sets_session(answer)


def test_r7_each_sign_in_has_a_new_session_id_and_a_new_secret_and_keeps_the_banks(site, local_plaid):
    browser = site.connected(local_plaid.connect())
    before = vault(site, browser)
    signed_in(site, browser=browser)
    after = vault(site, browser)
    assert after.banks == before.banks
    assert after.session_id != before.session_id
    assert after.secret != before.secret
    signed_in(site, browser=browser)
    assert vault(site, browser).session_id != after.session_id
    assert len(browser.get("/api/sessions").json["sessions"]) == 1, "the session that was replaced is gone"


def test_r3_a_cookie_saved_before_signing_out_opens_nothing_afterwards(site, local_plaid):
    browser = signed_in(site, browser=site.connected(local_plaid.connect()))
    saved = session_cookie(browser)
    assert browser.get("/api/dashboard").status_code == 200
    assert browser.post("/logout").status_code == 200
    thief = site.browser()
    set_session(thief, saved)
    for path in (
        "/api/dashboard",
        "/api/transactions",
        "/api/live",
        "/api/export?format=csv",
        "/api/trends",
        "/api/sessions",
    ):
        answer = thief.get(path)
        assert (answer.status_code, answer.json["code"]) == (401, "session_ended"), path
    held = thief.get("/api/what-you-hold").json
    assert (held["account"], held["at_plaid"], held["session"]) == (None, [], None)
    assert "demo" not in thief.get("/").text.lower()
    assert [item["state"] for item in local_plaid.items()] == ["live"], "signing out disconnects no bank"


def test_signing_in_again_revives_what_was_locked_in_this_browser(site, local_plaid):
    browser = signed_in(site, browser=site.connected(local_plaid.connect()))
    browser.post("/logout")
    assert browser.get("/api/dashboard").status_code == 401
    signed_in(site, browser=browser)
    answer = browser.get("/api/dashboard")
    assert answer.status_code == 200
    assert answer.json["held"]["banks"] == 1


def test_an_expired_session_of_an_account_is_revived_by_signing_in_and_not_revoked_by_itself(site, local_plaid):
    browser = signed_in(site, browser=site.connected(local_plaid.connect()))
    site.clock.ahead = msgspec.convert("P8D", type=type(site.clock.ahead))
    page = browser.get("/")
    assert page.status_code == 401
    assert "data-sends-itself" not in page.text
    assert "/sign-in" in page.text
    signed_in(site, browser=browser)
    assert browser.get("/api/dashboard").status_code == 200


def test_an_ended_session_can_still_do_one_thing_revoke(site, local_plaid):
    browser = signed_in(site, browser=site.connected(local_plaid.connect()))
    browser.post("/logout")
    assert browser.post("/logout").status_code == 200
    assert [item["state"] for item in local_plaid.items()] == ["removed"]
    assert browser.get_cookie(LOCAL_NAME) is None


def test_another_account_does_not_take_over_what_this_browser_holds(site, local_plaid):
    browser = signed_in(site, browser=site.connected(local_plaid.connect()))
    browser.post("/logout")
    held = session_cookie(browser)
    browser.post("/sign-in", data={"email": "ben@example.test"})
    link = next(word for word in site.parts.mailer.received()[0].mail.text.split() if "/sign-in/" in word)
    answer = browser.post(link.removeprefix("http://localhost"), headers={"Accept": "application/problem+json"})
    assert (answer.status_code, answer.json["code"]) == (409, "other_account")
    assert session_cookie(browser) == held


def test_input_12_a_session_whose_row_was_deleted_answers_401_and_keeps_its_cookie(site, stores):
    browser = signed_in(site)
    user = stores.accounts.find("ana@example.test")
    stores.accounts.end(user.id, [row_id(vault(site, browser).session_id)], reap_from=None)
    answer = browser.get("/api/sessions")
    assert (answer.status_code, answer.json["code"]) == (401, "session_ended")
    assert not sets_session(answer)


def test_a_bank_that_is_connected_while_its_session_is_ended_is_taken_back(site, stores, local_plaid):
    browser = signed_in(site)
    saved = session_cookie(browser)
    public = local_plaid.call(
        "/sandbox/public_token/create",
        {
            "institution_id": "ins_109508",
            "initial_products": ["transactions"],
            "options": {"override_username": "demo", "override_password": "x"},
        },
    )[1]["public_token"]
    exchange = site.parts.plaid.exchange

    class EndsMeanwhile:
        def __getattr__(self, name):
            return getattr(site.parts.plaid, name)

        def exchange(self, public_token):
            made = exchange(public_token)
            browser.post("/logout")
            return made

    slow = site.with_parts(plaid=EndsMeanwhile()).browser()
    set_session(slow, saved)
    answer = slow.post("/api/exchange", json={"public_token": public})
    assert (answer.status_code, answer.json["code"]) == (502, "connection_lost")
    assert [item["state"] for item in local_plaid.items()] == ["removed"]


def test_input_13_while_the_database_is_away_strangers_are_served_and_members_told_to_wait(site, stores, local_plaid):
    stranger = site.connected(local_plaid.connect())
    member = signed_in(site, browser=site.connected(local_plaid.connect()))
    held = session_cookie(member)
    stores.accounts.is_away = True
    assert stranger.get("/api/dashboard").status_code == 200
    assert stranger.get("/").status_code == 200
    for path in ("/api/dashboard", "/", "/api/what-you-hold", "/account"):
        answer = member.get(path)
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "10"), path
        assert not sets_session(answer)
    assert member.post("/logout").status_code == 503
    assert member.get("/promise").status_code == 200
    assert stranger.post("/sign-in", data={"email": "cleo@example.test"}).status_code == 503
    assert session_cookie(member) == held
    stores.accounts.is_away = False
    assert member.get("/api/dashboard").status_code == 200


def test_an_installation_that_gave_up_its_accounts_opens_none_of_their_sessions(site, local_plaid):
    browser = signed_in(site, browser=site.connected(local_plaid.connect()))
    with website(local_plaid.url) as without:
        plain = without.with_parts(sealer=site.parts.sealer)
        plain.parts.session._opener._sealer = plain.parts.session._sealer = site.parts.sealer
        visitor = plain.browser()
        set_session(visitor, session_cookie(browser))
        assert visitor.get("/api/dashboard").json["code"] == "session_ended"
        assert visitor.post("/logout").status_code == 200
    assert [item["state"] for item in local_plaid.items()] == ["removed"]


def test_the_signature_line_names_what_the_database_has_while_it_may_have_it(site):
    browser = signed_in(site)
    line = "on the server: <strong>your e-mail address, your tier and when you signed in</strong>"
    assert line in browser.get("/promise").text
    browser.post("/logout")
    assert line in browser.get("/promise").text, "signing out deletes no account"
    assert line not in site.browser().get("/promise").text


def test_logging_out_of_a_session_that_is_being_deleted_leads_to_finishing_that(site, stores, local_plaid):
    browser = signed_in(site, browser=site.connected(local_plaid.connect()))
    user = stores.accounts.find("ana@example.test")
    stores.accounts.tombstone(user.id, row_id(vault(site, browser).session_id), at=site.clock())
    answer = browser.post("/logout")
    assert (answer.status_code, answer.location) == (303, "/delete-me")
    assert session_cookie(browser)
    assert browser.post("/delete-me", data={"email": "ana@example.test"}).status_code == 200
    assert stores.accounts.find("ana@example.test") is None
    assert [item["state"] for item in local_plaid.items()] == ["removed"]


def test_input_13_a_postgresql_that_is_killed_and_comes_back_costs_nobody_their_session(local_plaid, postgres):
    url = postgres.new_database()
    schema.upgrade(Secret(url))
    try:
        with accounts_stores(url) as stores, website(local_plaid.url, stores=stores) as site:
            stranger = site.connected(local_plaid.connect())
            member = signed_in(site, browser=site.connected(local_plaid.connect()))
            held = session_cookie(member)
            postgres.kill()
            try:
                for _ in range(3):
                    assert stranger.get("/api/dashboard").status_code == 200
                    answer = member.get("/api/dashboard")
                    assert (answer.status_code, answer.json["code"]) == (503, "accounts_unavailable")
                    assert "Retry-After" in answer.headers
                    assert not sets_session(answer)
            finally:
                postgres.start()
            assert wait_until(lambda: member.get("/api/dashboard").status_code == 200)
            assert session_cookie(member) == held
    finally:
        postgres.drop_database(url)
