import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepless.sandbox import custom, custom_json
from keepless.sandbox.custom_json import BadCustomUser
from keepless.sandbox.household import Household
from keepless.sandbox.subtypes import SUBTYPES

TODAY = date(2026, 11, 22)


def played(*accounts, **top):
    return custom.household("someone", json.dumps({"override_accounts": list(accounts), **top}), TODAY)


def refused(*accounts, **top):
    with pytest.raises(BadCustomUser) as problem:
        played(*accounts, **top)
    return str(problem.value)


def row(**fields):
    usual = {"date_transacted": "2026-11-01", "date_posted": "2026-11-02", "amount": 10, "description": "Corner Cafe"}
    return {"transactions": [usual | fields]}


def card(**fields):
    return {"type": "credit", "subtype": "credit card", **fields}


# What it makes of a user


def test_a_row_keeps_its_dates_its_exact_amount_and_its_currency():
    (found,) = played(row(amount=12.10, currency="EUR")).rows
    assert (found.transacted, found.posted) == (date(2026, 11, 1), date(2026, 11, 2))
    assert (found.amount, found.currency) == (Decimal("12.1"), "EUR")
    assert (found.merchant, found.category.detailed) == (None, "FOOD_AND_DRINK_COFFEE")


def test_a_row_speaks_the_currency_of_its_account_unless_it_says_otherwise():
    assert played({"currency": "CAD", **row()}).rows[0].currency == "CAD"


def test_a_row_to_be_posted_tomorrow_is_pending_today():
    (found,) = played(row(date_posted=str(TODAY + timedelta(days=1)))).rows
    assert found.posted > TODAY
    assert found.shown_date(TODAY) == found.transacted


def test_one_date_stands_in_for_the_other():
    assert played(row(date_posted=None)).rows[0].posted == date(2026, 11, 1)
    assert played(row(date_transacted=None)).rows[0].transacted == date(2026, 11, 2)


def test_rows_without_an_amount_or_a_date_are_left_out_and_noted():
    found = played({"transactions": [{}, {"amount": 5}, *row()["transactions"]]})
    assert len(found.rows) == 1
    assert found.notes == ("override_accounts[0].transactions: 2 without an amount or a date left out",)


def test_rows_come_newest_first():
    found = played(
        {"transactions": [*row(date_posted="2026-11-03")["transactions"], *row(date_posted=None)["transactions"]]}
    )
    assert [each.posted.day for each in found.rows] == [3, 1]


def test_an_account_that_says_nothing_is_an_empty_checking_account():
    (found,) = played({}).accounts
    assert (found.type, found.subtype, found.current, found.available) == ("depository", "checking", 0, 0)


def test_an_available_balance_can_be_forced_or_withheld():
    assert played({"starting_balance": 9, "force_available_balance": 4}).accounts[0].available == 4
    assert played({"starting_balance": 9, "has_null_available_balance": True}).accounts[0].available is None


def test_a_cards_available_credit_is_its_limit_less_what_is_owed():
    assert played(card(starting_balance=400, meta={"limit": 1000})).accounts[0].available == 600
    assert played(card(starting_balance=400)).accounts[0].available is None


def test_an_account_keeps_its_names_and_its_mask():
    meta = {"name": "Girokonto", "official_name": "Everyday account", "mask": "a7"}
    (found,) = played({"meta": meta}).accounts
    assert (found.name, found.official_name, found.mask) == ("Girokonto", "Everyday account", "a7")
    assert played({"meta": {"mask": ""}}).accounts[0].mask is None


@pytest.mark.parametrize(("kind", "subtype"), [(kind, each) for kind in SUBTYPES for each in sorted(SUBTYPES[kind])])
def test_every_subtype_of_plaid_is_served(kind, subtype):
    (found,) = played({"type": kind, "subtype": subtype}).accounts
    assert found.subtype == subtype
    assert found.type == ("other" if kind == "payroll" else kind)


