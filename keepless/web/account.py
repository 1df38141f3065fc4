"""The account page, where all that concerns one's data meets; and the sessions of an account, listed and ended."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from flask import Flask, Response, request

from keepless.core.tiers import BY_TIER, Tier
from keepless.errors import (
    ConfigError,
    InvalidField,
    SessionEnded,
    SessionExpired,
    SessionMissing,
    SessionUnreadable,
)
from keepless.ports import SessionRow, User
from keepless.services.accounts import Accounts, Standing
from keepless.services.signing_in import Sessions
from keepless.web import no_session, present
from keepless.web.language import N_, gettext, ngettext
from keepless.web.operations import Operation, answer, as_sent, body_as
from keepless.web.page import held_now, page, see_other
from keepless.web.visit import Visit, visiting

PATH = "/account"
DAYS_OF_A_MONTH = 30
# A history of so many days is told in months.
LONG_HISTORY = 365
_NAMES = {Tier.FREE: N_("Free"), Tier.PRO: N_("Pro"), Tier.ENTERPRISE: N_("Enterprise")}


class SessionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A session that lives; times are UTC. `id` is that of its row, which leads to no cookie."""

    id: str
    began_at: datetime
    expires_at: datetime
    is_this_browser: bool


class SessionsAnswer(msgspec.Struct, frozen=True):
    """The newest first; none for a visitor who is not signed in."""

    sessions: tuple[SessionAnswer, ...]


class EndSessions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One session by its `id`, or `all` of them: but for this browser's (others), or that too (all)."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[0-9a-f]+$")] | None = None
    all: Literal["others", "all"] | None = None


class EndedSessions(msgspec.Struct, frozen=True):
    """How many were ended, and whether this browser's is still one that lives."""

    ended: int
    signed_in: bool


def register(app: Flask, *, has_accounts: bool) -> None:
    """Adds the pages' routes to `app`: the page itself is there for everybody."""

    def route(path: str, method: str, view: Callable[[Visit], Response]) -> None:
        app.add_url_rule(path, endpoint=f"page.{view.__name__}", view_func=lambda: view(visiting()), methods=[method])

    route(PATH, "GET", account)
    if has_accounts:
        route(f"{PATH}/end", "POST", end_by_form)


def account(visit: Visit) -> Response:
    """Who is signed in, their tier and sessions, and what can be done with all that is held. Raises AccountsFault."""
    try:
        standing = visit.parts.session.standing()
    except SessionMissing:
        return _page(visit, None)
    except (SessionUnreadable, SessionExpired, SessionEnded) as fault:
        return no_session.page_for(visit, fault)
    user = _accounts(visit).store.user(standing.user_id) if standing else None
    if standing is None or user is None:
        return _page(visit, None)
    zone = visit.parts.hints.time_zone()
    rows = [
        {
            "id": row.id,
            "began": present.moment(row.created_at, zone),
            "ends": present.moment(row.expires_at, zone),
            "is_own": row.id == standing.row.id,
        }
        for row in _sessions(visit).of(user.id)
    ]
    return _page(visit, user, tier=tier_name(user.tier), allows=tier_words(user.tier), sessions=rows)


def end_by_form(visit: Visit) -> Response:
    """Ends the session, or all others, that a form of the account page names."""
    chosen = as_sent(lambda: request.form).get("session", "")
    standing = visit.parts.session.standing()
    if standing is not None:
        _end(visit, standing, chosen)
    return see_other(PATH)


def list_sessions(visit: Visit) -> Response:
    """The sessions of the visitor's account."""
    standing = _standing(visit)
    rows = _sessions(visit).of(standing.user_id) if standing else []
    return answer(SessionsAnswer(tuple(_told(row, standing) for row in rows)))


def end_sessions(visit: Visit) -> Response:
    """Ends one, or several."""
    asked = body_as(EndSessions)
    if (asked.id is None) is (asked.all is None):
        raise InvalidField("id", "is needed, or all; not both")
    standing = _standing(visit)
    ended = _end(visit, standing, asked.id or asked.all or "") if standing else 0
    still = standing is not None and any(row.id == standing.row.id for row in _sessions(visit).of(standing.user_id))
    return answer(EndedSessions(ended, signed_in=still))


def tier_name(tier: Tier) -> str:
    """The tier in the answer's language."""
    return gettext(_NAMES[tier])


def tier_words(tier: Tier) -> str:
    """What a tier holds, as "90 days of history and 2 banks"."""
    allowance = BY_TIER[tier]
    days = allowance.history_days
    if days >= LONG_HISTORY:
        months = days // DAYS_OF_A_MONTH
        history = ngettext("%(n)s month of history", "%(n)s months of history", months, n=months)
    else:
        history = ngettext("%(n)s day of history", "%(n)s days of history", days, n=days)
    more = (
        (allowance.trends, gettext("trends")),
        (allowance.cache, gettext("quick visits from sealed copies, where this installation keeps them")),
        (allowance.audit_export, gettext("your own lines of the audit trail")),
    )
    banks = ngettext("%(n)s bank", "%(n)s banks", allowance.banks, n=allowance.banks)
    return present.joined([history, banks, *(words for has, words in more if has)])


def _end(visit: Visit, standing: Standing, chosen: str) -> int:
    sessions, user_id, own = _sessions(visit), standing.user_id, standing.row.id
    if chosen == "others":
        return sessions.end_others(user_id, own)
    if chosen == "all":
        return sessions.end_all(user_id, own)
    return int(sessions.end(user_id, chosen, own=own))


def _standing(visit: Visit) -> Standing | None:
    """None for a visitor without an account, whether they have a session or not."""
    try:
        return visit.parts.session.standing()
    except SessionMissing:
        return None


def _told(row: SessionRow, standing: Standing | None) -> SessionAnswer:
    return SessionAnswer(
        id=row.id,
        began_at=row.created_at,
        expires_at=row.expires_at,
        is_this_browser=standing is not None and row.id == standing.row.id,
    )


def _accounts(visit: Visit) -> Accounts:
    """Raises ConfigError where the installation has no accounts; its routes are not there then."""
    if visit.parts.accounts is None:
        raise ConfigError("there are no accounts here: DATABASE_URL is not set")
    return visit.parts.accounts


def _sessions(visit: Visit) -> Sessions:
    return Sessions(_accounts(visit).store, visit.parts.clock)


def _page(visit: Visit, user: User | None, **context: Any) -> Response:
    vault = visit.parts.session.shown()
    has_banks = bool(vault and vault.banks)
    return page(visit, "account.html", held=held_now(visit), user=user, has_banks=has_banks, **context)


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/sessions",
        name="sessions",
        summary="The sessions of your account that live now.",
        view=list_sessions,
        answer=SessionsAnswer,
        session=True,
    ),
    Operation(
        method="POST",
        path="/api/sessions/end",
        name="end_sessions",
        summary="Ends one of your sessions, all others, or all; what their cookies hold opens nothing any more.",
        view=end_sessions,
        answer=EndedSessions,
        body=EndSessions,
        session=True,
        faults=(InvalidField,),
    ),
)
