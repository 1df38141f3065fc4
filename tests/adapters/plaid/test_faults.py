import logging

import pytest
import urllib3.exceptions
from hypothesis import given
from hypothesis import strategies as st
from support.local_plaid import LocalPlaid
from support.plaid_bench import Bench

from keepless.adapters.plaid import faults
from keepless.core.secret import Secret
from keepless.errors import Action, PlaidFault

PLAIDS_OWN = sorted(key for key in faults.TABLE if key[0])
# The HTTP status is Plaid's: 400 for all but these.
STATUS = {"INTERNAL_SERVER_ERROR": 500, "PLANNED_MAINTENANCE": 503}


@pytest.mark.parametrize(("error_type", "code"), PLAIDS_OWN)
def test_each_of_plaids_codes_is_judged_by_its_type_and_code(
    local_plaid: LocalPlaid, bench: Bench, error_type: str, code: str
):
    token = Secret(local_plaid.connect())
    status = 429 if error_type == "RATE_LIMIT_EXCEEDED" else STATUS.get(code, 400)
    local_plaid.fault("/item/get", error_type=error_type, error_code=code, status=status, error_message=token.reveal())
    with pytest.raises(PlaidFault) as raised:
        bench.client.identify(token)
    fault, judged = raised.value, faults.TABLE[error_type, code]
    assert (fault.error_type, fault.code, fault.http_status) == (error_type, code, status)
    assert (fault.retryable, fault.action) == (judged.retryable, judged.action)
    assert fault.request_id
    assert len(bench.pauses) == (0 if judged.pause is None else 2)
    assert token.reveal() not in str(fault)
    assert fault.__cause__ is None


@pytest.mark.parametrize(
    ("code", "action", "retryable"),
    [
        ("ITEM_LOGIN_REQUIRED", Action.RECONNECT, False),
        ("PRODUCT_NOT_READY", Action.WAIT, True),
        ("ITEM_NOT_FOUND", Action.DROP, False),
        ("INSTITUTION_DOWN", Action.RETRY, True),
        ("INVALID_API_KEYS", Action.OPERATOR, False),
        ("TRANSACTIONS_LIMIT", Action.RETRY, True),
        ("INVALID_ACCESS_TOKEN", Action.RELINK, False),
    ],
)
def test_19_20_what_a_person_can_do_about_a_bank(
    local_plaid: LocalPlaid, bench: Bench, code: str, action: Action, *, retryable: bool
):
    token = local_plaid.connect()
    local_plaid.fault("/transactions/get", error_code=code)
    with pytest.raises(PlaidFault) as fault:
        bench.fetch(token)
    assert (fault.value.code, fault.value.action, fault.value.retryable) == (code, action, retryable)


def test_19_a_login_that_was_reset_asks_to_reconnect(local_plaid: LocalPlaid, bench: Bench):
    token = local_plaid.connect()
    local_plaid.call("/sandbox/item/reset_login", {"access_token": token})
    with pytest.raises(PlaidFault) as fault:
        bench.fetch(token)
    assert fault.value.action is Action.RECONNECT


def test_20_a_bank_that_is_not_ready_is_waited_for_and_then_read(local_plaid: LocalPlaid, bench: Bench):
    local_plaid.readiness(initial_calls=2)
    token = local_plaid.connect()
    with pytest.raises(PlaidFault) as fault:
        bench.fetch(token)
    assert (fault.value.code, fault.value.action) == ("PRODUCT_NOT_READY", Action.WAIT)
    assert bench.pauses == []
    with pytest.raises(PlaidFault):
        bench.fetch(token)
    assert bench.fetch(token).accounts


@pytest.mark.parametrize(
    ("error_type", "action", "retryable"),
    [
        ("API_ERROR", Action.RETRY, True),
        ("RATE_LIMIT_EXCEEDED", Action.RETRY, True),
        ("INSTITUTION_ERROR", Action.RETRY, True),
        ("ITEM_ERROR", Action.RECONNECT, False),
        ("INVALID_REQUEST", Action.OPERATOR, False),
        ("A_TYPE_OF_TOMORROW", Action.NONE, False),
    ],
)
def test_a_code_of_tomorrow_is_judged_by_its_family(error_type: str, action: Action, *, retryable: bool):
    fault = faults.from_answer(400, f'{{"error_type":"{error_type}","error_code":"NEVER_SEEN"}}'.encode())
    assert (fault.code, fault.action, fault.retryable) == ("NEVER_SEEN", action, retryable)


