"""The routes that set faults, limits and readiness refuse what they do not understand, in one line."""

import pytest


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/sandbox/faults", b"nonsense", "JSON"),
        ("/sandbox/faults", {"latency": 3}, "unknown field `latency`"),
        ("/sandbox/faults", {"endpoint": "accounts"}, "endpoint is a path"),
        ("/sandbox/faults", {"reset": True, "garbage": True}, "exclude each other"),
        ("/sandbox/faults", {"latency_ms": -1}, "latency_ms"),
        ("/sandbox/faults", {"status": 204}, "no body"),
        ("/sandbox/faults", {"latency_ms": {"p50": 0, "p95": 1}}, "p50"),
        ("/sandbox/limits", {"regime": "strict"}, "regime"),
        ("/sandbox/readiness", {"initial_calls": -1}, "initial_calls"),
        ("/sandbox/readiness", {"access_token": "access-sandbox-none"}, "no such item"),
    ],
)
def test_an_order_nobody_can_follow_is_refused_and_says_why(local_plaid, path, body, says):
    status, answer = local_plaid.call(path, body)
    assert status == 400
    assert says in answer["error"]


def test_faults_are_listed_with_what_is_left_of_them_and_end_one_by_one_or_all(local_plaid):
    first = local_plaid.fault("/item/get", error_code="INTERNAL_SERVER_ERROR", count=2)
    local_plaid.fault("/accounts/get", latency_ms={"p50": 1, "p95": 2})
    local_plaid.call("/item/get", {"access_token": local_plaid.connect("user_good")})
    listed = local_plaid.call("/sandbox/faults", method="GET")[1]["faults"]
    assert [(each["endpoint"], each["hits"], each["left"]) for each in listed] == [
        ("/accounts/get", 0, None),
        ("/item/get", 1, 1),
    ]
    assert local_plaid.call("/sandbox/faults", {"fault_id": first}, method="DELETE")[1] == {"cleared": 1}
    local_plaid.end_faults()
    assert local_plaid.call("/sandbox/faults", method="GET")[1]["faults"] == []


def test_an_item_can_be_made_to_start_over(local_plaid):
    token = local_plaid.connect("user_good")
    local_plaid.readiness(access_token=token, initial_calls=1)
    wanted = {"access_token": token, "start_date": "2024-01-01", "end_date": "2030-01-01"}
    assert local_plaid.call("/transactions/get", wanted)[1]["error_code"] == "PRODUCT_NOT_READY"
    assert local_plaid.call("/transactions/get", wanted)[1]["total_transactions"] > 0


def test_limits_can_be_changed_while_it_runs(local_plaid):
    token = local_plaid.connect("user_good")
    local_plaid.limits("production")
    statuses = [local_plaid.call("/item/get", {"access_token": token})[0] for _ in range(16)]
    assert statuses == [200] * 15 + [429]
    assert local_plaid.call("/sandbox/limits", method="GET")[1] == {"regime": "production"}


def test_a_reset_forgets_items_faults_and_limits(local_plaid):
    token = local_plaid.connect("user_good")
    local_plaid.fault("/item/get", error_code="INTERNAL_SERVER_ERROR")
    local_plaid.limits("sandbox")
    local_plaid.clear()
    assert local_plaid.items() == []
    assert local_plaid.call("/item/get", {"access_token": token})[1]["error_code"] == "INVALID_ACCESS_TOKEN"
    assert local_plaid.call("/sandbox/limits", method="GET")[1] == {"regime": "off"}
