"""Transactions as OFX 2.2, read back by ofxtools: every account's sum, every id, day and sign."""

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from core.making import CARD, CHECKING, LOAN, SAVINGS, account, row
from hypothesis import given
from support.exporting import content, odd_rows, read_ofx, total

from keepless.core.exports import ofx
from keepless.core.money import to_decimal

ISO = ("USD", "EUR", "JPY", "KWD", "XXX")


def written(rows, *accounts):
    return b"".join(ofx.write(content(rows, *accounts)))


def the_only(statements):
    (statement,) = statements.values()
    return statement


def test_the_header_is_that_of_ofx_2_2():
    first, second, third = written([]).decode().splitlines()[:3]
    assert first.startswith('<?xml version="1.0" encoding="UTF-8"')
    assert second == '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>'
    assert third == "<OFX>"
    assert b"<DTSERVER>20261122140500.000[0:GMT]</DTSERVER>" in written([])


def test_nothing_to_write_is_a_file_without_statements():
    assert read_ofx(written([])) == {}


def test_money_out_is_negative_and_money_in_positive():
    rows = [row("4.50", id="out"), row("-2100.00", "INCOME_SALARY", id="in"), row("0.00", id="nothing")]
    told = {each.fitid: (each.trnamt, each.trntype) for each in the_only(read_ofx(written(rows))).transactions}
    assert told == {"out": (Decimal("-4.50"), "DEBIT"), "in": (Decimal("2100.00"), "CREDIT"), "nothing": (0, "OTHER")}


def test_a_row_has_the_day_it_was_booked_and_the_day_it_happened():
    (told,) = the_only(
        read_ofx(written([row("4.50", date=date(2026, 11, 20), posted=date(2026, 11, 21))]))
    ).transactions
    assert (told.dtposted.date(), told.dtuser.date()) == (date(2026, 11, 21), date(2026, 11, 20))


def test_the_list_covers_its_rows_and_the_period():
    rows = [row("1.00", date=date(2026, 10, 30), posted=date(2026, 10, 31))]
    listed = the_only(read_ofx(written(rows))).transactions
    assert (listed.dtstart.date(), listed.dtend.date()) == (date(2026, 10, 31), date(2026, 11, 22))


def test_each_account_has_a_statement_of_its_own_kind():
    accounts = (CHECKING, account("rainy", subtype="savings"), account("card", "credit"), LOAN, account("pot", "other"))
    rows = [row("1.00", id=each.id, account_id=each.id) for each in accounts]
    told = {statement.transactions[0].fitid: statement for statement in read_ofx(written(rows, accounts)).values()}
    kinds = {name: getattr(statement.account, "accttype", None) for name, statement in told.items()}
    assert kinds == {"checking": "CHECKING", "rainy": "SAVINGS", "card": None, "loan": "CREDITLINE", "pot": "CHECKING"}
    assert type(told["card"]).__name__ == "CCSTMTRS"
    assert told["checking"].account.bankid == "109508"


def test_an_account_is_known_by_its_last_digits_and_never_taken_for_another():
    accounts = [account("a" * 37, mask="4401"), account("a" * 36 + "b", mask="4401")]
    rows = [row("1.00", account_id=each.id) for each in accounts]
    numbers = {number for number, _ in read_ofx(written(rows, accounts))}
    assert len(numbers) == 2
    assert all(number.startswith("4401-") and len(number) <= 22 for number in numbers)


def test_an_account_keeps_its_number_from_export_to_export():
    assert read_ofx(written([row("1.00")])).keys() == read_ofx(written([row("2.00"), row("3.00")])).keys()


@pytest.mark.parametrize(
    ("of", "balance"),
    [
        (account("checking", current=12345), "123.45"),
        (account("checking", "credit", current=12345), "-123.45"),
        (account("checking", "credit", current=-500), "5.00"),
        (account("checking", "loan", current=12345), "-123.45"),
    ],
)
def test_a_balance_is_negative_where_it_is_owed(of, balance):
    ledger = the_only(read_ofx(written([row("1.00")], [of]))).ledgerbal
    assert (str(ledger.balamt), ledger.dtasof.date()) == (balance, date(2026, 11, 22))


def test_a_balance_that_the_bank_does_not_tell_is_of_a_day_that_nobody_takes_for_today():
    statement = the_only(read_ofx(written([row("1.00")], [SAVINGS, CHECKING])))
    assert (statement.ledgerbal.balamt, statement.ledgerbal.dtasof.date()) == (0, date(1970, 1, 1))
    assert statement.availbal is None


