"""The trend capsule: totals of months by bank, and cards' balances near months' ends. Never a transaction.

It is what a visitor's own browser keeps and hands back, sealed. Capsules merge: each figure has a rank, and of two the
one of the higher rank stays, so that merging gives the same in any order, as often as it is done (T7). Amounts are
minor units. The rules' numbers are those of docs/trends.md.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import msgspec

NAMELESS = ""  # the institution of a bank whose name could not be looked up
LATE_DAYS = 7
# What a capsule takes (T9): texts of the usual length, and sums that every reader of JSON takes as they are (RFC 8259,
# section 6).
LONGEST_NAME = 100
LONGEST_CODE = 64
MOST = 2**53 - 1

Key = TypeVar("Key")
Value = TypeVar("Value")


class MonthSums(msgspec.Struct, frozen=True, kw_only=True):
    """One month of one currency at one bank, minor units. `by_category` is by primary and sums to `spent`."""

    spent: int
    income: int
    debt_payments: int
    cash: int
    by_category: dict[str, int]


class BankMonth(msgspec.Struct, frozen=True, kw_only=True):
    """One month of one bank, as it was known at `as_of` (UTC, whole seconds): `days` of its days were known whole.

    A currency that is not in `sums` is known to be zero.
    """

    days: int
    as_of: datetime
    sums: dict[str, MonthSums]


class CardFigure(msgspec.Struct, frozen=True, kw_only=True):
    """What a card owed at the end of `day` (below zero: the issuer owed), and its limit, None where it has none.

    `seen` is the bank's own figure; otherwise it was worked back from a later one. `as_of` is as in BankMonth.
    """

    day: date
    as_of: datetime
    seen: bool
    balance: int
    limit: int | None


class BankName(msgspec.Struct, frozen=True):
    """What a bank was called at `as_of` (UTC)."""

    as_of: datetime
    name: str


class CardId(msgspec.Struct, frozen=True):
    """A card as it is known again after its bank was connected anew, when all ids of Plaid's are others (T10)."""

    institution_id: str
    name: str
    mask: str | None
    currency: str


class Capsule(msgspec.Struct, frozen=True, kw_only=True):
    """Banks by institution id, months by (institution id, "YYYY-MM"), figures by (card, "YYYY-MM" of its day)."""

    banks: dict[str, BankName] = {}
    months: dict[tuple[str, str], BankMonth] = {}
    cards: dict[tuple[CardId, str], CardFigure] = {}

    def all_months(self) -> list[str]:
        """Every month that it says anything of, oldest first."""
        return sorted({month for _, month in (*self.months, *self.cards)})

    def since(self, first: str) -> "Capsule":
        """The capsule without what is before that month, and without the banks of which nothing is left."""
        months = {key: value for key, value in self.months.items() if key[1] >= first}
        cards = {key: value for key, value in self.cards.items() if key[1] >= first}
        left = {institution for institution, _ in months} | {card.institution_id for card, _ in cards}
        return Capsule(banks={key: self.banks[key] for key in self.banks if key in left}, months=months, cards=cards)

    def named(self) -> "Capsule":
        """The capsule without banks that no later visit could know again (T9)."""
        return Capsule(
            banks={key: value for key, value in self.banks.items() if key != NAMELESS},
            months={key: value for key, value in self.months.items() if key[0] != NAMELESS},
            cards={key: value for key, value in self.cards.items() if key[0].institution_id != NAMELESS},
        )


def merge(one: Capsule, other: Capsule) -> Capsule:
    """All that either says; where both do, what ranks higher."""
    return Capsule(
        banks=_joined(one.banks, other.banks, _rank_of_name),
        months=_joined(one.months, other.months, _rank_of_month),
        cards=_joined(one.cards, other.cards, _rank_of_figure),
    )


def days_in(month: str) -> int:
    """How many days a month ("YYYY-MM") has."""
    return monthrange(int(month[:4]), int(month[5:]))[1]


def end_of(month: str) -> date:
    """The last day of a month ("YYYY-MM")."""
    return date(int(month[:4]), int(month[5:]), days_in(month))


def _joined(
    one: Mapping[Key, Value], other: Mapping[Key, Value], rank: Callable[[Value], tuple[Any, ...]]
) -> dict[Key, Value]:
    joined = dict(one)
    for key, value in other.items():
        held = joined.get(key)
        if held is None or (held != value and rank(value) > rank(held)):
            joined[key] = value
    return joined


# Each rank ends with the content, so that two different values never rank the same.


def _rank_of_name(bank: BankName) -> tuple[Any, ...]:
    return bank.as_of, bank.name


def _rank_of_month(month: BankMonth) -> tuple[Any, ...]:
    """T5, T6: more whole days, then the later reading."""
    return month.days, month.as_of, _content(month)


def _rank_of_figure(figure: CardFigure) -> tuple[Any, ...]:
    """T12: seen in the month's last days, then worked back, then seen earlier; the later day; the later reading."""
    late = end_of(f"{figure.day:%Y-%m}") - figure.day < timedelta(days=LATE_DAYS)
    nearness = 1 if not figure.seen else 2 if late else 0
    return nearness, figure.day, figure.as_of, _content(figure)


_content = msgspec.json.Encoder(order="deterministic").encode
