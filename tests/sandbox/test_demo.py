import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepless.sandbox import demo, demo_money
from keepless.sandbox.demo_diary import EUR_IN_USD
from keepless.sandbox.taxonomy import PRIMARY_OF

TODAY = date(2026, 11, 22)
LEAP_DAY, MONTH_END, NEW_YEAR = date(2028, 2, 29), date(2027, 5, 31), date(2027, 1, 1)
DAYS = st.one_of(
    st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31)), st.sampled_from([LEAP_DAY, MONTH_END, NEW_YEAR])
)


@cache
def household(today=TODAY, username="demo"):
    return demo.household(username, today)


def spending(rows):
    outside = ("INCOME", "TRANSFER", "LOAN")
    return sum(row.amount for row in rows if not row.category.primary.startswith(outside))


def cents(amount):
    return amount.quantize(Decimal("0.01"))


def account(key, today=TODAY):
    return next(holding for holding in household(today).accounts if holding.key == key)


def described(words, today=TODAY):
    return [row for row in household(today).rows if words in row.description]


def test_the_same_day_tells_the_same_story():
    assert demo.household("demo", TODAY) == demo.household("demo", TODAY)


@given(DAYS)
@settings(max_examples=25, deadline=None)
def test_the_story_ends_today_whatever_day_it_is(today):
    rows = demo.household("demo", today).rows
    assert max(row.transacted for row in rows) == today
    assert all(row.transacted <= row.posted for row in rows)
    assert [row.shown_date(today) for row in rows] == sorted((r.shown_date(today) for r in rows), reverse=True)


@given(DAYS)
@settings(max_examples=25, deadline=None)
def test_balances_are_believable_on_any_day(today):
    checking, savings, rewards, everyday, loan = demo.household("demo", today).accounts
    assert 500 < checking.current < 20_000
    assert 5_000 < savings.current < 90_000
    assert Decimal("0.30") < rewards.current / rewards.limit < Decimal("0.75")
    assert Decimal("0.05") < everyday.current / everyday.limit < Decimal("0.30")
    assert loan.current > 0
    assert today < rewards.liability["next_payment_due_date"] <= today + timedelta(days=31)
    assert today < loan.liability["next_payment_due_date"] <= today + timedelta(days=31)
    assert today - timedelta(days=31) <= everyday.liability["next_payment_due_date"] < today


@given(DAYS)
@settings(max_examples=25, deadline=None)
def test_both_legs_of_every_transfer_and_card_payment_cancel(today):
    legs = defaultdict(list)
    for row in demo.household("demo", today).rows:
        own = row.category.primary.startswith("TRANSFER") and row.category.detailed != "TRANSFER_OUT_WITHDRAWAL"
        if own or row.category.detailed == "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT":
            legs[row.transacted, abs(row.amount)].append(row)
    assert legs
    for pair in legs.values():
        assert sum(row.amount for row in pair) == 0
        assert len({row.account for row in pair}) == 2


def test_every_category_is_one_of_the_taxonomy():
    for username in demo.SIZES:
        for row in household(TODAY, username).rows:
            assert PRIMARY_OF[row.category.detailed] == row.category.primary


def test_keys_are_unique_and_every_row_belongs_to_an_account():
    for username in demo.SIZES:
        found = household(TODAY, username)
        assert len({row.key for row in found.rows}) == len(found.rows)
        assert {row.account for row in found.rows} <= {holding.key for holding in found.accounts}


def test_a_full_month_has_about_a_hundred_rows_and_leaves_something_over():
    months = defaultdict(list)
    for row in household().rows:
        months[row.transacted.replace(day=1)].append(row)
    full = sorted(months)[1:-1]
    assert len(full) == 23
    assert all(75 <= len(months[month]) <= 140 for month in full)
    over = [
        -sum(row.amount for row in months[month] if row.category.primary == "INCOME") - spending(months[month])
        for month in full
    ]
    assert sum(1 for left in over if left > 0) >= 20


def test_the_history_spans_24_months():
    oldest = min(row.transacted for row in household().rows)
    assert date(2024, 11, 22) <= oldest <= date(2024, 11, 25)


@pytest.mark.parametrize(
    "detailed",
    [
        "INCOME_SALARY",
        "RENT_AND_UTILITIES_RENT",
        "FOOD_AND_DRINK_GROCERIES",
        "FOOD_AND_DRINK_RESTAURANT",
        "TRANSPORTATION_GAS",
        "RENT_AND_UTILITIES_GAS_AND_ELECTRICITY",
        "TRANSFER_OUT_WITHDRAWAL",
        "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT",
        "INCOME_INTEREST_EARNED",
        "BANK_FEES_INTEREST_CHARGE",
        "TRAVEL_FLIGHTS",
    ],
)
def test_life_has_everything_an_analysis_must_tell_apart(detailed):
    assert any(row.category.detailed == detailed for row in household().rows)


def test_pay_comes_every_second_friday():
    days = sorted(row.transacted for row in described("HALDEN WORKS"))
    assert all(later - earlier == timedelta(days=14) for earlier, later in pairwise(days))
    assert {day.weekday() for day in days} == {4}


