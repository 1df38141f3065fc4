"""What each of Plaid's errors means: may it be tried again, by whom, and how soon.

Decided by (error_type, error_code) and not by the HTTP status: Plaid reports a bank's outage as 400.
"""

import http.client
import re

import msgspec
import urllib3.exceptions

from keepless.errors import Action, PlaidFault


class Verdict(msgspec.Struct, frozen=True):
    """`pause` is the first back-off in seconds before the same call is made again within one request; None: no use."""

    retryable: bool
    action: Action
    pause: float | None = None


PASSING = Verdict(retryable=True, action=Action.RETRY, pause=0.25)
CROWDED = Verdict(retryable=True, action=Action.RETRY, pause=1.0)
LATER = Verdict(retryable=True, action=Action.RETRY)  # outlasts a request: the person tries again
NOT_READY = Verdict(retryable=True, action=Action.WAIT)
RECONNECT = Verdict(retryable=False, action=Action.RECONNECT)
RELINK = Verdict(retryable=False, action=Action.RELINK)
GONE = Verdict(retryable=False, action=Action.DROP)
OPERATOR = Verdict(retryable=False, action=Action.OPERATOR)
PERMANENT = Verdict(retryable=False, action=Action.NONE)

# Ours, where no answer of Plaid came.
TIMEOUT = "TIMEOUT"
UNREACHABLE = "UNREACHABLE"
BAD_ANSWER = "BAD_ANSWER"
CHANGING = "CHANGING"
DEADLINE = "DEADLINE"
BAD_CURSOR = "BAD_CURSOR"  # Plaid's INVALID_FIELD, where only the cursor can be meant: what is held is filled anew


def _rows(error_type: str, verdict: Verdict, *codes: str) -> dict[tuple[str, str], Verdict]:
    return dict.fromkeys(((error_type, code) for code in codes), verdict)


TABLE: dict[tuple[str, str], Verdict] = {
    **_rows("", PASSING, TIMEOUT, UNREACHABLE, BAD_ANSWER),
    **_rows("", LATER, CHANGING, DEADLINE, BAD_CURSOR),
    **_rows("ITEM_ERROR", NOT_READY, "PRODUCT_NOT_READY"),
    **_rows(
        "ITEM_ERROR",
        RECONNECT,
        "ITEM_LOGIN_REQUIRED",
        "NO_ACCOUNTS",
        "ACCESS_NOT_GRANTED",
        "ITEM_LOCKED",
        "INVALID_CREDENTIALS",
        "INVALID_MFA",
        "USER_SETUP_REQUIRED",
        "PASSWORD_RESET_REQUIRED",
    ),
    **_rows("ITEM_ERROR", RELINK, "PRODUCT_NOT_ENABLED"),
    **_rows("ITEM_ERROR", GONE, "ITEM_NOT_FOUND", "ITEM_CONCURRENTLY_DELETED"),
    **_rows(
        "ITEM_ERROR",
        PERMANENT,
        "PRODUCTS_NOT_SUPPORTED",
        "NO_LIABILITY_ACCOUNTS",
        "ITEM_NOT_SUPPORTED",
        "MFA_NOT_SUPPORTED",
    ),
    # Plaid's pages disagree on the type of this one.
    **_rows("ITEM_ERROR", RELINK, "USER_PERMISSION_REVOKED"),
    **_rows("INVALID_INPUT", RELINK, "USER_PERMISSION_REVOKED"),
    # Not GONE: a token of another environment looks the same, and a token is not dropped on a guess.
    **_rows("INVALID_INPUT", RELINK, "INVALID_ACCESS_TOKEN", "INVALID_PUBLIC_TOKEN", "INVALID_LINK_TOKEN"),
    **_rows("INVALID_INPUT", RECONNECT, "ADDITIONAL_CONSENT_REQUIRED"),
    **_rows("INVALID_INPUT", OPERATOR, "INVALID_API_KEYS", "INVALID_PRODUCT"),
    **_rows(
        "INVALID_INPUT",
        PERMANENT,
        "INVALID_ACCOUNT_ID",
        "INVALID_INSTITUTION",
        "INVALID_WEBHOOK_VERIFICATION_KEY_ID",
    ),
    **_rows(
        "INVALID_REQUEST",
        OPERATOR,
        "MISSING_FIELDS",
        "UNKNOWN_FIELDS",
        "INVALID_FIELD",
        "INVALID_BODY",
        "INVALID_HEADERS",
        "NOT_FOUND",
        "SANDBOX_ONLY",
    ),
    **_rows("INVALID_RESULT", LATER, "LAST_UPDATED_DATETIME_OUT_OF_RANGE"),
    # The loop starts again from its first cursor; the same page asked again fails again.
    **_rows("TRANSACTIONS_ERROR", LATER, "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"),
    **_rows("INSTITUTION_ERROR", PASSING, "INSTITUTION_NOT_RESPONDING"),
    **_rows("INSTITUTION_ERROR", LATER, "INSTITUTION_DOWN", "INSTITUTION_NOT_AVAILABLE"),
    **_rows("INSTITUTION_ERROR", PERMANENT, "INSTITUTION_NO_LONGER_SUPPORTED"),
    **_rows("API_ERROR", PASSING, "INTERNAL_SERVER_ERROR"),
    **_rows("API_ERROR", LATER, "PLANNED_MAINTENANCE"),
    **_rows(
        "RATE_LIMIT_EXCEEDED",
        CROWDED,
        "ACCOUNTS_LIMIT",
        "BALANCE_LIMIT",
        "ACCOUNTS_BALANCE_GET_LIMIT",
        "ITEM_GET_LIMIT",
        "RATE_LIMIT",
        "TRANSACTIONS_LIMIT",
        "TRANSACTIONS_SYNC_LIMIT",
        "INSTITUTIONS_GET_BY_ID_LIMIT",
        "INSTITUTIONS_GET_LIMIT",
        "INSTITUTION_RATE_LIMIT",
    ),
    **_rows("RATE_LIMIT_EXCEEDED", LATER, "TRANSACTIONS_REFRESH_LIMIT"),  # two a minute: no use to wait for
    **_rows("RATE_LIMIT_EXCEEDED", OPERATOR, "CREDITS_EXHAUSTED"),
    **_rows("SANDBOX_ERROR", PERMANENT, "SANDBOX_PRODUCT_NOT_ENABLED", "SANDBOX_WEBHOOK_INVALID"),
}

