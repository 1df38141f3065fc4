"""The page with the forms for recovery files, and what came of one."""

from http import HTTPStatus
from typing import Any

from flask import Response

from keepless.core.models import BankProblem
from keepless.errors import AccountsFault, InvalidField, KeeplessError, SessionMissing
from keepless.web.language import gettext
from keepless.web.lookup import words_for, words_of
from keepless.web.page import NO_SESSION, held_now, page
from keepless.web.visit import Visit


def shown(
    visit: Visit,
    *,
    fault: KeeplessError | None = None,
    at: str = "",
    problems: tuple[BankProblem, ...] = (),
    has_banks: bool | None = None,
    **told: Any,
) -> Response:
    """`fault` is told beside the form that it is `at`: save or use. `has_banks` is None where the cookies say it."""
    words = words_of(fault) if fault is not None else None
    error = f"{words.title}. {words.detail} {words.next_step}" if words is not None else ""
    if isinstance(fault, InvalidField):
        error = _in_words(fault)
    status = HTTPStatus(words.status) if words else HTTPStatus.BAD_GATEWAY if problems else HTTPStatus.OK
    state = _state(visit)
    return page(
        visit,
        "recovery.html",
        held="cookie" if has_banks else held_now(visit),
        status=status,
        errors={at: error},
        has_banks=state == "connected" if has_banks is None else has_banks,
        can_restore=state != "closed",
        problems=[{"name": each.bank.name or gettext("A bank"), "why": _why(each)} for each in problems],
        **{"restored": [], "removed": [], **told},
    )


def _state(visit: Visit) -> str:
    """connected; empty: no session, or one without a bank; closed: a cookie is there that must not be overwritten."""
    try:
        return "connected" if visit.vault().banks else "empty"
    except SessionMissing:
        return "empty"
    except (*NO_SESSION, AccountsFault):
        return "closed"


def _in_words(fault: InvalidField) -> str:
    if fault.field == "passphrase":
        return gettext("A passphrase here has 12 to 1,000 characters.")
    return gettext("Choose the file first.")


def _why(problem: BankProblem) -> str:
    """Why a bank of a file could not be restored or disconnected."""
    if problem.code == "INVALID_ACCESS_TOKEN":
        return gettext("The key in the file is no longer valid: the bank was disconnected or given a newer key.")
    if problem.code == "ITEM_NOT_FOUND":
        return gettext("The key in the file opens nothing any more: this bank was disconnected.")
    return words_for(problem).title
