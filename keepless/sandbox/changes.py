"""Changes to order: what `/sandbox/changes` does to the transactions of one item."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from keepless.sandbox.item import Item, Notice
from keepless.sandbox.snapshots import dearer, pending, posted

Rows = Annotated[int, Meta(ge=0, le=20_000)]
_POSTS_AFTER = timedelta(days=2)


class ChangeOrder(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How many rows change, and how.

    `added` and `pending` rows are of today, in the likeness of the newest; `modified` ones are the newest booked rows,
    each a unit of its currency dearer; `removed` the booked rows next to them; `booked` those that wait longest.
    """

    access_token: str
    added: Rows = 0
    pending: Rows = 0
    booked: Rows = 0
    modified: Rows = 0
    removed: Rows = 0


def play(item: Item, order: ChangeOrder, now: datetime) -> list[Notice]:
    """Changes the rows and gives the webhooks that tell of it. Raises ValueError where there are not enough of them."""
    waiting = item.log.pending()
    settled = [each for each in item.log.current() if not each.pending]
    if len(waiting) < order.booked:
        raise ValueError(f"booked: {len(waiting)} rows are pending")
    if len(settled) < max(order.modified + order.removed, 1):
        raise ValueError(f"modified, removed: {len(settled)} rows are booked")
    today = now.date()
    item.refreshes += 1
    fresh = [
        replace(
            settled[number % len(settled)].row,
            key=f"change-{item.refreshes}-{number}",
            transacted=today,
            posted=today if number < order.added else today + _POSTS_AFTER,
        )
        for number in range(order.added + order.pending)
    ]
    notices = item.book(waiting[: order.booked], today, now)
    for each in settled[: order.modified]:
        item.log.modify(dearer(each))
    gone = settled[order.modified :][: order.removed]
    for each in gone:
        item.log.remove(each)
    item.log.add(pending(row) if row.posted > today else posted(row) for row in fresh)
    item.touch(now)
    if gone:
        ids = [item.transaction_id(each) for each in gone]
        notices.append(Notice("TRANSACTIONS", "TRANSACTIONS_REMOVED", {"error": None, "removed_transactions": ids}))
    if fresh:
        told = {"error": None, "new_transactions": len(fresh)}
        notices.append(Notice("TRANSACTIONS", "DEFAULT_UPDATE", told))
    return notices + item.sync_notice()
