"""What time does to the local Plaid: limits a minute, tokens that expire, a history that ripens, logins that age."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from sandbox.conformance.checked_client import checked_plaid
from sandbox.conformance.households import custom_login
from sandbox.conformance.refusals import assert_refused, untyped
from sandbox.conformance.right_requests import CLIENT, OF_AN_ITEM, OTHERS

from keepless.sandbox.item import Readiness
from keepless.sandbox.limits import LIMITS
from keepless.sandbox.options import Options
from keepless.sandbox.server import serve_in_thread


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def plaid_with(clock):
    """Starts a local Plaid of other options on the clock, and gives the checked SDK for it."""
    with ExitStack() as opened:

        def start(**options):
            running = opened.enter_context(serve_in_thread(Options(port=0, now=clock, **options)))
            client = checked_plaid(running.url)
            opened.callback(client.api_client.rest_client.pool_manager.clear)
            return client

        yield start


def linked(api, day):
    options = {"override_username": "user_custom", "override_password": custom_login(day)}
    request = {**OTHERS["/sandbox/public_token/create"], "options": options}
    public = api.sandbox_public_token_create(request)["public_token"]
    return api.item_public_token_exchange({"public_token": public})["access_token"]


def test_a_call_beyond_a_limit_is_refused_until_the_minute_is_over(plaid_with, clock):
    api = plaid_with(rate_limits="production")
    mine, other = linked(api, clock.now.date()), linked(api, clock.now.date())
    for _ in range(15):
        api.accounts_get({"access_token": mine})
    refusal = {"error_type": "RATE_LIMIT_EXCEEDED", "code": "ACCOUNTS_LIMIT", "status": 429}
    error = assert_refused(api.accounts_get, {"access_token": mine}, **refusal)
    assert error["display_message"] is None
    api.accounts_get({"access_token": other})
    api.item_get({"access_token": mine})
    clock.forward(seconds=59)
    assert_refused(api.accounts_get, {"access_token": mine}, **refusal)
    clock.forward(seconds=1)
    api.accounts_get({"access_token": mine})


# docs/plaid.md, section 3: calls a minute and item in Production, and the code where Plaid documents one.
PER_ITEM = {
    "/accounts/get": (15, "ACCOUNTS_LIMIT"),
    "/accounts/balance/get": (5, "BALANCE_LIMIT"),
    "/item/get": (15, "ITEM_GET_LIMIT"),
    "/transactions/get": (30, "TRANSACTIONS_LIMIT"),
    "/transactions/sync": (50, "TRANSACTIONS_SYNC_LIMIT"),
    "/transactions/recurring/get": (20, None),
    "/transactions/refresh": (2, "TRANSACTIONS_REFRESH_LIMIT"),
    "/liabilities/get": (15, None),
    "/sandbox/transactions/create": (2, None),
}


def test_each_endpoint_keeps_plaids_limit_of_calls_an_item(plaid_with, clock):
    clock.now = datetime.now(UTC)  # the bodies are of today
    api = plaid_with(rate_limits="production")
    access_token = linked(api, clock.now.date())
    for path, (number, code) in PER_ITEM.items():
        call = untyped(api, path)
        body = {"access_token": access_token, **OF_AN_ITEM[path]}
        for _ in range(number):
            call(body)
        expected = code or LIMITS["production"][path].code
        assert_refused(call, body, error_type="RATE_LIMIT_EXCEEDED", code=expected, status=429)


def test_a_clients_limit_counts_the_calls_of_all_its_items(plaid_with, clock):
    api = plaid_with(rate_limits="sandbox")  # 25 calls a minute for an item, 100 for a client
    live = untyped(api, "/accounts/balance/get")
    for _ in range(4):
        body = {"access_token": linked(api, clock.now.date())}
        for _ in range(25):
            live(body)
        assert_refused(live, body, error_type="RATE_LIMIT_EXCEEDED", code="BALANCE_LIMIT", status=429)
    fresh = {"access_token": linked(api, clock.now.date())}
    assert_refused(live, fresh, error_type="RATE_LIMIT_EXCEEDED", code="ACCOUNTS_BALANCE_GET_LIMIT", status=429)


def test_without_limits_nobody_is_refused(plaid_with, clock):
    api = plaid_with(rate_limits="off")
    access_token = linked(api, clock.now.date())
    for _ in range(20):
        api.accounts_balance_get({"access_token": access_token})


def test_a_public_token_lasts_thirty_minutes(plaid_with, clock):
    api = plaid_with()
    public = api.sandbox_public_token_create(OTHERS["/sandbox/public_token/create"])["public_token"]
    clock.forward(minutes=31)
    error = assert_refused(
        api.item_public_token_exchange,
        {"public_token": public},
        error_type="INVALID_INPUT",
        code="INVALID_PUBLIC_TOKEN",
    )
    assert "expired" in error["error_message"]


@pytest.mark.parametrize(("update", "lasts"), [(False, timedelta(hours=4)), (True, timedelta(minutes=30))])
def test_a_link_token_says_how_long_it_lasts(plaid_with, clock, update, lasts):
    api = plaid_with()
    request = {**CLIENT, "user": {"client_user_id": "someone"}}
    request |= {"access_token": linked(api, clock.now.date())} if update else {"products": ["transactions"]}
    made = api.link_token_create(request)
    assert made["expiration"] == clock.now + lasts
    clock.forward(seconds=lasts.total_seconds() + 1)
    assert_refused(
        api.link_token_get,
        {"link_token": made["link_token"]},
        error_type="INVALID_INPUT",
        code="INVALID_LINK_TOKEN",
    )


def test_a_history_ripens_as_it_does_after_linking(plaid_with, clock):
    api = plaid_with(readiness=Readiness(initial_seconds=10, historical_seconds=60))
    access_token = linked(api, clock.now.date())
    span = {"access_token": access_token, "start_date": clock.now.date() - timedelta(days=730)}
    get = {**span, "end_date": clock.now.date()}

    first = api.transactions_sync({"access_token": access_token})
    assert (first["added"], first["next_cursor"], first["has_more"]) == ([], "", False)
    assert str(first["transactions_update_status"]) == "NOT_READY"
    assert_refused(api.transactions_get, get, error_type="ITEM_ERROR", code="PRODUCT_NOT_READY")
    assert api.accounts_get({"access_token": access_token})["accounts"]
    assert api.liabilities_get({"access_token": access_token})["liabilities"]

    clock.forward(seconds=10)
    early = api.transactions_sync({"access_token": access_token, "count": 500})
    assert str(early["transactions_update_status"]) == "INITIAL_UPDATE_COMPLETE"
    assert early["added"]
    assert all(clock.now.date() - row["date"] <= timedelta(days=31) for row in early["added"])
    assert api.transactions_get(get)["total_transactions"] == len(early["added"])

    clock.forward(seconds=50)
    later = api.transactions_sync({"access_token": access_token, "cursor": early["next_cursor"], "count": 500})
    assert str(later["transactions_update_status"]) == "HISTORICAL_UPDATE_COMPLETE"
    assert not {row["transaction_id"] for row in early["added"]} & {row["transaction_id"] for row in later["added"]}
    assert api.transactions_get(get)["total_transactions"] == len(early["added"]) + len(later["added"])


def test_a_login_of_the_sandbox_breaks_after_thirty_days(plaid_with, clock):
    api = plaid_with(rate_limits="off")
    access_token = linked(api, clock.now.date())
    clock.forward(days=30, seconds=1)
    assert_refused(
        api.accounts_get, {"access_token": access_token}, error_type="ITEM_ERROR", code="ITEM_LOGIN_REQUIRED"
    )
    assert api.item_get({"access_token": access_token})["item"]["error"]["error_code"] == "ITEM_LOGIN_REQUIRED"


def test_a_pending_transaction_posts_by_itself_when_its_day_comes(plaid_with, clock):
    api = plaid_with()
    access_token = linked(api, clock.now.date())
    first = api.transactions_sync({"access_token": access_token})
    (waiting,) = (row for row in first["added"] if row["pending"])
    clock.forward(days=2)
    then = api.transactions_sync({"access_token": access_token, "cursor": first["next_cursor"]})
    (gone,), (posted,) = then["removed"], then["added"]
    assert gone["transaction_id"] == posted["pending_transaction_id"] == waiting["transaction_id"]
    assert (posted["pending"], posted["date"]) == (False, clock.now.date())
    assert posted["authorized_date"] in {None, waiting["date"]}


def test_only_the_operators_own_credentials_open_a_plaid_that_has_some(plaid_with):
    api = plaid_with(credentials=("client", "another-secret"))
    assert_refused(
        untyped(api, "/institutions/search"),
        OTHERS["/institutions/search"],
        error_type="INVALID_INPUT",
        code="INVALID_API_KEYS",
    )
