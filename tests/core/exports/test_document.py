"""Transactions as JSON: amounts that no reader turns into floats, balances beside them, and what is missing."""

import json
from decimal import Decimal

import msgspec
import pytest
from core.making import account, row
from hypothesis import given
from support.exporting import BANK, content, odd_rows, read_json

from keepless.core.exports import document
from keepless.core.exports.content import Missing
from keepless.core.exports.document import ExportDocument
from keepless.core.models import BankRef
from keepless.core.money import to_decimal


def written(rows, *accounts, **told):
    return b"".join(document.write(content(rows, *accounts, **told)))


def test_the_document_says_what_it_is_and_when_it_was_made():
    told = read_json(written([]))
    assert (told["format"], told["version"]) == ("keepless-export", 1)
    assert told["made_at"] == "2026-11-22T14:05:00Z"
    assert told["period"] == {"start": "2026-11-01", "end": "2026-11-22"}
    assert told["banks"] == [{"bank": msgspec.to_builtins(BANK), "fetched_at": "2026-11-22T14:05:00Z"}]
    assert told["transactions"] == told["missing"] == []


def test_a_transaction_has_its_amount_as_text_and_its_kind():
    rows = read_json(written([row("-2100.00", "INCOME_SALARY", id="t-1")]))["transactions"]
    assert [(each["id"], each["amount"], each["currency"], each["kind"]) for each in rows] == [
        ("t-1", "-2100.00", "USD", "income")
    ]


def test_balances_are_texts_and_null_where_the_bank_tells_none():
    accounts = [account("card", "credit", current=379298, limit=800000), account("coins", currency="BTC", current=1)]
    told = read_json(written([], accounts))["accounts"]
    assert [(each["current"], each["available"], each["limit"]) for each in told] == [
        ("3792.98", None, "8000.00"),
        ("0.00000001", None, None),
    ]


def test_what_is_missing_is_named():
    other = BankRef("item-2", "ins_2", "Second Bank")
    told = read_json(written([], missing=(Missing(bank=other, code="INSTITUTION_DOWN", unreadable=0),)))
    assert told["missing"] == [{"bank": msgspec.to_builtins(other), "code": "INSTITUTION_DOWN", "unreadable": 0}]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_any_number_of_rows_is_well_formed_and_a_row_stands_on_a_line(number):
    file = written([row("1.00") for _ in range(number)])
    assert len(json.loads(file)["transactions"]) == number
    assert len([line for line in file.splitlines() if line.startswith(b'{"id"')]) == number


@given(odd_rows)
def test_the_same_rows_come_back_and_fit_the_documented_shape(rows):
    file = written(rows)
    back = msgspec.json.decode(file, type=ExportDocument).transactions
    assert [msgspec.to_builtins(each) for each in back] == read_json(file)["transactions"]
    assert len(back) == len(rows)
    for got, told in zip(back, rows, strict=True):
        assert Decimal(got.amount) == to_decimal(told.amount, told.currency)
        assert (got.id, got.account_id, got.merchant, got.description) == (
            told.id,
            told.account_id,
            told.merchant,
            told.name,
        )
        assert (got.date, got.posted, got.pending) == (told.date, told.posted, told.pending)
