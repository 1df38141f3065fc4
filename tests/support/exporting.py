"""Exports read back as their readers do: by the csv module, by json, by ofxtools; and odd rows to write."""

import csv
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from xml.etree import ElementTree as ET

from core.making import ACCOUNTS, TODAY, row
from hypothesis import strategies as st
from ofxtools.Parser import OFXTree

from keepless.core.exports.content import Content
from keepless.core.models import BankRef, BankSnapshot
from keepless.core.periods import Period

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
BANK = BankRef("item-1", "ins_109508", "First Bank")
CURRENCIES = ("USD", "EUR", "JPY", "KWD", "BTC", "DASH", "XXX")
FORMULA_STARTS = (
    *"=+-@",
    "\t",
    "\r",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
    "\ufe66",
    "\ufe62",
    "\ufe63",
    "\ufe6b",
)
ODD_NAMES = (
    *(f"{start}cmd|' /C calc'!A0" for start in FORMULA_STARTS),
    *('"=1+1', " =1+1", "\u00a0=1+1", "\ufeff=1+1", "\0=1+1", "'=1+1", "\u200b-1", "x;=1+1", "x\n@SUM(A1)", "x\t+1"),
    *(
        "''",
        "'",
        "a,b",
        'say "no"',
        "two\r\nlines",
        "caf\u00e9 \U0001f980",
        "\u202etxt.exe",
        "]]>",
        "<b>&amp;&nbsp;</b>",
    ),
    *("\x01\x1f\x7f\x85", "", " ", "z" * 5000, "\ufffe\uffff", "&" * 300),
)

texts = st.one_of(st.sampled_from(ODD_NAMES), st.text(max_size=40), st.text("=+-@;'\"\t\r\n \0x", max_size=12))
days = st.dates(date(2024, 11, 23), TODAY)
odd_rows = st.lists(
    st.builds(
        row,
        st.integers(-(10**12), 10**12),
        st.sampled_from(["FOOD_AND_DRINK_COFFEE", "TRANSFER_OUT_WITHDRAWAL", "=EVIL()", ""]),
        id=st.one_of(st.uuids().map(str), texts.filter(bool)),
        account_id=st.one_of(st.sampled_from([account.id for account in ACCOUNTS]), texts),
        currency=st.sampled_from(CURRENCIES),
        date=days,
        posted=days,
        name=texts,
        merchant=texts,
        pending=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda each: each.id,
)


def content(rows, accounts=ACCOUNTS, **told) -> Content:
    """An export of one bank's rows."""
    bank = BankSnapshot(
        bank=BANK, accounts=tuple(accounts), transactions=list(rows), start=TODAY, end=TODAY, fetched_at=NOW
    )
    period = Period(date(2026, 11, 1), TODAY)
    return Content(**{"made_at": NOW, "period": period, "rows": list(rows), "banks": (bank,), **told})


def read_csv(file: bytes) -> list[dict[str, str]]:
    """The rows by column, cells as they stand in the file."""
    reader = csv.DictReader(StringIO(file.decode("utf-8-sig"), newline=""), strict=True)
    return list(reader)


def original(cell: str) -> str:
    """A text cell's own text, by the rule of docs/export.md."""
    return re.sub(r"(?:\A|(?<=[;\t\r\n]))'", "", cell)


def read_json(file: bytes) -> dict:
    """The document. A number with a fraction anywhere in it is a mistake."""

    def no_floats(text):
        raise AssertionError(f"a binary float: {text}")

    return json.loads(file, parse_float=no_floats)


def read_ofx(file: bytes):
    """The statements by (account number, currency), held to the specification by ofxtools, and to XML by expat."""
    ET.fromstring(file)  # noqa: S314  our own file
    tree = OFXTree()
    tree.parse(BytesIO(file))
    ofx = tree.convert()
    found = {(each.account.acctid, each.curdef): each for each in ofx.statements}
    assert len(found) == len(ofx.statements)
    return found


def total(amounts) -> Decimal:
    return sum(amounts, Decimal(0))
