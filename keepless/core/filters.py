"""Which transactions to show: one filter for the page, the JSON and the export; and pages of any list."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar
from unicodedata import normalize

import msgspec

from keepless.core.categories import UNCATEGORIZED
from keepless.core.kinds import Kind, filed_under, kind_of
from keepless.core.models import Account, Transaction
from keepless.core.money import to_decimal
from keepless.errors import InvalidField

T = TypeVar("T")


def fold(text: str) -> str:
    """`text` as it is compared: compatibility-composed (NFKC) and case-folded, so "strasse" finds "Straße".

    Nothing is remembered from call to call: merchants' names do not outlive a request.
    """
    return text.lower() if text.isascii() else normalize("NFKC", normalize("NFKC", text).casefold())


class TransactionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Conditions that must all hold; one that is None or "" asks nothing.

    `start` and `end` are inclusive dates of `Transaction.date`. `category` is a primary or a detailed code, Plaid's or
    the one that spending is filed under (S11), or UNCATEGORIZED. `account` is an account id; `merchant` and `currency`
    are a row's own, letter for letter. `kind` is what the row is (core.kinds); for it, and for the category of
    spending, the accounts' types have to be known. `pending` is None for all rows, True for those not yet booked, False
    for the booked. `q` is looked for in the merchant and in the bank's own name of the row, without regard to case.
    `minimum` and `maximum` are in the major unit as people write it (12.50), inclusive, and compared with the size of
    the amount: "over 100" finds a purchase and a deposit alike, in whatever currency.
    Raises InvalidField where a range is turned around, an amount is below zero or no number, or there is no such kind.
    """

    start: date | None = None
    end: date | None = None
    category: str = ""
    account: str = ""
    merchant: str = ""
    kind: str = ""
    currency: str = ""
    pending: bool | None = None
    q: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise InvalidField("to", f"{self.end} is before {self.start}")
        for name, bound in (("min", self.minimum), ("max", self.maximum)):
            if bound is not None and (not bound.is_finite() or bound < 0):
                raise InvalidField(name, "must be a number of at least 0")
        if self.minimum is not None and self.maximum is not None and self.maximum < self.minimum:
            raise InvalidField("max", f"{self.maximum} is less than {self.minimum}")
        if self.kind and self.kind not in set(Kind):
            raise InvalidField("kind", f"it must be one of {', '.join(Kind)}")

    def matches(self, transaction: Transaction, accounts: Iterable[Account] = ()) -> bool:
        """Whether every condition holds for `transaction`; `accounts` as for `apply`."""
        return all(holds(transaction) for holds in self._conditions(_types(accounts)))

    def apply(self, transactions: Iterable[Transaction], accounts: Iterable[Account] = ()) -> list[Transaction]:
        """Those that match, in the order given.

        `accounts` say for `kind` which type an account is; a row of another account is judged by its category (S16).
        """
        rows = list(transactions)
        for holds in self._conditions(_types(accounts)):
            rows = [row for row in rows if holds(row)]
        return rows

    def _conditions(self, types: Mapping[str, str]) -> Iterator[Callable[[Transaction], bool]]:
        """One test for each condition that is set, cheap ones first: 20,000 rows are not asked what nobody asked."""
        yield from self._in_days()
        yield from self._of_codes(types)
        yield from self._of_size()
        if self.q:
            sought = fold(self.q.strip())
            yield lambda row: sought in fold(row.merchant) or sought in fold(row.name)

    def _in_days(self) -> Iterator[Callable[[Transaction], bool]]:
        start, end = self.start, self.end
        if start is not None:
            yield lambda row: start <= row.date
        if end is not None:
            yield lambda row: row.date <= end

    def _of_codes(self, types: Mapping[str, str]) -> Iterator[Callable[[Transaction], bool]]:
        if self.account:
            yield lambda row: row.account_id == self.account
        if self.currency:
            yield lambda row: row.currency == self.currency
        if self.merchant:
            yield lambda row: row.merchant == self.merchant
        if self.pending is not None:
            yield lambda row: row.pending is self.pending
        if self.category:
            yield lambda row: self.category in _codes(row, types)
        if self.kind:
            yield lambda row: kind_of(row, types.get(row.account_id, "")) == self.kind

    def _of_size(self) -> Iterator[Callable[[Transaction], bool]]:
        minimum, maximum = self.minimum, self.maximum
        if minimum is not None:
            yield lambda row: minimum <= _size(row)
        if maximum is not None:
            yield lambda row: _size(row) <= maximum


def _types(accounts: Iterable[Account]) -> dict[str, str]:
    return {account.id: account.type for account in accounts}


def _codes(row: Transaction, types: Mapping[str, str]) -> tuple[str, ...]:
    """Plaid's codes of a row and, for spending, those it counts in: a bar's code finds all of its rows (S11)."""
    codes = (row.primary or UNCATEGORIZED, row.detailed)
    if kind_of(row, types.get(row.account_id, "")) is not Kind.SPENDING:
        return codes
    return (*codes, *filed_under(row.primary, row.detailed))


def _size(row: Transaction) -> Decimal:
    return abs(to_decimal(row.amount, row.currency))


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list. `page` counts from 1; `pages` is at least 1; `total` counts the whole list."""

    items: list[T]
    page: int
    pages: int
    total: int


def paginate(items: Sequence[T], page: int, size: int) -> Page[T]:
    """Page number `page` of `items`, `size` to a page; empty past the last. Raises InvalidField for either below 1."""
    for name, value in (("page", page), ("size", size)):
        if value < 1:
            raise InvalidField(name, "must be at least 1")
    first = (page - 1) * size
    return Page(list(items[first : first + size]), page, max(1, -(-len(items) // size)), len(items))
