"""What the local Plaid refuses, endpoint by endpoint: the type, the code, the status and the whole error object."""

import json
from datetime import timedelta

import pytest
from sandbox.conformance.households import today
from sandbox.conformance.refusals import assert_refused, untyped
from sandbox.conformance.right_requests import CLIENT, EVERY, OF_AN_ITEM, OTHERS, ROW, UNKNOWN_TOKEN

READS_OF_DATA = [
    "/accounts/get",
    "/accounts/balance/get",
    "/transactions/get",
    "/transactions/sync",
    "/transactions/refresh",
    "/transactions/recurring/get",
    "/liabilities/get",
]


@pytest.mark.parametrize("path", OF_AN_ITEM)
@pytest.mark.parametrize(
    "token", [UNKNOWN_TOKEN, "access-production-" + UNKNOWN_TOKEN[15:], "nonsense", "", "é" * 5000]
)
def test_a_token_that_opens_nothing_is_refused(api, path, token):
    body = {"access_token": token, **OF_AN_ITEM[path]}
    assert_refused(untyped(api, path), body, error_type="INVALID_INPUT", code="INVALID_ACCESS_TOKEN")


@pytest.mark.parametrize("path", OF_AN_ITEM)
def test_a_removed_item_is_not_found(api, link, path):
    access_token = link()
    api.item_remove({"access_token": access_token})
    body = {"access_token": access_token, **OF_AN_ITEM[path]}
    assert_refused(untyped(api, path), body, error_type="ITEM_ERROR", code="ITEM_NOT_FOUND")


@pytest.mark.parametrize("path", READS_OF_DATA)
def test_an_item_that_needs_a_new_login_gives_no_data(api, link, path):
    access_token = link()
    api.sandbox_item_reset_login({"access_token": access_token})
    body = {"access_token": access_token, **OF_AN_ITEM[path]}
    error = assert_refused(untyped(api, path), body, error_type="ITEM_ERROR", code="ITEM_LOGIN_REQUIRED")
    assert error["display_message"]


@pytest.mark.parametrize("path", EVERY)
def test_an_unknown_field_is_refused_by_its_name(api, path):
    error = assert_refused(
        untyped(api, path), {**EVERY[path], "colour": "blue"}, error_type="INVALID_REQUEST", code="UNKNOWN_FIELDS"
    )
    assert "colour" in error["error_message"]
    assert error["display_message"] is None


@pytest.mark.parametrize(
    ("path", "field"),
    [(path, field) for path, body in EVERY.items() for field in body if field not in {"products", "webhook", "user"}],
)
def test_a_missing_field_is_refused_by_its_name(api, path, field):
    body = {key: value for key, value in EVERY[path].items() if key != field}
    if (path, field) == ("/institutions/search", "products"):
        return
    error = assert_refused(untyped(api, path), body, error_type="INVALID_REQUEST", code="MISSING_FIELDS")
    assert field in error["error_message"]


