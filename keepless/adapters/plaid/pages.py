"""All pages of a bank's transactions, asked for at once and checked to be one set."""

import datetime as dt
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec

from keepless.adapters.plaid import faults, mapping, wire
from keepless.core.models import Transaction
from keepless.core.secret import Secret

PAGE = 500  # the most that /transactions/get gives
MOST_ROWS = 100_000  # beyond any bank's two years; a total above it is not believed
MOST_GUESSED = 24  # pages asked for on the word of a hint alone: it comes from a cookie that anyone can write
ROUNDS = 3
# What rows are asked for with, in whatever way they come.
ROW_OPTIONS = {"include_original_description": False, "personal_finance_category_version": "v2"}

_happened = attrgetter("date")


class Page(msgspec.Struct):
    """One page: its rows as models, and what its first one says of the whole."""

    total: int
    count: int  # rows on it, understood or not
    transactions: list[Transaction]
    unreadable: int
    accounts: list[wire.Account]
    lost_accounts: int
    item: wire.Item | None


class Gathered(msgspec.Struct):
    """A whole set: `transactions` newest first, accounts and item of its first page."""

    transactions: list[Transaction]
    unreadable: int
    accounts: list[wire.Account]
    item: wire.Item | None


# Asks for the pages at these offsets, all at once, and answers with them in the same order.
AskPages = Callable[[list[int]], list[Page]]


def request(access_token: Secret, start: dt.date, end: dt.date, offset: int) -> dict[str, Any]:
    """The body of /transactions/get for the page at `offset` of the inclusive range."""
    return {
        "access_token": access_token.reveal(),
        "start_date": start.isoformat(),
        "end_date": end.isoformat(),
        "options": {"count": PAGE, "offset": offset, **ROW_OPTIONS},
    }


def reader(shared: dict[Any, Any]) -> Callable[[bytes], Page]:
    """Reads the bytes of a page; `shared` is one dict for all pages of a fetch (see mapping.transactions)."""

    def read(body: bytes) -> Page:
        page, lost_rows, lost_accounts = wire.transactions_page(body)
        transactions, lost = mapping.transactions(page.transactions or [], shared)
        lost += lost_rows
        if lost and not transactions:
            raise faults.own(faults.BAD_ANSWER)  # not a bad row but an answer of another kind
        return Page(
            total=page.total_transactions,
            count=len(transactions) + lost,
            transactions=transactions,
            unreadable=lost,
            accounts=page.accounts or [],
            lost_accounts=lost_accounts,
            item=page.item,
        )

    return read


def gather(ask: AskPages, expected: int | None) -> Gathered:
    """The set behind `ask`, in one round trip where `expected` is about right, in two where it is missing or too low.

    A bank may post rows while its pages are read: totals then differ, or an id comes twice or not at all, and all pages
    are asked for again, at most ROUNDS times. Raises PlaidFault: that of a page, or CHANGING.
    """
    guess = 1 if expected is None else min(_pages(max(expected, 0)), MOST_GUESSED)
    for _ in range(ROUNDS):
        pages = ask(_offsets(0, guess))
        total = pages[0].total
        if not 0 <= total <= MOST_ROWS:
            raise faults.own(faults.BAD_ANSWER)
        if _pages(total) > len(pages):
            pages += ask(_offsets(len(pages), _pages(total)))
        if _is_one_set(pages):
            rows = [row for page in pages for row in page.transactions]
            rows.sort(key=_happened, reverse=True)  # Plaid orders by the day of booking; equal days keep its order
            return Gathered(
                rows,
                sum(page.unreadable for page in pages) + pages[0].lost_accounts,
                pages[0].accounts,
                pages[0].item,
            )
        guess = _pages(max(page.total for page in pages if page.total <= MOST_ROWS))
    raise faults.own(faults.CHANGING)


def _is_one_set(pages: list[Page]) -> bool:
    total = pages[0].total
    ids = {row.id for page in pages for row in page.transactions}
    return sum(page.count for page in pages) == total and len(ids) == sum(len(page.transactions) for page in pages)


def _pages(rows: int) -> int:
    return max(1, -(-rows // PAGE))


def _offsets(first: int, end: int) -> list[int]:
    return [page * PAGE for page in range(first, end)]
