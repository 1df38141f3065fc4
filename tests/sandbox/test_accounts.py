"""Balances, products and rows where banks differ from one another."""

import json
from datetime import timedelta

import pytest

CAPITAL_ONE, APPLE_CARD, CHASE = "ins_128026", "ins_136439", "ins_56"
SINCE = {"min_last_updated_datetime": "2020-01-01T00:00:00Z"}


@pytest.mark.parametrize("institution", [CAPITAL_ONE, APPLE_CARD])
def test_some_banks_insist_on_how_fresh_a_balance_must_be_and_say_how_fresh_it_is(local_plaid, institution):
    token = local_plaid.connect("user_good", institution=institution)
    status, refused = local_plaid.call("/accounts/balance/get", {"access_token": token})
    assert (status, refused["error_code"]) == (400, "INVALID_FIELD")
    status, answer = local_plaid.call("/accounts/balance/get", {"access_token": token, "options": SINCE})
    assert status == 200
    assert all(each["balances"]["last_updated_datetime"].endswith("Z") for each in answer["accounts"])


def test_a_balance_of_the_future_is_out_of_range(local_plaid):
    token = local_plaid.connect("user_good", institution=CAPITAL_ONE)
    options = {"min_last_updated_datetime": "2999-01-01T00:00:00Z"}
    _, refused = local_plaid.call("/accounts/balance/get", {"access_token": token, "options": options})
    assert refused["error_code"] == "LAST_UPDATED_DATETIME_OUT_OF_RANGE"


def test_the_persistent_id_of_an_account_survives_a_second_link(local_plaid):
    first, second = (
        local_plaid.call("/accounts/get", {"access_token": local_plaid.connect("user_good", institution=CHASE)})[1]
        for _ in range(2)
    )
    checking = [answer["accounts"][0] for answer in (first, second)]
    assert checking[0]["account_id"] != checking[1]["account_id"]
    assert checking[0]["persistent_account_id"] == checking[1]["persistent_account_id"]
    assert all(("persistent_account_id" in each) == (each["type"] == "depository") for each in first["accounts"])


def test_a_product_is_billed_from_its_first_use(local_plaid):
    token = local_plaid.connect("user_good", products=("auth",))

    def billed():
        return local_plaid.call("/item/get", {"access_token": token})[1]["item"]["billed_products"]

    assert billed() == ["auth"]
    local_plaid.call("/transactions/sync", {"access_token": token})
    assert billed() == ["auth", "transactions"]
    wanted = {"access_token": token, "start_date": "2026-01-01", "end_date": "2026-01-31"}
    local_plaid.call("/transactions/get", wanted)
    local_plaid.call("/liabilities/get", {"access_token": token})
    assert billed() == ["auth", "liabilities", "transactions"]
    kept = local_plaid.call("/transactions/get", wanted)[1]["item"]
    assert kept["billed_products"] == ["auth", "liabilities", "transactions"]


def test_the_first_use_of_transactions_fixes_how_far_back_they_reach(local_plaid):
    token = local_plaid.connect("demo", products=("auth",))
    wanted = {"access_token": token, "start_date": "2020-01-01", "end_date": "2999-01-01"}
    short = local_plaid.call("/transactions/get", {**wanted, "options": {"days_requested": 10}})[1]
    again = local_plaid.call("/transactions/get", {**wanted, "options": {"days_requested": 700}})[1]
    assert 0 < short["total_transactions"] == again["total_transactions"] < 100


def test_transactions_of_some_accounts_are_theirs_alone(local_plaid):
    token = local_plaid.connect("user_good")
    wanted = {"access_token": token, "start_date": "2020-01-01", "end_date": "2999-01-01"}
    everything = local_plaid.call("/transactions/get", {**wanted, "options": {"count": 500}})[1]
    account = everything["transactions"][0]["account_id"]
    some = local_plaid.call("/transactions/get", {**wanted, "options": {"count": 500, "account_ids": [account]}})[1]
    assert some["transactions"] == [each for each in everything["transactions"] if each["account_id"] == account]
    assert [each["account_id"] for each in some["accounts"]] == [account]


def test_transactions_of_no_account_are_none_even_after_those_of_all(local_plaid):
    token = local_plaid.connect("user_good")
    wanted = {"access_token": token, "start_date": "2020-01-01", "end_date": "2999-01-01"}
    assert local_plaid.call("/transactions/get", wanted)[1]["total_transactions"] == 388
    assert local_plaid.call("/transactions/get", {**wanted, "options": {"account_ids": []}})[1]["transactions"] == []


def test_products_are_billed_once_asked_for_or_used_and_each_once(local_plaid):
    token = local_plaid.connect("user_good", products=("transactions", "transactions"))

    def billed():
        return local_plaid.call("/item/get", {"access_token": token})[1]["item"]["billed_products"]

    assert billed() == ["transactions"]
    local_plaid.call("/transactions/recurring/get", {"access_token": token})
    local_plaid.call("/liabilities/get", {"access_token": token})
    assert billed() == ["liabilities", "recurring_transactions", "transactions"]


