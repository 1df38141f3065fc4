"""What recurs: bills, subscriptions and income found in the rows. (The lead's contract of the shape; the rules follow.)"""

import datetime as dt
from collections.abc import Sequence

import msgspec

from keepless.core.models import Account, PlaidStream, Transaction


class Occurrence(msgspec.Struct, frozen=True, array_like=True):
    """One row of a series: its date, and its amount as a size in minor units."""

    date: dt.date
    amount: int


class PriceChange(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the price that stayed: what it was, what it became, the first date of the new price."""

    before: int
    after: int
    since: dt.date


class Recurring(msgspec.Struct, frozen=True, kw_only=True):
    """One series. Amounts are sizes in minor units of `currency`; what they are, `kind` says."""

    key: str
    merchant: str
    account_id: str  # of the latest row
    currency: str
    kind: str  # bill, subscription, income
    primary: str
    detailed: str
    frequency: str  # weekly, biweekly, semi_monthly, monthly, quarterly, half_yearly, yearly
    state: str  # active, late, ended
    is_new: bool
    first_date: dt.date
    last_date: dt.date
    last_amount: int
    usual_amount: int
    next_date: dt.date | None  # None where it has ended
    yearly_cost: int  # at the current price; 0 where it has ended
    price_change: PriceChange | None
    occurrences: tuple[Occurrence, ...]  # newest first, at most 30
    transaction_ids: tuple[str, ...]
    source: str  # own, plaid


def find(
    transactions: Sequence[Transaction],
    accounts: Sequence[Account],
    today: dt.date,
    streams: Sequence[PlaidStream] = (),
) -> tuple[Recurring, ...]:
    """The series among `transactions`."""
    return ()
