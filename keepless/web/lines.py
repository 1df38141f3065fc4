"""The lines of the stream, and how a bank's own is made from what it said.

Amounts are minor units of the currency beside them, with Plaid's sign; days are whole days since 1970-01-01 of the
bank's own calendar. Rows come with their kind and category decided by the core: the browser sums and filters, it never
judges.
"""

from datetime import date, datetime

import msgspec

from keepless.core.credit import Card, Loan, cards, loans
from keepless.core.kinds import Kind, filed_under, kind_of
from keepless.core.models import Account, BankProblem, BankRef, BankSnapshot, CacheUse, Transaction
from keepless.core.periods import Period
from keepless.core.recurring import Recurring, find
from keepless.core.spending import each_once

KINDS = tuple(Kind)
_EPOCH = date(1970, 1, 1).toordinal()


class AskedBank(msgspec.Struct, frozen=True):
    """A bank that is being asked. `key` names it in this interface: eight characters, made from its item id."""

    key: str
    item_id: str
    name: str


class Start(msgspec.Struct, frozen=True, kw_only=True, tag="start", tag_field="type"):
    """The first line, before any bank has answered. `until` is when the session ends (UTC); `mark` is `mark_of` it.

    `history_days` is how far back the visitor may look, and `trends` whether they may look at those.
    """

    today: date
    period: Period
    banks: tuple[AskedBank, ...]
    connected: int
    until: datetime
    mark: str
    history_days: int
    trends: bool
    kinds: tuple[str, ...] = tuple(map(str, KINDS))


class Category(msgspec.Struct, frozen=True, array_like=True):
    """Plaid's two codes ("" where it gave none), and the two that spending of them is filed under (S11)."""

    primary: str
    detailed: str
    filed_primary: str
    filed_detailed: str


class Row(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One transaction. `account` and `category` are places in the lists of its line, `kind` in that of the first line.

    `name` is "" where it is the merchant's; `pending` is 0 or 1.
    """

    id: str
    account: int
    day: int
    posted: int
    amount: int
    currency: str
    merchant: str
    name: str
    category: int
    kind: int
    pending: int


class BankBody(msgspec.Struct, frozen=True, kw_only=True, tag="bank", tag_field="type"):
    """What a bank said. `rows` are newest first and each once; the problems and `unreadable` as in BankSnapshot."""

    key: str
    bank: BankRef
    fetched_at: datetime
    accounts: tuple[Account, ...]
    cards: tuple[Card, ...]
    loans: tuple[Loan, ...]
    recurring: tuple[Recurring, ...]
    liabilities_problem: str | None
    transactions_problem: str | None
    unreadable: int
    renew_by: datetime | None
    account_ids: tuple[str, ...]  # of the rows; one that no account above has is there too (S16)
    categories: tuple[Category, ...]
    rows: list[Row]


class LiveBank(BankBody, frozen=True, kw_only=True, tag="bank", tag_field="type"):
    """A bank that answered, or whose copy is shown: `cache` tells which, `fetched_at` of when it is.

    A bank that is "stale" has a second line: the news (of type bank again), `same`, or the problem in getting them.
    """

    cache: CacheUse


class LiveSame(msgspec.Struct, frozen=True, kw_only=True, tag="same", tag_field="type"):
    """The bank has no news: the line before tells how it is at `fetched_at` (UTC)."""

    key: str
    fetched_at: datetime


class LiveProblem(msgspec.Struct, frozen=True, kw_only=True, tag="problem", tag_field="type"):
    """A bank that could not be read: what happened, and the next step in words.

    A line that told of the bank before may go on being shown, with its age, where `copy_stands`.
    """

    key: str
    copy_stands: bool
    problem: BankProblem
    title: str
    detail: str
    next_step: str


class End(msgspec.Struct, frozen=True, kw_only=True, tag="end", tag_field="type"):
    """The last line: without it the stream broke off. `hints` is the new text of the hints cookie, None to leave it."""

    hints: str | None


Line = Start | LiveBank | LiveSame | LiveProblem | End


def bank_body(key: str, snapshot: BankSnapshot, today: date) -> BankBody:
    """What the line of one bank says."""
    transactions = each_once(snapshot.transactions)
    accounts = {account.id: place for place, account in enumerate(snapshot.accounts)}
    types = {account.id: account.type for account in snapshot.accounts}
    categories: dict[tuple[str, str], int] = {}
    kinds = {kind: place for place, kind in enumerate(KINDS)}

    def row(each: Transaction) -> Row:
        return Row(
            each.id,
            accounts.setdefault(each.account_id, len(accounts)),
            each.date.toordinal() - _EPOCH,
            each.posted.toordinal() - _EPOCH,
            each.amount,
            each.currency,
            each.merchant,
            "" if each.name == each.merchant else each.name,
            categories.setdefault((each.primary, each.detailed), len(categories)),
            kinds[kind_of(each, types.get(each.account_id, ""))],
            int(each.pending),
        )

    # Banks go by the day of booking: what happened just before the period comes too, and is no part of it.
    rows = [row(each) for each in transactions if each.date >= snapshot.start]
    return BankBody(
        key=key,
        bank=snapshot.bank,
        fetched_at=snapshot.fetched_at,
        accounts=snapshot.accounts,
        cards=cards([snapshot], today),
        loans=loans([snapshot], today),
        recurring=find(transactions, snapshot.accounts, today, snapshot.streams or ()),
        liabilities_problem=snapshot.liabilities_problem,
        transactions_problem=snapshot.transactions_problem,
        unreadable=snapshot.unreadable,
        renew_by=snapshot.renew_by,
        account_ids=tuple(accounts),
        categories=tuple(Category(*codes, *filed_under(*codes)) for codes in categories),
        rows=rows,
    )
