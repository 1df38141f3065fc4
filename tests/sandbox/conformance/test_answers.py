"""Every endpoint of the local Plaid, asked by strict plaid-python for each kind of login, fits both of Plaid's schemas.

The `api` fixture judges each answer as it comes; the asserts here are what no schema says.
"""

import re
from copy import deepcopy
from datetime import timedelta
from itertools import pairwise

import pytest
from sandbox.conformance.households import LOGINS, today

ID = re.compile(r"[A-Za-z0-9]{37}")
REQUEST_ID = re.compile(r"[A-Za-z0-9]{15}")
TOKEN = r"-sandbox-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
DEMO_KEY = "6c5516e1-92dc-479e-a8ff-5a51992e0001"  # the key id that Plaid's Sandbox serves


@pytest.fixture(params=LOGINS)
def access_token(request, link):
    return link(*LOGINS[request.param]())


def last(api, path):
    """The latest raw answer of an endpoint."""
    return next(answer for asked, answer in reversed(api.api_client.answers) if asked == path)


def one_currency(amounts):
    return all((one["iso_currency_code"] is None) != (one["unofficial_currency_code"] is None) for one in amounts)


def window(days):
    return {"start_date": today() - timedelta(days=days), "end_date": today()}


def test_accounts_and_their_balances_are_told_twice_alike(api, access_token):
    api.accounts_get({"access_token": access_token})
    cached = last(api, "/accounts/get")
    api.accounts_balance_get({"access_token": access_token})
    live = last(api, "/accounts/balance/get")
    ids = [account["account_id"] for account in cached["accounts"]]
    assert ids == [account["account_id"] for account in live["accounts"]]
    assert len(set(ids)) == len(ids) > 0
    assert all(ID.fullmatch(account_id) for account_id in ids)
    assert one_currency(account["balances"] for account in [*cached["accounts"], *live["accounts"]])
    assert all(
        account["balances"]["available"] is not None
        for account in live["accounts"]
        if account["balances"]["current"] is None
    )
    assert REQUEST_ID.fullmatch(cached["request_id"])


def test_one_account_can_be_asked_for_alone(api, access_token):
    api.accounts_get({"access_token": access_token})
    account_id = last(api, "/accounts/get")["accounts"][-1]["account_id"]
    for path, call in (("/accounts/get", api.accounts_get), ("/accounts/balance/get", api.accounts_balance_get)):
        call({"access_token": access_token, "options": {"account_ids": [account_id]}})
        assert [account["account_id"] for account in last(api, path)["accounts"]] == [account_id]


def test_an_item_says_what_it_is_and_how_it_fares(api, access_token):
    api.item_get({"access_token": access_token})
    answer = last(api, "/item/get")
    item = answer["item"]
    assert ID.fullmatch(item["item_id"])
    assert item["error"] is None
    assert not set(item["available_products"]) & set(item["billed_products"])
    assert {"transactions", "liabilities"} <= set(item["billed_products"])
    assert "balance" not in item["billed_products"]
    assert item["created_at"].endswith("Z")
    assert answer["status"]["transactions"]["last_successful_update"].endswith("Z")


def test_pages_of_transactions_make_up_the_whole_newest_first(api, access_token):
    span = window(30)
    rows, total = [], 1
    while len(rows) < total:
        api.transactions_get({"access_token": access_token, **span, "options": {"count": 90, "offset": len(rows)}})
        page = last(api, "/transactions/get")
        total = page["total_transactions"]
        assert len(page["transactions"]) == min(90, total - len(rows))
        rows += page["transactions"]
        if len(rows) >= 180:  # two pages show it; more only take longer
            break
    assert len({row["transaction_id"] for row in rows}) == len(rows) > 0
    assert all(earlier["date"] <= later["date"] for later, earlier in pairwise(rows))
    assert all(str(span["start_date"]) <= row["date"] <= str(span["end_date"]) for row in rows)
    assert one_currency(rows)
    assert all(
        row["personal_finance_category"]["detailed"].startswith(row["personal_finance_category"]["primary"])
        for row in rows
        if row.get("personal_finance_category")
    )
    assert all(not row["pending"] or row["pending_transaction_id"] is None for row in rows)


def test_a_range_without_transactions_is_an_empty_page(api, access_token):
    long_ago = today() - timedelta(days=3000)
    api.transactions_get({"access_token": access_token, "start_date": long_ago, "end_date": long_ago})
    page = last(api, "/transactions/get")
    assert (page["transactions"], page["total_transactions"]) == ([], 0)


def test_the_banks_own_words_come_only_when_asked_for(api, access_token):
    api.transactions_get({"access_token": access_token, **window(90), "options": {"count": 5}})
    assert not any(row.get("original_description") for row in last(api, "/transactions/get")["transactions"])
    asked = {"count": 5, "include_original_description": True}
    api.transactions_get({"access_token": access_token, **window(90), "options": asked})
    assert all(row["original_description"] for row in last(api, "/transactions/get")["transactions"])


