"""Webhooks in the hybrid edition, signed by the local Plaid: they mark a copy or delete it, and no forged one does."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hybrid.conftest import hybrid_site
from hybrid.looking import board, calls, fields_of, item_of, live, name_of
from support.gate import Gate
from support.run import wait_until

from keepless.errors import CacheFault

PATH = "/api/webhooks/plaid"
LOGIN_REQUIRED = {"error_type": "ITEM_ERROR", "error_code": "ITEM_LOGIN_REQUIRED"}
REVOKED = ["USER_PERMISSION_REVOKED", "USER_ACCOUNT_REVOKED"]
NEWS = ("TRANSACTIONS", "SYNC_UPDATES_AVAILABLE")


@pytest.fixture
def token(local_plaid):
    return local_plaid.connect("demo")


@pytest.fixture
def visitor(site, token):
    browser = site.connected(token)
    live(browser)
    assert (live(browser).cache, board(browser)["cache"]) == (("hit",), "hit")
    return browser


@pytest.fixture
def tell(site, visitor, signed):
    """Sends what Plaid would of the visitor's item; the answer."""

    def send(kind, code, **more):
        event = {"webhook_type": kind, "webhook_code": code, "item_id": item_of(site, visitor)} | more
        return site.app.test_client().post(PATH, **signed(**event))

    return send


def test_news_make_the_next_visit_fresh(visitor, tell, local_plaid, token):
    """The copy first, then the bank's news by one call; from then on it is fresh again."""
    before, asked = live(visitor).figures, calls(local_plaid, token)["/transactions/sync"]
    local_plaid.change(token, added=5)
    assert tell(*NEWS).status_code == 200
    looked = live(visitor)
    assert looked.cache == ("stale", "miss")
    assert looked.figures.rows == before.rows + 5
    assert calls(local_plaid, token)["/transactions/sync"] == asked + 1
    assert live(visitor).cache == ("hit",)


def test_news_that_come_while_the_copy_is_renewed_are_not_lost(site, valkey, visitor, tell):
    """A mark that is set after the renewal began stays: the renewal may not have seen what it tells of."""
    name = name_of(site, visitor)
    claim = site.parts.keeping._cache.claim(name, seconds=60)
    assert tell(*NEWS).status_code == 200
    kept = fields_of(valkey, name)
    until = datetime.fromtimestamp(int(kept[b"until"]) / 1000, UTC)
    parts = {part: kept[part.encode()] for part in ("rows", "live", "board")}
    assert site.parts.keeping._cache.keep(name, claim, parts, until=until)
    assert live(visitor).cache[0] == "stale"


@pytest.mark.parametrize("code", REVOKED)
def test_a_permission_that_was_withdrawn_deletes_the_copy_at_once(site, valkey, visitor, tell, code):
    name = name_of(site, visitor)
    assert tell("ITEM", code).status_code == 200
    assert set(fields_of(valkey, name)) <= {b"closed"}
    assert 0 < valkey.call("TTL", name) <= 120


@pytest.mark.parametrize("code", REVOKED)
def test_who_comes_after_that_leaves_no_copy_behind_for_two_minutes(site, valkey, visitor, tell, code):
    name = name_of(site, visitor)
    tell("ITEM", code)
    with pytest.raises(CacheFault, match="forgotten"):  # so nobody waits for a claim that nobody gets
        site.parts.keeping._cache.claim(name, seconds=1)
    looked = live(visitor)  # the local Plaid still gives its rows: the webhook was all that came
    assert looked.cache == ("bypass",)
    assert set(fields_of(valkey, name)) <= {b"closed"}


def test_a_login_that_is_asked_for_is_shown_beside_the_copy(visitor, tell, local_plaid, token):
    local_plaid.call("/sandbox/item/reset_login", {"access_token": token})
    before = live(visitor).figures
    assert tell("ITEM", "ERROR", error=LOGIN_REQUIRED).status_code == 200
    told = board(visitor)
    assert [(each["code"], each["action"]) for each in told["problems"]] == [("ITEM_LOGIN_REQUIRED", "reconnect")]
    assert told["banks"]
    looked = live(visitor)
    assert (looked.figures, looked.problems) == (before, ("ITEM_LOGIN_REQUIRED",))
    page = visitor.get("/statement", headers={"Accept": "text/html"}).text
    assert "log in" in page.lower()


def test_a_login_that_was_repaired_is_asked_for_no_more(site, valkey, visitor, tell):
    tell("ITEM", "ERROR", error=LOGIN_REQUIRED)
    assert b"problem" in fields_of(valkey, name_of(site, visitor))
    assert tell("ITEM", "LOGIN_REPAIRED").status_code == 200
    told = board(visitor)
    assert (told["problems"], told["cache"]) == ([], "stale")
    assert wait_until(lambda: board(visitor)["cache"] == "hit")


@pytest.mark.parametrize(
    "event",
    [("LIABILITIES", "DEFAULT_UPDATE"), ("ITEM", "PENDING_DISCONNECT"), ("ITEM", "NEW_ACCOUNTS_AVAILABLE")],
    ids="-".join,
)
def test_whatever_else_has_changed_makes_the_next_visit_fresh_too(visitor, tell, event):
    assert tell(*event).status_code == 200
    assert live(visitor).cache[0] == "stale"
    assert live(visitor).cache == ("hit",)


