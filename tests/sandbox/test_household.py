from datetime import date, timedelta
from decimal import Decimal

import pytest

from keepless.sandbox.household import Row, newest_first

HAPPENED = date(2026, 11, 20)
BOOKED = date(2026, 11, 22)


def row(key="a", booked=BOOKED):
    return Row(key, "checking", Decimal(1), "USD", HAPPENED, booked, "Corner Cafe", None, None)


@pytest.mark.parametrize(("today", "shown"), [(BOOKED - timedelta(days=1), HAPPENED), (BOOKED, BOOKED)])
def test_a_row_shows_the_day_it_happened_until_the_day_it_is_booked(today, shown):
    assert row().shown_date(today) == shown


def test_rows_stand_newest_first_and_in_one_order_within_a_day():
    rows = [row("a"), row("c"), row("b"), row("d", HAPPENED)]
    ordered = [each.key for each in newest_first(rows, BOOKED)]
    assert ordered == ["c", "b", "a", "d"] == [each.key for each in newest_first(rows[::-1], BOOKED)]
