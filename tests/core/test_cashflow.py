from datetime import date

from core.making import ACCOUNTS, TODAY, row

from keepless.core.cashflow import compare, monthly, so_far
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


def test_this_month_is_compared_with_the_same_days_of_the_last():
    (comparison,) = so_far(
        [
            row(9200, date=date(2026, 11, 22)),
            row(10000, date=date(2026, 10, 22)),
            row(77777, date=date(2026, 10, 23)),
            row(77777, date=date(2026, 9, 30)),
            row(77777, date=date(2026, 11, 23)),
        ],
        ACCOUNTS,
        TODAY,
    )
    assert (comparison.now, comparison.before, comparison.change) == (9200, 10000, -80)
    assert (comparison.days, comparison.days_before) == (NOW, BEFORE)


def test_a_pending_row_of_last_month_that_posted_in_this_one_counts_once():
    pending = row(5000, date=date(2026, 10, 20), pending=True)
    posted = row(5000, date=date(2026, 11, 1), replaces=pending.id)
    (comparison,) = so_far([pending, posted], ACCOUNTS, TODAY)
    assert (comparison.now, comparison.before) == (5000, 0)


def test_each_currency_is_compared_with_itself_also_where_one_month_has_none():
    compared = so_far(
        [row(100), row(300, currency="EUR", date=date(2026, 10, 2)), row(7, date=date(2026, 10, 2))], ACCOUNTS, TODAY
    )
    assert [(each.currency, each.now, each.before, each.change) for each in compared] == [
        ("USD", 100, 7, 13286),
        ("EUR", 0, 300, -1000),
    ]


def test_there_is_no_change_to_tell_where_nothing_was_spent_before():
    assert compare("USD", 100, 0, NOW, BEFORE).change is None
    assert compare("USD", 100, -50, NOW, BEFORE).change is None
    assert compare("USD", 0, 0, NOW, BEFORE).change is None


def test_nothing_compares_to_nothing():
    assert so_far([], [], TODAY) == ()