def test_a_first_sync_tells_the_accounts_that_its_rows_belong_to(api, access_token):
    api.transactions_sync({"access_token": access_token, "count": 50})
    page = last(api, "/transactions/sync")
    assert {row["account_id"] for row in page["added"]} <= {account["account_id"] for account in page["accounts"]}
    assert page["transactions_update_status"] == "HISTORICAL_UPDATE_COMPLETE"
    assert 0 < len(page["next_cursor"]) <= 256
    assert (page["modified"], page["removed"]) == ([], [])


def test_recurring_streams_point_at_transactions_of_the_item(api, access_token):
    api.transactions_recurring_get({"access_token": access_token})
    answer = last(api, "/transactions/recurring/get")
    streams = answer["inflow_streams"] + answer["outflow_streams"]
    assert all(stream["first_date"] <= stream["last_date"] for stream in streams)
    assert all(stream["average_amount"]["amount"] < 0 for stream in answer["inflow_streams"])
    assert all(stream["average_amount"]["amount"] > 0 for stream in answer["outflow_streams"])
    mature = [stream for stream in streams if stream["status"] == "MATURE"]
    assert all(len(stream["transaction_ids"]) >= (2 if stream["frequency"] == "ANNUALLY" else 3) for stream in mature)
    assert not any(stream["is_user_modified"] for stream in streams)


def test_a_household_with_subscriptions_has_streams(api, link):
    api.transactions_recurring_get({"access_token": link("demo", "demo")})
    answer = last(api, "/transactions/recurring/get")
    assert answer["inflow_streams"]
    assert answer["outflow_streams"]


def test_liabilities_belong_to_accounts_of_the_item(api, access_token):
    api.liabilities_get({"access_token": access_token})
    answer = last(api, "/liabilities/get")
    kinds = {account["account_id"]: account["subtype"] for account in answer["accounts"]}
    told = answer["liabilities"]
    assert any(told.values())
    assert {kinds[card["account_id"]] for card in told["credit"] or []} <= {"credit card", "paypal"}
    assert {kinds[loan["account_id"]] for loan in told["student"] or []} <= {"student"}
    assert {kinds[loan["account_id"]] for loan in told["mortgage"] or []} <= {"mortgage"}


def test_liabilities_of_one_account_come_with_that_account_alone(api, access_token):
    api.liabilities_get({"access_token": access_token})
    card = last(api, "/liabilities/get")["liabilities"]["credit"][0]["account_id"]
    api.liabilities_get({"access_token": access_token, "options": {"account_ids": [card]}})
    answer = last(api, "/liabilities/get")
    assert [account["account_id"] for account in answer["accounts"]] == [card]
    assert [one["account_id"] for one in answer["liabilities"]["credit"]] == [card]
    assert not answer["liabilities"]["student"]


def test_a_refresh_answers_with_its_request_id_only(api, access_token):
    api.transactions_refresh({"access_token": access_token})
    assert last(api, "/transactions/refresh").keys() == {"request_id"}


def test_a_rotated_token_replaces_the_old_one_and_keeps_the_item(api, access_token):
    api.accounts_get({"access_token": access_token})
    before = last(api, "/accounts/get")
    rotated = api.item_access_token_invalidate({"access_token": access_token})["new_access_token"]
    assert re.fullmatch(f"access{TOKEN}", rotated)
    assert rotated != access_token
    api.accounts_get({"access_token": rotated})
    after = last(api, "/accounts/get")
    assert (after["item"]["item_id"], after["accounts"]) == (before["item"]["item_id"], before["accounts"])


def test_a_broken_item_still_answers_item_get_with_its_error(api, access_token):
    assert api.sandbox_item_reset_login({"access_token": access_token})["reset_login"] is True
    api.item_get({"access_token": access_token})
    error = last(api, "/item/get")["item"]["error"]
    assert (error["error_type"], error["error_code"]) == ("ITEM_ERROR", "ITEM_LOGIN_REQUIRED")


def test_a_removed_item_answers_with_its_request_id_only(api, access_token):
    api.item_remove({"access_token": access_token, "reason_code": "OTHER", "reason_note": "done"})
    assert last(api, "/item/remove").keys() == {"request_id"}


def test_the_same_login_linked_twice_is_two_items_with_ids_of_their_own(api, link):
    ids = []
    for _ in range(2):
        api.accounts_get({"access_token": link()})
        answer = last(api, "/accounts/get")
        ids.append({answer["item"]["item_id"], *(account["account_id"] for account in answer["accounts"])})
    assert not ids[0] & ids[1]


