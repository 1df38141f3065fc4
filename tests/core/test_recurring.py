"""What recurs: each thing that happens to a series in life, and what only looks like one."""

import itertools
from datetime import date, timedelta

import msgspec
import pytest
from core.making import ACCOUNTS, TODAY, account, row
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.models import PlaidStream
from keepless.core.paces import shifted
from keepless.core.recurring import OCCURRENCES_TOLD, Occurrence, PriceChange, find

STREAMING = "ENTERTAINMENT_TV_AND_MOVIES"
RENT = "RENT_AND_UTILITIES_RENT"
POWER = "RENT_AND_UTILITIES_GAS_AND_ELECTRICITY"
GROCERIES = "FOOD_AND_DRINK_GROCERIES"
LONG_AGO = row("3.00", date=date(2024, 11, 23), merchant="Kiosk", name="KIOSK")  # so that history reaches back


def paid(days, amounts="12.99", category=STREAMING, **fields):
    """A row on each day, of one amount or one each."""
    told = {"merchant": "Lumen Stream", "name": "LUMEN STREAM 8374", "account_id": "card", **fields}
    each = itertools.repeat(amounts) if isinstance(amounts, str | int) else amounts
    known = ("RENT_AND_UTILITIES", "PERSONAL_CARE", "GENERAL_SERVICES", "INCOME", "ENTERTAINMENT", "TRANSPORTATION")
    primary = next((name for name in known if category.startswith(name)), None)
    told |= {"primary": primary} if primary else {}
    return [row(amount, category, date=day, **told) for day, amount in zip(days, each, strict=False)]


def monthly(count, day=8, last=(2026, 11)):
    """The so many latest months' `day`, or last day."""
    return [_on(shifted(date(*last, 1), -back), day) for back in reversed(range(count))]


def _on(first, day):
    following = shifted(first, 1)
    return min(first + timedelta(days=day - 1), following - timedelta(days=1))


def every(days, count, last=TODAY):
    return [last - timedelta(days=days * back) for back in reversed(range(count))]


def found(*rows, today=TODAY, accounts=ACCOUNTS, streams=()):
    return find([each for some in rows for each in some], accounts, today, streams)


def only(*rows, **known):
    (one,) = found(*rows, **known)
    return one


def test_a_subscription_is_told_with_all_its_figures():
    told = only(paid(monthly(12)), [LONG_AGO])
    assert (told.merchant, told.kind, told.frequency, told.state) == (
        "Lumen Stream",
        "subscription",
        "monthly",
        "active",
    )
    assert (told.account_id, told.currency, told.primary, told.detailed) == ("card", "USD", "ENTERTAINMENT", STREAMING)
    assert (told.first_date, told.last_date, told.next_date) == (
        date(2025, 12, 8),
        date(2026, 11, 8),
        date(2026, 12, 8),
    )
    assert (told.last_amount, told.usual_amount, told.yearly_cost) == (1299, 1299, 15588)
    assert (told.is_new, told.price_change, told.source) == (False, None, "own")
    assert told.occurrences[0] == Occurrence(date(2026, 11, 8), 1299)
    assert len(told.transaction_ids) == 12


@pytest.mark.parametrize(
    ("days", "frequency", "next_date"),
    [
        (every(7, 8), "weekly", date(2026, 11, 29)),
        (every(14, 8), "biweekly", date(2026, 12, 6)),
        ([date(2026, month, day) for month in (8, 9, 10, 11) for day in (1, 15)], "semi_monthly", date(2026, 12, 1)),
        (monthly(8, 22), "monthly", date(2026, 12, 22)),
        ([date(2026, month, 15) for month in (2, 5, 8, 11)], "quarterly", date(2027, 2, 15)),
        ([date(2025, 5, 9), date(2025, 11, 9), date(2026, 5, 9), date(2026, 11, 9)], "half_yearly", date(2027, 5, 9)),
        ([date(2025, 3, 1), date(2026, 3, 1)], "yearly", date(2027, 3, 1)),
    ],
)
def test_each_pace_is_told_with_the_day_the_next_is_due(days, frequency, next_date):
    told = only(paid(days))
    assert (told.frequency, told.next_date) == (frequency, next_date)


def test_the_31st_falls_back_to_the_end_of_shorter_months_and_comes_back():
    told = only(paid(monthly(10, 31, last=(2026, 2))), today=date(2026, 3, 2))
    assert [each.date.day for each in told.occurrences[:5]] == [28, 31, 31, 30, 31]
    assert told.next_date == date(2026, 3, 31)


def test_weekends_and_holidays_shift_a_bill_and_not_the_day_it_is_due():
    days = [
        day + timedelta(days=off)
        for day, off in zip(monthly(12, 1), (0, 1, 4, 0, 0, -2, 3, 0, 1, 0, 2, 0), strict=True)
    ]
    told = only(paid(days, "1650.00", RENT))
    assert (told.frequency, told.kind, told.next_date, len(told.transaction_ids)) == (
        "monthly",
        "bill",
        date(2026, 12, 1),
        12,
    )


