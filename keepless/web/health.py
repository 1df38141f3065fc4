"""How the installation is: alive, ready, its state in plain data, and its counters."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

import msgspec
from flask import Response, request

from keepless.errors import KeeplessError
from keepless.web import cookies
from keepless.web.errors import MetricsForbidden
from keepless.web.metrics import CONTENT_TYPE
from keepless.web.operations import Operation, answer
from keepless.web.site import Parts, Site
from keepless.web.visit import Visit

_PROBE = b"ready"


class Health(msgspec.Struct, frozen=True):
    """The process answers. Nothing else was looked at."""

    alive: bool = True


class Ready(msgspec.Struct, frozen=True):
    """Whether requests can be served, and each thing that was checked with its outcome.

    Plaid is not among the checks: its outage makes no instance of ours less ready than another. /status tells of it.
    """

    ready: bool
    checks: dict[str, str]


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The installation's state. `plaid` is what the calls made so far have shown; times are UTC."""

    edition: str
    environment: str
    version: str
    up_since: datetime
    cache: str
    on_server: tuple[str, ...]
    plaid: Mapping[str, Any]


def status_of(site: Site, parts: Parts) -> Status:
    """The state that GET /status shows, as a page or as JSON."""
    return Status(
        edition=site.edition,
        environment=site.environment,
        version=site.version,
        up_since=parts.started_at,
        cache="none",
        on_server=(),
        plaid=parts.plaid.status(),
    )


def health(_visit: Visit) -> Response:
    """Liveness: restart the process where this fails."""
    return answer(Health())


def ready(visit: Visit) -> Response:
    """Readiness: send no visitors where this is 503."""
    checks = {"sealing": _check_sealing(visit.parts)}
    fine = all(outcome == "ok" for outcome in checks.values())
    return answer(Ready(fine, checks), HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE)


def status(visit: Visit) -> Response:
    """The state as JSON."""
    return answer(status_of(visit.site, visit.parts))


def metrics(visit: Visit) -> Response:
    """Prometheus's text format. Raises MetricsForbidden but for this machine and for bearers of the metrics token."""
    if not ((visit.site.metrics_open_here and _from_this_machine()) or _bears(visit.site)):
        raise MetricsForbidden("asked for from elsewhere, without the metrics token")
    return Response(visit.parts.metrics.exposition(), content_type=CONTENT_TYPE)


def _check_sealing(parts: Parts) -> str:
    try:
        opened = parts.sealer.open("readiness", parts.sealer.seal("readiness", _PROBE))
    except KeeplessError as fault:
        return type(fault).__name__
    return "ok" if opened == _PROBE else "differs"


def _from_this_machine() -> bool:
    # Behind a proxy on this machine every visitor would come from it: a forwarded request is never ours. Nor is one to
    # another name: a page from elsewhere whose name leads here (DNS rebinding) would read it in a browser on it.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers or not cookies.to_this_machine(request):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:  # a Unix socket has no address
        return False


def _bears(site: Site) -> bool:
    if site.metrics_token is None:
        return False
    expected = f"Bearer {site.metrics_token.reveal()}".encode()
    return hmac.compare_digest(request.headers.get("Authorization", "").encode("utf-8", "replace"), expected)


OPERATIONS = (
    Operation(
        method="GET",
        path="/health",
        name="health",
        summary="The process is alive.",
        view=health,
        answer=Health,
    ),
    Operation(
        method="GET",
        path="/ready",
        name="ready",
        summary="Requests can be served: sealing and opening work.",
        view=ready,
        answer=Ready,
        other_statuses=(HTTPStatus.SERVICE_UNAVAILABLE,),
    ),
    Operation(
        method="GET",
        path="/status",
        name="status",
        summary="The installation's state; a page for browsers, JSON where Accept prefers it.",
        view=status,
        answer=Status,
        page=True,
    ),
    Operation(
        method="GET",
        path="/metrics",
        name="metrics",
        summary="Counters for Prometheus; on this machine, or with the metrics token.",
        view=metrics,
        media_type="text/plain",
        faults=(MetricsForbidden,),
    ),
)
