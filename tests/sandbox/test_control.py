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
        ("/sandbox/faults", {"spare": -1}, "spare"),
        ("/sandbox/changes", {}, "access_token"),
        ("/sandbox/changes", {"access_token": "access-sandbox-none", "added": 1}, "no such item"),
        ("/sandbox/changes", {"access_token": "x", "added": 20_001}, "added"),
        ("/sandbox/changes", {"access_token": "x", "renamed": 1}, "renamed"),
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


def test_a_fault_lets_the_first_calls_pass_that_it_spares(local_plaid):
    token = local_plaid.connect("user_good")
    local_plaid.fault("/item/get", error_code="INTERNAL_SERVER_ERROR", spare=2, count=1)
    statuses = [local_plaid.call("/item/get", {"access_token": token})[0] for _ in range(4)]
    assert statuses == [200, 200, 500, 200]


def listed(local_plaid, token):
    """Every row there is, by id."""
    span = {"access_token": token, "start_date": "2020-01-01", "end_date": "2040-01-01", "options": {"count": 500}}
    return {row["transaction_id"]: row for row in local_plaid.call("/transactions/get", span)[1]["transactions"]}


def test_rows_of_an_item_can_be_added_changed_booked_and_removed(local_plaid):
    token, other = (local_plaid.connect("user_transactions_dynamic") for _ in range(2))
    before, elsewhere = listed(local_plaid, token), listed(local_plaid, other)
    waiting = {key for key, row in before.items() if row["pending"]}
    changes = local_plaid.change(token, added=3, pending=2, booked=1, modified=4, removed=5)
    assert changes == 3 + 2 + 2 * 1 + 4 + 5
    after = listed(local_plaid, token)
    assert len(after) == len(before) + 5 - 5
    gone = set(before) - set(after)
    assert (len(gone), len(gone & waiting)) == (5 + 1, 1)
    fresh = [row for key, row in after.items() if key not in before]
    assert sum(row["pending"] for row in fresh) == 2
    assert [row["pending_transaction_id"] for row in fresh if row["pending_transaction_id"]] == [*(gone & waiting)]
    dearer = [
        after[key]["amount"] - before[key]["amount"] for key in before.keys() & after if after[key] != before[key]
    ]
    assert dearer == [1.0] * 4
    assert listed(local_plaid, other) == elsewhere


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ({"booked": 5}, "booked: 4 rows are pending"),
        ({"modified": 999}, "modified, removed:"),
        ({"modified": 1, "removed": 500}, "modified, removed:"),
    ],
)
def test_more_rows_than_there_are_cannot_change_and_none_does(local_plaid, order, says):
    token = local_plaid.connect("user_transactions_dynamic")
    before = listed(local_plaid, token)
    status, answer = local_plaid.call("/sandbox/changes", {"access_token": token, "added": 1, **order})
    assert status == 400
    assert answer["error"].startswith(says)
    assert listed(local_plaid, token) == before


def test_changes_of_an_item_that_is_removed_are_refused(local_plaid):
    token = local_plaid.connect("user_good")
    local_plaid.call("/item/remove", {"access_token": token})
    assert local_plaid.call("/sandbox/changes", {"access_token": token, "added": 1})[0] == 400


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
