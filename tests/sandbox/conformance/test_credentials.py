"""Who may ask: client_id and secret, in the headers as plaid-python sends them or in the body."""

import json

import pytest
import urllib3
from sandbox.conformance.both_schemas import error_faults

SEARCH = {"query": "platypus", "country_codes": ["US"], "products": ["transactions"]}
BODY = {"client_id": "client", "secret": "secret"}
HEADERS = {"PLAID-CLIENT-ID": "client", "PLAID-SECRET": "secret"}


def ask(local_plaid, body, headers):
    with urllib3.PoolManager() as pool:
        url = f"{local_plaid.url}/institutions/search"
        sent = {"Content-Type": "application/json", **headers}
        return pool.request("POST", url, body=json.dumps(body).encode(), headers=sent, retries=False)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (BODY, {}),
        ({}, HEADERS),
        ({}, {name.lower(): value for name, value in HEADERS.items()}),
        ({"client_id": "client"}, {"PLAID-SECRET": "secret"}),
    ],
    ids=["in the body", "in the headers", "in small letters", "one in each"],
)
def test_credentials_are_taken_from_headers_or_body(local_plaid, body, headers):
    assert ask(local_plaid, {**SEARCH, **body}, headers).status == 200


@pytest.mark.parametrize(
    ("body", "headers"),
    [({}, {}), ({"client_id": "client"}, {}), ({}, {"PLAID-SECRET": "secret"}), ({**BODY, "secret": ""}, {})],
    ids=["none", "no secret", "no client_id", "an empty secret"],
)
def test_a_call_without_credentials_is_refused(local_plaid, body, headers):
    # Plaid does not document the code of missing credentials; only that they are needed.
    answer = ask(local_plaid, {**SEARCH, **body}, headers)
    error = json.loads(answer.data)
    assert answer.status == 400
    assert error["error_type"] in {"INVALID_REQUEST", "INVALID_INPUT"}
    assert error_faults(error) == []


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b'{"query": 1e999}', b"[" * 10_000], ids=str)
def test_a_body_that_is_no_json_is_refused(local_plaid, raw):
    with urllib3.PoolManager() as pool:
        url = f"{local_plaid.url}/institutions/search"
        answer = pool.request("POST", url, body=raw, headers=HEADERS, retries=False)
    error = json.loads(answer.data)
    assert (answer.status, error["error_type"], error["error_code"]) == (400, "INVALID_REQUEST", "INVALID_BODY")
    assert error_faults(error) == []
