"""The pages for a visitor whose session is over or does not open: what it still can do, and what comes next."""

from http import HTTPStatus

from flask import Response

from keepless.errors import KeeplessError, SessionEnded, SessionUnreadable
from keepless.web.page import page
from keepless.web.visit import Visit


def page_for(visit: Visit, fault: KeeplessError) -> Response:
    """For SessionUnreadable, SessionExpired or SessionEnded: 401, the cookie left as it is (R9)."""
    if isinstance(fault, SessionUnreadable):
        return page(visit, "unreadable.html", held="cookie", status=HTTPStatus.UNAUTHORIZED)
    vault = visit.parts.session.jar().vault
    if vault is not None and vault.user:
        return ended(visit, has_banks=bool(vault.banks), fault=fault)
    return page(visit, "expired.html", held="cookie", status=HTTPStatus.UNAUTHORIZED)


def ended(visit: Visit, *, has_banks: bool, fault: KeeplessError | None = None) -> Response:
    """What the browser of a session of an account that is over still can do: sign in again, disconnect, or leave.

    Right after signing out (`fault` None), or for somebody who comes with such a session.
    """
    leaving = isinstance(fault, SessionEnded) and fault.leaving
    status = HTTPStatus.OK if fault is None else HTTPStatus.UNAUTHORIZED
    return page(
        visit, "ended.html", held="cookie", status=status, has_banks=has_banks, leaving=leaving, just_now=fault is None
    )
