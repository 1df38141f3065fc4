from datetime import date

import pytest
from core.making import ACCOUNTS, CHECKING, TODAY, account, row

from keepless.core.kinds import Kind, kind_of
from keepless.core.spending import analyse, ranked

MONTH = TODAY.strftime("%Y-%m")


def usd(*rows, accounts=ACCOUNTS):
    return analyse(rows, accounts).currencies["USD"]


def test_nothing_is_an_analysis_without_currencies():
    analysis = analyse([], [])
    assert analysis.currencies == {}
    assert analysis.unknown_accounts == ()


def test_a_purchase_counts_in_its_month_category_merchant_and_account():
    sums = usd(row("4.50"))
    assert sums.spent == 450
    assert sums.by_month == {MONTH: 450}
    assert sums.by_category == {"FOOD_AND_DRINK": 450}
    assert sums.by_detailed == {"FOOD_AND_DRINK_COFFEE": 450}
    assert sums.by_merchant == {"Corner Cafe": 450}
    assert sums.by_account == {"checking": 450}
    assert sums.net == -450


def test_one_month_of_life_adds_up():
    sums = usd(
        row("-2100.00", "INCOME_SALARY"),
        row("900.00", "RENT_AND_UTILITIES_RENT", primary="RENT_AND_UTILITIES", merchant="Elm House"),
        row("90.00", "GENERAL_MERCHANDISE_CLOTHING", account_id="card", merchant="Shoes"),
        row("-30.00", "GENERAL_MERCHANDISE_CLOTHING", account_id="card", merchant="Shoes"),
        row("250.00", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"),
        row("-250.00", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", account_id="card"),
        row("500.00", "TRANSFER_OUT_SAVINGS"),
        row("-500.00", "TRANSFER_IN_SAVINGS", account_id="savings"),
        row("60.00", "TRANSFER_OUT_WITHDRAWAL"),
        row("180.00", "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT"),
        row("-180.00", "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT", account_id="loan"),
        row("31.00", "BANK_FEES_INTEREST_CHARGE", account_id="card", merchant="Card Bank"),
    )
    assert sums.spent == 90000 + 6000 + 3100
    assert sums.income == 210000
    assert sums.cash == 6000
    assert sums.debt_payments == 18000
    assert sums.card_payments == 25000
    assert sums.transfers == 100000 + 18000
    assert sums.net == 210000 - 99100 - 18000 - 6000
    assert sums.by_merchant == {"Elm House": 90000, "Shoes": 6000, "Card Bank": 3100}
    assert sums.income_by_month == {MONTH: 210000}
    assert sums.cash_by_month == {MONTH: 6000}
    assert sums.debt_payments_by_month == {MONTH: 18000}
    assert sums.count == 12


def test_a_card_payment_of_which_only_one_side_is_connected_is_still_told():
    payment = "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"
    assert usd(row("250.00", payment)).card_payments == 25000
    assert usd(row("-250.00", payment, account_id="card")).card_payments == 25000
    assert usd(row("250.00", payment), row("-250.00", payment)).card_payments == 0


def test_income_that_nothing_explains_is_told_apart():
    sums = usd(row("-2100.00", "INCOME_SALARY"), row("-40.00", "", primary=""))
    assert sums.income == 214000
    assert sums.unexplained_income == 4000


def test_a_salary_taken_back_reduces_income():
    assert usd(row("-2100.00", "INCOME_SALARY"), row("100.00", "INCOME_SALARY")).income == 200000


def test_spending_without_a_category_is_kept_as_uncategorised():
    sums = usd(row("33.00", "", primary=""), row("10.00", "INCOME_OTHER", account_id="card"))
    assert sums.by_category == {"UNCATEGORIZED": 4300}
    assert sums.by_detailed == {"UNCATEGORIZED": 4300}


def test_a_category_without_a_detail_stands_for_its_detail():
    assert usd(row("33.00", "", primary="TRAVEL")).by_detailed == {"TRAVEL": 3300}


def test_a_posted_row_takes_the_place_of_its_pending_twin_with_its_own_amount():
    pending = row("40.00", pending=True, date=date(2026, 10, 31))
    posted = row("46.00", replaces=pending.id, date=date(2026, 11, 2))
    for rows in ([pending, posted], [posted, pending]):
        sums = usd(*rows)
        assert sums.by_month == {"2026-11": 4600}
        assert (sums.count, sums.pending_count, sums.skipped_twins) == (1, 0, 1)


def test_a_pending_row_alone_counts_and_is_told_as_pending():
    sums = usd(row("40.00", pending=True))
    assert (sums.spent, sums.count, sums.pending_count, sums.skipped_twins) == (4000, 1, 1, 0)


def test_a_row_that_comes_twice_counts_once_the_posted_one():
    once = row("40.00")
    pending = row("99.00", id=once.id, pending=True)
    for rows in ([once, once, pending], [pending, once, once]):
        sums = usd(*rows)
        assert (sums.spent, sums.count, sums.skipped_twins) == (4000, 1, 2)


def test_only_a_posted_row_replaces_and_only_a_pending_one_is_replaced():
    posted = row("1.00")
    assert usd(posted, row("2.00", replaces=posted.id)).spent == 300
    pending = row("1.00", pending=True)
    assert usd(pending, row("2.00", replaces=pending.id, pending=True)).spent == 300
    assert usd(row("1.00", id="self", replaces="self", pending=True)).spent == 100


def test_currencies_stay_apart_the_one_with_most_rows_first():
    analysis = analyse(
        [row("1.00"), row("5.00", currency="EUR"), row("7.00", currency="EUR"), row("3", currency="btc")], ACCOUNTS
    )
    assert {code: sums.spent for code, sums in analysis.currencies.items()} == {"EUR": 1200, "USD": 100, "btc": 300}
    assert list(analysis.currencies) == ["EUR", "USD", "btc"]


def test_pending_rows_and_twins_are_counted_in_their_own_currency():
    twin = row("2.00", currency="EUR", pending=True)
    rows = [row("1.00", pending=True), twin, row("2.00", currency="EUR", replaces=twin.id)]
    told = analyse(rows, ACCOUNTS).currencies
    assert {code: (s.count, s.pending_count, s.skipped_twins) for code, s in told.items()} == {
        "EUR": (1, 0, 1),
        "USD": (1, 1, 0),
    }


def test_rows_of_an_account_nobody_lists_are_counted_and_told():
    analysis = analyse([row("8.00", account_id="gone"), row("1.00")], [CHECKING])
    assert analysis.unknown_accounts == ("gone",)
    assert analysis.currencies["USD"].by_account == {"gone": 800, "checking": 100}


def test_a_detail_under_two_primaries_is_filed_under_each():
    sums = usd(
        row("1.00", "SAME", primary="TRAVEL"),
        row("2.00", "SAME", primary="MEDICAL"),
        row("4.00", "SAME", primary="TRAVEL"),
    )
    assert sums.by_category == {"TRAVEL": 500, "MEDICAL": 200}
    assert sums.by_detailed == {"SAME": 700}


def test_a_detail_under_two_primaries_is_judged_by_direction_under_each():
    both_ways = [row(amount, "SAME", primary=primary) for primary in ("TRAVEL", "OTHER") for amount in (700, -300)]
    sums = usd(*both_ways)
    assert (sums.by_category, sums.income) == ({"TRAVEL": 400, "OTHER": 700}, 300)


def test_a_zero_amount_is_a_row_like_others():
    sums = usd(row("0.00"))
    assert (sums.spent, sums.count, sums.by_category) == (0, 1, {"FOOD_AND_DRINK": 0})


def test_months_stand_in_order_and_a_row_lies_in_the_month_it_happened():
    rows = [
        row(amount, date=date(2026, month, 3), posted=date(2026, month, 28))
        for month, amount in ((9, 1), (11, 2), (10, 4))
    ]
    assert list(usd(*rows).by_month.items()) == [("2026-09", 1), ("2026-10", 4), ("2026-11", 2)]


def test_a_row_booked_in_the_next_month_stays_in_the_month_it_happened():
    assert usd(row("1.00", date=date(2026, 10, 31), posted=date(2026, 11, 2))).by_month == {"2026-10": 100}


@pytest.mark.parametrize("account_type", ["credit", "loan", "investment", "brokerage"])
@pytest.mark.parametrize("category", ["TRANSFER_IN_X", "LOAN_PAYMENTS_X", "INCOME_SALARY", "OTHER_OTHER", ""])
def test_nothing_that_arrives_at_a_card_a_loan_or_an_investment_is_income_or_spending(account_type, category):
    assert kind_of(row("-1.00", category), account_type) in (Kind.CARD_PAYMENT, Kind.TRANSFER)


def test_the_same_category_on_a_card_and_on_a_bank_account_is_judged_for_each():
    sums = usd(
        row("-40.00", "OTHER_OTHER"),
        row("-40.00", "OTHER_OTHER", account_id="card"),
        row("-40.00", "OTHER_OTHER", account_id="prepaid"),
        accounts=(*ACCOUNTS, account("prepaid", "other")),
    )
    assert (sums.income, sums.card_payments, sums.transfers, sums.spent) == (4000, 4000, 4000, 0)


def test_both_directions_of_one_category_on_one_account_are_judged_for_each():
    for rows in ([row("10.00", "OTHER_OTHER"), row("-40.00", "OTHER_OTHER")], [row("-40.00", ""), row("10.00", "")]):
        sums = usd(*rows)
        assert (sums.spent, sums.income, sums.unexplained_income) == (1000, 4000, 4000)


def test_the_ranking_is_by_sum_then_by_name():
    assert ranked({"b": 1, "c": 5, "a": 1}) == [("c", 5), ("a", 1), ("b", 1)]
    assert ranked({"b": 1, "c": 5, "a": 1}, 1) == [("c", 5)]
