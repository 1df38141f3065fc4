"""Plaid's webhooks. The stateless edition keeps nothing that could go stale: it verifies, counts and logs them."""

import msgspec
import structlog
from flask import Response, request

from keepless.errors import PlaidFault, WebhookRefused
from keepless.web.operations import Operation, answer, as_sent
from keepless.web.visit import Visit

HEADER = "Plaid-Verification"

_log = structlog.get_logger("keepless.webhooks")


class Received(msgspec.Struct, frozen=True):
    """Says that the webhook was Plaid's and was taken."""

    received: bool = True


class Event(msgspec.Struct, frozen=True):
    """What of a webhook's body is looked at, once it is known to be Plaid's."""

    webhook_type: str = ""
    webhook_code: str = ""
    item_id: str = ""


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
    return answer(Received())


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
