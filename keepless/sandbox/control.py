"""The server's own routes, which Plaid does not have: faults, limits, readiness, consent, changes, items and so on."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from keepless.sandbox import labelled
from keepless.sandbox.bodies import encode
from keepless.sandbox.calls import read_body
from keepless.sandbox.changes import ChangeOrder, play
from keepless.sandbox.faults import FaultOrder
from keepless.sandbox.item import Item, Readiness
from keepless.sandbox.limits import Regime
from keepless.sandbox.problem import PlaidProblem
from keepless.sandbox.world import World

Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Calls = Annotated[int, Meta(ge=0, le=10_000)]


class _Limits(Struct, forbid_unknown_fields=True):
    regime: Regime


class _Readiness(Struct, forbid_unknown_fields=True):
    """For one item, whose extraction begins anew, or for all items exchanged from now on."""

    access_token: str | None = None
    initial_seconds: Seconds = 0
    initial_calls: Calls = 0
    historical_seconds: Seconds = 0
    historical_calls: Calls = 0


class _Consent(Struct, forbid_unknown_fields=True):
    """When the consent to one item ends; null for no end."""

    access_token: str
    ends_at: Annotated[datetime, Meta(tz=True)] | None


class _Which(Struct, forbid_unknown_fields=True):
    fault_id: str | None = None


async def faults(request: Request) -> Response:
    """POST sets a fault, GET lists them, DELETE ends one (`fault_id`) or all."""
    world = _world(request)
    if request.method == "POST":
        return await _with(request, FaultOrder, lambda order: world.faults.set(order).as_json())
    if request.method == "DELETE":
        return await _with(request, _Which, lambda which: {"cleared": world.faults.clear(which.fault_id)})
    return _json({"faults": world.faults.listing()})


async def limits(request: Request) -> Response:
    """POST changes the regime (production, sandbox, off) and forgets the counts; GET tells it."""
    world = _world(request)

    def change(wanted: _Limits) -> dict[str, Any]:
        world.limits.clear()
        world.limits.regime = wanted.regime
        return {"regime": wanted.regime}

    return await _with(request, _Limits, change) if request.method == "POST" else _json({"regime": world.limits.regime})


async def readiness(request: Request) -> Response:
    """POST sets when the history of items becomes readable."""
    world = _world(request)

    def change(wanted: _Readiness) -> dict[str, Any]:
        chosen = Readiness(
            wanted.initial_seconds,
            wanted.initial_calls,
            wanted.historical_seconds,
            wanted.historical_calls,
        )
        if wanted.access_token is None:
            world.readiness = chosen
        else:
            item = world.known(wanted.access_token)
            if item is None:
                raise ValueError("access_token: no such item")
            item.start_over(chosen, world.clock())
        return {"items": "new" if wanted.access_token is None else "one"}

    return await _with(request, _Readiness, change)


async def consent(request: Request) -> Response:
    """POST sets when a person's consent ends, and fires the webhook that warns of it where that is within a week."""
    world = _world(request)

    def change(wanted: _Consent) -> dict[str, Any]:
        item = world.known(wanted.access_token)
        if item is None or item.removed:
            raise ValueError("access_token: no such item")
        try:
            ends_at = None if wanted.ends_at is None else wanted.ends_at.astimezone(UTC)
        except OverflowError:
            raise ValueError("ends_at: in UTC it lies outside the calendar") from None
        world.notify(item, item.end_consent(ends_at, world.clock()))
        return {"ends_at": ends_at}

    return await _with(request, _Consent, change)


async def changes(request: Request) -> Response:
    """POST changes so many transactions of an item, and fires the webhooks that tell of it."""
    world = _world(request)

    def change(order: ChangeOrder) -> dict[str, Any]:
        item = world.known(order.access_token)
        if item is None or item.removed:
            raise ValueError("access_token: no such item")
        before = item.log.head
        world.notify(item, play(item, order, world.clock()))
        return {"changes": item.log.head - before}

    return await _with(request, ChangeOrder, change)


async def items(request: Request) -> Response:
    """Every item there was since the start or the last reset, live or removed, with its calls by endpoint."""
    return _json({"items": [_item_json(item) for item in _world(request).items.values()]})


async def labels(request: Request) -> Response:
    """What there is to find in the rows of `?user=labelled-<number>`: its series, and merchants that are none."""
    user = request.query_params.get("user", "")
    if not labelled.NAME.fullmatch(user):
        return _json({"error": "user: labelled-<number> is wanted"}, 400)
    return _json(labelled.labels(user, _world(request).clock().date()))


async def webhooks(request: Request) -> Response:
    return _json({"webhooks": _world(request).postman.listing()})


async def reset(request: Request) -> Response:
    _world(request).reset()
    return _json({"reset": True})


async def health(_request: Request) -> Response:
    return _json({"status": "ok", "service": "local Plaid"})


ROUTES = [
    Route("/sandbox/faults", faults, methods=["GET", "POST", "DELETE"]),
    Route("/sandbox/limits", limits, methods=["GET", "POST"]),
    Route("/sandbox/readiness", readiness, methods=["POST"]),
    Route("/sandbox/consent", consent, methods=["POST"]),
    Route("/sandbox/changes", changes, methods=["POST"]),
    Route("/sandbox/items", items, methods=["GET"]),
    Route("/sandbox/labels", labels, methods=["GET"]),
    Route("/sandbox/webhooks", webhooks, methods=["GET"]),
    Route("/sandbox/reset", reset, methods=["POST"]),
    Route("/health", health, methods=["GET"]),
]


def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


def _json(fields: dict[str, Any], status: int = 200) -> Response:
    return Response(encode(fields), status, media_type="application/json")


T = TypeVar("T")


async def _with(request: Request, kind: type[T], act: Callable[[T], dict[str, Any]]) -> Response:
    """Decodes the body (none is an empty object) and acts on it; 400 with a line that says what is wrong with it."""
    try:
        return _json(act(msgspec.json.decode(await read_body(request) or b"{}", type=kind)))
    except (ValueError, RecursionError, PlaidProblem) as error:
        return _json({"error": str(error)}, 400)


def _item_json(item: Item) -> dict[str, Any]:
    return {
        "access_token": item.access_token,
        "calls": dict(item.calls),
        "institution_id": item.institution.id,
        "item_id": item.item_id,
        "error": item.error,
        "state": "removed" if item.removed else "live",
        "username": item.login.household.username,
    }
