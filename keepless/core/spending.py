"""Sums of spending by month, category, merchant and account, and of income and the rest beside it, per currency.

Which row is what, `kinds` decides. The rules' numbers (S1 and so on) are those of docs/spending.md. Amounts are minor
units with Plaid's sign: positive leaves the account. Nothing here raises for odd data.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from keepless.core.kinds import Kind, filed_under, is_unexplained, kind_of
from keepless.core.models import Account, Transaction
from keepless.core.periods import month_of

if TYPE_CHECKING:
    from datetime import date

__all__ = ("Analysis", "CurrencyAnalysis", "Distinct", "Kind", "analyse", "distinct", "each_once", "kind_of", "ranked")


class CurrencyAnalysis(msgspec.Struct, frozen=True, kw_only=True):
    """Sums of one currency, in its minor units. A positive figure is what its name says; refunds are already netted.

    Each `by_` dictionary splits `spent` and sums to it; keys with a sum of zero stay. `by_category` is by primary,
    `by_month` and its kin by "YYYY-MM", ascending, of the rows' `date` (S15). `count` is of distinct rows,
    `pending_count` of those the pending.
    """

    currency: str
    spent: int
    income: int
    unexplained_income: int  # the part of `income` that no category vouches for (S8)
    cash: int
    debt_payments: int
    transfers: int  # volume: both directions added, so a pair between own accounts counts twice
    card_payments: int  # the larger of what left bank accounts and what reached cards: both are the same money
    by_month: dict[str, int]
    by_category: dict[str, int]
    by_detailed: dict[str, int]
    by_merchant: dict[str, int]
    by_account: dict[str, int]
    income_by_month: dict[str, int]
    cash_by_month: dict[str, int]
    debt_payments_by_month: dict[str, int]
    count: int
    pending_count: int
    skipped_twins: int

    @property
    def net(self) -> int:
        """Income less spending, debt payments and cash: what the period left over."""
        return self.income - self.spent - self.debt_payments - self.cash


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """One analysis per currency, the one with the most rows first. Currencies are never added together (S13)."""

    currencies: dict[str, CurrencyAnalysis]
    unknown_accounts: tuple[str, ...]  # ids that rows name and no account has, sorted (S16)


def analyse(transactions: Sequence[Transaction], accounts: Sequence[Account]) -> Analysis:
    """Sums of `transactions` by every rule; their order does not matter. Linear in their number.

    `accounts` say which type an account is; a row of an account that is not among them is judged by its category alone.
    """
    types = {account.id: account.type for account in accounts}
    once = distinct(transactions)
    shares = _by_currency(once.rows)
    pending = Counter([row.currency for row in once.pending])
    twins = Counter([row.currency for row in once.skipped])
    currencies: dict[str, CurrencyAnalysis] = {}
    used: set[str] = set()
    for currency in sorted(shares, key=lambda currency: (-len(shares[currency]), currency)):
        book = _Book(types)
        book.read(shares[currency])
        currencies[currency] = book.sums(currency, len(shares[currency]), pending[currency], twins[currency])
        used.update(book.accounts)
    return Analysis(currencies=currencies, unknown_accounts=tuple(sorted(used - types.keys())))


class Distinct(NamedTuple):
    """Each row once. `pending` are those of `rows` not yet posted; `skipped` the rows left out."""

    rows: Sequence[Transaction]
    pending: list[Transaction]
    skipped: list[Transaction]


def distinct(transactions: Sequence[Transaction]) -> Distinct:
    """The rows that count: without pending rows whose posted twin is here, and of rows with one id only one (S12).

    That one is the posted one, then the one booked last.
    """
    rows = transactions
    skipped: list[Transaction] = []
    if len({row.id for row in rows}) < len(rows):
        last: dict[str, Transaction] = {}
        for row in sorted(rows, key=lambda row: (not row.pending, row.posted, repr(row))):
            if row.id in last:
                skipped.append(last[row.id])
            last[row.id] = row
        rows = list(last.values())
    if pending := [row for row in rows if row.pending]:
        replaced = {row.replaces for row in rows if row.replaces is not None and not row.pending}
        if twins := {row.id for row in pending if row.id in replaced}:
            skipped += [row for row in pending if row.id in twins]
            rows = [row for row in rows if row.id not in twins]
            pending = [row for row in pending if row.id not in twins]
    return Distinct(rows, pending, skipped)


def each_once(transactions: Sequence[Transaction]) -> Sequence[Transaction]:
    """The rows of `distinct` of a list that is newest first by `date`, and newest first again.

    To be asked before days are cut off: a pair of twins across the cut would count twice.
    """
    once = distinct(transactions)
    return sorted(once.rows, key=lambda row: row.date, reverse=True) if once.skipped else once.rows


def ranked(totals: dict[str, int], most: int | None = None) -> list[tuple[str, int]]:
    """The entries of a `by_` dictionary, largest sum first, equal sums by key; at most `most` of them."""
    return sorted(totals.items(), key=lambda entry: (-entry[1], entry[0]))[:most]


def _by_currency(rows: Sequence[Transaction]) -> dict[str, Sequence[Transaction]]:
    if not rows:
        return {}
    first = rows[0].currency
    if not [row for row in rows if row.currency != first]:  # nearly always, and three times as quick as splitting
        return {first: rows}
    shares: defaultdict[str, list[Transaction]] = defaultdict(list)
    for row in rows:
        shares[row.currency].append(row)
    return dict(shares)


# What the loop over the rows needs to know of rows that share account, category and direction, as a bare tuple because
# that unpacks fastest: their primary; where an amount goes (to their own sum, to the kind's month); the merchants' sums
# where they are spending.
_Route = tuple[str, Callable[[int], None], Callable[[int], None], dict[str, int] | None]

# Account, primary, detailed and amounts of such rows of one direction, which share a kind. Bare for the same reason.
_Group = tuple[str, str, str, list[int]]


class _Ledger:
    """The groups of one kind, and its sums by month."""

    def __init__(self, merchants: dict[str, int] | None) -> None:
        self.groups: list[_Group] = []
        self.reading: list[int] = []  # amounts of the month being read
        self.to_month = self.reading.append
        self.by_month: dict[str, int] = {}
        self.merchants = merchants


class _Book:
    """Amounts of one currency while its rows are read."""

    def __init__(self, types: dict[str, str]) -> None:
        self.accounts: set[str] = set()
        self._types = types
        self._merchants: dict[str, int] = {}
        self._ledgers = {kind: _Ledger(self._merchants if kind is Kind.SPENDING else None) for kind in Kind}
        self._mismatched: dict[tuple[str, str, str, bool], _Route] = {}

    def read(self, rows: Sequence[Transaction]) -> None:
        """The one pass over the rows. Those of a day stand together in a bank's answer, so months change seldom.

        Two small dictionaries, one in the other, are quicker than one with a tuple for a key. They go by the detailed
        category; a row whose primary is not that of the first row so called (none of Plaid's) takes the long way.
        """
        leaving: dict[str, dict[str, _Route]] = {}
        arriving: dict[str, dict[str, _Route]] = {}
        day: date | None = None
        month = ""
        for row in rows:
            if row.date != day:
                day = row.date
                if (this := month_of(day)) != month:
                    self._close(month)
                    month = this
            amount = row.amount
            directed = arriving if amount < 0 else leaving
            try:
                primary, to_group, to_month, merchants = directed[row.account_id][row.detailed]
            except KeyError:
                route = directed.setdefault(row.account_id, {})[row.detailed] = self._open(row)
                primary, to_group, to_month, merchants = route
            if primary != row.primary:
                _, to_group, to_month, merchants = self._other_route(row)
            to_group(amount)
            to_month(amount)
            if merchants is not None:
                merchant = row.merchant
                merchants[merchant] = merchants.get(merchant, 0) + amount
        self._close(month)

    def sums(self, currency: str, count: int, pending: int, twins: int) -> CurrencyAnalysis:
        """What was read, summed by every dimension."""
        by_category: defaultdict[str, int] = defaultdict(int)
        by_detailed: defaultdict[str, int] = defaultdict(int)
        by_account: defaultdict[str, int] = defaultdict(int)
        for account, primary, detailed, total in self._totals(Kind.SPENDING):
            category, subcategory = filed_under(primary, detailed)
            by_category[category] += total
            by_detailed[subcategory] += total
            by_account[account] += total
        unexplained = -sum(total for _, primary, _, total in self._totals(Kind.INCOME) if is_unexplained(primary))
        income_by_month = {month: -total for month, total in self._by_month(Kind.INCOME).items()}
        cash_by_month = self._by_month(Kind.CASH)
        debt_payments_by_month = self._by_month(Kind.DEBT_PAYMENT)
        return CurrencyAnalysis(
            currency=currency,
            spent=sum(by_account.values()),
            income=sum(income_by_month.values()),
            unexplained_income=unexplained,
            cash=sum(cash_by_month.values()),
            debt_payments=sum(debt_payments_by_month.values()),
            transfers=sum(abs(total) for *_, total in self._totals(Kind.TRANSFER)),  # a group has one direction
            card_payments=self._card_payments(),
            by_month=self._by_month(Kind.SPENDING),
            by_category=dict(by_category),
            by_detailed=dict(by_detailed),
            by_merchant=self._merchants,
            by_account=dict(by_account),
            income_by_month=income_by_month,
            cash_by_month=cash_by_month,
            debt_payments_by_month=debt_payments_by_month,
            count=count,
            pending_count=pending,
            skipped_twins=twins,
        )

    def _open(self, row: Transaction) -> _Route:
        """The route of the first row of its account, category and direction."""
        account, primary, detailed = row.account_id, row.primary, row.detailed
        self.accounts.add(account)
        ledger = self._ledgers[kind_of(row, self._types.get(account, ""))]
        amounts: list[int] = []
        ledger.groups.append((account, primary, detailed, amounts))
        return primary, amounts.append, ledger.to_month, ledger.merchants

    def _other_route(self, row: Transaction) -> _Route:
        key = (row.account_id, row.primary, row.detailed, row.amount < 0)
        if key not in self._mismatched:
            self._mismatched[key] = self._open(row)
        return self._mismatched[key]

    def _close(self, month: str) -> None:
        """Adds what was read since the last call to the sums of `month`."""
        for ledger in self._ledgers.values():
            if ledger.reading:
                ledger.by_month[month] = ledger.by_month.get(month, 0) + sum(ledger.reading)
                ledger.reading.clear()

    def _totals(self, kind: Kind) -> list[tuple[str, str, str, int]]:
        """Account, primary, detailed and sum of each group."""
        groups = self._ledgers[kind].groups
        return [(account, primary, detailed, sum(amounts)) for account, primary, detailed, amounts in groups]

    def _by_month(self, kind: Kind) -> dict[str, int]:
        return dict(sorted(self._ledgers[kind].by_month.items()))

    def _card_payments(self) -> int:
        """S2: the same money leaves a bank account and reaches a card; where one is not connected the other tells."""
        paid = received = 0
        for account, _, _, total in self._totals(Kind.CARD_PAYMENT):
            if self._types.get(account) == "credit":
                received -= total
            else:
                paid += total
        return max(paid, received, 0)
