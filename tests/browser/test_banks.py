"""The banks: what each tells and lacks, what a failing one needs, and how one is removed."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from support.axe import assert_accessible, assert_accessible_by_day_and_night

pytestmark = pytest.mark.browser

PLATYPUS, GINGHAM = "First Platypus Bank", "First Gingham Credit Union"
SETTLED = re.compile("^Asked ")


def at_gingham(local_plaid):
    return local_plaid.connect("user_good", institution="ins_109509")


def settled(page):
    """All that will come has come."""
    expect(page.locator(".progress").get_by_role("status")).to_have_text(SETTLED)
    return page


def bank(page, name):
    return page.get_by_role("region", name=name, exact=True)


def card_of(page, name):
    """The notice about a bank."""
    return page.get_by_role("region", name="Banks that need a look").get_by_role("article").filter(has_text=name)


def failing(local_plaid, token, code, kind="ITEM_ERROR"):
    for endpoint in ("/transactions/get", "/accounts/get", "/liabilities/get"):
        local_plaid.fault(endpoint, access_token=token, error_code=code, error_type=kind, status=400)


def state_of(local_plaid, token):
    return next(item["state"] for item in local_plaid.items() if item["access_token"] == token)


def test_each_bank_shows_its_accounts_and_when_it_was_asked(connected, local_plaid):
    page = settled(connected("demo", at_gingham(local_plaid), path="/#banks"))
    for name in (PLATYPUS, GINGHAM):
        expect(bank(page, name).get_by_role("table", name=f"Accounts at {name}")).to_be_visible()
        expect(bank(page, name)).to_contain_text("Asked ")
    loan = bank(page, PLATYPUS).get_by_role("row", name="Summit Student Loan")
    expect(loan).to_contain_text("not told")  # available: not zero
    expect(page.get_by_text("2 banks are connected.")).to_be_visible()


def test_a_bank_is_removed_after_a_question_and_its_figures_go_without_a_reload(connected, local_plaid):
    token = at_gingham(local_plaid)
    page = settled(connected("demo", token, path="/#banks"))
    moved = []
    page.on("framenavigated", lambda frame: moved.append(frame.url))
    bank(page, GINGHAM).get_by_role("button", name=f"Remove {GINGHAM}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    assert state_of(local_plaid, token) == "live"
    assert_accessible(page, "the question before a bank is removed")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    receipt = page.locator(".receipts")
    expect(receipt).to_be_focused()
    expect(receipt).to_have_text(re.compile(rf"{GINGHAM} is removed\. Plaid's request id is \w+\."))
    expect(bank(page, GINGHAM)).to_have_count(0)
    expect(page.get_by_text("One bank is connected.")).to_be_visible()
    assert state_of(local_plaid, token) == "removed"
    assert moved == []
    page.goto("/setup")
    page.goto("/#banks")
    settled(page)
    expect(bank(page, PLATYPUS)).to_be_visible()
    expect(bank(page, GINGHAM)).to_have_count(0)


def test_escape_keeps_the_bank_and_gives_the_focus_back(connected, local_plaid):
    page = settled(connected(path="/#banks"))
    button = bank(page, PLATYPUS).get_by_role("button", name=f"Remove {PLATYPUS}")
    button.click()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    button.click()
    page.get_by_role("button", name="Keep it").click()
    expect(button).to_be_focused()
    assert [item["state"] for item in local_plaid.items()] == ["live"]


def test_a_bank_that_could_not_be_removed_stays_and_says_why(connected, local_plaid):
    page = settled(connected(path="/#banks"))
    local_plaid.fault("/item/remove", error_code="INTERNAL_SERVER_ERROR", error_type="API_ERROR", status=500)
    bank(page, PLATYPUS).get_by_role("button", name=f"Remove {PLATYPUS}").click()
    page.get_by_role("button", name="Yes, remove").click()
    alert = bank(page, PLATYPUS).get_by_role("alert")
    expect(alert).to_contain_text(f"{PLATYPUS} was not removed and stays as it was", timeout=20_000)
    expect(alert).to_contain_text("INTERNAL_SERVER_ERROR")
    assert [item["state"] for item in local_plaid.items()] == ["live"]
    local_plaid.end_faults()
    page.get_by_role("button", name="Yes, remove").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your last bank is removed")


def test_the_last_bank_removed_is_a_goodbye_with_nothing_left(connected, local_plaid):
    page = settled(connected(path="/#banks"))
    assert_accessible_by_day_and_night(page, "banks")
    bank(page, PLATYPUS).get_by_role("button", name=f"Remove {PLATYPUS}").click()
    page.get_by_role("button", name="Yes, remove").click()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_text("Plaid's request id is")).to_be_visible()
    expect(page.get_by_role("contentinfo")).to_contain_text("nothing in this browser")
    expect(page.get_by_role("button", name="Log out")).to_be_hidden()
    assert_accessible_by_day_and_night(page, "goodbye")
    assert page.context.cookies() == []
    assert [item["state"] for item in local_plaid.items()] == ["removed"]
    page.get_by_role("link", name="Connect a bank").click()
    expect(page.get_by_role("button", name="Choose your bank")).to_be_visible()


def test_a_bank_removed_in_another_tab_is_gone_here_too(connected, local_plaid):
    page = settled(connected("demo", at_gingham(local_plaid), path="/#banks"))
    other = settled_copy(page)
    for each in (other, page):
        bank(each, GINGHAM).get_by_role("button", name=f"Remove {GINGHAM}").click()
        each.get_by_role("button", name="Yes, remove").click()
        expect(bank(each, GINGHAM)).to_have_count(0)
    expect(page.locator(".receipts")).to_contain_text("Plaid had ended this connection before.")


def settled_copy(page):
    other = page.context.new_page()
    other.goto("/#banks")
    return settled(other)


@pytest.mark.parametrize(
    ("fault", "words", "step"),
    [
        (("ITEM_LOGIN_REQUIRED", "ITEM_ERROR"), "asks you to log in again", "Log in to"),
        (("INSTITUTION_DOWN", "INSTITUTION_ERROR"), "cannot be read right now", "Ask First Gingham"),
        (("PRODUCT_NOT_READY", "ITEM_ERROR"), "is still being read", "Ask First Gingham"),
        (("ITEM_NOT_FOUND", "ITEM_ERROR"), "is no longer connected", "Remove First Gingham"),
        (("INVALID_API_KEYS", "INVALID_INPUT"), "Plaid refuses this installation", "Status"),
    ],
)
def test_a_bank_that_fails_has_a_card_with_the_reason_and_the_next_step_while_the_others_are_there(
    connected, local_plaid, fault, words, step
):
    token = at_gingham(local_plaid)
    page = connected("demo", token, path=None)
    failing(local_plaid, token, *fault)
    page.goto("/")
    card = card_of(page, GINGHAM)
    expect(card).to_contain_text(words, timeout=20_000)
    expect(card).to_contain_text(f"Code {fault[0]}, Plaid's request ")
    expect(card.get_by_role("link", name=step).or_(card.get_by_role("button", name=step))).to_be_visible()
    expect(page.get_by_text("spent so far").first).to_be_visible()
    expect(page.get_by_text(f"Without {GINGHAM}, whose transactions did not come.")).to_be_visible()
    assert_accessible(page, fault[0])


def test_a_bank_that_asks_for_its_login_leads_to_the_page_where_link_repairs_it(connected, local_plaid):
    token = at_gingham(local_plaid)
    page = connected("demo", token, path=None)
    failing(local_plaid, token, "ITEM_LOGIN_REQUIRED")
    page.goto("/")
    item = next(each["item_id"] for each in local_plaid.items() if each["access_token"] == token)
    link = card_of(page, GINGHAM).get_by_role("link", name=f"Log in to {GINGHAM} again")
    expect(link).to_have_attribute("href", f"/setup#reconnect={item}")


def test_asking_again_asks_that_bank_alone(connected, local_plaid):
    token = at_gingham(local_plaid)
    page = connected("demo", token, path=None)
    failing(local_plaid, token, "INSTITUTION_DOWN", "INSTITUTION_ERROR")
    page.goto("/")
    button = card_of(page, GINGHAM).get_by_role("button", name="Ask First Gingham")
    expect(button).to_be_visible(timeout=20_000)
    settled(page)
    local_plaid.end_faults()
    with page.expect_request(lambda request: "/api/live" in request.url) as asked:
        button.click()
    assert "bank=" in asked.value.url
    expect(card_of(page, GINGHAM)).to_have_count(0)
    expect(page.get_by_text(f"Without {GINGHAM}")).to_have_count(0)


def test_when_no_bank_answers_the_page_says_what_each_needs_and_no_figure(connected, local_plaid):
    token = local_plaid.connect("demo")
    page = connected(token, path=None)
    failing(local_plaid, token, "ITEM_LOGIN_REQUIRED")
    page.goto("/")
    expect(card_of(page, PLATYPUS)).to_contain_text("Its permission has run out")
    expect(page.get_by_text("None of your banks could be read")).to_be_visible()
    expect(page.locator(".total")).to_have_count(0)
    assert_accessible(page, "no bank answers")


def test_a_bank_connected_twice_is_said_to_count_twice(connected):
    page = settled(connected("demo", "demo"))
    card = card_of(page, f"{PLATYPUS} seems to be connected twice")
    card.get_by_role("link", name="See your banks").click()
    expect(page.get_by_role("heading", level=1, name="Banks")).to_be_focused()


def test_a_permission_that_ends_within_two_weeks_is_said_ahead(connected, local_plaid):
    token = local_plaid.connect("demo")
    end_consent(local_plaid, token, timedelta(days=9))
    page = settled(connected(token))
    expect(card_of(page, f"{PLATYPUS} asks for your login soon")).to_contain_text("Its permission ends on")
    expect(card_of(page, PLATYPUS).get_by_role("link")).to_have_attribute("href", re.compile("^/setup#reconnect="))


def test_a_permission_that_ends_later_is_not(connected, local_plaid):
    token = local_plaid.connect("demo")
    end_consent(local_plaid, token, timedelta(days=40))
    page = settled(connected(token))
    expect(page.get_by_role("region", name="Banks that need a look")).to_have_count(0)


def end_consent(local_plaid, token, ahead):
    ends_at = (datetime.now(UTC) + ahead).isoformat().replace("+00:00", "Z")
    status, answer = local_plaid.call("/sandbox/consent", {"access_token": token, "ends_at": ends_at})
    assert status == 200, answer


def test_terms_that_did_not_come_are_said_while_the_rest_is_there(connected, local_plaid):
    token = local_plaid.connect("demo")
    page = connected(token, path=None)
    local_plaid.fault(
        "/liabilities/get",
        access_token=token,
        error_code="INSTITUTION_DOWN",
        error_type="INSTITUTION_ERROR",
        status=400,
    )
    page.goto("/")
    card = card_of(page, f"Not all of {PLATYPUS} is here")
    expect(card).to_contain_text("The terms of its cards and loans could not be read this time", timeout=20_000)
    expect(page.get_by_text("spent so far").first).to_be_visible()


def test_a_bank_that_is_not_ready_is_asked_by_itself_until_it_is(connected, local_plaid):
    token = local_plaid.connect("demo")
    page = connected(token, path=None)
    failing(local_plaid, token, "PRODUCT_NOT_READY")
    page.goto("/")
    expect(card_of(page, PLATYPUS)).to_contain_text("It is asked again by itself every few seconds.")
    local_plaid.end_faults()
    expect(page.get_by_text("spent so far").first).to_be_visible(timeout=20_000)
    expect(card_of(page, PLATYPUS)).to_have_count(0)


def test_a_name_of_the_bank_is_text_and_nothing_else(connected, local_plaid):
    named = {
        "type": "depository",
        "subtype": "checking",
        "starting_balance": 1,
        "meta": {"name": "<img src=x onerror=alert(1)>*b*"},
    }
    token = local_plaid.connect("user_custom", json.dumps({"override_accounts": [named]}))
    page = settled(connected(token, path="/#banks"))
    expect(page.get_by_role("rowheader", name="<img src=x onerror=alert(1)>*b*")).to_be_visible()
    expect(page.locator("main img")).to_have_count(0)
