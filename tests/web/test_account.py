"""The account page and the sessions of an account: what they tell, and what ends when one is ended."""

from datetime import timedelta

import pytest
from support.signing import ANA, LEO, with_accounts
from support.website import LOCAL_NAME, session_cookie, set_session, sets_session

from keepless.core.tiers import Tier
from keepless.errors import AccountsFault
from keepless.services.accounts import row_id


@pytest.fixture
def accounts(site):
    return with_accounts(site)


def sessions_of(browser):
    return browser.get("/api/sessions").json["sessions"]


def own_id(browser):
    (own,) = (each["id"] for each in sessions_of(browser) if each["is_this_browser"])
    return own


def code_of(accounts, browser):
    """What the API says to this browser's cookie."""
    answer = browser.get("/api/dashboard")
    return answer.json.get("code", answer.status_code)


def test_the_page_says_who_is_signed_in_what_their_tier_holds_and_which_browsers_are(accounts):
    browser = accounts.sign_in()
    accounts.sign_in()
    page = browser.get("/account").text
    assert "Signed in as <strong>ana@example.test</strong>" in page
    assert "<strong>Free</strong>: 90 days of history and 2 banks." in page
    assert page.count("This browser") == 1
    assert page.count("Another browser") == 1
    assert "End all others" in page


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        (Tier.PRO, "<strong>Pro</strong>: 24 months of history, 20 banks, trends and quick visits"),
        (Tier.ENTERPRISE, "<strong>Enterprise</strong>: 24 months of history"),
    ],
)
def test_each_tier_is_said_in_words(accounts, tier, words):
    browser = accounts.sign_in()
    accounts.store.set_tier(accounts.store.find(ANA).id, tier, at=accounts.clock())
    assert words in browser.get("/account").text


def test_a_visitor_without_an_account_is_told_so_and_how_to_get_one(accounts, local_plaid):
    page = accounts.browser().get("/account")
    assert page.status_code == 200
    assert "Nobody is signed in here" in page.text
    assert 'href="/sign-in"' in page.text
    connected = accounts.connected(local_plaid.connect("demo")).get("/account").text
    assert "the server has no row about you" in connected
    assert 'action="/account/end"' not in connected


def test_the_page_of_a_browser_that_was_signed_out_offers_both_ways_on(accounts, local_plaid):
    browser = accounts.sign_in()
    accounts.connected(local_plaid.connect("demo"), browser=browser)
    browser.post("/logout")
    page = browser.get("/account")
    assert page.status_code == 401
    assert 'href="/sign-in"' in page.text
    assert 'action="/logout"' in page.text
    assert ANA not in page.text


def test_the_page_of_a_session_without_an_account_that_is_over_disconnects(accounts, local_plaid):
    browser = accounts.connected(local_plaid.connect("demo"))
    accounts.clock.ahead = timedelta(days=8)
    page = browser.get("/account")
    assert page.status_code == 401
    assert 'action="/logout"' in page.text


def test_sessions_are_told_with_their_times_the_newest_first(accounts):
    first = accounts.sign_in(keep_connected="yes")
    second = accounts.sign_in()
    told = sessions_of(first)
    assert [each["is_this_browser"] for each in told] == [False, True]
    assert told[1]["id"] == own_id(first)
    assert told[0]["id"] == own_id(second)
    assert set(told[0]) == {"id", "began_at", "expires_at", "is_this_browser"}
    assert told[1]["expires_at"] > told[0]["expires_at"]
    assert told[0]["began_at"].endswith("Z")


def test_a_session_that_is_over_is_not_told(accounts):
    accounts.sign_in()
    lasting = accounts.sign_in(keep_connected="yes")
    accounts.clock.ahead = timedelta(days=8)
    assert [each["is_this_browser"] for each in sessions_of(lasting)] == [True]


def test_nobody_sees_the_sessions_of_others(accounts):
    accounts.sign_in(LEO)
    assert len(sessions_of(accounts.sign_in(ANA))) == 1


def test_a_visitor_who_is_not_signed_in_has_none(accounts, local_plaid):
    assert sessions_of(accounts.browser()) == []
    assert sessions_of(accounts.connected(local_plaid.connect("demo"))) == []