@pytest.mark.parametrize(
    ("status", "code", "retryable", "action"),
    [
        (500, "BAD_ANSWER", True, Action.RETRY),
        (502, "BAD_ANSWER", True, Action.RETRY),
        (408, "BAD_ANSWER", True, Action.RETRY),
        (429, "RATE_LIMIT", True, Action.RETRY),
        (302, "BAD_ANSWER", False, Action.OPERATOR),
        (403, "BAD_ANSWER", False, Action.OPERATOR),
    ],
)
@pytest.mark.parametrize("body", [None, b"", b"<html>", b"null", b'{"error_type":1}', b"[" * 100_000, b"\xff\xfe"])
def test_an_answer_that_is_not_plaids_is_judged_by_its_status(
    status: int, code: str, action: Action, body: bytes | None, *, retryable: bool
):
    fault = faults.from_answer(status, body)
    assert (fault.code, fault.retryable, fault.action) == (code, retryable, action)


@given(st.text(), st.text(), st.text() | st.none())
def test_nothing_but_codes_and_ids_is_taken_from_an_answer(error_type: str, code: str, request_id: str | None):
    import msgspec

    body = {"error_type": error_type, "error_code": code, "request_id": request_id, "error_message": "access-x"}
    text = str(faults.from_answer(400, msgspec.json.encode(body)))
    assert text.isascii()
    assert text.isprintable()
    assert "access-x" not in text


def test_a_token_in_place_of_a_code_does_not_reach_the_fault():
    token = "access-sandbox-1b2c"
    fault = faults.from_answer(400, f'{{"error_type":"ITEM_ERROR","error_code":"{token}"}}'.encode())
    assert token not in str(fault)
    assert fault.code == "BAD_ANSWER"


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (urllib3.exceptions.ReadTimeoutError(None, "/", ""), "TIMEOUT", True),  # type: ignore[arg-type]
        (urllib3.exceptions.ConnectTimeoutError(), "TIMEOUT", True),
        (urllib3.exceptions.ProtocolError("reset"), "UNREACHABLE", True),
        (urllib3.exceptions.NewConnectionError(None, "refused"), "UNREACHABLE", True),  # type: ignore[arg-type]
        (urllib3.exceptions.ProtocolError("", urllib3.exceptions.IncompleteRead(1, 2)), "BAD_ANSWER", True),
        (urllib3.exceptions.ProtocolError("", ConnectionResetError()), "UNREACHABLE", True),
        (urllib3.exceptions.SSLError(), "UNREACHABLE", False),
        (urllib3.exceptions.LocationParseError("x"), "UNREACHABLE", False),
        (OSError(), "UNREACHABLE", True),
    ],
)
def test_each_exception_of_the_transport_has_a_name(error: Exception, code: str, *, retryable: bool):
    fault = faults.from_transport(error)
    assert (fault.code, fault.retryable) == (code, retryable)


def test_no_secret_is_logged_by_the_sdk_or_its_transport(
    local_plaid: LocalPlaid, bench: Bench, caplog: pytest.LogCaptureFixture
):
    for chatty in ("", "plaid", "urllib3"):
        caplog.set_level(logging.DEBUG, logger=chatty)
    token = local_plaid.connect("demo")
    local_plaid.fault("/liabilities/get", error_code="INTERNAL_SERVER_ERROR")
    bench.fetch(token)
    assert "/transactions/get" in caplog.text
    assert token not in caplog.text
    assert "test-secret" not in caplog.text


@pytest.mark.parametrize(("error_type", "code"), PLAIDS_OWN)
def test_the_local_plaid_knows_the_type_and_the_status_of_each_code(
    local_plaid: LocalPlaid, bench: Bench, error_type: str, code: str
):
    token = Secret(local_plaid.connect("user_good"))
    local_plaid.fault("/item/get", error_code=code)
    with pytest.raises(PlaidFault) as raised:
        bench.client.identify(token)
    status = 429 if error_type == "RATE_LIMIT_EXCEEDED" else STATUS.get(code, 400)
    assert (raised.value.code, raised.value.http_status) == (code, status)
    # Plaid itself names two types for this one.
    assert raised.value.error_type == ("ITEM_ERROR" if code == "USER_PERMISSION_REVOKED" else error_type)
