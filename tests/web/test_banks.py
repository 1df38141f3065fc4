"""Several banks of one visitor, over HTTP: two tabs at once (R15), and letting one bank go (R13)."""

import json
from datetime import timedelta

import pytest
from support.cookie_jar import CookieJar
from support.signing import with_accounts
from support.website import session_cookie, sets_session
from web.test_link import public_token

from keepless.web.arrivals import LOCAL_PREFIX
from keepless.web.hints import COUNTS_NAME
from keepless.web.session import LOCAL_NAME

FAILS = {"error_code": "INTERNAL_SERVER_ERROR", "error_type": "API_ERROR", "status": 500}


class Tabs:
    """Any number of tabs of one browser: requests go out with the cookies of the moment, answers come when told."""

    def __init__(self, site, local_plaid):
        self.site, self.plaid = site, local_plaid
        self.jar = CookieJar()

    def send(self, path, *, cookies=None, method="POST", **body):
        header = self.jar.header if cookies is None else cookies
        browser = self.site.raw_browser()
        return browser.open(path, method=method, environ_overrides={"HTTP_COOKIE": header} if header else {}, **body)

    def exchange(self, **more):
        return self.send("/api/exchange", json={"public_token": public_token(self.plaid)}, **more)

    def paste(self, token, **more):
        return self.send("/setup", data={"access_token": token}, **more)

    def shown(self):
        """The item ids of the banks that the dashboard shows, and of those that it says are gone."""
        board = self.send("/api/dashboard", method="GET").json
        gone = {problem["bank"]["item_id"] for problem in board["problems"]}
        return {bank["item_id"] for bank in board["banks"]}, gone


@pytest.fixture
def tabs(site, local_plaid):
    return Tabs(site, local_plaid)


def living(local_plaid):
    return {item["item_id"] for item in local_plaid.items() if item["state"] == "live"}


ORDERS = pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "the other way round"])


def in_order(tabs, answers, order):
    for place in order:
        assert answers[place].status_code < 400, answers[place].text
        tabs.jar.apply(answers[place])


@ORDERS
@pytest.mark.parametrize("before", [0, 1], ids=["without a session", "beside a bank"])
def test_r15_two_exchanges_with_the_same_cookies_lose_neither_bank(tabs, local_plaid, order, before):
    for _ in range(before):
        tabs.jar.apply(tabs.exchange())
    header = tabs.jar.header
    in_order(tabs, [tabs.exchange(cookies=header), tabs.exchange(cookies=header)], order)
    assert len(living(local_plaid)) == before + 2
    assert tabs.shown() == (living(local_plaid), set())


@ORDERS
def test_r15_a_pasted_token_and_an_exchange_at_once_lose_neither_bank(tabs, local_plaid, order):
    token = local_plaid.connect("user_good")
    header = tabs.jar.header
    in_order(tabs, [tabs.paste(token, cookies=header), tabs.exchange(cookies=header)], order)
    assert tabs.shown() == (living(local_plaid), set())
    assert len(living(local_plaid)) == 2


@ORDERS
@pytest.mark.parametrize("path", ["/api/disconnect", "/logout"])
def test_r15_what_arrives_while_another_bank_is_let_go_is_not_lost_and_what_is_dead_can_be_removed(
    tabs, local_plaid, order, path
):
    first = tabs.jar.apply(tabs.exchange()).json["bank"]["item_id"]
    header = tabs.jar.header
    body = {"json": {"item_id": first}} if path == "/api/disconnect" else {}
    in_order(tabs, [tabs.send(path, cookies=header, **body), tabs.exchange(cookies=header)], order)
    (second,) = living(local_plaid)
    shown, gone = tabs.shown()
    assert shown == {second}
    assert gone <= {first}
    for item in gone:
        answer = tabs.jar.apply(tabs.send("/api/disconnect", json={"item_id": item}))
        assert (answer.status_code, answer.json["request_id"]) == (200, None)
    assert tabs.shown() == ({second}, set())
    tabs.jar.apply(tabs.send("/logout"))
    assert living(local_plaid) == set()
    assert not any(name.startswith(LOCAL_NAME) for name in tabs.jar.cookies)


