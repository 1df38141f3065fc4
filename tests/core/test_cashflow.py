from datetime import date

from core.making import ACCOUNTS, TODAY, row
from core.test_spending_page import minor, table
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.cashflow import Usual, compare, monthly, usual_month
from keepless.core.periods import Period
from keepless.core.spending import analyse

NOW, BEFORE = Period.month_so_far(TODAY), Period.same_days_last_month(TODAY)


def flows(*rows):
    return monthly(analyse(rows, ACCOUNTS).currencies["USD"])


def test_a_month_has_its_income_spending_debt_payments_cash_and_what_is_left():
    (month,) = flows(
        row("-2100.00", "INCOME_SALARY"),
        row("600.00"),
        row("180.00", "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT"),
        row("60.00", "TRANSFER_OUT_WITHDRAWAL"),
    )
    assert month.month == "2026-11"
    assert (month.income, month.spent, month.debt_payments, month.cash) == (210000, 60000, 18000, 6000)
    assert month.net == 126000


def test_months_without_a_row_stand_between_those_with_one():
    shown = flows(row(100, date=date(2025, 12, 30)), row(-500, "INCOME_SALARY", date=date(2026, 3, 1)))
    assert [(month.month, month.net) for month in shown] == [
        ("2025-12", -100),
        ("2026-01", 0),
        ("2026-02", 0),
        ("2026-03", 500),
    ]


def test_only_transfers_are_no_flow_at_all():
    assert flows(row(100, "TRANSFER_OUT_SAVINGS")) == ()


def test_there_is_no_change_to_tell_where_nothing_was_spent_before():
    assert compare("USD", 100, 0, NOW, BEFORE).change is None
    assert compare("USD", 100, -50, NOW, BEFORE).change is None
    assert compare("USD", 0, 0, NOW, BEFORE).change is None


def test_a_change_is_told_in_per_mille_of_what_it_was_before():
    assert compare("USD", 9200, 10000, NOW, BEFORE).change == -80
    assert compare("USD", 100, 7, NOW, BEFORE).change == 13286
    assert compare("EUR", 0, 300, NOW, BEFORE).change == -1000


def usual(spent_by_day, first, today=TODAY):
    return usual_month("USD", spent_by_day, first, today)


def test_the_usual_month_of_the_page_is_what_the_code_answers():
    *months, (_, spent, by_today) = [[cell.strip() for cell in cells] for cells in table("month", 3)]
    by_day = {}
    for month, whole, so_far in months:
        by_day[date.fromisoformat(f"{month}-22")] = minor(so_far)
        by_day[date.fromisoformat(f"{month}-23")] = minor(whole) - minor(so_far)
    told = usual(by_day | {TODAY: 999999}, date(2026, 8, 1))
    assert (told.month, told.by_today, told.months) == (minor(spent), minor(by_today), 3)


def test_only_months_known_from_their_first_day_are_whole_and_two_are_the_fewest():
    spent = {date(2026, 8, 25): 90000, date(2026, 9, 30): 100, date(2026, 10, 1): 301}
    assert usual(spent, date(2026, 8, 25)).months == 2
    assert (usual(spent, date(2026, 8, 25)).month, usual(spent, date(2026, 8, 25)).by_today) == (200, 150)
    assert usual(spent, date(2026, 9, 2)) is None
    assert usual(spent, date(2026, 9, 1)).months == 2
    assert usual({}, TODAY) is None


def test_a_month_without_spending_is_a_month_of_nothing():
    assert usual({date(2026, 8, 3): 900}, date(2026, 8, 1)) == Usual(currency="USD", month=0, by_today=0, months=3)


def test_refunds_that_outweigh_a_month_round_down_all_the_same():
    assert usual({date(2026, 9, 3): -1, date(2026, 10, 3): 0}, date(2026, 9, 1)).month == -1


def test_on_the_31st_a_whole_shorter_month_counts():
    told = usual({date(2026, 2, 28): 500, date(2026, 1, 31): 500}, date(2026, 1, 1), date(2026, 3, 31))
    assert told.by_today == told.month == 500


@given(st.dictionaries(st.dates(date(2026, 1, 1), TODAY), st.integers(0, 10**6)), st.dates(date(2025, 1, 1), TODAY))
def test_whatever_was_spent_by_this_day_is_never_more_than_in_the_month(spent_by_day, first):
    told = usual(spent_by_day, first)
    assert told is None or 0 <= told.by_today <= told.month
