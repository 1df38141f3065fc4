import contextlib
import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.adapters.plaid import mapping, pages, terms, wire
from keepless.adapters.plaid.shapes import Rows
from keepless.core.models import Account, CardTerms, LoanTerms, Transaction
from keepless.errors import PlaidFault

ROW: dict[str, Any] = {
    "transaction_id": "t1",
    "account_id": "a1",
    "amount": 12.34,
    "iso_currency_code": "USD",
    "unofficial_currency_code": None,
    "date": "2026-11-20",
    "authorized_date": "2026-11-18",
    "name": "BLUE BOTTLE 0012",
    "merchant_name": "Blue Bottle",
    "personal_finance_category": {
        "primary": "FOOD_AND_DRINK",
        "detailed": "FOOD_AND_DRINK_COFFEE",
        "confidence_level": "HIGH",
    },
    "pending": False,
    "pending_transaction_id": "t0",
    "payment_channel": "in store",
}


def read(*rows: Any, **whole: Any) -> pages.Page:
    body = {"total_transactions": len(rows), "transactions": list(rows), "accounts": [], **whole}
    return pages.reader({})(msgspec.json.encode(body))


def one(**changes: Any) -> Transaction:
    return read(ROW | changes).transactions[0]


def test_a_row_is_mapped_field_by_field():
    pending = False
    assert one() == Transaction(
        "t1",
        "a1",
        1234,
        "USD",
        dt.date(2026, 11, 18),
        dt.date(2026, 11, 20),
        "BLUE BOTTLE 0012",
        "Blue Bottle",
        "FOOD_AND_DRINK",
        "FOOD_AND_DRINK_COFFEE",
        pending,
        "t0",
    )


@given(st.integers(-(10**15), 10**15), st.sampled_from([("USD", 2), ("JPY", 0), ("KWD", 3)]))
def test_an_amount_is_exact_to_the_minor_unit(minor: int, currency: tuple[str, int]):
    code, decimals = currency
    amount = str(Decimal(minor).scaleb(-decimals))
    body = msgspec.json.encode({"total_transactions": 1, "transactions": [ROW | {"iso_currency_code": code}]})
    body = body.replace(b"12.34", amount.encode())
    assert pages.reader({})(body).transactions[0].amount == minor


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"merchant_name": None}, "merchant", "BLUE BOTTLE 0012"),
        ({"name": None}, "name", "Blue Bottle"),
        ({"authorized_date": None}, "date", dt.date(2026, 11, 20)),
        ({"date": None}, "posted", dt.date(2026, 11, 18)),
        ({"personal_finance_category": None}, "primary", ""),
        ({"personal_finance_category": {"primary": "NEW_ONE", "detailed": None}}, "detailed", ""),
        ({"personal_finance_category": {"primary": "NEW_ONE"}}, "primary", "NEW_ONE"),
        ({"pending": None}, "pending", False),
        ({"pending": True}, "pending", True),
        ({"pending_transaction_id": None}, "replaces", None),
        ({"iso_currency_code": None, "unofficial_currency_code": "BTC"}, "currency", "BTC"),
        ({"iso_currency_code": None}, "currency", "XXX"),
        ({"amount": -3}, "amount", -300),
    ],
)
def test_nulls_and_values_of_tomorrow_are_taken_as_they_are(changes: dict[str, Any], field: str, expected: object):
    assert getattr(one(**changes), field) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"transaction_id": None},
        {"transaction_id": 7},
        {"account_id": ""},
        {"amount": None},
        {"amount": "many"},
        {"amount": "NaN"},
        {"amount": "Infinity"},
        {"amount": 1e300},
        {"date": None, "authorized_date": None},
        {"date": "2026-02-30"},
        {"personal_finance_category": ["FOOD"]},
        {"name": {"text": "x"}},
    ],
)
def test_a_row_that_makes_no_sense_is_left_out_and_counted(changes: dict[str, Any]):
    page = read(ROW, ROW | {"transaction_id": "t2"} | changes, ROW | {"transaction_id": "t3"})
    assert [row.id for row in page.transactions] == ["t1", "t3"]
    assert (page.unreadable, page.count) == (1, 3)


@pytest.mark.parametrize("row", [None, 7, "text", []])
def test_a_row_that_is_no_row_is_left_out_and_counted(row: object):
    page = read(row, ROW)
    assert (len(page.transactions), page.unreadable) == (1, 1)


def test_a_page_of_which_no_row_can_be_read_is_a_bad_answer():
    with pytest.raises(PlaidFault, match="BAD_ANSWER"):
        read({"id": 1}, {"id": 2})


@pytest.mark.parametrize("whole", [{"total_transactions": None}, {"transactions": {}}, {"total_transactions": "5"}])
def test_a_page_that_is_no_page_is_a_bad_answer(whole: dict[str, Any]):
    with pytest.raises(PlaidFault, match="BAD_ANSWER"):
        read(ROW, **whole)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from([*ROW, "transactions", "accounts", "total_transactions"]), inner, max_size=6
            )
        ),
    )
)
def test_no_answer_whatever_raises_anything_but_a_fault(answer: object):
    with contextlib.suppress(PlaidFault):
        pages.reader({})(msgspec.json.encode(answer))


