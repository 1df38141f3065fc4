"""How the Link stand-in's own routes read bodies and answer: JSON, files, and Plaid's error object."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from keepless.sandbox.bodies import encode
from keepless.sandbox.calls import read_body
from keepless.sandbox.ids import fresh_request_id
from keepless.sandbox.problem import PlaidProblem
from keepless.sandbox.world import World

_STATIC = Path(__file__).parent / "static"
_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"
)

T = TypeVar("T")


def world_of(request: Request) -> World:
    """The state of the server that was asked."""
    world: World = request.app.state.world
    return world


async def decoded(request: Request, kind: type[T]) -> T:
    """The JSON body as a `kind`. Raises PlaidProblem INVALID_BODY."""
    try:
        return msgspec.json.decode(await read_body(request), type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise PlaidProblem("INVALID_BODY", str(error)) from None


def refused(problem: PlaidProblem) -> Response:
    """Plaid's error object, with a request id of its own."""
    return as_json(problem.as_json() | {"request_id": fresh_request_id()}, problem.status)


def as_json(fields: dict[str, Any], status: int = 200) -> Response:
    """`fields` as JSON that nobody keeps."""
    return Response(encode(fields), status, {"cache-control": "no-store"}, "application/json")


def file(name: str) -> Response:
    """A file of the stand-in; a page comes with a policy that lets it run nothing but its own script."""
    path = _STATIC / name
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    if path.suffix == ".html":
        headers["content-security-policy"] = _POLICY
    return Response(path.read_bytes(), 200, headers, _MEDIA_TYPES[path.suffix])
