"""Recurring streams: a steady pace makes one, and nothing else does."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from keepless.sandbox.household import Category, Holding, Household, Row
from keepless.sandbox.institutions import Institution
from keepless.sandbox.item import Item, Login, Readiness
from keepless.sandbox.recurring import streams
from keepless.sandbox.snapshots import as_of

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def found(days_ago, *, amount="12.50", today=TODAY):
    """Inflow and outflow streams of one payee's rows, so many days before today."""
    rows = [
        Row(
            key=f"row-{days}",
            account="checking",
            amount=Decimal(amount),
            currency="USD",
            transacted=TODAY - timedelta(days=days),
            posted=TODAY - timedelta(days=days),
            description="STREAMLY 0042",
            merchant="Streamly",
            category=Category("ENTERTAINMENT", "ENTERTAINMENT_TV_AND_MOVIES"),
        )
        for days in sorted(days_ago)
    ]
    checking = Holding("checking", "depository", "checking", "Checking", None, "0000", None, None, None)
    login = Login(Household("someone", (checking,), tuple(rows)), tuple(as_of(rows, TODAY)))
    item = Item(
        institution=Institution("ins_1", "Bank"),
        login=login,
        access_token="access-sandbox-1",
        created_at=NOW,
        products=["transactions"],
        webhook=None,
        readiness=Readiness(),
        days=None,
        exchanged_at=NOW,
    )
    item.advance(NOW)
    return streams(item, {"checking"}, today)


@pytest.mark.parametrize(
    ("gap", "name"),
    [(7, "WEEKLY"), (14, "BIWEEKLY"), (15, "SEMI_MONTHLY"), (30, "MONTHLY"), (365, "ANNUALLY")],
)
def test_a_steady_pace_is_named(gap, name):
    _, (stream,) = found([0, gap, 2 * gap])
    assert (stream["frequency"], stream["status"], len(stream["transaction_ids"])) == (name, "MATURE", 3)
    assert stream["predicted_next_date"] == TODAY + timedelta(days=gap)


def test_money_that_arrives_is_an_inflow_with_a_negative_amount():
    (stream,), outflow = found([0, 14, 28], amount="-2500")
    assert stream["average_amount"]["amount"] == Decimal(-2500)
    assert outflow == []


def test_a_stream_that_stopped_is_tombstoned_and_predicts_nothing():
    _, (stream,) = found([0, 30, 60], today=TODAY + timedelta(days=46))
    assert (stream["is_active"], stream["status"], stream["predicted_next_date"]) == (False, "TOMBSTONED", None)


@pytest.mark.parametrize("days_ago", [[], [0], [0, 30], [0, 1, 2, 3], [0, 30, 60, 90, 95, 145]])
def test_too_few_or_unsteady_rows_are_no_stream(days_ago):
    assert found(days_ago) == ([], [])


def test_two_years_are_enough_for_a_yearly_one():
    _, (stream,) = found([0, 365])
    assert stream["frequency"] == "ANNUALLY"
