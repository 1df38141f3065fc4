"""The pages, rendered here and whole without JavaScript: dashboard, setup, logout, status, promise."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, request

from keepless.core.secret import Secret
from keepless.errors import (
    KeeplessError,
    NotInTier,
    PlaidFault,
    SessionEnded,
    SessionExpired,
    SessionMissing,
    SessionUnreadable,
    TooManyBanks,
)
from keepless.services.dashboards import build_dashboard, reading_range
from keepless.services.snapshots import StatelessPlaidClient
from keepless.services.vault import Vault
from keepless.web import banks, choice, health, installation, no_session, oauth, present, recovery, rotation, tiers
from keepless.web.answers import prefers_json
from keepless.web.language import gettext
from keepless.web.live import mark_of
from keepless.web.logging_out import log_out
from keepless.web.lookup import words_of
from keepless.web.operations import as_sent
from keepless.web.page import NO_SESSION, held_now, held_without_session, page, see_other
from keepless.web.query import TRANSACTIONS
from keepless.web.sheets import statement
from keepless.web.visit import Visit, visiting

LONGEST_TOKEN = 200


def register(app: Flask) -> None:
    """Adds the pages' routes to `app`."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    def route(path: str, method: str, view: Callable[[Visit], Response]) -> None:
        app.add_url_rule(path, endpoint=f"page.{view.__name__}", view_func=lambda: view(visiting()), methods=[method])

    route("/", "GET", dashboard)
    route("/statement", "GET", statement_page)
    route("/setup", "GET", setup)
    route("/setup", "POST", use_token)
    route(oauth.PATH, "GET", oauth_return)
    route("/logout", "POST", log_out)
    route("/disconnect", "POST", banks.disconnect_by_form)
    route(choice.PATH, "POST", choice.choose)
    route(recovery.PATH, "GET", recovery.recovery_page)
    route(recovery.PATH, "POST", recovery.save_by_form)
    route(f"{recovery.PATH}/restore", "POST", recovery.restore_by_form)
    route(f"{recovery.PATH}/revoke", "POST", recovery.revoke_by_form)
    route(rotation.PATH, "POST", rotation.rotate_by_form)
    route("/status", "GET", status)
    route("/promise", "GET", promise)


def dashboard(visit: Visit) -> Response:
    """Where a browser is known to run our script, the shell that the script fills; to all others the whole statement.

    docs/decisions/0006-front-end.md says why the time zone's cookie decides. A visitor without a session is set up.
    """
    if request.args or not visit.parts.hints.script_runs():
        return _statement(visit, fills_itself=not request.args)
    try:
        vault = visit.vault()
    except NO_SESSION as fault:
        return _without_session(visit, fault)
    mark = mark_of(vault, visit.today())
    return page(visit, "shell.html", held="cookie", banks=len(vault.banks), mark=mark)


def statement_page(visit: Visit) -> Response:
    """The statement rendered here, whole without JavaScript."""
    return _statement(visit, fills_itself=False)


def _statement(visit: Visit, *, fills_itself: bool) -> Response:
    """`fills_itself` lets the script take the page over, once it turns out that it runs."""
    try:
        vault = visit.vault()
    except NO_SESSION as fault:
        return _without_session(visit, fault)
    today = visit.today()
    query = visit.queries.read(request.args, today, allowed=TRANSACTIONS, allowance=visit.allowance)
    snapshots = visit.read_banks(vault, reading_range(query.period, today))
    board = build_dashboard(snapshots, today, query.filter, page=query.page, outlook=False)
    zone, now = visit.parts.hints.time_zone(), visit.parts.clock()
    sheet = statement(board, request.args.to_dict(), zone, now, visit.allowance.history_days)
    return page(visit, "dashboard.html", held="cookie", link=sheet.reconnects, page=sheet, fills_itself=fills_itself)


def setup(visit: Visit) -> Response:
    """The two ways to connect a bank, a first or a further one."""
    try:
        return _setup_page(visit, visit.vault())
    except NO_SESSION as fault:
        return _without_session(visit, fault)


