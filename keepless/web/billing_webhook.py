"""The billing service's webhook: verified, counted and logged; it sets a user's tier and is then forgotten."""

import msgspec
import structlog
from flask import Response, request
from werkzeug.exceptions import NotFound

from keepless.errors import AccountsFault, WebhookRefused
from keepless.services.billing import Billed, Outcome
from keepless.web.operations import Operation, answer, as_sent
from keepless.web.visit import Visit

HEADER = "Stripe-Signature"
# Those that we ask for have a few kilobytes. One that is refused for its length would be sent again for three days.
MAX_BODY = 256 * 1024

_log = structlog.get_logger("keepless.billing")


class BillingAnswer(msgspec.Struct, frozen=True):
    """What became of a webhook that was signed: a tier was `set`, or there was nothing to do and it was `ignored`."""

    outcome: Outcome


def receive(visit: Visit) -> Response:
    """Anything but 200 makes the billing service send it again later."""
    if visit.parts.billing is None:
        raise NotFound
    metrics = visit.parts.metrics
    request.max_content_length = MAX_BODY
    body = as_sent(lambda: request.get_data(cache=False))
    try:
        billed = visit.parts.billing.receive(request.headers.get(HEADER, ""), body)
    except WebhookRefused as refusal:
        metrics.webhook(f"billing_refused_{refusal.reason}")
        raise
    except AccountsFault:
        metrics.webhook("billing_unavailable")
        raise
    metrics.webhook(f"billing_{billed.outcome}")
    _note(visit, billed)
    return answer(BillingAnswer(billed.outcome))


def _note(visit: Visit, billed: Billed) -> None:
    """A line in the log, and one in the audit trail of the user whose tier it is."""
    if billed.tier is None:
        _log.info("billing", outcome=str(billed.outcome))
        return
    _log.info("billing", outcome=str(billed.outcome), tier=str(billed.tier), user=visit.pseudonym(billed.user_id))
    if visit.parts.audit is not None:
        visit.parts.audit.record("tier_set", who=billed.user_id, tier=str(billed.tier))


OPERATIONS = (
    Operation(
        method="POST",
        path="/api/webhooks/billing",
        name="billing_webhook",
        summary="Takes a webhook in Stripe's format, signed in the Stripe-Signature header, which sets a user's tier.",
        view=receive,
        answer=BillingAnswer,
        faults=(WebhookRefused, AccountsFault),
        signed=True,
    ),
)