@pytest.mark.parametrize("path", OF_AN_ITEM)
def test_a_null_token_is_a_bad_field(api, path):
    body = {**OF_AN_ITEM[path], "access_token": None}
    assert_refused(untyped(api, path), body, error_type="INVALID_REQUEST", code="INVALID_FIELD")


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("/transactions/sync", "count", 0),
        ("/transactions/sync", "count", 501),
        ("/transactions/sync", "count", "many"),
        ("/transactions/sync", "cursor", None),
        ("/transactions/sync", "cursor", "x" * 257),
        ("/transactions/sync", "cursor", "bm90IGEgY3Vyc29y"),
        ("/transactions/sync", "options", None),
        ("/transactions/sync", "options", {"days_requested": 731}),
        ("/transactions/get", "start_date", "22.11.2026"),
        ("/transactions/get", "end_date", "2026-02-30"),
        ("/transactions/get", "options", None),
        ("/transactions/get", "options", {"count": 0}),
        ("/transactions/get", "options", {"count": 501}),
        ("/transactions/get", "options", {"offset": -1}),
        ("/transactions/get", "options", {"personal_finance_category_version": "v9"}),
        ("/accounts/get", "options", None),
        ("/accounts/get", "options", {"account_ids": "all"}),
        ("/accounts/balance/get", "options", {"min_last_updated_datetime": "2026-11-22T08:00:00"}),
        ("/item/remove", "reason_note", "x" * 513),
        ("/sandbox/transactions/create", "transactions", []),
        ("/sandbox/transactions/create", "transactions", [ROW] * 11),
        ("/sandbox/transactions/create", "transactions", [{**ROW, "amount": "much"}]),
        ("/sandbox/transactions/create", "transactions", [{**ROW, "date_posted": "soon"}]),
        ("/sandbox/transactions/create", "transactions", [{**ROW, "description": ""}]),
    ],
)
def test_a_value_out_of_range_is_refused_for_an_item_that_exists(api, link, path, field, value):
    body = {"access_token": link("user_transactions_dynamic", "anything"), **OF_AN_ITEM[path], field: value}
    assert_refused(untyped(api, path), body, error_type="INVALID_REQUEST", code="INVALID_FIELD")


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("/sandbox/public_token/create", "initial_products", []),
        ("/sandbox/public_token/create", "options", None),
        ("/sandbox/public_token/create", "options", {"override_username": 7}),
        ("/sandbox/public_token/create", "options", {"transactions": {"days_requested": 0}}),
        ("/link/token/create", "country_codes", []),
        ("/link/token/create", "client_name", ""),
        ("/link/token/create", "transactions", {"days_requested": 731}),
        ("/institutions/get_by_id", "country_codes", []),
        ("/institutions/search", "query", ""),
    ],
)
def test_a_value_out_of_range_is_refused(api, path, field, value):
    body = {**OTHERS[path], field: value}
    assert_refused(untyped(api, path), body, error_type="INVALID_REQUEST", code="INVALID_FIELD")


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize("body", ["a text", [], 7, None], ids=["a text", "a list", "a number", "nothing"])
def test_a_body_that_is_no_object_is_refused(api, path, body):
    assert_refused(untyped(api, path), body, error_type="INVALID_REQUEST", code="INVALID_BODY")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_endpoint_answers_post_only(api, method):
    def call(path):
        return api.api_client.call_api(path, method, header_params={"Accept": "application/json"})

    assert_refused(call, "/accounts/get", error_type="INVALID_REQUEST", code="NOT_FOUND", status=404)


def test_an_unknown_endpoint_is_not_found(api):
    assert_refused(untyped(api, "/accounts/steal"), {}, error_type="INVALID_REQUEST", code="NOT_FOUND", status=404)


def test_a_public_token_that_opens_nothing_is_refused(api):
    for token in (OTHERS["/item/public_token/exchange"]["public_token"], "nonsense", ""):
        assert_refused(
            api.item_public_token_exchange,
            {"public_token": token},
            error_type="INVALID_INPUT",
            code="INVALID_PUBLIC_TOKEN",
        )


def test_an_unknown_link_token_is_refused(api):
    body = OTHERS["/link/token/get"]
    assert_refused(api.link_token_get, body, error_type="INVALID_INPUT", code="INVALID_LINK_TOKEN")


def test_a_link_token_for_nobody_is_refused(api):
    body = {**CLIENT, "products": ["transactions"]}
    error = assert_refused(
        untyped(api, "/link/token/create"), body, error_type="INVALID_REQUEST", code="MISSING_FIELDS"
    )
    assert "user" in error["error_message"]


def test_a_link_token_for_no_product_is_refused(api):
    body = {**CLIENT, "user": {"client_user_id": "someone"}}
    error = assert_refused(api.link_token_create, body, error_type="INVALID_REQUEST", code="MISSING_FIELDS")
    assert "products" in error["error_message"]


@pytest.mark.parametrize("products", [["balance"], ["moonshine"]])
def test_a_product_that_cannot_be_linked_is_refused(api, products):
    body = {**OTHERS["/link/token/create"], "products": products}
    assert_refused(untyped(api, "/link/token/create"), body, error_type="INVALID_INPUT", code="INVALID_PRODUCT")


def test_a_product_in_two_lists_is_refused(api):
    body = {**OTHERS["/link/token/create"], "optional_products": ["transactions"]}
    assert_refused(untyped(api, "/link/token/create"), body, error_type="INVALID_REQUEST", code="INVALID_FIELD")


@pytest.mark.parametrize("path", ["/institutions/get_by_id", "/sandbox/public_token/create"])
def test_an_unknown_institution_is_refused(api, path):
    body = {**OTHERS[path], "institution_id": "ins_000"}
    assert_refused(untyped(api, path), body, error_type="INVALID_INPUT", code="INVALID_INSTITUTION")


