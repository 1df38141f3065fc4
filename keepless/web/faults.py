"""The one table of what can go wrong, and the answer to each: status, stable code, words and the next step."""

from collections.abc import Iterator, Mapping

import msgspec
from werkzeug.exceptions import HTTPException

from keepless import errors
from keepless.core.models import BankProblem
from keepless.errors import Action, PlaidFault
from keepless.web.guard import ForgedRequest

FIRST_ERROR_STATUS = 400


class NothingReadable(errors.KeeplessError):
    """Banks are connected and none of them answered: an empty list would look like "no transactions"."""

    def __init__(self, problems: tuple[BankProblem, ...]) -> None:
        super().__init__(f"none of {len(problems)} bank(s) could be read")
        self.problems = problems


class BanksNeedAttention(NothingReadable):
    """The same, and no bank will answer by itself: each waits for the person."""


class MetricsForbidden(errors.KeeplessError):
    """The metrics were asked for from elsewhere, without their token."""


class Fault(msgspec.Struct, frozen=True):
    """One row: the HTTP status, the stable code, what happened, the next step. `retry_after` in seconds."""

    status: int
    code: str
    title: str
    detail: str
    next_step: str
    retry_after: int | None = None


_RETRY = "Try again in a moment."
_SETUP = "Connect a bank at /setup."
_REPORT = "Try again. If it stays, tell whoever runs this installation, with the request id."
_OPERATOR = "Whoever runs this installation has to look at its settings; /status says more."

INTERNAL = Fault(500, "internal", "Something went wrong here", "This is a fault of ours.", _REPORT)
_UNREADABLE = Fault(
    401,
    "session_unreadable",
    "Your session cannot be opened",
    "The cookie came, and no key of this server opens it. It is left as it is: it may hold the only copy of a token.",
    "Try again later, or open /setup to see what can be done.",
)

BY_ERROR: Mapping[type[errors.KeeplessError], Fault] = {
    errors.KeeplessError: INTERNAL,
    errors.SealBroken: _UNREADABLE,
    errors.SessionMissing: Fault(
        401, "session_missing", "No bank is connected in this browser", "No session cookie came.", _SETUP
    ),
    errors.SessionUnreadable: _UNREADABLE,
    errors.SessionExpired: Fault(
        401,
        "session_expired",
        "Your session is over",
        "Its time has passed. All it can still do is to disconnect its banks at Plaid.",
        "Open / to disconnect them, then connect anew.",
    ),
    errors.BadCookie: Fault(
        400,
        "bad_cookie",
        "The session cookie came twice",
        "Another site on this domain may be shadowing it, so neither was read.",
        "Delete this site's cookies that you do not know, then reload.",
    ),
    errors.InsecureTransport: Fault(
        403,
        "insecure_transport",
        "This connection is not encrypted",
        "Keepless reads no session over plain http, but on the machine it runs on.",
        "Use the https address.",
    ),
    errors.TooManyBanks: Fault(
        409,
        "too_many_banks",
        "No more banks fit",
        "One sealed cookie holds at most 20 banks. Nothing was connected.",
        "Log out and connect the banks that matter most.",
    ),
    errors.UnknownBank: Fault(
        404,
        "unknown_bank",
        "This bank is not connected",
        "The session holds no bank of that item id.",
        "Reload the page.",
    ),
    errors.ConnectionLost: Fault(
        502,
        "connection_lost",
        "The bank was connected and let go again",
        "Its token could not be sealed into your cookie, so the connection was taken back at Plaid.",
        "Connect the bank again.",
    ),
    errors.InvalidField: Fault(
        400, "invalid_field", "A value is not valid", "It is out of range or not well formed.", "Correct it."
    ),
    errors.WebhookRefused: Fault(
        401, "webhook_refused", "The webhook is not Plaid's", "Its signature does not hold.", "Let Plaid send it."
    ),
    errors.ConfigError: Fault(
        500, "misconfigured", "This installation is not set up", "A setting is wrong.", _OPERATOR
    ),
    ForgedRequest: Fault(
        403,
        "cross_site",
        "This request came from elsewhere",
        "Only pages of Keepless itself may ask for a change, and this request does not show that it is from one.",
        "Open Keepless and try it there.",
    ),
    MetricsForbidden: Fault(
        403,
        "metrics_forbidden",
        "The metrics are not public",
        "They are read on this machine, or with the metrics token.",
        "Send it as Authorization: Bearer.",
    ),
    NothingReadable: Fault(
        503,
        "no_bank_readable",
        "None of your banks could be read",
        "An empty list would have been wrong, so there is none.",
        "Try again in a moment; problems says what is wrong with each.",
        retry_after=10,
    ),
    BanksNeedAttention: Fault(
        409,
        "banks_need_attention",
        "Each of your banks needs you",
        "None could be read, and none will be by waiting. An empty list would have been wrong, so there is none.",
        "See what each bank needs under problems.",
    ),
}

