"""A whole visit in Chromium, of which every body, address and storage is searched for what is secret."""

import re

import pytest
from browser.test_journey import connect
from browser.test_privacy import STORED
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

VIEWS = ("overview", "credit", "spending", "trends", "recurring", "transactions", "banks")
READS = ("/api/what-you-hold", "/api/dashboard", "/api/transactions", "/api/export?format=csv", "/openapi.json")
PREFERENCES = '{"incognito":true,"keys":true}'


@pytest.fixture
def recorded(visit, site):
    """A page before its first visit; our addresses that it asks for, the bodies that our interface answers with."""
    page = visit(None)
    addresses, bodies = [], {}

    def answer(route):
        response = route.fetch(max_redirects=0)
        bodies.setdefault(route.request.url, []).append(response.text())
        route.fulfill(response=response)

    # Plaid's own dialog may do as it likes with its link token.
    page.on("request", lambda request: addresses.append(request.url) if request.url.startswith(site.url) else None)
    page.context.route(re.compile(re.escape(site.url) + r"/api/"), answer)
    return page, addresses, bodies


def settled(page):
    expect(page.locator(".progress").get_by_role("status")).to_contain_text("Asked ")


def test_no_token_and_no_sealed_cookie_is_in_any_body_address_or_storage(recorded, local_plaid):
    page, addresses, bodies = recorded
    page.goto("/")
    connect(page)
    settled(page)
    page.get_by_role("link", name="Add a bank").first.click()
    connect(page, "user_good", "Choose another bank")
    settled(page)
    for view in VIEWS:
        page.goto(f"/#{view}?q=e")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="Hide figures").click()
    page.goto("/#banks")
    page.get_by_role("button", name="Ask again").click()
    settled(page)
    for path in ("/", "/setup", "/statement", "/status", "/promise", *READS):
        bodies[path] = [page.evaluate("(path) => fetch(path).then((answer) => answer.text())", path)]
    stored = page.evaluate(STORED)
    sealed = [each["value"] for each in page.context.cookies() if each["name"].startswith("keepless-local")]
    tokens = [item["access_token"] for item in local_plaid.items()]
    assert (len(tokens), len(sealed) >= 1) == (2, True)

    text = "\n".join(body for answers in bodies.values() for body in answers)
    for found in ('"type":"bank"', 'id="f-q"', *(item["item_id"] for item in local_plaid.items())):
        assert found in text, "the search finds what is there"
    for secret in (*tokens, *sealed):
        assert not [address for address, answers in bodies.items() if any(secret in body for body in answers)]
        assert secret not in str(stored)
        assert not [address for address in addresses if secret in address]
    assert not re.search(r"\baccess-\w+-[0-9a-f]{8}-", text + str(stored) + "".join(addresses))
    assert not [address for address in addresses if re.search(r"\b(?:public|link)-\w+-[0-9a-f]{8}-", address)]

    assert stored["local"] == {"keepless.preferences": PREFERENCES}
    assert (stored["session"], stored["databases"], stored["files"]) == ({}, [], [])
    readable = {pair.partition("=")[0] for pair in stored["cookies"].split("; ")}
    assert readable <= {"keepless-tz", "keepless-hints", "keepless-lang"}
