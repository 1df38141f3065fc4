"""Banks whose login is a page of their own (OAuth): the way there, the bank's page, and the way back.

As in docs/plaid.md, section 11: the person comes back to the link token's `redirect_uri` with an `oauth_state_id`, and
Link made again with the same token and `receivedRedirectUri` ends what was begun. Without a `redirect_uri` the bank's
page is a window, which tells the dialog that opened it.
"""

import uuid
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from keepless.sandbox.answers import as_json, decoded, file, refused, world_of
from keepless.sandbox.dialog import log_in, log_in_again, success
from keepless.sandbox.ids import fresh_id
from keepless.sandbox.problem import PlaidProblem
from keepless.sandbox.world import OAuthLogin, World

# Plaid's own test users are not known to a bank with OAuth; these two are here for people and tests to choose from.
_PASSWORDS = {"demo": "x", "user_good": "pass_good"}


class _Start(msgspec.Struct, forbid_unknown_fields=True):
    """The person chose a bank in the dialog; in update mode the token knows which."""

    token: str
    institution_id: str | None = None


class _Decision(msgspec.Struct, forbid_unknown_fields=True):
    """What the person did on the bank's page; no `username` is a denial."""

    state: str
    username: str | None = None


class _Return(msgspec.Struct, forbid_unknown_fields=True):
    token: str
    state: str


async def start(request: Request) -> Response:
    """Where to go for the bank's login. The state is in the fragment: fragments are not sent, and so not logged."""
    world = world_of(request)
    try:
        asked = await decoded(request, _Start)
        link = world.link_token(asked.token)
        institution = link.item.institution if link.item else world.institution(asked.institution_id or "")
    except PlaidProblem as problem:
        return refused(problem)
    state = str(uuid.uuid4())
    world.oauth_logins[state] = OAuthLogin(link, institution)
    return as_json({"address": f"{world.url}/link/oauth#{state}"})


async def page(_request: Request) -> Response:
    return file("oauth.html")


async def bank(request: Request) -> Response:
    """What the bank's page shows."""
    try:
        login = _login(world_of(request), request.query_params.get("state", ""))
    except PlaidProblem as problem:
        return refused(problem)
    return as_json(
        {
            "bank": login.institution.name,
            "client_name": login.link.request.client_name,
            "update": login.link.item is not None,
            "users": list(_PASSWORDS),
        }
    )


async def decide(request: Request) -> Response:
    """Allow or Deny. `address` is where the person goes back to; null for a window, which hands `handed` to Link."""
    world = world_of(request)
    try:
        decision = await decoded(request, _Decision)
        login = _login(world, decision.state)
        handed = await _handed(world, login, decision.username)
    except PlaidProblem as problem:
        return refused(problem)
    back = login.link.request.redirect_uri
    if back is None:
        del world.oauth_logins[decision.state]
        return as_json({"address": None, "handed": handed})
    login.handed = handed
    return as_json({"address": f"{back}?oauth_state_id={decision.state}", "handed": None})


async def resume(request: Request) -> Response:
    """Back on the page that began it: what Link tells that page. Once only, and only with the token it began with."""
    world = world_of(request)
    try:
        return as_json(_told(world, await decoded(request, _Return)))
    except PlaidProblem as problem:
        return refused(problem)


ROUTES = [
    Route("/link/oauth", page, methods=["GET"]),
    Route("/link/oauth/bank", bank, methods=["GET"]),
    Route("/link/oauth/start", start, methods=["POST"]),
    Route("/link/oauth/decide", decide, methods=["POST"]),
    Route("/link/oauth/resume", resume, methods=["POST"]),
]


def _login(world: World, state: str) -> OAuthLogin:
    """A login that waits for the person. Raises PlaidProblem."""
    login = world.oauth_logins.get(state)
    if login is None:
        raise PlaidProblem("OAUTH_STATE_ID_NOT_FOUND")
    if login.handed is not None:
        raise PlaidProblem("OAUTH_STATE_ID_ALREADY_PROCESSED")
    world.link_token(login.link.token)
    return login


def _told(world: World, returned: _Return) -> dict[str, Any]:
    """What was handed over at the bank. Raises PlaidProblem."""
    link = world.link_token(returned.token)
    login = world.oauth_logins.get(returned.state)
    if login is None or login.handed is None:
        raise PlaidProblem("OAUTH_STATE_ID_NOT_FOUND")
    if login.link is not link:
        raise PlaidProblem("INCORRECT_LINK_TOKEN")
    if login.resumed:
        raise PlaidProblem("OAUTH_STATE_ID_ALREADY_PROCESSED")
    login.resumed = True
    return login.handed


async def _handed(world: World, login: OAuthLogin, username: str | None) -> dict[str, Any]:
    """What Link is to tell its page: `action` success with a public token, or exit."""
    link = login.link
    if username is None:
        institution = {"institution_id": login.institution.id, "name": login.institution.name}
        metadata = {"institution": institution, "link_session_id": fresh_id(), "request_id": ""}
        return {"action": "exit", "error": None, "metadata": metadata | {"status": "requires_oauth"}}
    if link.item is not None:
        token, item = log_in_again(world, link)
    else:
        password = _PASSWORDS.get(username)
        if password is None:
            raise PlaidProblem("INVALID_CREDENTIALS")
        token, item = await log_in(world, link, login.institution, username, password)
    return {"action": "success", **success(world, link, item, token)}
