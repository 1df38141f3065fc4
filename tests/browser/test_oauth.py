"""A bank whose login leaves the page: there, back, and everything that can go wrong on the way."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

OAUTH_BANK = "[data-institution='ins_127287']"


@pytest.fixture
def home(site):
    """The site under another name than the local Plaid's, so that the way back is a navigation from another site."""
    return site.url.replace("127.0.0.1", "localhost")


def leave(page, button="Choose your bank"):
    """Chooses the bank with a login of its own, whose page then is there."""
    page.get_by_role("button", name=button).click()
    page.frame_locator("iframe[data-local-plaid]").locator(OAUTH_BANK).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Platypus OAuth Bank")


def cookies(page):
    return {cookie["name"]: cookie for cookie in page.context.cookies()}


def live(local_plaid):
    return [item for item in local_plaid.items() if item["state"] == "live"]


def title(page):
    return page.get_by_role("heading", level=1)


def test_a_person_leaves_for_their_bank_allows_it_and_is_back_with_the_bank_connected(visit, home, local_plaid):
    page = visit(home + "/setup")
    leave(page)
    assert page.url.startswith(local_plaid.url)
    waiting = cookies(page)["keepless-local-link"]
    assert (waiting["httpOnly"], waiting["sameSite"]) == (True, "Lax")
    page.locator("[data-allow]").click()
    page.wait_for_url(home + "/")
    (item,) = live(local_plaid)
    assert (item["institution_id"], item["username"]) == ("ins_127287", "demo")
    assert "keepless-local-link" not in cookies(page)
    page.goto(home + "/statement")
    expect(page.get_by_text("Platypus OAuth Bank").first).to_be_visible()


def test_the_person_chooses_at_the_bank_who_they_are(visit, home, local_plaid):
    page = visit(home + "/setup")
    leave(page)
    page.locator("[data-user='user_good']").click()
    page.locator("[data-allow]").click()
    page.wait_for_url(home + "/")
    assert [item["username"] for item in live(local_plaid)] == ["user_good"]


def test_the_choice_to_stay_connected_survives_the_way_to_the_bank(visit, home, site):
    page = visit(home + "/setup")
    page.get_by_role("checkbox", name="Keep me connected").check()
    leave(page)
    page.locator("[data-allow]").click()
    page.wait_for_url(home + "/")
    until = page.evaluate("fetch('/api/dashboard').then((answer) => answer.json()).then((answer) => answer.held.until)")
    assert (site.now().fromisoformat(until) - site.now()).days == 29


def test_the_address_with_the_banks_answer_is_not_in_history(visit, home):
    page = visit(home + "/setup")
    leave(page)
    page.locator("[data-allow]").click()
    page.wait_for_url(home + "/")
    page.go_back()
    assert "oauth_state_id" not in page.url


def test_no_token_is_in_an_address_in_storage_or_in_a_body_but_the_one_for_the_link_token(visit, home):
    page = visit(home + "/setup")
    addresses, bodies = [], {}

    def note(route):
        answer = route.fetch()
        bodies.setdefault(route.request.url.removeprefix(home).partition("?")[0], []).append(answer.text())
        route.fulfill(response=answer)

    page.on("request", lambda request: addresses.append(request.url))
    page.route(re.compile("/api/(link-token|link-done|exchange)$"), note)
    leave(page)
    page.locator("[data-allow]").click()
    page.wait_for_url(home + "/")
    sent = [address for address in addresses if address.startswith(home)]
    assert any("oauth_state_id=" in address for address in sent)
    assert [address for address in sent if "-sandbox-" in address] == []
    assert {"/api/link-token", "/api/exchange"} <= bodies.keys()
    assert {path for path, texts in bodies.items() if "-sandbox-" in "".join(texts)} == {"/api/link-token"}
    assert "link-sandbox-" in bodies["/api/link-token"][0]
    assert not [text for text in bodies["/api/link-token"] if "public-" in text or "access-" in text]
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert "keepless-local-link" not in page.evaluate("document.cookie")


def test_a_person_who_denies_it_at_the_bank_is_told_and_begins_again(visit, home, local_plaid):
    page = visit(home + "/setup")
    leave(page)
    page.locator("[data-deny]").click()
    expect(title(page)).to_have_text("Nothing was connected")
    expect(page.get_by_role("alert")).to_contain_text("without your permission")
    assert page.url == home + "/oauth-return"
    assert local_plaid.items() == []
    page.wait_for_function("() => !document.querySelector('iframe')")
    page.get_by_role("link", name="Begin again").click()
    leave(page)
    page.locator("[data-allow]").click()
    page.wait_for_url(home + "/")
    assert len(live(local_plaid)) == 1