def test_a_transaction_that_is_made_is_understood_by_its_description(local_plaid):
    token = local_plaid.connect("user_good")
    today = local_plaid.world.clock().date().isoformat()
    row = {"date_transacted": today, "date_posted": today, "amount": 4.5, "description": "STARBUCKS 1234"}
    new = {"access_token": token, "transactions": [row, {**row, "description": "Zzyzx"}]}
    assert local_plaid.call("/sandbox/transactions/create", new)[0] == 200
    wanted = {"access_token": token, "start_date": today, "end_date": today}
    found = {each["name"]: each for each in local_plaid.call("/transactions/get", wanted)[1]["transactions"]}
    assert found["STARBUCKS 1234"]["merchant_name"] == "Starbucks"
    assert found["Zzyzx"]["personal_finance_category"]["confidence_level"] == "LOW"
    new["transactions"][0]["amount"] = 1e300
    assert local_plaid.call("/sandbox/transactions/create", new)[1]["error_code"] == "INVALID_FIELD"


def linked_with(local_plaid, filters):
    body = {"client_name": "x", "language": "en", "country_codes": ["US"], "products": ["transactions"]}
    asked = {**body, "user": {"client_user_id": "u"}, "account_filters": filters}
    token = local_plaid.call("/link/token/create", asked)[1]["link_token"]
    login = {"token": token, "institution_id": "ins_109508", "username": "user_good", "password": "pass_good"}
    return local_plaid.call("/link/connect", login)


@pytest.mark.parametrize(
    ("filters", "masks"),
    [
        ({"credit": {"account_subtypes": ["credit card"]}}, {"3333", "9999"}),
        (
            {"depository": {"account_subtypes": ["checking"]}, "loan": {"account_subtypes": ["all"]}},
            {"0000", "7777", "8888"},
        ),
    ],
)
def test_link_shares_only_the_accounts_that_its_filters_name(local_plaid, filters, masks):
    _, made = linked_with(local_plaid, filters)
    assert {each["mask"] for each in made["metadata"]["accounts"]} == masks
    token = local_plaid.call("/item/public_token/exchange", {"public_token": made["public_token"]})[1]["access_token"]
    answer = local_plaid.call("/transactions/sync", {"access_token": token, "count": 500})[1]
    accounts = local_plaid.call("/accounts/get", {"access_token": token})[1]["accounts"]
    assert {each["mask"] for each in accounts} == masks
    assert answer["added"]
    assert {each["account_id"] for each in answer["added"]} <= {each["account_id"] for each in accounts}


def test_filters_that_leave_nothing_are_no_accounts(local_plaid):
    assert linked_with(local_plaid, {"credit": {"account_subtypes": ["paypal"]}})[1]["error_code"] == "NO_ACCOUNTS"


@pytest.mark.parametrize(("code", "official"), [("EUR", True), ("XAU", True), ("BTC", False), ("USDT", False)])
def test_a_currency_that_iso_does_not_know_is_an_unofficial_one(local_plaid, code, official):
    today = local_plaid.world.clock().date()
    months = [(today - timedelta(days=30 * back)).isoformat() for back in range(4)]
    rows = [{"amount": 1, "description": "Rent", "date_posted": day} for day in months]
    user = {"override_accounts": [{"currency": code, "starting_balance": 1, "transactions": rows}]}
    token = local_plaid.connect("user_custom", json.dumps(user))
    body = {"access_token": token}
    balances = local_plaid.call("/accounts/get", body)[1]["accounts"][0]["balances"]
    row = local_plaid.call("/transactions/sync", body)[1]["added"][0]
    (stream,) = local_plaid.call("/transactions/recurring/get", body)[1]["outflow_streams"]
    for told in (balances, row, stream["last_amount"]):
        named = (told["iso_currency_code"], told["unofficial_currency_code"])
        assert named == ((code, None) if official else (None, code))


def test_an_institution_is_found_in_its_own_country_only(local_plaid):
    british = {"institution_id": "ins_117650"}
    assert local_plaid.call("/institutions/get_by_id", {**british, "country_codes": ["GB"]})[0] == 200
    _, refused = local_plaid.call("/institutions/get_by_id", {**british, "country_codes": ["US"]})
    assert refused["error_code"] == "INVALID_INSTITUTION"


@pytest.mark.parametrize(
    ("institution", "code"),
    [
        ("ins_132361", "INSTITUTION_DOWN"),
        ("ins_133402", "INSTITUTION_NO_LONGER_SUPPORTED"),
        ("ins_0", "INVALID_INSTITUTION"),
    ],
)
def test_a_bank_that_cannot_be_linked_says_why(local_plaid, institution, code):
    body = {"institution_id": institution, "initial_products": ["transactions"]}
    assert local_plaid.call("/sandbox/public_token/create", body)[1]["error_code"] == code


def test_a_history_of_a_link_reaches_as_far_as_its_start_date(local_plaid):
    options = {"override_username": "demo", "override_password": "x", "transactions": {"start_date": "2999-01-01"}}
    body = {"institution_id": "ins_109508", "initial_products": ["transactions"], "options": options}
    public = local_plaid.call("/sandbox/public_token/create", body)[1]["public_token"]
    token = local_plaid.call("/item/public_token/exchange", {"public_token": public})[1]["access_token"]
    added = local_plaid.call("/transactions/sync", {"access_token": token, "count": 500})[1]["added"]
    today = local_plaid.world.clock().date().isoformat()
    assert {each["date"] for each in added} <= {today}
