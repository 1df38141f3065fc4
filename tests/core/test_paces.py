"""Paces: how well days keep one, and when the next day is."""

from datetime import date, timedelta

import pytest
from core.making import TODAY
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.paces import (
    BIWEEKLY,
    MONTHLY,
    PACES,
    QUARTERLY,
    SEMI_MONTHLY,
    WEEKLY,
    best_fit,
    next_after,
    shifted,
    step_off,
)

COVER = 0.75
ANY_DAY = st.dates()


def days(*isos):
    return [date.fromisoformat(iso) for iso in isos]


def test_a_month_after_the_31st_is_the_last_of_a_shorter_one():
    assert shifted(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert shifted(date(2024, 2, 29), 12) == date(2025, 2, 28)


def test_months_beyond_the_calendar_end_with_it():
    assert shifted(date.max, 1) == date.max
    assert shifted(date.min, -1) == date.min


def test_a_step_tells_how_many_and_how_far_off_or_is_none():
    first = date(2026, 1, 31)
    assert step_off(MONTHLY, first, date(2026, 3, 2)) == (1, 2)
    assert step_off(MONTHLY, first, date(2026, 3, 31)) == (2, 0)
    assert step_off(MONTHLY, first, date(2026, 2, 14)) is None
    assert step_off(WEEKLY, first, first + timedelta(days=28)) is None


def test_two_weeks_and_half_months_are_told_apart():
    fortnights = [date(2026, 1, 2) + timedelta(days=14 * n) for n in range(8)]
    halves = days("2026-01-01", "2026-01-15", "2026-01-30", "2026-02-13", "2026-02-27", "2026-03-13", "2026-04-01")
    assert best_fit(fortnights, COVER).pace is BIWEEKLY
    assert best_fit(halves, COVER).pace is SEMI_MONTHLY


def test_a_day_that_does_not_belong_is_left_out():
    fit = best_fit(days("2026-01-05", "2026-02-05", "2026-02-19", "2026-03-05", "2026-04-05"), COVER)
    assert (fit.pace, fit.kept, fit.missed, fit.off) == (MONTHLY, [0, 1, 3, 4], 0, 0)


def test_every_second_month_is_no_monthly_pace():
    assert best_fit(days("2026-01-05", "2026-03-05", "2026-05-05", "2026-07-05"), COVER) is None


@pytest.mark.parametrize("some", [[], [TODAY], [TODAY] * 4])
def test_too_few_days_keep_no_pace(some):
    assert best_fit(some, COVER) is None


def test_rent_of_the_1st_that_came_on_the_30th_is_due_on_the_1st_of_the_month_after_next():
    assert next_after(MONTHLY, days("2026-08-01", "2026-09-01", "2026-10-01", "2026-10-30")) == date(2026, 12, 1)


def test_half_a_month_goes_from_the_one_day_to_the_other():
    assert next_after(SEMI_MONTHLY, days("2026-01-15", "2026-01-31", "2026-02-15")) == date(2026, 2, 28)
    assert next_after(SEMI_MONTHLY, days("2026-01-15")) == date(2026, 1, 30)


@given(st.sampled_from(PACES), st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(2, 30))
def test_days_that_keep_a_pace_exactly_are_found_to_keep_it(pace, first, count):
    if pace is SEMI_MONTHLY:
        wanted = [shifted(first.replace(day=(1, 15)[n % 2]), n // 2) for n in range(count + 3)]
    else:
        wanted = [
            shifted(first, n * pace.months) if pace.months else first + timedelta(days=int(pace.days) * n)
            for n in range(count)
        ]
    fit = best_fit(wanted, COVER)
    assert fit.pace is pace
    assert len(fit.kept) == len(wanted)


@given(st.lists(ANY_DAY, min_size=1, max_size=12), st.sampled_from(PACES))
def test_whatever_the_days_the_next_is_never_before_the_last(some, pace):
    ascending = sorted(some)
    assert next_after(pace, ascending) >= ascending[-1]


@given(st.lists(ANY_DAY, max_size=25), st.floats(0, 1))
def test_nothing_raises_whatever_the_days_are(some, cover):
    fit = best_fit(sorted(some), cover)
    assert fit is None or fit.kept == sorted(set(fit.kept))


def test_a_quarter_is_three_months_of_the_calendar():
    assert next_after(QUARTERLY, days("2026-05-31", "2026-08-31")) == date(2026, 11, 30)
