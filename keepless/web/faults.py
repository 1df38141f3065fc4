"""The one table of what can go wrong, and the answer to each: status, stable code, words and the next step.

The words are English, and the keys of every other language's; `web/lookup.py` finds a row and words it.
"""

from collections.abc import Iterator, Mapping

from keepless import errors
from keepless.web.account_faults import OF_ACCOUNTS
from keepless.web.errors import (
    BanksNeedAttention,
    CapsuleUnreadable,
    ExportIncomplete,
    ExportNeedsAttention,
    MetricsForbidden,
    NothingReadable,
    TrendsFileUnreadable,
)
from keepless.web.fault import OPERATOR, REPORT, RETRY, SETUP, Fault
from keepless.web.guard import ForgedRequest
from keepless.web.language import N_
from keepless.web.plaid_faults import BY_ACTION, BY_PLAID_CODE, BY_TOKEN_CODE
from keepless.web.recovery_faults import OF_RECOVERY

FIRST_ERROR_STATUS = 400


INTERNAL = Fault(500, "internal", N_("Something went wrong here"), N_("This is a fault of ours."), REPORT)
_UNREADABLE = Fault(
    401,
    "session_unreadable",
    N_("Your session cannot be opened"),
    N_(
        "The cookie came, and no key of this server opens it. "
        "It is left as it is: it may hold the only copy of a token."
    ),
    N_("Try again later, or open /setup to see what can be done."),
)

BY_ERROR: Mapping[type[errors.KeeplessError], Fault] = {
    errors.KeeplessError: INTERNAL,
    errors.SealBroken: _UNREADABLE,
    errors.SessionMissing: Fault(
        401, "session_missing", N_("No bank is connected in this browser"), N_("No session cookie came."), SETUP
    ),
    errors.SessionUnreadable: _UNREADABLE,
    errors.SessionExpired: Fault(
        401,
        "session_expired",
        N_("Your session is over"),
        N_("Its time has passed. All it can still do is to disconnect its banks at Plaid."),
        N_("Open / to disconnect them, then connect anew."),
    ),
    **OF_ACCOUNTS,
    **OF_RECOVERY,
    errors.BadCookie: Fault(
        400,
        "bad_cookie",
        N_("The session cookie came twice"),
        N_("Another site on this domain may be shadowing it, so neither was read."),
        N_("Delete this site's cookies that you do not know, then reload."),
    ),
    errors.InsecureTransport: Fault(
        403,
        "insecure_transport",
        N_("This connection is not encrypted"),
        N_("Keepless reads no session over plain http, but on the machine it runs on."),
        N_("Use the https address."),
    ),
    errors.TooManyBanks: Fault(
        409,
        "too_many_banks",
        N_("No more banks fit"),
        N_("A session holds at most 20 banks. Nothing was connected."),
        N_("Disconnect a bank that matters less, then try again."),
    ),
    errors.UnknownBank: Fault(
        404,
        "unknown_bank",
        N_("This bank is not connected"),
        N_("The session holds no bank of that item id."),
        N_("Reload the page."),
    ),
    errors.LinkMissing: Fault(
        404,
        "link_missing",
        N_("No connection waits to be finished"),
        N_("It was finished before, was begun in another browser, or took more than four hours."),
        N_("Begin again at /setup."),
    ),
    errors.ConnectionLost: Fault(
        502,
        "connection_lost",
        N_("The bank was connected and let go again"),
        N_("Its token could not be sealed into your cookie, so the connection was taken back at Plaid."),
        N_("Connect the bank again."),
    ),
    errors.InvalidField: Fault(
        400,
        "invalid_field",
        N_("A value is not valid"),
        N_("It is out of range or not well formed."),
        N_("Correct it."),
    ),
    errors.WebhookRefused: Fault(
        401,
        "webhook_refused",
        N_("The webhook is not what it says it is"),
        N_("Its signature does not hold."),
        N_("Only Plaid and the billing service send these."),
    ),
    errors.CacheFault: Fault(
        503,
        "cache_unavailable",
        N_("The cache cannot be used right now"),
        N_("What was to be deleted from it is still there, sealed."),
        N_("Send the webhook again later."),
        retry_after=30,
    ),
    errors.ConfigError: Fault(
        500, "misconfigured", N_("This installation is not set up"), N_("A setting is wrong."), OPERATOR
    ),
    ForgedRequest: Fault(
        403,
        "cross_site",
        N_("This request came from elsewhere"),
        N_("Only pages of Keepless itself may ask for a change, and this request does not show that it is from one."),
        N_("Open Keepless and try it there."),
    ),
    CapsuleUnreadable: Fault(
        400,
        "capsule_unreadable",
        N_("The history kept in this browser cannot be opened"),
        N_("It was changed, or the cookie with its key is missing or another. Nothing of it is overwritten."),
        N_("Forget it to begin anew. A file that was saved of it can be imported then."),
    ),
    TrendsFileUnreadable: Fault(
        400,
        "trends_file_unreadable",
        N_("The file cannot be opened"),
        N_("The passphrase is not the file's, or the file is not as it was written. Which of the two cannot be told."),
        N_("Check both, then try again."),
    ),
    errors.Overloaded: Fault(
        503,
        "busy",
        N_("Too much is being done at once"),
        N_("Opening a file by its passphrase is costly on purpose, and others are at it."),
        RETRY,
        retry_after=5,
    ),
    MetricsForbidden: Fault(
        403,
        "metrics_forbidden",
        N_("The metrics are not public"),
        N_("They are read on this machine, or with the metrics token."),
        N_("Send it as Authorization: Bearer."),
    ),
    NothingReadable: Fault(
        503,
        "no_bank_readable",
        N_("None of your banks could be read"),
        N_("An empty list would have been wrong, so there is none."),
        N_("Try again in a moment; problems says what is wrong with each."),
        retry_after=10,
    ),
    BanksNeedAttention: Fault(
        409,
        "banks_need_attention",
        N_("Each of your banks needs you"),
        N_("None could be read, and none will be by waiting. An empty list would have been wrong, so there is none."),
        N_("See what each bank needs under problems."),
    ),
    ExportIncomplete: Fault(
        503,
        "export_incomplete",
        N_("The export would not be whole"),
        N_("Not all of it could be read now, and a file does not say what it lacks."),
        N_("Try again in a moment. Or leave it out: partial=yes, the box beside Export."),
        retry_after=10,
    ),
    ExportNeedsAttention: Fault(
        409,
        "export_needs_attention",
        N_("The export would not be whole"),
        N_("Some of it will not come by waiting, and a file does not say what it lacks."),
        N_("See what each bank needs. Or leave it out: partial=yes, the box beside Export."),
    ),
}

BY_STATUS: Mapping[int, Fault] = {
    400: Fault(
        400, "bad_request", N_("The request cannot be read"), N_("It is not well formed."), N_("Correct the request.")
    ),
    404: Fault(404, "not_found", N_("There is nothing here"), N_("No page has this address."), N_("Start again at /.")),
    405: Fault(
        405,
        "method_not_allowed",
        N_("This is not done that way"),
        N_("The address does not take this method."),
        N_("See Allow."),
    ),
    413: Fault(
        413,
        "too_large",
        N_("The request is too large"),
        N_("It is longer than what is read at this address."),
        N_("Send less."),
    ),
    415: Fault(
        415,
        "not_json",
        N_("The request is not JSON"),
        N_("The body has to be application/json."),
        N_("Set Content-Type and send JSON."),
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
