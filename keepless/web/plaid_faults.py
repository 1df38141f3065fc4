"""The rows of the table of faults for what Plaid, or a bank behind it, may answer; see `web/faults.py`."""

from collections.abc import Mapping

from keepless.errors import Action
from keepless.web.fault import OPERATOR, RETRY, SETUP, Fault
from keepless.web.language import N_

# Also where banks are connected and not one was reached, by no fault of theirs.
PLAID_UNAVAILABLE = Fault(
    503,
    "plaid_unavailable",
    N_("Plaid is temporarily unavailable"),
    N_("It does not answer, or it is being maintained."),
    RETRY,
    30,
)

# Codes of Plaid, or ours where no answer came, whose treatment is more than their action's.
BY_PLAID_CODE: Mapping[str, Fault] = {
    "TIMEOUT": Fault(504, "plaid_timeout", N_("Plaid did not answer in time"), N_("The call was given up."), RETRY, 5),
    "DEADLINE": Fault(504, "plaid_timeout", N_("Plaid did not answer in time"), N_("The call was given up."), RETRY, 5),
    "UNREACHABLE": Fault(
        503, "plaid_unreachable", N_("Plaid cannot be reached"), N_("No connection came about."), RETRY, 10
    ),
    "BAD_ANSWER": Fault(
        502,
        "plaid_bad_answer",
        N_("Plaid's answer made no sense"),
        N_("It was not what Plaid's documentation says."),
        RETRY,
        5,
    ),
    "CHANGING": Fault(
        503,
        "plaid_changing",
        N_("The bank is being updated"),
        N_("Its list kept changing while it was read."),
        RETRY,
        10,
    ),
    "PLANNED_MAINTENANCE": PLAID_UNAVAILABLE,
}

# The same, for a token that the request itself brought. For a bank long connected these are its action's.
BY_TOKEN_CODE: Mapping[str, Fault] = {
    "INVALID_PUBLIC_TOKEN": Fault(
        400,
        "public_token_refused",
        N_("Plaid does not know this public token"),
        N_("It is older than 30 minutes, used up, or of another environment."),
        N_("Connect the bank again."),
    ),
    "INVALID_ACCESS_TOKEN": Fault(
        400,
        "access_token_refused",
        N_("Plaid does not know this access token"),
        N_("It was removed, mistyped, or is of another environment."),
        N_("Look at the token, or connect the bank through Link."),
    ),
}

BY_ACTION: Mapping[Action, Fault] = {
    Action.RETRY: Fault(
        503,
        "bank_unavailable",
        N_("The bank cannot be read right now"),
        N_("Plaid or the bank has a passing fault."),
        RETRY,
        10,
    ),
    Action.WAIT: Fault(
        503,
        "bank_not_ready",
        N_("The bank is still being read"),
        N_("Plaid is fetching it for the first time."),
        RETRY,
        5,
    ),
    Action.RECONNECT: Fault(
        409,
        "bank_login_required",
        N_("The bank asks you to log in again"),
        N_("Its permission has run out."),
        N_("Reconnect the bank."),
    ),
    Action.RELINK: Fault(
        409, "bank_relink", N_("This bank has to be connected anew"), N_("This connection cannot be repaired."), SETUP
    ),
    Action.DROP: Fault(
        409, "bank_gone", N_("This bank is no longer connected"), N_("The connection has ended at Plaid."), SETUP
    ),
    Action.OPERATOR: Fault(
        502,
        "plaid_refused_us",
        N_("Plaid refuses this installation"),
        N_("Its keys or its permissions are not right."),
        OPERATOR,
    ),
    Action.NONE: Fault(
        502,
        "plaid_refused",
        N_("Plaid refused the request"),
        N_("Trying again will not change that."),
        N_("Leave this bank out."),
    ),
}