def test_r15_an_expired_session_revokes_the_banks_that_have_just_arrived_too(tabs, site, local_plaid):
    header = tabs.jar.header
    in_order(tabs, [tabs.exchange(cookies=header), tabs.exchange(cookies=header)], (0, 1))
    site.clock.ahead = timedelta(days=8)
    assert tabs.send("/api/dashboard", method="GET").json["code"] == "session_expired"
    assert tabs.jar.apply(tabs.send("/logout")).status_code == 200
    assert living(local_plaid) == set()
    assert not any(name.startswith((LOCAL_NAME, LOCAL_PREFIX)) for name in tabs.jar.cookies)


def test_a_logout_that_plaid_fails_half_keeps_the_one_bank_in_whichever_cookies_it_is(tabs, local_plaid):
    header = tabs.jar.header
    answers = [tabs.exchange(cookies=header), tabs.exchange(cookies=header)]
    in_order(tabs, answers, (0, 1))
    stubborn = answers[0].json["bank"]["item_id"]
    local_plaid.fault("/item/remove", item_id=stubborn, **FAILS)
    assert tabs.jar.apply(tabs.send("/logout")).status_code == 502
    assert living(local_plaid) == {stubborn}
    assert tabs.shown() == ({stubborn}, set())


# Letting one bank go.


@pytest.fixture
def two_banks(site, local_plaid, visitor):
    """The visitor's browser, and the item ids of their two banks."""
    site.connected(local_plaid.connect("user_good"), browser=visitor)
    return visitor, [key.bank.item_id for key in site.vault_of(visitor).banks]


def test_r13_one_bank_is_removed_at_plaid_and_then_from_the_session(site, local_plaid, two_banks):
    browser, (first, second) = two_banks
    answer = browser.post("/api/disconnect", json={"item_id": first})
    assert answer.status_code == 200
    assert set(answer.json) == {"bank", "request_id", "connected"}
    assert (answer.json["bank"]["item_id"], answer.json["connected"]) == (first, 1)
    assert answer.json["request_id"]
    assert living(local_plaid) == {second}
    assert [key.bank.item_id for key in site.vault_of(browser).banks] == [second]
    assert browser.post("/api/disconnect", json={"item_id": first}).json["code"] == "unknown_bank"


def test_r13_a_bank_that_had_been_gone_is_removed_without_a_request_id(local_plaid, site):
    token = local_plaid.connect("demo")
    browser = site.connected(token)
    local_plaid.call("/item/remove", {"access_token": token})
    (key,) = site.vault_of(browser).banks
    answer = browser.post("/api/disconnect", json={"item_id": key.bank.item_id})
    assert (answer.status_code, answer.json["request_id"], answer.json["connected"]) == (200, None, 0)


def test_the_last_bank_takes_every_cookie_with_it_as_logging_out_does(site, local_plaid, visitor):
    visitor.get("/api/dashboard")
    assert visitor.get_cookie(COUNTS_NAME) is not None
    (key,) = site.vault_of(visitor).banks
    assert visitor.post("/api/disconnect", json={"item_id": key.bank.item_id}).json["connected"] == 0
    assert living(local_plaid) == set()
    assert visitor.get("/api/what-you-hold").json["in_browser"] == []


@pytest.mark.parametrize("path", ["/api/disconnect", "/disconnect"])
def test_letting_the_last_bank_go_signs_nobody_out(site, local_plaid, path):
    """A session that nobody holds the cookie of would live on for whoever has a copy of it (R3)."""
    accounts = with_accounts(site)
    ana = accounts.connected(local_plaid.connect(), browser=accounts.sign_in())
    [key] = accounts.vault_of_user(ana).banks
    body = {"json": {"item_id": key.bank.item_id}} if "api" in path else {"data": {"item_id": key.bank.item_id}}
    assert ana.post(path, **body).status_code == 200
    assert accounts.vault_of_user(ana).banks == ()
    [session] = ana.get("/api/sessions").json["sessions"]
    assert session["is_this_browser"]
    assert ana.post("/logout").status_code == 200
    assert ana.get("/api/sessions").json["code"] == "session_ended"


def test_r6_r13_where_plaid_fails_nothing_is_dropped_and_its_fault_is_told(local_plaid, two_banks):
    browser, (first, second) = two_banks
    before = session_cookie(browser)
    local_plaid.fault("/item/remove", **FAILS)
    answer = browser.post("/api/disconnect", json={"item_id": first})
    assert (answer.status_code, answer.json["code"]) == (503, "bank_unavailable")
    assert answer.json["plaid_code"] == "INTERNAL_SERVER_ERROR"
    assert answer.json["plaid_request_id"]
    assert not sets_session(answer)
    assert session_cookie(browser) == before
    assert living(local_plaid) == {first, second}
    local_plaid.end_faults()
    assert browser.post("/api/disconnect", json={"item_id": first}).status_code == 200