# A code that is not in the table is judged by its family.
FAMILIES: dict[str, Verdict] = {
    "API_ERROR": PASSING,
    "RATE_LIMIT_EXCEEDED": CROWDED,
    "INSTITUTION_ERROR": LATER,
    "TRANSACTIONS_ERROR": LATER,
    "ITEM_ERROR": RECONNECT,
    "INVALID_REQUEST": OPERATOR,
}

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,79}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9]{1,40}")
_TOO_MANY_REQUESTS = 429
_PASSING_STATUS = frozenset({408, 425, _TOO_MANY_REQUESTS})
_FIRST_SERVER_ERROR = 500


class _ErrorBody(msgspec.Struct, frozen=True):
    error_type: str
    error_code: str
    request_id: str | None = None


_error_body = msgspec.json.Decoder(_ErrorBody)


def verdict(error_type: str, code: str) -> Verdict:
    """The table's row, else that of the error's family, else permanent."""
    return TABLE.get((error_type, code)) or FAMILIES.get(error_type, PERMANENT)


def pause(fault: PlaidFault) -> float | None:
    """The first back-off in seconds before the call behind `fault` is made again; None where it is not."""
    return verdict(fault.error_type, fault.code).pause if fault.retryable else None


def own(code: str, *, http_status: int | None = None) -> PlaidFault:
    """A fault of the transport, by one of our own codes."""
    judged = verdict("", code)
    return PlaidFault(code, retryable=judged.retryable, action=judged.action, http_status=http_status)


def from_answer(status: int, body: bytes | None) -> PlaidFault:
    """The fault that an answer other than 2xx means.

    Only codes and the request id are taken over, and only in their own alphabets: Plaid's messages may repeat what was
    sent. An answer that is not Plaid's error object comes from something in between, and there the status decides.
    """
    try:
        error = _error_body.decode(body or b"")
    except (ValueError, RecursionError):
        error = None
    if error and _CODE.fullmatch(error.error_type) and _CODE.fullmatch(error.error_code):
        judged = verdict(error.error_type, error.error_code)
        request_id = error.request_id if error.request_id and _REQUEST_ID.fullmatch(error.request_id) else None
        return PlaidFault(
            error.error_code,
            error_type=error.error_type,
            retryable=judged.retryable,
            action=judged.action,
            request_id=request_id,
            http_status=status,
        )
    if status == _TOO_MANY_REQUESTS:
        return PlaidFault(
            "RATE_LIMIT",
            error_type="RATE_LIMIT_EXCEEDED",
            retryable=CROWDED.retryable,
            action=CROWDED.action,
            http_status=status,
        )
    if status in _PASSING_STATUS or status >= _FIRST_SERVER_ERROR:
        return own(BAD_ANSWER, http_status=status)
    # A redirect, or a refusal that is not Plaid's: the address is wrong or something stands in between.
    return PlaidFault(BAD_ANSWER, action=Action.OPERATOR, http_status=status)


def from_transport(error: Exception) -> PlaidFault:
    """The fault behind an exception of urllib3: no answer came, or not a whole one."""
    match error:
        case urllib3.exceptions.SSLError():  # a certificate does not mend itself in a second
            return PlaidFault(UNREACHABLE, action=Action.OPERATOR)
        case urllib3.exceptions.NewConnectionError():  # refused, or no such name; a kind of ConnectTimeoutError there
            return own(UNREACHABLE)
        case urllib3.exceptions.ConnectTimeoutError() | urllib3.exceptions.ReadTimeoutError():
            return own(TIMEOUT)
        case urllib3.exceptions.ProtocolError(args=(_, http.client.IncompleteRead())):  # cut short
            return own(BAD_ANSWER)
        case urllib3.exceptions.LocationValueError():  # an address that is none
            return PlaidFault(UNREACHABLE, action=Action.OPERATOR)
        case _:  # refused, reset, closed, name not found
            return own(UNREACHABLE)
