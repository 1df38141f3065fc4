"""Figures leave every page of the browser with the session, whichever way a page is still there."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def shows_figures(page):
    expect(page.locator("main")).to_contain_text("$")


def shows_none(page):
    expect(page.get_by_role("button", name="Choose your bank")).to_be_visible()
    assert "$" not in page.locator("main").inner_text()


@pytest.mark.parametrize("path", ["/", "/statement"])
def test_a_logout_takes_the_figures_out_of_the_other_tabs(connected, path):
    page = connected()
    shows_figures(page)
    other = page.context.new_page()
    other.goto(path)
    shows_figures(other)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Disconnected. Nothing is held.")
    shows_none(other)


def test_a_page_about_nothing_in_particular_leaves_the_figures_of_other_tabs_alone(connected):
    page = connected()
    shows_figures(page)
    page.evaluate("window.isTheSame = true")
    page.context.new_page().goto("/promise")
    page.wait_for_timeout(300)
    assert page.evaluate("window.isTheSame") is True


@pytest.mark.parametrize("path", ["/", "/statement"])
def test_a_page_that_the_browser_kept_aside_shows_nothing_until_the_server_was_asked(connected, path):
    page = connected(path=path)
    shows_figures(page)
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    expect(page.locator("body")).to_be_hidden()
    page.context.request.post("/logout", headers={"Sec-Fetch-Site": "same-origin"})
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    shows_none(page)


def test_a_page_that_comes_back_with_its_session_shows_its_figures_again(connected):
    page = connected()
    shows_figures(page)
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.get_by_text("spent so far").first).to_be_visible()
