"""What has changed since a cursor: the loop of /transactions/sync (docs/plaid.md, sections 5.10 and 8)."""

from collections.abc import Callable
from typing import Any

import msgspec

from keepless.adapters.plaid import faults, mapping, pages, wire
from keepless.core.models import Account, Changes, Transaction
from keepless.core.secret import Secret
from keepless.errors import PlaidFault

NOW = "now"  # the cursor that stands for this moment
MOST_PAGES = pages.MOST_ROWS // pages.PAGE  # of one loop; a server that has always more is not believed

_MUTATION = "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"
_REFUSED = "INVALID_FIELD"
EXPECTED = frozenset({_MUTATION, _REFUSED})  # Plaid is well: they say that a loop, or a copy, is to begin anew
_STILL_LOADING = frozenset({"NOT_READY", "INITIAL_UPDATE_COMPLETE"})


class Page(msgspec.Struct):
    """One page of a loop; `cursor` leads to the next one, "" where the item has none to give yet."""

    upserted: list[Transaction]
    removed: list[str]
    accounts: list[Account]
    unreadable: int
    cursor: str
    has_more: bool
    is_loading: bool  # there is history that Plaid has not pulled yet


# Asks for the page behind a cursor.
AskPage = Callable[[str], Page]


def request(access_token: Secret, cursor: str) -> dict[str, Any]:
    """The body of /transactions/sync for the page behind `cursor`; "" is the beginning."""
    return {
        "access_token": access_token.reveal(),
        "cursor": cursor,
        "count": pages.PAGE,
        "options": pages.ROW_OPTIONS,
    }


def reader(shared: dict[Any, Any]) -> Callable[[bytes], Page]:
    """Reads the bytes of a page; `shared` is one dict for all pages of a loop (see mapping.transactions)."""

    def read(body: bytes) -> Page:
        page, lost = wire.sync_page(body)
        upserted, odd_rows = mapping.transactions([*(page.added or ()), *(page.modified or ())], shared)
        removed, odd_removals = mapping.removals(page.removed or ())
        accounts, odd_accounts = mapping.accounts(page.accounts or ())
        return Page(
            upserted=upserted,
            removed=removed,
            accounts=accounts,
            unreadable=lost + odd_rows + odd_removals + odd_accounts,
            cursor=page.next_cursor or "",
            has_more=page.has_more,
            is_loading=page.transactions_update_status in _STILL_LOADING,
        )

    return read


def start(ask: AskPage) -> str:
    """A cursor that stands for now; "" (the beginning) while Plaid still pulls history.

    What such a cursor would tell of history that comes later is not documented, and the beginning misses nothing.
    Raises PlaidFault: that of the page.
    """
    page = ask(NOW)
    return "" if page.is_loading or page.has_more else page.cursor


def gather(ask: AskPage, cursor: str) -> Changes:
    """All that happened since `cursor`, page after page until there is no more.

    Where the bank's rows change between two pages the loop begins again, ROUNDS times in all. An item that is not ready
    has changed nothing and keeps its cursor. Raises PlaidFault: that of a page, CHANGING, or BAD_CURSOR where Plaid
    does not know the cursor as one of this item's.
    """
    for _ in range(pages.ROUNDS):
        try:
            return _combined(_loop(ask, cursor), cursor)
        except PlaidFault as fault:
            if fault.code == _REFUSED and cursor:  # all else in the request is always the same
                raise faults.own(faults.BAD_CURSOR, http_status=fault.http_status) from None
            if fault.code != _MUTATION:
                raise
    raise faults.own(faults.CHANGING)


def _loop(ask: AskPage, cursor: str) -> list[Page]:
    loop = [ask(cursor)]
    while loop[-1].has_more:
        if len(loop) == MOST_PAGES or not loop[-1].cursor:
            raise faults.own(faults.BAD_ANSWER)
        loop.append(ask(loop[-1].cursor))
    return loop


def _combined(loop: list[Page], cursor: str) -> Changes:
    """Removals last: a removed row may have been added or changed on the same page, or on any other."""
    accounts = {account.id: account for page in loop for account in page.accounts}
    upserted = {row.id: row for page in loop for row in page.upserted}
    removed = dict.fromkeys(gone for page in loop for gone in page.removed)
    for gone in removed:
        upserted.pop(gone, None)
    return Changes(
        upserted=tuple(upserted.values()),
        removed=tuple(removed),
        accounts=tuple(accounts.values()),
        cursor=loop[-1].cursor or cursor,
        unreadable=sum(page.unreadable for page in loop),
    )
