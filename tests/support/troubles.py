"""What can go wrong at Plaid: every code of docs/plaid.md, sections 2 and 3, and what may come instead of an answer."""

from collections.abc import Iterator
from typing import Any, NamedTuple

LONG = 30  # seconds; none of ours is that patient

CODES: dict[str, tuple[str, ...]] = {
    "ITEM_ERROR": (
        "ITEM_LOGIN_REQUIRED",
        "PRODUCT_NOT_READY",
        "PRODUCTS_NOT_SUPPORTED",
        "NO_LIABILITY_ACCOUNTS",
        "ITEM_NOT_SUPPORTED",
        "MFA_NOT_SUPPORTED",
        "NO_ACCOUNTS",
        "ACCESS_NOT_GRANTED",
        "PRODUCT_NOT_ENABLED",
        "ITEM_NOT_FOUND",
        "ITEM_CONCURRENTLY_DELETED",
        "ITEM_LOCKED",
        "INVALID_CREDENTIALS",
        "INVALID_MFA",
        "USER_SETUP_REQUIRED",
        "PASSWORD_RESET_REQUIRED",
        "USER_PERMISSION_REVOKED",
    ),
    "INVALID_INPUT": (
        "INVALID_ACCESS_TOKEN",
        "INVALID_PUBLIC_TOKEN",
        "INVALID_LINK_TOKEN",
        "INVALID_API_KEYS",
        "INVALID_ACCOUNT_ID",
        "INVALID_INSTITUTION",
        "INVALID_PRODUCT",
        "INVALID_WEBHOOK_VERIFICATION_KEY_ID",
        "ADDITIONAL_CONSENT_REQUIRED",
        "USER_PERMISSION_REVOKED",  # Plaid's pages disagree on its type
    ),
    "INVALID_REQUEST": (
        "MISSING_FIELDS",
        "UNKNOWN_FIELDS",
        "INVALID_FIELD",
        "INVALID_BODY",
        "INVALID_HEADERS",
        "NOT_FOUND",
        "SANDBOX_ONLY",
    ),
    "INVALID_RESULT": ("LAST_UPDATED_DATETIME_OUT_OF_RANGE",),
    "TRANSACTIONS_ERROR": ("TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION",),
    "INSTITUTION_ERROR": (
        "INSTITUTION_DOWN",
        "INSTITUTION_NOT_RESPONDING",
        "INSTITUTION_NOT_AVAILABLE",
        "INSTITUTION_NO_LONGER_SUPPORTED",
    ),
    "API_ERROR": ("INTERNAL_SERVER_ERROR", "PLANNED_MAINTENANCE"),
    "RATE_LIMIT_EXCEEDED": (
        "ACCOUNTS_LIMIT",
        "BALANCE_LIMIT",
        "ACCOUNTS_BALANCE_GET_LIMIT",
        "ITEM_GET_LIMIT",
        "RATE_LIMIT",
        "TRANSACTIONS_LIMIT",
        "TRANSACTIONS_SYNC_LIMIT",
        "TRANSACTIONS_REFRESH_LIMIT",
        "INSTITUTIONS_GET_BY_ID_LIMIT",
        "INSTITUTIONS_GET_LIMIT",
        "INSTITUTION_RATE_LIMIT",
        "CREDITS_EXHAUSTED",
    ),
    "SANDBOX_ERROR": ("SANDBOX_PRODUCT_NOT_ENABLED", "SANDBOX_WEBHOOK_INVALID"),
}
# A code that Plaid may think of tomorrow, in each of its families.
NEW_CODE = "A_NEW_CODE"


class Trouble(NamedTuple):
    """Something that goes wrong at Plaid.

    `orders` are faults of the local Plaid by endpoint. `wire` says which of the sites asks: usual, hasty, refused.
    `lasts`: it has gone on for so long that nobody is asked for a while.
    """

    name: str
    orders: tuple[tuple[str, dict[str, Any]], ...] = ()
    wire: str = "usual"
    lasts: bool = False


def _everywhere(name: str, *, wire: str = "usual", lasts: bool = False, **order: Any) -> Trouble:
    return Trouble(name, (("*", order),), wire, lasts)


def _codes() -> Iterator[Trouble]:
    seen = [code for codes in CODES.values() for code in codes]
    for error_type, codes in CODES.items():
        for code in codes:
            name = f"`{code}`" if seen.count(code) == 1 else f"`{code}` as `{error_type}`"
            yield _everywhere(name, error_type=error_type, error_code=code)
        yield _everywhere(f"another `{error_type}`", error_type=error_type, error_code=NEW_CODE, status=400)


TROUBLES = (
    *_codes(),
    Trouble("connection refused", wire="refused"),
    _everywhere("connection reset", reset=True),
    _everywhere("half a body", half_body=True),
    _everywhere("HTML with status 200", garbage=True),
    _everywhere("HTML with status 502", garbage=True, status=502),
    _everywhere("HTML with status 403", garbage=True, status=403),
    _everywhere("silence", silence=LONG, wire="hasty"),
    _everywhere("an answer that comes too late", latency_ms=LONG * 1000, wire="hasty"),
    _everywhere("Plaid left alone", error_code="PLANNED_MAINTENANCE", lasts=True),
    _everywhere("the bank left alone", error_code="INSTITUTION_DOWN", lasts=True),
    *(
        Trouble(f"`{code}` on `{path}` alone", ((path, {"error_code": code}),))
        for path, code in (
            ("/liabilities/get", "NO_LIABILITY_ACCOUNTS"),
            ("/liabilities/get", "PRODUCTS_NOT_SUPPORTED"),
            ("/liabilities/get", "INTERNAL_SERVER_ERROR"),
            ("/liabilities/get", "ITEM_LOGIN_REQUIRED"),
            ("/transactions/get", "PRODUCTS_NOT_SUPPORTED"),
            ("/transactions/get", "PRODUCT_NOT_READY"),
            ("/transactions/sync", "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"),
            ("/transactions/sync", "INVALID_FIELD"),
            ("/transactions/sync", "INTERNAL_SERVER_ERROR"),
        )
    ),
)
