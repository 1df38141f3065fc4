"""What the banks' answers say of months and cards: T1 to T3 and T8 to T11 of docs/trends.md."""

from datetime import UTC, date, datetime, timedelta

import pytest
from core.making import CARD, CHECKING, LOAN, TODAY, account, row
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.capsule import MOST, CardId, MonthSums
from keepless.core.cashflow import monthly
from keepless.core.models import BankRef, BankSnapshot
from keepless.core.periods import month_of
from keepless.core.spending import analyse, each_once
from keepless.core.trends import read

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
START = date(2024, 11, 23)
DAYS = (TODAY - START).days


def bank(*rows, item="item-1", institution="ins_1", accounts=(CHECKING,), **told):
    rows = sorted(rows, key=lambda each: each.posted, reverse=True)
    given_ = {"start": START, "end": TODAY, "fetched_at": NOON, **told}
    ref = BankRef(item, institution, "First Bank")
    return BankSnapshot(bank=ref, accounts=tuple(accounts), transactions=rows, **given_)


def on(day, amount, category="TRAVEL_FLIGHTS", **fields):
    return row(amount, category, date=day, posted=fields.pop("posted", day), **fields)


def months(*banks, today=TODAY, **options):
    return {month: known for (_, month), known in read(banks, today, **options).months.items()}


def card(**told):
    return account("card", "credit", **{"name": "Blue Card", "mask": "1234", "current": 50_00, "limit": 200_00, **told})


def figures(*banks, today=TODAY):
    return {month: figure for (_, month), figure in read(banks, today).cards.items()}


def charge(day, amount, **fields):
    return on(day, amount, account_id="card", **fields)


FIRST, SECOND, THIRD = date(2026, 9, 1), date(2026, 10, 3), date(2026, 11, 4)
KINDS = [
    "TRAVEL_FLIGHTS",
    "INCOME_WAGES",
    "LOAN_PAYMENTS_CAR_PAYMENT",
    "TRANSFER_OUT_WITHDRAWAL",
    "",
    "TRANSFER_IN_SAVINGS",
]
ROWS = st.lists(
    st.builds(
        lambda ago, amount, kind, currency, who: on(
            TODAY - timedelta(days=ago), amount, kind, currency=currency, account_id=who
        ),
        st.integers(0, DAYS),
        st.integers(-(10**6), 10**6),
        st.sampled_from(KINDS),
        st.sampled_from(["USD", "EUR"]),
        st.sampled_from(["checking", "card", "loan"]),
    ),
    max_size=30,
)


@given(ROWS)
def test_t1_the_months_are_those_of_the_spending_pages(rows):
    accounts = (CHECKING, CARD, LOAN)
    known = months(bank(*rows, accounts=accounts))
    for currency, analysis in analyse(each_once(rows), accounts).currencies.items():
        for flow in monthly(analysis):
            sums = known[flow.month].sums.get(
                currency, MonthSums(spent=0, income=0, debt_payments=0, cash=0, by_category={})
            )
            assert (sums.spent, sums.income, sums.debt_payments, sums.cash) == (
                flow.spent,
                flow.income,
                flow.debt_payments,
                flow.cash,
            )
            assert sum(sums.by_category.values()) == sums.spent
        by_category = {category: spent for category, spent in analysis.by_category.items() if spent}
        added = {}
        for month in known.values():
            for category, spent in month.sums[currency].by_category.items() if currency in month.sums else ():
                added[category] = added.get(category, 0) + spent
        assert {category: spent for category, spent in added.items() if spent} == by_category


def test_t1_a_row_belongs_to_the_day_it_happened_and_currencies_stay_apart():
    known = months(bank(on(FIRST, 1_00), on(date(2026, 9, 30), 7_00, posted=SECOND), on(SECOND, 3_00, currency="EUR")))
    assert known["2026-09"].sums["USD"].spent == 8_00
    assert known["2026-10"].sums.keys() == {"EUR"}


def test_t2_a_bank_is_known_from_its_first_row_on_where_it_hands_out_less_than_was_asked_for():
    known = months(bank(on(date(2026, 9, 12), 5_00)))
    assert {month: each.days for month, each in known.items()} == {"2026-09": 19, "2026-10": 31, "2026-11": 21}


