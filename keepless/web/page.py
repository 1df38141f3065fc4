"""Rendering a page: what every one of them tells, above all what is held about its visitor."""

from datetime import UTC
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, redirect, render_template

from keepless.errors import (
    AccountsFault,
    BadCookie,
    InsecureTransport,
    SessionEnded,
    SessionExpired,
    SessionMissing,
    SessionUnreadable,
)
from keepless.web import headers, oauth, present, sign_in_cookie, trend_cookie
from keepless.web.holding import copies_until, notes
from keepless.web.language import gettext
from keepless.web.visit import Visit

# Why there may be no session to read. The cookie, if one came, is left as it is.
NO_SESSION = (SessionMissing, SessionUnreadable, SessionExpired, SessionEnded)


def page(
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
        on_server=_on_server(visit) if held == "cookie" else gettext("nothing"),
        link_script=visit.site.link_script if link else None,
        environment=visit.site.environment,
        edition=visit.site.edition,
        has_accounts=visit.parts.accounts is not None,
        signed_in=_is_signed_in(visit),
        **context,
    )
    return make_response(html, status)


def _is_signed_in(visit: Visit) -> bool:
    try:
        vault = visit.parts.session.shown()
    except (BadCookie, InsecureTransport):
        return False
    return vault is not None and bool(vault.user)


def held_now(visit: Visit) -> str:
    """What the signature line says on a page that needs no session."""
    try:
        visit.vault()
    except SessionMissing:
        return held_without_session(visit)
    except (SessionUnreadable, SessionExpired, SessionEnded, AccountsFault):
        pass
    return "cookie"


def held_without_session(visit: Visit) -> str:
    """A connection that waits to be finished is a sealed cookie too, and so is the key to a person's trends."""
    return "cookie" if oauth.is_begun(visit) or trend_cookie.came() or sign_in_cookie.came() else "nothing"


def _on_server(visit: Visit) -> str:
    """What the server has of the visitor of this request, in words: in its memory, its cache and its database."""
    kept = []
    vault = visit.parts.session.jar().vault  # of an ended session too: while its account is there, so is all of this
    if vault is not None and vault.user:
        kept.append(gettext("your e-mail address, your tier and when you signed in"))
        if _has_stored_trends(visit):
            kept.append(gettext("your trends, sealed"))
    until = copies_until(visit)
    if until is not None:
        last = until.astimezone(visit.parts.hints.time_zone() or UTC).date()
        day = present.day(last, last)  # without a year: it is a week away at most
        kept.append(
            gettext("sealed copies that only this browser's cookie opens, until %(day)s at the latest", day=day)
        )
    if notes(visit):
        kept.append(gettext("a date, in memory only"))
    return present.joined(kept) if kept else gettext("nothing")


def _has_stored_trends(visit: Visit) -> bool:
    vault, capsules = visit.parts.session.shown(), visit.parts.capsules
    return capsules is not None and vault is not None and bool(vault.user) and capsules.has(vault.user)


def see_other(path: str) -> Response:
    """303, so that a reload asks for the page and does not send the form again."""
    return make_response(redirect(path, HTTPStatus.SEE_OTHER))
