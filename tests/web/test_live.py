"""The banks of a session as a stream of lines, on the real application and the real local Plaid."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from support.website import session_cookie, set_session, sets_session

from keepless.services.snapshots import SILENCE
from keepless.web.hints import COUNTS_NAME
from keepless.web.lines import KINDS
from keepless.web.metrics import Metrics


def lines_of(visitor, query=""):
    answer = visitor.get(f"/api/live{query}")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def kinds_of(lines):
    return [line["type"] for line in lines]


def only(lines, kind):
    (line,) = (line for line in lines if line["type"] == kind)
    return line


def test_a_stream_begins_with_what_is_asked_has_a_line_for_the_bank_and_ends(site, visitor):
    start, bank, end = lines_of(visitor)
    assert kinds_of([start, bank, end]) == ["start", "bank", "end"]
    (asked,) = start["banks"]
    vault = site.vault_of(visitor)
    assert asked == {"key": bank["key"], "item_id": vault.banks[0].bank.item_id, "name": vault.banks[0].bank.name}
    assert bank["bank"]["item_id"] == asked["item_id"]
    assert datetime.fromisoformat(start["until"]) == vault.expires_at
    assert start["connected"] == 1
    assert start["kinds"] == list(KINDS)
    assert bank["accounts"]
    assert bank["cards"]
    assert end["hints"].startswith(f"1.{bank['key']}.")


def test_the_rows_are_those_of_the_transactions_decided_and_in_places(visitor):
    start, bank, _ = lines_of(visitor)
    told = visitor.get(f"/api/transactions?from={start['period']['start']}").json
    by_id = {row["id"]: row for row in told["transactions"]}
    assert len(bank["rows"]) == told["total"] > 50
    types = {account["id"]: account["type"] for account in bank["accounts"]}
    for row_id, account, day, posted, amount, currency, merchant, name, category, kind, pending in bank["rows"]:
        row = by_id[row_id]
        assert bank["account_ids"][account] == row["account_id"]
        assert date(1970, 1, 1) + timedelta(days=day) == date.fromisoformat(row["date"])
        assert date(1970, 1, 1) + timedelta(days=posted) == date.fromisoformat(row["posted"])
        assert (amount, currency, merchant, name or merchant) == tuple(
            row[field] for field in ("amount", "currency", "merchant", "name")
        )
        assert bank["categories"][category][:2] == [row["primary"], row["detailed"]]
        assert bool(pending) is row["pending"]
        if row["detailed"] == "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT" and types[row["account_id"]] != "loan":
            assert start["kinds"][kind] == "card_payment"
    first = date.fromisoformat(start["period"]["start"]) - date(1970, 1, 1)
    assert min(row[2] for row in bank["rows"]) >= first.days  # booked within the period, but before it


def test_banks_come_in_the_order_in_which_they_answer(site, local_plaid):
    slow, quick = local_plaid.connect("user_good"), local_plaid.connect("demo")
    visitor = site.connected(slow, quick)
    local_plaid.fault(access_token=slow, latency_ms=400)
    lines = lines_of(visitor)
    assert [line["key"] for line in lines[1:-1]] == [bank["key"] for bank in reversed(lines[0]["banks"])]


def test_the_first_line_comes_before_any_bank_has_answered(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo"))
    local_plaid.fault("/transactions/get", error_type="API_ERROR", error_code="INTERNAL_SERVER_ERROR", status=500)
    asked = calls(local_plaid)
    answer = visitor.get("/api/live", buffered=False)
    assert json.loads(next(answer.response))["type"] == "start"
    assert calls(local_plaid) == asked
    answer.close()


def calls(local_plaid, endpoint="/transactions/get"):
    return sum(item["calls"].get(endpoint, 0) for item in local_plaid.items())


def test_a_bank_that_fails_has_a_line_that_says_why_beside_the_others(site, local_plaid):
    failing, fine = local_plaid.connect("user_good"), local_plaid.connect("demo")
    visitor = site.connected(failing, fine)
    local_plaid.call("/sandbox/item/reset_login", {"access_token": failing})
    lines = lines_of(visitor)
    assert sorted(kinds_of(lines)) == ["bank", "end", "problem", "start"]
    problem = only(lines, "problem")
    assert problem["key"] == lines[0]["banks"][0]["key"]
    assert (problem["problem"]["code"], problem["problem"]["action"]) == ("ITEM_LOGIN_REQUIRED", "reconnect")
    assert problem["title"]
    assert problem["next_step"]
    # What failed teaches nothing: the hint is the other bank's alone.
    assert only(lines, "end")["hints"].count(".") == 2


def test_a_key_asks_one_bank_and_keeps_what_is_known_of_the_others(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo"), local_plaid.connect("user_good"))
    every = lines_of(visitor)
    first, second = every[0]["banks"]
    visitor.set_cookie(COUNTS_NAME, f"1.{first['key']}.3.{second['key']}.7")
    lines = lines_of(visitor, f"?bank={second['key']}")
    assert lines[0]["banks"] == [second]
    assert lines[0]["connected"] == 2
    assert only(lines, "bank")["key"] == second["key"]
    hints = only(lines, "end")["hints"].split(".")
    assert hints[:3] == ["1", first["key"], "3"]
    assert hints[3] == second["key"]
    assert hints[4] != "7"


def test_a_key_of_no_bank_is_told_before_anything_is_asked(visitor, local_plaid):
    answer = visitor.get("/api/live?bank=AAAAAAAA")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json["code"] == "unknown_bank"
    assert calls(local_plaid) == 0


@pytest.mark.parametrize("query", ["days=0", "days=731", "bank=short", "q=coffee", "from=2026-02-30", "page=2"])
def test_input_24_a_bad_value_is_400_and_names_the_field(visitor, query):
    answer = visitor.get(f"/api/live?{query}")
    assert (answer.status_code, answer.json["field"]) == (400, query.partition("=")[0])


def test_days_bound_the_rows_and_only_the_usual_ones_teach(visitor):
    usual, long = lines_of(visitor), lines_of(visitor, "?days=730")
    assert len(only(long, "bank")["rows"]) > len(only(usual, "bank")["rows"])
    assert only(long, "end")["hints"] is None


def test_hints_that_are_as_they_were_are_not_told_again(visitor):
    hints = only(lines_of(visitor), "end")["hints"]
    visitor.set_cookie(COUNTS_NAME, hints)
    assert only(lines_of(visitor), "end")["hints"] is None


def test_the_hint_makes_the_next_stream_one_round(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo-3000"))
    visitor.set_cookie(COUNTS_NAME, only(lines_of(visitor), "end")["hints"])
    asked = calls(local_plaid)
    lines_of(visitor)
    assert calls(local_plaid) - asked == 6


def test_r4_r11_a_stream_writes_no_cookie_and_is_kept_by_nobody(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo"))
    before = session_cookie(visitor)
    answer = visitor.get("/api/live")
    assert "Set-Cookie" not in answer.headers
    assert not sets_session(answer)
    assert session_cookie(visitor) == before
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]
    assert "Content-Encoding" not in answer.headers  # R12


def test_no_line_holds_a_token(site, local_plaid):
    token = local_plaid.connect("demo")
    text = site.connected(token).get("/api/live").text
    assert "transactions" not in text.partition("\n")[0]
    assert token not in text
    assert "access-" not in text


def test_without_a_session_that_can_be_read_it_is_401_and_nothing_changes(site, visitor):
    fresh = site.browser()
    unreadable = site.browser()
    set_session(unreadable, "v1.AAAAAAAA.nonsense")
    told = {}
    for name, browser in {"missing": fresh, "unreadable": unreadable}.items():
        told[name] = browser.get("/api/live")
    site.clock.ahead = timedelta(days=8)
    told["expired"] = visitor.get("/api/live")
    for state, answer in told.items():
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
        assert answer.json["code"] == f"session_{state}"
        assert answer.json["next_step"]
        assert "Set-Cookie" not in answer.headers


class Leaky:
    """A Plaid that fails as nobody foresaw, with the token in the exception's text."""

    def __init__(self, plaid):
        self.identify = plaid.identify

    def fetch(self, token, *_, **__):
        raise RuntimeError(f"could not read {token.reveal()}")


