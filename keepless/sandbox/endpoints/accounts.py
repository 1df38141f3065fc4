"""/accounts/get, /accounts/balance/get, /liabilities/get (docs/plaid.md, sections 5.7, 5.8 and 5.13)."""

from keepless.sandbox import requests
from keepless.sandbox.accounts import accounts_json, chosen, liabilities_json
from keepless.sandbox.endpoints.endpoint import Answer, Endpoint
from keepless.sandbox.institutions import APPLE_CARD, CAPITAL_ONE
from keepless.sandbox.problem import PlaidProblem
from keepless.sandbox.world import World


def accounts_get(world: World, request: requests.AccountsGet) -> Answer:
    item = world.healthy_item(request.access_token)
    return {"accounts": accounts_json(item, chosen(item, request.options.account_ids)), "item": item.as_json()}


def balance_get(world: World, request: requests.BalanceGet) -> Answer:
    item = world.healthy_item(request.access_token)
    holdings = chosen(item, request.options.account_ids)
    dated = item.institution.id == APPLE_CARD or (
        item.institution.id == CAPITAL_ONE and any(each.type != "depository" for each in item.holdings)
    )
    now = world.clock()
    since = request.options.min_last_updated_datetime
    if dated and since is None:
        raise PlaidProblem("INVALID_FIELD", "min_last_updated_datetime is required for this institution")
    if dated and since is not None and since > now:
        raise PlaidProblem("LAST_UPDATED_DATETIME_OUT_OF_RANGE")
    return {"accounts": accounts_json(item, holdings, live_at=now), "item": item.as_json()}


def liabilities_get(world: World, request: requests.LiabilitiesGet) -> Answer:
    item = world.healthy_item(request.access_token)
    holdings = chosen(item, request.options.account_ids)
    liabilities = liabilities_json(item, holdings)
    item.use("liabilities")
    return {
        "accounts": accounts_json(item, holdings),
        "item": item.as_json(),
        "liabilities": liabilities,
    }


ENDPOINTS = (
    Endpoint("/accounts/get", requests.AccountsGet, accounts_get),
    Endpoint("/accounts/balance/get", requests.BalanceGet, balance_get),
    Endpoint("/liabilities/get", requests.LiabilitiesGet, liabilities_get),
)