def test_tokens_have_plaids_form(api, link):
    assert re.fullmatch(f"access{TOKEN}", link())
    assert re.fullmatch(f"public{TOKEN}", last(api, "/sandbox/public_token/create")["public_token"])


def test_a_link_token_is_told_back_as_it_was_asked_for(api):
    asked = {
        "client_name": "Keepless",
        "language": "en",
        "country_codes": ["US"],
        "user": {"client_user_id": "someone"},
        "products": ["transactions"],
        "required_if_supported_products": ["liabilities"],
        "transactions": {"days_requested": 730},
        "webhook": "http://127.0.0.1:9/hook",
        "redirect_uri": "http://localhost/oauth",
        "account_filters": {"credit": {"account_subtypes": ["credit card"]}},
    }
    link_token = api.link_token_create(deepcopy(asked))["link_token"]  # the SDK turns what it is given into models
    assert re.fullmatch(f"link{TOKEN}", link_token)
    assert "hosted_link_url" not in last(api, "/link/token/create")
    api.link_token_get({"link_token": link_token})
    told = last(api, "/link/token/get")
    assert told["link_token"] == link_token
    assert told["created_at"] < told["expiration"]
    assert told["metadata"]["initial_products"] == ["transactions"]
    same = ("client_name", "language", "country_codes", "webhook", "redirect_uri", "account_filters")
    assert {key: told["metadata"][key] for key in same} == {key: asked[key] for key in same}


def test_a_link_token_of_update_mode_names_the_item_and_no_products(api, link):
    request = {"client_name": "Keepless", "language": "en", "country_codes": ["US"], "access_token": link()}
    token = api.link_token_create({**request, "user": {"client_user_id": "someone"}})["link_token"]
    api.link_token_get({"link_token": token})
    assert last(api, "/link/token/get")["metadata"]["initial_products"] == []


def test_hosted_link_comes_with_its_address(api):
    request = {"client_name": "Keepless", "language": "en", "country_codes": ["US"], "products": ["transactions"]}
    api.link_token_create({**request, "user": {"client_user_id": "someone"}, "hosted_link": {}})
    assert last(api, "/link/token/create")["hosted_link_url"].startswith("http")


def test_a_webhook_address_can_be_set_and_cleared(api, link):
    access_token = link()
    for address in ("http://127.0.0.1:9/hook", None):
        api.item_webhook_update({"access_token": access_token, "webhook": address})
        assert last(api, "/item/webhook/update")["item"]["webhook"] == address
        api.item_get({"access_token": access_token})
        assert last(api, "/item/get")["item"]["webhook"] == address


def test_transactions_can_be_made(api, link):
    access_token = link("user_transactions_dynamic", "anything")
    row = {"date_transacted": today(), "date_posted": today(), "amount": 4.5, "description": "Tea"}
    api.sandbox_transactions_create({"access_token": access_token, "transactions": [row]})
    assert last(api, "/sandbox/transactions/create").keys() == {"request_id"}


@pytest.mark.parametrize("institution_id", ["ins_109508", "ins_109511", "ins_43", "ins_127287", "ins_132361"])
def test_an_institution_is_described(api, institution_id):
    codes = ["US", "CA"]
    api.institutions_get_by_id({"institution_id": institution_id, "country_codes": codes})
    plain = last(api, "/institutions/get_by_id")["institution"]
    assert plain["institution_id"] == institution_id
    assert plain["connection_availability"] == "SUPPORTED"
    assert not plain.keys() & {"logo", "primary_color", "url", "status"}
    options = {"include_optional_metadata": True, "include_status": True, "include_auth_metadata": True}
    api.institutions_get_by_id({"institution_id": institution_id, "country_codes": codes, "options": options})
    assert {"logo", "primary_color", "url"} <= last(api, "/institutions/get_by_id")["institution"].keys()


def test_institutions_are_found_by_a_part_of_their_name(api):
    request = {"country_codes": ["US"], "products": ["transactions"]}
    api.institutions_search({"query": "platypus", **request, "options": {"include_optional_metadata": True}})
    found = last(api, "/institutions/search")["institutions"]
    assert "ins_109508" in {institution["institution_id"] for institution in found}
    assert all("platypus" in institution["name"].lower() for institution in found)
    api.institutions_search({"query": "no such bank", **request})
    assert last(api, "/institutions/search")["institutions"] == []


def test_the_webhook_key_of_plaids_sandbox_is_served(api):
    api.webhook_verification_key_get({"key_id": DEMO_KEY})
    key = last(api, "/webhook_verification_key/get")["key"]
    assert (key["kid"], key["alg"], key["kty"], key["crv"], key["use"]) == (DEMO_KEY, "ES256", "EC", "P-256", "sig")
    assert key["expired_at"] is None
