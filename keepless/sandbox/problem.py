"""Plaid's error object: what each code is called, says and answers with (docs/plaid.md, section 2)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

DEFAULT_STATUS = 400
_STATUS = {"INTERNAL_SERVER_ERROR": 500, "PLANNED_MAINTENANCE": 503}
_TRY_LATER = "This bank cannot be reached at the moment. Please try again later."


class _Wording(NamedTuple):
    error_type: str
    message: str
    display: str | None = None


_CODES: dict[str, _Wording] = {
    "ITEM_LOGIN_REQUIRED": _Wording(
        "ITEM_ERROR",
        "the login details of this item have changed and a user login is required to update this information",
        "The login details for this bank have changed. Please log in again.",
    ),
    "PRODUCT_NOT_READY": _Wording("ITEM_ERROR", "the requested product is not yet ready, please try again later"),
    "PRODUCTS_NOT_SUPPORTED": _Wording(
        "ITEM_ERROR", 'the following products are not supported by this institution: ["liabilities"]'
    ),
    "NO_LIABILITY_ACCOUNTS": _Wording("ITEM_ERROR", "no valid liability accounts were found for this item"),
    "NO_ACCOUNTS": _Wording(
        "ITEM_ERROR", "no valid accounts were found for this item", "No accounts were found at this bank."
    ),
    "ACCESS_NOT_GRANTED": _Wording(
        "ITEM_ERROR", "the user did not grant access to this data", "Access to these accounts was not granted."
    ),
    "PRODUCT_NOT_ENABLED": _Wording("ITEM_ERROR", "this product is not enabled for this item"),
    "ITEM_NOT_FOUND": _Wording("ITEM_ERROR", "the item you requested cannot be found, it may have been removed"),
    "ITEM_CONCURRENTLY_DELETED": _Wording("ITEM_ERROR", "this item was deleted while the request was running"),
    "ITEM_LOCKED": _Wording("ITEM_ERROR", "this account is locked", "This account is locked. Please see your bank."),
    "INVALID_CREDENTIALS": _Wording(
        "ITEM_ERROR", "the provided credentials were not correct", "The user name or password is not correct."
    ),
    "INVALID_MFA": _Wording("ITEM_ERROR", "the provided MFA answer was not correct", "The answer is not correct."),
    "USER_SETUP_REQUIRED": _Wording(
        "ITEM_ERROR", "the user must finish setting up their account", "Please finish setting up at your bank."
    ),
    "PASSWORD_RESET_REQUIRED": _Wording(
        "ITEM_ERROR", "the user must reset their password", "Please reset your password at your bank."
    ),
    "ITEM_NOT_SUPPORTED": _Wording(
        "ITEM_ERROR", "this kind of account is not supported", "This account cannot be used."
    ),
    "MFA_NOT_SUPPORTED": _Wording("ITEM_ERROR", "this kind of MFA is not supported", "This sign-in cannot be used."),
    "INSTITUTION_NO_LONGER_SUPPORTED": _Wording(
        "INSTITUTION_ERROR", "this institution is no longer supported", "This bank is no longer supported."
    ),
    "INSTITUTION_DOWN": _Wording("INSTITUTION_ERROR", "this institution is down", _TRY_LATER),
    "INSTITUTION_NOT_RESPONDING": _Wording("INSTITUTION_ERROR", "this institution is not responding", _TRY_LATER),
    "INSTITUTION_NOT_AVAILABLE": _Wording("INSTITUTION_ERROR", "this institution is not available", _TRY_LATER),
    "INVALID_ACCESS_TOKEN": _Wording(
        "INVALID_INPUT",
        "provided access token is in an invalid format. expected format: access-<environment>-<identifier>",
    ),
    "INVALID_PUBLIC_TOKEN": _Wording("INVALID_INPUT", "could not find matching public token"),
    "INVALID_API_KEYS": _Wording("INVALID_INPUT", "invalid client_id or secret provided"),
    "INVALID_ACCOUNT_ID": _Wording("INVALID_INPUT", "one or more of the account IDs is not valid for this item"),
    "INVALID_INSTITUTION": _Wording("INVALID_INPUT", "invalid institution_id provided"),
    "INVALID_PRODUCT": _Wording("INVALID_INPUT", "the product is not valid for this request"),
    "INVALID_LINK_TOKEN": _Wording("INVALID_INPUT", "the link token is unknown or has expired"),
    "INVALID_WEBHOOK_VERIFICATION_KEY_ID": _Wording("INVALID_INPUT", "invalid key_id provided"),
    "ADDITIONAL_CONSENT_REQUIRED": _Wording("INVALID_INPUT", "this product needs the user's further consent"),
    "USER_PERMISSION_REVOKED": _Wording("ITEM_ERROR", "the user revoked the permission to read this item"),
    "OAUTH_STATE_ID_NOT_FOUND": _Wording(
        "OAUTH_ERROR", "the OAuth state id is not known", "This login cannot be found. Please start again."
    ),
    "OAUTH_STATE_ID_ALREADY_PROCESSED": _Wording(
        "OAUTH_ERROR", "the OAuth state id was used before", "This login was finished before."
    ),
    "INCORRECT_LINK_TOKEN": _Wording(
        "OAUTH_ERROR", "the link token is not the one the OAuth login began with", "Please start again."
    ),
    "MISSING_FIELDS": _Wording("INVALID_REQUEST", "the following required fields are missing"),
    "UNKNOWN_FIELDS": _Wording("INVALID_REQUEST", "the following fields are not recognized by this endpoint"),
    "INVALID_FIELD": _Wording("INVALID_REQUEST", "a field has a value that is not allowed"),
    "INVALID_BODY": _Wording("INVALID_REQUEST", "body could not be parsed as JSON"),
    "INVALID_HEADERS": _Wording("INVALID_REQUEST", "a header has a value that is not allowed"),
    "NOT_FOUND": _Wording("INVALID_REQUEST", "the requested endpoint does not exist"),
    "SANDBOX_ONLY": _Wording("INVALID_REQUEST", "this endpoint is only available in the Sandbox"),
    "LAST_UPDATED_DATETIME_OUT_OF_RANGE": _Wording("INVALID_RESULT", "no balance as recent as asked for is available"),
    "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION": _Wording(
        "TRANSACTIONS_ERROR", "the underlying transaction data changed since the last page, restart the pagination"
    ),
    "INTERNAL_SERVER_ERROR": _Wording("API_ERROR", "an unexpected error occurred"),
    "PLANNED_MAINTENANCE": _Wording("API_ERROR", "the API is down for planned maintenance"),
    "INSTITUTION_RATE_LIMIT": _Wording("RATE_LIMIT_EXCEEDED", "too many requests were made to this institution"),
    "CREDITS_EXHAUSTED": _Wording("RATE_LIMIT_EXCEEDED", "the free allowance of live calls is used up"),
    "SANDBOX_PRODUCT_NOT_ENABLED": _Wording("SANDBOX_ERROR", "the product is not enabled on this item"),
    "SANDBOX_WEBHOOK_INVALID": _Wording("SANDBOX_ERROR", "no webhook URL is set on this item"),
}


class PlaidProblem(Exception):
    """Ends a call with Plaid's error object. `error_type` and `status` follow from the code unless given."""

    def __init__(
        self, code: str, message: str | None = None, *, error_type: str | None = None, status: int | None = None
    ) -> None:
        wording = wording_of(code)
        super().__init__(code)
        self.code = code
        self.error_type = error_type or wording.error_type
        self.message = message or wording.message
        self.display = wording.display
        self.status = status or status_of(code, self.error_type)

    def as_json(self) -> dict[str, Any]:
        """The error object of an HTTP answer, without its request_id."""
        return error_object(self.code, error_type=self.error_type, message=self.message)


