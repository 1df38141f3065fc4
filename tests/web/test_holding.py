"""GET /api/what-you-hold: all of it, true, and never a token."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from support.website import LOCAL_NAME, set_session

from keepless.web.arrivals import LOCAL_PREFIX
from keepless.web.hints import COUNTS_NAME, ZONE_NAME

PATH = "/api/what-you-hold"
NOTHING = {
    "account": None,
    "audit": None,
    "for_reaper": 0,
    "on_server": [],
    "in_cache": [],
    "at_plaid": [],
    "in_browser": [],
    "session": None,
}


def held(browser):
    answer = browser.get(PATH)
    assert answer.status_code == 200
    assert not answer.headers.getlist("Set-Cookie")
    return answer.json


def by_name(told):
    return {cookie["name"]: cookie for cookie in told["in_browser"]}


def test_a_stranger_has_left_nothing(lone_site):
    assert held(lone_site.browser()) == NOTHING


def test_a_visitor_sees_every_cookie_bank_and_time(site, local_plaid, visitor):
    visitor.get("/api/dashboard")
    visitor.set_cookie(ZONE_NAME, "Europe/Berlin")
    told = held(visitor)
    vault = site.vault_of(visitor)
    (item,) = local_plaid.items()
    assert told["on_server"] == []
    assert told["at_plaid"] == [
        {"item_id": item["item_id"], "institution_id": "ins_109508", "name": "First Platypus Bank"}
    ]
    assert told["session"]["expires_at"] == vault.expires_at.isoformat().replace("+00:00", "Z")
    assert (told["session"]["keep_connected"], told["session"]["is_over"]) == (False, False)
    cookies = by_name(told)
    (arrival,) = [name for name in cookies if name.startswith(LOCAL_PREFIX)]
    assert set(cookies) == {LOCAL_NAME, arrival, COUNTS_NAME, ZONE_NAME}
    for name in (LOCAL_NAME, arrival):
        sealed = cookies[name]
        assert (sealed["sealed"], sealed["http_only"], sealed["opens"], sealed["value"]) == (True, True, True, None)
        assert sealed["until"] == told["session"]["expires_at"]
        assert sealed["bytes"] == len(name) + len(visitor.get_cookie(name).value)
    for name, value in ((ZONE_NAME, "Europe/Berlin"), (COUNTS_NAME, visitor.get_cookie(COUNTS_NAME).value)):
        plain = cookies[name]
        assert (plain["sealed"], plain["http_only"], plain["value"]) == (False, False, value)
    assert all(cookie["purpose"] for cookie in cookies.values())


def test_it_names_exactly_what_the_browser_has(site, visitor):
    visitor.post("/api/link-token", json={})  # on the local Plaid, what was begun waits in a cookie of its own
    visitor.get("/api/dashboard")
    assert {cookie["name"] for cookie in held(visitor)["in_browser"]} == {key[2] for key in visitor._cookies}


def test_what_is_true_of_the_attributes_is_what_was_set(site, local_plaid):
    browser = site.browser()
    lines = [
        line
        for answer in (
            browser.post("/setup", data={"access_token": local_plaid.connect("demo")}),
            browser.post("/api/link-token", json={}),
            browser.get("/api/dashboard"),
        )
        for line in answer.headers.getlist("Set-Cookie")
    ]
    set_so = {line.partition("=")[0]: "HttpOnly" in line for line in lines}
    assert {name: cookie["http_only"] for name, cookie in by_name(held(browser)).items()} == set_so


def test_r17_neither_a_token_nor_a_sealed_text_is_in_it(site, local_plaid, visitor):
    visitor.post("/api/link-token", json={})
    text = visitor.get(PATH).text
    assert local_plaid.items()[0]["access_token"] not in text
    assert "link-" not in text.replace("keepless-local-link", "")
    assert "v1." not in text


def test_an_expired_session_is_told_as_one_that_is_over(site, visitor):
    site.clock.ahead = timedelta(days=8)
    told = held(visitor)
    assert told["session"]["is_over"]
    assert len(told["at_plaid"]) == 1


def test_a_cookie_that_does_not_open_is_told_as_such(lone_site):
    browser = lone_site.browser()
    set_session(browser, "v1.AAAAAAAA.nonsense")
    browser.set_cookie(f"{LOCAL_PREFIX}AAAAAAAA", "nonsense")
    told = held(browser)
    assert (told["session"], told["at_plaid"]) == (None, [])
    assert [(cookie["sealed"], cookie["opens"], cookie["until"]) for cookie in told["in_browser"]] == [
        (True, False, None)
    ] * 2


def test_the_cookies_of_others_are_not_ours_to_tell(lone_site):
    browser = lone_site.browser()
    browser.set_cookie("theirs", "value")
    browser.set_cookie("keepless-local-bank-x", "value")
    assert held(browser) == NOTHING


def test_what_the_server_remembers_of_a_bank_is_told(site, visitor):
    (key,) = site.vault_of(visitor).banks
    ends = site.clock().astimezone(ZoneInfo("UTC")) + timedelta(days=5)
    site.parts.endings.note(key.bank.item_id, ends)
    (note,) = held(visitor)["on_server"]
    assert note["bank"]["item_id"] == key.bank.item_id
    assert note["renew_by"] == ends.isoformat().replace("+00:00", "Z")
    assert visitor.get("/api/dashboard").json["held"]["on_server"] != []
    visitor.post("/logout")
    assert site.parts.endings.of(key.bank.item_id) is None


@pytest.mark.parametrize("header", [f"{LOCAL_NAME}=x; {LOCAL_NAME}=y", f"  {LOCAL_NAME}=x"])
def test_input_11_a_doubled_cookie_is_400_here_too(lone_site, header):
    answer = lone_site.raw_browser().get(PATH, environ_overrides={"HTTP_COOKIE": header})
    assert (answer.status_code, answer.json["code"]) == (400, "bad_cookie")


def test_it_fits_a_screen(site, local_plaid, visitor):
    visitor.get("/api/dashboard")
    assert len(visitor.get(PATH).data) < 2_000