def test_what_is_available_is_told_where_the_bank_tells_it():
    statement = the_only(read_ofx(written([row("1.00")], [account("checking", current=9000, available=8000)])))
    assert statement.availbal.balamt == Decimal("80.00")


def test_a_second_currency_of_an_account_is_a_statement_apart_without_the_accounts_balance():
    rows = [row("1.00"), row("500", currency="JPY")]
    told = read_ofx(written(rows, [account("checking", current=12345)]))
    assert {currency: statement.ledgerbal.balamt for (_, currency), statement in told.items()} == {
        "USD": Decimal("123.45"),
        "JPY": 0,
    }
    assert len({number for number, _ in told}) == 2
    assert {each.trnamt for (_, currency), each in ((key, each.transactions[0]) for key, each in told.items())} == {
        Decimal("-1.00"),
        Decimal(-500),
    }


def test_pending_rows_wait_until_they_are_booked():
    told = the_only(read_ofx(written([row("1.00", id="booked"), row("2.00", id="waiting", pending=True)])))
    assert [each.fitid for each in told.transactions] == ["booked"]
    assert read_ofx(written([row("2.00", pending=True)])) == {}


@pytest.mark.parametrize("currency", ["BTC", "DASH", "GBX", "CNH", "usd", ""])
def test_a_currency_that_iso_does_not_know_is_named_and_left_out(currency):
    told = content([row(100, currency=currency), row("1.00"), row(5, currency="ETH", pending=True)])
    assert ofx.unwritable(told) == (currency,)
    assert {code for _, code in read_ofx(b"".join(ofx.write(told)))} == {"USD"}


@pytest.mark.parametrize(
    ("merchant", "described", "name", "memo"),
    [
        ("Corner Cafe", "CORNER CAFE 12", "Corner Cafe", "CORNER CAFE 12"),
        ("Corner Cafe", "Corner Cafe", "Corner Cafe", None),
        ("", "CORNER CAFE 12", "CORNER CAFE 12", None),
        ("", "", None, None),
        ("M" * 40, "SQ 12", "M" * 32, "M" * 40 + " / SQ 12"),
        ("M" * 40, "M" * 40, "M" * 32, "M" * 40),
        ("Cafe", "D" * 5000, "Cafe", "D" * 255),
        (" two\r\nlines\t", "\x00\x07", "two lines", None),
        ("<b>&amp;&nbsp;]]>", "AT&T", "<b>&amp;&nbsp;]]>", "AT&T"),
        ("&" * 40, "", "&" * 32, "&" * 40),
        ("\u202e\U0001f980 \ud800\ufffe", "", "\u202e\U0001f980", None),
    ],
)
def test_a_name_has_at_most_32_characters_and_the_memo_the_rest(merchant, described, name, memo):
    (told,) = the_only(read_ofx(written([row("1.00", merchant=merchant, name=described)]))).transactions
    assert (told.name, told.memo) == (name, memo)


def test_an_id_that_no_program_could_keep_has_one_that_stands_for_it():
    ids = ["\x01", "\x02", " ", "x" * 300, "caf\u00e9", "<&>"]
    told = [each.fitid for each in the_only(read_ofx(written([row("1.00", id=each) for each in ids]))).transactions]
    assert len(set(told)) == len(ids)
    assert told[-1] == "<&>"
    assert all(re.fullmatch("[0-9a-f]{64}", each) for each in told[:-1])


@given(odd_rows)
def test_the_sums_of_every_account_come_back_to_the_last_decimal(rows):
    booked = [each for each in rows if not each.pending and each.currency in ISO]
    sums, ids = defaultdict(Decimal), defaultdict(list)
    for each in booked:
        sums[each.account_id, each.currency] -= to_decimal(each.amount, each.currency)
        ids[each.account_id, each.currency].append((each.posted, each.date))
    told = read_ofx(written(rows, [*content([]).banks[0].accounts, CARD]))
    assert sorted((key[1], sums[key]) for key in sums) == sorted(
        (currency, total(each.trnamt for each in statement.transactions)) for (_, currency), statement in told.items()
    )
    days = [
        (each.dtposted.date(), each.dtuser.date()) for statement in told.values() for each in statement.transactions
    ]
    assert sorted(days) == sorted(day for all_days in ids.values() for day in all_days)
