"""What a person does with Keepless, in Chromium."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.browser,
    # A browser that leaves while a file is sent to it may leave the file to the garbage collector of the test's server.
]

FORGED = "v1.AAAAAAAA.bm90IG91cnM"


def connect(page, user="demo", button="Choose your bank"):
    """Connects a bank through the dialog of Link."""
    page.get_by_role("button", name=button).click()
    page.frame_locator("iframe[data-local-plaid]").locator(f"[data-user='{user}']").first.click()


def paste(page, token):
    page.get_by_role("textbox", name="Access token").fill(token)
    page.get_by_role("button", name="Use this token").click()


def cookies(page):
    return {cookie["name"]: cookie for cookie in page.context.cookies()}


def accounts_of_each_bank(page):
    """A table for each bank that answered, in the view that has them."""
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Banks").click()
    return page.get_by_role("table", name="Accounts at")


def states(local_plaid):
    return sorted(item["state"] for item in local_plaid.items())


def test_connect_the_demo_household_see_the_dashboard_add_a_bank_and_log_out(visit, local_plaid):
    page = visit()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Leave nothing behind")
    connect(page)
    expect(page.get_by_text("spent so far").first).to_be_visible()
    for heading in ("Overview", "Due next", "Limits used", "Months"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    for view in ("Credit", "Spending", "Recurring", "Transactions", "Banks"):
        page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()
        expect(page.get_by_role("heading", name=view, exact=True, level=1)).to_be_focused()
    assert cookies(page)["keepless-local"]["httpOnly"]
    assert "keepless-tz" in cookies(page)  # the script has told the time zone

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Add a bank").click()
    connect(page, "user_good", "Choose another bank")
    expect(accounts_of_each_bank(page)).to_have_count(2)

    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Disconnected. Nothing is held.")
    assert states(local_plaid) == ["removed", "removed"]
    assert cookies(page) == {}
    page.goto("/")
    expect(page.get_by_role("button", name="Choose your bank")).to_be_visible()


def test_staying_connected_for_30_days_is_a_choice_beside_the_button(visit, site):
    page = visit()
    page.get_by_role("checkbox", name="Keep me connected").check()
    connect(page)
    expect(page.get_by_text("spent so far").first).to_be_visible()
    site.ahead = timedelta(days=20)
    page.reload()
    expect(page.get_by_text("spent so far").first).to_be_visible()


def test_closing_the_dialog_connects_nothing_and_leaves_the_button_ready(visit, local_plaid):
    page = visit()
    button = page.get_by_role("button", name="Choose your bank")
    button.click()
    page.frame_locator("iframe[data-local-plaid]").locator("[data-exit]").click()
    expect(page.locator("iframe")).to_have_count(0)
    expect(button).not_to_have_attribute("aria-disabled", "true")
    assert states(local_plaid) == []
    connect(page)
    expect(page.get_by_text("spent so far").first).to_be_visible()


def test_two_quick_clicks_open_one_dialog(visit):
    page = visit()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "link-token" in request.url else None)
    page.get_by_role("button", name="Choose your bank").dblclick()
    expect(page.locator("iframe")).to_have_count(1)
    assert len(asked) == 1


def test_a_plaid_that_fails_is_said_beside_the_button(visit, local_plaid):
    page = visit()
    local_plaid.fault("/link/token/create", error_code="INVALID_API_KEYS", error_type="INVALID_INPUT", status=400)
    button = page.get_by_role("button", name="Choose your bank")
    button.click()
    expect(page.get_by_role("alert").first).to_contain_text("Plaid refuses this installation")
    local_plaid.end_faults()
    connect(page)
    expect(page.get_by_text("spent so far").first).to_be_visible()


def test_a_link_script_that_is_held_back_is_said_beside_the_button(visit):
    page = visit("/promise")
    page.route("**/link-initialize.js", lambda route: route.abort())
    page.goto("/")
    page.get_by_role("button", name="Choose your bank").click()
    expect(page.get_by_role("alert").first).to_contain_text("did not load")


def test_the_whole_journey_works_without_javascript(visit, local_plaid):
    page = visit(javascript=False)
    expect(page.get_by_role("button", name="Choose your bank")).to_have_count(0)
    expect(page.get_by_text("needs JavaScript")).to_be_visible()
    paste(page, "not a token")
    expect(page.get_by_role("alert").filter(has_text="does not look like")).to_be_visible()
    paste(page, local_plaid.connect("demo"))
    expect(page.get_by_text("spent so far").first).to_be_visible()
    page.get_by_role("combobox", name="Category").select_option("FOOD_AND_DRINK")
    page.get_by_role("textbox", name="At least").fill("20")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("textbox", name="At least")).to_have_value("20")
    page.get_by_role("link", name="Show all").click()
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_text("Page 2 of")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Disconnected. Nothing is held.")
    assert states(local_plaid) == ["removed"]


def test_an_expired_session_disconnects_by_itself(visit, site, local_plaid):
    page = visit()
    paste(page, local_plaid.connect("demo"))
    expect(page.get_by_text("spent so far").first).to_be_visible()
    site.ahead = timedelta(days=8)
    page.goto("/", wait_until="commit")
    expect(page.get_by_role("heading", level=1)).to_have_text("Disconnected. Nothing is held.")
    assert states(local_plaid) == ["removed"]
    assert cookies(page) == {}


def test_an_expired_session_disconnects_by_a_button_without_javascript(visit, site, local_plaid):
    page = visit(javascript=False)
    paste(page, local_plaid.connect("demo"))
    site.ahead = timedelta(days=8)
    page.goto("/")
    assert states(local_plaid) == ["live"]
    page.get_by_role("button", name="Disconnect and start anew").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Disconnected. Nothing is held.")
    assert states(local_plaid) == ["removed"]


def test_a_bank_that_asks_for_its_login_is_repaired_in_links_update_mode(visit, local_plaid):
    page = visit()
    connect(page)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Add a bank").click()
    broken = local_plaid.connect("user_good")
    paste(page, broken)
    expect(accounts_of_each_bank(page)).to_have_count(2)
    local_plaid.call("/sandbox/item/reset_login", {"access_token": broken})
    page.goto("/setup")  # a reload would be shown what this browser holds of a moment ago
    page.goto("/")
    card = page.get_by_role("article").filter(has_text="ITEM_LOGIN_REQUIRED")
    expect(card).to_contain_text("Your other banks are shown below")
    expect(accounts_of_each_bank(page)).to_have_count(1)
    posted = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    card.get_by_role("link", name="Log in to").click()
    page.locator("[data-reconnect]:visible").get_by_role("button").click()
    page.frame_locator("iframe[data-local-plaid]").locator("[data-repair]").click()
    expect(accounts_of_each_bank(page)).to_have_count(2)
    assert len(local_plaid.items()) == 2
    assert any(url.endswith("/api/link-token") for url in posted)
    assert not any("exchange" in url for url in posted), "the token of a repaired bank stays the same"


def test_a_bank_that_is_not_ready_shows_up_by_itself(visit, local_plaid):
    page = visit()
    local_plaid.fault("/transactions/get", error_code="PRODUCT_NOT_READY", error_type="ITEM_ERROR", status=400)
    paste(page, local_plaid.connect("demo"))
    expect(page.get_by_text("asked again by itself")).to_be_visible()
    local_plaid.end_faults()
    expect(page.get_by_text("spent so far").first).to_be_visible(timeout=15_000)


def test_an_unreadable_cookie_is_explained_and_stays_until_it_is_forgotten_on_purpose(visit, site):
    page = visit("/promise")
    page.context.add_cookies([{"name": "keepless-local", "value": FORGED, "url": site.url}])
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your session cannot be opened")
    assert cookies(page)["keepless-local"]["value"] == FORGED
    page.get_by_role("button", name="Forget this cookie").click()
    expect(page.get_by_role("button", name="Choose your bank")).to_be_visible()
    assert "keepless-local" not in cookies(page)


@pytest.mark.parametrize("width", [360, 768, 1440, 2200])
def test_no_page_is_wider_than_its_window(connected, width):
    page = connected(width=width)
    for view in ("overview", "credit", "spending", "recurring", "transactions", "banks"):
        page.goto(f"/#{view}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("Asked", exact=False).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view
    for path in ("/statement", "/?days=730", "/setup", "/status", "/promise", "/nowhere"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_everything_is_reached_with_the_keyboard(visit, local_plaid):
    page = visit()
    expect(page.get_by_role("button", name="Choose your bank")).to_be_visible()  # the script has run
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Choose your bank")).to_be_focused()
    page.keyboard.press("Enter")
    frame = page.frame_locator("iframe[data-local-plaid]")
    frame.locator("[data-user='demo']").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("spent so far").first).to_be_visible()
    assert states(local_plaid) == ["live"]


def test_a_very_long_name_makes_no_page_wider_than_the_phone(visit, local_plaid):
    today = datetime.now(ZoneInfo("America/New_York")).date()  # the browser's
    name = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft"
    bought = {
        "date_transacted": str(today),
        "date_posted": str(today),
        "amount": 20,
        "description": name,
        "currency": "USD",
    }
    card = {"type": "credit", "subtype": "credit card", "starting_balance": 400, "meta": {"name": name}}
    login = json.dumps({"override_accounts": [{**card, "transactions": [bought]}]})
    page = visit("/setup", width=390)
    paste(page, local_plaid.connect("user_custom", login))
    for view in ("overview", "credit", "spending", "transactions", "banks"):
        page.goto(f"/#{view}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("Asked", exact=False).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, view
    page.goto("/statement")
    expect(page.locator(".ledger")).to_contain_text(name)
    page.wait_for_load_state()  # the text is there before the style that breaks it
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
