"""Bad inputs 1 to 11 where a program meets them: the JSON and the pages, with the real session behind them."""

import base64
from datetime import timedelta

import pytest
from support.website import NOWHERE, session_cookie, set_session, sets_session, website

from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring
from keepless.adapters.sealing.keyring import generate as new_key
from keepless.web.arrivals import name_of
from keepless.web.session import LOCAL_NAME, PURPOSE

READS = ("/api/dashboard", "/api/transactions", "/api/spending-analysis")
PAGES = ("/", "/setup")


def assert_refused(browser, code="session_unreadable"):
    """Every JSON read is 401 with the code, no page fails, and no answer touches the cookie."""
    before = session_cookie(browser)
    for path in READS:
        answer = browser.get(path)
        assert (answer.status_code, answer.json["code"]) == (401, code), path
        assert not sets_session(answer)
    for path in PAGES:
        answer = browser.get(path)
        assert answer.status_code in {200, 401}, path
        assert not sets_session(answer)
    for path, body in (("/api/link-token", {}), ("/api/exchange", {"public_token": "public-sandbox-x"})):
        if code != "session_missing":
            answer = browser.post(path, json=body)
            assert (answer.status_code, answer.json["code"]) == (401, code), path
            assert not sets_session(answer)
    assert session_cookie(browser) == before


def test_input_1_no_cookie_is_401_or_setup(site):
    assert_refused(site.browser(), "session_missing")


