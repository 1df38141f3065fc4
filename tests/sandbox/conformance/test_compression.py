"""An answer asked for as gzip is the answer that comes without it."""

import gzip
import json
from datetime import timedelta

import pytest
import urllib3
from sandbox.conformance.both_schemas import faults
from sandbox.conformance.checked_client import response_model
from sandbox.conformance.households import today
from sandbox.conformance.refusals import ALWAYS

HEADERS = {"PLAID-CLIENT-ID": "client", "PLAID-SECRET": "secret", "Content-Type": "application/json"}


def ask(local_plaid, path, body, encoding):
    with urllib3.PoolManager() as pool:
        sent = {**HEADERS, "Accept-Encoding": encoding}
        url = local_plaid.url + path
        return pool.request("POST", url, body=json.dumps(body).encode(), headers=sent, decode_content=False)


@pytest.mark.parametrize(
    ("path", "packed"),
    [("/transactions/get", True), ("/transactions/sync", True), ("/accounts/get", True), ("/item/get", False)],
)
def test_gzip_carries_the_same_answer_and_it_fits(local_plaid, path, packed):
    body = {"access_token": local_plaid.connect("demo")}
    if path == "/transactions/get":
        body |= {"start_date": str(today() - timedelta(days=90)), "end_date": str(today())}
    plain = json.loads(ask(local_plaid, path, body, "identity").data)
    for _ in range(2):  # the second may come from what the first left ready
        answer = ask(local_plaid, path, body, "gzip")
        assert ("content-encoding" in answer.headers) == packed  # a small answer is not worth it
        told = json.loads(gzip.decompress(answer.data) if packed else answer.data)
        assert told | {"request_id": ""} == plain | {"request_id": ""}
        assert told["request_id"] != plain["request_id"]
        assert faults(response_model(path), told) == []


def test_a_refusal_needs_no_gzip(local_plaid):
    answer = ask(local_plaid, "/accounts/get", {"access_token": "nonsense"}, "gzip")
    assert "content-encoding" not in answer.headers
    assert json.loads(answer.data).keys() == ALWAYS
