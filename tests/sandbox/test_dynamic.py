from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from keepless.sandbox import dynamic

DAYS = st.dates(min_value=date(1980, 1, 1), max_value=date(2200, 1, 1))


@given(DAYS)
def test_about_fifty_rows_are_pending_and_posted(today):
    found = dynamic.household("user_transactions_dynamic", today)
    waiting = [row for row in found.rows if row.posted > today]
    assert 45 <= len(found.rows) <= 60
    assert len(waiting) == 4
    assert all(row.transacted <= today for row in found.rows)
    assert found.dynamic


def test_bills_and_pay_recur_for_six_months():
    today = date(2026, 5, 31)
    found = dynamic.household("user_transactions_dynamic", today)
    recurring = Counter(row.description for row in found.rows if row.account == "checking")
    assert set(recurring.values()) == {6}
    assert min(row.posted for row in found.rows) > today - timedelta(days=6 * 31)
