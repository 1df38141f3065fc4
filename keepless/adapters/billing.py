"""Billing webhooks in Stripe's format: the signature scheme, and what of an event sets a tier (docs/billing.md)."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec

from keepless.core.email import normal
from keepless.core.secret import Secret
from keepless.core.tiers import Tier
from keepless.errors import WebhookRefused
from keepless.ports import Clock
from keepless.ports.billing import TierChange

TOLERANCE = 300  # seconds that a signature may be old, Stripe's rule, or ahead of our clock

_MAX_HEADER = 4096
_TIME = re.compile(r"0|[1-9][0-9]{0,11}")  # one way to write it: what is signed is its text
_SCHEME = "v1"
_LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z, the last that a datetime holds

# Stripe, "Subscription statuses". `past_due` is tried again for weeks and not taken back before; `incomplete` waits for
# its first payment and is neither.
_PAID = frozenset({"active", "trialing", "past_due"})
_NOT_PAID = frozenset({"canceled", "unpaid", "incomplete_expired", "paused"})
# `created` counts whole seconds. Of one second the event that comes later in a subscription's life is the later one.
_PLACE = {"customer.subscription.created": 1, "customer.subscription.updated": 2, "customer.subscription.deleted": 3}

_Second = Annotated[int, msgspec.Meta(ge=0, le=_LAST_SECOND)]
_Metadata = Mapping[str, Any]


class _Object(msgspec.Struct):
    object: dict[str, Any]


class _Event(msgspec.Struct):
    type: str
    created: _Second
    data: _Object


class _Customer(msgspec.Struct):
    email: str | None = None


class _Checkout(msgspec.Struct):
    mode: str = ""
    payment_status: str = ""
    client_reference_id: str | None = None
    customer_details: _Customer | None = None
    customer_email: str | None = None
    metadata: _Metadata | None = None


class _Price(msgspec.Struct):
    lookup_key: str | None = None


class _Item(msgspec.Struct):
    price: _Price | None = None


class _Items(msgspec.Struct):
    data: list[_Item] = []


class _Subscription(msgspec.Struct):
    status: str = ""
    metadata: _Metadata | None = None
    items: _Items | None = None


_event = msgspec.json.Decoder(_Event)


class StripeEvents:
    """The adapter behind `keepless.ports.billing.BillingEvents`: one endpoint's signing secret (`whsec_...`)."""

    def __init__(self, secret: Secret, clock: Clock) -> None:
        self._key = secret.reveal().encode()
        self._clock = clock

    def read(self, header: str, body: bytes) -> TierChange | None:
        """As in the port. WebhookRefused says malformed, signature, stale or future."""
        self._verify(header, body)
        try:
            event = _event.decode(body)
            return _change(event)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None  # signed, and of a shape that says nothing to us

    def _verify(self, header: str, body: bytes) -> None:
        """Raises WebhookRefused. The signature comes before the time, so that only its maker learns of our clock."""
        signed_at, signatures = _parse(header)
        expected = hmac.digest(self._key, signed_at.encode() + b"." + body, hashlib.sha256).hex().encode()
        # While a secret is rolled there is a signature by each.
        if not any(hmac.compare_digest(expected, each.encode("utf-8", "replace")) for each in signatures):
            raise WebhookRefused("signature")
        age = self._clock().timestamp() - int(signed_at)
        if age > TOLERANCE:
            raise WebhookRefused("stale")
        if age < -TOLERANCE:
            raise WebhookRefused("future")


def _parse(header: str) -> tuple[str, list[str]]:
    """The time as it was signed, and the signatures of the scheme we know; others (v0, of test events) are passed over.

    Raises WebhookRefused("malformed"). A time that comes twice is refused: another reader might take the other one.
    """
    pairs = [part.partition("=") for part in header.split(",")] if len(header) <= _MAX_HEADER else []
    times = [value for name, _, value in pairs if name == "t"]
    signatures = [value for name, _, value in pairs if name == _SCHEME]
    if len(times) != 1 or not _TIME.fullmatch(times[0]) or not signatures:
        raise WebhookRefused("malformed")
    return times[0], signatures


def _change(event: _Event) -> TierChange | None:
    """What the event comes to. Raises msgspec.ValidationError for an object that is not shaped as its type's are."""
    at = datetime.fromtimestamp(event.created, UTC) + timedelta(microseconds=_PLACE.get(event.type, 0))
    match event.type:
        case "checkout.session.completed" | "checkout.session.async_payment_succeeded":
            return _of_checkout(msgspec.convert(event.data.object, _Checkout), at)
        case "customer.subscription.created" | "customer.subscription.updated":
            return _of_subscription(msgspec.convert(event.data.object, _Subscription), at)
        case "customer.subscription.deleted":
            return _to(_user(msgspec.convert(event.data.object, _Subscription).metadata), "", Tier.FREE, at)
        case _:
            return None


def _of_checkout(checkout: _Checkout, at: datetime) -> TierChange | None:
    """A session has no prices in it, so its metadata says the tier: a payment for anything else sets none."""
    if checkout.mode == "setup" or checkout.payment_status == "unpaid":
        return None
    details = checkout.customer_details or _Customer()
    email = normal(details.email or checkout.customer_email or "") or ""
    return _to(_uuid(checkout.client_reference_id), email, _named_tier(checkout.metadata), at)


def _of_subscription(subscription: _Subscription, at: datetime) -> TierChange | None:
    user = _user(subscription.metadata)
    if subscription.status in _NOT_PAID:
        return _to(user, "", Tier.FREE, at)
    if subscription.status not in _PAID:
        return None
    # The price comes first: a plan that is changed in Stripe's own pages has a new one, and the old metadata.
    prices = [item.price.lookup_key for item in (subscription.items or _Items()).data if item.price is not None]
    tier = _paid_tier(prices[0] if prices else None) or _named_tier(subscription.metadata)
    return _to(user, "", tier, at)


def _to(user_id: str, email: str, tier: Tier | None, at: datetime) -> TierChange | None:
    if tier is None or not (user_id or email):
        return None
    return TierChange(user_id=user_id, email="" if user_id else email, tier=tier, at=at)


def _user(metadata: _Metadata | None) -> str:
    return _uuid((metadata or {}).get("keepless_user"))


def _named_tier(metadata: _Metadata | None) -> Tier | None:
    return _tier((metadata or {}).get("keepless_tier"))


def _paid_tier(lookup_key: str | None) -> Tier | None:
    tier = _tier(lookup_key)
    return None if tier is Tier.FREE else tier


def _tier(text: object) -> Tier | None:
    return Tier(text) if isinstance(text, str) and text in set(Tier) else None


def _uuid(text: object) -> str:
    """The text as our ids are written; "" for what is no UUID, such as another system's reference."""
    try:
        return str(UUID(text)) if isinstance(text, str) and len(text) <= 36 else ""  # noqa: PLR2004 - with its dashes
    except ValueError:
        return ""