# Codes of Plaid, or ours where no answer came, whose treatment is more than their action's.
BY_PLAID_CODE: Mapping[str, Fault] = {
    "TIMEOUT": Fault(504, "plaid_timeout", "Plaid did not answer in time", "The call was given up.", _RETRY, 5),
    "DEADLINE": Fault(504, "plaid_timeout", "Plaid did not answer in time", "The call was given up.", _RETRY, 5),
    "UNREACHABLE": Fault(503, "plaid_unreachable", "Plaid cannot be reached", "No connection came about.", _RETRY, 10),
    "BAD_ANSWER": Fault(
        502,
        "plaid_bad_answer",
        "Plaid's answer made no sense",
        "It was not what Plaid's documentation says.",
        _RETRY,
        5,
    ),
    "CHANGING": Fault(
        503, "plaid_changing", "The bank is being updated", "Its list kept changing while it was read.", _RETRY, 10
    ),
}

# The same, for a token that the request itself brought. For a bank long connected these are its action's.
BY_TOKEN_CODE: Mapping[str, Fault] = {
    "INVALID_PUBLIC_TOKEN": Fault(
        400,
        "public_token_refused",
        "Plaid does not know this public token",
        "It is older than 30 minutes, used up, or of another environment.",
        "Connect the bank again.",
    ),
    "INVALID_ACCESS_TOKEN": Fault(
        400,
        "access_token_refused",
        "Plaid does not know this access token",
        "It was removed, mistyped, or is of another environment.",
        "Look at the token, or connect the bank through Link.",
    ),
}

BY_ACTION: Mapping[Action, Fault] = {
    Action.RETRY: Fault(
        503,
        "bank_unavailable",
        "The bank cannot be read right now",
        "Plaid or the bank has a passing fault.",
        _RETRY,
        10,
    ),
    Action.WAIT: Fault(
        503, "bank_not_ready", "The bank is still being read", "Plaid is fetching it for the first time.", _RETRY, 5
    ),
    Action.RECONNECT: Fault(
        409,
        "bank_login_required",
        "The bank asks you to log in again",
        "Its permission has run out.",
        "Reconnect the bank.",
    ),
    Action.RELINK: Fault(
        409, "bank_relink", "This bank has to be connected anew", "This connection cannot be repaired.", _SETUP
    ),
    Action.DROP: Fault(
        409, "bank_gone", "This bank is no longer connected", "The connection has ended at Plaid.", _SETUP
    ),
    Action.OPERATOR: Fault(
        502,
        "plaid_refused_us",
        "Plaid refuses this installation",
        "Its keys or its permissions are not right.",
        _OPERATOR,
    ),
    Action.NONE: Fault(
        502, "plaid_refused", "Plaid refused the request", "Trying again will not change that.", "Leave this bank out."
    ),
}

BY_STATUS: Mapping[int, Fault] = {
    400: Fault(400, "bad_request", "The request cannot be read", "It is not well formed.", "Correct the request."),
    404: Fault(404, "not_found", "There is nothing here", "No page has this address.", "Start again at /."),
    405: Fault(
        405, "method_not_allowed", "This is not done that way", "The address does not take this method.", "See Allow."
    ),
    413: Fault(413, "too_large", "The request is too large", "At most 64 kB are read.", "Send less."),
    415: Fault(
        415,
        "not_json",
        "The request is not JSON",
        "The body has to be application/json.",
        "Set Content-Type and send JSON.",
    ),
    500: INTERNAL,
}


def all_faults() -> Iterator[Fault]:
    """Every row of the table, each once."""
    rows = (
        *BY_ERROR.values(),
        *BY_PLAID_CODE.values(),
        *BY_TOKEN_CODE.values(),
        *BY_ACTION.values(),
        *BY_STATUS.values(),
    )
    yield from {(row.status, row.code): row for row in rows}.values()


def fault_of(error: BaseException) -> Fault:
    """The row for an error; the one of a plain 500 for any that nobody foresaw."""
    if isinstance(error, PlaidFault):
        return BY_PLAID_CODE.get(error.code) or BY_TOKEN_CODE.get(error.code) or BY_ACTION[error.action]
    if isinstance(error, errors.KeeplessError):
        return next(BY_ERROR[kind] for kind in type(error).__mro__ if kind in BY_ERROR)
    if isinstance(error, HTTPException) and error.code is not None:
        # A status without a row of its own keeps it, with the words of its family.
        family = BY_STATUS.get(error.code) or BY_STATUS[FIRST_ERROR_STATUS if error.code < INTERNAL.status else 500]
        return msgspec.structs.replace(family, status=error.code)
    return INTERNAL


def words_for(problem: BankProblem) -> Fault:
    """Title, detail and next step for a bank that could not be read: the same words on the page as in an error."""
    return BY_PLAID_CODE.get(problem.code) or BY_ACTION[Action(problem.action)]
