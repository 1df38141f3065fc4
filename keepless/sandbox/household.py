"""What a test user owns: the plain data that a bank login serves. Builders make it, the item's change log plays it.

Amounts are Decimal in the currency's major unit with Plaid's sign (positive leaves the account); dates are dates of the
bank. Everything is relative to the `today` a builder is given, never to the clock.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Category:
    """A personal finance category of taxonomy v2."""

    primary: str
    detailed: str
    confidence: str = "VERY_HIGH"


@dataclass(frozen=True, slots=True)
class Row:
    """One transaction. `key` is stable within the household; ids are made from it and the item.

    A row is pending while `posted` lies in the future. With `pending_key`, it is the posted twin of that pending row and
    appears when the bank posts it.
    """

    key: str
    account: str
    amount: Decimal
    currency: str
    transacted: date
    posted: date
    description: str
    merchant: str | None
    category: Category | None
    channel: str = "in store"  # online, in store, other
    website: str | None = None
    city: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """One account of a household. `key` is stable; `liability` is the raw material of /liabilities/get, in Plaid's names."""

    key: str
    type: str
    subtype: str
    name: str
    official_name: str | None
    mask: str | None
    current: Decimal | None
    available: Decimal | None
    limit: Decimal | None
    currency: str = "USD"
    liability: dict[str, Any] | None = None  # {"kind": "credit" | "student" | "mortgage", ...fields of PLAID.md 6.5, 6.6}


@dataclass(frozen=True, slots=True)
class Household:
    """A login: accounts and their rows, newest first. `force_error` is a code that linking answers with."""

    username: str
    accounts: tuple[Holding, ...]
    rows: tuple[Row, ...]
    force_error: str | None = None
    dynamic: bool = False  # each /transactions/refresh posts what is pending and adds new rows
    notes: tuple[str, ...] = field(default=())  # what of a custom user's JSON was ignored
