"""Each kind of fault, as plaid-python and its transport meet it."""

import contextlib
import json

import plaid
import pytest
import urllib3
from sandbox.conformance.both_schemas import error_faults

OUTAGES = [
    ("INSTITUTION_DOWN", "INSTITUTION_ERROR", 400),
    ("ITEM_LOGIN_REQUIRED", "ITEM_ERROR", 400),
    ("PRODUCT_NOT_READY", "ITEM_ERROR", 400),
    ("TRANSACTIONS_LIMIT", "RATE_LIMIT_EXCEEDED", 429),
    ("INTERNAL_SERVER_ERROR", "API_ERROR", 500),
    ("PLANNED_MAINTENANCE", "API_ERROR", 503),
]


@pytest.fixture
def client(local_plaid):
    """plaid-python as anyone has it: here answers are broken on purpose, so nobody judges them."""
    return local_plaid.client()


@pytest.fixture
def access_token(local_plaid):
    return local_plaid.connect("user_good", "pass_good")


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda outage: outage[0])
def test_an_ordered_error_arrives_as_plaids(local_plaid, client, access_token, outage):
    local_plaid.fault("/accounts/get", error_code=outage[0])
    with pytest.raises(plaid.ApiException) as caught:
        client.accounts_get({"access_token": access_token})
    error = json.loads(caught.value.body)
    assert (error["error_code"], error["error_type"], caught.value.status) == outage
    assert isinstance(caught.value, plaid.exceptions.ServiceException) == (caught.value.status >= 500)
    assert error_faults(error) == []


def test_status_and_type_of_an_error_can_be_ordered(local_plaid, client, access_token):
    local_plaid.fault("/accounts/get", error_code="USER_PERMISSION_REVOKED", error_type="INVALID_INPUT", status=403)
    with pytest.raises(plaid.exceptions.ForbiddenException) as caught:
        client.accounts_get({"access_token": access_token})
    assert json.loads(caught.value.body)["error_type"] == "INVALID_INPUT"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ({"reset": True}, "Connection reset by peer"),
        ({"half_body": True}, "IncompleteRead"),
        ({"silence": 0.05}, "Remote end closed connection without response"),
    ],
    ids=["reset", "half a body", "silence"],
)
def test_a_broken_connection_reaches_the_caller_as_one(local_plaid, client, access_token, kind, reason):
    local_plaid.fault("/transactions/sync", **kind)
    with pytest.raises(urllib3.exceptions.ProtocolError, match=reason):
        client.transactions_sync({"access_token": access_token})


@pytest.mark.parametrize(
    "kind",
    [{"reset": True}, {"half_body": True}, {"silence": 0.05}, {"garbage": True}],
    ids=lambda kind: next(iter(kind)),
)
def test_a_call_can_be_performed_and_its_answer_lost(local_plaid, client, access_token, kind):
    local_plaid.fault("/item/remove", **kind, performs=True)
    with contextlib.suppress(urllib3.exceptions.ProtocolError):
        answer = client.item_remove({"access_token": access_token}, _preload_content=False)
        assert answer.data.startswith(b"<!doctype html>")
    assert [item["state"] for item in local_plaid.items()] == ["removed"]


@pytest.mark.parametrize(
    "kind", [{"reset": True}, {"silence": 0.05}, {"garbage": True}], ids=lambda kind: next(iter(kind))
)
def test_a_call_that_is_not_to_be_performed_changes_nothing(local_plaid, client, access_token, kind):
    local_plaid.fault("/item/remove", **kind)
    with contextlib.suppress(urllib3.exceptions.ProtocolError):
        client.item_remove({"access_token": access_token}, _preload_content=False)
    assert [item["state"] for item in local_plaid.items()] == ["live"]


def test_a_page_of_html_is_no_answer(local_plaid, client, access_token):
    local_plaid.fault("/accounts/get", garbage=True)
    answer = client.accounts_get({"access_token": access_token}, _preload_content=False)
    assert answer.data.startswith(b"<!doctype html>")
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(answer.data)


def test_a_slow_answer_outlasts_a_short_patience(local_plaid, client, access_token):
    local_plaid.fault("/accounts/get", latency_ms=2000)
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        client.accounts_get({"access_token": access_token}, _request_timeout=0.05)


def test_silence_outlasts_a_short_patience(local_plaid, client, access_token):
    local_plaid.fault("/accounts/get", silence=2)
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        client.accounts_get({"access_token": access_token}, _request_timeout=0.05)


def test_a_latency_can_be_a_spread(local_plaid, client, access_token):
    local_plaid.fault("/accounts/get", latency_ms={"p50": 1, "p95": 3})
    assert client.accounts_get({"access_token": access_token})["accounts"]


def test_a_counted_fault_is_over_after_its_count(local_plaid, client, access_token):
    local_plaid.fault("/accounts/get", error_code="INTERNAL_SERVER_ERROR", count=2)
    for _ in range(2):
        with pytest.raises(plaid.ApiException):
            client.accounts_get({"access_token": access_token})
    assert client.accounts_get({"access_token": access_token})["accounts"]


def test_a_fault_keeps_to_its_endpoint_and_its_item(local_plaid, client, access_token):
    other = local_plaid.connect("user_good", "pass_good")
    local_plaid.fault("/accounts/get", error_code="INSTITUTION_DOWN", access_token=access_token)
    with pytest.raises(plaid.ApiException):
        client.accounts_get({"access_token": access_token})
    assert client.accounts_get({"access_token": other})["accounts"]
    assert client.item_get({"access_token": access_token})["item"]


def test_one_page_of_many_can_fail(local_plaid, client, access_token):
    local_plaid.fault("/transactions/get", error_code="INTERNAL_SERVER_ERROR", offset=100)
    span = {"access_token": access_token, "start_date": "2020-01-01", "end_date": "2035-01-01"}
    assert client.transactions_get({**span, "options": {"offset": 0}})["transactions"]
    with pytest.raises(plaid.exceptions.ServiceException):
        client.transactions_get({**span, "options": {"offset": 100}})


def test_a_fault_of_everything_spares_nothing_until_it_is_cleared(local_plaid, client, access_token):
    local_plaid.fault("*", error_code="PLANNED_MAINTENANCE")
    for call in (client.accounts_get, client.item_get, client.item_remove):
        with pytest.raises(plaid.exceptions.ServiceException):
            call({"access_token": access_token})
    local_plaid.end_faults()
    assert client.accounts_get({"access_token": access_token})["accounts"]
