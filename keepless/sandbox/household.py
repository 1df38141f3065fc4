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

    A row is pending while `posted` lies in the future. When the bank posts it, its posted twin takes the place of the
    pending one, under an id of its own; the item's change log plays that.
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

    def shown_date(self, today: date) -> date:
        """Plaid's `date`: when it happened while pending, when it was posted afterwards."""
        return self.transacted if self.posted > today else self.posted


@dataclass(frozen=True, slots=True)
class Holding:
    """One account of a household. `key` is stable.

    `liability` is what is known for /liabilities/get, in Plaid's names: amounts and rates are Decimal, days are `date`.
    Its `kind` says which list it belongs to; the server adds the account's id and a null for what is not known.
    """

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
    liability: dict[str, Any] | None = None  # of kind "credit", "student" or "mortgage"


@dataclass(frozen=True, slots=True)
class Household:
    """A login: accounts and their rows, newest first. `force_error` is a code that linking answers with."""

    username: str
    accounts: tuple[Holding, ...]
    rows: tuple[Row, ...]
    force_error: str | None = None
    dynamic: bool = False  # each /transactions/refresh posts what is pending and adds new rows
    notes: tuple[str, ...] = field(default=())  # what of a custom user's JSON was ignored


def newest_first(rows: list[Row], today: date) -> tuple[Row, ...]:
    """The rows as Plaid lists them: by the date shown, and by key within a day, so that the order never wavers."""
    return tuple(sorted(rows, key=lambda row: (row.shown_date(today), row.key), reverse=True))
