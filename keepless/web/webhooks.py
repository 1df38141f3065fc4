"""Plaid's webhooks: verified, counted and logged.

The stateless edition keeps nothing of theirs but one thing, in memory and by a keyed hash: that a bank's permission is
about to end (services.endings). A webhook lost, or a restart, costs that reminder and no more.
"""

from datetime import timedelta

import msgspec
import structlog
from flask import Response, request

from keepless.core.moments import utc_moment
from keepless.errors import PlaidFault, WebhookRefused
from keepless.web.operations import Operation, answer, as_sent
from keepless.web.site import Parts
from keepless.web.visit import Visit

HEADER = "Plaid-Verification"
_WARNED_AHEAD = timedelta(days=7)  # Plaid's rule, where a warning names no time (docs/plaid.md, section 10)

_log = structlog.get_logger("keepless.webhooks")


class Received(msgspec.Struct, frozen=True):
    """Says that the webhook was Plaid's and was taken."""

    received: bool = True


class Event(msgspec.Struct, frozen=True):
    """What of a webhook's body is looked at, once it is known to be Plaid's."""

    webhook_type: str = ""
    webhook_code: str = ""
    item_id: str = ""
    disconnect_time: str | None = None
    consent_expiration_time: str | None = None


def receive(visit: Visit) -> Response:
    """Verifies a webhook. Anything but 200 makes Plaid send it again later."""
    metrics = visit.parts.metrics
    body = as_sent(lambda: request.get_data(cache=False))
    try:
        visit.parts.webhooks.verify(request.headers.get(HEADER, ""), body)
    except WebhookRefused as refusal:
        metrics.webhook(f"refused_{refusal.reason}")
        raise
    except PlaidFault:
        metrics.webhook("unverified")
        raise
    metrics.webhook("verified")
    event = _event_of(body)
    _log.info("webhook", type=event.webhook_type, code=event.webhook_code, item=visit.pseudonym(event.item_id))
    _remember(visit.parts, event)
    return answer(Received())


def _remember(parts: Parts, event: Event) -> None:
    """Notes that an item's permission is about to end, or that its login was repaired."""
    if event.webhook_type != "ITEM" or not event.item_id:
        return
    if event.webhook_code in {"PENDING_DISCONNECT", "PENDING_EXPIRATION"}:
        told = utc_moment(event.disconnect_time or event.consent_expiration_time)
        parts.endings.note(event.item_id, told or parts.clock() + _WARNED_AHEAD)
    elif event.webhook_code == "LOGIN_REPAIRED":
        parts.endings.forget(event.item_id)


def _event_of(body: bytes) -> Event:
    try:
        return msgspec.json.decode(body, type=Event)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Event()


OPERATIONS = (
    Operation(
        method="POST",
        path="/api/webhooks/plaid",
        name="plaid_webhook",
        summary="Takes a webhook that Plaid signed in the Plaid-Verification header.",
        view=receive,
        answer=Received,
        plaid=True,
        faults=(WebhookRefused,),
        signed=True,
    ),
)
