"""Booked transactions as OFX 2.2, for programs that keep accounts. docs/export.md is the contract.

Section numbers are those of the OFX 2.2 specification. Signs are its own: money that leaves an account is negative, and
so is what is owed.
"""

import re
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import NamedTuple
from xml.sax.saxutils import escape

from keepless.core.exports.content import Content, decimal_text, in_chunks
from keepless.core.models import Account, BankSnapshot, Transaction
from keepless.core.money import exponent

MEDIA_TYPE = "application/x-ofx"

# Lengths of the specification, in characters (11.3.1, 11.3.2, 11.4.4).
LONGEST_NAME = 32
LONGEST_MEMO = 255
LONGEST_BANK_ID = 9

_HEADER = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
)
_STATUS = "<STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>"
# A balance is required (11.4.2.2). Where the bank tells none, it is of a day that nobody takes for today.
_NO_BALANCE_DAY = date(1970, 1, 1)
_ACCOUNT_TYPES: Mapping[str, str] = {
    "savings": "SAVINGS",
    "hsa": "SAVINGS",
    "money market": "MONEYMRKT",
    "cd": "CD",
}

_ISO_CURRENCY = re.compile(r"[A-Z]{3}")
# Plaid's unofficial currency codes that look like ISO's and are no coins; coins have eight decimals.
_UNOFFICIAL = frozenset({"CNH", "GBX"})
_COIN_DECIMALS = 8

# XML 1.0, production Char, less the controls that it only discourages.
_ILLEGAL = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN_ID = re.compile(r"[!-~]{1,255}")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")


class _Statement(NamedTuple):
    """The rows of one account in one currency. `account` is None where only rows name it."""

    account_id: str
    account: Account | None
    bank: BankSnapshot
    currency: str
    rows: Sequence[Transaction]

    @property
    def is_card(self) -> bool:
        return self.account is not None and self.account.type == "credit"


def unwritable(content: Content) -> tuple[str, ...]:
    """Currencies of booked rows that OFX has no name for, sorted: it knows ISO 4217's only. `write` leaves them out."""
    currencies = {row.currency for row in content.rows if not row.pending}
    return tuple(sorted(currency for currency in currencies if not _is_iso(currency)))


def write(content: Content) -> Iterator[bytes]:
    """One statement for each account and currency that has booked rows, as chunks."""
    return in_chunks(_pieces(content))


def _pieces(content: Content) -> Iterator[str]:
    statements = _statements(content)
    yield _HEADER
    yield f"<OFX>\n<SIGNONMSGSRSV1><SONRS>{_STATUS}<DTSERVER>{_moment(content.made_at)}</DTSERVER>"
    yield "<LANGUAGE>ENG</LANGUAGE></SONRS></SIGNONMSGSRSV1>\n"
    for message_set, prefix, chosen in (
        ("BANKMSGSRSV1", "", [each for each in statements if not each.is_card]),
        ("CREDITCARDMSGSRSV1", "CC", [each for each in statements if each.is_card]),
    ):
        if chosen:
            yield f"<{message_set}>\n"
            for statement in chosen:
                yield from _response(statement, prefix, content)
            yield f"</{message_set}>\n"
    yield "</OFX>\n"


def _statements(content: Content) -> list[_Statement]:
    accounts, banks = content.accounts(), content.banks_by_account()
    shares: defaultdict[tuple[str, str], list[Transaction]] = defaultdict(list)
    for row in content.rows:
        if not row.pending and _is_iso(row.currency):
            shares[row.account_id, row.currency].append(row)
    return [
        _Statement(account_id, accounts.get(account_id), banks[account_id], currency, rows)
        for (account_id, currency), rows in shares.items()
    ]


