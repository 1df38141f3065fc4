"""The dashboard of the hybrid edition: the sealed copy at once, the news behind it, and a page for Plaid's bad days."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def site(hybrid):
    return hybrid


@pytest.fixture
def returned(connected, site, local_plaid):
    """A browser that looked at its banks so long ago, not yet on the page; `changes` were made at the first since."""

    def open_returned(*users, changes=None, options=None, **ago):
        site.ahead = -timedelta(**ago)
        page = connected(*users, **(options or {}))
        expect(page.get_by_role("button", name=re.compile("^(Ask again|Consultar de nuevo)$"))).to_be_visible()
        expect(page.locator(".progress.busy")).to_have_count(0)
        page.goto("about:blank")
        if changes:
            local_plaid.change(local_plaid.items()[0]["access_token"], **changes)
        site.ahead = timedelta()
        return page

    return open_returned


def status(page):
    return page.locator(".progress").get_by_role("status")


def calls(local_plaid, endpoint):
    return local_plaid.items()[0]["calls"].get(endpoint, 0)


def test_the_copy_is_there_at_once_and_what_is_new_follows_by_one_sync(returned, local_plaid):
    page = returned(days=1, changes={"modified": 60})  # more than are of the last day, which is not the same everywhere
    syncs, reads = calls(local_plaid, "/transactions/sync"), calls(local_plaid, "/transactions/get")
    local_plaid.fault("/transactions/sync", latency_ms=1_500)
    page.goto("/#transactions")
    expect(page.locator(".progress .ages")).to_have_text("This is 1 day old.")
    expect(status(page)).to_contain_text("Looking for news at First Platypus Bank")
    before = page.locator("tr.row").all_inner_texts()[:10]
    expect(status(page)).to_contain_text("Updated just now.")
    expect(page.locator(".progress .ages")).to_have_count(0)
    after = page.locator("tr.row").all_inner_texts()[:10]
    assert after != before
    assert calls(local_plaid, "/transactions/sync") - syncs == 1
    assert calls(local_plaid, "/transactions/get") == reads


def test_while_plaid_is_down_the_copy_is_shown_with_its_age_and_when_it_is_back_the_button_brings_the_news(
    returned, local_plaid
):
    page = returned(days=3, changes={"modified": 60})
    local_plaid.fault("/transactions/sync", error_code="INSTITUTION_DOWN")
    page.goto("/")
    notice = page.locator(".notice")
    expect(notice).to_contain_text("First Platypus Bank cannot be read right now")
    expect(notice).to_contain_text("What it told 3 days ago is still shown.")
    expect(page.locator(".progress .ages")).to_have_text("This is 3 days old.")
    expect(page.get_by_text("spent so far").first).to_be_visible()
    expect(page.locator(".progress.busy")).to_have_count(0)  # the longer history was asked for as well
    local_plaid.end_faults()
    notice.get_by_role("button", name="Ask First Platypus Bank again").click()
    expect(notice).to_have_count(0)
    expect(status(page)).to_contain_text("Updated just now.")


def test_banks_that_plaid_keeps_back_share_a_notice_and_a_button(returned, local_plaid):
    page = returned("demo", "user_good", days=3)
    local_plaid.fault("/transactions/sync", error_code="INTERNAL_SERVER_ERROR")
    page.goto("/")
    notice = page.locator(".notice")
    expect(notice).to_have_count(1)
    expect(notice).to_contain_text("First Platypus Bank cannot be read right now")
    expect(notice).to_contain_text("What they told 3 days ago is still shown.")
    expect(page.locator(".progress.busy")).to_have_count(0)
    local_plaid.end_faults()
    notice.get_by_role("button", name="Ask them again").click()
    expect(notice).to_have_count(0)
    expect(page.locator(".progress .ages")).to_have_count(0)


def test_what_stands_of_one_bank_from_before_does_not_make_the_others_older(returned, site, local_plaid):
    page = returned("demo", "user_good", days=3)
    old = local_plaid.items()[0]
    local_plaid.fault("/transactions/sync", access_token=old["access_token"], error_code="INTERNAL_SERVER_ERROR")
    page.goto("/")
    expect(page.locator(".progress .ages")).to_have_text("What is shown of First Platypus Bank is 3 days old.")
    asked = page.evaluate("new Intl.DateTimeFormat('en-US', {month: 'short', day: 'numeric'}).format(new Date())")
    expect(status(page)).to_contain_text(f"Asked {asked}")


@pytest.mark.parametrize("locale", ["en-US", "es-ES"])
def test_on_a_phone_nothing_moves_when_news_arrive(returned, local_plaid, locale):
    page = returned(hours=5, changes={"modified": 60}, options={"width": 360, "height": 740, "locale": locale})
    local_plaid.fault("/transactions/sync", latency_ms=1_500)
    page.goto("/")
    expect(page.locator(".progress .ages")).to_be_visible()
    before = page.locator(".total").bounding_box()
    expect(page.locator(".progress strong").filter(has_text=re.compile("Updated|actualizarse"))).to_be_visible()
    expect(page.locator(".progress.busy")).to_have_count(0)
    assert page.locator(".total").bounding_box()["y"] == before["y"]


def test_what_the_server_holds_is_said_as_it_is(returned):
    page = returned(minutes=1)
    page.goto("/")
    expect(page.locator(".held")).to_contain_text(
        "on the server: sealed copies that only this browser's cookie opens, until"
    )
    expect(page.locator(".held")).to_contain_text(re.compile(r"until \d\d? [A-Z][a-z]+ at the latest"))
    page.get_by_role("button", name="What do you hold about me?").click()
    panel = page.get_by_role("dialog", name="What do you hold about me?")
    expect(panel).to_contain_text(re.compile(r"A copy of what First Platypus Bank told on .*, [\d,]+ bytes, sealed"))
    expect(panel).not_to_contain_text("Nothing: no row")
    page.keyboard.press("Escape")
    page.goto("/#banks")
    expect(page.get_by_role("region", name="Banks")).to_contain_text(
        "A sealed copy of its last answer is shown at once"
    )