def test_pay_that_came_a_day_early_is_due_on_its_usual_weekday():
    fridays = every(14, 10, last=date(2026, 11, 20))
    told = only(paid([*fridays[:-1], date(2026, 11, 19)], "-2450.00", "INCOME_SALARY", account_id="checking"))
    assert (told.kind, told.next_date, told.last_amount) == ("income", date(2026, 12, 4), 245000)


def test_a_month_that_was_missed_does_not_break_a_series():
    days = monthly(12)
    assert len(only(paid(days[:6] + days[7:])).transaction_ids) == 11


def test_a_price_that_rose_and_stayed_is_told_with_the_day_of_its_first():
    told = only(paid(monthly(12), ["15.49"] * 7 + ["17.99"] * 5))
    assert told.price_change == PriceChange(before=1549, after=1799, since=date(2026, 7, 8))
    assert (told.last_amount, told.yearly_cost) == (1799, 12 * 1799)


def test_one_payment_of_another_price_is_no_change_of_price():
    assert only(paid(monthly(12), ["15.49"] * 6 + ["7.99"] + ["15.49"] * 5)).price_change is None
    assert only(paid(monthly(12), ["15.49"] * 11 + ["17.99"])).price_change is None


def test_a_meter_is_a_bill_whose_amounts_are_no_changes_of_price_and_whose_year_is_its_usual_one():
    amounts = ["88.10", "61.00", "92.55", "120.00", "75.20", "64.90", "118.00", "101.00", "70.10"]
    told = only(paid(monthly(9), amounts, POWER, account_id="checking"))
    assert (told.kind, told.price_change, told.usual_amount, told.yearly_cost) == ("bill", None, 8810, 12 * 8810)


def test_two_plans_at_one_merchant_are_two_series_with_keys_of_their_own():
    told = found(paid(monthly(12, 5), "2.99"), paid(monthly(12, 20), "10.99"))
    assert [(each.last_amount, each.frequency, len(each.transaction_ids)) for each in told] == [
        (299, "monthly", 12),
        (1099, "monthly", 12),
    ]
    assert [each.key for each in told] == ["lumen stream/USD/out", "lumen stream/USD/out/2"]


def test_two_contracts_at_one_payee_are_no_half_monthly_one():
    told = found(
        paid(monthly(9, 5), "25.00", "RENT_AND_UTILITIES_TELEPHONE"),
        paid(monthly(9, 20), "40.00", "RENT_AND_UTILITIES_TELEPHONE"),
    )
    assert [(each.last_amount, each.frequency) for each in told] == [(2500, "monthly"), (4000, "monthly")]


def test_a_membership_whose_price_changed_twice_is_one_series_among_purchases():
    shop = "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES"
    shopping = paid(every(11, 24, last=date(2026, 11, 19)), [2000 + 137 * n * n % 9000 for n in range(24)], shop)
    told = only(paid(monthly(14, 3), ["8.99"] * 6 + ["9.99"] * 2 + ["10.99"] * 6, shop), shopping)
    assert (len(told.transaction_ids), told.price_change.before, told.price_change.after) == (14, 999, 1099)


def test_a_membership_is_found_among_purchases_at_the_same_shop():
    bought = every(9, 30, last=date(2026, 11, 19))
    shopping = paid(bought, [2000 + 137 * n * n % 9000 for n in range(30)], "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES")
    told = only(paid(monthly(10, 3), "8.99", "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES"), shopping)
    assert (told.last_amount, told.frequency, len(told.transaction_ids)) == (899, "monthly", 10)


def test_the_ways_a_bank_writes_a_name_are_one_payee():
    days = monthly(9)
    told = only(
        paid(days[:3], name="NETFLIX.COM 8374", merchant="Netflix"),
        paid(days[3:6], name="NETFLIX.COM 12", merchant="NETFLIX.COM 12"),
        paid(days[6:], name="PAYPAL *NETFLIX", merchant="PAYPAL *NETFLIX"),
    )
    assert (told.key, told.merchant, len(told.transaction_ids)) == ("netflix/USD/out", "Netflix", 9)


def test_a_refund_is_no_part_of_a_series_and_makes_none():
    refunds = paid([day + timedelta(days=3) for day in monthly(6)], "-12.99")
    assert len(only(paid(monthly(12)), refunds).transaction_ids) == 12


