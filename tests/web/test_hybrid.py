"""The hybrid edition's answers: what the cache did, copies at once and news behind, and what is held."""

import json
import re
from datetime import date, timedelta
from html import unescape

import pytest
from support.website import Clock, website

from keepless.adapters.memory_cache import MemoryCache
from keepless.core.filters import TransactionFilter
from keepless.core.periods import Period
from keepless.web.api import board_of

JSON_PATHS = ("/api/dashboard", "/api/transactions", "/api/spending-analysis")


@pytest.fixture
def site(local_plaid):
    clock = Clock()
    with website(local_plaid.url, cache=MemoryCache(clock), clock=clock) as site:
        yield site


@pytest.fixture
def token(local_plaid):
    return local_plaid.connect("demo")


@pytest.fixture
def visitor(site, token):
    return site.connected(token)


def passed(site, **time):
    site.clock.ahead += timedelta(**time)


def calls(local_plaid):
    return sum(sum(item["calls"].values()) for item in local_plaid.items())


def lines(visitor, query="", **headers):
    answer = visitor.get(f"/api/live{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def settle(visitor, path="/api/dashboard"):
    """Looks until what runs behind the answers is over."""
    for _ in range(200):
        if visitor.get(path).json["cache"] == "hit":
            return
    raise AssertionError("still being renewed")


@pytest.mark.parametrize("path", JSON_PATHS)
def test_an_answer_says_what_the_cache_did_and_a_hit_asks_nobody(visitor, local_plaid, path):
    first = visitor.get(path).json
    before = calls(local_plaid)
    again = visitor.get(path).json
    assert (first.pop("cache"), again.pop("cache")) == ("miss", "hit")
    first.pop("held", None)
    again.pop("held", None)
    assert first == again
    assert calls(local_plaid) == before


def test_without_a_cache_there_is_none_to_speak_of(local_plaid):
    with website(local_plaid.url) as site:
        visitor = site.connected(local_plaid.connect("demo"))
        assert {visitor.get(path).json["cache"] for path in JSON_PATHS} == {"none"}
        assert [line["cache"] for line in lines(visitor) if line["type"] == "bank"] == ["none"]


def test_the_ready_made_dashboard_is_the_one_that_is_made_anew(visitor, site, token, local_plaid):
    for _ in range(3):
        ready = visitor.get("/api/dashboard").json
    with website(local_plaid.url, clock=site.clock) as other:
        anew = other.connected(token).get("/api/dashboard").json
    for each in (ready, anew):
        each.pop("cache")
        each.pop("held")
        for bank in each["banks"]:
            bank.pop("fetched_at")
    assert ready == anew


def test_a_dashboard_is_ready_made_for_the_days_that_are_shown_and_not_for_those_that_are_read():
    """Both ranges begin with the month before: another setting of the usual days is read alike."""
    today = date(2026, 11, 22)
    read = Period.last_days(today, 90)
    month, week = (board_of(today, read, TransactionFilter(start=today - timedelta(days=days))) for days in (29, 6))
    assert month.part == week.part
    assert month.key != week.key


def test_two_banks_have_one_dashboard_and_the_worst_of_their_uses(site, local_plaid, visitor):
    visitor.get("/api/dashboard")
    site.connected(local_plaid.connect("user_good"), browser=visitor)
    assert visitor.get("/api/dashboard").json["cache"] == "miss"
    board = visitor.get("/api/dashboard").json
    assert (len(board["banks"]), board["cache"]) == (2, "hit")


def test_a_stream_shows_the_copy_and_then_the_news(site, visitor, local_plaid, token):
    lines(visitor)
    passed(site, hours=2)
    local_plaid.change(token, added=3)
    _, copy, news, end = lines(visitor)
    assert [line["type"] for line in (copy, news, end)] == ["bank", "bank", "end"]
    assert (copy["cache"], news["cache"]) == ("stale", "miss")
    assert copy["key"] == news["key"]
    assert len(news["rows"]) == len(copy["rows"]) + 3
    assert copy["fetched_at"] < news["fetched_at"]


def test_a_stream_says_so_where_nothing_is_new(site, visitor):
    lines(visitor)
    passed(site, hours=2)
    _, copy, same, _ = lines(visitor)
    assert (same["type"], same["key"]) == ("same", copy["key"])
    assert same["fetched_at"] > copy["fetched_at"]


def test_a_stream_shows_the_copy_and_then_what_is_wrong(site, visitor, local_plaid):
    lines(visitor)
    passed(site, days=3)
    local_plaid.fault("*", error_code="INSTITUTION_DOWN")
    _, copy, problem, _ = lines(visitor)
    assert (copy["type"], problem["type"], problem["key"]) == ("bank", "problem", copy["key"])
    assert problem["copy_stands"] is True


def test_a_copy_of_an_item_that_has_ended_does_not_stand(site, visitor, local_plaid, token):
    lines(visitor)
    passed(site, hours=2)
    local_plaid.call("/item/remove", {"access_token": token})
    problem = lines(visitor)[2]
    assert (problem["type"], problem["copy_stands"]) == ("problem", False)
    assert [line["type"] for line in lines(visitor)] == ["start", "problem", "end"]


def test_the_days_of_a_longer_stream_are_kept_as_well(visitor, local_plaid):
    lines(visitor)
    longest = f"?from={date.today() - timedelta(days=729)}"  # noqa: DTZ011 - the site's day, to within one
    first = lines(visitor, longest)[1]
    before = calls(local_plaid)
    again = lines(visitor, longest)[1]
    assert (first.pop("cache"), again.pop("cache")) == ("miss", "hit")
    assert first == again
    assert lines(visitor)[1]["cache"] == "hit"
    assert calls(local_plaid) == before


def test_a_reload_with_force_asks_the_bank_once_a_minute(site, visitor, local_plaid, token):
    visitor.get("/api/dashboard")
    local_plaid.change(token, added=1)
    assert visitor.get("/api/transactions", headers={"Cache-Control": "no-cache"}).json["cache"] == "hit"
    passed(site, minutes=1)
    asked = visitor.get("/api/transactions", headers={"Cache-Control": "no-cache"}).json
    assert asked["cache"] == "miss"
    assert visitor.get("/api/transactions").json["total"] == asked["total"]
    passed(site, minutes=1)
    copy, anew = lines(visitor, **{"Cache-Control": "no-cache"})[1:3]
    assert (copy["type"], anew["type"], anew["cache"]) == ("bank", "bank", "miss")


def test_a_reload_with_force_shows_the_copy_where_the_bank_says_nothing(site, visitor, local_plaid):
    first = visitor.get("/api/transactions").json
    passed(site, minutes=2)
    local_plaid.fault("*", error_code="INSTITUTION_DOWN")
    forced = visitor.get("/api/transactions", headers={"Cache-Control": "no-cache"}).json
    assert (forced["total"], [each["code"] for each in forced["problems"]]) == (first["total"], ["INSTITUTION_DOWN"])


def test_the_statement_shows_the_copy_while_the_bank_fails(site, visitor, local_plaid):
    visitor.get("/statement")
    passed(site, days=3)
    local_plaid.fault("*", error_code="INSTITUTION_DOWN")
    page = visitor.get("/statement").text
    assert "First Platypus Bank" in page
    assert "First Platypus Bank: this is 3 days old. Newer figures are being asked for." in page


def test_the_statement_of_a_bank_that_asks_for_its_login_says_that_its_copy_stands_and_promises_nothing_newer(
    site, visitor, local_plaid
):
    visitor.get("/statement")
    passed(site, days=3)
    local_plaid.fault("*", error_code="ITEM_LOGIN_REQUIRED")
    visitor.get("/api/live").get_data()
    page = visitor.get("/statement").text
    assert "asks you to log in again" in page
    assert "What it told before is still shown." in page
    assert "Your other banks" not in page
    assert "First Platypus Bank: this is 3 days old." in page
    assert "Newer figures" not in page


def test_the_statement_says_once_how_old_banks_are_that_are_as_old(site, visitor, local_plaid):
    site.connected(local_plaid.connect("user_good"), browser=visitor)
    visitor.get("/statement")
    passed(site, days=3)
    local_plaid.fault("*", error_code="INTERNAL_SERVER_ERROR")
    page = visitor.get("/statement").text
    assert page.count("3 days old") == 1
    assert "This is 3 days old. Newer figures are being asked for." in page


def test_the_api_has_only_the_problem_where_there_is_no_copy(visitor, local_plaid):
    local_plaid.fault("*", error_code="PLANNED_MAINTENANCE")
    answer = visitor.get("/api/transactions")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


class TestWhatIsHeld:
    def test_everything_in_the_cache_is_told_with_its_size_and_its_end(self, visitor):
        visitor.get("/api/dashboard")
        lines(visitor)
        told = visitor.get("/api/what-you-hold").json
        (copy,) = told["in_cache"]
        assert copy["bank"]["name"] == "First Platypus Bank"
        assert copy["bytes"] > 2 * 65_536
        assert copy["until"] == told["session"]["expires_at"] or copy["until"] > copy["fetched_at"]

    def test_nothing_is_told_where_nothing_is_kept(self, visitor):
        assert visitor.get("/api/what-you-hold").json["in_cache"] == []

    def test_the_dashboard_says_it_in_words(self, visitor):
        (said,) = visitor.get("/api/dashboard").json["held"]["on_server"]
        assert said.startswith("in the cache: sealed copies that only this browser's cookie opens, until 20")

    @pytest.mark.parametrize("path", ["/statement", "/promise", "/setup", "/"])
    def test_the_signature_line_names_the_copy(self, visitor, path):
        page = unescape(visitor.get(path).text)
        assert "sealed copies that only this browser's cookie opens, until" in page
        assert re.search(r"opens, until \d\d? [A-Z][a-z]+ at the latest", page), "without a year: it is a week away"

    def test_a_stranger_has_nothing_on_the_server(self, site):
        assert "on the server: <strong>nothing</strong>" in site.browser().get("/setup").text

    def test_the_first_page_promises_only_what_this_edition_keeps(self, site, lone_site):
        page = unescape(site.browser().get("/setup").text)
        assert "Leave nothing readable behind." in page
        assert "readable records about you" in page
        assert "only the cookie in your browser opens it" in page
        assert "Then it forgets." not in page
        assert "Each visit asks the bank anew" not in page
        assert "Then it forgets." in unescape(lone_site.browser().get("/setup").text)

    def test_the_promise_tells_of_the_cache_where_there_is_one(self, visitor, lone_site):
        assert "cache, under a code that names nobody" in visitor.get("/promise").text
        assert "cache, under a code that names nobody" not in lone_site.browser().get("/promise").text


class TestLettingGo:
    def test_disconnecting_deletes_the_copy(self, visitor):
        visitor.get("/api/dashboard")
        saved = visitor.get("/api/what-you-hold").json["in_cache"]
        (bank,) = saved
        answer = visitor.post("/api/disconnect", json={"item_id": bank["bank"]["item_id"]})
        assert answer.status_code == 200, answer.text
        assert visitor.get("/api/what-you-hold").json["in_cache"] == []

    def test_r3_a_cookie_saved_before_logging_out_opens_nothing(self, site, visitor):
        visitor.get("/api/dashboard")
        thief = site.browser()
        for cookie in visitor._cookies.values():
            thief.set_cookie(cookie.key, cookie.value)
        assert thief.get("/api/dashboard").json["cache"] == "hit"
        visitor.post("/logout")
        stolen = thief.get("/api/dashboard").json
        assert (stolen["banks"], [problem["code"] for problem in stolen["problems"]]) == ([], ["ITEM_NOT_FOUND"])
        assert thief.get("/api/what-you-hold").json["in_cache"] == []

    def test_a_repaired_login_is_followed_by_a_whole_new_reading(self, visitor):
        visitor.get("/api/dashboard")
        (bank,) = visitor.get("/api/what-you-hold").json["at_plaid"]
        assert visitor.post("/api/link-done", json={"repaired": bank["item_id"]}).status_code == 200
        assert visitor.get("/api/what-you-hold").json["in_cache"] == []