def test_a_cards_terms_are_those_given():
    liability = {
        "type": "credit",
        "purchase_apr": 16.99,
        "cash_apr": 24.99,
        "is_overdue": True,
        "last_payment_amount": 250,
    }
    terms = played(card(starting_balance=80, liability=liability)).accounts[0].liability
    assert [(apr["apr_type"], apr["apr_percentage"]) for apr in terms["aprs"]] == [
        ("purchase_apr", Decimal("16.99")),
        ("cash_apr", Decimal("24.99")),
    ]
    assert terms["is_overdue"]
    assert terms["last_payment_date"] < terms["next_payment_due_date"] < TODAY
    assert terms["last_statement_balance"] == 80


def test_a_student_loan_owes_its_principal_where_no_balance_is_given():
    liability = {
        "type": "student",
        "principal": 12000,
        "nominal_apr": 0,
        "origination_date": "2024-01-31",
        "repayment_model": {"type": "standard", "non_repayment_months": 1, "repayment_months": 120},
    }
    (loan,) = played({"type": "loan", "subtype": "student", "liability": liability}).accounts
    assert loan.current == 12000
    assert loan.liability["minimum_payment_amount"] == 100
    assert loan.liability["expected_payoff_date"] == date(2034, 2, 28)
    assert loan.liability["next_payment_due_date"] == date(2026, 11, 30)


def test_a_monthly_income_comes_in_on_its_day_for_24_months():
    model = {"type": "monthly-income", "income_amount": 3000, "payment_day_of_month": "last", "transaction_name": "PAY"}
    found = played({"inflow_model": model}).rows
    assert len(found) == 24
    assert {each.amount for each in found} == {-3000}
    assert found[0].posted == date(2026, 10, 31)
    assert all((each.posted + timedelta(days=1)).day == 1 for each in found)
    assert found[0].category.detailed == "INCOME_SALARY"


def test_an_interest_only_payment_is_a_twelfth_of_a_years_interest():
    model = {"type": "monthly-interest-only-payment", "payment_day_of_month": 15}
    found = played(card(starting_balance=1200, liability={"purchase_apr": 20}, inflow_model=model)).rows
    assert {each.amount for each in found} == {-20}
    assert {each.posted.day for each in found} == {15}


def test_a_balance_payment_pays_what_was_charged_up_to_the_statement():
    model = {"type": "monthly-balance-payment", "payment_day_of_month": 20, "statement_day_of_month": 5}
    charges = [
        {"date_posted": "2026-11-05", "amount": 30},
        {"date_posted": "2026-10-06", "amount": 12},
        {"date_posted": "2026-11-06", "amount": 99},
    ]
    payments = [each for each in played(card(transactions=charges, inflow_model=model)).rows if each.amount < 0]
    assert [(each.amount, each.posted) for each in payments] == [(-42, date(2026, 11, 20))]


def test_dates_roll_forward_until_the_newest_is_today():
    old = {"transactions": [*row(date_transacted="2020-01-01", date_posted="2020-01-05")["transactions"]]}
    (found,) = played(old, roll_dates_forward=True).rows
    assert (found.transacted, found.posted) == (TODAY - timedelta(days=4), TODAY)


def test_a_forced_error_is_what_linking_answers():
    assert played({}, force_error="ITEM_LOCKED").force_error == "ITEM_LOCKED"
    assert played().force_error == "NO_ACCOUNTS"


def test_what_is_not_played_is_noted_and_what_is_unknown_is_ignored():
    found = played({"identity": {"names": ["Sam Sample"]}, "colour": "blue"}, mfa={"type": "device"}, weather="fine")
    assert found.notes == ("mfa is not played", "override_accounts[0].identity is not played")


# What it refuses, and how it says so


