"""Stripe's events as it sends them: signed bodies with what we read of them, and much that we do not."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

import stripe

SECRET = "whsec_" + "0123456789abcdefghijklmnopqrstuv"
ANA = str(uuid5(NAMESPACE_URL, "ana@example.test"))


def signature(body, at, *, secret=SECRET):
    """The header as Stripe's own library makes it; `at` is a moment or seconds since 1970."""
    seconds = int(at.timestamp()) if isinstance(at, datetime) else at
    return stripe.WebhookSignature.generate_signature_header(body.decode(), secret, seconds)


@dataclass
class Event:
    """One event. `about` is its object's own members; `created` a moment or seconds since 1970."""

    type: str
    about: dict = field(default_factory=dict)
    created: object = 1_790_000_000

    @property
    def body(self) -> bytes:
        seconds = int(self.created.timestamp()) if isinstance(self.created, datetime) else self.created
        return json.dumps(
            {
                "id": "evt_1QxExampleExampleExample",
                "object": "event",
                "api_version": "2026-10-29.example",
                "created": seconds,
                "data": {"object": self.about, "previous_attributes": {"status": "incomplete"}},
                "livemode": True,
                "pending_webhooks": 1,
                "request": {"id": None, "idempotency_key": None},
                "type": self.type,
            },
            indent=2,  # as Stripe writes it
        ).encode()


def subscription(kind="updated", *, created=1_790_000_000, **about):
    """An event of a subscription to pro, of Ana, that is paid; `about` overrides members of it."""
    usual = {
        "id": "sub_1QxExample",
        "object": "subscription",
        "customer": "cus_Example",
        "status": "active",
        "metadata": {"keepless_user": ANA},
        "items": {
            "object": "list",
            "data": [{"id": "si_Example", "price": {"id": "price_1Qx", "lookup_key": "pro", "unit_amount": 500}}],
        },
    }
    return Event(f"customer.subscription.{kind}", usual | about, created)


def checkout(kind="completed", *, created=1_790_000_000, **about):
    """A paid checkout session for pro that names Ana; `about` overrides members of it."""
    usual = {
        "id": "cs_live_example",
        "object": "checkout.session",
        "mode": "subscription",
        "payment_status": "paid",
        "client_reference_id": ANA,
        "customer": "cus_Example",
        "customer_details": {"email": "Ana@Example.test", "name": "Ana", "address": {"country": "ES"}},
        "customer_email": None,
        "metadata": {"keepless_tier": "pro"},
    }
    return Event(f"checkout.session.{kind}", usual | about, created)


def with_price(lookup_key):
    return {"data": [{"price": {"lookup_key": lookup_key}}]}
