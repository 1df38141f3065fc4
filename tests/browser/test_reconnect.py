"""Logging in to a bank again: from the statement and from its own address, before and after the permission ends."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def connected(visit):
    """Opens a browser with this token's bank connected, on the setup page."""

    def open_with(token):
        page = visit("/setup")
        page.get_by_role("textbox", name="Access token").fill(token)
        page.get_by_role("button", name="Use this token").click()
        page.wait_for_function("() => location.pathname === '/'")
        return page

    return open_with


def repair(page):
    page.frame_locator("iframe[data-local-plaid]").locator("[data-repair]").click()
    page.wait_for_function("() => location.pathname === '/'")


def errors(local_plaid):
    return [item["error"] for item in local_plaid.items()]


def test_a_bank_that_wants_a_new_login_is_repaired_at_its_own_address(connected, local_plaid):
    token = local_plaid.connect("user_good")
    page = connected(token)
    local_plaid.call("/sandbox/item/reset_login", {"access_token": token})
    (item,) = local_plaid.items()
    page.goto(f"/setup#reconnect={item['item_id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in to First Platypus Bank again")
    expect(page).to_have_title("Log in to First Platypus Bank again · Keepless")
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(1)
    page.get_by_role("button", name="Log in to First Platypus Bank").click()
    repair(page)
    assert errors(local_plaid) == [None]


def test_the_statements_own_button_repairs_too(connected, local_plaid):
    token = local_plaid.connect("user_good")
    page = connected(token)
    local_plaid.call("/sandbox/item/reset_login", {"access_token": token})
    page.goto("/statement")
    page.get_by_role("button", name="Log in to First Platypus Bank again").click()
    repair(page)
    assert errors(local_plaid) == [None]


def test_a_permission_that_ends_soon_is_said_with_its_day_and_renewed(connected, local_plaid, site):
    token = local_plaid.connect("user_good")
    page = connected(token)
    ends_at = site.now().replace(hour=18, minute=0) + timedelta(days=6)
    local_plaid.call("/sandbox/consent", {"access_token": token, "ends_at": ends_at.isoformat()})
    page.goto("/statement")
    expect(page.get_by_text(f"First Platypus Bank ends its permission on {ends_at.day} ")).to_be_visible()
    page.get_by_role("link", name="Log in to First Platypus Bank again").click()
    page.get_by_role("button", name="Log in to First Platypus Bank").click()
    repair(page)
    page.goto("/statement")
    expect(page.get_by_text("spent so far").first).to_be_visible()
    expect(page.get_by_text("ends its permission")).to_have_count(0)


def test_a_webhook_that_warns_of_the_end_is_shown_and_a_new_login_ends_it(connected, local_plaid, site):
    token = local_plaid.connect("user_good", webhook=f"{site.url}/api/webhooks/plaid")
    page = connected(token)
    fired = local_plaid.call(
        "/sandbox/item/fire_webhook", {"access_token": token, "webhook_code": "PENDING_DISCONNECT"}
    )
    assert fired[1]["webhook_fired"]
    sentence = page.get_by_text("First Platypus Bank ends its permission on")
    page.goto("/statement")
    for _ in range(50):
        if sentence.count():
            break
        page.reload()
    expect(sentence).to_be_visible()
    page.get_by_role("link", name="Log in to First Platypus Bank again").click()
    page.get_by_role("button", name="Log in to First Platypus Bank").click()
    repair(page)
    page.goto("/statement")
    expect(page.get_by_text("spent so far").first).to_be_visible()
    expect(sentence).to_have_count(0)


def test_a_bank_with_a_login_of_its_own_is_repaired_there(connected, local_plaid):
    token = local_plaid.connect("user_good", institution="ins_127287")
    page = connected(token)
    local_plaid.call("/sandbox/item/reset_login", {"access_token": token})
    (item,) = local_plaid.items()
    page.goto(f"/setup#reconnect={item['item_id']}")
    page.get_by_role("button", name="Log in to Platypus OAuth Bank").click()
    page.frame_locator("iframe[data-local-plaid]").locator("[data-repair]").click()
    page.locator("[data-allow]").click()
    page.wait_for_function("() => location.pathname === '/'")
    assert errors(local_plaid) == [None]
    assert {cookie["name"] for cookie in page.context.cookies()} & {"keepless-local-link"} == set()


@pytest.mark.parametrize("fragment", ["another-item", "", "%3Cscript%3E", "x" * 100])
def test_a_bank_that_is_not_connected_here_is_said_to_be_unknown(connected, local_plaid, fragment):
    page = connected(local_plaid.connect("user_good"))
    page.goto(f"/setup#reconnect={fragment}")
    expect(page.get_by_role("heading", level=1)).to_have_text("This bank is not connected here")
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    page.locator("main").get_by_role("link", name="Your statement").click()
    page.wait_for_function("() => location.pathname === '/'")


def test_without_a_session_the_same_address_says_so_too(visit):
    page = visit("/setup#reconnect=some-item")
    expect(page.get_by_role("heading", level=1)).to_have_text("This bank is not connected here")
    expect(page.get_by_role("link", name="Start page", exact=True)).to_be_visible()


def test_the_fragment_selects_while_the_page_is_open(connected, local_plaid):
    page = connected(local_plaid.connect("user_good"))
    (item,) = local_plaid.items()
    page.goto("/setup")
    expect(page.get_by_role("heading", level=1)).to_have_text("Add a bank")
    page.evaluate("(id) => { location.hash = `reconnect=${id}`; }", item["item_id"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in to First Platypus Bank again")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.evaluate("() => { location.hash = ''; }")
    expect(page.get_by_role("heading", level=1)).to_have_text("Add a bank")
    expect(page).to_have_title("Add a bank · Keepless")
    expect(page.get_by_role("button", name="Choose another bank")).to_be_visible()
