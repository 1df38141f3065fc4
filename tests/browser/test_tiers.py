"""Tiers in Chromium: the page says how far a tier goes and asks for no more; trends come back from the account."""

import re

import pytest
from browser.conftest import _served
from playwright.sync_api import expect
from support.axe import assert_accessible_by_day_and_night
from support.databases import accounts_stores

from keepless.core.tiers import Tier

pytestmark = pytest.mark.browser

KEPT = "localStorage.getItem('keepless-trends')"


@pytest.fixture(scope="module")
def _with_accounts(local_plaid, pytestconfig, database_url):
    with _served(local_plaid, pytestconfig, DATABASE_URL=database_url) as site:
        yield site


@pytest.fixture
def site(_with_accounts):
    return _with_accounts


@pytest.fixture
def signed_in(connected, site, database_url):
    """A browser whose person has signed in by the mailed link, in this tier, with the demo household connected."""

    def sign_in(tier, path="/"):
        page = connected(path=None)
        page.goto("/sign-in")
        page.get_by_label("E-mail address").fill("ana@example.test")
        page.get_by_role("button", name="Send the link").click()
        page.goto("/dev/mail")
        page.locator("a[href*='/sign-in/']").first.click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        with accounts_stores(database_url) as stores:
            user = stores.accounts.find("ana@example.test")
            assert stores.accounts.set_tier(user.id, tier, at=site.now())
        page.goto("about:blank")  # or a change of view alone would leave the page as it was
        page.goto(path)
        return page

    return sign_in


def main(page):
    return page.get_by_role("main")


def keeping(page):
    return page.get_by_role("region", name="Keep my trends")


def refused_calls(page):
    """Collects what the server refused from now on, but for what a test means it to."""
    refused = []
    page.on("response", lambda response: response.status >= 400 and refused.append((response.status, response.url)))
    return refused


def test_a_small_tier_is_said_in_a_sentence_and_nothing_is_asked_that_it_has_not(connected):
    page = connected(path=None)  # without an account, where there are accounts: the free tier
    refused, asked = refused_calls(page), []
    page.on("request", lambda request: "/api/" in request.url and asked.append(request.url))
    page.goto("/#recurring")
    expect(main(page).get_by_text("Your tier looks back 90 days.").first).to_be_visible()
    page.goto("/#transactions")
    expect(main(page).get_by_text("Your tier looks back 90 days.").first).to_be_visible()
    expect(main(page).get_by_role("button", name="Read 24 months")).to_have_count(0)
    page.goto("/#trends")
    expect(main(page).get_by_text("Your tier has no trends")).to_be_visible()
    expect(main(page).get_by_role("link", name="See your tier")).to_have_attribute("href", "/account")
    expect(keeping(page)).to_have_count(0)
    assert_accessible_by_day_and_night(page, "trends in a tier without them")
    assert refused == []
    assert not [url for url in asked if "days=" in url or "/api/trends" in url]


def test_the_statement_without_a_script_offers_the_periods_of_the_tier(connected):
    page = connected(path="/statement", javascript=False)
    expect(main(page).get_by_text("Your tier looks back 90 days.")).to_be_visible()
    picks = page.get_by_role("navigation", name="Period").get_by_role("link")
    expect(picks).to_have_text(["30 days", "90 days"])
    page.goto("/statement?days=365")
    expect(page.get_by_text("looks back 90 days")).to_be_visible()


def test_a_larger_tier_reads_all_of_it_and_nothing_of_tiers_shows(signed_in):
    page = signed_in(Tier.PRO, "/#trends")
    refused = refused_calls(page)
    expect(keeping(page)).to_be_visible()
    expect(main(page).get_by_text("Your tier")).to_have_count(0)
    assert refused == []


def test_what_is_stored_with_the_account_comes_back_after_the_browser_lost_its_storage(signed_in, local_plaid):
    page = signed_in(Tier.PRO, "/#trends")
    keeping(page).get_by_role("button", name="Keep my trends", exact=True).click()
    expect(keeping(page).get_by_text("This browser keeps your months since")).to_be_visible()

    page.goto("/account")
    stored = page.get_by_role("region", name="Trends stored with your account")
    stored.get_by_role("button", name="Store my trends").click()
    expect(stored.get_by_role("button", name="Remove what is stored")).to_be_visible()
    assert_accessible_by_day_and_night(page, "trends stored with the account")
    page.goto("/#trends")
    expect(keeping(page).get_by_text("They are stored with your account too")).to_be_visible()

    page.evaluate("localStorage.clear()")
    page.goto("/status")
    page.goto("/#trends")
    expect(keeping(page).get_by_text("This browser keeps your months since")).to_be_visible()
    assert page.evaluate(KEPT).startswith("kt1.")

    page.goto("/account")
    page.get_by_role("button", name="Remove what is stored").click()
    expect(page.get_by_role("button", name="Store my trends")).to_be_visible()
    page.goto("/#trends")
    expect(keeping(page).get_by_text("This browser keeps your months since")).to_be_visible()
    expect(keeping(page).get_by_text(re.compile("stored with your account"))).to_have_count(0)


def test_a_page_that_is_open_while_the_tier_gets_smaller_goes_on_with_what_there_is(signed_in, database_url, site):
    page = signed_in(Tier.PRO, "/#transactions")
    expect(main(page).get_by_role("row").nth(3)).to_be_visible()
    with accounts_stores(database_url) as stores:
        user = stores.accounts.find("ana@example.test")
        assert stores.accounts.set_tier(user.id, Tier.FREE, at=site.now())
    page.get_by_role("button", name="Ask again").click()
    expect(main(page).get_by_text("Your tier looks back 90 days.").first).to_be_visible()
    expect(main(page).get_by_role("row").nth(3)).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
