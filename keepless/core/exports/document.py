"""Transactions as one JSON document, with the accounts and their balances. docs/export.md is the contract.

Amounts are texts with all decimals of their currency: no reader turns them into binary floats, and none needs a table
of currencies to read them.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Literal

import msgspec

from keepless.core.exports.content import Content, Missing, decimal_text, in_chunks
from keepless.core.kinds import Kind, kind_of
from keepless.core.models import Account, BankRef, Transaction
from keepless.core.periods import Period

MEDIA_TYPE = "application/json"

_encoder = msgspec.json.Encoder()


class ExportedBank(msgspec.Struct, frozen=True, kw_only=True):
    """A bank that answered, and when (UTC)."""

    bank: BankRef
    fetched_at: dt.datetime


class ExportedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account of a bank that answered. A balance that the bank does not tell is null, never zero.

    Of cards and loans a positive `current` is owed.
    """

    id: str
    item_id: str
    name: str
    official_name: str | None
    mask: str | None
    type: str
    subtype: str | None
    currency: str
    current: str | None
    available: str | None
    limit: str | None


class ExportedTransaction(msgspec.Struct, frozen=True, kw_only=True):
    """One row. A positive `amount` leaves the account. `description` is the bank's own text."""

    id: str
    account_id: str
    date: dt.date
    posted: dt.date
    amount: str
    currency: str
    merchant: str
    description: str
    category: str
    detailed_category: str
    kind: Kind
    pending: bool
    replaces: str | None


class ExportDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The whole export. `transactions` are those that the filter chose, newest first; `accounts` are all.

    `missing` names what a partial export lacks, and banks that give Plaid no transactions at all.
    """

    format: Literal["keepless-export"] = "keepless-export"
    version: Literal[1] = 1
    made_at: dt.datetime
    period: Period
    banks: tuple[ExportedBank, ...]
    accounts: tuple[ExportedAccount, ...]
    missing: tuple[Missing, ...]
    transactions: tuple[ExportedTransaction, ...]


def write(content: Content) -> Iterator[bytes]:
    """An ExportDocument as chunks, a transaction a line."""
    return in_chunks(_pieces(content))


def _pieces(content: Content) -> Iterator[str]:
    types = {account.id: account.type for account in content.accounts().values()}
    around = _encoder.encode(
        ExportDocument(
            made_at=content.made_at,
            period=content.period,
            banks=tuple(ExportedBank(bank=bank.bank, fetched_at=bank.fetched_at) for bank in content.banks),
            accounts=tuple(_account(account, bank.bank.item_id) for bank in content.banks for account in bank.accounts),
            missing=content.missing,
            transactions=(),
        )
    ).decode()
    yield around.removesuffix("]}")  # the transactions come last, so that they can be written as they go
    separator = "\n"
    for row in content.rows:
        yield separator + _encoder.encode(_transaction(row, types.get(row.account_id, ""))).decode()
        separator = ",\n"
    yield "\n]}\n"


def _account(account: Account, item_id: str) -> ExportedAccount:
    def told(minor: int | None) -> str | None:
        return None if minor is None else decimal_text(minor, account.currency)

    return ExportedAccount(
        id=account.id,
        item_id=item_id,
        name=account.name,
        official_name=account.official_name,
        mask=account.mask,
        type=account.type,
        subtype=account.subtype,
        currency=account.currency,
        current=told(account.current),
        available=told(account.available),
        limit=told(account.limit),
    )


def _transaction(row: Transaction, account_type: str) -> ExportedTransaction:
    return ExportedTransaction(
        id=row.id,
        account_id=row.account_id,
        date=row.date,
        posted=row.posted,
        amount=decimal_text(row.amount, row.currency),
        currency=row.currency,
        merchant=row.merchant,
        description=row.name,
        category=row.primary,
        detailed_category=row.detailed,
        kind=kind_of(row, account_type),
        pending=row.pending,
        replaces=row.replaces,
    )