@pytest.mark.parametrize(
    "event",
    [
        ("ITEM", "ERROR", {"error": {"error_code": "PRODUCT_NOT_READY"}}),
        ("ITEM", "ERROR", {}),
        ("ITEM", "WEBHOOK_UPDATE_ACKNOWLEDGED", {}),
        ("AUTH", "USER_PERMISSION_REVOKED", {}),
        ("ITEM", "SOMETHING_NEW", {}),
        ("", "", {}),
    ],
    ids=lambda event: "-".join(event[:2]),
)
def test_other_webhooks_leave_the_copy_as_it_is(site, valkey, visitor, tell, event):
    kind, code, more = event
    name = name_of(site, visitor)
    before = fields_of(valkey, name)
    assert tell(kind, code, **more).status_code == 200
    assert fields_of(valkey, name) == before


def test_a_webhook_of_an_item_that_has_no_copy_makes_no_key(site, valkey, signed):
    for kind, code in (NEWS, ("ITEM", "LOGIN_REPAIRED"), ("ITEM", "ERROR")):
        event = {"webhook_type": kind, "webhook_code": code, "item_id": "item-of-nobody", "error": LOGIN_REQUIRED}
        assert site.app.test_client().post(PATH, **signed(**event)).status_code == 200
    assert valkey.call("DBSIZE") == 0


def forgeries(local_plaid, item_id):
    """SECURITY.md, input 23, and its neighbours: bodies and headers of webhooks that would delete the copy."""
    event = {"webhook_type": "ITEM", "webhook_code": "USER_PERMISSION_REVOKED", "item_id": item_id}
    body, other = json.dumps(event, indent=2).encode(), json.dumps(event | {"item_id": "another"}).encode()
    sign, now = local_plaid.world.postman.key.sign, datetime.now(UTC)
    good = sign(body, now)
    head, claims, signature = good.split(".")
    yield "none", body, f"{encoded(alg='none', kid=kid_of(head))}.{claims}."
    yield "HS256", body, f"{encoded(alg='HS256', kid=kid_of(head))}.{claims}.{signature}"
    yield "wrong kid", body, f"{encoded(alg='ES256', kid='another')}.{claims}.{signature}"
    yield "301 s old", body, sign(body, now - timedelta(seconds=302))
    yield "of the future", body, sign(body, now + timedelta(seconds=302))
    yield "serialised anew", json.dumps(event).encode(), good
    yield "signed for another body", body, sign(other, now)
    yield "without its last character", body, good[:-1]
    yield "nothing", body, ""


def encoded(**fields) -> str:
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).rstrip(b"=").decode()


def kid_of(head: str) -> str:
    return json.loads(base64.urlsafe_b64decode(head + "=="))["kid"]


def test_input_23_no_forged_webhook_changes_anything_in_valkey(site, valkey, visitor, local_plaid):
    name = name_of(site, visitor)
    before, ends = fields_of(valkey, name), valkey.call("PEXPIRETIME", name)
    client = site.app.test_client()
    for what, body, header in forgeries(local_plaid, item_of(site, visitor)):
        headers = {"Content-Type": "application/json"} | ({"Plaid-Verification": header} if header else {})
        answer = client.post(PATH, data=body, headers=headers)
        assert answer.status_code == 401, what
        assert (fields_of(valkey, name), valkey.call("PEXPIRETIME", name)) == (before, ends), what
    assert live(visitor).cache == ("hit",)


def test_plaid_is_asked_to_send_a_deletion_again_that_valkey_did_not_take(local_plaid, valkey, token, signed):
    with Gate(valkey.url) as gate, hybrid_site(local_plaid.url, gate.url.replace("http", "redis")) as site:
        browser = site.connected(token)
        live(browser)
        name, event = name_of(site, browser), {"webhook_type": "ITEM", "webhook_code": REVOKED[0]}
        event["item_id"] = item_of(site, browser)
        gate.shut()
        answer = site.app.test_client().post(PATH, **signed(**event))
        assert (answer.status_code, answer.json["code"]) == (503, "cache_unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert b"rows" in fields_of(valkey, name)
        gate.open()
        assert until_taken(site, signed, event) == 200
        assert b"rows" not in fields_of(valkey, name)


def test_plaid_is_asked_to_send_it_again_where_valkey_takes_no_writes(site, valkey, visitor, tell):
    name = name_of(site, visitor)
    valkey.call("REPLICAOF", "127.0.0.1", 9)
    try:
        assert tell("ITEM", REVOKED[0]).status_code == 503
        assert b"rows" in fields_of(valkey, name)
    finally:
        valkey.call("REPLICAOF", "NO", "ONE")
    assert tell("ITEM", REVOKED[0]).status_code == 200
    assert b"rows" not in fields_of(valkey, name)


def until_taken(site, signed, event) -> int:
    """As Plaid does: again, a while later."""
    wait_until(lambda: site.app.test_client().post(PATH, **signed(**event)).status_code == 200, seconds=15)
    return site.app.test_client().post(PATH, **signed(**event)).status_code
