"""How well recurring series are found: precision and recall on users whose series are known, read over HTTP.

The rules were made on the users 1 to 60; what is asserted is measured on others, on one day, so that every run measures
the same. A series counts as found where its frequency is right, four fifths of its rows are in the answer, and four
fifths of the answer's rows are its own.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from support.local_plaid import LocalPlaid
from support.local_plaid import local_plaid as serve
from support.plaid_bench import BANK, NOW, Bench

from keepless.adapters.plaid.client import PlaidClient
from keepless.core.models import BankSnapshot, Transaction
from keepless.core.money import to_minor
from keepless.core.recurring import Recurring, find
from keepless.core.secret import Secret
from keepless.sandbox.options import Options

HELD_OUT = range(101, 161)
DAYS = 732  # 24 months, leap years among them
ENOUGH = 0.95
SHARE = 0.8

Label = tuple[str, frozenset[tuple[dt.date, int, str]]]


class Score:
    """What was found of what there is, over many users."""

    def __init__(self) -> None:
        self.right = self.wrong = self.missed = 0
        self.frequent: list[str] = []

    def count(self, found: list[Label], labels: list[Label], frequent: set[str], merchants: list[str]) -> None:
        left = list(labels)
        for each in found:
            match = next((label for label in left if is_found(label, each)), None)
            if match is None:
                self.wrong += 1
            else:
                left.remove(match)
                self.right += 1
        self.missed += len(left)
        self.frequent += [merchant for merchant in merchants if merchant in frequent]

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)


def is_found(label: Label, each: Label) -> bool:
    (frequency, wanted), (told, rows) = label, each
    common = len(wanted & rows)
    return frequency == told and common >= SHARE * len(wanted) and common >= SHARE * len(rows)


def rows_of(series: Recurring, by_id: dict[str, Transaction]) -> Label:
    rows = (by_id[each] for each in series.transaction_ids)
    return series.frequency, frozenset((row.date, row.amount, row.name) for row in rows)


def labels_of(plaid: LocalPlaid, user: str) -> tuple[list[Label], set[str]]:
    _, told = plaid.call(f"/sandbox/labels?user={user}", method="GET")
    series = [
        (
            each["frequency"],
            frozenset(
                (dt.date.fromisoformat(o["date"]), to_minor(Decimal(str(o["amount"])), "USD"), o["description"])
                for o in each["occurrences"]
            ),
        )
        for each in told["series"]
    ]
    return series, set(told["frequent"])


@pytest.fixture(scope="module")
def plaid() -> Iterator[LocalPlaid]:
    """A local Plaid that stands still on one day: what the users' banks show depends on it."""
    with serve(Options(port=0, rate_limits="off", now=lambda: NOW)) as served:
        yield served


@pytest.fixture(scope="module")
def client(plaid: LocalPlaid) -> Iterator[PlaidClient]:
    made = Bench(plaid.url).client
    yield made
    made.close()


def read(plaid: LocalPlaid, client: PlaidClient, user: str, days: int) -> BankSnapshot:
    start = NOW.date() - dt.timedelta(days=days - 1)
    return client.fetch(Secret(plaid.connect(user)), BANK, start=start, end=NOW.date(), expected=4 * days)


def test_what_recurs_is_found_and_what_is_merely_frequent_is_not(plaid, client, record_property):
    score = Score()
    for seed in HELD_OUT:
        user = f"labelled-{seed}"
        snapshot = read(plaid, client, user, DAYS)
        found = find(snapshot.transactions, snapshot.accounts, NOW.date())
        by_id = {row.id: row for row in snapshot.transactions}
        labels, frequent = labels_of(plaid, user)
        score.count([rows_of(each, by_id) for each in found], labels, frequent, [each.merchant for each in found])
    record_property(
        "said",
        f"recurring, {len(HELD_OUT)} held-out users, {score.right + score.missed} series: "
        f"precision {score.precision:.3f}, recall {score.recall:.3f}; "
        f"merely frequent and called recurring: {len(score.frequent)}",
    )
    assert score.frequent == []
    assert score.precision >= ENOUGH
    assert score.recall >= ENOUGH


def test_a_short_history_does_not_turn_frequent_merchants_into_subscriptions(plaid, client):
    """90 days are what a first look reads: few rows, and so more that look regular by chance."""
    for seed in (1, 2, 3, 101, 102, 103):
        user = f"labelled-{seed}"
        snapshot = read(plaid, client, user, 90)
        _, frequent = labels_of(plaid, user)
        found = find(snapshot.transactions, snapshot.accounts, NOW.date())
        assert len(found) > 3
        assert [each.merchant for each in found if each.merchant in frequent] == []