def test_t2_a_reading_that_begins_within_a_month_knows_that_month_in_part_only():
    known = months(bank(on(date(2024, 11, 20), 5_00, posted=START), on(START, 1_00), on(date(2024, 12, 2), 2_00)))
    assert known["2024-11"].days == 8
    assert known["2024-11"].sums["USD"].spent == 1_00  # of the row before the first day nothing more is known
    assert known["2024-12"].days == 31


def test_t2_a_month_without_a_row_in_between_is_known_to_be_zero():
    known = months(bank(on(FIRST, 5_00), on(THIRD, 5_00)))
    assert known["2026-10"].sums == {}
    assert known["2026-10"].days == 31


def test_t2_a_bank_without_a_row_says_nothing_of_any_month():
    assert months(bank()) == {}


def test_t3_this_month_is_not_whole_before_it_is_over():
    october = bank(on(SECOND, 5_00), fetched_at=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    assert months(bank(on(date(2026, 10, 1), 1_00)), today=date(2026, 11, 1))["2026-10"].days == 31
    assert months(october, today=date(2026, 10, 31))["2026-10"].days == 31 - 2 - 1
    assert months(bank(on(THIRD, 1_00)))["2026-11"].days == 18


def test_t3_a_copy_knows_what_was_over_when_it_was_made():
    copy = bank(on(FIRST, 5_00), fetched_at=NOON - timedelta(days=30))
    assert {month: each.days for month, each in months(copy).items()} == {"2026-09": 30, "2026-10": 22}
    assert months(copy)["2026-10"].as_of == NOON - timedelta(days=30)


def test_t8_the_logins_at_one_bank_are_told_together_as_of_the_earlier_reading():
    one = bank(on(FIRST, 5_00))
    two = bank(on(SECOND, 3_00), item="item-2", fetched_at=NOON - timedelta(hours=1))
    known = months(one, two)
    assert known["2026-10"].sums["USD"].spent == 3_00
    assert known["2026-10"].days == 29
    assert known["2026-09"].days == 0  # the second says nothing of it
    assert known["2026-10"].as_of == NOON - timedelta(hours=1)


def test_t8_a_bank_of_which_a_login_failed_knows_no_day_whole():
    known = months(bank(on(FIRST, 5_00)), partly={"ins_1"})
    assert {each.days for each in known.values()} == {0}
    assert known["2026-09"].sums["USD"].spent == 5_00


def test_t9_what_is_no_sum_of_money_or_no_code_is_left_out():
    known = months(bank(on(FIRST, MOST + 1), on(SECOND, 1_00, "T" * 65), on(THIRD, MOST)))
    assert known.keys() == {"2026-11"}
    assert read([bank(on(FIRST, 1_00), institution="i" * 65)], TODAY).months == {}


def test_a_row_in_the_future_is_of_no_month_yet():
    assert months(bank(on(FIRST, 1_00), on(TODAY + timedelta(days=30), 5_00))).keys() == {
        "2026-09",
        "2026-10",
        "2026-11",
    }


def test_pending_twins_count_once_also_across_a_months_end():
    pending = on(date(2026, 10, 31), 9_00, pending=True, id="p")
    booked = on(date(2026, 11, 2), 9_50, replaces="p")
    known = months(bank(on(FIRST, 1_00), pending, booked))
    assert known["2026-10"].sums == {}
    assert known["2026-11"].sums["USD"].spent == 9_50


# --- cards -----------------------------------------------------------------------------------------------------------


def test_a_card_is_seen_today_and_worked_back_for_the_months_before():
    known = figures(
        bank(charge(FIRST, 1_00), charge(SECOND, 10_00), charge(THIRD, 4_00), charge(THIRD, -30_00), accounts=[card()])
    )
    assert {month: (each.day, each.balance, each.seen) for month, each in known.items()} == {
        "2026-11": (TODAY, 50_00, True),
        "2026-10": (date(2026, 10, 31), 76_00, False),
        "2026-09": (date(2026, 9, 30), 66_00, False),
    }


def test_t11_pending_rows_and_those_of_other_accounts_are_not_taken_off():
    rows = [charge(FIRST, 1_00), charge(THIRD, 4_00, pending=True), on(THIRD, 7_00)]
    assert figures(bank(*rows, accounts=[card(), CHECKING]))["2026-10"].balance == 50_00


def test_t11_a_row_counts_on_the_day_it_was_booked():
    late = charge(date(2026, 10, 30), 5_00, posted=date(2026, 11, 2))
    assert figures(bank(charge(FIRST, 1_00), late, accounts=[card()]))["2026-10"].balance == 45_00


def test_t11_before_a_row_in_another_currency_nothing_is_known():
    rows = [charge(date(2026, 8, 1), 1_00), charge(SECOND, 5_00, currency="EUR"), charge(THIRD, 4_00)]
    known = figures(bank(*rows, accounts=[card()]))
    assert {month: each.balance for month, each in known.items()} == {"2026-11": 50_00, "2026-10": 46_00}


def test_t11_nothing_is_worked_back_where_a_row_could_not_be_read():
    assert figures(bank(charge(FIRST, 1_00), accounts=[card()], unreadable=1)).keys() == {"2026-11"}


def test_t11_what_comes_out_below_zero_stays_so():
    assert figures(bank(charge(FIRST, 1_00), charge(THIRD, 60_00), accounts=[card()]))["2026-10"].balance == -10_00


@pytest.mark.parametrize(
    ("told", "balance", "limit"),
    [
        ({"current": -5_00}, -5_00, 200_00),
        ({"current": None, "available": 150_00}, 50_00, 200_00),
        ({"limit": None}, 50_00, None),
        ({"limit": 0}, 50_00, None),
    ],
)
def test_what_is_owed_is_what_the_credit_page_says(told, balance, limit):
    (figure,) = figures(bank(accounts=[card(**told)])).values()
    assert (figure.balance, figure.limit) == (balance, limit)


def test_a_card_whose_balance_is_not_told_has_no_figure():
    assert figures(bank(charge(FIRST, 1_00), accounts=[card(current=None, limit=None)])) == {}


def test_a_copys_card_was_seen_when_the_copy_was_made():
    (figure,) = figures(bank(accounts=[card()], fetched_at=NOON - timedelta(days=30))).values()
    assert figure.day == date(2026, 10, 23)


def test_t10_a_card_is_known_again_when_its_bank_was_connected_anew():
    before = read([bank(accounts=[card()])], TODAY)
    again = read(
        [bank(accounts=[account("other-id", "credit", name="Blue Card", mask="1234", current=1)], item="new")], TODAY
    )
    assert before.cards.keys() == again.cards.keys() == {(CardId("ins_1", "Blue Card", "1234", "USD"), "2026-11")}


def test_t10_cards_that_nothing_tells_apart_are_told_as_one():
    twin = account("twin", "credit", name="Blue Card", mask="1234", current=10_00, limit=100_00)
    known = figures(
        bank(charge(FIRST, 1_00), charge(THIRD, 5_00), on(THIRD, 2_00, account_id="twin"), accounts=[card(), twin])
    )
    assert (known["2026-11"].balance, known["2026-11"].limit) == (60_00, 300_00)
    assert known["2026-10"].balance == 53_00
    without = account("twin", "credit", name="Blue Card", mask="1234", current=10_00)
    assert figures(bank(accounts=[card(), without]))["2026-11"].limit is None


@given(ROWS)
def test_t11_a_figure_worked_back_is_the_balance_that_was_seen_that_day(rows):
    """Days played forward: what the card owed at each month's end is what is worked back from the last day."""
    rows = [charge(each.date, each.amount) for each in rows]
    owed = sum(each.amount for each in rows)
    known = figures(bank(*rows, accounts=[card(current=owed)]))
    for month, figure in known.items():
        assert figure.balance == sum(each.amount for each in rows if each.date <= figure.day), month


def test_names_are_cut_and_months_are_of_their_day():
    read_ = read([bank(accounts=[card(name="x" * 300)])], TODAY)
    ((key, month),) = read_.cards
    assert len(key.name) == 100
    assert month == month_of(TODAY)