def test_input_25_an_error_that_nobody_foresaw_ends_the_stream_without_its_last_line(site, local_plaid, log):
    leaky = site.with_parts(plaid=Leaky(site.parts.plaid))
    token = local_plaid.connect("demo")
    visitor = leaky.connected(token)
    answer = visitor.get("/api/live")
    assert kinds_of(map(json.loads, answer.text.splitlines())) == ["start"]
    (error,) = [line for line in map(json.loads, log.getvalue().splitlines()) if line["event"] == "unexpected error"]
    assert error["error"] == "RuntimeError"
    assert error["request_id"] == answer.headers["X-Request-Id"]
    assert token not in log.getvalue() + answer.text


def test_a_visitor_who_leaves_early_frees_the_threads(site, local_plaid):
    tokens = [local_plaid.connect("user_good") for _ in range(4)]
    with ThreadPoolExecutor(1) as pool:
        visitor = site.with_parts(pool=pool).connected(*tokens)
        answer = visitor.get("/api/live", buffered=False)
        lines = iter(answer.response)
        assert [json.loads(next(lines))["type"] for _ in range(2)] == ["start", "bank"]
        answer.close()
        pool.submit(lambda: None).result(10)
        # One thread: the second bank may have begun; the other two were never asked.
        assert sum("/transactions/get" in item["calls"] for item in local_plaid.items()) <= 2