def oauth_return(visit: Visit) -> Response:
    """Where a bank's own page sends the person back to: the script ends what was begun, or the page says why it cannot.

    A GET changes nothing, so it does not matter who sends a person here.
    """
    waits = oauth.is_begun(visit) and "oauth_state_id" in request.args
    held = held_now(visit)
    return page(visit, "oauth_return.html", held=held, link=waits, waits=waits, connected=_is_connected(visit))


def use_token(visit: Visit) -> Response:
    """Seals a pasted access token, once Plaid has said whose it is; or forgets an unreadable cookie on request."""
    form = as_sent(lambda: request.form)
    if form.get("forget") == "unreadable":
        response = see_other("/setup")
        visit.parts.session.forget_unreadable(response)
        return response
    keep_connected = form.get("keep_connected") == "yes"
    try:
        vault = visit.parts.session.read_or_new(keep_connected=keep_connected)
    except (SessionUnreadable, SessionExpired, SessionEnded) as fault:
        return _without_session(visit, fault)
    token = form.get("access_token", "").strip()
    refusal = _unlike_a_token(token)
    if refusal:
        return _setup_page(visit, vault, error=refusal, status=HTTPStatus.BAD_REQUEST)
    try:
        tiers.require_banks(visit, vault)
        client = StatelessPlaidClient(visit.parts.plaid, visit.parts.pool, vault)
        return visit.parts.session.write(see_other("/"), client.store_token_in_session(Secret(token)))
    except (PlaidFault, TooManyBanks, NotInTier) as fault:
        words = words_of(fault, visit.parts.hints.time_zone())
        text = f"{words.title}. {words.detail} {words.next_step}"
        return _setup_page(visit, vault, error=text, status=HTTPStatus(words.status))


def status(visit: Visit) -> Response:
    """The installation's state, in words; as JSON for those who prefer it."""
    if prefers_json():
        return health.status(visit)
    state = health.status_of(visit.site, visit.parts)
    return page(visit, "status.html", held=held_now(visit), **installation.facts(visit, state))


def promise(visit: Visit) -> Response:
    """What is held, where, for how long, and who can see what."""
    return page(
        visit,
        "promise.html",
        held=held_now(visit),
        has_reaper=visit.parts.reaping is not None,
        has_audit=visit.parts.audit is not None,
    )


def _is_connected(visit: Visit) -> bool:
    try:
        return bool(visit.vault().banks)
    except NO_SESSION:
        return False


def _without_session(visit: Visit, fault: KeeplessError) -> Response:
    """The page for a visitor whose session is missing, over or does not open; the cookie is left as it is (R9)."""
    if not isinstance(fault, SessionMissing):
        return no_session.page_for(visit, fault)
    response = _setup_page(visit, None)
    visit.parts.hints.clear_stray(response)  # "held: nothing" is to mean nothing
    return response


def _setup_page(visit: Visit, vault: Vault | None, *, error: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    banks = [key.bank for key in vault.banks] if vault else []
    names = [bank.name or gettext("a bank") for bank in banks]
    return page(
        visit,
        "setup.html",
        held="cookie" if names else held_without_session(visit),
        link=True,
        status=status,
        connected=len(names),
        banks=banks,
        banks_sentence=gettext("Connected now: %(banks)s.", banks=present.joined(names)) if names else "",
        error=error,
        keep_connected=request.form.get("keep_connected") == "yes",
    )


def _unlike_a_token(text: str) -> str:
    """Why `text` cannot be an access token, with the next step; "" where it may be one."""
    if not text:
        return gettext("Paste an access token first.")
    if text.startswith(("public-", "link-")):
        return gettext(
            "This is not an access token: those begin with access-. A public token is traded for one at Plaid."
        )
    if len(text) > LONGEST_TOKEN or not text.isascii() or not text.replace("-", "").isalnum():
        return gettext(
            "This does not look like an access token. One looks like access-sandbox-, then letters, digits and dashes."
        )
    return ""