@pytest.mark.parametrize("text", ["x", "v1", "v1..", "v1.00000000.", "x" * 100_000, "v1.%C3%A9", "%00", "\x7f", '"a"'])
def test_input_2_text_that_was_never_sealed_is_401(site, text):
    browser = site.raw_browser()
    headers = {"Cookie": f"{LOCAL_NAME}={text}"}
    for path in READS:
        answer = browser.get(path, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (401, "session_unreadable"), path
        assert not sets_session(answer)
    assert browser.get("/", headers=headers).status_code in {200, 401}


def test_input_2_an_empty_cookie_is_none(site):
    answer = site.raw_browser().get("/api/dashboard", headers={"Cookie": f"{LOCAL_NAME}="})
    assert (answer.status_code, answer.json["code"]) == (401, "session_missing")


def test_input_2_a_nul_or_other_bytes_in_the_header_never_make_a_500(site):
    client = site.raw_browser()
    for text in ("a\x00b", "\xff\xfe", "v1.a.\x00", "v1.\xc3\xa9"):
        answer = client.get("/api/dashboard", environ_overrides={"HTTP_COOKIE": f"{LOCAL_NAME}={text}"})
        assert answer.status_code == 401


def test_input_3_any_flipped_bit_is_401(site, visitor):
    sealed = session_cookie(visitor)
    whole = site.raw_browser().get("/api/dashboard", headers={"Cookie": f"{LOCAL_NAME}={sealed}"})
    assert whole.status_code == 200
    _, _, body = sealed.rpartition(".")
    raw = bytearray(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    for place in range(0, len(raw) * 8, 97):
        raw[place // 8] ^= 1 << place % 8
        flipped = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
        raw[place // 8] ^= 1 << place % 8
        answer = site.raw_browser().get(
            "/api/dashboard", headers={"Cookie": f"{LOCAL_NAME}={sealed[: -len(body)]}{flipped}"}
        )
        assert answer.status_code == 401
        assert not answer.headers.getlist("Set-Cookie")


@pytest.mark.parametrize(
    "change", [lambda s: s + "=", lambda s: s + "A", lambda s: s[:-1], lambda s: s.replace(".", ". ", 1)]
)
def test_input_4_another_spelling_of_the_same_text_is_401(site, visitor, change):
    set_session(visitor, change(session_cookie(visitor)))
    assert_refused(visitor)


def test_input_5_a_key_that_is_not_listed_is_401_and_counted(site, visitor):
    with website(NOWHERE) as other:
        browser = other.browser()
        set_session(browser, session_cookie(visitor))
        assert_refused(browser)
        assert b'keepless_sessions_unreadable_total{reason="unknown_key"}' in other.parts.metrics.exposition()


def test_input_6_an_older_listed_key_is_200_and_sealed_anew_at_the_next_post(local_plaid):
    old, new = new_key(), new_key()
    with website(local_plaid.url, keys=old) as before:
        visitor = before.connected(local_plaid.connect("demo"))
        sealed, until = session_cookie(visitor), before.vault_of(visitor).expires_at
    with website(local_plaid.url, keys=f"{new},{old}") as after:
        browser = after.browser()
        set_session(browser, sealed)
        answer = browser.get("/api/dashboard")
        assert answer.status_code == 200
        assert not sets_session(answer)
        assert browser.post("/api/link-token", json={}).status_code == 200
        assert session_cookie(browser) != sealed
        assert after.envelope.is_newest(session_cookie(browser))
        assert after.vault_of(browser).expires_at == until


def test_input_7_a_cookie_from_the_future_is_401(site, visitor):
    site.clock.ahead = -timedelta(minutes=5)
    assert_refused(visitor)


def test_input_8_an_expired_session_may_only_revoke(site, visitor, local_plaid):
    asked = [item["calls"] for item in local_plaid.items()]
    site.clock.ahead = timedelta(days=8)
    assert_refused(visitor, "session_expired")
    assert [item["calls"] for item in local_plaid.items()] == asked
    assert visitor.post("/logout").status_code == 200
    assert [item["state"] for item in local_plaid.items()] == ["removed"]
    assert session_cookie(visitor) is None
    assert visitor.get("/").status_code == 200


@pytest.mark.parametrize("purpose", ["readiness", "cache", "recovery", ""])
def test_input_9_a_text_sealed_for_another_purpose_is_401(site, visitor, purpose):
    plaintext = site.envelope.open(PURPOSE, session_cookie(visitor))
    set_session(visitor, site.envelope.seal(purpose, plaintext))
    assert_refused(visitor)


def test_input_10_a_sandbox_cookie_is_401_in_production(local_plaid):
    key = new_key()
    with website(local_plaid.url, keys=key, environment="sandbox") as sandbox:
        visitor = sandbox.connected(local_plaid.connect("demo"))
        sealed = session_cookie(visitor)
    with website(local_plaid.url, keys=key, environment="production") as production:
        browser = production.browser()
        set_session(browser, sealed)
        assert_refused(browser)
        assert Envelope(Keyring.parse(key), "sandbox").open(PURPOSE, sealed)


@pytest.mark.parametrize(
    "shadow", [LOCAL_NAME, f" {LOCAL_NAME}", f"{LOCAL_NAME} ", f"\t{LOCAL_NAME}", f"\xa0{LOCAL_NAME}"]
)
def test_input_11_a_cookie_that_shadows_ours_is_400(site, visitor, shadow):
    header = f"{LOCAL_NAME}={session_cookie(visitor)}; {shadow}=x"
    for path in READS:
        answer = site.raw_browser().get(path, environ_overrides={"HTTP_COOKIE": header})
        assert (answer.status_code, answer.json["code"]) == (400, "bad_cookie")
        assert not sets_session(answer)


@pytest.mark.parametrize("host", ["keepless.example", "10.0.0.5", "localhost.example", "127.0.0.1.example"])
def test_r2_no_session_over_plain_http_but_on_this_machine(site, host):
    for method, path in (("GET", "/api/dashboard"), ("POST", "/api/link-token")):
        answer = site.browser().open(
            path, method=method, base_url=f"http://{host}", json={} if method == "POST" else None
        )
        assert (answer.status_code, answer.json["code"]) == (403, "insecure_transport")
    assert site.browser().get("/health", base_url=f"http://{host}").status_code == 200


def test_r2_over_https_the_cookie_is_bound_to_the_host(site, local_plaid):
    browser = site.browser()
    body = {"institution_id": "ins_109508", "initial_products": ["transactions"]}
    made = local_plaid.call("/sandbox/public_token/create", body)[1]["public_token"]
    answer = browser.post("/api/exchange", json={"public_token": made}, base_url="https://keepless.example")
    lines = answer.headers.getlist("Set-Cookie")
    names = [line.partition(".")[0] for line in lines]
    item = answer.json["bank"]["item_id"]
    assert names == ["__Host-keepless=v1", f"{name_of(item, secure=True)}=v1"]
    for line in lines:
        _, *attributes = line.split("; ")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
        assert not any(attribute.startswith("Domain") for attribute in attributes)


def test_r2_a_forwarded_scheme_is_the_servers_to_believe_and_not_ours(site):
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    answer = site.browser().get("/api/dashboard", base_url="http://keepless.example", headers=said)
    assert answer.json["code"] == "insecure_transport"


def test_r1_r3_r13_logging_out_removes_the_banks_and_clears_the_cookie(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo"), local_plaid.connect("user_good"))
    copied = session_cookie(visitor)
    assert visitor.post("/logout").status_code == 200
    assert [item["state"] for item in local_plaid.items()] == ["removed", "removed"]
    assert session_cookie(visitor) is None
    # R3: a copy of the cookie made before opens nothing any more, for its banks are gone at Plaid.
    thief = site.browser()
    set_session(thief, copied)
    answer = thief.get("/api/dashboard").json
    assert answer["banks"] == []
    assert len(answer["problems"]) == 2


def test_r13_a_bank_that_could_not_be_removed_is_kept(site, visitor, local_plaid):
    local_plaid.fault("/item/remove", error_code="INTERNAL_SERVER_ERROR", error_type="API_ERROR", status=500)
    assert visitor.post("/logout").status_code == 502
    assert len(site.vault_of(visitor).banks) == 1
    local_plaid.end_faults()
    assert visitor.post("/logout").status_code == 200
    assert session_cookie(visitor) is None
