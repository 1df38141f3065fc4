"""A transaction as one moment of its life shows it, with its JSON encoded but for the ids, which differ per item."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from keepless.sandbox import currencies
from keepless.sandbox.bodies import encode
from keepless.sandbox.household import Row
from keepless.sandbox.ids import derived_id

_ICONS = "https://plaid-category-icons.plaid.com/PFC_"
_LOGOS = "https://plaid-merchant-logos.plaid.com/"
_KINDS = {"online": "digital", "in store": "place"}
_PLACE = dict.fromkeys(("address", "city", "country", "lat", "lon", "postal_code", "region", "store_number"))
_PAYMENT = dict.fromkeys(
    ("by_order_of", "payee", "payer", "payment_method", "payment_processor", "ppd_id", "reason", "reference_number")
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`key` names the transaction within the item; a pending row and its posted twin have different keys."""

    key: str
    account: str
    date: date  # when it happened while pending, when it was booked once posted
    pending: bool
    pending_key: str | None
    row: Row
    tail: bytes
    original: bytes

    def write(self, item_id: str, account_id: str, *, with_original: bool) -> bytes:
        """The transaction's JSON for one item."""
        pending_id = f'"{derived_id(item_id, self.pending_key)}"' if self.pending_key else "null"
        ids = (
            f'{{"account_id":"{account_id}","transaction_id":"{derived_id(item_id, self.key)}",'
            f'"pending_transaction_id":{pending_id},'
        )
        return ids.encode() + self.tail + (self.original if with_original else b"}")


def posted(row: Row, *, on: date | None = None, after: Snapshot | None = None) -> Snapshot:
    """The row as the bank booked it, on `row.posted` or another day; `after` is the pending snapshot it replaces."""
    booked = on or row.posted
    return _snapshot(row, row.key, booked, pending=False, pending_key=after.key if after else None)


def pending(row: Row) -> Snapshot:
    """The row before the bank books it."""
    return _snapshot(row, f"{row.key}/pending", row.transacted, pending=True, pending_key=None)


def dearer(snapshot: Snapshot) -> Snapshot:
    """The same booked transaction, one unit of its currency dearer."""
    row = replace(snapshot.row, amount=snapshot.row.amount + Decimal(1))
    return replace(posted(row, on=snapshot.date), pending_key=snapshot.pending_key)


def as_of(rows: Iterable[Row], today: date) -> Iterator[Snapshot]:
    """Each row as it stands today: pending while its posting date lies ahead."""
    for row in rows:
        yield pending(row) if row.posted > today else posted(row)


def _snapshot(row: Row, key: str, day: date, *, pending: bool, pending_key: str | None) -> Snapshot:
    text = encode(_fields(row, day, pending=pending))
    original = b',"original_description":' + encode(row.description) + b"}"
    return Snapshot(key, row.account, day, pending, pending_key, row, text[1:-1], original)


def _fields(row: Row, day: date, *, pending: bool) -> dict[str, Any]:
    """Everything of docs/plaid.md 6.3 but the three ids. What is null or absent there is so here."""
    entity = derived_id("merchant", row.merchant) if row.merchant else None
    logo = f"{_LOGOS}{_slug(row.merchant)}_{zlib.crc32(row.merchant.encode()) % 10000}.png" if row.merchant else None
    fields: dict[str, Any] = {
        "account_owner": None,
        "amount": row.amount,
        "authorized_date": row.transacted,
        "authorized_datetime": None,
        "category": None,
        "category_id": None,
        "check_number": None,
        "counterparties": [],
        "date": day,
        "datetime": None,
        "location": _PLACE | {"city": row.city, "country": row.country},
        "logo_url": logo,
        "merchant_entity_id": entity,
        "merchant_name": row.merchant,
        "name": row.description,
        "payment_channel": row.channel,
        "payment_meta": _PAYMENT,
        "pending": pending,
        "personal_finance_category": None,
        "transaction_code": None,
        "transaction_type": _KINDS.get(row.channel, "special"),
        "website": row.website,
        **currencies.named(row.currency),
    }
    if row.category:
        fields["personal_finance_category"] = {
            "confidence_level": row.category.confidence,
            "detailed": row.category.detailed,
            "primary": row.category.primary,
            "version": "v2",
        }
        fields["personal_finance_category_icon_url"] = f"{_ICONS}{row.category.primary}.png"
    if row.merchant:
        fields["counterparties"] = [
            {
                "confidence_level": row.category.confidence if row.category else "LOW",
                "entity_id": entity,
                "logo_url": logo,
                "name": row.merchant,
                "type": "merchant",
                "website": row.website,
            }
        ]
    return fields


def _slug(name: str) -> str:
    return "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in name.lower())
