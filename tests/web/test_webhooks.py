"""POST /api/webhooks/plaid: only what Plaid signed, just now, byte for byte (bad input 23)."""

import json
from datetime import UTC, datetime, timedelta

import pytest

BODY = json.dumps({"webhook_type": "ITEM", "webhook_code": "ERROR", "item_id": "item-of-someone"}, indent=2).encode()


@pytest.fixture
def sign(local_plaid):
    """Signs as the local Plaid does, at `ago` seconds before now."""

    def signature(body=BODY, ago=0):
        return local_plaid.world.postman.key.sign(body, datetime.now(UTC) - timedelta(seconds=ago))

    return signature


def send(site, body, signature):
    headers = {"Content-Type": "application/json"} | ({} if signature is None else {"Plaid-Verification": signature})
    return site.app.test_client().post("/api/webhooks/plaid", data=body, headers=headers)


def count(site, outcome):
    name = f'keepless_webhooks_total{{outcome="{outcome}"}} '
    return float(site.parts.metrics.exposition().decode().partition(name)[2].partition("\n")[0] or 0)


def test_a_webhook_of_plaid_is_taken_and_counted(site, sign):
    before = count(site, "verified")
    answer = send(site, BODY, sign())
    assert (answer.status_code, answer.json) == (200, {"received": True})
    assert count(site, "verified") == before + 1


def test_input_23_a_body_that_was_serialised_anew_is_401(site, sign):
    answer = send(site, json.dumps(json.loads(BODY)).encode(), sign())
    assert (answer.status_code, answer.json["code"]) == (401, "webhook_refused")


@pytest.mark.parametrize("signature", [None, "", "x", "a.b.c", "e30.e30.e30", "\u00e9"])
def test_input_23_a_webhook_without_a_real_signature_is_401(site, local_plaid, signature):
    assert send(site, BODY, signature).status_code == 401


def test_input_23_a_webhook_of_301_seconds_ago_is_401(site, sign):
    assert send(site, BODY, sign(ago=302)).status_code == 401
    assert send(site, BODY, sign(ago=290)).status_code == 200


def test_where_the_key_cannot_be_had_plaid_is_asked_to_send_again(lone_site, sign):
    before = count(lone_site, "unverified")
    answer = send(lone_site, BODY, sign())
    assert (answer.status_code, answer.json["code"]) == (503, "plaid_unreachable")
    assert count(lone_site, "unverified") == before + 1


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"item_id": 5}', b"[" * 60_000])
def test_a_signed_body_of_any_shape_is_taken(site, sign, body):
    assert send(site, body, sign(body)).status_code == 200


def test_r17_the_item_is_a_hash_in_the_log(site, sign, log):
    send(site, BODY, sign())
    line = json.loads(log.getvalue().splitlines()[0])
    assert (line["event"], line["type"], line["code"]) == ("webhook", "ITEM", "ERROR")
    assert line["item"]
    assert "item-of-someone" not in log.getvalue()
