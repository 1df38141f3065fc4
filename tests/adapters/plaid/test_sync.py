"""What has changed at a bank, told by /transactions/sync: one call, a loop of pages, and what can happen in between."""

import datetime as dt
import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.local_plaid import LocalPlaid
from support.plaid_bench import BANK, Answer, Bench, BenchMaker, RudeServer

from keepless.adapters.plaid import sync
from keepless.core.models import Changes, Transaction
from keepless.core.secret import Secret
from keepless.errors import PlaidFault

MUTATION = "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"
PATH = "/transactions/sync"
DAY = dt.date(2026, 11, 22)


def calls(local_plaid: LocalPlaid) -> int:
    return local_plaid.items()[-1]["calls"].get(PATH, 0)


def begun(local_plaid: LocalPlaid, bench: Bench, user: str = "demo") -> tuple[str, str]:
    """A connected bank and a cursor of this moment."""
    token = local_plaid.connect(user)
    return token, bench.client.cursor_now(Secret(token), BANK)


def since(bench: Bench, token: str, cursor: str) -> Changes:
    return bench.client.sync(Secret(token), BANK, cursor=cursor)


def everything(bench: Bench, token: str) -> dict[str, Transaction]:
    return {row.id: row for row in bench.fetch(token, days=800).transactions}


def applied(rows: dict[str, Transaction], changes: Changes) -> dict[str, Transaction]:
    after = rows | {row.id: row for row in changes.upserted}
    for gone in changes.removed:
        after.pop(gone, None)
    return after


def test_a_cursor_of_now_is_one_call_and_tells_nothing_until_something_happens(local_plaid: LocalPlaid, bench: Bench):
    token, cursor = begun(local_plaid, bench)
    assert cursor
    assert calls(local_plaid) == 1
    changes = since(bench, token, cursor)
    assert (changes.upserted, changes.removed) == ((), ())
    assert since(bench, token, changes.cursor) == changes


@pytest.mark.parametrize("ready", [{"initial_calls": 9, "historical_calls": 9}, {"historical_calls": 9}])
def test_while_plaid_pulls_history_the_cursor_is_the_beginning(
    local_plaid: LocalPlaid, bench: Bench, ready: dict[str, int]
):
    local_plaid.readiness(**ready)
    assert begun(local_plaid, bench)[1] == ""


def test_an_item_that_is_not_ready_has_changed_nothing_and_keeps_its_cursor(local_plaid: LocalPlaid, bench: Bench):
    local_plaid.readiness(initial_calls=1)
    token = local_plaid.connect("user_good")
    assert since(bench, token, "").cursor == ""
    everything_there_is = since(bench, token, "")
    assert everything_there_is.cursor
    assert {row.id for row in everything_there_is.upserted} == set(everything(bench, token))


def test_a_bank_that_becomes_not_ready_changes_nothing_that_is_held(bench_at: BenchMaker, rude_server: RudeServer):
    rude_server.answer = page(next_cursor="", transactions_update_status="NOT_READY")
    assert since(bench_at(rude_server.url), "t", "held").cursor == "held"


def test_twenty_changed_rows_of_three_thousand_are_exactly_one_call(local_plaid: LocalPlaid, bench: Bench):
    token, cursor = begun(local_plaid, bench, "demo-3000")
    before, asked = everything(bench, token), calls(local_plaid)
    local_plaid.change(token, added=8, modified=7, removed=5)
    changes = since(bench, token, cursor)
    assert calls(local_plaid) == asked + 1
    assert (len(changes.upserted), len(changes.removed)) == (15, 5)
    after = everything(bench, token)
    assert applied(before, changes) == after
    assert (len(set(before) - set(after)), len(set(after) - set(before))) == (5, 8)
    assert sum(before[key] != after[key] for key in set(before) & set(after)) == 7


def test_accounts_come_along_with_their_balances(local_plaid: LocalPlaid, bench: Bench):
    token, cursor = begun(local_plaid, bench)
    local_plaid.change(token, added=1)
    told = {account.id: account for account in since(bench, token, cursor).accounts}
    assert told
    assert told.items() <= {account.id: account for account in bench.fetch(token).accounts}.items()


def test_an_old_cursor_tells_the_same_again_and_what_came_after(local_plaid: LocalPlaid, bench: Bench):
    token, cursor = begun(local_plaid, bench)
    local_plaid.change(token, added=1)
    first = since(bench, token, cursor)
    assert since(bench, token, cursor) == first
    local_plaid.change(token, added=1)
    again = since(bench, token, cursor)
    assert again.upserted[:1] == first.upserted
    assert len(again.upserted) == 2


