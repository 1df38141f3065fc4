"""From an error, or a bank's problem, to its row of the table of faults, and its words in the answer's language."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from werkzeug.exceptions import HTTPException

from keepless.core.models import BankProblem
from keepless.errors import Action, KeeplessError, NotInTier, PlaidFault, RateLimited
from keepless.services.breakers import OF_PLAID
from keepless.web import present, tier_words
from keepless.web.errors import BanksNeedAttention, ExportIncomplete, NothingReadable
from keepless.web.fault import Fault
from keepless.web.faults import BY_ERROR, BY_STATUS, FIRST_ERROR_STATUS, INTERNAL
from keepless.web.language import ENGLISH, gettext, spoken
from keepless.web.plaid_faults import BY_ACTION, BY_PLAID_CODE, BY_TOKEN_CODE, PLAID_UNAVAILABLE

# What a Retry-After says at least and at most, in seconds: a breaker is never open for longer.
SOONEST, LATEST = 1, 300
LATEST_ATTEMPT = 3600


def fault_of(error: BaseException) -> Fault:
    """The row for an error; the one of a plain 500 for any that nobody foresaw."""
    if isinstance(error, PlaidFault):
        row = _by_code(error) or BY_TOKEN_CODE.get(error.code) or BY_ACTION[error.action]
        return PLAID_UNAVAILABLE if _is_kept_back(error) else row
    if isinstance(error, BanksNeedAttention) and error.is_operators:
        return BY_ACTION[Action.OPERATOR]
    if isinstance(error, NothingReadable) and error.is_plaids:
        return PLAID_UNAVAILABLE
    if isinstance(error, KeeplessError):
        return next(BY_ERROR[kind] for kind in type(error).__mro__ if kind in BY_ERROR)
    if isinstance(error, HTTPException) and error.code is not None:
        # A status without a row of its own keeps it, with the words of its family.
        family = BY_STATUS.get(error.code) or BY_STATUS[FIRST_ERROR_STATUS if error.code < INTERNAL.status else 500]
        return msgspec.structs.replace(family, status=error.code)
    return INTERNAL


def retry_after(error: BaseException, now: datetime) -> int | None:
    """Whole seconds until asking again can help; where that is not known, what the row says: None for no use."""
    row, moment = fault_of(error), _retry_at(error)
    if row.retry_after is None or moment is None:
        return row.retry_after
    return min(
        max(-((now - moment) // timedelta(seconds=1)), SOONEST),
        LATEST_ATTEMPT if isinstance(error, RateLimited) else LATEST,
    )


def words_of(error: BaseException, zone: ZoneInfo | None = None) -> Fault:
    """The row for an error, worded in the answer's language. When to try again is told on the clock of `zone`."""
    row, moment = _worded(fault_of(error)), _retry_at(error)
    if isinstance(error, NotInTier):
        return tier_words.told(row, error)
    return _with_time(row, moment, zone) if isinstance(error, NothingReadable | PlaidFault | RateLimited) else row


def words_for(problem: BankProblem, zone: ZoneInfo | None = None) -> Fault:
    """Title, detail and next step for a bank that could not be read: the same words on the page as in an error."""
    row = _by_code(problem) or BY_ACTION[Action(problem.action)]
    return _with_time(_worded(PLAID_UNAVAILABLE if _is_kept_back(problem) else row), problem.retry_at, zone)


def _by_code(fault: PlaidFault | BankProblem) -> Fault | None:
    """The row of its code, where it has one. Those advise waiting, which mends nothing that is the operator's."""
    return None if fault.action == Action.OPERATOR else BY_PLAID_CODE.get(fault.code)


def _is_kept_back(fault: PlaidFault | BankProblem) -> bool:
    """Whether Plaid as a whole is left alone for a while (services.breakers)."""
    return fault.retry_at is not None and fault.code in OF_PLAID


def _retry_at(error: BaseException) -> datetime | None:
    """The earliest moment at which asking again can help, where one is known."""
    match error:
        case PlaidFault() | RateLimited():
            return error.retry_at
        case NothingReadable() | ExportIncomplete():
            return _earliest(problem.retry_at for problem in error.problems)
        case _:
            return None


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _with_time(fault: Fault, moment: datetime | None, zone: ZoneInfo | None) -> Fault:
    """`moment` in place of "in a moment"; nothing changes where waiting is of no use, or nobody knows how long."""
    if moment is None or fault.retry_after is None:
        return fault
    step = gettext("Try again at %(time)s.", time=present.clock_time(moment, zone))
    return msgspec.structs.replace(fault, next_step=step)


def _worded(fault: Fault) -> Fault:
    if spoken() is ENGLISH:
        return fault
    return msgspec.structs.replace(
        fault, title=gettext(fault.title), detail=gettext(fault.detail), next_step=gettext(fault.next_step)
    )
