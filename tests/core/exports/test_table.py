"""Transactions as CSV: RFC 4180, the same rows back, and nothing that a spreadsheet runs."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
from core.making import account, row
from hypothesis import example, given
from hypothesis import strategies as st
from support.exporting import FORMULA_STARTS, ODD_NAMES, content, odd_rows, original, read_csv, texts

from keepless.core.exports import table
from keepless.core.exports.table import COLUMNS, neutral
from keepless.core.money import to_decimal

TEXT_CELLS = {
    "account id": "account_id",
    "merchant": "merchant",
    "description": "name",
    "currency": "currency",
    "category": "primary",
    "detailed category": "detailed",
    "id": "id",
}


def written(rows, **told):
    return b"".join(table.write(content(rows, **told)))


def test_a_row_has_every_column_in_the_order_of_the_contract():
    card = account("card", "credit", name="Blue Card")
    coffee = row("4.50", id="t-1", account_id="card", pending=True)
    text = written([coffee], accounts=[card]).decode("utf-8-sig")
    header, line = text.splitlines()
    assert line == (
        "2026-11-22,2026-11-22,Blue Card,card,First Bank,Corner Cafe,CORNER CAFE 12,4.50,USD,"
        "FOOD_AND_DRINK,FOOD_AND_DRINK_COFFEE,spending,yes,t-1"
    )
    assert header == (
        "date,posted,account,account id,bank,merchant,description,amount,currency,"
        "category,detailed category,kind,pending,id"
    )


def test_lines_end_as_rfc_4180_says_and_the_file_says_its_encoding():
    file = written([row("4.50", merchant="Zo\u00eb")])
    assert file.startswith(b"\xef\xbb\xbfdate,")
    assert file.endswith(b"\r\n")
    assert file.count(b"\n") == file.count(b"\r\n") == 2
    assert "Zo\u00eb".encode() in file


def test_no_row_is_a_header_and_nothing_else():
    assert read_csv(written([])) == []
    assert written([]).decode("utf-8-sig").strip().split(",") == list(COLUMNS)


def test_the_account_is_blank_where_no_bank_lists_it():
    (cells,) = read_csv(written([row("4.50", account_id="unlisted")]))
    assert (cells["account"], cells["account id"], cells["bank"]) == ("", "unlisted", "First Bank")


@pytest.mark.parametrize(
    ("currency", "minor", "amount"),
    [
        ("USD", 450, "4.50"),
        ("USD", -1, "-0.01"),
        ("JPY", 9000, "9000"),
        ("KWD", 1, "0.001"),
        ("BTC", 500_000, "0.00500000"),
        ("BTC", 0, "0.00000000"),
        ("USD", 10**17, "1000000000000000.00"),
    ],
)
def test_amounts_are_plain_decimals_with_their_currencys_own_decimals(currency, minor, amount):
    (cells,) = read_csv(written([row(minor, currency=currency)]))
    assert (cells["amount"], cells["currency"]) == (amount, currency)


@pytest.mark.parametrize("start", FORMULA_STARTS, ids=ascii)
@pytest.mark.parametrize("before", ["", " ", '"', "'", "\u00a0", "\u200b", "\0", " \"'"], ids=ascii)
def test_a_cell_that_begins_as_a_formula_does_gets_an_apostrophe(start, before):
    told = f"{before}{start}cmd|' /C calc'!A0"
    cell = neutral(told)
    assert cell.startswith(f"'{before.replace(chr(0), '')}{start}")
    assert original(cell) == told.replace("\0", "")


@pytest.mark.parametrize("start", [start for start in FORMULA_STARTS if start.isprintable()], ids=ascii)
@pytest.mark.parametrize("separator", [";", "\t", "\r", "\n", "; ", '\t"'], ids=ascii)
def test_so_does_what_another_program_takes_for_a_cell(start, separator):
    told = f"text{separator}{start}cmd"
    assert neutral(told) == f"text{separator[0]}'{separator[1:]}{start}cmd"
    assert original(neutral(told)) == told


@pytest.mark.parametrize("text", ["Corner Cafe", "7-Eleven", "AT&T", "O'Neil", "a = b", "x;y", "B+", "caf\u00e9"])
def test_ordinary_names_stay_as_they_are(text):
    assert neutral(text) == text


def test_every_text_of_a_row_is_neutral_and_its_amount_is_a_number():
    evil = "=HYPERLINK(1)"
    rows = [
        row(-450, evil, primary=evil, id=evil, account_id=evil, name=evil, merchant=evil, currency=evil),
    ]
    accounts = [account(evil, name=evil)]
    told = content(rows, accounts)
    (cells,) = read_csv(b"".join(table.write(told)))
    assert {cells[name] for name in (*TEXT_CELLS, "account")} == {f"'{evil}"}
    assert cells["amount"] == "-4.50"


@given(texts)
def test_a_cell_can_be_turned_back_into_its_text(text):
    assert original(neutral(text)) == text.replace("\0", "")


@given(st.lists(texts, min_size=2, max_size=5))
@example(list(ODD_NAMES))
def test_a_program_that_splits_at_semicolons_finds_no_formula_either(names):
    file = written([row("1.00", merchant=name, name=name) for name in names]).decode("utf-8-sig")
    for line in csv.reader(StringIO(file, newline=""), delimiter=";"):
        for cell in line:
            bare = cell.lstrip(' "\u00a0\ufeff\u200b')
            assert not bare.startswith(tuple("=+-@")), cell


@given(odd_rows)
def test_the_same_rows_come_back(rows):
    back = read_csv(written(rows))
    assert len(back) == len(rows)
    for cells, told in zip(back, rows, strict=True):
        assert Decimal(cells["amount"]) == to_decimal(told.amount, told.currency)
        assert (cells["date"], cells["posted"]) == (told.date.isoformat(), told.posted.isoformat())
        assert cells["pending"] == ("yes" if told.pending else "no")
        for column, field in TEXT_CELLS.items():
            assert original(cells[column]) == getattr(told, field).replace("\0", "")
