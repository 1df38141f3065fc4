"""Recurring streams: rows of one account and payee that come at a steady pace (docs/plaid.md, section 5.11)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from keepless.sandbox import currencies
from keepless.sandbox.ids import derived_id
from keepless.sandbox.item import Item
from keepless.sandbox.snapshots import Snapshot

_CENT = Decimal("0.01")
_MATURE = 3
_STEADY = 0.7  # share of gaps that must fit the pace


class _Pace(NamedTuple):
    name: str
    low: int
    high: int
    days: int


_PACES = (
    _Pace("WEEKLY", 6, 8, 7),
    _Pace("BIWEEKLY", 13, 14, 14),
    _Pace("SEMI_MONTHLY", 15, 16, 15),
    _Pace("MONTHLY", 27, 34, 30),
    _Pace("ANNUALLY", 358, 372, 365),
)


def streams(item: Item, accounts: set[str], today: date) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Inflow and outflow streams of the accounts with these keys, latest first."""
    groups: defaultdict[tuple[str, str, str, bool], list[Snapshot]] = defaultdict(list)
    for each in reversed(item.log.current()):
        row = each.row
        if not each.pending and row.account in accounts and row.amount:
            groups[row.account, row.merchant or row.description, row.currency, row.amount < 0].append(each)
    inflow: list[dict[str, Any]] = []
    outflow: list[dict[str, Any]] = []
    for (account, payee, currency, arrives), rows in groups.items():
        pace = _pace_of(rows)
        if pace:
            stream_id = derived_id(item.item_id, "stream", account, payee, currency, str(arrives))
            (inflow if arrives else outflow).append({**_stream(item, rows, pace, today), "stream_id": stream_id})
    for found in (inflow, outflow):
        found.sort(key=lambda stream: stream["last_date"], reverse=True)
    return inflow, outflow


def _pace_of(rows: Sequence[Snapshot]) -> _Pace | None:
    gaps = [(after.date - before.date).days for before, after in pairwise(rows)]
    if not gaps:
        return None
    middle = median(gaps)
    pace = next((each for each in _PACES if each.low <= middle <= each.high), None)
    if pace is None or (len(rows) < _MATURE and pace.name != "ANNUALLY"):
        return None
    fitting = sum(pace.low - 1 <= gap <= pace.high + 1 for gap in gaps)
    return pace if fitting >= _STEADY * len(gaps) else None


def _stream(item: Item, rows: Sequence[Snapshot], pace: _Pace, today: date) -> dict[str, Any]:
    first, last = rows[0], rows[-1]
    currency = last.row.currency
    active = (today - last.date).days <= pace.days * 1.5
    fields: dict[str, Any] = {
        "account_id": item.account_id(last.account),
        "average_amount": _amount(_mean(each.row.amount for each in rows), currency),
        "category": None,
        "category_id": None,
        "description": last.row.description,
        "first_date": first.date,
        "frequency": pace.name,
        "is_active": active,
        "is_user_modified": False,
        "last_amount": _amount(last.row.amount, currency),
        "last_date": last.date,
        "merchant_name": last.row.merchant,
        "predicted_next_date": last.date + timedelta(days=pace.days) if active else None,
        "status": "MATURE" if active else "TOMBSTONED",
        "transaction_ids": [item.transaction_id(each) for each in rows],
    }
    category = last.row.category
    if category:
        fields["personal_finance_category"] = {
            "confidence_level": category.confidence,
            "detailed": category.detailed,
            "primary": category.primary,
            "version": "v2",
        }
    return fields


def _mean(amounts: Iterable[Decimal]) -> Decimal:
    known = list(amounts)
    return (sum(known, Decimal(0)) / len(known)).quantize(_CENT)


def _amount(amount: Decimal, currency: str) -> dict[str, Any]:
    return {"amount": amount, **currencies.named(currency)}
