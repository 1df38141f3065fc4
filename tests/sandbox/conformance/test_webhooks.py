"""Webhooks as Plaid sends them: to a real HTTP listener, signed over the exact bytes, each body in Plaid's shape."""

import base64
import hashlib
import json
import queue
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from plaid.model.default_update_webhook import DefaultUpdateWebhook
from plaid.model.historical_update_webhook import HistoricalUpdateWebhook
from plaid.model.initial_update_webhook import InitialUpdateWebhook
from plaid.model.item_error_webhook import ItemErrorWebhook
from plaid.model.item_login_repaired_webhook import ItemLoginRepairedWebhook
from plaid.model.liabilities_default_update_webhook import LiabilitiesDefaultUpdateWebhook
from plaid.model.new_accounts_available_webhook import NewAccountsAvailableWebhook
from plaid.model.pending_disconnect_webhook import PendingDisconnectWebhook
from plaid.model.recurring_transactions_update_webhook import RecurringTransactionsUpdateWebhook
from plaid.model.sync_updates_available_webhook import SyncUpdatesAvailableWebhook
from plaid.model.transactions_removed_webhook import TransactionsRemovedWebhook
from plaid.model.user_permission_revoked_webhook import UserPermissionRevokedWebhook
from plaid.model.webhook_update_acknowledged_webhook import WebhookUpdateAcknowledgedWebhook
from sandbox.conformance.both_schemas import faults

SHAPES = {
    ("TRANSACTIONS", "INITIAL_UPDATE"): InitialUpdateWebhook,
    ("TRANSACTIONS", "HISTORICAL_UPDATE"): HistoricalUpdateWebhook,
    ("TRANSACTIONS", "DEFAULT_UPDATE"): DefaultUpdateWebhook,
    ("TRANSACTIONS", "SYNC_UPDATES_AVAILABLE"): SyncUpdatesAvailableWebhook,
    ("TRANSACTIONS", "TRANSACTIONS_REMOVED"): TransactionsRemovedWebhook,
    ("TRANSACTIONS", "RECURRING_TRANSACTIONS_UPDATE"): RecurringTransactionsUpdateWebhook,
    ("LIABILITIES", "DEFAULT_UPDATE"): LiabilitiesDefaultUpdateWebhook,
    ("ITEM", "ERROR"): ItemErrorWebhook,
    ("ITEM", "LOGIN_REPAIRED"): ItemLoginRepairedWebhook,
    ("ITEM", "NEW_ACCOUNTS_AVAILABLE"): NewAccountsAvailableWebhook,
    ("ITEM", "PENDING_DISCONNECT"): PendingDisconnectWebhook,
    ("ITEM", "USER_PERMISSION_REVOKED"): UserPermissionRevokedWebhook,
    ("ITEM", "WEBHOOK_UPDATE_ACKNOWLEDGED"): WebhookUpdateAcknowledgedWebhook,
}


class Received(NamedTuple):
    body: bytes
    jwt: str
    content_type: str

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def kind(self):
        return self.json["webhook_type"], self.json["webhook_code"]


