"""A dashboard is composed from what the banks answered: figures only, the same for the page and for the JSON."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.filters import TransactionFilter
from keepless.core.models import Account, Apr, BankProblem, BankRef, BankSnapshot, CardTerms, PlaidStream, Transaction
from keepless.core.periods import Period
from keepless.errors import InvalidField
from keepless.services.dashboards import build_dashboard, reading_range
from keepless.services.snapshots import Snapshots

TODAY = date(2026, 11, 22)
EVERYTHING = TransactionFilter(start=date(2026, 8, 25), end=TODAY)


def row(key, amount, day, **fields):
    defaults = {
        "id": key,
        "account_id": "checking",
        "amount": amount,
        "currency": "USD",
        "date": day,
        "posted": day,
        "name": "CORNER SHOP 12",
        "merchant": "Corner Shop",
        "primary": "FOOD_AND_DRINK",
        "detailed": "FOOD_AND_DRINK_GROCERIES",
        "pending": False,
        "replaces": None,
    }
    return Transaction(**(defaults | fields))


def account(key="checking", kind="depository", **fields):
    defaults = {
        "id": key,
        "name": key.title(),
        "mask": "1234",
        "type": kind,
        "subtype": "checking",
        "currency": "USD",
        "current": 100_00,
        "available": 90_00,
        "limit": None,
    }
    return Account(**(defaults | fields))


CHECKING = account()


def bank(*rows, accounts=(CHECKING,), item="item-1", **fields):
    return BankSnapshot(
        bank=BankRef(item, "ins_1", "Harbour Bank"),
        accounts=accounts,
        transactions=sorted(rows, key=lambda each: each.date, reverse=True),
        start=date(2026, 8, 25),
        end=TODAY,
        fetched_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
        **fields,
    )


def board_of(*rows, chosen=EVERYTHING, **fields):
    return build_dashboard(Snapshots(banks=(bank(*rows),)), TODAY, chosen, **fields)


def test_the_month_so_far_stands_beside_the_same_days_of_last_month():
    board = board_of(
        row("a", 60_00, date(2026, 11, 3)),
        row("b", 40_00, date(2026, 10, 22)),
        row("c", 500_00, date(2026, 10, 23)),  # after this day of last month: not compared
    )
    (dollars,) = board.spending
    assert dollars.month.spent == 60_00
    assert (dollars.comparison.now, dollars.comparison.before, dollars.comparison.change) == (60_00, 40_00, 500)
    assert dollars.period.spent == 600_00


def test_the_days_asked_for_reach_back_to_the_first_of_last_month_however_short_the_period():
    assert reading_range(Period.last_days(TODAY, 7), TODAY) == Period(date(2026, 10, 1), TODAY)
    assert reading_range(Period.last_days(TODAY, 90), TODAY).start == date(2026, 8, 25)


def test_rows_before_the_period_count_for_the_comparison_and_not_for_the_splits():
    board = board_of(
        row("a", 10_00, date(2026, 11, 20)),
        row("b", 30_00, date(2026, 10, 5)),
        chosen=TransactionFilter(start=date(2026, 11, 16), end=TODAY),
    )
    (dollars,) = board.spending
    assert dollars.period.spent == 10_00
    assert dollars.comparison.before == 30_00
    assert [each.id for each in board.transactions.items] == ["a"]


def test_a_pending_row_and_its_posted_twin_are_one_row_even_across_the_end_of_a_month():
    board = board_of(
        row("posted", 25_00, date(2026, 11, 1), replaces="waiting"),
        row("waiting", 25_00, date(2026, 10, 31), pending=True),
    )
    assert board.spending[0].period.spent == 25_00
    assert [each.id for each in board.transactions.items] == ["posted"]


def test_currencies_stand_apart_and_the_busiest_comes_first():
    board = board_of(
        row("a", 10_00, date(2026, 11, 2)),
        row("b", 10_00, date(2026, 11, 3)),
        row("c", 99_00, date(2026, 11, 4), currency="EUR"),
    )
    assert [(each.currency, each.month.spent) for each in board.spending] == [("USD", 20_00), ("EUR", 99_00)]


def test_a_currency_that_is_in_the_month_but_not_in_the_period_is_still_there():
    board = board_of(
        row("a", 10_00, date(2026, 11, 2)),
        chosen=TransactionFilter(start=date(2026, 9, 1), end=date(2026, 9, 30)),
    )
    (dollars,) = board.spending
    assert dollars.month.spent == 10_00
    assert dollars.period.spent == 0
    assert dollars.by_month == dollars.by_category == dollars.by_merchant == ()


def test_the_merchants_beyond_the_first_are_counted_and_summed():
    rows = [row(str(n), 100 + n, date(2026, 11, 2), merchant=f"Shop {n:02}") for n in range(15)]
    (dollars,) = board_of(*rows).spending
    assert len(dollars.by_merchant) == 12
    assert dollars.other_merchants == 3
    assert sum(each.spent for each in dollars.by_merchant) + dollars.other_merchants_spent == dollars.period.spent


@given(
    st.lists(
        st.tuples(st.integers(-9_999, 99_999), st.integers(0, 89), st.sampled_from("abcdefghijklmnop")), max_size=40
    )
)
def test_every_split_sums_to_what_was_spent(purchases):
    rows = [
        row(str(n), amount, date.fromordinal(TODAY.toordinal() - ago), merchant=merchant)
        for n, (amount, ago, merchant) in enumerate(purchases)
    ]
    for currency in board_of(*rows).spending:
        spent = currency.period.spent
        assert sum(each.spent for each in currency.by_category) == spent
        assert sum(each.spent for each in currency.by_account) == spent
        assert sum(each.spent for each in currency.by_month) == spent
        assert sum(each.spent for each in currency.by_merchant) + currency.other_merchants_spent == spent


def test_the_filter_chooses_transactions_and_leaves_the_sums_alone():
    board = board_of(
        row("a", 10_00, date(2026, 11, 2)),
        row("b", 5_00, date(2026, 11, 3), merchant="Ferry", primary="TRAVEL", detailed="TRAVEL_OTHER_TRAVEL"),
        chosen=msgspec.structs.replace(EVERYTHING, category="TRAVEL"),
    )
    assert [each.id for each in board.transactions.items] == ["b"]
    assert board.spending[0].period.spent == 15_00
    assert board.categories == ("FOOD_AND_DRINK", "TRAVEL")


def test_twenty_thousand_rows_are_shown_fifty_at_a_time():
    rows = [row(str(n), 1_00, date.fromordinal(TODAY.toordinal() - n % 90)) for n in range(20_000)]
    board = board_of(*rows, page=400)
    assert (len(board.transactions.items), board.transactions.pages, board.transactions.total) == (50, 400, 20_000)


def test_a_page_before_the_first_is_refused_by_name():
    with pytest.raises(InvalidField) as refusal:
        board_of(page=0)
    assert refusal.value.field == "page"


def test_cards_and_what_is_due_come_from_every_bank_and_problems_stand_beside_them():
    terms = CardTerms(
        account_id="card",
        aprs=(Apr(type="purchase_apr", basis_points=2499, balance=None, interest=None),),
        minimum_payment=35_00,
        next_due=date(2026, 11, 27),
    )
    card = account("card", "credit", current=400_00, limit=1000_00, subtype="credit card")
    problem = BankProblem(bank=BankRef("item-2", "ins_2", "Hill Bank"), code="TIMEOUT", retryable=True, action="retry")
    board = build_dashboard(
        Snapshots(banks=(bank(), bank(accounts=(card,), item="item-3", cards=(terms,))), problems=(problem,)),
        TODAY,
        EVERYTHING,
    )
    assert [each.utilisation for each in board.cards] == [400]
    assert [(each.name, each.days, each.amount) for each in board.due] == [("Card", 5, 35_00)]
    assert board.problems == (problem,)
    assert [each.item_id for each in board.banks] == ["item-1", "item-3"]


def test_what_a_bank_left_out_is_told():
    missing = bank(
        liabilities_problem="NO_LIABILITY_ACCOUNTS", transactions_problem="PRODUCTS_NOT_SUPPORTED", unreadable=2
    )
    (shown,) = build_dashboard(Snapshots(banks=(missing,)), TODAY, EVERYTHING).banks
    assert (shown.liabilities_problem, shown.transactions_problem, shown.unreadable) == (
        "NO_LIABILITY_ACCOUNTS",
        "PRODUCTS_NOT_SUPPORTED",
        2,
    )


def test_no_bank_that_answered_is_an_empty_dashboard_and_no_error():
    board = build_dashboard(Snapshots(), TODAY, TransactionFilter())
    assert board.period == Period(date(2026, 11, 1), TODAY)
    assert (board.spending, board.cards, board.due, board.transactions.total) == ((), (), (), 0)


def test_an_open_filter_has_the_days_that_the_banks_were_asked_for():
    assert board_of(chosen=TransactionFilter()).period == Period(date(2026, 8, 25), TODAY)


def test_a_dashboard_is_json_as_it_is():
    board = board_of(row("a", 10_00, date(2026, 11, 2)))
    told = msgspec.json.decode(msgspec.json.encode(board))
    assert told["today"] == "2026-11-22"
    assert told["spending"][0]["month"]["spent"] == 10_00
    assert told["transactions"]["items"][0]["amount"] == 10_00


def subscription(months=(8, 9, 10, 11), **fields):
    told = {"merchant": "Lumen", "primary": "ENTERTAINMENT", "detailed": "ENTERTAINMENT_MUSIC_AND_AUDIO", **fields}
    return [row(f"sub-{month}", 9_99, date(2026, month, 5), **told) for month in months]


def test_what_recurs_and_the_usual_month_are_of_all_rows_that_were_read():
    board = board_of(*subscription(), chosen=TransactionFilter(start=date(2026, 11, 1), end=TODAY))
    (series,) = board.recurring
    assert (series.merchant, series.frequency, len(series.transaction_ids)) == ("Lumen", "monthly", 4)
    (usual,) = board.usual
    assert (usual.currency, usual.month, usual.by_today, usual.months) == ("USD", 9_99, 9_99, 2)


def test_the_usual_month_is_of_spending_and_of_nothing_else():
    salary = [
        row(f"pay-{m}", -500_00, date(2026, m, 1), primary="INCOME", detailed="INCOME_SALARY") for m in (8, 9, 10)
    ]
    spent = [row(f"spent-{m}", 70_00, date(2026, m, 9), currency="EUR") for m in (8, 9, 10)]
    board = board_of(*salary, *spent)
    assert [(each.currency, each.month, each.months) for each in board.usual] == [("EUR", 70_00, 3)]


def test_plaids_own_view_of_what_recurs_reaches_the_dashboard():
    rows = subscription(primary="FOOD_AND_DRINK", detailed="FOOD_AND_DRINK_COFFEE")
    assert board_of(*rows).recurring == ()
    stream = PlaidStream(transaction_ids=tuple(each.id for each in rows), frequency="MONTHLY", is_active=True)
    board = build_dashboard(Snapshots(banks=(bank(*rows, streams=(stream,)),)), TODAY, EVERYTHING)
    assert [each.source for each in board.recurring] == ["plaid"]


def test_the_order_of_paying_is_over_the_cards_of_all_banks():
    def card_bank(name, basis_points):
        apr = Apr(type="purchase_apr", basis_points=basis_points, balance=None, interest=None)
        owing = account(name, "credit", current=400_00, subtype="credit card")
        return bank(accounts=(owing,), item=name, cards=(CardTerms(account_id=name, aprs=(apr,)),))

    board = build_dashboard(Snapshots(banks=(card_bank("low", 1999), card_bank("high", 2999))), TODAY, EVERYTHING)
    assert [(each.place, each.account_id) for each in board.pay_first] == [(1, "high"), (2, "low")]


def test_a_page_that_shows_no_outlook_pays_for_none():
    board = board_of(*subscription(), outlook=False)
    assert (board.recurring, board.usual, board.pay_first) == ((), (), ())
    assert board.spending == board_of(*subscription()).spending
