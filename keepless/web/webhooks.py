"""Plaid's webhooks: verified, counted and logged; what they tell of an item marks its sealed copy or deletes it.

Beside that, one thing is kept of theirs, in memory and by a keyed hash: that a bank's permission is about to end
(services.endings). A webhook lost, or a restart, costs that reminder and no more.
"""

from datetime import timedelta

import msgspec
import structlog
from flask import Response, request

from keepless.core.moments import utc_moment
from keepless.errors import CacheFault, PlaidFault, WebhookRefused
from keepless.services.keeping import Keeping
from keepless.web.operations import Operation, answer, as_sent
from keepless.web.site import Parts
from keepless.web.visit import Visit

HEADER = "Plaid-Verification"
_WARNED_AHEAD = timedelta(days=7)  # Plaid's rule, where a warning names no time (docs/plaid.md, section 10)

_log = structlog.get_logger("keepless.webhooks")


class Received(msgspec.Struct, frozen=True):
    """Says that the webhook was Plaid's and was taken."""

    received: bool = True


class EventError(msgspec.Struct, frozen=True):
    """Why an item cannot be read, in a webhook that says so."""

    error_code: str = ""


class Event(msgspec.Struct, frozen=True):
    """What of a webhook's body is looked at, once it is known to be Plaid's."""

    webhook_type: str = ""
    webhook_code: str = ""
    item_id: str = ""
    disconnect_time: str | None = None
    consent_expiration_time: str | None = None
    error: EventError | None = None


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
    if event.item_id:
        _note_ending(visit.parts, event)
        if visit.parts.keeping is not None:
            _treat_copy(visit.parts.keeping, event)
    return answer(Received())


def _note_ending(parts: Parts, event: Event) -> None:
    """Notes that an item's permission is about to end, or that its login was repaired."""
    match event.webhook_type, event.webhook_code:
        case "ITEM", "PENDING_DISCONNECT" | "PENDING_EXPIRATION":
            told = utc_moment(event.disconnect_time or event.consent_expiration_time)
            parts.endings.note(event.item_id, told or parts.clock() + _WARNED_AHEAD)
        case "ITEM", "LOGIN_REPAIRED":
            parts.endings.forget(event.item_id)


def _treat_copy(keeping: Keeping, event: Event) -> None:
    """Marks the copy of an item, or deletes it. Raises CacheFault where it cannot be deleted now: Plaid asks again."""
    match event.webhook_type, event.webhook_code:
        case "ITEM", "USER_PERMISSION_REVOKED" | "USER_ACCOUNT_REVOKED":
            if not keeping.forget(event.item_id):
                raise CacheFault("unreachable")
        case "ITEM", "ERROR" if event.error is not None and event.error.error_code == "ITEM_LOGIN_REQUIRED":
            keeping.note_login(event.item_id, needed=True)
        case "ITEM", "LOGIN_REPAIRED":
            keeping.note_login(event.item_id, needed=False)
            keeping.mark_stale(event.item_id, outdated=True)
        case ("LIABILITIES", "DEFAULT_UPDATE") | ("ITEM", "NEW_ACCOUNTS_AVAILABLE"):
            keeping.mark_stale(event.item_id, outdated=True)
        case ("TRANSACTIONS", "SYNC_UPDATES_AVAILABLE") | ("ITEM", "PENDING_DISCONNECT" | "PENDING_EXPIRATION"):
            keeping.mark_stale(event.item_id)


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
        faults=(WebhookRefused, CacheFault),
        signed=True,
    ),
)
