"""/item/* (docs/plaid.md, sections 5.3 to 5.6, 5.15 and 5.19)."""

from typing import Any
from urllib.parse import SplitResult, urlsplit

from keepless.sandbox import requests
from keepless.sandbox.endpoints.endpoint import Answer, Endpoint
from keepless.sandbox.item import Item, Notice
from keepless.sandbox.problem import PlaidProblem
from keepless.sandbox.world import PUBLIC_TOKEN_LASTS, World


def exchange(world: World, request: requests.PublicTokenExchange) -> Answer:
    item = world.exchange(request.public_token)
    return {"access_token": item.access_token, "item_id": item.item_id}


def create_public_token(world: World, request: requests.ItemRequest) -> Answer:
    token = world.public_token(world.item(request.access_token), once=True)
    return {"public_token": token, "expiration": world.clock() + PUBLIC_TOKEN_LASTS}


def get(world: World, request: requests.ItemRequest) -> Answer:
    item = world.item(request.access_token)
    consent = {"consented_data_scopes": [], "consented_use_cases": [], "created_at": item.created_at}
    return {"item": item.as_json() | consent, "status": _status(item)}


def remove(world: World, request: requests.ItemRemove) -> Answer:
    world.item(request.access_token).remove()
    return {}


def invalidate(world: World, request: requests.ItemRequest) -> Answer:
    return {"new_access_token": world.rotate(world.item(request.access_token))}


def update_webhook(world: World, request: requests.WebhookUpdate) -> Answer:
    item = world.item(request.access_token)
    item.webhook = checked_webhook(request.webhook)
    item.revision += 1
    fields = {"error": None, "new_webhook_url": item.webhook}
    world.notify(item, [Notice("ITEM", "WEBHOOK_UPDATE_ACKNOWLEDGED", fields)])
    return {"item": item.as_json()}


def checked_webhook(url: str | None) -> str | None:
    """The address, or None for none. Raises PlaidProblem INVALID_FIELD for one that is not a web address."""
    if url and web_address(url) is None:
        raise PlaidProblem("INVALID_FIELD", "webhook must be a valid URL")
    return url or None


def web_address(text: str) -> SplitResult | None:
    """The parts of an http or https address; None for what is none."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # read for its check: from 0 to 65535
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def _status(item: Item) -> dict[str, Any]:
    sent = {"sent_at": item.last_webhook[0], "code_sent": item.last_webhook[1]} if item.last_webhook else None
    times = {"last_failed_update": item.last_failure, "last_successful_update": item.last_update}
    return {"investments": None, "last_webhook": sent, "transactions": times}


ENDPOINTS = (
    Endpoint("/item/public_token/exchange", requests.PublicTokenExchange, exchange),
    Endpoint("/item/public_token/create", requests.ItemRequest, create_public_token),
    Endpoint("/item/get", requests.ItemRequest, get),
    Endpoint("/item/remove", requests.ItemRemove, remove),
    Endpoint("/item/access_token/invalidate", requests.ItemRequest, invalidate),
    Endpoint("/item/webhook/update", requests.WebhookUpdate, update_webhook),
)
