"""The labelled users: what they are is told, and the labels are true of their rows."""

from collections import Counter
from datetime import date, timedelta

import pytest

from keepless.sandbox import labelled
from keepless.sandbox.labelled_haunts import CARD_PAYMENT, TO_SAVINGS
from keepless.sandbox.users import UnknownUser, household_for

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def users():
    return [labelled.build(f"labelled-{seed}", TODAY) for seed in range(1, 21)]


def test_the_same_name_and_day_give_the_same_user(users):
    assert labelled.build("labelled-1", TODAY) == users[0]
    assert users[0] != users[1]


@pytest.mark.parametrize("name", ["labelled-", "labelled-x", "labelled-1234567", "labelled-1 ", "Labelled-1"])
def test_only_a_number_names_a_labelled_user(name):
    with pytest.raises(UnknownUser):
        household_for(name, "any", today=TODAY, files={})


def test_every_row_of_a_series_is_a_row_of_the_household_and_of_no_other_series(users):
    for user in users:
        rows = Counter((row.transacted, row.amount, row.description, row.account) for row in user.household.rows)
        labels = Counter(
            (entry.transacted, entry.amount, entry.place.descriptor, entry.account)
            for series in user.series
            for entry in series.entries
        )
        assert labels <= rows


def test_all_that_happens_to_series_in_life_happens_to_some(users):
    paces = {series.frequency for user in users for series in user.series}
    traits = {trait for user in users for series in user.series for trait in series.traits}
    assert paces == {"weekly", "biweekly", "semi_monthly", "monthly", "quarterly", "half_yearly", "yearly"}
    assert traits >= {
        *("day_31", "dearer", "missed", "ended", "new", "trial", "one_of_two", "card_replaced", "refund"),
        *("numbered", "half_named", "unknown_category", "abroad", "income"),
    }


def test_most_rows_are_noise_and_what_only_moves_is_never_labelled(users):
    for user in users:
        labelled_rows = sum(len(series.entries) for series in user.series)
        assert labelled_rows < len(user.household.rows) / 2
        assert not {CARD_PAYMENT.name, TO_SAVINGS.descriptor} & {series.merchant for series in user.series}
        assert not set(user.frequent) & {series.merchant for series in user.series}


def test_the_history_is_of_24_months_and_ends_today(users):
    for user in users:
        days = [row.transacted for row in user.household.rows]
        assert date(2024, 11, 22) <= min(days) < date(2024, 12, 22)
        assert TODAY - timedelta(days=7) < max(days) <= TODAY


def test_the_labels_are_told_over_http(local_plaid):
    status, told = local_plaid.call("/sandbox/labels?user=labelled-7", method="GET")
    assert status == 200
    assert told["user"] == "labelled-7"
    assert {"merchant", "frequency", "traits", "occurrences"} == set(told["series"][0])
    assert {"date", "amount", "description"} == set(told["series"][0]["occurrences"][0])
    assert told["frequent"]


@pytest.mark.parametrize("query", ["", "?user=", "?user=demo", "?user=labelled-x"])
def test_nobody_else_has_labels(local_plaid, query):
    status, told = local_plaid.call(f"/sandbox/labels{query}", method="GET")
    assert (status, told) == (400, {"error": "user: labelled-<number> is wanted"})
