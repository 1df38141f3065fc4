"""/sandbox/*, those that Plaid has too (docs/plaid.md, sections 5.2, 5.17, 5.18 and 5.20)."""

from datetime import timedelta
from typing import Any

from keepless.sandbox import requests
from keepless.sandbox.custom_json import MAX_AMOUNT
from keepless.sandbox.descriptors import understood
from keepless.sandbox.endpoints.endpoint import Answer, Endpoint
from keepless.sandbox.endpoints.items import checked_webhook
from keepless.sandbox.household import Row
from keepless.sandbox.institutions import LINKABLE
from keepless.sandbox.item import NOTICE_PERIOD, Item, Notice, pending_disconnect
from keepless.sandbox.problem import PlaidProblem, webhook_error
from keepless.sandbox.world import World

# Who a code is from where the caller does not say. SYNC_UPDATES_AVAILABLE and the like exist once only.
_TYPES = {
    "DEFAULT_UPDATE": "TRANSACTIONS",
    "SYNC_UPDATES_AVAILABLE": "TRANSACTIONS",
    "RECURRING_TRANSACTIONS_UPDATE": "TRANSACTIONS",
    "NEW_ACCOUNTS_AVAILABLE": "ITEM",
    "LOGIN_REPAIRED": "ITEM",
    "PENDING_DISCONNECT": "ITEM",
    "USER_PERMISSION_REVOKED": "ITEM",
    "USER_ACCOUNT_REVOKED": "ITEM",
    "SMS_MICRODEPOSITS_VERIFICATION": "AUTH",
    "AUTHORIZATION_GRANTED": "ITEM",
    "PRODUCT_READY": "ASSETS",
    "ERROR": "ASSETS",
}
_OLDEST = timedelta(days=730)


async def public_token_create(world: World, request: requests.SandboxPublicTokenCreate) -> Answer:
    unknown = [each for each in request.initial_products if each not in LINKABLE]
    if unknown:
        raise PlaidProblem("INVALID_PRODUCT", f"invalid products: {', '.join(unknown)[:200]}")
    options = request.options
    days = options.transactions.days_requested
    if days is None and options.transactions.start_date is not None:
        days = max((world.clock().date() - options.transactions.start_date).days, 0)
    token, _ = await world.open_item(
        world.institution(request.institution_id),
        options.override_username,
        options.override_password,
        products=request.initial_products,
        webhook=checked_webhook(options.webhook),
        days=days,
    )
    return {"public_token": token}


def reset_login(world: World, request: requests.ItemRequest) -> Answer:
    item = world.item(request.access_token)
    world.notify(item, item.break_login(world.clock()))
    return {"reset_login": True}


def fire_webhook(world: World, request: requests.FireWebhook) -> Answer:
    item = world.item(request.access_token)
    code = request.webhook_code
    if code not in _TYPES:
        raise PlaidProblem("INVALID_FIELD", "webhook_code is not one that can be fired")
    if item.webhook is None:
        raise PlaidProblem("SANDBOX_WEBHOOK_INVALID")
    kind = request.webhook_type or _TYPES[code]
    world.notify(item, [_fired(world, item, kind, code, request.options.new_transactions)])
    return {"webhook_fired": True}


def transactions_create(world: World, request: requests.SandboxTransactionsCreate) -> Answer:
    item = world.healthy_item(request.access_token)
    now = world.clock()
    rows = [_row(item, each, number) for number, each in enumerate(request.transactions)]
    for row in rows:
        for day in (row.transacted, row.posted):
            if not now.date() - _OLDEST <= day <= now.date():
                raise PlaidProblem("INVALID_FIELD", "dates must be today or within the last 730 days")
    world.notify(item, item.refresh(now, rows))
    return {}


def _row(item: Item, new: requests.NewTransaction, number: int) -> Row:
    by_id = {item.account_id(each.key): each for each in item.holdings if each.type == "depository"}
    holding = by_id.get(new.account_id) if new.account_id else next(iter(by_id.values()), None)
    if holding is None:
        raise PlaidProblem("INVALID_ACCOUNT_ID")
    if abs(new.amount) >= MAX_AMOUNT:
        raise PlaidProblem("INVALID_FIELD", "amount is out of range")
    merchant, meaning = understood(new.description, arrives=new.amount < 0)
    return Row(
        key=f"created-{item.refreshes}-{number}",
        account=holding.key,
        amount=new.amount,
        currency=new.iso_currency_code,
        transacted=new.date_transacted,
        posted=new.date_posted,
        description=new.description,
        merchant=merchant,
        category=meaning,
        channel="other" if merchant is None else "in store",
    )


def _fired(world: World, item: Item, kind: str, code: str, new_transactions: int | None) -> Notice:
    """The notice with the fields that its kind carries (docs/plaid.md, section 10)."""
    accounts = [item.account_id(each.key) for each in item.holdings]
    if (kind, code) == ("LIABILITIES", "DEFAULT_UPDATE"):
        owed = [item.account_id(each.key) for each in item.holdings if each.liability]
        fields: dict[str, Any] = {
            "account_ids_with_new_liabilities": [],
            "account_ids_with_updated_liabilities": {each: ["last_payment_amount"] for each in owed},
            "error": None,
        }
        return Notice(kind, code, fields)
    ending = pending_disconnect(item.consent_ends_at or world.clock() + NOTICE_PERIOD)
    by_code: dict[str, dict[str, Any]] = {
        "DEFAULT_UPDATE": {"error": None, "new_transactions": new_transactions or 0},
        "SYNC_UPDATES_AVAILABLE": {"historical_update_complete": True, "initial_update_complete": True},
        "RECURRING_TRANSACTIONS_UPDATE": {"account_ids": accounts},
        "NEW_ACCOUNTS_AVAILABLE": {"error": None},
        "PENDING_DISCONNECT": ending.fields,
        "USER_PERMISSION_REVOKED": {"error": webhook_error("USER_PERMISSION_REVOKED")},
        "USER_ACCOUNT_REVOKED": {"account_id": accounts[0]},
        "ERROR": {"error": webhook_error("PRODUCT_NOT_READY")},
    }
    return Notice(kind, code, by_code.get(code, {}))


ENDPOINTS = (
    Endpoint("/sandbox/public_token/create", requests.SandboxPublicTokenCreate, public_token_create),
    Endpoint("/sandbox/item/reset_login", requests.ItemRequest, reset_login),
    Endpoint("/sandbox/item/fire_webhook", requests.FireWebhook, fire_webhook),
    Endpoint("/sandbox/transactions/create", requests.SandboxTransactionsCreate, transactions_create),
)
