"""The pages, rendered here and whole without JavaScript: dashboard, setup, logout, status, promise."""

from collections.abc import Callable
from datetime import UTC
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, make_response, redirect, render_template, request

from keepless.core.secret import Secret
from keepless.errors import KeeplessError, PlaidFault, SessionExpired, SessionMissing, SessionUnreadable, TooManyBanks
from keepless.services.dashboards import build_dashboard, reading_range
from keepless.services.linking import Disconnection
from keepless.services.snapshots import StatelessPlaidClient
from keepless.services.vault import Vault
from keepless.web import banks, choice, headers, health, installation, oauth, present, trend_cookie
from keepless.web.answers import prefers_json
from keepless.web.holding import copies_until, notes
from keepless.web.language import gettext
from keepless.web.live import mark_of
from keepless.web.lookup import words_for, words_of
from keepless.web.operations import as_sent
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
    except (SessionMissing, SessionUnreadable, SessionExpired) as fault:
        return _without_session(visit, fault)
    mark = mark_of(vault, visit.today())
    return _page(visit, "shell.html", held="cookie", banks=len(vault.banks), mark=mark)


def statement_page(visit: Visit) -> Response:
    """The statement rendered here, whole without JavaScript."""
    return _statement(visit, fills_itself=False)


def _statement(visit: Visit, *, fills_itself: bool) -> Response:
    """`fills_itself` lets the script take the page over, once it turns out that it runs."""
    try:
        vault = visit.vault()
    except (SessionMissing, SessionUnreadable, SessionExpired) as fault:
        return _without_session(visit, fault)
    today = visit.today()
    query = visit.queries.read(request.args, today, allowed=TRANSACTIONS)
    snapshots = visit.read_banks(vault, reading_range(query.period, today))
    board = build_dashboard(snapshots, today, query.filter, page=query.page, outlook=False)
    page = statement(board, request.args.to_dict(), visit.parts.hints.time_zone(), visit.parts.clock())
    return _page(visit, "dashboard.html", held="cookie", link=page.reconnects, page=page, fills_itself=fills_itself)


def setup(visit: Visit) -> Response:
    """The two ways to connect a bank, a first or a further one."""
    try:
        return _setup_page(visit, visit.vault())
    except (SessionMissing, SessionUnreadable, SessionExpired) as fault:
        return _without_session(visit, fault)


def oauth_return(visit: Visit) -> Response:
    """Where a bank's own page sends the person back to: the script ends what was begun, or the page says why it cannot.

    A GET changes nothing, so it does not matter who sends a person here.
    """
    waits = oauth.is_begun(visit) and "oauth_state_id" in request.args
    held = _held(visit)
    return _page(visit, "oauth_return.html", held=held, link=waits, waits=waits, connected=_is_connected(visit))


def use_token(visit: Visit) -> Response:
    """Seals a pasted access token, once Plaid has said whose it is; or forgets an unreadable cookie on request."""
    form = as_sent(lambda: request.form)
    if form.get("forget") == "unreadable":
        response = _see_other("/setup")
        visit.parts.session.forget_unreadable(response)
        return response
    keep_connected = form.get("keep_connected") == "yes"
    try:
        vault = visit.parts.session.read_or_new(keep_connected=keep_connected)
    except (SessionUnreadable, SessionExpired) as fault:
        return _without_session(visit, fault)
    token = form.get("access_token", "").strip()
    refusal = _unlike_a_token(token)
    if refusal:
        return _setup_page(visit, vault, error=refusal, status=HTTPStatus.BAD_REQUEST)
    try:
        client = StatelessPlaidClient(visit.parts.plaid, visit.parts.pool, vault)
        return visit.parts.session.write(_see_other("/"), client.store_token_in_session(Secret(token)))
    except (PlaidFault, TooManyBanks) as fault:
        words = words_of(fault, visit.parts.hints.time_zone())
        text = f"{words.title}. {words.detail} {words.next_step}"
        return _setup_page(visit, vault, error=text, status=HTTPStatus(words.status))


def log_out(visit: Visit) -> Response:
    """Removes the session's banks at Plaid, an expired session's too; what fails is kept to be tried again (R13)."""
    session = visit.parts.session
    try:
        vault = session.read_to_revoke()
    except SessionMissing:
        return _see_other("/")
    except SessionUnreadable as fault:
        return _without_session(visit, fault)
    outcome = visit.linking().disconnect(vault)
    for removed in outcome.removed:
        visit.parts.endings.forget(removed.bank.item_id)
    response = _logout_page(visit, outcome)
    if outcome.remaining is not None:
        return session.write(response, outcome.remaining)
    visit.parts.hints.clear(response)
    oauth.forget(response)
    if not session.jar().expired:  # what a person keeps of their trends outlives a session that ended by itself
        trend_cookie.forget(response)
    return session.clear(response)