@pytest.mark.parametrize(
    ("account", "field"),
    [
        ({"type": "castle"}, "override_accounts[0].type"),
        ({"type": "credit", "subtype": "checking"}, "override_accounts[0].subtype"),
        ({"starting_balance": "much"}, "override_accounts[0].starting_balance"),
        ({"starting_balance": 1e12}, "override_accounts[0].starting_balance"),
        ({"starting_balance": "NaN"}, "override_accounts[0].starting_balance"),
        ({"starting_balance": 1e-9}, "override_accounts[0].starting_balance"),
        ({"force_available_balance": 1, "has_null_available_balance": True}, "force_available_balance"),
        ({"meta": {"mask": "12345"}}, "override_accounts[0].meta.mask"),
        ({"meta": {"limit": "Infinity"}}, "override_accounts[0].meta.limit"),
        ({"currency": "dollars"}, "override_accounts[0].currency"),
        (row(currency="€"), "override_accounts[0].transactions[0].currency"),
        (row(amount=[]), "override_accounts[0].transactions[0].amount"),
        (row(date_posted="2026-02-30"), "override_accounts[0].transactions[0].date_posted"),
        (row(date_posted="2026-10-31"), "override_accounts[0].transactions[0].date_posted"),
        (row(description=7), "override_accounts[0].transactions[0].description"),
        (card(liability={"purchase_apr": -1}), "override_accounts[0].liability.purchase_apr"),
        ({"inflow_model": {"type": "rain"}}, "override_accounts[0].inflow_model.type"),
        ({"inflow_model": {"type": "monthly-income"}}, "override_accounts[0].inflow_model.income_amount"),
        ({"inflow_model": {"type": "monthly-balance-payment"}}, "override_accounts[0].inflow_model.type"),
        (
            {"inflow_model": {"type": "monthly-income", "income_amount": 1, "payment_day_of_month": 29}},
            "override_accounts[0].inflow_model.payment_day_of_month",
        ),
        (
            {"type": "loan", "subtype": "student", "liability": {"repayment_model": {"repayment_months": 0.5}}},
            "override_accounts[0].liability.repayment_model.repayment_months",
        ),
        ([], "override_accounts[0]"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_the_name_of_its_field(account, field):
    assert field in refused(account)


def test_a_refusal_repeats_only_the_beginning_of_a_long_value():
    assert len(refused({"type": "x" * 100_000})) < 200


def test_a_date_that_leaves_the_calendar_is_refused():
    loan = {"origination_date": "9999-06-01", "repayment_model": {"repayment_months": 120}}
    assert "calendar" in refused({"type": "loan", "subtype": "student", "liability": loan})
    early = {"transactions": [{"date_posted": "0001-01-01", "amount": 1}, {"date_posted": "2100-01-01", "amount": 1}]}
    assert "calendar" in refused(early, roll_dates_forward=True)


def test_an_error_code_that_is_none_is_refused():
    assert "force_error" in refused({}, force_error="<script>")


def test_more_than_a_megabyte_is_refused_unread():
    with pytest.raises(BadCustomUser, match="at most 1,000,000"):
        custom.household("someone", b" " * (custom_json.MAX_BYTES + 1), TODAY)


def test_too_many_rows_and_too_many_accounts_are_refused():
    assert "transactions" in refused({"transactions": [{}] * (custom.MAX_ROWS + 1)})
    assert "accounts" in refused(*[{}] * (custom.MAX_ACCOUNTS + 1))


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"\xff\xfe", b"[" * 90_000, b'{"a":' * 50_000, "\ud800"])
def test_what_is_no_json_object_is_refused(raw):
    with pytest.raises(BadCustomUser):
        custom.household("someone", raw, TODAY)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIGURES = st.none() | st.integers(-10, 10_000) | st.decimals(-100, 100_000, places=2).map(float)
RATES = st.none() | st.integers(0, 40) | st.just(16.99)
DATES = st.none() | st.dates(date(2024, 1, 1), date(2027, 12, 31)).map(str)
TEXTS = st.none() | st.text(max_size=12) | st.sampled_from(["PAYROLL", "Corner Cafe", "TRANSFER"])
DAYS = st.none() | st.integers(1, 28) | st.just("last")
CURRENCIES = st.sampled_from([None, "USD", "EUR", "JPY"])


def some(**fields):
    """Any part of these fields, in any order."""
    return st.fixed_dictionaries({}, optional=fields)


DATED = ("date_transacted", "date_posted")


def in_order(row):
    """The row, booked no earlier than it happened."""
    if not all(row.get(day) for day in DATED):
        return row
    return row | dict(zip(DATED, sorted(row[day] for day in DATED), strict=True))


ROWS = some(date_transacted=DATES, date_posted=DATES, amount=FIGURES, description=TEXTS, currency=CURRENCIES).map(
    in_order
)
INCOMES = some(payment_day_of_month=DAYS, transaction_name=TEXTS).map(
    lambda model: model | {"type": "monthly-income", "income_amount": 2000}
)
PAYMENTS = some(
    type=st.sampled_from([None, "none", "monthly-balance-payment", "monthly-interest-only-payment"]),
    payment_day_of_month=DAYS,
    statement_day_of_month=DAYS,
    transaction_name=TEXTS,
)
LIABILITIES = some(
    type=st.sampled_from(["credit", "student"]),
    purchase_apr=RATES,
    nominal_apr=RATES,
    principal=FIGURES,
    origination_date=DATES,
    is_overdue=st.none() | st.booleans(),
    last_payment_amount=FIGURES,
    repayment_model=some(non_repayment_months=st.integers(0, 24), repayment_months=st.integers(0, 240)),
)


def accounts_of(kind, subtype, models):
    fields = some(
        starting_balance=FIGURES,
        force_available_balance=FIGURES,
        currency=CURRENCIES,
        meta=some(name=TEXTS, limit=FIGURES, mask=st.sampled_from([None, "", "1234"])),
        transactions=st.none() | st.lists(ROWS, max_size=4),
        liability=LIABILITIES,
        inflow_model=models,
    )
    return fields.map(lambda account: account | {"type": kind, "subtype": subtype})


ACCOUNTS = (
    accounts_of("depository", "checking", INCOMES)
    | accounts_of("credit", "credit card", PAYMENTS)
    | accounts_of("loan", "student", PAYMENTS)
)
LOGINS = st.fixed_dictionaries(
    {"override_accounts": st.lists(ACCOUNTS, min_size=1, max_size=3), "roll_dates_forward": st.booleans()}
)


@st.composite
def logins_with_one_thing_wrong(draw):
    """A good login in which one value, at any depth, is something else altogether."""
    login = draw(LOGINS)
    place = login
    while True:
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not place[key] or not isinstance(place[key], dict | list) or draw(st.integers(0, 4)) == 0:
            break
        place = place[key]
    place[key] = draw(JUNK)
    return login


def household_or_refusal(raw):
    try:
        return custom.household("someone", raw, TODAY)
    except BadCustomUser as problem:
        return str(problem)


@given(LOGINS)
@settings(max_examples=150, deadline=None)
def test_every_good_login_is_played_row_by_row(login):
    found = custom.household("someone", json.dumps(login), TODAY)
    given_rows = [row for account in login["override_accounts"] for row in account.get("transactions") or ()]
    whole = [row for row in given_rows if row.get("amount") is not None and any(row.get(day) for day in DATED)]
    assert sum("inflow" not in each.key for each in found.rows) == len(whole)
    assert len({each.key for each in found.rows}) == len(found.rows)
    assert {each.account for each in found.rows} <= {holding.key for holding in found.accounts}


@given(logins_with_one_thing_wrong())
@settings(max_examples=250, deadline=None)
def test_one_thing_wrong_gives_a_household_or_a_sentence(login):
    found = household_or_refusal(json.dumps(login))
    assert isinstance(found, Household) or found.endswith(".")


@given(st.binary(max_size=200) | st.text(max_size=200))
@settings(deadline=None)
def test_any_text_gives_a_household_or_a_sentence(raw):
    assert isinstance(household_or_refusal(raw), Household | str)
