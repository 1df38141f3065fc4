"""What a refused call answered, and the whole error object that goes with it."""

import json
from collections.abc import Callable
from typing import Any

import plaid
import pytest
from plaid.api.plaid_api import PlaidApi

FAMILY = "https://plaid.com/docs/?ref=error#"
ALWAYS = {
    "display_message",
    "documentation_url",
    "error_code",
    "error_message",
    "error_type",
    "request_id",
    "suggested_action",
}


def assert_refused(
    call: Callable[[Any], Any], request: Any, *, code: str, error_type: str, status: int = 400
) -> dict[str, Any]:
    """Makes a call that must be refused, and gives the error object back once each of its parts is as Plaid's."""
    with pytest.raises(plaid.ApiException) as caught:
        call(request)
    error: dict[str, Any] = json.loads(caught.value.body)
    assert (caught.value.status, error["error_type"], error["error_code"]) == (status, error_type, code)
    assert error.keys() == ALWAYS
    assert error["documentation_url"].startswith(FAMILY)
    assert error["error_message"]
    assert len(error["request_id"]) == 15
    assert error["request_id"].isalnum()
    assert error["suggested_action"] is None
    return error


def untyped(api: PlaidApi, path: str) -> Callable[[Any], Any]:
    """A call through the SDK's own transport that sends any JSON: for bodies its typed requests would not let out."""

    def call(body: Any) -> Any:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        signed_by = ["clientId", "plaidVersion", "secret"]
        return api.api_client.call_api(path, "POST", header_params=headers, body=body, auth_settings=signed_by)

    return call