def test_another_browsers_session_is_ended_from_the_page_and_its_saved_cookie_is_dead(accounts, local_plaid):
    browser, other = accounts.sign_in(), accounts.sign_in()
    accounts.connected(local_plaid.connect("demo"), browser=other)
    saved = session_cookie(other)
    assert code_of(accounts, other) == 200
    answer = browser.post("/account/end", data={"session": own_id(other)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert not sets_session(answer)
    copy = accounts.browser()
    set_session(copy, saved)
    assert code_of(accounts, other) == code_of(accounts, copy) == "session_ended"
    assert code_of(accounts, browser) == 200
    assert "Another browser" not in browser.get("/account").text


def test_its_cookie_can_still_do_one_thing_disconnect(accounts, local_plaid):
    browser, other = accounts.sign_in(), accounts.sign_in()
    accounts.connected(local_plaid.connect("demo"), browser=other)
    browser.post("/account/end", data={"session": "others"})
    assert other.post("/logout").status_code == 200
    (item,) = local_plaid.items()
    assert item["state"] == "removed"


def test_all_others_are_ended_at_once(accounts):
    browser, *others = [accounts.sign_in() for _ in range(4)]
    browser.post("/account/end", data={"session": "others"})
    assert len(sessions_of(browser)) == 1
    assert {code_of(accounts, each) for each in others} == {"session_ended"}


def end(browser, **body):
    return browser.post("/api/sessions/end", json=body)


def test_by_json_one_the_others_or_all_are_ended(accounts):
    browser, second, _third = [accounts.sign_in() for _ in range(3)]
    assert end(browser, id=own_id(second)).json == {"ended": 1, "signed_in": True}
    assert end(browser, all="others").json == {"ended": 1, "signed_in": True}
    accounts.sign_in()
    answer = end(browser, all="all")
    assert answer.json == {"ended": 2, "signed_in": False}
    assert not sets_session(answer)  # the cookie stays, locked: it may hold the only copy of a token
    assert code_of(accounts, browser) == "session_ended"


def test_ones_own_session_is_ended_like_signing_out(accounts):
    browser = accounts.sign_in()
    assert end(browser, id=own_id(browser)).json == {"ended": 1, "signed_in": False}
    assert code_of(accounts, browser) == "session_ended"
    accounts.sign_in(browser=browser)
    assert code_of(accounts, browser) == 200


def test_what_another_browser_held_may_be_reaped_at_once_and_what_this_one_holds_in_its_time(accounts, monkeypatch):
    browser, other = accounts.sign_in(), accounts.sign_in()
    told, ending = [], accounts.store.end

    def note(user_id, session_ids, *, reap_from):
        told.append((list(session_ids), reap_from))
        return ending(user_id, session_ids, reap_from=reap_from)

    own, others = own_id(browser), own_id(other)
    monkeypatch.setattr(accounts.store, "end", note)
    end(browser, all="all")
    (first, from_now), (last, never) = told
    assert (first, last) == ([others], [own])
    assert abs(from_now - accounts.clock()) < timedelta(minutes=1)
    assert never is None


def test_ending_what_is_not_there_or_not_ones_own_ends_nothing(accounts):
    leo = accounts.sign_in(LEO)
    browser = accounts.sign_in()
    assert end(browser, id=own_id(leo)).json == {"ended": 0, "signed_in": True}
    assert end(browser, id="ab" * 32).json == {"ended": 0, "signed_in": True}
    assert end(accounts.browser(), all="all").json == {"ended": 0, "signed_in": False}
    assert browser.post("/account/end", data={"session": "nonsense'; --"}).status_code == 303
    assert browser.post("/account/end", data={}).status_code == 303
    assert code_of(accounts, leo) == code_of(accounts, browser) == 200


@pytest.mark.parametrize(
    "body",
    [{}, {"id": "ab", "all": "all"}, {"all": "everything"}, {"id": ""}, {"id": "AB"}, {"id": "a" * 65}, {"more": 1}],
)
def test_what_does_not_say_which_is_refused_by_its_field(accounts, body):
    answer = end(accounts.sign_in(), **body)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_field")


def test_a_row_is_told_by_an_id_that_leads_to_no_cookie(accounts):
    browser = accounts.sign_in()
    vault = accounts.vault_of_user(browser)
    (told,) = sessions_of(browser)
    assert told["id"] == row_id(vault.session_id)
    text = browser.get("/api/sessions").text + browser.get("/account").text
    assert vault.session_id not in text
    assert session_cookie(browser) not in text


def test_r16_no_session_is_ended_for_another_site(accounts):
    browser = accounts.sign_in()
    for path, body in (
        ("/account/end", {"data": {"session": "all"}}),
        ("/api/sessions/end", {"json": {"all": "all"}}),
    ):
        assert browser.post(path, **body, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert code_of(accounts, browser) == 200
    assert browser.get("/account/end").status_code == 405


def test_r3_while_the_database_is_down_the_page_says_so_and_the_cookie_stays(accounts, local_plaid, monkeypatch):
    browser = accounts.sign_in()
    anonymous = accounts.connected(local_plaid.connect("demo"))

    def fail(*_values, **_named):
        raise AccountsFault("unreachable")

    for name in ("session", "sessions", "user", "end", "find"):
        monkeypatch.setattr(accounts.store, name, fail)
    for answer in (browser.get("/account"), browser.get("/api/sessions"), end(browser, all="others")):
        assert answer.status_code == 503
        assert not sets_session(answer)
    assert browser.get("/api/sessions").json["code"] == "accounts_unavailable"
    assert anonymous.get("/account").status_code == 200
    assert anonymous.get("/api/dashboard").status_code == 200
    monkeypatch.undo()
    assert code_of(accounts, browser) == 200


def test_a_cookie_that_does_not_open_is_left_as_it_is(accounts):
    browser = accounts.browser()
    browser.set_cookie(LOCAL_NAME, "v1.AAAAAAAA.bm90IG91cnM")
    for path in ("/account", "/api/sessions"):
        answer = browser.get(path)
        assert answer.status_code == 401
        assert not sets_session(answer)
