"""Logging out: of banks, which are removed at Plaid, or of an account, whose session is ended."""

from http import HTTPStatus

from flask import Response

from keepless.errors import SessionEnded, SessionExpired, SessionMissing, SessionUnreadable
from keepless.services.linking import Disconnection
from keepless.services.vault import Vault
from keepless.web import no_session, oauth, present, rotation_cookie, sign_in_cookie, trend_cookie
from keepless.web.language import gettext
from keepless.web.lookup import words_for
from keepless.web.page import page, see_other
from keepless.web.visit import Visit


def log_out(visit: Visit) -> Response:
    """Removes the session's banks at Plaid, an expired session's too; what fails is kept to be tried again (R13).

    A living session of an account is only ended: its cookie stays, locked, until the same person signs in again here.
    """
    session = visit.parts.session
    try:
        vault = session.read_to_revoke()
    except SessionMissing:
        return see_other("/")
    except SessionUnreadable as fault:
        return no_session.page_for(visit, fault)
    if vault.user:
        try:
            if _sign_out(visit, vault):
                return no_session.ended(visit, has_banks=bool(vault.banks))
        except SessionEnded:
            return see_other("/delete-me")  # a deletion was begun: without its cookie it could not be finished
    outcome = visit.linking().disconnect(vault)
    response = _logout_page(visit, outcome)
    if outcome.remaining is not None:
        return session.write(response, outcome.remaining)
    visit.parts.hints.clear(response)
    oauth.forget(response)
    sign_in_cookie.forget(response)
    rotation_cookie.forget(response)
    if not session.jar().expired:  # what a person keeps of their trends outlives a session that ended by itself
        trend_cookie.forget(response)
    return session.clear(response)


def _sign_out(visit: Visit, vault: Vault) -> bool:
    """Ends the session's row; False where the session was over already.

    Raises AccountsFault, and SessionEnded where it is to be finished by a deletion.
    """
    try:
        standing = visit.parts.session.standing()
    except SessionExpired:
        return False
    except SessionEnded as ended:
        if ended.leaving:
            raise
        return False
    accounts = visit.parts.accounts
    return bool(accounts and standing and accounts.store.end(vault.user, [standing.row.id], reap_from=None))


def _logout_page(visit: Visit, outcome: Disconnection) -> Response:
    kept = [
        {"name": problem.bank.name or gettext("A bank"), "why": words_for(problem).title} for problem in outcome.kept
    ]
    keeps_trends = visit.parts.session.jar().expired and trend_cookie.came()
    return page(
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