def test_a_pending_row_and_its_posted_twin_are_one_payment():
    waiting = row(
        "12.99", STREAMING, id="waiting", date=TODAY, pending=True, merchant="Lumen Stream", account_id="card"
    )
    posted = row("12.99", STREAMING, date=TODAY, replaces="waiting", merchant="Lumen Stream", account_id="card")
    told = only(paid(monthly(6, 22)[:-1]), [waiting, posted])
    assert (len(told.transaction_ids), "waiting" in told.transaction_ids) == (6, False)


def test_a_card_that_was_replaced_takes_its_series_along():
    days = monthly(12)
    told = only(
        paid(days[:5]), paid(days[5:], account_id="new-card"), accounts=(*ACCOUNTS, account("new-card", "credit"))
    )
    assert (told.account_id, len(told.transaction_ids)) == ("new-card", 12)


def test_two_people_with_the_same_plan_on_two_accounts_are_two_series():
    told = found(paid(monthly(12, 4)), paid(monthly(12, 13), account_id="checking"))
    assert sorted((each.account_id, len(each.transaction_ids)) for each in told) == [("card", 12), ("checking", 12)]


def test_two_meters_on_two_accounts_are_two_bills():
    amounts = ["61.00", "92.00", "70.00", "118.00", "81.00", "66.00"]
    told = found(
        paid(monthly(6, 4), amounts, POWER, account_id="checking"),
        paid(monthly(6, 9), amounts[::-1], POWER, account_id="savings"),
    )
    assert sorted((each.account_id, len(each.transaction_ids)) for each in told) == [("checking", 6), ("savings", 6)]


def test_a_trial_counts_for_no_price_while_there_are_few_others():
    assert len(only(paid(monthly(3), ["1.00", "12.99", "12.99"])).transaction_ids) == 3


@pytest.mark.parametrize("trial", ["0.00", "1.00"])
def test_a_trial_is_the_beginning_of_its_series_and_no_price(trial):
    told = only(paid(monthly(5), [trial, *["12.99"] * 4]))
    assert (len(told.transaction_ids), told.price_change, told.first_date) == (5, None, date(2026, 7, 8))


def test_two_years_are_a_series_only_at_a_steady_price():
    days = [date(2025, 6, 1), date(2026, 6, 2)]
    assert only(paid(days, ["99.00", "109.00"])).frequency == "yearly"
    assert found(paid(days, ["99.00", "160.00"])) == ()


def test_what_began_lately_is_new_where_the_history_goes_further_back():
    assert only(paid(monthly(2)), [LONG_AGO]).is_new
    assert not only(paid(monthly(2))).is_new
    assert not only(paid(monthly(5)), [LONG_AGO]).is_new


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 12, 15), "active"),
        (date(2026, 12, 16), "late"),
        (date(2027, 1, 14), "late"),
        (date(2027, 1, 15), "ended"),
    ],
)
def test_a_series_is_late_after_its_grace_and_ended_when_another_month_has_gone(today, state):
    told = only(paid(monthly(12)), today=today)
    assert told.state == state
    assert (told.next_date is None) == (told.yearly_cost == 0) == (state == "ended")


def test_a_weekly_series_has_three_days_of_grace_and_two_weeks_more():
    def state(days):
        return only(paid(every(7, 8)), today=TODAY + timedelta(days=7 + days)).state

    assert [state(days) for days in (3, 4, 17, 18)] == ["active", "late", "late", "ended"]


def test_currencies_are_never_one_series():
    told = found(paid(monthly(6), currency="EUR"), paid(monthly(6, 9), currency="USD"))
    assert sorted(each.currency for each in told) == ["EUR", "USD"]


