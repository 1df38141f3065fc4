"""Figures, dates and states in words: what the pages say of plain values."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.cashflow import MonthFlow, compare
from keepless.core.credit import card, due_next, loan, total_utilisation
from keepless.core.models import Account, Apr, CardTerms, LoanTerms
from keepless.core.money import to_decimal
from keepless.core.periods import Period
from keepless.services.dashboards import Bank, Spending, Totals
from keepless.web import billing, present
from keepless.web.months import month_bars, month_sentence, period_sentence
from keepless.web.sheets import bank_sheet, currency_sheet

TODAY = date(2026, 11, 22)


def credit(**fields):
    defaults = {
        "id": "card",
        "name": "Blue Card",
        "mask": "4427",
        "type": "credit",
        "subtype": "credit card",
        "currency": "USD",
        "current": 400_00,
        "available": 600_00,
        "limit": 1000_00,
    }
    return Account(**(defaults | fields))


def sheet_of(account, **terms):
    return billing.card_sheets([card(account, CardTerms(account_id="card", **terms), TODAY)], TODAY)[0]


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (124_050, "USD", "$1,240.50"),
        (-1200, "EUR", "−€12.00"),  # noqa: RUF001 a true minus
        (5, "GBP", "£0.05"),
        (-5, "USD", "−$0.05"),  # noqa: RUF001
        (1200, "JPY", "¥1,200"),
        (1234, "KWD", "KWD\u00a01.234"),
        (800, "CAD", "CAD\u00a08.00"),
        (800, "", "8.00"),
        (500_000, "BTC", "BTC\u00a00.005"),
        (12_00000000, "BTC", "BTC\u00a012.00"),
    ],
)
def test_money_is_written_in_its_own_currency_and_decimals(minor, currency, text):
    assert present.money(minor, currency) == text


@given(st.integers(-(10**12), 10**12), st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF", "CAD", "doge"]))
def test_money_reads_back_as_the_amount_it_was(minor, currency):
    text = present.money(minor, currency).replace(present.MINUS, "-")
    digits = "".join(letter for letter in text if letter.isdigit() or letter in "-.")
    assert Decimal(digits) == to_decimal(minor, currency)


def test_money_in_has_a_plus_and_money_out_is_plain():
    assert present.flow(42_10, "USD") == "$42.10"
    assert present.flow(-2_100_00, "USD") == "+$2,100.00"


def test_a_figure_nobody_knows_is_a_dash_and_not_zero():
    assert present.known_money(None, "USD") == present.UNKNOWN
    assert present.known_money(0, "USD") == "$0.00"


@pytest.mark.parametrize(
    ("points", "text"), [(2499, "24.99\u202f%"), (500, "5\u202f%"), (5, "0.05\u202f%"), (0, "0\u202f%")]
)
def test_a_rate_is_told_exactly(points, text):
    assert present.rate(points) == text


def test_a_day_has_its_year_only_where_it_is_another():
    assert present.day(date(2026, 3, 1), TODAY) == "1 March"
    assert present.day(date(2025, 12, 31), TODAY) == "31 December 2025"
    assert present.short_day(date(2025, 12, 31), TODAY) == "31 Dec 2025"


def test_a_moment_is_on_the_visitors_clock_or_says_that_it_is_utc():
    moment = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
    assert present.moment(moment, ZoneInfo("America/New_York")) == "21 November 2026, 22:30"
    assert present.moment(moment, None) == "22 November 2026, 03:30 UTC"


@pytest.mark.parametrize(
    ("days", "text"),
    [(0, "today"), (1, "tomorrow"), (5, "in 5 days"), (-1, "yesterday"), (-3, "3 days ago")],
)
def test_a_distance_in_days_is_said_as_people_say_it(days, text):
    assert present.in_days(days) == text


def test_names_are_joined_as_in_a_sentence():
    assert present.joined([]) == ""
    assert present.joined(["A"]) == "A"
    assert present.joined(["A", "B", "C"]) == "A, B and C"


@given(st.integers(-100, 10**9), st.integers(-100, 10**9))
def test_a_bar_is_never_shorter_than_nothing_or_longer_than_its_place(part, whole):
    assert 0 <= float(present.share_of(part, whole)) <= 100


@pytest.mark.parametrize(
    ("now", "before", "sentence"),
    [
        (92_00, 100_00, "spent so far, 8\u202f% less than by this day in October."),
        (108_00, 100_00, "spent so far, 8\u202f% more than by this day in October."),
        (100_10, 100_00, "spent so far, about as much as by this day in October."),
        (900_00, 100_00, "spent so far; by this day in October it was $100.00."),
        (92_00, 0, "spent so far; nothing was by this day in October."),
        (0, 0, "spent so far; nothing was by this day in October either."),
        (0, 100_00, "spent so far; by this day in October it was $100.00."),
        (-1, 100_00, "so far: more came back in refunds than was spent."),
        (92_00, -1, "spent so far; by this day in October more had come back than was spent."),
    ],
)
def test_the_sentence_beside_the_month_says_what_the_figure_means(now, before, sentence):
    days, days_before = Period.month_so_far(TODAY), Period.same_days_last_month(TODAY)
    assert month_sentence(compare("USD", now, before, days, days_before)) == sentence


@pytest.mark.parametrize(
    ("today", "then"),
    [
        (date(2027, 1, 1), "by this day in December"),
        (date(2026, 3, 28), "by this day in February"),
        (date(2026, 3, 31), "in the whole of February"),
    ],
)
def test_the_sentence_names_no_day_that_last_month_does_not_have(today, then):
    days, days_before = Period.month_so_far(today), Period.same_days_last_month(today)
    sentence = month_sentence(compare("USD", 92_00, 100_00, days, days_before))
    assert sentence == f"spent so far, 8\u202f% less than {then}."


def test_a_period_in_which_more_came_back_than_was_spent_says_so():
    assert period_sentence(92_00, "USD") == "$92.00 spent"
    assert period_sentence(-92_00, "USD") == "$92.00 more came back than was spent"


def test_a_month_that_the_period_has_in_part_is_named_with_its_days():
    flow = {"income": 0, "spent": 0, "debt_payments": 0, "cash": 0}
    rows = [MonthFlow(month=key, **flow) for key in ("2026-09", "2026-10", "2026-11")]
    bars = month_bars(rows, "USD", Period(date(2026, 9, 25), date(2026, 11, 1)))
    assert [bar.label for bar in bars] == ["1 Nov 2026", "Oct 2026", "25\u201330 Sep 2026"]


@pytest.mark.parametrize(
    ("subtype", "kind"), [("ira", "IRA"), ("401k", "401k"), ("credit card", "Credit card"), (None, "Credit")]
)
def test_a_kind_of_account_is_written_as_people_write_it(subtype, kind):
    assert present.account_kind(credit(subtype=subtype)) == kind


def test_a_card_over_the_mark_says_so_in_words():
    sheet = sheet_of(credit())
    assert sheet.use == "40\u202f% of $1,000.00 used, over the 30\u202f% mark"
    assert sheet.over
    assert sheet.width == "40.0"
    assert sheet_of(credit(current=300_00)).use == "30\u202f% of $1,000.00 used"


def test_a_card_over_its_limit_says_by_how_much():
    sheet = sheet_of(credit(current=1_050_00))
    assert sheet.use == "$50.00 over the limit of $1,000.00"
    assert sheet.width == "100.0"


def test_a_card_without_a_limit_has_no_bar_and_no_guess():
    sheet = sheet_of(credit(limit=None, available=None))
    assert sheet.use == "The bank does not tell a limit."
    assert sheet.width == ""


def test_a_card_that_was_paid_too_much_is_owed_to_its_holder():
    sheet = sheet_of(credit(current=-25_00))
    assert sheet.owed == "−$25.00"  # noqa: RUF001
    assert sheet.use == "The bank owes you this."
    assert sheet_of(credit(current=-25_00), next_due=date(2026, 11, 27)).state == ""


def test_overdue_is_the_banks_word():
    assert sheet_of(credit(), is_overdue=True, next_due=date(2026, 11, 18)).state == "Overdue since 18 November"
    assert sheet_of(credit(), is_overdue=True).state == "Overdue"
    # A date in the past without the bank's word is no reason to call anyone late.
    assert sheet_of(credit(), is_overdue=None, next_due=date(2026, 11, 18)).state == ""


def test_a_payment_within_a_week_is_said_beside_the_card():
    assert sheet_of(credit(), next_due=date(2026, 11, 27)).state == "Payment due in 5 days"
    assert sheet_of(credit(), next_due=date(2026, 11, 30)).state == ""
    assert sheet_of(credit(), next_due=date(2026, 11, 27), minimum_payment=0).state == ""


def test_a_card_tells_each_of_its_rates_and_what_the_bank_says_of_payments():
    terms = sheet_of(
        credit(),
        aprs=(
            Apr(type="purchase_apr", basis_points=2499, balance=None, interest=None),
            Apr(type="penalty_apr", basis_points=2999, balance=None, interest=None),
        ),
        last_statement_balance=380_00,
        last_statement_date=date(2026, 11, 1),
        minimum_payment=35_00,
        next_due=date(2026, 11, 27),
        last_payment_amount=50_00,
        last_payment_date=date(2026, 10, 20),
    ).terms
    told = {term.label: term.figure for term in terms}
    assert told["Statement of 1 Nov"] == "$380.00"
    assert told["Minimum payment"] == "$35.00"
    assert told["Due"] == "27 November"
    assert told["Last paid on 20 Oct"] == "$50.00"
    assert told["Purchases, a year"] == "24.99\u202f%"
    assert told["Other rate, a year"] == "29.99\u202f%"
    assert told["30 days' interest, if not paid"].startswith("about $8.")


def test_a_loan_tells_its_rate_and_its_next_payment():
    account = credit(id="loan", name="Student Loan", type="loan", subtype="student", limit=None, current=18_240_50)
    terms = LoanTerms(
        account_id="loan",
        kind="student",
        name="consolidation",
        basis_points=525,
        minimum_payment=318_40,
        next_due=TODAY,
    )
    (line,) = billing.loan_lines([loan(account, terms, TODAY)], TODAY)
    assert line.owed == "$18,240.50"
    assert line.state == "Payment due today"
    told = {term.label: term.figure for term in line.terms}
    assert (line.name, told["Type"], told["Rate"]) == ("Student Loan ··4427", "Consolidation", "5.25\u202f%")


def test_what_is_due_is_listed_with_overdue_first_and_an_unknown_amount_as_a_dash():
    cards = [
        card(credit(id=key), CardTerms(account_id=key, is_overdue=overdue, next_due=due, minimum_payment=amount), TODAY)
        for key, overdue, due, amount in (
            ("a", False, date(2026, 11, 23), None),
            ("b", True, date(2026, 11, 18), 35_00),
            ("c", True, date(2026, 12, 14), 25_00),
        )
    ]
    lines = billing.bill_lines(due_next(cards, (), TODAY), {"b": "Blue Card ··4427"}, TODAY)
    assert [(line.name, line.when, line.tone, line.amount) for line in lines] == [
        ("Blue Card ··4427", "overdue since 18 November", "bad", "$35.00"),
        ("Blue Card", "the bank calls it overdue; due 14 December", "bad", "$25.00"),
        ("Blue Card", "tomorrow, 23 November", "", present.UNKNOWN),
    ]


def test_the_use_of_all_cards_is_said_once_there_is_more_than_one():
    two = [card(credit(id=key), CardTerms(account_id=key), TODAY) for key in "ab"]
    unknown = card(credit(id="c", limit=None, available=None), CardTerms(account_id="c"), TODAY)
    assert billing.use_sentences(total_utilisation(two)) == ("40\u202f% of $2,000.00 used in all.",)
    assert billing.use_sentences(total_utilisation([*two, unknown])) == (
        "40\u202f% of $2,000.00 used in all, 1 card without a known limit aside.",
    )
    assert billing.use_sentences(total_utilisation(two[:1])) == ()


@pytest.mark.parametrize(
    ("missing", "note"),
    [
        ({}, ""),
        ({"transactions_problem": "PRODUCTS_NOT_SUPPORTED"}, "This bank gives Plaid no transactions."),
        ({"transactions_problem": "TIMEOUT"}, "Its transactions could not be read this time (TIMEOUT)."),
        ({"liabilities_problem": "NO_LIABILITY_ACCOUNTS"}, "This bank gives Plaid no terms of cards and loans."),
        ({"liabilities_problem": "TIMEOUT"}, "The terms of its cards and loans could not be read this time (TIMEOUT)."),
        ({"unreadable": 1}, "Left out because it made no sense: 1 entry."),
        ({"unreadable": 2}, "Left out because it made no sense: 2 entries."),
    ],
)
def test_what_a_bank_did_not_give_is_said_beside_its_accounts(missing, note):
    bank = Bank(
        item_id="item",
        institution_id="ins_1",
        name="Harbour Bank",
        fetched_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
        accounts=(credit(current=None, available=None),),
        **missing,
    )
    sheet = bank_sheet(bank, ZoneInfo("Europe/Lisbon"))
    assert sheet.note == note
    assert sheet.asked_at == "22 November 2026, 09:00"
    assert (sheet.accounts[0].balance, sheet.accounts[0].kind) == (present.UNKNOWN, "Credit card")


def test_the_facts_beside_the_month_name_cash_and_loans_only_where_there_are_some():
    days, days_before = Period.month_so_far(TODAY), Period.same_days_last_month(TODAY)

    def labels(**month):
        spending = Spending(
            currency="USD",
            month=Totals(**month),
            comparison=compare("USD", 0, 0, days, days_before),
            period=Totals(),
            by_month=(),
            by_category=(),
            by_merchant=(),
            other_merchants=0,
            other_merchants_spent=0,
            by_account=(),
        )
        return [fact.label for fact in currency_sheet(spending, days, {}, {}).facts]

    assert labels() == ["Income", "Left over"]
    assert labels(cash=20_00, debt_payments=5_00) == ["Income", "Loan payments", "Cash drawn", "Left over"]