def test_a_row_that_came_and_went_in_one_loop_is_only_removed(local_plaid: LocalPlaid, bench: Bench):
    token, cursor = begun(local_plaid, bench)
    before = everything(bench, token)
    local_plaid.change(token, pending=1)
    local_plaid.change(token, booked=sum(row.pending for row in everything(bench, token).values()))
    changes = since(bench, token, cursor)
    assert len(set(changes.removed) - set(before)) == 1
    assert set(changes.removed) == {row.replaces for row in changes.upserted}
    assert applied(before, changes) == everything(bench, token)


def test_what_changes_on_many_pages_comes_whole(local_plaid: LocalPlaid, bench: Bench):
    token, cursor = begun(local_plaid, bench, "demo-3000")
    asked = calls(local_plaid)
    before = everything(bench, token)
    local_plaid.change(token, added=600, modified=300, removed=301)
    changes = since(bench, token, cursor)
    assert calls(local_plaid) == asked + 3
    assert applied(before, changes) == everything(bench, token)


def test_pending_rows_that_post_across_pages_leave_no_twin(local_plaid: LocalPlaid, bench: Bench):
    token, cursor = begun(local_plaid, bench)
    before = everything(bench, token)
    local_plaid.change(token, pending=400)
    first = since(bench, token, cursor)
    assert sum(row.pending for row in first.upserted) == 400
    asked = calls(local_plaid)
    local_plaid.change(token, booked=400)
    second = since(bench, token, first.cursor)
    assert calls(local_plaid) == asked + 2
    assert set(second.removed) == {row.replaces for row in second.upserted}
    rows = applied(applied(before, first), second)
    assert rows == everything(bench, token)
    assert not {row.replaces for row in rows.values()} & set(rows)
    assert applied(before, since(bench, token, cursor)) == rows


def test_a_change_between_two_pages_begins_the_loop_again_and_misses_nothing(
    local_plaid: LocalPlaid, bench_at: BenchMaker
):
    token = ""

    def the_bank_posts(_pause: float) -> None:
        local_plaid.change(token, added=1)

    bench = bench_at(local_plaid.url, sleep=the_bank_posts)
    token, cursor = begun(local_plaid, bench)
    local_plaid.change(token, added=501)
    asked = calls(local_plaid)
    local_plaid.fault(PATH, error_code="INTERNAL_SERVER_ERROR", spare=1, count=1)  # so that there is a pause
    assert len(since(bench, token, cursor).upserted) == 502
    assert calls(local_plaid) - asked == 1 + 2 + 2  # a page; its next one, twice; and the loop anew


def test_a_set_that_keeps_changing_is_given_up(local_plaid: LocalPlaid, bench: Bench):
    token, cursor = begun(local_plaid, bench)
    asked = calls(local_plaid)
    local_plaid.fault(PATH, error_code=MUTATION)
    with pytest.raises(PlaidFault) as fault:
        since(bench, token, cursor)
    assert (fault.value.code, fault.value.retryable) == ("CHANGING", True)
    assert calls(local_plaid) == asked + 3


@pytest.mark.parametrize(
    ("wreck", "code"),
    [
        ({"half_body": True}, "BAD_ANSWER"),
        ({"garbage": True}, "BAD_ANSWER"),
        ({"reset": True}, "UNREACHABLE"),
        ({"error_code": "ITEM_LOGIN_REQUIRED"}, "ITEM_LOGIN_REQUIRED"),
    ],
)
def test_a_page_that_stays_broken_halfway_fails_the_whole(
    local_plaid: LocalPlaid, bench: Bench, wreck: dict[str, object], code: str
):
    token, cursor = begun(local_plaid, bench)
    local_plaid.change(token, added=501)
    local_plaid.fault(PATH, spare=1, **wreck)
    with pytest.raises(PlaidFault) as fault:
        since(bench, token, cursor)
    assert fault.value.code == code
    local_plaid.end_faults()
    assert len(since(bench, token, cursor).upserted) == 501


@pytest.mark.parametrize("wreck", [{"half_body": True}, {"error_code": "INTERNAL_SERVER_ERROR"}, {"reset": True}])
def test_a_page_that_breaks_once_is_asked_again_alone(local_plaid: LocalPlaid, bench: Bench, wreck: dict[str, object]):
    token, cursor = begun(local_plaid, bench)
    local_plaid.change(token, added=501)
    local_plaid.fault(PATH, spare=1, count=1, **wreck)
    assert len(since(bench, token, cursor).upserted) == 501
    assert len(bench.pauses) == 1