def wording_of(code: str) -> _Wording:
    """Type and texts of a code; one nobody listed is a limit where its name says so, else a fault of Plaid's own."""
    if code in _CODES:
        return _CODES[code]
    if code.endswith("_LIMIT"):
        return _Wording("RATE_LIMIT_EXCEEDED", "rate limit exceeded for attempts to access this endpoint")
    return _Wording("API_ERROR", "an unexpected error occurred")


def status_of(code: str, error_type: str) -> int:
    """The HTTP status Plaid gives a code: 400 except for limits (429) and Plaid's own faults (500, 503)."""
    return 429 if error_type == "RATE_LIMIT_EXCEEDED" else _STATUS.get(code, DEFAULT_STATUS)


def error_object(code: str, *, error_type: str | None = None, message: str | None = None) -> dict[str, Any]:
    """PlaidError as answers and `item.error` carry it."""
    wording = wording_of(code)
    family = (error_type or wording.error_type).lower().replace("_", "-").removesuffix("-error")
    return {
        "display_message": wording.display,
        "documentation_url": f"https://plaid.com/docs/?ref=error#{family}-errors",
        "error_code": code,
        "error_message": message or wording.message,
        "error_type": error_type or wording.error_type,
        "suggested_action": None,
    }


def webhook_error(code: str) -> Mapping[str, Any]:
    """PlaidError as a webhook carries it: with the status in the body."""
    error = error_object(code)
    return {**error, "status": status_of(code, error["error_type"])}