def test_disconnecting_is_for_a_living_session_only(site, local_plaid, two_banks):
    browser, (first, _) = two_banks
    assert site.browser().post("/api/disconnect", json={"item_id": first}).json["code"] == "session_missing"
    site.clock.ahead = timedelta(days=8)
    for path, body in (
        ("/api/disconnect", {"json": {"item_id": first}}),
        ("/disconnect", {"data": {"item_id": first}}),
    ):
        assert browser.post(path, **body).status_code == 401
    assert len(living(local_plaid)) == 2


def test_a_bank_of_another_visitor_is_not_disconnected(site, local_plaid, visitor):
    other = site.connected(local_plaid.connect("user_good"))
    (foreign,) = site.vault_of(other).banks
    for path, body in (
        ("/api/disconnect", {"json": {"item_id": foreign.bank.item_id}}),
        ("/disconnect", {"data": {"item_id": foreign.bank.item_id}}),
    ):
        assert visitor.post(path, **body).status_code == 404
    assert len(living(local_plaid)) == 2


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"item_id": 1}', b'{"item_id": ""}', b'{"item_id": "<script>"}', b'{"item": "x"}']
)
def test_a_body_that_names_no_item_is_400(visitor, body):
    answer = visitor.post("/api/disconnect", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert "<script>" not in answer.text


def test_a_reminder_of_the_banks_end_goes_with_it(site, visitor):
    (key,) = site.vault_of(visitor).banks
    site.parts.endings.note(key.bank.item_id, site.clock())
    visitor.post("/api/disconnect", json={"item_id": key.bank.item_id})
    assert site.parts.endings.of(key.bank.item_id) is None


def test_r17_no_token_is_in_an_answer_or_in_the_log(site, local_plaid, two_banks, log):
    browser, (first, _) = two_banks
    tokens = [item["access_token"] for item in local_plaid.items()]
    said = browser.post("/api/disconnect", json={"item_id": first}).text + json.dumps(log.getvalue())
    assert not any(token in said for token in tokens)


# The same without JavaScript.


def test_every_bank_of_the_statement_has_a_button_that_disconnects_it(local_plaid, two_banks):
    browser, items = two_banks
    page = browser.get("/statement").text
    for item in items:
        assert f'<input type="hidden" name="item_id" value="{item}">' in page
    answer = browser.post("/disconnect", data={"item_id": items[0]})
    assert answer.status_code == 200
    assert "is disconnected" in answer.text
    assert "Still connected: " in answer.text
    assert "sealed cookies in this browser" in answer.text
    assert living(local_plaid) == {items[1]}
    answer = browser.post("/disconnect", data={"item_id": items[1]})
    assert "Nothing is held" in answer.text
    assert "nothing in this browser" in " ".join(answer.text.replace("<strong>", "").replace("</strong>", "").split())
    assert session_cookie(browser) is None


def test_a_bank_that_is_gone_is_shown_as_gone_and_has_the_button_too(local_plaid, two_banks):
    browser, items = two_banks
    (token,) = [item["access_token"] for item in local_plaid.items() if item["item_id"] == items[0]]
    local_plaid.call("/item/remove", {"access_token": token})
    page = browser.get("/statement").text
    notices = page[page.index("Banks that need a look") : page.index('id="month"')]
    assert f'value="{items[0]}"' in notices
    assert ">Remove <" in notices
    answer = browser.post("/disconnect", data={"item_id": items[0]})
    assert "had ended before" in answer.text


def test_r13_a_form_that_plaid_fails_says_so_and_can_be_sent_again(local_plaid, two_banks):
    browser, items = two_banks
    before = session_cookie(browser)
    local_plaid.fault("/item/remove", **FAILS)
    answer = browser.post("/disconnect", data={"item_id": items[0]})
    assert answer.status_code == 503
    assert "is not disconnected yet" in answer.text
    assert f'value="{items[0]}"' in answer.text
    assert session_cookie(browser) == before


@pytest.mark.parametrize("data", [{}, {"item_id": ""}, {"item_id": "<script>"}, {"item_id": "x" * 10_000}])
def test_a_form_that_names_no_bank_is_404_in_words(visitor, data):
    answer = visitor.post("/disconnect", data=data)
    assert answer.status_code == 404
    assert "This bank is not connected" in answer.text
    assert "<script>alert" not in answer.text
    assert not sets_session(answer)
