"""The JSON of a session's banks, live from the local Plaid; faults 18, 19 and 20, and what hints change."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.website import session_cookie, sets_session

from keepless.web.hints import COUNTS_NAME
from keepless.web.session import LOCAL_NAME

LISTS = ("/api/transactions", "/api/spending-analysis")


def calls(local_plaid, endpoint):
    return sum(item["calls"].get(endpoint, 0) for item in local_plaid.items())


def test_the_dashboard_has_banks_cards_spending_and_what_is_held(site, visitor):
    answer = visitor.get("/api/dashboard")
    assert answer.status_code == 200
    board = answer.json
    assert len(board["banks"]) == 1
    assert board["banks"][0]["accounts"]
    assert board["cards"]
    assert board["problems"] == []
    assert board["spending"][0]["currency"] == "USD"
    assert [text.partition(":")[0][: len(LOCAL_NAME)] for text in board["held"]["in_browser"]] == [LOCAL_NAME] * 2
    assert board["held"]["on_server"] == []
    assert board["held"]["banks"] == 1


def test_the_dashboard_and_the_analysis_tell_the_same(visitor):
    board = visitor.get("/api/dashboard?days=60").json
    sums = visitor.get("/api/spending-analysis?days=60").json
    assert board["period"] == sums["period"]
    for spending in board["spending"]:
        same = sums["currencies"].get(spending["currency"])
        if same is not None:
            assert spending["period"]["spent"] == same["spent"]
            assert spending["period"]["net"] == sums["net"][spending["currency"]]


def test_transactions_come_newest_first_in_minor_units(visitor):
    answer = visitor.get("/api/transactions").json
    rows = answer["transactions"]
    assert answer["total"] == len(rows) > 50
    assert [row["date"] for row in rows] == sorted((row["date"] for row in rows), reverse=True)
    assert all(isinstance(row["amount"], int) and len(row["currency"]) == 3 for row in rows)
    assert {row["currency"] for row in rows} >= {"USD"}


def test_conditions_narrow_the_list(visitor):
    everything = visitor.get("/api/transactions").json["transactions"]
    category = everything[0]["primary"]
    account = everything[0]["account_id"]
    narrowed = visitor.get(f"/api/transactions?category={category}&account={account}&min=1&max=500").json
    assert 0 < narrowed["total"] < len(everything)
    for row in narrowed["transactions"]:
        assert (row["primary"], row["account_id"]) == (category, account)
        assert 100 <= abs(row["amount"]) <= 50_000


def test_a_search_finds_merchants_whatever_the_case(visitor):
    merchant = visitor.get("/api/transactions").json["transactions"][0]["merchant"]
    found = visitor.get("/api/transactions", query_string={"q": merchant.upper()}).json
    assert merchant in {row["merchant"] for row in found["transactions"]}


def test_days_bound_the_list(visitor):
    rows = visitor.get("/api/transactions?days=7").json
    assert (date.fromisoformat(rows["period"]["end"]) - date.fromisoformat(rows["period"]["start"])).days == 6
    assert all(row["date"] >= rows["period"]["start"] for row in rows["transactions"])


def test_a_long_list_comes_in_pages_that_lose_and_repeat_nothing(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo-3000"))
    first = visitor.get("/api/transactions").json
    assert (first["page_size"], len(first["transactions"])) == (500, 500)
    pages = [visitor.get(f"/api/transactions?page={number + 1}").json for number in range(first["pages"])]
    ids = [row["id"] for page in pages for row in page["transactions"]]
    assert len(ids) == len(set(ids)) == first["total"]
    assert visitor.get(f"/api/transactions?page={first['pages'] + 1}").json["transactions"] == []


@pytest.mark.parametrize("path", ["/api/dashboard", *LISTS])
@pytest.mark.parametrize("query", ["days=0", "from=2026-02-30", "nonsense=1", "days=1&days=2", "q=%3Cscript%3E"])
def test_input_24_a_bad_value_is_400_and_names_the_field(visitor, path, query):
    answer = visitor.get(f"{path}?{query}")
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_field")
    assert answer.json["field"] == query.partition("=")[0]
    assert "<script>" not in answer.text


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(["/api/dashboard", *LISTS, "/"]),
    st.lists(
        st.tuples(
            st.sampled_from(["days", "from", "to", "category", "account", "q", "min", "max", "page", "x"]),
            st.one_of(st.text(), st.integers().map(str), st.dates().map(str), st.decimals().map(str)),
        ),
        max_size=4,
    ),
)
def test_input_24_no_query_is_answered_with_a_fault_of_ours(site, quiet_visitor, path, query):
    assert quiet_visitor.get(path, query_string=query).status_code in {200, 400}


@pytest.fixture
def quiet_visitor(site, local_plaid):
    """A visitor with a small bank, for many requests."""
    account = {"type": "depository", "subtype": "checking", "starting_balance": 100}
    return site.connected(local_plaid.connect("user_custom", json.dumps({"override_accounts": [account]})))


# Bad inputs 18 to 20: one bank fails, the other is shown.


@pytest.fixture
def two_banks(site, local_plaid):
    """A visitor with a bank that will fail (its token beside) and one that will not."""
    failing, fine = local_plaid.connect("user_good"), local_plaid.connect("demo")
    return site.connected(failing, fine), failing


def error(error_type, error_code, status=400):
    return {"error_type": error_type, "error_code": error_code, "status": status}


FAULTS = [
    (error("RATE_LIMIT_EXCEEDED", "TRANSACTIONS_LIMIT", 429), {"TRANSACTIONS_LIMIT"}, "retry"),
    (error("API_ERROR", "INTERNAL_SERVER_ERROR", 500), {"INTERNAL_SERVER_ERROR"}, "retry"),
    (error("INSTITUTION_ERROR", "INSTITUTION_DOWN"), {"INSTITUTION_DOWN"}, "retry"),
    ({"reset": True}, {"UNREACHABLE"}, "retry"),
    ({"half_body": True}, {"BAD_ANSWER"}, "retry"),
    ({"garbage": True}, {"BAD_ANSWER"}, "retry"),
    ({"silence": 5}, {"TIMEOUT", "DEADLINE"}, "retry"),
    (error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED"), {"ITEM_LOGIN_REQUIRED"}, "reconnect"),
    (error("ITEM_ERROR", "PRODUCT_NOT_READY"), {"PRODUCT_NOT_READY"}, "wait"),
]


@pytest.mark.parametrize(("order", "codes", "action"), FAULTS, ids=[min(codes) for _, codes, _ in FAULTS])
def test_input_18_19_20_a_bank_that_fails_never_fails_the_other(two_banks, local_plaid, order, codes, action):
    visitor, failing = two_banks
    before = session_cookie(visitor)
    local_plaid.fault("/transactions/get", access_token=failing, **order)
    answer = visitor.get("/api/dashboard")
    assert answer.status_code == 200
    (problem,) = answer.json["problems"]
    assert problem["code"] in codes
    assert problem["action"] == action
    assert len(answer.json["banks"]) == 1
    assert answer.json["transactions"]["total"] > 0
    assert failing not in answer.text
    assert not sets_session(answer)
    assert session_cookie(visitor) == before


def test_input_18_a_passing_fault_is_retried_and_never_shown(visitor, local_plaid):
    local_plaid.fault(
        "/transactions/get", count=1, error_code="INTERNAL_SERVER_ERROR", error_type="API_ERROR", status=500
    )
    assert visitor.get("/api/dashboard").json["problems"] == []


def test_input_18_twenty_thousand_transactions_are_answered(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo-20000"))
    assert visitor.get("/api/transactions").json["total"] > 15_000


@pytest.mark.parametrize("path", LISTS)
def test_no_bank_that_answers_is_no_empty_list(visitor, local_plaid, path):
    local_plaid.fault("/transactions/get", **error("INSTITUTION_ERROR", "INSTITUTION_DOWN"))
    answer = visitor.get(path)
    assert (answer.status_code, answer.json["code"]) == (503, "no_bank_readable")
    assert int(answer.headers["Retry-After"]) > 0
    assert [problem["code"] for problem in answer.json["problems"]] == ["INSTITUTION_DOWN"]


@pytest.mark.parametrize("path", LISTS)
def test_banks_that_all_wait_for_the_person_say_so(visitor, local_plaid, path):
    local_plaid.fault("/transactions/get", **error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED"))
    answer = visitor.get(path)
    assert (answer.status_code, answer.json["code"]) == (409, "banks_need_attention")
    assert "Retry-After" not in answer.headers
    assert answer.json["problems"][0]["action"] == "reconnect"


def test_a_dashboard_of_failing_banks_shows_their_state(visitor, local_plaid):
    local_plaid.fault("/transactions/get", **error("INSTITUTION_ERROR", "INSTITUTION_DOWN"))
    answer = visitor.get("/api/dashboard")
    assert (answer.status_code, answer.json["banks"]) == (200, [])
    assert len(answer.json["problems"]) == 1


def test_a_bank_without_transactions_is_named_as_a_gap(two_banks, local_plaid):
    visitor, failing = two_banks
    local_plaid.fault("/transactions/get", access_token=failing, **error("ITEM_ERROR", "PRODUCTS_NOT_SUPPORTED"))
    answer = visitor.get("/api/transactions").json
    assert [gap["code"] for gap in answer["gaps"]] == ["PRODUCTS_NOT_SUPPORTED"]
    assert answer["total"] > 0


def test_bank_problems_are_counted_by_what_can_be_done(site, visitor, local_plaid):
    local_plaid.fault("/transactions/get", **error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED"))
    visitor.get("/api/dashboard")
    assert b'keepless_bank_problems_total{action="reconnect"}' in site.parts.metrics.exposition()


# Hints: what a GET learns, and what it changes.


def test_r4_a_get_writes_hints_and_never_the_session(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo-3000"))
    answer = visitor.get("/api/dashboard")
    lines = answer.headers.getlist("Set-Cookie")
    assert [line.partition("=")[0] for line in lines] == [COUNTS_NAME]
    assert visitor.get("/api/dashboard").headers.getlist("Set-Cookie") == []


def test_hints_change_how_often_plaid_is_asked_and_not_what_is_shown(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo-3000"))
    first = visitor.get("/api/dashboard").json
    asked = calls(local_plaid, "/transactions/get")
    second = visitor.get("/api/dashboard").json
    assert asked == 6
    assert calls(local_plaid, "/transactions/get") - asked <= 7  # one more, for rows that may have come
    assert first["spending"] == second["spending"]


def test_a_shorter_period_asks_for_fewer_pages(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo-3000"))
    visitor.get("/api/dashboard")
    asked = calls(local_plaid, "/transactions/get")
    answer = visitor.get("/api/transactions?days=5")
    assert answer.status_code == 200
    assert calls(local_plaid, "/transactions/get") - asked <= 2
    assert not answer.headers.getlist("Set-Cookie")


def test_a_false_hint_changes_nothing_that_is_shown(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo"))
    true = visitor.get("/api/transactions").json["total"]
    for count in ("0", "1", "9000"):
        digest = visitor.get_cookie(COUNTS_NAME).value.split(".")[1]
        visitor.set_cookie(COUNTS_NAME, f"1.{digest}.{count}")
        assert visitor.get("/api/transactions").json["total"] == true


def test_today_is_the_visitors_day(site, visitor):
    days = set()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        visitor.set_cookie("keepless-tz", zone)
        days.add(date.fromisoformat(visitor.get("/api/dashboard").json["today"]))
    assert max(days) - min(days) >= timedelta(days=1)
