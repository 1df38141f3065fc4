"""From an error, or a bank's problem, to its row of the table of faults, and its words in the answer's language."""

import msgspec
from werkzeug.exceptions import HTTPException

from keepless.core.models import BankProblem
from keepless.errors import Action, KeeplessError, PlaidFault
from keepless.web.faults import (
    BY_ACTION,
    BY_ERROR,
    BY_PLAID_CODE,
    BY_STATUS,
    BY_TOKEN_CODE,
    FIRST_ERROR_STATUS,
    INTERNAL,
    Fault,
)
from keepless.web.language import ENGLISH, gettext, spoken


def fault_of(error: BaseException) -> Fault:
    """The row for an error; the one of a plain 500 for any that nobody foresaw."""
    if isinstance(error, PlaidFault):
        return BY_PLAID_CODE.get(error.code) or BY_TOKEN_CODE.get(error.code) or BY_ACTION[error.action]
    if isinstance(error, KeeplessError):
        return next(BY_ERROR[kind] for kind in type(error).__mro__ if kind in BY_ERROR)
    if isinstance(error, HTTPException) and error.code is not None:
        # A status without a row of its own keeps it, with the words of its family.
        family = BY_STATUS.get(error.code) or BY_STATUS[FIRST_ERROR_STATUS if error.code < INTERNAL.status else 500]
        return msgspec.structs.replace(family, status=error.code)
    return INTERNAL


def words_of(error: BaseException) -> Fault:
    """The row for an error, worded in the answer's language."""
    return _worded(fault_of(error))


def words_for(problem: BankProblem) -> Fault:
    """Title, detail and next step for a bank that could not be read: the same words on the page as in an error."""
    return _worded(BY_PLAID_CODE.get(problem.code) or BY_ACTION[Action(problem.action)])


def _worded(fault: Fault) -> Fault:
    if spoken() is ENGLISH:
        return fault
    return msgspec.structs.replace(
        fault, title=gettext(fault.title), detail=gettext(fault.detail), next_step=gettext(fault.next_step)
    )
