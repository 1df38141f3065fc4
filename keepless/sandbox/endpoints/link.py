"""/link/token/create, /link/token/get (docs/plaid.md, section 5.1)."""

from typing import Any

import msgspec

from keepless.sandbox import requests
from keepless.sandbox.endpoints.endpoint import Answer, Endpoint
from keepless.sandbox.endpoints.items import checked_webhook, web_address
from keepless.sandbox.institutions import LINKABLE
from keepless.sandbox.problem import PlaidProblem
from keepless.sandbox.world import World

_COUNTRIES = frozenset(
    [
        "US",
        "GB",
        "ES",
        "NL",
        "FR",
        "IE",
        "CA",
        "DE",
        "IT",
        "PL",
        "DK",
        "NO",
        "SE",
        "EE",
        "LT",
        "LV",
        "PT",
        "BE",
        "AT",
        "FI",
    ]
)


def create(world: World, request: requests.LinkTokenCreate) -> Answer:
    """In update mode (with an access token) no product is named; otherwise at least one is."""
    item = world.item(request.access_token) if request.access_token is not None else None
    if not request.user_id and (request.user is None or not request.user.client_user_id):
        raise PlaidProblem("MISSING_FIELDS", "the following required fields are missing: user.client_user_id")
    if not set(request.country_codes) <= _COUNTRIES:
        raise PlaidProblem("INVALID_FIELD", "country_codes has a value that is not supported")
    checked_webhook(request.webhook)
    _check_products(request, update=item is not None)
    _check_redirect(request.redirect_uri)
    made = world.new_link_token(request, item)
    answer: dict[str, Any] = {"expiration": made.expires_at, "link_token": made.token}
    if request.hosted_link is not None:
        answer["hosted_link_url"] = f"{world.url}/link/dialog?token={made.token}"
    return answer


def get(world: World, request: requests.LinkTokenGet) -> Answer:
    found = world.link_token(request.link_token)
    asked = found.request
    metadata: dict[str, Any] = {
        "client_name": asked.client_name,
        "country_codes": asked.country_codes,
        "initial_products": asked.products,
        "language": asked.language,
        "redirect_uri": asked.redirect_uri,
        "webhook": asked.webhook,
    }
    if asked.account_filters is not None:
        metadata["account_filters"] = msgspec.to_builtins(asked.account_filters)
    return {
        "created_at": found.created_at,
        "expiration": found.expires_at,
        "link_sessions": found.sessions,
        "link_token": found.token,
        "metadata": metadata,
    }


def _check_products(request: requests.LinkTokenCreate, *, update: bool) -> None:
    lists = (
        request.products,
        request.required_if_supported_products,
        request.optional_products,
        request.additional_consented_products,
    )
    named = [each for products in lists for each in products]
    if not request.products and not update:
        raise PlaidProblem("MISSING_FIELDS", "the following required fields are missing: products")
    unknown = set(named) - LINKABLE
    if unknown:
        raise PlaidProblem("INVALID_PRODUCT", f"invalid products: {', '.join(sorted(unknown))[:200]}")
    if len(named) != len(set(named)):
        raise PlaidProblem("INVALID_FIELD", "a product may be named in one list only")


def _check_redirect(address: str | None) -> None:
    if address is None:
        return
    parts = web_address(address)
    if parts is None or parts.query or parts.fragment:
        raise PlaidProblem("INVALID_FIELD", "redirect_uri must be a URL without query string or fragment")


ENDPOINTS = (
    Endpoint("/link/token/create", requests.LinkTokenCreate, create),
    Endpoint("/link/token/get", requests.LinkTokenGet, get),
)