def test_a_return_in_another_browser_connects_nothing_and_says_why(visit, home, local_plaid):
    page = visit(home + "/setup")
    leave(page)
    with page.expect_request(lambda request: "oauth_state_id=" in request.url) as returning:
        page.locator("[data-allow]").click()
    page.wait_for_url(home + "/")
    other = visit(returning.value.url)
    expect(title(other)).to_have_text("Nothing to finish")
    expect(other.get_by_text("begun in another browser")).to_be_visible()
    assert len(live(local_plaid)) == 1
    other.get_by_role("link", name="Connect a bank").click()
    expect(other.get_by_role("button", name="Choose your bank")).to_be_visible()


def test_a_return_that_is_opened_twice_connects_one_bank(visit, home, local_plaid):
    page = visit(home + "/setup")
    leave(page)
    with page.expect_request(lambda request: "oauth_state_id=" in request.url) as returning:
        page.locator("[data-allow]").click()
    page.wait_for_url(home + "/")
    page.goto(returning.value.url)
    expect(title(page)).to_have_text("Nothing to finish")
    page.get_by_role("link", name="Your statement").click()
    page.wait_for_url(home + "/")
    assert len(live(local_plaid)) == 1


def test_an_answer_of_the_bank_that_belongs_to_another_beginning_is_refused(visit, home, local_plaid):
    page = visit(home + "/setup")
    leave(page)
    with page.expect_request(lambda request: "oauth_state_id=" in request.url) as returning:
        page.locator("[data-deny]").click()
    expect(title(page)).to_have_text("Nothing was connected")
    page.goto(home + "/setup")
    leave(page)
    page.goto(returning.value.url)
    page.frame_locator("iframe[data-local-plaid]").locator("[data-exit]").click()
    expect(title(page)).to_have_text("Nothing was connected")
    expect(page.get_by_role("alert")).to_contain_text("INCORRECT_LINK_TOKEN")
    assert local_plaid.items() == []


def test_a_return_after_four_hours_says_that_the_time_is_over(visit, home, site):
    page = visit(home + "/setup")
    leave(page)
    site.ahead = timedelta(hours=4, minutes=1)
    page.locator("[data-allow]").click()
    expect(title(page)).to_have_text("Nothing to finish")
    expect(page.get_by_text("more than four hours")).to_be_visible()


def test_without_javascript_the_way_back_says_what_is_missing(visit, home):
    page = visit(home + "/setup")
    leave(page)
    waiting = [cookie for cookie in page.context.cookies() if cookie["name"] == "keepless-local-link"]
    bare = visit(home + "/oauth-return", javascript=False)
    expect(title(bare)).to_have_text("Nothing to finish")
    bare.context.add_cookies(waiting)
    bare.goto(home + "/oauth-return?oauth_state_id=0f8fad5b-d9cb-469f-a165-70867728950e")
    expect(bare.get_by_text("needs JavaScript")).to_be_visible()
    bare.get_by_role("link", name="use an access token").click()
    expect(bare.get_by_role("textbox", name="Access token")).to_be_visible()


def test_a_link_script_that_is_held_back_on_the_way_back_is_said(visit, home):
    page = visit(home + "/setup")
    leave(page)
    page.route("**/link-initialize.js", lambda route: route.abort())
    page.locator("[data-allow]").click()
    expect(page.get_by_role("alert")).to_contain_text("did not load")
    expect(page.get_by_role("link", name="Begin again")).to_be_visible()


def test_the_way_to_the_bank_works_by_keyboard(visit, home, local_plaid):
    page = visit(home + "/setup")
    page.get_by_role("button", name="Choose your bank").press("Enter")
    dialog = page.frame_locator("iframe[data-local-plaid]")
    dialog.locator("input[name=bank]").first.focus()
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    expect(dialog.locator(f"{OAUTH_BANK} input")).to_be_checked()
    dialog.locator("[data-continue]").press("Enter")
    page.locator("[data-allow]").press("Enter")
    page.wait_for_url(home + "/")
    assert len(live(local_plaid)) == 1
