"""The judge judged: both schemas take a right answer, and each kind of wrong one is refused."""

from copy import deepcopy
from typing import Any

import pytest
from plaid.model.accounts_get_response import AccountsGetResponse
from plaid.model.institutions_get_by_id_response import InstitutionsGetByIdResponse
from plaid.model.item_get_response import ItemGetResponse
from plaid.model.liabilities_get_response import LiabilitiesGetResponse
from plaid.model.transactions_sync_response import TransactionsSyncResponse
from sandbox.conformance.both_schemas import error_faults, faults
from sandbox.conformance.published_schema import published
from sandbox.conformance.sdk_schema import Model, schema_of

ABSENT = object()
BALANCES = {"available": 80.5, "current": 100, "limit": None, "iso_currency_code": "USD"} | {
    "unofficial_currency_code": None
}
ACCOUNT = {"account_id": "a1", "balances": BALANCES, "mask": "0000", "name": "Everyday", "official_name": None} | {
    "type": "depository",
    "subtype": "checking",
}
ITEM = {
    "item_id": "i1",
    "webhook": None,
    "error": None,
    "available_products": ["balance"],
    "billed_products": ["transactions"],
    "consent_expiration_time": None,
    "update_type": "background",
}
NO_PLACE = dict.fromkeys(["address", "city", "region", "postal_code", "country", "lat", "lon", "store_number"])
NO_META = dict.fromkeys(
    ["by_order_of", "payee", "payer", "payment_method", "payment_processor", "ppd_id", "reason", "reference_number"]
)
TRANSACTION = {
    "account_id": "a1",
    "transaction_id": "t1",
    "amount": 12.34,
    "iso_currency_code": "USD",
    "unofficial_currency_code": None,
    "date": "2026-11-20",
    "authorized_date": None,
    "authorized_datetime": None,
    "datetime": "2026-11-20T08:00:00Z",
    "name": "Corner Grocery",
    "pending": False,
    "pending_transaction_id": None,
    "account_owner": None,
    "payment_channel": "in store",
    "payment_meta": NO_META,
    "location": NO_PLACE,
    "transaction_code": None,
    "personal_finance_category": {"primary": "FOOD_AND_DRINK", "detailed": "FOOD_AND_DRINK_GROCERIES"},
    "counterparties": [],
}
CARD = {
    "account_id": "a1",
    "aprs": [
        {
            "apr_percentage": 19.99,
            "apr_type": "purchase_apr",
            "balance_subject_to_apr": None,
            "interest_charge_amount": None,
        }
    ],
    "is_overdue": None,
    "last_payment_amount": None,
    "last_payment_date": "2026-11-01",
    "last_statement_issue_date": None,
    "last_statement_balance": None,
    "minimum_payment_amount": 35,
    "next_payment_due_date": None,
}

RIGHT: dict[Model, dict[str, Any]] = {
    AccountsGetResponse: {"accounts": [ACCOUNT], "item": ITEM, "request_id": "abc123abc123abc"},
    TransactionsSyncResponse: {
        "transactions_update_status": "HISTORICAL_UPDATE_COMPLETE",
        "accounts": [ACCOUNT],
        "added": [TRANSACTION],
        "modified": [],
        "removed": [{"transaction_id": "t0", "account_id": "a1"}],
        "next_cursor": "c1",
        "has_more": False,
        "request_id": "abc123abc123abc",
    },
    LiabilitiesGetResponse: {
        "accounts": [ACCOUNT],
        "item": ITEM,
        "liabilities": {"credit": [CARD], "mortgage": None, "student": None},
        "request_id": "abc123abc123abc",
    },
    ItemGetResponse: {
        "item": {**ITEM, "created_at": "2026-11-20T08:00:00Z"},
        "status": {"transactions": {"last_successful_update": None, "last_failed_update": None}, "last_webhook": None},
        "request_id": "abc123abc123abc",
    },
    InstitutionsGetByIdResponse: {
        "institution": {
            "institution_id": "ins_109508",
            "name": "First Platypus Bank",
            "products": ["transactions"],
            "country_codes": ["US"],
            "routing_numbers": [],
            "oauth": False,
            "connection_availability": "SUPPORTED",
        },
        "request_id": "abc123abc123abc",
    },
}
ERROR = {
    "error_type": "ITEM_ERROR",
    "error_code": "ITEM_LOGIN_REQUIRED",
    "error_message": "the login details of this item have changed",
    "display_message": None,
    "documentation_url": "https://plaid.com/docs/?ref=error#item-errors",
    "request_id": "abc123abc123abc",
    "suggested_action": None,
}

