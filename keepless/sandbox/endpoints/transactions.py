"""/transactions/* (docs/plaid.md, sections 5.9 to 5.12 and 8)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date

from keepless.sandbox import requests
from keepless.sandbox.accounts import accounts_json, chosen
from keepless.sandbox.bodies import Page, encode
from keepless.sandbox.changelog import BadCursor, Change, Cursor, Kind
from keepless.sandbox.endpoints.endpoint import Answer, Endpoint
from keepless.sandbox.item import Item, Stage
from keepless.sandbox.problem import PlaidProblem
from keepless.sandbox.recurring import streams
from keepless.sandbox.snapshots import Snapshot
from keepless.sandbox.world import World

FROM_NOW = "now"


def get(world: World, request: requests.TransactionsGet) -> Answer:
    options = request.options
    item = _asked(world, request.access_token, options.days_requested)
    if request.start_date > request.end_date:
        raise PlaidProblem("INVALID_FIELD", "start_date must not be after end_date")
    holdings = chosen(item, options.account_ids)
    if item.stage is Stage.NOT_READY:
        raise PlaidProblem("PRODUCT_NOT_READY")
    rows = _within(item.log.current(), request.start_date, request.end_date)
    if options.account_ids is not None:
        keys = {each.key for each in holdings}
        rows = [each for each in rows if each.account in keys]
    shown = rows[options.offset : options.offset + options.count]
    original = bool(options.include_original_description)
    head = {
        "accounts": accounts_json(item, holdings),
        "item": item.as_json(),
        "total_transactions": len(rows),
    }

    def build() -> bytes:
        return encode(head)[:-1] + b',"transactions":' + _array(item, shown, with_original=original)

    span = (request.start_date, request.end_date, options.offset, options.count)
    whose = None if options.account_ids is None else tuple(options.account_ids)  # none named is not all
    return Page((item.item_id, item.revision, "get", *span, whose, original), build)


def sync(world: World, request: requests.TransactionsSync) -> Answer:
    options = request.options
    item = _asked(world, request.access_token, options.days_requested)
    item.armed = True
    account = next((each.key for each in chosen(item, [options.account_id] if options.account_id else [])), "")
    place = _place(item, request.cursor, account)
    changes, after = item.log.read(place, request.count, account)
    more = after < item.log.head
    following = Cursor(item.item_id, account, after, item.log.head if more else -1).encode()
    if item.stage is Stage.NOT_READY:
        following = ""
    with_rows = {account} if account else item.log.accounts()
    original = bool(options.include_original_description)
    head = {
        "accounts": accounts_json(item, [each for each in item.holdings if each.key in with_rows]),
        "has_more": more,
        "next_cursor": following,
        "removed": [
            {"account_id": item.account_id(each.snapshot.account), "transaction_id": item.transaction_id(each.snapshot)}
            for each in changes
            if each.kind is Kind.REMOVED
        ],
        "transactions_update_status": item.stage,
    }

    def build() -> bytes:
        added = _array(item, _of(changes, Kind.ADDED), with_original=original)
        modified = _array(item, _of(changes, Kind.MODIFIED), with_original=original)
        return encode(head)[:-1] + b',"added":' + added + b',"modified":' + modified

    return Page((item.item_id, item.revision, "sync", place, request.count, account, original), build)


def refresh(world: World, request: requests.ItemRequest) -> Answer:
    item = world.healthy_item(request.access_token)
    world.notify(item, item.refresh(world.clock()))
    return {}


def recurring_get(world: World, request: requests.RecurringGet) -> Answer:
    item = _asked(world, request.access_token, None)
    item.use("recurring_transactions")
    holdings = chosen(item, request.account_ids)
    if item.stage is Stage.NOT_READY:
        raise PlaidProblem("PRODUCT_NOT_READY")
    now = world.clock()
    inflow, outflow = streams(item, {each.key for each in holdings}, now.date())
    return {
        "inflow_streams": inflow,
        "outflow_streams": outflow,
        "personal_finance_category_version": "v2",
        "updated_datetime": item.last_update or now,
    }


def _asked(world: World, access_token: str, days_requested: int | None) -> Item:
    """The item, with this call counted: it may be the one that starts the extraction."""
    item = world.healthy_item(access_token)
    if item.use("transactions"):
        item.days = days_requested or item.days
        world.bring_up_to_now(item)
    item.transaction_calls += 1
    return item


def _place(item: Item, text: str, account: str) -> int:
    """How many changes the cursor has seen. Raises PlaidProblem for a foreign cursor or a change within a loop."""
    if text in ("", FROM_NOW):
        return item.log.head if text else 0
    try:
        cursor = Cursor.decode(text)
    except BadCursor as error:
        raise PlaidProblem("INVALID_FIELD", str(error)) from None
    if cursor.item != item.item_id or cursor.account != account or not 0 <= cursor.place <= item.log.head:
        raise PlaidProblem("INVALID_FIELD", "cursor not associated with access_token")
    if cursor.loop_head not in (-1, item.log.head):
        raise PlaidProblem("TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION")
    return cursor.place


def _within(rows: Sequence[Snapshot], start: date, end: date) -> Sequence[Snapshot]:
    """The rows of an inclusive range, of rows newest first."""
    first = bisect_left(rows, -end.toordinal(), key=lambda each: -each.date.toordinal())
    last = bisect_right(rows, -start.toordinal(), key=lambda each: -each.date.toordinal())
    return rows[first:last]


def _of(changes: Iterable[Change], kind: Kind) -> list[Snapshot]:
    return [each.snapshot for each in changes if each.kind is kind]


def _array(item: Item, rows: Iterable[Snapshot], *, with_original: bool) -> bytes:
    accounts = {each.key: item.account_id(each.key) for each in item.holdings}
    written = (each.write(item.item_id, accounts[each.account], with_original=with_original) for each in rows)
    return b"[" + b",".join(written) + b"]"


ENDPOINTS = (
    Endpoint("/transactions/get", requests.TransactionsGet, get),
    Endpoint("/transactions/sync", requests.TransactionsSync, sync),
    Endpoint("/transactions/refresh", requests.ItemRequest, refresh),
    Endpoint("/transactions/recurring/get", requests.RecurringGet, recurring_get),
)
