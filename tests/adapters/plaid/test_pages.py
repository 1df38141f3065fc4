import datetime as dt
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.local_plaid import LocalPlaid
from support.plaid_bench import Bench

from keepless.adapters.plaid.pages import MOST_GUESSED, PAGE, ROUNDS, AskPages, Page, gather
from keepless.core.models import Transaction
from keepless.errors import PlaidFault

DAY = dt.date(2026, 11, 22)


def row(number: int) -> Transaction:
    pending = False
    return Transaction(str(number), "a", 100, "USD", DAY, DAY, "n", "m", "", "", pending, None)


def page(rows: list[Transaction], total: int, unreadable: int = 0) -> Page:
    return Page(total, len(rows) + unreadable, rows, unreadable, [], 0, None)


class Bank:
    """Serves pages of a list that may change after each round of questions."""

    def __init__(self, rows: list[Transaction], *, change: Callable[[list[Transaction]], None] | None = None) -> None:
        self.rows = rows
        self.asked: list[list[int]] = []
        self._change = change

    def ask(self, offsets: list[int]) -> list[Page]:
        self.asked.append(offsets)
        answers = []
        for offset in offsets:
            answers.append(page(self.rows[offset : offset + PAGE], len(self.rows)))
            if self._change is not None:
                self._change(self.rows)
        return answers


@given(total=st.integers(0, 4_000), expected=st.none() | st.integers(-5, 30_000))
def test_any_hint_brings_the_whole_set_in_at_most_two_round_trips(total: int, expected: int | None):
    bank = Bank([row(number) for number in range(total)])
    gathered = gather(bank.ask, expected)
    assert gathered.transactions == bank.rows
    assert len(bank.asked) <= 2


@given(total=st.integers(0, 4_000), more=st.integers(0, 300))
def test_a_hint_that_is_not_too_low_takes_one_round_trip(total: int, more: int):
    bank = Bank([row(number) for number in range(total)])
    gather(bank.ask, total + more)
    assert len(bank.asked) == 1


def test_a_hint_that_is_right_asks_for_no_page_too_many():
    bank = Bank([row(number) for number in range(3_000)])
    gather(bank.ask, 3_000)
    assert bank.asked == [[0, 500, 1_000, 1_500, 2_000, 2_500]]


def test_a_hint_from_a_forged_cookie_asks_for_a_bounded_number_of_pages():
    bank = Bank([row(1)])
    assert len(gather(bank.ask, 10**6).transactions) == 1
    assert len(bank.asked[0]) == MOST_GUESSED


def test_a_total_beyond_belief_is_a_bad_answer_and_not_a_million_calls():
    asked: list[list[int]] = []

    def ask(offsets: list[int]) -> list[Page]:
        asked.append(offsets)
        return [page([row(1)], 10**15)]

    with pytest.raises(PlaidFault, match="BAD_ANSWER"):
        gather(ask, None)
    assert asked == [[0]]


def test_a_row_posted_between_pages_makes_all_pages_be_asked_again():
    arrived: list[int] = []

    def post_one(rows: list[Transaction]) -> None:
        if not arrived:
            arrived.append(1)
            rows.insert(0, row(10_000))

    bank = Bank([row(number) for number in range(1_200)], change=post_one)
    gathered = gather(bank.ask, 1_200)
    assert len(gathered.transactions) == 1_201
    assert len(bank.asked) == 2


def test_a_pending_row_replaced_by_its_posted_twin_between_pages_is_noticed_though_the_total_stays():
    swapped: list[int] = []

    def post_the_last(rows: list[Transaction]) -> None:
        if not swapped:
            swapped.append(1)
            rows.insert(0, row(10_000))
            rows.pop()

    bank = Bank([row(number) for number in range(1_200)], change=post_the_last)
    ids = [each.id for each in gather(bank.ask, 1_200).transactions]
    assert len(ids) == len(set(ids)) == 1_200
    assert "10000" in ids
    assert len(bank.asked) == 2


def test_a_set_that_never_holds_still_is_given_up():
    fresh = iter(range(10_000, 20_000))
    bank = Bank(
        [row(number) for number in range(1_200)],
        change=lambda rows: rows.insert(0, row(next(fresh))),
    )
    with pytest.raises(PlaidFault) as fault:
        gather(bank.ask, 1_200)
    assert fault.value.code == "CHANGING"
    assert fault.value.retryable
    assert len(bank.asked) == ROUNDS


def test_rows_that_could_not_be_read_are_no_sign_of_change():
    ask: AskPages = lambda offsets: [page([row(1), row(2)], 3, unreadable=1)][: len(offsets)]  # noqa: E731
    gathered = gather(ask, 3)
    assert gathered.unreadable == 1
    assert len(gathered.transactions) == 2


def calls(local_plaid: LocalPlaid, path: str = "/transactions/get") -> int:
    return local_plaid.items()[-1]["calls"].get(path, 0)


def test_three_thousand_rows_come_whole_with_and_without_a_hint(local_plaid: LocalPlaid, bench: Bench):
    token = local_plaid.connect("demo-3000")
    first = bench.fetch(token)
    assert len({each.id for each in first.transactions}) == 3_000
    assert calls(local_plaid) == 6
    again = bench.fetch(token, expected=len(first.transactions))
    assert again.transactions == first.transactions


def test_one_page_of_many_that_fails_once_is_asked_again_alone(local_plaid: LocalPlaid, bench: Bench):
    token = local_plaid.connect("demo-3000")
    local_plaid.fault("/transactions/get", offset=1_000, error_code="INTERNAL_SERVER_ERROR", count=1)
    assert len(bench.fetch(token).transactions) == 3_000
    assert calls(local_plaid) == 7
    assert len(bench.pauses) == 1


def test_a_transaction_that_comes_while_pages_are_read_is_not_lost(local_plaid: LocalPlaid, bench: Bench):
    token = local_plaid.connect("demo")
    before = bench.fetch(token, days=730).transactions
    fault = local_plaid.fault("/transactions/get", offset=0, latency_ms=300, count=1)
    fetched: list[list[Transaction]] = []
    reading = threading.Thread(target=lambda: fetched.append(bench.fetch(token, days=730).transactions))
    reading.start()
    while not any(each["fault_id"] == fault and each["hits"] for each in faults(local_plaid)):
        pass
    today = dt.datetime.now(dt.UTC).date().isoformat()
    one = {"date_transacted": today, "date_posted": today, "amount": 12.5, "description": "Late coffee"}
    status, _ = local_plaid.call("/sandbox/transactions/create", {"access_token": token, "transactions": [one]})
    assert status == 200
    reading.join()
    assert len(fetched[0]) == len(before) + 1
    assert calls(local_plaid) > 2 * 5


def faults(local_plaid: LocalPlaid) -> list[dict[str, object]]:
    return local_plaid.call("/sandbox/faults", method="GET")[1]["faults"]
