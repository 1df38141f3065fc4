from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from keepless.sandbox import stock
from keepless.sandbox.taxonomy import PRIMARY_OF

TODAY = date(2026, 11, 22)
HOUSEHOLD = stock.household("user_good", TODAY)


def rows(words):
    return [row for row in HOUSEHOLD.rows if words in row.description]


def test_sixteen_shapes_come_back_every_thirty_days():
    shapes = Counter((row.account, row.description, row.amount) for row in HOUSEHOLD.rows)
    assert len(shapes) == 16
    assert set(shapes.values()) == {24, 25}
    assert len(HOUSEHOLD.rows) == 388


@given(st.dates(min_value=date(1980, 1, 1), max_value=date(2200, 1, 1)))
def test_nothing_is_pending_and_the_history_is_723_days(today):
    found = stock.household("user_good", today).rows
    assert max(row.posted for row in found) == today - timedelta(days=1)
    assert min(row.posted for row in found) == today - timedelta(days=723)


def test_the_accounts_are_those_of_the_sandbox():
    figures = {holding.mask: (holding.current, holding.available, holding.limit) for holding in HOUSEHOLD.accounts}
    assert len(figures) == 12
    assert figures["0000"] == (110, 100, None)
    assert figures["3333"] == (410, None, 2000)
    assert figures["9999"] == (5020, 4980, 10_000)
    assert figures["8888"][0] == Decimal("56302.06")


def test_only_five_accounts_have_rows():
    assert {row.account for row in HOUSEHOLD.rows} == {"checking", "saving", "cd", "money_market", "card"}


def test_a_card_payment_is_labelled_as_merchandise_with_a_positive_amount():
    payment = rows("AUTOMATIC PAYMENT - THANK")[0]
    assert (payment.amount, payment.category.primary) == (Decimal("2078.50"), "GENERAL_MERCHANDISE")


def test_pay_is_labelled_as_a_transfer_out():
    pay = rows("GUSTO PAY")[0]
    assert (pay.amount, pay.category.primary) == (5850, "TRANSFER_OUT")


def test_the_only_large_inflow_is_an_airlines_refund():
    large = [row for row in HOUSEHOLD.rows if row.amount < -100]
    assert {row.category.primary for row in large} == {"TRAVEL"}


def test_cards_the_student_loan_and_the_mortgage_have_terms():
    kinds = Counter(holding.liability["kind"] for holding in HOUSEHOLD.accounts if holding.liability)
    assert kinds == {"credit": 2, "student": 1, "mortgage": 1}


def test_every_category_is_one_of_the_taxonomy():
    assert all(PRIMARY_OF[row.category.detailed] == row.category.primary for row in HOUSEHOLD.rows)