def test_an_unknown_webhook_key_is_refused(api):
    assert_refused(
        api.webhook_verification_key_get,
        {"key_id": "00000000-0000-4000-8000-000000000000"},
        error_type="INVALID_INPUT",
        code="INVALID_WEBHOOK_VERIFICATION_KEY_ID",
    )


@pytest.mark.parametrize("path", ["/accounts/get", "/accounts/balance/get", "/transactions/get", "/liabilities/get"])
def test_an_account_of_another_item_is_refused(api, link, path):
    mine, other = link(), link()
    account_id = api.accounts_get({"access_token": other})["accounts"][0]["account_id"]
    body = {"access_token": mine, **OF_AN_ITEM[path], "options": {"account_ids": [account_id]}}
    assert_refused(untyped(api, path), body, error_type="INVALID_INPUT", code="INVALID_ACCOUNT_ID")


def test_a_household_without_credit_has_no_liabilities(api, link):
    only_checking = {"override_accounts": [{"type": "depository", "subtype": "checking", "starting_balance": 10}]}
    access_token = link("user_custom", json.dumps(only_checking))
    assert_refused(
        api.liabilities_get, {"access_token": access_token}, error_type="ITEM_ERROR", code="NO_LIABILITY_ACCOUNTS"
    )


def test_an_item_without_a_webhook_address_fires_none(api, link):
    assert_refused(
        api.sandbox_item_fire_webhook,
        {"access_token": link(), "webhook_code": "DEFAULT_UPDATE"},
        error_type="SANDBOX_ERROR",
        code="SANDBOX_WEBHOOK_INVALID",
    )


def test_transactions_are_made_for_an_account_of_the_item_only(api, link):
    body = {"access_token": link("user_transactions_dynamic", "x"), "transactions": [{**ROW, "account_id": "a1"}]}
    assert_refused(
        untyped(api, "/sandbox/transactions/create"), body, error_type="INVALID_INPUT", code="INVALID_ACCOUNT_ID"
    )


@pytest.mark.parametrize("days", [-800, 800])
def test_transactions_are_made_within_two_years_of_today_only(api, link, days):
    day = str(today() + timedelta(days=days))
    row = {**ROW, "date_transacted": day, "date_posted": day}
    body = {"access_token": link("user_transactions_dynamic", "x"), "transactions": [row]}
    assert_refused(
        untyped(api, "/sandbox/transactions/create"), body, error_type="INVALID_REQUEST", code="INVALID_FIELD"
    )


def login(username, password, institution="ins_109508"):
    return {
        **OTHERS["/sandbox/public_token/create"],
        "institution_id": institution,
        "options": {"override_username": username, "override_password": password},
    }


@pytest.mark.parametrize(("username", "password"), [("nobody", "x"), ("user_good", "wrong")])
def test_a_login_the_bank_does_not_know_is_refused(api, username, password):
    body = login(username, password)
    error = assert_refused(
        untyped(api, "/sandbox/public_token/create"), body, error_type="ITEM_ERROR", code="INVALID_CREDENTIALS"
    )
    assert error["display_message"]


@pytest.mark.parametrize("password", ["not json", "[]", '{"override_accounts": 7}'])
def test_a_custom_login_that_is_no_household_is_refused(api, password):
    body = login("user_custom", password)
    assert_refused(
        untyped(api, "/sandbox/public_token/create"), body, error_type="INVALID_REQUEST", code="INVALID_FIELD"
    )


@pytest.mark.parametrize(
    ("code", "error_type"),
    [
        ("ITEM_LOCKED", "ITEM_ERROR"),
        ("INVALID_CREDENTIALS", "ITEM_ERROR"),
        ("NO_ACCOUNTS", "ITEM_ERROR"),
        ("INSTITUTION_NOT_RESPONDING", "INSTITUTION_ERROR"),
    ],
)
def test_a_custom_login_fails_as_it_was_told_to(api, code, error_type):
    body = login("user_custom", json.dumps({"force_error": code, "override_accounts": []}))
    error = assert_refused(untyped(api, "/sandbox/public_token/create"), body, error_type=error_type, code=code)
    assert error["display_message"]


def test_a_bank_that_is_down_cannot_be_linked(api):
    body = login("user_good", "pass_good", institution="ins_132361")
    error = assert_refused(
        untyped(api, "/sandbox/public_token/create"), body, error_type="INSTITUTION_ERROR", code="INSTITUTION_DOWN"
    )
    assert error["display_message"]
