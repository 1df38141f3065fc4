"""The stand-in for Link: Plaid's script at Plaid's path, and the dialog it opens (docs/plaid.md, section 11)."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from keepless.sandbox.bodies import encode
from keepless.sandbox.calls import read_body
from keepless.sandbox.demo import SIZES
from keepless.sandbox.endpoints.items import checked_webhook
from keepless.sandbox.ids import fresh_id, fresh_request_id
from keepless.sandbox.institutions import Institution
from keepless.sandbox.item import Item
from keepless.sandbox.problem import PlaidProblem
from keepless.sandbox.world import LinkToken, World

_STATIC = Path(__file__).parent / "static"
_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"
)


def _said(size: int | None) -> str:
    return f"The same household, {size:,} rows in 90 days" if size else "An invented household, 24 months to today"


# Each test user the dialog offers, the password it logs in with, and what a person can expect.
_USERS = (
    *((name, "x", _said(size)) for name, size in SIZES.items()),
    ("user_good", "pass_good", "Plaid's standing test user"),
    ("user_transactions_dynamic", "x", "Pending rows that post on refresh"),
)


class _Login(msgspec.Struct, forbid_unknown_fields=True):
    """What the dialog sends when a person logs in."""

    token: str
    institution_id: str
    username: str
    password: str


class _Repair(msgspec.Struct, forbid_unknown_fields=True):
    token: str


async def script(_request: Request) -> Response:
    return _file("link-initialize.js")


async def page(_request: Request) -> Response:
    return _file("dialog.html", {"content-security-policy": _POLICY})


async def static(request: Request) -> Response:
    name = request.path_params["name"]
    return _file(name) if name in ("dialog.js", "dialog.css") else Response(status_code=404)


async def choices(request: Request) -> Response:
    """What the dialog shows: the banks and test users, or the one bank to log in to again."""
    world = _world(request)
    try:
        link = world.link_token(request.query_params.get("token", ""))
    except PlaidProblem as problem:
        return _refused(problem)
    banks = [link.item.institution] if link.item else world.directory.featured
    return _json(
        {
            "client_name": link.request.client_name,
            "institutions": [_bank(each) for each in banks],
            "session": fresh_id(),
            "update": link.item is not None,
            "users": [{"password": word, "text": text, "username": name} for name, word, text in _USERS],
        }
    )


async def connect(request: Request) -> Response:
    """A login at a bank: the public token and what `onSuccess` is told."""
    world = _world(request)
    try:
        login = await _decoded(request, _Login)
        link = world.link_token(login.token)
        institution = world.institution(login.institution_id)
        asked = link.request
        token, item = await world.open_item(
            institution,
            login.username,
            login.password,
            products=(*asked.products, *asked.required_if_supported_products),
            webhook=checked_webhook(asked.webhook),
            days=asked.transactions.days_requested,
            filters=asked.account_filters,
        )
    except PlaidProblem as problem:
        return _refused(problem)
    return _success(world, link, item, token)


async def repair(request: Request) -> Response:
    """Update mode: the login works again. There is nothing to exchange; the token is for form's sake."""
    world = _world(request)
    try:
        link = world.link_token((await _decoded(request, _Repair)).token)
    except PlaidProblem as problem:
        return _refused(problem)
    if link.item is None or link.item.removed:
        return _refused(PlaidProblem("INVALID_LINK_TOKEN"))
    world.notify(link.item, link.item.repair(world.clock()))
    return _success(world, link, link.item, world.public_token(link.item))


ROUTES = [
    Route("/link/v2/stable/link-initialize.js", script, methods=["GET"]),
    Route("/link/dialog", page, methods=["GET"]),
    Route("/link/static/{name}", static, methods=["GET"]),
    Route("/link/choices", choices, methods=["GET"]),
    Route("/link/connect", connect, methods=["POST"]),
    Route("/link/repair", repair, methods=["POST"]),
]


def _success(world: World, link: LinkToken, item: Item, public_token: str) -> Response:
    session = fresh_id()
    accounts = [
        {
            "id": item.account_id(each.key),
            "mask": each.mask,
            "name": each.name,
            "subtype": each.subtype,
            "type": each.type,
            "verification_status": None,
        }
        for each in item.holdings
    ]
    institution = {"institution_id": item.institution.id, "name": item.institution.name}
    metadata = {"accounts": accounts, "institution": institution, "link_session_id": session}
    now = world.clock()
    added = {"accounts": accounts, "institution": institution, "public_token": public_token}
    link.sessions.append(
        {
            "events": [],
            "finished_at": now,
            "link_session_id": session,
            "results": {
                "bank_income_results": [],
                "cra_item_add_results": [],
                "cra_update_results": [],
                "document_income_results": None,
                "item_add_results": [added],
                "payroll_income_results": [],
            },
            "started_at": now,
        }
    )
    return _json({"metadata": metadata, "public_token": public_token})


def _bank(institution: Institution) -> dict[str, Any]:
    return {
        "color": institution.color,
        "institution_id": institution.id,
        "name": institution.name,
        "user": institution.user_file,
    }


T = TypeVar("T")


async def _decoded(request: Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await read_body(request), type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise PlaidProblem("INVALID_BODY", str(error)) from None


def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


def _refused(problem: PlaidProblem) -> Response:
    return _json(problem.as_json() | {"request_id": fresh_request_id()}, problem.status)


def _json(fields: dict[str, Any], status: int = 200) -> Response:
    return Response(encode(fields), status, {"cache-control": "no-store"}, "application/json")


def _file(name: str, headers: dict[str, str] | None = None) -> Response:
    path = _STATIC / name
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"} | (headers or {})
    return Response(path.read_bytes(), 200, headers, _MEDIA_TYPES[path.suffix])