def status(visit: Visit) -> Response:
    """The installation's state, in words; as JSON for those who prefer it."""
    if prefers_json():
        return health.status(visit)
    state = health.status_of(visit.site, visit.parts)
    return _page(visit, "status.html", held=_held(visit), **installation.facts(visit, state))


def promise(visit: Visit) -> Response:
    """What is held, where, for how long, and who can see what."""
    return _page(visit, "promise.html", held=_held(visit))


def _held(visit: Visit) -> str:
    """What the signature line says on a page that needs no session."""
    try:
        visit.vault()
    except SessionMissing:
        return _held_without_session(visit)
    except (SessionUnreadable, SessionExpired):
        pass
    return "cookie"


def _held_without_session(visit: Visit) -> str:
    """A connection that waits to be finished is a sealed cookie too, and so is the key to a person's trends."""
    return "cookie" if oauth.is_begun(visit) or trend_cookie.came() else "nothing"


def _is_connected(visit: Visit) -> bool:
    try:
        return bool(visit.vault().banks)
    except (SessionMissing, SessionUnreadable, SessionExpired):
        return False


def _without_session(visit: Visit, fault: KeeplessError) -> Response:
    """The page for a visitor whose cookie is missing, over or does not open; the cookie is left as it is (R9)."""
    if isinstance(fault, SessionUnreadable):
        return _page(visit, "unreadable.html", held="cookie", status=HTTPStatus.UNAUTHORIZED)
    if isinstance(fault, SessionExpired):
        return _page(visit, "expired.html", held="cookie", status=HTTPStatus.UNAUTHORIZED)
    response = _setup_page(visit, None)
    visit.parts.hints.clear_stray(response)  # "held: nothing" is to mean nothing
    return response


def _setup_page(visit: Visit, vault: Vault | None, *, error: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    banks = [key.bank for key in vault.banks] if vault else []
    names = [bank.name or gettext("a bank") for bank in banks]
    return _page(
        visit,
        "setup.html",
        held="cookie" if names else _held_without_session(visit),
        link=True,
        status=status,
        connected=len(names),
        banks=banks,
        banks_sentence=gettext("Connected now: %(banks)s.", banks=present.joined(names)) if names else "",
        error=error,
        keep_connected=request.form.get("keep_connected") == "yes",
    )


def _logout_page(visit: Visit, outcome: Disconnection) -> Response:
    kept = [
        {"name": problem.bank.name or gettext("A bank"), "why": words_for(problem).title} for problem in outcome.kept
    ]
    keeps_trends = visit.parts.session.jar().expired and trend_cookie.came()
    return _page(
        visit,
        "logout.html",
        held="cookie" if kept or keeps_trends else "nothing",
        keeps_trends=keeps_trends,
        status=HTTPStatus.BAD_GATEWAY if kept else HTTPStatus.OK,
        removed=[
            {"name": each.bank.name or gettext("A bank"), "request_id": each.request_id} for each in outcome.removed
        ],
        kept=kept,
        kept_names=present.joined([each["name"] for each in kept]),
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


def _page(
    visit: Visit, template: str, *, held: str, link: bool = False, status: HTTPStatus = HTTPStatus.OK, **context: Any
) -> Response:
    """A rendered page. `held` is what the signature line says: cookie or nothing; `link` lets Link run.

    The line names what the server has, in its memory or its cache, so that it is never less than the truth.
    """
    if link:
        headers.run_link()
    days, keep_days = visit.parts.session.lifetimes
    html = render_template(
        template,
        days=days,
        keep_days=keep_days,
        held=held,
        **(_on_server(visit) if held == "cookie" else {"on_server": gettext("nothing")}),
        link_script=visit.site.link_script if link else None,
        environment=visit.site.environment,
        edition=visit.site.edition,
        **context,
    )
    return make_response(html, status)


def _on_server(visit: Visit) -> dict[str, Any]:
    """What the server has of the visitor of this request: in words, and as the facts that the script words itself."""
    noted, until = bool(notes(visit)), copies_until(visit)
    if until is None:
        return {"on_server": gettext("a date, in memory only") if noted else gettext("nothing"), "noted": noted}
    last = until.astimezone(visit.parts.hints.time_zone() or UTC).date()
    day = present.day(last, last)  # without a year: it is a week away at most
    if noted:
        words = gettext(
            "sealed copies that only this browser's cookie opens, until %(day)s at the latest, and a date", day=day
        )
    else:
        words = gettext("sealed copies that only this browser's cookie opens, until %(day)s at the latest", day=day)
    return {"on_server": words, "noted": noted, "copies_until": last}


def _see_other(path: str) -> Response:
    """303, so that a reload asks for the page and does not send the form again."""
    return make_response(redirect(path, HTTPStatus.SEE_OTHER))
