"""The tokens of an item that exists: a new access token in place of the old one, and a public token that finds it."""

from keepless.adapters.plaid import wire
from keepless.core.secret import Secret
from keepless.errors import Action, PlaidFault

# What Plaid has answered for /item/public_token/create under the API version that we speak (docs/plaid.md, 5.15).
DISCONTINUED = "NO_LONGER_AVAILABLE"
# Codes that answer the very question whether a token still works: nobody is to see them as a failure of Plaid's.
EXPECTED = frozenset({"INVALID_ACCESS_TOKEN", "ITEM_NOT_FOUND", DISCONTINUED})


def new_access_token(body: bytes) -> Secret:
    """Of an answer of /item/access_token/invalidate. Raises PlaidFault BAD_ANSWER."""
    return Secret(wire.new_token_answer(body).new_access_token)


def public_token(body: bytes) -> Secret:
    """Of an answer of /item/public_token/create. Raises PlaidFault BAD_ANSWER."""
    return Secret(wire.public_token_answer(body).public_token)


def judged(fault: PlaidFault) -> PlaidFault:
    """The fault, with that of an endpoint that is no more as final: no setting of the operator's mends it."""
    if fault.code != DISCONTINUED:
        return fault
    return PlaidFault(
        fault.code,
        error_type=fault.error_type,
        action=Action.NONE,
        request_id=fault.request_id,
        http_status=fault.http_status,
    )
