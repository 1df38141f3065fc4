"""R16: no unsafe request from elsewhere."""

import pytest
from support.website import session_cookie, sets_session, website

from keepless.adapters.memory_accounts import MemoryStores


@pytest.fixture(scope="module")
def members_site():
    """A site with every route there is, those of accounts too."""
    with website(stores=MemoryStores()) as site:
        yield site


UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def unsafe_routes(app):
    return [
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in rule.methods & set(UNSAFE)
        if rule.endpoint not in ("json.plaid_webhook", "json.billing_webhook")
    ]


def answers_to(site, headers, base_url="http://localhost"):
    client = site.app.test_client()
    return {
        (method, path): client.open(path, method=method, headers=headers, base_url=base_url)
        for method, path in unsafe_routes(site.app)
    }


def test_r16_every_unsafe_route_is_in_the_matrix(lone_site):
    without_accounts = set(unsafe_routes(lone_site.app))
    with website(stores=MemoryStores()) as members:
        of_accounts = set(unsafe_routes(members.app)) - without_accounts
    assert of_accounts == {
        ("POST", "/sign-in"),
        ("POST", "/sign-in/<nonce>"),
        ("POST", "/account/end"),
        ("POST", "/account/trends"),
        ("POST", "/api/sign-in"),
        ("POST", "/api/sign-in/confirm"),
        ("POST", "/api/sessions/end"),
        ("POST", "/api/trends/store"),
    }
    assert without_accounts == {
        ("POST", "/delete-me"),
        ("DELETE", "/api/delete-me"),
        ("POST", "/recovery"),
        ("POST", "/recovery/restore"),
        ("POST", "/recovery/revoke"),
        ("POST", "/rotate"),
        ("POST", "/api/recovery"),
        ("POST", "/api/recovery/restore"),
        ("POST", "/api/recovery/revoke"),
        ("POST", "/api/rotate-tokens"),
        ("POST", "/setup"),
        ("POST", "/logout"),
        ("POST", "/disconnect"),
        ("POST", "/language"),
        ("POST", "/api/disconnect"),
        ("POST", "/api/link-token"),
        ("POST", "/api/link-done"),
        ("POST", "/api/exchange"),
        ("POST", "/api/export"),
        ("POST", "/api/trends"),
        ("POST", "/api/trends/export"),
        ("POST", "/api/trends/import"),
        ("POST", "/api/trends/forget"),
    }


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "Same-Origin"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost:81"},
        {"Origin": "http://localhost.elsewhere.example"},
        {"Origin": "http://elsewhere.example"},
        {"Origin": "http://localhost, http://elsewhere.example"},
        {"Referer": "http://localhost/setup"},
    ],
    ids=str,
)
def test_r16_a_request_from_elsewhere_is_refused_on_every_unsafe_route(members_site, headers):
    for route, answer in answers_to(members_site, headers).items():
        assert answer.status_code == 403, route
        assert not sets_session(answer)
        assert "cross_site" in answer.text


@pytest.mark.parametrize(
    ("headers", "base_url"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, "http://localhost"),
        ({"Origin": "http://localhost"}, "http://localhost"),
        ({"Origin": "http://localhost:5001"}, "http://localhost:5001"),
        ({"Origin": "https://keepless.example"}, "https://keepless.example"),
    ],
)
def test_r16_a_request_of_our_own_pages_gets_past_the_guard(members_site, headers, base_url):
    for route, answer in answers_to(members_site, headers, base_url).items():
        assert "came from elsewhere" not in answer.text, route
        assert "cross_site" not in answer.text, route


@pytest.mark.parametrize("method", UNSAFE)
def test_r16_an_unsafe_method_from_elsewhere_is_refused_where_there_is_no_such_route(members_site, method):
    assert members_site.app.test_client().open("/api/delete-me", method=method).status_code == 403


def test_r16_webhooks_come_from_elsewhere_and_prove_themselves(members_site):
    answer = members_site.app.test_client().post("/api/webhooks/plaid", headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.json["code"]) == (401, "webhook_refused")


def test_r16_logout_is_never_a_get(members_site):
    assert members_site.browser().get("/logout").status_code == 405


def test_r16_a_forged_logout_leaves_the_session(site, visitor):
    before = session_cookie(visitor)
    answer = visitor.post("/logout", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert session_cookie(visitor) == before
    assert visitor.get("/api/dashboard").json["problems"] == []