@pytest.mark.parametrize(
    ("days", "amounts", "category"),
    [
        (every(7, 40), [8000 + 613 * n % 5000 for n in range(40)], GROCERIES),
        (every(1, 90), ["4.75"] * 90, "FOOD_AND_DRINK_COFFEE"),
        (every(7, 30), ["18.50"] * 30, "FOOD_AND_DRINK_RESTAURANT"),
        (every(9, 30), [4000 + 71 * n % 1500 for n in range(30)], "TRANSPORTATION_GAS"),
        (every(7, 30), ["12.00"] * 30, "TRANSPORTATION_TAXIS_AND_RIDE_SHARES"),
        (monthly(12), "300.00", "TRANSFER_OUT_ACCOUNT_TRANSFER"),
        (monthly(12), "812.00", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"),
        (every(7, 30), "60.00", "TRANSFER_OUT_WITHDRAWAL"),
        (monthly(12), "31.00", "BANK_FEES_INTEREST_CHARGE"),
        ([TODAY], "12.99", STREAMING),
        ([], "12.99", STREAMING),
        ([TODAY] * 5, "12.99", STREAMING),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isupper() else "",
)
def test_what_is_merely_frequent_or_only_moves_is_not_called_recurring(days, amounts, category):
    assert found(paid(days, amounts, category, account_id="checking")) == ()


def test_no_more_than_the_latest_occurrences_are_told_and_all_the_rows_are_named():
    told = only(paid(every(7, 60)))
    assert (len(told.occurrences), len(told.transaction_ids)) == (OCCURRENCES_TOLD, 60)
    assert told.occurrences[0].date == TODAY


def test_plaids_streams_say_which_rows_belong_together_and_the_figures_are_ours():
    rows = paid([date(2026, 9, 1), date(2026, 9, 19), date(2026, 11, 8)], ["5.00", "70.00", "9.00"], GROCERIES)
    stream = PlaidStream(transaction_ids=(*(each.id for each in rows), "gone"), frequency="MONTHLY", is_active=True)
    told = only(rows, streams=[stream])
    assert (told.source, told.frequency, told.last_amount, told.usual_amount) == ("plaid", "monthly", 900, 900)


def test_rows_of_a_stream_are_not_found_again_and_what_plaid_calls_inactive_has_ended():
    rows = paid(monthly(12))
    stream = PlaidStream(transaction_ids=tuple(each.id for each in rows), frequency="MONTHLY", is_active=False)
    told = only(rows, streams=[stream, stream])
    assert (told.source, told.state) == ("plaid", "ended")


def test_a_stream_without_a_pace_gets_ours_and_one_of_transfers_is_none():
    rows, moved = paid(monthly(12)), paid(monthly(12), "300.00", "TRANSFER_OUT_SAVINGS", merchant="Savings")
    streams = [
        PlaidStream(transaction_ids=tuple(each.id for each in some), frequency="UNKNOWN", is_active=True)
        for some in (rows, moved, [])
    ]
    assert [(each.source, each.frequency) for each in found(rows, moved, streams=streams)] == [("plaid", "monthly")]


DAY = st.dates(date(2024, 11, 1), TODAY)
ODD_DAY = DAY | st.sampled_from([date.min, date.max, date(2024, 2, 29)])
AMOUNT = st.sampled_from([0, 1, 100, 999, 1299, -1299]) | st.integers(-(10**12), 10**12)
CATEGORY = st.sampled_from([STREAMING, RENT, GROCERIES, "INCOME_SALARY", "", "LUNAR_RENT", "TRANSFER_OUT_SAVINGS"])
NAME = st.sampled_from(["Lumen Stream", "LUMEN STREAM 12", "", "***", "1234", "Straße", "\u202e\x00"])
ROWS = st.lists(
    st.builds(
        lambda day, amount, category, name, merchant, account_id: row(
            amount, category, date=day, name=name, merchant=merchant, account_id=account_id
        ),
        *(ODD_DAY, AMOUNT, CATEGORY, NAME, NAME, st.sampled_from(["checking", "card", "gone"])),
    ),
    max_size=40,
)


@given(ROWS, ODD_DAY)
def test_nothing_raises_whatever_the_rows_are_and_each_row_is_in_one_series_at_most(rows, today):
    told = find(rows, ACCOUNTS, today)
    ids = [each for series in told for each in series.transaction_ids]
    assert len(ids) == len(set(ids))
    assert set(ids) <= {each.id for each in rows}
    assert len({series.key for series in told}) == len(told)
    for series in told:
        assert min(series.last_amount, series.usual_amount, series.yearly_cost) >= 0
        assert len(series.transaction_ids) > 1
        assert series.first_date <= series.last_date


@given(st.randoms(use_true_random=False), st.integers(0, 40))
def test_the_order_of_the_rows_does_not_matter(rng, odd):
    rows = [
        *paid(monthly(14, 31), ["9.99"] * 6 + ["11.99"] * 8),
        *paid(monthly(14, 31), "4.99", name="LUMEN STREAM 3", merchant="LUMEN STREAM 3"),
        *paid(every(14, 20), "-900.00", "INCOME_SALARY", account_id="checking", merchant="Halden", name="HALDEN PAY"),
        *paid([rng.choice(monthly(20, 17)) for _ in range(odd)], [rng.randrange(500, 2000) for _ in range(odd)]),
    ]
    assert find(rng.sample(rows, len(rows)), ACCOUNTS, TODAY) == find(rows, ACCOUNTS, TODAY)


@pytest.mark.parametrize("named", [True, False])
def test_a_price_that_comes_back_among_daily_purchases_is_chance(named):
    def shop(days, amounts):
        rows = paid(days, amounts, "GENERAL_SERVICES_OTHER_GENERAL_SERVICES")
        names = [row.merchant if named else f"LUMEN STREAM {n}" for n, row in enumerate(rows)]
        return [msgspec.structs.replace(row, merchant=name, name=name) for row, name in zip(rows, names, strict=True)]

    daily, price = shop(every(1, 140), [1000 + 7 * n for n in range(140)]), shop(every(7, 20), "4.50")
    assert found(daily, price) == ()
    assert len(only(daily[::5], price).transaction_ids) == 20
