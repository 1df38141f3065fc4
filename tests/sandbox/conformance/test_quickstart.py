"""The flow of Plaid's own quickstart, with plaid-python's typed requests, start to end."""

from plaid.model.accounts_balance_get_request import AccountsBalanceGetRequest
from plaid.model.accounts_get_request import AccountsGetRequest
from plaid.model.country_code import CountryCode
from plaid.model.item_public_token_exchange_request import ItemPublicTokenExchangeRequest
from plaid.model.item_remove_request import ItemRemoveRequest
from plaid.model.liabilities_get_request import LiabilitiesGetRequest
from plaid.model.link_token_create_request import LinkTokenCreateRequest
from plaid.model.link_token_create_request_user import LinkTokenCreateRequestUser
from plaid.model.products import Products
from plaid.model.sandbox_public_token_create_request import SandboxPublicTokenCreateRequest
from plaid.model.transactions_sync_request import TransactionsSyncRequest
from sandbox.conformance.refusals import assert_refused


def test_plaids_quickstart_runs_from_a_link_token_to_a_removed_item(api):
    products = [Products("transactions"), Products("liabilities")]
    link = api.link_token_create(
        LinkTokenCreateRequest(
            products=products,
            client_name="Quickstart",
            country_codes=[CountryCode("US")],
            language="en",
            user=LinkTokenCreateRequestUser(client_user_id="someone"),
        )
    )
    assert link["link_token"].startswith("link-sandbox-")

    created = api.sandbox_public_token_create(
        SandboxPublicTokenCreateRequest(institution_id="ins_109508", initial_products=products)
    )
    exchanged = api.item_public_token_exchange(ItemPublicTokenExchangeRequest(public_token=created["public_token"]))
    access_token = exchanged["access_token"]

    cursor, added, has_more = "", [], True
    while has_more:
        page = api.transactions_sync(TransactionsSyncRequest(access_token=access_token, cursor=cursor))
        added += page["added"]
        has_more, cursor = page["has_more"], page["next_cursor"]
    assert len(added) > 100
    assert len({row["transaction_id"] for row in added}) == len(added)

    accounts = api.accounts_get(AccountsGetRequest(access_token=access_token))
    balances = api.accounts_balance_get(AccountsBalanceGetRequest(access_token=access_token))
    liabilities = api.liabilities_get(LiabilitiesGetRequest(access_token=access_token))
    ids = {account["account_id"] for account in accounts["accounts"]}
    assert accounts["item"]["item_id"] == exchanged["item_id"]
    assert {account["account_id"] for account in balances["accounts"]} == ids
    assert {row["account_id"] for row in added} <= ids
    assert {card["account_id"] for card in liabilities["liabilities"]["credit"]} <= ids

    api.item_remove(ItemRemoveRequest(access_token=access_token))
    assert_refused(
        api.item_remove,
        ItemRemoveRequest(access_token=access_token),
        error_type="ITEM_ERROR",
        code="ITEM_NOT_FOUND",
    )