class Listener:
    """Takes webhooks on a free port and answers 200."""

    def __init__(self) -> None:
        self.inbox: queue.Queue[Received] = queue.Queue()
        inbox = self.inbox

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.put(Received(body, self.headers["Plaid-Verification"], self.headers["Content-Type"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def next(self) -> Received:
        return self.inbox.get(timeout=10)

    def until(self, *kind: str) -> Received:
        """The next webhook of a kind, others let pass."""
        while (received := self.next()).kind != kind:
            pass
        return received


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def watched(link, listener):
    """A dynamic login whose webhooks the listener gets, past those of its linking."""
    access_token = link("user_transactions_dynamic", "anything", webhook=listener.url)
    listener.until("TRANSACTIONS", "HISTORICAL_UPDATE")
    return access_token


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def claims_of(api, received, body=None):
    """Plaid's steps of verification; raises where one fails."""
    header, claims, signature = received.jwt.split(".")
    told = json.loads(decoded(header))
    assert told["alg"] == "ES256"
    key = api.webhook_verification_key_get({"key_id": told["kid"]})["key"]
    x, y = (int.from_bytes(decoded(key[axis]), "big") for axis in ("x", "y"))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    raw = decoded(signature)
    assert len(raw) == 64
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(der, f"{header}.{claims}".encode(), ec.ECDSA(SHA256()))
    opened = json.loads(decoded(claims))
    digest = hashlib.sha256(received.body if body is None else body).hexdigest()
    if opened["request_body_sha256"] != digest:
        raise InvalidSignature
    return opened


def assert_plaids_shape(received):
    assert faults(SHAPES[received.kind], received.json) == []
    assert received.json["environment"] == "sandbox"


def test_a_webhook_is_signed_over_its_exact_bytes(api, watched, listener):
    api.sandbox_item_fire_webhook({"access_token": watched, "webhook_code": "NEW_ACCOUNTS_AVAILABLE"})
    received = listener.until("ITEM", "NEW_ACCOUNTS_AVAILABLE")
    issued = datetime.fromtimestamp(claims_of(api, received)["iat"], UTC)
    assert abs(datetime.now(UTC) - issued) < timedelta(minutes=5)
    assert received.content_type.startswith("application/json")
    assert received.body == json.dumps(received.json, indent=2).encode()


def test_a_webhook_written_anew_no_longer_fits_its_signature(api, watched, listener):
    api.sandbox_item_fire_webhook({"access_token": watched, "webhook_code": "NEW_ACCOUNTS_AVAILABLE"})
    received = listener.until("ITEM", "NEW_ACCOUNTS_AVAILABLE")
    with pytest.raises(InvalidSignature):
        claims_of(api, received, body=json.dumps(received.json).encode())


def test_linking_tells_when_the_first_days_and_the_history_can_be_read(api, link, listener):
    access_token = link("user_transactions_dynamic", "anything", webhook=listener.url)
    both = [listener.next(), listener.next()]
    assert {received.kind for received in both} == {
        ("TRANSACTIONS", "INITIAL_UPDATE"),
        ("TRANSACTIONS", "HISTORICAL_UPDATE"),
    }
    item_id = api.item_get({"access_token": access_token})["item"]["item_id"]
    for received in both:
        assert_plaids_shape(received)
        assert received.json["item_id"] == item_id


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("TRANSACTIONS", "DEFAULT_UPDATE"),
        ("TRANSACTIONS", "RECURRING_TRANSACTIONS_UPDATE"),
        ("LIABILITIES", "DEFAULT_UPDATE"),
        ("ITEM", "NEW_ACCOUNTS_AVAILABLE"),
        ("ITEM", "LOGIN_REPAIRED"),
        ("ITEM", "PENDING_DISCONNECT"),
        ("ITEM", "USER_PERMISSION_REVOKED"),
    ],
)
def test_a_fired_webhook_has_plaids_shape(api, watched, listener, kind, code):
    request = {"access_token": watched, "webhook_type": kind, "webhook_code": code}
    assert api.sandbox_item_fire_webhook(request)["webhook_fired"] is True
    assert_plaids_shape(listener.until(kind, code))


def test_the_end_of_one_account_names_it(api, watched, listener):
    api.sandbox_item_fire_webhook({"access_token": watched, "webhook_code": "USER_ACCOUNT_REVOKED"})
    received = listener.until("ITEM", "USER_ACCOUNT_REVOKED")
    accounts = api.accounts_get({"access_token": watched})["accounts"]
    assert received.json["account_id"] in {account["account_id"] for account in accounts}
    assert claims_of(api, received)


def test_changes_that_were_ordered_are_told_like_any_others(api, watched, listener, local_plaid):
    api.transactions_sync({"access_token": watched})
    local_plaid.change(watched, added=2, removed=1)
    missing = {("TRANSACTIONS", code) for code in ("TRANSACTIONS_REMOVED", "DEFAULT_UPDATE", "SYNC_UPDATES_AVAILABLE")}
    while missing:  # in any order, as Plaid's are, and late ones of the connecting between them
        told = listener.next()
        assert_plaids_shape(told)
        missing.discard(told.kind)


def test_sync_is_told_of_news_once_it_was_called(api, watched, listener):
    api.transactions_refresh({"access_token": watched})
    kinds = {listener.next().kind for _ in range(3)}
    assert ("TRANSACTIONS", "SYNC_UPDATES_AVAILABLE") not in kinds
    api.transactions_sync({"access_token": watched})
    api.transactions_refresh({"access_token": watched})
    received = listener.until("TRANSACTIONS", "SYNC_UPDATES_AVAILABLE")
    assert_plaids_shape(received)
    assert received.json["initial_update_complete"]
    assert received.json["historical_update_complete"]


def test_a_refresh_names_what_was_removed(api, watched, listener):
    api.transactions_sync({"access_token": watched, "count": 500})
    rows = api.api_client.answers[-1][1]["added"]
    api.transactions_refresh({"access_token": watched})
    received = listener.until("TRANSACTIONS", "TRANSACTIONS_REMOVED")
    assert_plaids_shape(received)
    pending = {row["transaction_id"] for row in rows if row["pending"]}
    assert set(received.json["removed_transactions"]) == pending


def test_a_login_that_breaks_is_told_with_its_error_and_status(api, watched, listener):
    api.sandbox_item_reset_login({"access_token": watched})
    received = listener.until("ITEM", "ERROR")
    assert_plaids_shape(received)
    error = received.json["error"]
    assert (error["error_code"], error["status"]) == ("ITEM_LOGIN_REQUIRED", 400)
    assert "request_id" not in error


def test_a_new_address_is_acknowledged_at_itself(api, link, listener):
    access_token = link("demo", "demo")
    api.item_webhook_update({"access_token": access_token, "webhook": listener.url})
    received = listener.next()
    assert received.kind == ("ITEM", "WEBHOOK_UPDATE_ACKNOWLEDGED")
    assert_plaids_shape(received)
    assert received.json["new_webhook_url"] == listener.url


def test_the_item_remembers_its_last_webhook(api, watched, listener):
    api.sandbox_item_fire_webhook({"access_token": watched, "webhook_code": "NEW_ACCOUNTS_AVAILABLE"})
    listener.until("ITEM", "NEW_ACCOUNTS_AVAILABLE")
    api.item_get({"access_token": watched})
    assert api.api_client.answers[-1][1]["status"]["last_webhook"]["code_sent"] == "NEW_ACCOUNTS_AVAILABLE"


def test_an_address_where_nobody_listens_makes_no_call_wait_or_fail(api, link):
    access_token = link("demo", "demo", webhook="http://127.0.0.1:9/hook")
    api.sandbox_item_fire_webhook({"access_token": access_token, "webhook_code": "NEW_ACCOUNTS_AVAILABLE"})
    api.accounts_get({"access_token": access_token})
