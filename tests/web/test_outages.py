"""Plaid's bad days, over HTTP: what the pages, the JSON and /status say of them, and when to try again."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from support.website import session_cookie, sets_session
from web.test_pages import words

from keepless.core.breaker import Limits
from keepless.core.models import BankProblem, BankRef
from keepless.errors import Action, PlaidFault
from keepless.services.breakers import InstitutionStanding, Standing
from keepless.web.errors import BanksNeedAttention, ExportIncomplete, NothingReadable
from keepless.web.health import CacheState
from keepless.web.lookup import fault_of, retry_after, words_for, words_of

FAULTS = Limits().faults
NOW = datetime(2026, 11, 22, 14, 31, 20, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
HARBOUR = BankRef("item-1", "ins_1", "Harbour Bank")
MAINTAINED = {"error_type": "API_ERROR", "error_code": "PLANNED_MAINTENANCE", "status": 503}
DOWN = {"error_type": "INSTITUTION_ERROR", "error_code": "INSTITUTION_DOWN", "status": 400}
LISTS = ["/api/transactions", "/api/spending-analysis"]
JSON = {"Accept": "application/json"}
PAGE = {"Accept": "text/html"}


def look(visitor, times=FAULTS):
    """So many looks at the banks, each of which fails."""
    for _ in range(times):
        answer = visitor.get("/api/transactions")
        assert answer.status_code == 503
    return answer


@pytest.fixture
def left_alone(visitor, local_plaid):
    """A visitor of a Plaid that has not answered for long enough to be left alone."""
    local_plaid.fault("/transactions/get", **MAINTAINED)
    look(visitor)
    return visitor


@pytest.mark.parametrize("path", LISTS)
def test_the_api_says_that_plaid_is_unavailable_and_when_to_come_again(left_alone, site, path):
    site.clock.ahead += timedelta(seconds=10)
    answer = left_alone.get(path)
    assert (answer.status_code, answer.json["code"]) == (503, "plaid_unavailable")
    assert answer.json["title"] == "Plaid is temporarily unavailable"
    assert 15 <= int(answer.headers["Retry-After"]) <= 20
    (problem,) = answer.json["problems"]
    assert re.fullmatch(r"Try again at \d\d:\d\d UTC\.", answer.json["next_step"])
    assert site.clock() < datetime.fromisoformat(problem["retry_at"]) <= site.clock() + timedelta(seconds=20)


def test_nobody_is_asked_until_then_and_then_one_is(left_alone, site, local_plaid):
    def asked():
        return local_plaid.call("/sandbox/faults", method="GET")[1]["faults"][0]["hits"]

    before = asked()
    look(left_alone)
    left_alone.get("/statement")
    left_alone.get("/api/live")
    assert asked() == before
    site.clock.ahead += timedelta(seconds=31)
    look(left_alone, 3)
    assert asked() == before + 1


def test_once_plaid_is_back_the_first_look_shows_it(left_alone, site, local_plaid):
    local_plaid.end_faults()
    site.clock.ahead += timedelta(seconds=31)
    assert left_alone.get("/api/transactions").status_code == 200


def test_the_dashboard_is_an_answer_all_the_same(left_alone):
    answer = left_alone.get("/api/dashboard")
    assert (answer.status_code, answer.json["banks"]) == (200, [])
    assert answer.json["problems"][0]["retry_at"] is not None


def test_the_statement_names_the_time_on_the_visitors_own_clock(left_alone, site):
    left_alone.set_cookie("keepless-tz", "Asia/Tokyo")
    page = words(left_alone.get("/statement"))
    assert "Plaid is temporarily unavailable" in page
    (told,) = re.findall(r"Try again at (\d\d:\d\d)\.", page)
    due = (site.clock() + timedelta(seconds=30)).astimezone(TOKYO)
    assert told in {f"{due + timedelta(seconds=ahead):%H:%M}" for ahead in (0, 60)}


def test_the_streams_problem_lines_say_when_too(left_alone):
    lines = [msgspec.json.decode(line) for line in left_alone.get("/api/live").data.splitlines()]
    (problem,) = [line for line in lines if line["type"] == "problem"]
    assert problem["problem"]["retry_at"] is not None
    assert problem["title"] == "Plaid is temporarily unavailable"
    assert problem["next_step"].startswith("Try again at ")


def test_connecting_says_it_as_well(left_alone, site):
    answer = left_alone.post("/api/link-token", json={})
    assert (answer.status_code, answer.json["code"]) == (503, "plaid_unavailable")
    assert 1 <= int(answer.headers["Retry-After"]) <= 30
    token = "access-sandbox-0f8fad5b-d9cb-469f-a165-70867728950e"
    page = site.browser().post("/setup", data={"access_token": token})
    assert page.status_code == 503
    assert "Plaid is temporarily unavailable" in words(page)


def test_r6_a_plaid_that_is_left_alone_costs_nobody_their_cookie(left_alone, site):
    before = session_cookie(left_alone)
    for path in ("/", "/statement", "/api/dashboard", "/status"):
        assert not sets_session(left_alone.get(path))
    assert session_cookie(left_alone) == before


def test_disconnecting_is_tried_all_the_same(left_alone, local_plaid):
    assert left_alone.post("/logout").status_code == 200
    assert {item["state"] for item in local_plaid.items()} == {"removed"}


def test_after_seven_days_it_is_said_kindly_what_happened_and_what_to_do(visitor, site):
    site.clock.ahead += timedelta(days=7, minutes=2)
    page = visitor.get("/")
    assert page.status_code == 401
    told = words(page)
    assert "Nothing went wrong: a connection here lasts 7 days, or 30 for those who ask for it" in told
    assert "Then connect your banks again" in told
    assert "Disconnect and start anew" in told


def test_a_bank_that_is_down_is_named_and_not_plaid(visitor, local_plaid):
    local_plaid.fault("/transactions/get", **DOWN)
    answer = look(visitor)
    assert answer.json["code"] == "no_bank_readable"
    assert 25 <= int(answer.headers["Retry-After"]) <= 30
    page = words(visitor.get("/statement"))
    assert "The bank cannot be read right now" in page or "the bank cannot be read right now" in page
    assert re.search(r"Try again at \d\d:\d\d UTC\.", page)


# The rules behind the answers, on plain values.


def problem(code="TIMEOUT", seconds=30, **changes):
    retry_at = None if seconds is None else NOW + timedelta(seconds=seconds)
    defaults = {"bank": HARBOUR, "code": code, "retryable": True, "action": "retry", "retry_at": retry_at}
    return BankProblem(**(defaults | changes))


@pytest.mark.parametrize(("seconds", "told"), [(30, 30), (29.2, 30), (0, 1), (-9, 1), (1, 1), (9_999, 300)])
def test_retry_after_counts_whole_seconds_from_one_to_five_minutes(seconds, told):
    assert retry_after(NothingReadable((problem(seconds=seconds),)), NOW) == told
    moment = NOW + timedelta(seconds=seconds)
    assert retry_after(PlaidFault("TIMEOUT", retryable=True, action=Action.RETRY, retry_at=moment), NOW) == told


def test_the_earliest_moment_counts_and_where_none_is_known_the_table_does():
    some = (problem(seconds=90), problem(seconds=None), problem(seconds=40))
    assert retry_after(NothingReadable(some), NOW) == 40
    assert retry_after(ExportIncomplete("", some), NOW) == 40
    assert retry_after(NothingReadable((problem("INSTITUTION_DOWN", None),)), NOW) == 10
    login = problem("ITEM_LOGIN_REQUIRED", retryable=False, action="reconnect")
    assert retry_after(BanksNeedAttention((login,)), NOW) is None


def test_plaid_is_to_blame_only_where_no_bank_is():
    down = problem("INSTITUTION_DOWN")
    login = problem("ITEM_LOGIN_REQUIRED", None, retryable=False, action="reconnect")
    assert fault_of(NothingReadable((problem(), problem("UNREACHABLE", None)))).code == "plaid_unavailable"
    assert fault_of(NothingReadable((problem(), down))).code == "no_bank_readable"
    assert fault_of(NothingReadable((problem(), login))).code == "no_bank_readable"
    assert fault_of(BanksNeedAttention((login,))).code == "banks_need_attention"


def test_a_fault_of_a_call_that_was_made_keeps_its_own_words():
    assert words_for(problem(seconds=None)).title == "Plaid did not answer in time"
    assert words_for(problem()).title == "Plaid is temporarily unavailable"
    assert words_for(problem("INSTITUTION_DOWN")).title == "The bank cannot be read right now"


@pytest.mark.parametrize(
    ("zone", "seconds", "told"),
    [(None, 40, "14:32 UTC"), (None, 41, "14:33 UTC"), (TOKYO, 40, "23:32"), (ZoneInfo("Asia/Kolkata"), 40, "20:02")],
)
def test_times_are_on_the_visitors_clock_rounded_up_to_the_minute(zone, seconds, told):
    assert words_for(problem(seconds=seconds), zone).next_step == f"Try again at {told}."
    assert words_of(NothingReadable((problem(seconds=seconds),)), zone).next_step == f"Try again at {told}."


def test_waiting_is_not_advised_where_it_does_not_help():
    gone = problem("ITEM_LOGIN_REQUIRED", retryable=False, action="reconnect")
    assert words_for(gone).next_step == "Reconnect the bank."


# /status


class Told:
    """A Plaid of which so much is known."""

    def __init__(self, **told):
        self.told = {"last_success": None, "last_failure": None, "last_failure_code": None, **told}

    def status(self):
        return self.told


class Cached:
    """Copies of which so much is known; nobody here has any."""

    def __init__(self, **told):
        self.told = {"reachable": True, "since": NOW, "last_fault": None, "waiting_to_be_forgotten": 0, **told}

    def status(self):
        return self.told


def state_and_page(site, plaid, keeping=None):
    browser = site.with_parts(plaid=plaid, keeping=keeping).browser()
    return browser.get("/status", headers=JSON).json, words(browser.get("/status", headers=PAGE))


def institution(**changes):
    defaults = {"institution_id": "ins_1", "name": "Harbour Bank", "state": Standing.WORKING}
    return InstitutionStanding(**(defaults | changes))


def test_a_server_that_has_asked_nobody_says_so(lone_site):
    state, page = state_and_page(lone_site, Told(state=Standing.UNASKED))
    assert (state["plaid"]["state"], state["works"], state["cache"]) == ("unasked", ["read"], "none")
    assert "Nobody has asked a bank since this server started." in page
    assert "Your banks can be read as usual." in page


def test_where_all_is_well_every_institution_asked_for_is_named(lone_site):
    plaid = Told(state=Standing.WORKING, last_success=NOW, institutions=(institution(),))
    state, page = state_and_page(lone_site, plaid)
    assert (state["plaid"]["state"], state["works"]) == ("working", ["read"])
    assert [each["name"] for each in state["plaid"]["institutions"]] == ["Harbour Bank"]
    assert "All is well" in page
    assert "Harbour Bank Answers." in page


def test_a_bank_that_is_left_alone_is_named_with_its_times(lone_site):
    down = institution(
        state=Standing.UNAVAILABLE,
        since=NOW,
        code="INSTITUTION_DOWN",
        retry_at=datetime.now(UTC) + timedelta(minutes=3),
    )
    plaid = Told(state=Standing.WORKING, last_success=NOW, institutions=(down, institution(name="Meadow")))
    state, page = state_and_page(lone_site, plaid)
    assert (state["plaid"]["state"], state["works"]) == ("working", ["read_others"])
    assert state["plaid"]["institutions"][0]["since"] == "2026-11-22T14:31:20Z"
    assert "Plaid answers, but not for every bank" in page
    assert "Harbour Bank Has not answered since 22 November 2026, 14:31 UTC (INSTITUTION_DOWN)." in page
    assert re.search(r"It is asked again at \d\d:\d\d UTC\.", page)
    assert "Meadow Answers." in page


UNAVAILABLE = {
    "state": Standing.UNAVAILABLE,
    "since": NOW,
    "code": "TIMEOUT",
    "retry_at": NOW,
    "institutions": (institution(),),
}


def test_where_plaid_is_away_and_there_is_no_cache_nothing_can_be_read_and_nothing_is_lost(lone_site):
    state, page = state_and_page(lone_site, Told(**UNAVAILABLE))
    assert (state["plaid"]["state"], state["works"]) == ("unavailable", ["read_none", "change_later"])
    assert "Plaid is temporarily unavailable" in page
    assert "Every call to it has failed since 22 November 2026, 14:31 UTC. It is asked again at the next look." in page
    assert "No bank can be read until Plaid answers again. Your banks stay connected." in page
    assert "Connecting or disconnecting a bank needs Plaid: try again later; nothing is lost." in page
    assert "Harbour Bank Cannot be asked while Plaid is unavailable." in page


def test_where_plaid_is_away_and_copies_are_there_they_are_shown(lone_site):
    state, page = state_and_page(lone_site, Told(**UNAVAILABLE), Cached())
    assert state["works"] == ["read_none", "copies", "change_later"]
    assert state["cache"] == CacheState.IN_USE
    assert "shown from their sealed copy, with its age" in page
    assert "in use since 22 November 2026, 14:31 UTC" in page
    assert "nothing is stored on the server" not in page
    assert state["on_server"] != []


def test_a_cache_that_is_away_makes_every_look_go_to_the_bank(lone_site):
    cached = Cached(reachable=False, last_fault="slow", waiting_to_be_forgotten=2)
    state, page = state_and_page(lone_site, Told(state=Standing.WORKING), cached)
    assert (state["cache"], state["cache_last_fault"], state["cache_to_forget"]) == ("unreachable", "slow", 2)
    assert state["works"] == ["read", "no_copies"]
    assert "Plaid answers, the cache does not" in page
    assert "cannot be reached since 22 November 2026, 14:31 UTC (slow)" in page
    assert "only what a bank answers now can be shown" in page


def test_a_cache_that_nobody_has_used_is_no_outage(lone_site):
    cached = Cached(reachable=None, since=None)
    state, page = state_and_page(lone_site, Told(state=Standing.UNASKED), cached)
    assert (state["cache"], state["works"]) == ("unused", ["read"])
    assert "not used yet" in page


def test_keys_that_are_not_taken_are_the_operators_matter(lone_site):
    plaid = Told(state=Standing.REFUSING, since=NOW, code="INVALID_API_KEYS")
    state, page = state_and_page(lone_site, plaid)
    assert (state["plaid"]["state"], state["works"]) == ("refusing", ["read_perhaps"])
    assert "Plaid refuses this installation" in page
    assert "INVALID_API_KEYS" in page


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\u202egnp.exe", "%(bank)s {{ 7*7 }}", "x" * 100])
def test_a_banks_name_is_shown_as_it_is_and_does_nothing(lone_site, name):
    plaid = Told(state=Standing.WORKING, institutions=(institution(name=name),))
    site = lone_site.with_parts(plaid=plaid)
    page = site.browser().get("/status", headers=PAGE).text
    assert "<script>alert" not in page
    assert "49" not in re.findall(r"<bdi>(.*?)</bdi>", page)[0]
    assert site.browser().get("/status", headers=JSON).json["plaid"]["institutions"][0]["name"] == name


def test_a_bank_without_a_name_is_told_by_its_institution(lone_site):
    _, page = state_and_page(lone_site, Told(state=Standing.WORKING, institutions=(institution(name=""),)))
    assert "ins_1 Answers." in page


def test_the_state_that_is_told_is_the_one_that_visitors_meet(left_alone, site):
    state = left_alone.get("/status", headers=JSON).json
    assert (state["plaid"]["state"], state["plaid"]["code"]) == ("unavailable", "PLANNED_MAINTENANCE")
    assert state["plaid"]["retry_at"] is not None
    (bank,) = state["plaid"]["institutions"]
    assert bank["name"] == "First Platypus Bank"
    stranger = words(site.browser().get("/status", headers=PAGE))
    assert "Plaid is temporarily unavailable" in stranger
    assert "First Platypus Bank Cannot be asked while Plaid is unavailable." in stranger


def test_the_state_names_nobody(left_alone, local_plaid):
    (item,) = local_plaid.items()
    text = left_alone.get("/status", headers=JSON).text
    assert item["item_id"] not in text
    assert item["access_token"] not in text
