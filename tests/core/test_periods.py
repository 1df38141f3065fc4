from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.periods import Period, month_of, months_between
from keepless.errors import InvalidField

DAYS = st.dates(date(1, 3, 1), date(9998, 12, 31))


def test_a_month_key_is_the_year_and_the_month():
    assert month_of(date(2026, 3, 9)) == "2026-03"
    assert month_of(date(33, 12, 31)) == "0033-12"


@given(DAYS, DAYS)
def test_month_keys_sort_as_days_do(one, other):
    assert (month_of(one) <= month_of(other)) == (one.replace(day=1) <= other.replace(day=1))


def test_months_between_counts_both_ends_and_crosses_years():
    assert months_between("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert months_between("2026-02", "2026-02") == ["2026-02"]
    assert months_between("2026-02", "2026-01") == []


@given(DAYS, st.integers(1, 3000))
def test_the_last_days_end_today_and_are_as_many_as_asked_for(today, days):
    period = Period.last_days(today, days)
    assert period.end == today
    assert period.days == min(days, today.toordinal())


@given(DAYS)
def test_a_month_begins_on_the_first_and_ends_before_the_next_first(today):
    month = Period.month(today)
    assert month.start.day == 1
    assert (month.end + timedelta(days=1)).day == 1
    assert today in month
    assert month_of(month.start) == month_of(month.end) == month_of(today)


@given(DAYS)
def test_the_previous_month_ends_the_day_before_this_one_begins(today):
    before = Period.previous_month(today)
    assert before.end + timedelta(days=1) == Period.month(today).start
    assert before.start.day == 1


@pytest.mark.parametrize(
    ("today", "end"),
    [
        (date(2026, 3, 10), date(2026, 2, 10)),
        (date(2026, 3, 31), date(2026, 2, 28)),
        (date(2024, 3, 31), date(2024, 2, 29)),
        (date(2026, 1, 31), date(2025, 12, 31)),
        (date(2026, 2, 28), date(2026, 1, 28)),
    ],
)
def test_the_same_days_of_last_month_end_at_the_same_number_or_with_the_month(today, end):
    assert Period.same_days_last_month(today) == Period(end.replace(day=1), end)


def test_the_month_so_far_ends_today():
    assert Period.month_so_far(date(2026, 11, 22)) == Period(date(2026, 11, 1), date(2026, 11, 22))


def test_a_period_holds_both_its_ends_and_nothing_outside():
    period = Period(date(2026, 1, 2), date(2026, 1, 4))
    held = [day for day in range(1, 6) if date(2026, 1, day) in period]
    assert held == [2, 3, 4]
    assert period.days == 3


def test_a_period_turned_around_is_refused_by_the_name_of_its_field():
    with pytest.raises(InvalidField) as refused:
        Period(date(2026, 1, 2), date(2026, 1, 1))
    assert refused.value.field == "to"


def test_no_days_are_no_period():
    with pytest.raises(InvalidField):
        Period.last_days(date(2026, 1, 2), 0)