def _response(statement: _Statement, prefix: str, content: Content) -> Iterator[str]:
    """One statement, as an answer that nobody's request is waiting for (TRNUID 0)."""
    account, rows = statement.account, statement.rows
    days = [row.posted for row in rows]
    start, end = min(content.period.start, *days), max(content.period.end, *days)
    yield f"<{prefix}STMTTRNRS><TRNUID>0</TRNUID>{_STATUS}<{prefix}STMTRS><CURDEF>{statement.currency}</CURDEF>\n"
    yield _account_from(statement, prefix)
    yield f"<BANKTRANLIST><DTSTART>{_day(start)}</DTSTART><DTEND>{_day(end)}</DTEND>\n"
    yield from map(_transaction, rows)
    yield "</BANKTRANLIST>\n"
    told = account if account is not None and account.currency == statement.currency else None
    fetched_at = _moment(statement.bank.fetched_at)
    if told is not None and told.current is not None:
        owed = told.type in {"credit", "loan"}
        yield _balance("LEDGERBAL", -told.current if owed else told.current, told.currency, fetched_at)
    else:
        yield _balance("LEDGERBAL", 0, statement.currency, _day(_NO_BALANCE_DAY))
    if told is not None and told.available is not None:
        yield _balance("AVAILBAL", told.available, told.currency, fetched_at)
    yield f"</{prefix}STMTRS></{prefix}STMTTRNRS>\n"


def _account_from(statement: _Statement, prefix: str) -> str:
    identified = f"<ACCTID>{_account_number(statement)}</ACCTID>"
    if statement.is_card:
        return f"<{prefix}ACCTFROM>{identified}</{prefix}ACCTFROM>\n"
    bank_id = _NOT_ALPHANUMERIC.sub("", statement.bank.bank.institution_id.removeprefix("ins_"))[:LONGEST_BANK_ID]
    return (
        f"<BANKACCTFROM><BANKID>{bank_id or '0'}</BANKID>{identified}"
        f"<ACCTTYPE>{_account_type(statement.account)}</ACCTTYPE></BANKACCTFROM>\n"
    )


def _account_number(statement: _Statement) -> str:
    """At most 22 characters that are an account's own, and only its own: Plaid's ids are longer.

    The digits that people know it by come first where the bank tells them. An account's second currency is an account
    of its own, for programs keep one currency in each.
    """
    account = statement.account
    foreign = account is not None and account.currency != statement.currency
    told = f"{statement.account_id}\n{statement.currency if foreign else ''}"
    digest = urlsafe_b64encode(sha256(told.encode()).digest()).decode()[:16]
    mask = _NOT_ALPHANUMERIC.sub("", (account.mask if account else None) or "")[:4]
    return f"{mask}-{digest}" if mask else digest


def _account_type(account: Account | None) -> str:
    if account is not None and account.type == "loan":
        return "CREDITLINE"
    return _ACCOUNT_TYPES.get((account.subtype if account else None) or "", "CHECKING")


def _transaction(row: Transaction) -> str:
    direction = "DEBIT" if row.amount > 0 else "CREDIT" if row.amount < 0 else "OTHER"
    named = _text(row.merchant or row.name)
    name = named[:LONGEST_NAME].rstrip()
    described = _text(row.name)
    # What did not fit the name stands before the bank's own words, unless they have it.
    whole = [named] if len(named) > LONGEST_NAME and named not in described else []
    memo = " / ".join([*whole, *([described] if described not in {"", name} else [])])[:LONGEST_MEMO].rstrip()
    return (
        f"<STMTTRN><TRNTYPE>{direction}</TRNTYPE><DTPOSTED>{_day(row.posted)}</DTPOSTED>"
        f"<DTUSER>{_day(row.date)}</DTUSER><TRNAMT>{decimal_text(-row.amount, row.currency)}</TRNAMT>"
        f"<FITID>{_transaction_id(row.id)}</FITID>"
        + (f"<NAME>{escape(name)}</NAME>" if name else "")
        + (f"<MEMO>{escape(memo)}</MEMO>" if memo else "")
        + "</STMTTRN>\n"
    )


def _transaction_id(told: str) -> str:
    """Plaid's id; for one that no program could keep as it is, a digest that stands for it and no other."""
    return escape(told) if _PLAIN_ID.fullmatch(told) else sha256(told.encode()).hexdigest()


def _balance(name: str, minor: int, currency: str, as_of: str) -> str:
    return f"<{name}><BALAMT>{decimal_text(minor, currency)}</BALAMT><DTASOF>{as_of}</DTASOF></{name}>\n"


def _text(told: str) -> str:
    """`told` on one line, without what XML cannot hold; not escaped yet."""
    return " ".join(_ILLEGAL.sub("", told).split())


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S}.000[0:GMT]"


def _is_iso(currency: str) -> bool:
    return (
        _ISO_CURRENCY.fullmatch(currency) is not None
        and exponent(currency) != _COIN_DECIMALS
        and currency not in _UNOFFICIAL
    )
