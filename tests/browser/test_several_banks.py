"""Several banks in a real browser: two tabs that connect at once (R15), and letting one bank go."""

import pytest
from browser.test_journey import connect, states
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def at_once():
    """Has each page connect a bank through Link, and lets their exchanges go to the server at the same moment."""

    def connect_at_once(pages, button):
        held = []
        for page in pages:
            page.route("**/api/exchange", lambda route: held.append(route))  # noqa: PLW0108  Playwright marks its handlers
            with page.expect_request("**/api/exchange"):
                connect(page, button=button)
        while len(held) < len(pages):
            pages[0].wait_for_timeout(10)
        for route in held:
            route.continue_()
        for page in pages:
            page.wait_for_url(lambda address: "/setup" not in address)

    return connect_at_once


def banks_held(page):
    return {bank["item_id"] for bank in page.request.get("/api/what-you-hold").json()["at_plaid"]}


def sealed_cookies(page):
    return [cookie for cookie in page.context.cookies() if cookie["name"].startswith("keepless-local")]


@pytest.mark.parametrize("before", [0, 1], ids=["first banks", "further banks"])
def test_r15_two_tabs_of_one_browser_that_connect_at_once_lose_neither_bank(visit, at_once, local_plaid, before):
    first = visit("/setup")
    for _ in range(before):
        connect(first)
        first.wait_for_url(lambda address: "/setup" not in address)
        first.goto("/setup")
    second = first.context.new_page()
    second.goto("/setup")
    # Slow enough that no answer is there before both requests were sent.
    local_plaid.fault("/item/public_token/exchange", latency_ms=700)
    at_once([first, second], "Choose another bank" if before else "Choose your bank")
    local_plaid.end_faults()
    assert banks_held(first) == {item["item_id"] for item in local_plaid.items()}
    assert len(local_plaid.items()) == before + 2
    first.goto("/statement")
    expect(first.locator("table.accounts")).to_have_count(before + 2)
    first.get_by_role("button", name="Log out").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Disconnected. Nothing is held.")
    assert states(local_plaid) == ["removed"] * (before + 2)
    assert sealed_cookies(first) == []


def test_one_bank_is_let_go_without_javascript_and_the_other_stays(visit, local_plaid):
    page = visit("/setup", javascript=False)
    for user in ("demo", "user_good"):
        page.goto("/setup")
        page.get_by_role("textbox", name="Access token").fill(local_plaid.connect(user))
        page.get_by_role("button", name="Use this token").click()
    expect(page.locator("table.accounts")).to_have_count(2)
    page.get_by_role("button", name="Disconnect First Platypus Bank").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("is disconnected")
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    assert states(local_plaid) == ["live", "removed"]
    page.get_by_role("link", name="Back to your statement").click()
    expect(page.locator("table.accounts")).to_have_count(1)
    page.get_by_role("button", name="Disconnect First Platypus Bank").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nothing is held")
    assert states(local_plaid) == ["removed", "removed"]
    assert page.context.cookies() == []
