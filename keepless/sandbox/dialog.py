"""The stand-in for Link: Plaid's script at Plaid's path, and the dialog it opens (docs/plaid.md, section 11)."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from keepless.sandbox.answers import as_json, decoded, file, refused, world_of
from keepless.sandbox.demo import SIZES
from keepless.sandbox.endpoints.items import checked_webhook
from keepless.sandbox.ids import fresh_id
from keepless.sandbox.institutions import Institution
from keepless.sandbox.item import Item
from keepless.sandbox.problem import PlaidProblem
from keepless.sandbox.world import LinkToken, World

_FILES = frozenset({"dialog.js", "dialog.css", "oauth.js"})


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
    return file("link-initialize.js")


async def page(_request: Request) -> Response:
    return file("dialog.html")


async def static(request: Request) -> Response:
    name = request.path_params["name"]
    return file(name) if name in _FILES else Response(status_code=404)


async def choices(request: Request) -> Response:
    """What the dialog shows: the banks and test users, or the one bank to log in to again.

    `leaves` says that a bank with OAuth takes the whole page; where it is false, such a bank opens a window.
    """
    world = world_of(request)
    try:
        link = world.link_token(request.query_params.get("token", ""))
    except PlaidProblem as problem:
        return refused(problem)
    banks = [link.item.institution] if link.item else world.directory.featured
    return as_json(
        {
            "client_name": link.request.client_name,
            "institutions": [_bank(each) for each in banks],
            "leaves": link.request.redirect_uri is not None,
            "session": fresh_id(),
            "update": link.item is not None,
            "users": [{"password": word, "text": text, "username": name} for name, word, text in _USERS],
        }
    )


async def connect(request: Request) -> Response:
    """A login at a bank: the public token and what `onSuccess` is told."""
    world = world_of(request)
    try:
        login = await decoded(request, _Login)
        link = world.link_token(login.token)
        token, item = await log_in(world, link, world.institution(login.institution_id), login.username, login.password)
    except PlaidProblem as problem:
        return refused(problem)
    return as_json(success(world, link, item, token))


async def repair(request: Request) -> Response:
    """Update mode: the login works again. There is nothing to exchange; the token is for form's sake."""
    world = world_of(request)
    try:
        link = world.link_token((await decoded(request, _Repair)).token)
        token, item = log_in_again(world, link)
    except PlaidProblem as problem:
        return refused(problem)
    return as_json(success(world, link, item, token))


ROUTES = [
    Route("/link/v2/stable/link-initialize.js", script, methods=["GET"]),
    Route("/link/dialog", page, methods=["GET"]),
    Route("/link/static/{name}", static, methods=["GET"]),
    Route("/link/choices", choices, methods=["GET"]),
    Route("/link/connect", connect, methods=["POST"]),
    Route("/link/repair", repair, methods=["POST"]),
]


async def log_in(
    world: World, link: LinkToken, institution: Institution, username: str, password: str
) -> tuple[str, Item]:
    """A new item, made as the link token asks, and its public token. Raises PlaidProblem for what the bank answers."""
    asked = link.request
    return await world.open_item(
        institution,
        username,
        password,
        products=(*asked.products, *asked.required_if_supported_products),
        webhook=checked_webhook(asked.webhook),
        days=asked.transactions.days_requested,
        filters=asked.account_filters,
    )


def log_in_again(world: World, link: LinkToken) -> tuple[str, Item]:
    """The token's item, its login working again. Raises PlaidProblem INVALID_LINK_TOKEN for one without an item."""
    if link.item is None or link.item.removed:
        raise PlaidProblem("INVALID_LINK_TOKEN")
    world.notify(link.item, link.item.repair(world.clock()))
    return world.public_token(link.item), link.item


def success(world: World, link: LinkToken, item: Item, public_token: str) -> dict[str, Any]:
    """What `onSuccess` is told, noted with the link token as a session of it."""
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
    return {"metadata": metadata, "public_token": public_token}


def _bank(institution: Institution) -> dict[str, Any]:
    return {
        "color": institution.color,
        "institution_id": institution.id,
        "name": institution.name,
        "oauth": institution.oauth,
        "user": institution.user_file,
    }
