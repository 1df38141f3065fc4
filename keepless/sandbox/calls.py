"""One call to a Plaid endpoint, from the request's bytes to the answer's: credentials, faults, limits, latency."""

import asyncio
import contextlib
import inspect
from typing import Any, NamedTuple

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response

from keepless.sandbox.bodies import WORTH_PACKING, Packed, Page, Plain
from keepless.sandbox.endpoints import TABLE
from keepless.sandbox.endpoints.endpoint import Endpoint
from keepless.sandbox.faults import FaultOrder
from keepless.sandbox.ids import fresh_request_id
from keepless.sandbox.problem import PlaidProblem
from keepless.sandbox.requests import PlaidRequest, parse
from keepless.sandbox.world import World
from keepless.sandbox.wreckage import HalfBody, NoAnswer

MAX_BODY = 8 * 1024 * 1024  # bytes; the largest custom user anyone pastes is far below
_VERSION = "2020-09-14"
_GARBAGE = "<!doctype html><title>502 Bad Gateway</title><h1>Bad Gateway</h1><p>The upstream did not answer.</p>"
_NO_FAULT = FaultOrder()


class _Finished(NamedTuple):
    status: int
    body: bytes
    packed: bool

    def response(self) -> Response:
        headers = {"content-encoding": "gzip"} if self.packed else None
        return Response(self.body, self.status, headers, "application/json")


async def answer(request: Request) -> Response:
    """Answers any path that is not this server's own; GET and unknown paths are NOT_FOUND."""
    world: World = request.app.state.world
    began = asyncio.get_running_loop().time()
    packed = "gzip" in request.headers.get("accept-encoding", "")
    order, finished = _NO_FAULT, None
    try:
        endpoint = _endpoint(request)
        body = _object(await read_body(request))
        token = body.get("access_token")
        order = _fault(world, endpoint.path, token if isinstance(token, str) else None, body)
        if order.performs or not (order.reset or order.garbage or order.silence is not None):
            finished = await _perform(world, endpoint, request, body, order, packed=packed)
        if order.silence is not None:
            await _hold(order.silence)
            return NoAnswer(reset=False)
    except PlaidProblem as problem:
        finished = _refused(problem, packed=packed)
    latency = world.options.latency_ms if order.latency_ms is None else order.latency_ms
    left = world.faults.seconds(latency) - (asyncio.get_running_loop().time() - began)
    if left > 0:
        await _hold(left)
    return _sent(finished, order)


async def _hold(seconds: float) -> None:
    """Waits; a server that stops cuts it short."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(seconds)


def _sent(finished: _Finished | None, order: FaultOrder) -> Response:
    if order.reset:
        return NoAnswer(reset=True)
    if finished is None or order.garbage:
        return HTMLResponse(_GARBAGE, order.status or 200)
    response = finished.response()
    if order.status is not None:
        response.status_code = order.status
    return HalfBody(response) if order.half_body else response


async def _perform(
    world: World, endpoint: Endpoint, http: Request, body: dict[str, Any], order: FaultOrder, *, packed: bool
) -> _Finished:
    typed = parse(body, endpoint.request)
    client_id = _credentials(world, http, typed)
    item = world.known(getattr(typed, "access_token", None))
    if item is not None:
        item.calls[endpoint.path] += 1
    if order.error_code is not None:
        raise PlaidProblem(order.error_code, order.error_message, error_type=order.error_type, status=order.status)
    world.limits.admit(endpoint.path, item_id=item.item_id if item else None, client_id=client_id, now=world.clock())
    made = endpoint.handle(world, typed)
    made = await made if inspect.isawaitable(made) else made
    request_id = fresh_request_id()
    if isinstance(made, Page):
        page = await world.pages.get(made, packed=packed)
        return _Finished(200, page.finish(request_id), packed)
    return _finished(200, Plain.of(made), request_id, packed=packed)


def _refused(problem: PlaidProblem, *, packed: bool) -> _Finished:
    return _finished(problem.status, Plain.of(problem.as_json()), fresh_request_id(), packed=packed)


def _finished(status: int, plain: Plain, request_id: str, *, packed: bool) -> _Finished:
    packed = packed and plain.size >= WORTH_PACKING
    body = Packed.of(plain).finish(request_id) if packed else plain.finish(request_id)
    return _Finished(status, body, packed)


def _endpoint(request: Request) -> Endpoint:
    endpoint = TABLE.get(request.url.path) if request.method == "POST" else None
    if endpoint is None:
        raise PlaidProblem("NOT_FOUND", status=404)
    return endpoint


async def read_body(request: Request) -> bytes:
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > MAX_BODY:
                raise PlaidProblem("INVALID_BODY", "the request body is too large", status=413)
            parts.append(part)
    except ClientDisconnect:  # hung up halfway: nobody hears the answer, and it is no fault of this server's
        raise PlaidProblem("INVALID_BODY") from None
    return b"".join(parts)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        raise PlaidProblem("INVALID_BODY") from None
    if not isinstance(body, dict):
        raise PlaidProblem("INVALID_BODY", "body must be a JSON object")
    return body


def _fault(world: World, endpoint: str, token: str | None, body: dict[str, Any]) -> FaultOrder:
    item = world.known(token)
    options = body.get("options")
    offset = options.get("offset", 0) if isinstance(options, dict) else 0
    met = world.faults.meet(endpoint, access_token=token, item_id=item.item_id if item else None, offset=offset)
    return met or _NO_FAULT


def _credentials(world: World, http: Request, typed: PlaidRequest) -> str:
    """The client id. Raises PlaidProblem MISSING_FIELDS, INVALID_API_KEYS or INVALID_HEADERS."""
    if http.headers.get("plaid-version", _VERSION) != _VERSION:
        raise PlaidProblem("INVALID_HEADERS", f"Plaid-Version must be {_VERSION}")
    client_id = http.headers.get("plaid-client-id") or typed.client_id
    secret = http.headers.get("plaid-secret") or typed.secret
    missing = [name for name, value in (("client_id", client_id), ("secret", secret)) if not value]
    if not client_id or not secret:
        raise PlaidProblem("MISSING_FIELDS", f"the following required fields are missing: {', '.join(missing)}")
    if world.options.credentials not in (None, (client_id, secret)):
        raise PlaidProblem("INVALID_API_KEYS")
    return client_id