def test_rent_is_paid_on_the_first_of_each_month():
    rent = described("APTS RENT")
    assert len(rent) == 24
    assert {row.transacted.day for row in rent} == {1}


def test_one_subscription_grew_dearer_once():
    prices = [row.amount for row in sorted(described("LUMEN STREAM"), key=lambda row: row.transacted)]
    assert Counter(prices) == {Decimal("15.49"): 19, Decimal("17.99"): 5}
    assert prices == sorted(prices)


def test_the_headphones_were_refunded_in_full():
    bought, refunded = sorted(described("VOLT CORNER"), key=lambda row: row.transacted)
    assert bought.amount == -refunded.amount == Decimal("249.99")
    assert bought.category == refunded.category


def test_a_return_in_part_is_smaller_than_its_purchase():
    returns = [row for row in described("LINDEN AND LOOM") if row.amount < 0]
    assert len(returns) >= 4
    bought = {row.amount for row in described("LINDEN AND LOOM")}
    assert all(any(price > -back.amount for price in bought) for back in returns)


def test_journeys_are_paid_in_euros_abroad():
    euros = [row for row in household().rows if row.currency == "EUR"]
    assert len(euros) > 20
    assert {row.country for row in euros} == {"PT"}
    assert {row.account for row in euros} == {"rewards_card"}


def test_money_moves_both_ways_between_checking_and_savings():
    assert len(described("TRANSFER TO SAVINGS")) >= 12
    assert len(described("TRANSFER FROM SAVINGS")) == 2


def test_a_dinner_of_tonight_is_still_pending():
    waiting = [row for row in household().rows if row.posted > TODAY]
    assert any(row.transacted == TODAY and row.merchant == "Olive & Thyme" for row in waiting)


@given(DAYS)
@settings(max_examples=10, deadline=None)
def test_the_newest_day_has_something_booked_and_something_pending(today):
    tonight = [row for row in demo.household("demo", today).rows if row.transacted == today]
    assert any(row.posted > today for row in tonight)
    assert any(row.posted == today for row in tonight)


def test_an_accounts_balance_is_its_start_and_all_its_booked_rows():
    starts = {
        "checking": -demo_money.CHECKING_AT_START,
        "savings": -demo_money.SAVINGS_AT_START,
        "rewards_card": demo_money.REWARDS.carried + demo_money.REWARDS.cash_carried,
        "everyday_card": demo_money.EVERYDAY.carried + demo_money.EVERYDAY.cash_carried,
    }
    for key, start in starts.items():
        booked = [row for row in household().rows if row.account == key and row.posted <= TODAY]
        dollars = [row.amount if row.currency == "USD" else cents(row.amount * EUR_IN_USD) for row in booked]
        owed = start + sum(dollars)
        holding = account(key)
        assert holding.current == (owed if holding.type == "credit" else -owed)


def test_checking_is_never_overdrawn():
    balance = demo_money.CHECKING_AT_START
    for row in sorted(household().rows, key=lambda row: row.posted):
        if row.account == "checking":
            balance -= row.amount
            assert balance > 0


def test_what_a_card_can_still_spend_counts_what_is_pending():
    card = account("rewards_card")
    waiting = sum(row.amount for row in household().rows if row.account == card.key and row.posted > TODAY)
    assert waiting > 0
    assert card.available == card.limit - card.current - waiting


def test_one_card_is_overdue_and_has_two_rates():
    rewards, everyday = account("rewards_card").liability, account("everyday_card").liability
    assert (rewards["is_overdue"], everyday["is_overdue"]) == (False, True)
    assert [apr["apr_type"] for apr in everyday["aprs"]] == ["purchase_apr", "cash_apr"]
    assert described("LATE PAYMENT FEE")


def test_a_cards_last_payment_is_the_one_among_its_rows():
    for key in ("rewards_card", "everyday_card"):
        paid = max((r for r in described("PAYMENT THANK YOU") if r.account == key), key=lambda row: row.transacted)
        terms = account(key).liability
        assert (terms["last_payment_amount"], terms["last_payment_date"]) == (-paid.amount, paid.transacted)


@pytest.mark.parametrize(("username", "count"), [("demo-3000", 3000), ("demo-20000", 20_000)])
@pytest.mark.parametrize("today", [TODAY, LEAP_DAY, NEW_YEAR])
def test_the_larger_households_have_exactly_their_number_of_rows_in_90_days(username, count, today):
    rows = household(today, username).rows
    shown = [row for row in rows if today - timedelta(days=89) <= row.shown_date(today) <= today]
    assert len(shown) == count


def test_the_larger_households_still_earn_what_they_spend():
    rows = [row for row in household(TODAY, "demo-3000").rows if row.transacted > TODAY - timedelta(days=90)]
    assert -sum(row.amount for row in rows if row.category.primary == "INCOME") > spending(rows)


def test_amounts_are_whole_cents():
    assert all(row.amount == cents(row.amount) for row in household().rows)


def test_the_people_are_invented():
    assert not any(re.search(r"\b(Mr|Mrs|Ms)\b", row.description) for row in household().rows)