def test_a_stream_that_waits_says_now_and_then_that_it_is_there_and_every_line_stays_json(site, local_plaid):
    slow = local_plaid.connect("user_good")
    visitor = site.connected(slow, local_plaid.connect("user_good"))
    local_plaid.fault("/transactions/get", access_token=slow, latency_ms=1000 * SILENCE + 500, count=1)
    pieces = list(visitor.get("/api/live", buffered=False).response)
    assert pieces.count(b" ") == 1
    lines = [json.loads(line) for line in b"".join(pieces).splitlines()]
    assert kinds_of(lines) == ["start", "bank", "bank", "end"]


def test_nobody_is_asked_where_a_stream_is_never_read(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo"))
    answer = visitor.get("/api/live", buffered=False)
    answer.close()
    assert visitor.head("/api/live").status_code == 200
    assert calls(local_plaid) == 0


def test_twenty_banks_have_twenty_lines(site, local_plaid):
    visitor = site.connected(*(local_plaid.connect("user_good") for _ in range(20)))
    lines = lines_of(visitor)
    assert len(lines[0]["banks"]) == 20
    assert kinds_of(lines) == ["start", *["bank"] * 20, "end"]
    assert {line["key"] for line in lines[1:-1]} == {bank["key"] for bank in lines[0]["banks"]}
    assert len({bank["key"] for bank in lines[0]["banks"]}) == 20


def test_twenty_thousand_rows_come_in_one_line_each_once(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo-20000"))
    bank = only(lines_of(visitor), "bank")
    assert len(bank["rows"]) == len({row[0] for row in bank["rows"]}) > 19_900


def test_a_bank_that_is_still_being_read_says_to_wait(site, local_plaid):
    local_plaid.readiness(initial_seconds=3_600, historical_seconds=3_600)
    visitor = site.connected(local_plaid.connect("demo"))
    local_plaid.readiness()
    problem = only(lines_of(visitor), "problem")
    assert (problem["problem"]["code"], problem["problem"]["action"]) == ("PRODUCT_NOT_READY", "wait")


def test_a_problem_is_counted_by_what_it_asks_for(site, local_plaid):
    counted = site.with_parts(metrics=Metrics())
    token = local_plaid.connect("demo")
    visitor = counted.connected(token)
    local_plaid.call("/sandbox/item/reset_login", {"access_token": token})
    lines_of(visitor)
    assert b'keepless_bank_problems_total{action="reconnect"} 1.0' in counted.parts.metrics.exposition()