def test_a_cursor_of_another_item_is_a_bad_cursor(local_plaid: LocalPlaid, bench: Bench):
    _, foreign = begun(local_plaid, bench)
    token, _ = begun(local_plaid, bench)
    for cursor in (foreign, "made by hand"):
        with pytest.raises(PlaidFault) as fault:
            since(bench, token, cursor)
        assert (fault.value.code, fault.value.http_status) == ("BAD_CURSOR", 400)
        assert foreign not in str(fault.value)


@pytest.mark.parametrize("code", [MUTATION, "INVALID_FIELD"])
def test_a_loop_that_has_to_begin_anew_is_no_failure_of_plaids(local_plaid: LocalPlaid, bench: Bench, code: str):
    token, cursor = begun(local_plaid, bench)
    local_plaid.fault(PATH, error_code=code)
    with pytest.raises(PlaidFault):
        since(bench, token, cursor)
    assert bench.client.status()["last_failure"] is None


def test_a_field_refused_where_no_cursor_was_sent_keeps_its_name(local_plaid: LocalPlaid, bench: Bench):
    token = local_plaid.connect("user_good")
    local_plaid.fault(PATH, error_code="INVALID_FIELD")
    for asked in (lambda: since(bench, token, ""), lambda: bench.client.cursor_now(Secret(token), BANK)):
        with pytest.raises(PlaidFault, match="INVALID_FIELD"):
            asked()


def page(**changes: object) -> Answer:
    empty = {"added": [], "modified": [], "removed": [], "accounts": [], "next_cursor": "next", "has_more": False}
    return Answer(body=json.dumps(empty | changes).encode())


@pytest.mark.parametrize("missing", [None, "", "next"])
def test_a_server_that_has_always_more_is_not_believed(
    bench_at: BenchMaker, rude_server: RudeServer, monkeypatch: pytest.MonkeyPatch, missing: str | None
):
    monkeypatch.setattr(sync, "MOST_PAGES", 5)
    rude_server.answer = page(next_cursor=missing, has_more=True)
    with pytest.raises(PlaidFault, match="BAD_ANSWER"):
        since(bench_at(rude_server.url), "t", "held")
    assert len(rude_server.paths) == (5 if missing else 1)


def test_a_cursor_of_now_that_is_halfway_a_loop_is_not_kept(bench_at: BenchMaker, rude_server: RudeServer):
    rude_server.answer = page(has_more=True)
    assert bench_at(rude_server.url).client.cursor_now(Secret("t"), BANK) == ""


def test_lists_that_are_null_are_empty(bench_at: BenchMaker, rude_server: RudeServer):
    rude_server.answer = page(added=None, modified=None, removed=None, accounts=None, next_cursor=None)
    assert since(bench_at(rude_server.url), "t", "held") == Changes(upserted=(), removed=(), accounts=(), cursor="held")


GOOD = {"transaction_id": "t1", "account_id": "a", "amount": 1.5, "iso_currency_code": "USD", "date": "2026-11-22"}


@pytest.mark.parametrize(
    "odd",
    [
        {"added": [GOOD, GOOD | {"transaction_id": None}]},
        {"added": [GOOD], "modified": [GOOD | {"transaction_id": "t2", "amount": "much"}]},
        {"added": [GOOD], "modified": [7]},
        {"added": [GOOD], "removed": [{"account_id": "a"}]},
        {"added": [GOOD], "removed": ["t3"]},
        {"added": [GOOD], "accounts": [{"name": "no id"}]},
        {"added": [GOOD], "accounts": [[]]},
    ],
)
def test_what_cannot_be_read_is_counted_and_costs_nothing_else(
    bench_at: BenchMaker, rude_server: RudeServer, odd: dict[str, object]
):
    rude_server.answer = page(**odd)
    changes = since(bench_at(rude_server.url), "t", "held")
    assert ([row.id for row in changes.upserted], changes.removed, changes.unreadable) == (["t1"], (), 1)


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b'{"has_more":false}', b'{"has_more":0,"next_cursor":""}', page(added={}).body, b"[" * 9999]
)
def test_an_answer_of_another_kind_is_a_bad_one(bench_at: BenchMaker, rude_server: RudeServer, body: bytes):
    rude_server.answer = Answer(body=body)
    with pytest.raises(PlaidFault, match="BAD_ANSWER"):
        since(bench_at(rude_server.url), "t", "held")