def test_equal_texts_and_days_are_one_object_over_all_pages():
    reader = pages.reader({})
    body = msgspec.json.encode({"total_transactions": 1, "transactions": [ROW]})
    first, second = reader(body).transactions[0], reader(body).transactions[0]
    assert first.primary is second.primary
    assert first.merchant is second.merchant
    assert first.date is second.date


def accounts_of(*rows: Any) -> tuple[list[Account], int]:
    found, misshapen = wire.account_rows(msgspec.Raw(msgspec.json.encode(list(rows))))
    mapped, lost = mapping.accounts(found)
    return mapped, misshapen + lost


def test_a_balance_that_the_bank_does_not_tell_is_none_and_not_zero():
    (account,), lost = accounts_of(
        {"account_id": "a1", "name": "Card", "type": "credit", "balances": {"current": 0, "iso_currency_code": "USD"}}
    )
    assert (account.current, account.available, account.limit, lost) == (0, None, None, 0)


@pytest.mark.parametrize("row", [{}, {"account_id": None}, {"account_id": 1}, "x", {"account_id": "a", "balances": 3}])
def test_an_account_that_makes_no_sense_is_left_out_and_counted(row: object):
    assert accounts_of(row, {"account_id": "a1"}) == (accounts_of({"account_id": "a1"})[0], 1)


def test_an_account_with_nothing_but_an_id_is_still_shown():
    (account,), _ = accounts_of({"account_id": "a1", "balances": None, "official_name": "Long name"})
    assert account == Account(
        id="a1",
        name="Long name",
        mask=None,
        type="other",
        subtype=None,
        currency="XXX",
        current=None,
        available=None,
        limit=None,
        official_name="Long name",
    )


def test_an_account_with_a_wrong_shape_does_not_cost_the_page():
    page = read(ROW, accounts=[{"account_id": 5}, {"account_id": "a1"}])
    assert ([account.account_id for account in page.accounts], page.lost_accounts) == (["a1"], 1)


def test_terms_of_a_card_are_in_minor_units_of_its_account():
    rows, _ = wire.credit_rows(
        msgspec.Raw(
            b'[{"account_id":"a1","aprs":[{"apr_type":"penalty_apr","apr_percentage":24.99,"balance_subject_to_apr":null,'
            b'"interest_charge_amount":1.5},{"apr_type":"x","apr_percentage":null}],"is_overdue":null,'
            b'"minimum_payment_amount":20,"next_payment_due_date":"2026-12-01"},{"account_id":null}]'
        )
    )
    cards, lost = mapping.cards(rows, {"a1": "JPY"})
    assert lost == 1
    assert cards[0].aprs[0].basis_points == 2499
    assert len(cards[0].aprs) == 1
    assert cards[0] == CardTerms(
        account_id="a1", aprs=cards[0].aprs, minimum_payment=20, next_due=dt.date(2026, 12, 1), is_overdue=None
    )


@pytest.mark.parametrize("figure", ["1e999", "1E+30", "9" * 40])
def test_a_rate_out_of_all_range_costs_its_row_and_never_becomes_a_figure(figure: str):
    apr = f'{{"account_id": "c", "aprs": [{{"apr_type": "purchase_apr", "apr_percentage": {figure}}}]}}'
    loan = f'{{"account_id": "s", "interest_rate_percentage": {figure}}}'
    read = terms.read(f'{{"accounts": [], "liabilities": {{"credit": [{apr}], "student": [{loan}]}}}}'.encode())
    assert (read.cards, read.loans, read.unreadable) == ((), (), 2)


def test_a_mortgage_is_overdue_where_an_amount_is_past_due():
    rows, _ = wire.mortgage_rows(
        msgspec.Raw(
            b'[{"account_id":"a1","past_due_amount":10,"interest_rate":{"percentage":3.125}},'
            b'{"account_id":"a2","past_due_amount":0},{"account_id":"a3"}]'
        )
    )
    loans, _ = mapping.mortgages(rows, {})
    assert [loan.is_overdue for loan in loans] == [True, False, None]
    assert loans[0].basis_points == 312


def test_a_student_loan_without_a_rate_is_still_shown():
    rows, _ = wire.student_rows(msgspec.Raw(b'[{"account_id":"a1","loan_name":"Direct"}]'))
    assert mapping.students(rows, {})[0] == [LoanTerms(account_id="a1", kind="student", name="Direct")]


@pytest.mark.parametrize("rows", [wire.credit_rows, wire.student_rows, wire.mortgage_rows])
def test_terms_that_are_null_are_none_at_all(rows: Rows[Any]):
    assert rows(msgspec.Raw(b"null")) == ([], 0)
