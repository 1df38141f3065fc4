from datetime import date

from core.making import ACCOUNTS, TODAY, row

from keepless.core.cashflow import compare, monthly
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