def row(key: str, amount: int) -> Transaction:
    pending = False
    return Transaction(key, "a", amount, "USD", DAY, DAY, "n", "m", "", "", pending, None)


events = st.lists(
    st.one_of(
        st.tuples(st.just("upsert"), st.sampled_from("abcdefgh"), st.integers(1, 9)),
        st.tuples(st.just("remove"), st.sampled_from("abcdefgh")),
    )
)


def told(story: Sequence[tuple[str, ...]], size: int) -> list[sync.Page]:
    """The story as pages of at most `size` events. A removed id never comes back, as at Plaid."""
    gone: set[str] = set()
    kept = []
    for event in story:
        if event[1] not in gone:
            kept.append(event)
        if event[0] == "remove":
            gone.add(event[1])
    cut = [kept[at : at + size] for at in range(0, max(len(kept), 1), size)]
    return [
        sync.Page(
            upserted=[row(each[1], each[2]) for each in part if each[0] == "upsert"],  # type: ignore[arg-type]
            removed=[each[1] for each in part if each[0] == "remove"],
            accounts=[],
            unreadable=0,
            cursor=str(number + 1),
            has_more=number + 1 < len(cut),
            is_loading=False,
        )
        for number, part in enumerate(cut)
    ]


@given(story=events, size=st.integers(1, 4), changed=st.integers(0, 2))
def test_any_story_on_pages_of_any_size_ends_as_it_does_step_by_step(
    story: Sequence[tuple[str, ...]], size: int, changed: int
):
    pages = told(story, size)
    mutations = [sync.Page([], [], [], 0, "x", has_more=True, is_loading=False)] * changed

    def ask(cursor: str) -> sync.Page:
        if cursor == "0" and mutations:
            return mutations.pop()
        if cursor == "x":
            raise PlaidFault(MUTATION, error_type="TRANSACTIONS_ERROR")
        return pages[int(cursor)]

    changes = sync.gather(ask, "0")
    ids = [each.id for each in changes.upserted]
    assert len(ids) == len(set(ids))
    assert len(changes.removed) == len(set(changes.removed))
    assert not set(ids) & set(changes.removed)
    after: dict[str, Transaction] = {}
    for part in pages:
        after |= {each.id: each for each in part.upserted}
        for gone in part.removed:
            after.pop(gone, None)
    assert applied({}, changes) == after
    assert changes.cursor == str(len(pages))


steps = st.lists(
    st.fixed_dictionaries(
        {
            "added": st.integers(0, 3),
            "pending": st.integers(0, 2),
            "modified": st.integers(0, 3),
            "removed": st.integers(0, 3),
            "books_all": st.booleans(),
            "is_read": st.booleans(),
        }
    ),
    max_size=6,
)


def test_any_changes_applied_leave_what_the_bank_lists(local_plaid: LocalPlaid, bench: Bench):
    @given(steps)
    @settings(max_examples=25)
    def whatever_happens(changes: list[dict[str, int]]) -> None:
        token, cursor = begun(local_plaid, bench)
        rows = everything(bench, token)
        for change in changes:
            order = dict(change)
            is_read, books_all = order.pop("is_read"), order.pop("books_all")
            order["booked"] = sum(row.pending for row in everything(bench, token).values()) if books_all else 0
            local_plaid.change(token, **order)
            if is_read:
                told = since(bench, token, cursor)
                rows, cursor = applied(rows, told), told.cursor
        assert applied(rows, since(bench, token, cursor)) == everything(bench, token)

    whatever_happens()


@pytest.mark.parametrize("code", ["NO_LIABILITY_ACCOUNTS", "PRODUCTS_NOT_SUPPORTED", "ITEM_LOGIN_REQUIRED"])
def test_liabilities_by_themselves_are_those_of_a_fetch(local_plaid: LocalPlaid, bench: Bench, code: str):
    token = local_plaid.connect("demo")
    fetched, alone = bench.fetch(token), bench.client.liabilities(Secret(token), BANK)
    assert (alone.cards, alone.loans, alone.problem) == (fetched.cards, fetched.loans, None)
    assert alone.cards
    assert set(alone.accounts) == set(fetched.accounts)
    local_plaid.fault("/liabilities/get", error_code=code)
    refused = bench.client.liabilities(Secret(token), BANK)
    assert (refused.problem, refused.cards, refused.accounts) == (code, (), ())