BOTH = {"plaid-python 46", "published 1.697.4"}
PUBLISHED = {"published 1.697.4"}
SDK = {"plaid-python 46"}


def changed(answer: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the answer with one place, written `accounts.0.mask`, set to a value or taken out."""
    copy = deepcopy(answer)
    node: Any = copy
    *parents, last = path.split(".")
    for key in parents:
        node = node[int(key) if isinstance(node, list) else key]
    if value is ABSENT:
        del node[last]
    else:
        node[last] = value
    return copy


def refused_by(found: list[str]) -> set[str]:
    return {fault.partition(":")[0] for fault in found}


@pytest.mark.parametrize("model", RIGHT, ids=lambda model: model.__name__)
def test_a_right_answer_fits_both_schemas(model):
    assert faults(model, RIGHT[model]) == []


def test_a_right_error_fits_both_schemas():
    assert error_faults(ERROR) == []


def test_an_unknown_key_is_allowed_as_plaid_allows_it():
    answer = changed(RIGHT[AccountsGetResponse], "accounts.0.nickname", "2026-11-22")
    assert faults(AccountsGetResponse, answer) == []


@pytest.mark.parametrize(
    ("model", "path", "value", "judges"),
    [
        # An enum value that does not exist.
        (AccountsGetResponse, "accounts.0.type", "wallet", BOTH),
        (AccountsGetResponse, "accounts.0.subtype", "moneybox", BOTH),
        (AccountsGetResponse, "item.billed_products", ["everything"], BOTH),
        (AccountsGetResponse, "item.update_type", "sometimes", BOTH),
        (TransactionsSyncResponse, "transactions_update_status", "DONE", BOTH),
        (TransactionsSyncResponse, "added.0.payment_channel", "phone", BOTH),
        (TransactionsSyncResponse, "added.0.transaction_type", "gift", BOTH),
        (LiabilitiesGetResponse, "liabilities.credit.0.aprs.0.apr_type", "teaser_apr", BOTH),
        (InstitutionsGetByIdResponse, "institution.country_codes", ["XX"], BOTH),
        (AccountsGetResponse, "accounts.0.verification_status", "perhaps", BOTH),
        # Null where a value is promised.
        (AccountsGetResponse, "accounts.0.name", None, BOTH),
        (AccountsGetResponse, "accounts.0.balances", None, BOTH),
        (AccountsGetResponse, "accounts.0.verification_status", None, BOTH),
        (AccountsGetResponse, "accounts.0.persistent_account_id", None, BOTH),
        (AccountsGetResponse, "item.available_products", None, BOTH),
        (TransactionsSyncResponse, "next_cursor", None, BOTH),
        (TransactionsSyncResponse, "added.0.counterparties", None, BOTH),
        (TransactionsSyncResponse, "added.0.personal_finance_category_icon_url", None, BOTH),
        (TransactionsSyncResponse, "added.0.transaction_type", None, BOTH),
        (LiabilitiesGetResponse, "liabilities.credit.0.aprs", None, BOTH),
        # A key that has to be there.
        (AccountsGetResponse, "request_id", ABSENT, BOTH),
        (AccountsGetResponse, "accounts.0.mask", ABSENT, BOTH),
        (AccountsGetResponse, "accounts.0.balances.limit", ABSENT, BOTH),
        (TransactionsSyncResponse, "added.0.authorized_date", ABSENT, BOTH),
        (TransactionsSyncResponse, "added.0.location.lat", ABSENT, BOTH),
        (TransactionsSyncResponse, "removed.0.account_id", ABSENT, BOTH),
        (LiabilitiesGetResponse, "liabilities.student", ABSENT, BOTH),
        # Another type.
        (AccountsGetResponse, "accounts.0.mask", 1234, BOTH),
        (AccountsGetResponse, "accounts.0.balances.current", "100.00", BOTH),
        (AccountsGetResponse, "accounts", {}, BOTH),
        (TransactionsSyncResponse, "has_more", "false", BOTH),
        (TransactionsSyncResponse, "added.0.amount", True, BOTH),
        (TransactionsSyncResponse, "added.0.name", 7, BOTH),
        # Dates and times as text of another form.
        (TransactionsSyncResponse, "added.0.date", "20/11/2026", BOTH),
        (TransactionsSyncResponse, "added.0.date", "2026-02-30", BOTH),
        (TransactionsSyncResponse, "added.0.datetime", "2026-11-20T08:00:00", BOTH),
        (TransactionsSyncResponse, "added.0.datetime", "2026-11-20", BOTH),
        # What only the published file refuses.
        (AccountsGetResponse, "accounts.0.subtype", None, PUBLISHED),
        (AccountsGetResponse, "accounts.0.holder_category", None, PUBLISHED),
        (AccountsGetResponse, "accounts.0.subtype", "home equity loan", PUBLISHED),
        (ItemGetResponse, "status", None, PUBLISHED),
        (LiabilitiesGetResponse, "liabilities.credit.0.aprs.0.apr_type", "penalty_apr", PUBLISHED),
        (TransactionsSyncResponse, "added.0.name", ABSENT, PUBLISHED),
        (TransactionsSyncResponse, "added.0.location", ABSENT, PUBLISHED),
        (TransactionsSyncResponse, "added.0.payment_meta", ABSENT, PUBLISHED),
        (TransactionsSyncResponse, "added.0.account_owner", ABSENT, PUBLISHED),
        (TransactionsSyncResponse, "added.0.pending_transaction_id", ABSENT, PUBLISHED),
        (TransactionsSyncResponse, "added.0.transaction_code", "late fee", PUBLISHED),
        (TransactionsSyncResponse, "added.0.datetime", "2026-11-20T08:00:00+01:00", PUBLISHED),
        # What only the SDK's later schema refuses.
        (InstitutionsGetByIdResponse, "institution.connection_availability", ABSENT, SDK),
        (InstitutionsGetByIdResponse, "institution.connection_availability", "MAYBE", SDK),
    ],
)
def test_a_wrong_answer_is_refused(model, path, value, judges):
    assert refused_by(faults(model, changed(RIGHT[model], path, value))) == judges


@pytest.mark.parametrize(
    ("key", "value", "judges"),
    [
        ("error_type", "GREMLIN_ERROR", BOTH),
        ("error_type", "STATEMENTS_ERROR", PUBLISHED),
        ("error_code", ABSENT, BOTH),
        ("error_message", None, BOTH),
        ("documentation_url", None, BOTH),
        ("display_message", ABSENT, BOTH),
        ("status", "400", BOTH),
    ],
)
def test_a_wrong_error_is_refused(key, value, judges):
    assert refused_by(error_faults(changed(ERROR, key, value))) == judges


def test_a_fault_names_its_schema_its_place_and_its_reason():
    answer = changed(RIGHT[TransactionsSyncResponse], "added.0.payment_channel", "phone")
    assert "plaid-python 46: added/0/payment_channel: 'phone' is not one of ['online', 'in store', 'other']" in faults(
        TransactionsSyncResponse, answer
    )


def test_a_difference_that_no_longer_exists_in_the_sdk_is_loud():
    schema = schema_of(LiabilitiesGetResponse)
    schema["$defs"]["APR"]["properties"]["apr_type"]["enum"].remove("penalty_apr")
    with pytest.raises(ValueError, match="not in list"):
        published(schema)
