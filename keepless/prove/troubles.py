"""Everything that can go wrong while tokens and figures are in hand."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from keepless.prove.canaries import BROKEN, Kind
from keepless.prove.person import HTML, Person

_FAULTS: tuple[Mapping[str, Any], ...] = (
    {"status": 500, "error_code": "INTERNAL_SERVER_ERROR", "error_type": "API_ERROR"},
    {"half_body": True},
    {"garbage": True},
    {"reset": True},
    {"error_code": "ITEM_LOGIN_REQUIRED", "error_type": "ITEM_ERROR", "status": 400},
    {"error_code": "RATE_LIMIT_EXCEEDED", "error_type": "RATE_LIMIT_EXCEEDED", "status": 429},
    {"error_code": "INVALID_ACCESS_TOKEN", "error_type": "INVALID_INPUT", "status": 400},
)
_CALLS = ("/transactions/get", "/accounts/get", "/liabilities/get", "/transactions/sync", "/item/get")
_READING = ("/api/dashboard", "/", "/api/transactions?days=90", "/api/export?format=csv", "/api/trends")
_WEBHOOKS = (
    "SYNC_UPDATES_AVAILABLE",
    "DEFAULT_UPDATE",
    "PENDING_DISCONNECT",
    "LOGIN_REPAIRED",
    "NEW_ACCOUNTS_AVAILABLE",
)
_UNTIL_SENT = 1.0  # seconds; the local Plaid sends them behind its answers


def plaid_fails(person: Person) -> Iterator[str]:
    """Plaid fails in every way while pages and routes are asked for; each way is named."""
    for order in _FAULTS:
        yield str(order.get("error_code") or next(iter(order)))
        for endpoint in (*_CALLS, "/item/public_token/exchange"):
            person.bank.fault(endpoint=endpoint, **order)
        # Where Plaid says to wait, each of these waits as long as it may.
        for path in _READING[: 2 if "429" in str(order) else None]:
            person.visitor.get(path)
        never_made = person.canaries.token(Kind.PUBLIC_TOKEN, f"public-sandbox-{_uuid()}")
        person.visitor.post("/api/exchange", {"public_token": never_made})
        person.bank.end_faults()


def everything_is_refused(person: Person) -> None:
    """Tokens that are none, a look-up that raises while it holds one, cookies that are broken in every way."""
    for kind in ("access-sandbox-", BROKEN, "public-sandbox-", "link-sandbox-"):
        token = person.canaries.token(Kind.ACCESS_TOKEN, f"{kind}{_uuid()}")
        person.visitor.submit("/setup", {"access_token": token}, Accept=HTML)
        person.visitor.post("/api/exchange", {"public_token": token})
        person.visitor.get(f"/{token}")
        referer = f"{person.visitor.origin}/{token}"
        person.visitor.get("/api/dashboard", Authorization=f"Bearer {token}", Referer=referer)
    whole = dict(person.visitor.cookies)
    for name, value in whole.items():
        for broken in (value[:-3], value[:40] + "AAAA" + value[44:], value + "x", "", "v1.none." + value, value * 9):
            sent = "; ".join(f"{each}={broken if each == name else kept}" for each, kept in whole.items())
            for path in ("/", "/api/dashboard", "/api/what-you-hold"):
                person.visitor.get(path, Cookie=sent)
        person.visitor.get("/", Cookie=f"{name}={value}; {name}={value}")
        person.visitor.get(f"/api/dashboard?{name}={quote(value[:200])}")


def webhooks_come(person: Person, billing_secret: str) -> None:
    """Plaid's, for the items that live; the billing provider's, for this person; and forged ones of both."""
    live = [item for item in person.bank.note_items() if item["state"] == "live"]
    for item in live:
        for code in _WEBHOOKS:
            body = {"access_token": item["access_token"], "webhook_code": code}
            person.bank.call("/sandbox/item/fire_webhook", body)
        person.bank.call("/sandbox/changes", {"access_token": item["access_token"], "added": 2, "removed": 1})
    time.sleep(_UNTIL_SENT)
    for told in person.bank.call("/sandbox/webhooks", method="GET").get("webhooks", ()):
        person.visitor.note("POST", "/api/webhooks/plaid", int(told.get("status") or 0))
    forged = {"webhook_type": "ITEM", "webhook_code": "ERROR", "item_id": live[0]["item_id"], "note": person.search}
    person.visitor.post("/api/webhooks/plaid", forged, **{"Plaid-Verification": "eyJhbGciOiJub25lIn0.e30."})
    paid = {
        "id": "evt_prove",
        "object": "event",
        "type": "checkout.session.completed",
        "created": int(time.time()),
        "data": {"object": {"object": "checkout.session", "customer_email": person.email, "payment_status": "paid"}},
    }
    for secret in (billing_secret, "wrong" * 8):
        signed = msgspec.json.encode(paid)
        headers = {"Content-Type": "application/json", "Stripe-Signature": _stripe(signed, secret)}
        person.visitor.ask("POST", "/api/webhooks/billing", signed, **headers)


def _stripe(body: bytes, secret: str) -> str:
    """Stripe's signature over the time and the body, by its published scheme (docs/billing.md)."""
    at = int(time.time())
    return f"t={at},v1={hmac.digest(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hex()}"


def _uuid() -> str:
    text = secrets.token_hex(16)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
