"""How the installation is: alive, ready, its state in plain data, and its counters."""

import hmac
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from ipaddress import ip_address

import msgspec
from flask import Response, request

from keepless.errors import KeeplessError
from keepless.services.breakers import InstitutionStanding, Standing
from keepless.services.keeping import Keeping
from keepless.web import cookies
from keepless.web.errors import MetricsForbidden
from keepless.web.metrics import CONTENT_TYPE
from keepless.web.operations import Operation, answer
from keepless.web.site import Parts, Site
from keepless.web.visit import Visit

_PROBE = b"ready"
# What proxies say of themselves. One that says nothing and names us by our own address looks like this machine.
_PASSED_ON = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


class Health(msgspec.Struct, frozen=True):
    """The process answers. Nothing else was looked at."""

    alive: bool = True


class Ready(msgspec.Struct, frozen=True):
    """Whether requests can be served, and each thing that was checked with its outcome.

    Plaid is not among the checks: its outage makes no instance of ours less ready than another. /status tells of it.
    """

    ready: bool
    checks: dict[str, str]


class PlaidStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the calls that this process made have shown of Plaid. Times are UTC.

    `state` has held since `since`, and `code` is of the last fault; both are None where all is well. No call is made
    before `retry_at`. `institutions` are those asked for, the latest first.
    """

    last_success: datetime | None
    last_failure: datetime | None
    last_failure_code: str | None
    state: Standing = Standing.UNASKED
    since: datetime | None = None
    code: str | None = None
    retry_at: datetime | None = None
    institutions: tuple[InstitutionStanding, ...] = ()


class CacheState(StrEnum):
    """The sealed cache, as this process has met it."""

    NONE = "none"  # this edition has none
    UNUSED = "unused"  # not asked since this process started
    IN_USE = "in_use"
    UNREACHABLE = "unreachable"


class Works(StrEnum):
    """What can be done now."""

    READ = "read"  # banks are read as usual
    READ_OTHERS = "read_others"  # all but the institutions that fail
    READ_PERHAPS = "read_perhaps"  # banks are asked, and some calls fail
    READ_NONE = "read_none"  # no bank can be read live
    COPIES = "copies"  # banks that were looked at before are shown from their sealed copies
    NO_COPIES = "no_copies"  # the copies are out of reach: each look goes to the bank
    CHANGE_LATER = "change_later"  # connecting and disconnecting wait for Plaid


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The installation's state, as this process knows it; times are UTC.

    `cache_since` is when `cache` became so, and `cache_to_forget` counts the copies that it still has to forget.
    """

    edition: str
    environment: str
    version: str
    up_since: datetime
    cache: CacheState
    cache_since: datetime | None
    cache_last_fault: str | None
    cache_to_forget: int
    on_server: tuple[str, ...]
    plaid: PlaidStatus
    works: tuple[Works, ...]


# What the server holds of visitors in an edition with a cache.
COPIES = "sealed copies of what banks said, at most 7 days; the server alone cannot open them"


def status_of(site: Site, parts: Parts) -> Status:
    """The state that GET /status shows, as a page or as JSON."""
    plaid = msgspec.convert(parts.plaid.status(), PlaidStatus)
    told = _CacheTold() if parts.keeping is None else msgspec.convert(parts.keeping.status(), _CacheTold)
    cache = _cache_state(parts.keeping, told)
    return Status(
        edition=site.edition,
        environment=site.environment,
        version=site.version,
        up_since=parts.started_at,
        cache=cache,
        cache_since=told.since,
        cache_last_fault=told.last_fault,
        cache_to_forget=told.waiting_to_be_forgotten,
        on_server=() if parts.keeping is None else (COPIES,),
        plaid=plaid,
        works=tuple(_works(plaid, cache)),
    )


class _CacheTold(msgspec.Struct):
    """What `Keeping.status` tells."""

    reachable: bool | None = None
    since: datetime | None = None
    last_fault: str | None = None
    waiting_to_be_forgotten: int = 0


def _cache_state(keeping: Keeping | None, told: _CacheTold) -> CacheState:
    if keeping is None:
        return CacheState.NONE
    if told.reachable is None:
        return CacheState.UNUSED
    return CacheState.IN_USE if told.reachable else CacheState.UNREACHABLE


def _works(plaid: PlaidStatus, cache: CacheState) -> Iterator[Works]:
    failing = any(each.state is not Standing.WORKING for each in plaid.institutions)
    match plaid.state:
        case Standing.UNAVAILABLE:
            yield Works.READ_NONE
        case Standing.FAILING | Standing.REFUSING:
            yield Works.READ_PERHAPS
        case _:
            yield Works.READ_OTHERS if failing else Works.READ
    if cache is CacheState.UNREACHABLE:
        yield Works.NO_COPIES
    elif cache is not CacheState.NONE and (failing or plaid.state not in {Standing.WORKING, Standing.UNASKED}):
        yield Works.COPIES
    if plaid.state is Standing.UNAVAILABLE:
        yield Works.CHANGE_LATER


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
    if not ((visit.site.metrics_open_here and from_this_machine()) or _bears(visit.site)):
        raise MetricsForbidden("asked for from elsewhere, without the metrics token")
    return Response(visit.parts.metrics.exposition(), content_type=CONTENT_TYPE)


def _check_sealing(parts: Parts) -> str:
    try:
        opened = parts.sealer.open("readiness", parts.sealer.seal("readiness", _PROBE))
    except KeeplessError as fault:
        return type(fault).__name__
    return "ok" if opened == _PROBE else "differs"


def from_this_machine() -> bool:
    """Whether the request comes from this very machine, and to it by one of its own names."""
    # Behind a proxy on this machine every visitor would come from it: a forwarded request is never ours. Nor is one to
    # another name: a page from elsewhere whose name leads here (DNS rebinding) would read it in a browser on it.
    if any(name in request.headers for name in _PASSED_ON) or not cookies.to_this_machine(request):
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
