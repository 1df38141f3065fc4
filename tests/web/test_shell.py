"""Who gets the shell that a script fills, and who the whole statement (docs/decisions/0006-front-end.md)."""

from datetime import timedelta

import pytest
from support.website import set_session

from keepless.web.hints import ZONE_NAME


@pytest.fixture
def scripted(visitor):
    """A visitor whose browser has run our script: it alone sets the time zone."""
    visitor.set_cookie(ZONE_NAME, "Europe/Berlin")
    return visitor


def asked(local_plaid):
    return sum(sum(item["calls"].values()) for item in local_plaid.items())


def is_shell(page):
    return 'id="app"' in page.text


def is_statement(page):
    return "spent so far" in page.text


def fills_itself(page):
    return "dashboard.js" in page.text


def test_a_browser_that_is_not_known_to_run_our_script_gets_the_statement_which_the_script_may_take_over(visitor):
    page = visitor.get("/")
    assert is_statement(page)
    assert not is_shell(page)
    assert fills_itself(page)


def test_a_browser_that_runs_our_script_gets_the_shell_before_any_bank_is_asked(scripted, local_plaid):
    before = asked(local_plaid)
    page = scripted.get("/")
    assert is_shell(page)
    assert not is_statement(page)
    assert fills_itself(page)
    assert asked(local_plaid) == before


def test_the_shell_leads_a_browser_that_has_stopped_running_scripts_to_the_statement(scripted):
    page = scripted.get("/").text
    assert '<noscript><meta http-equiv="refresh" content="0; url=/statement"></noscript>' in page
    assert '<a href="/statement">' in page


def test_an_address_with_a_query_is_a_statement_and_stays_one(scripted):
    page = scripted.get("/?days=30")
    assert is_statement(page)
    assert not fills_itself(page)


def test_the_statement_has_an_address_of_its_own_for_everyone(scripted, visitor):
    page = scripted.get("/statement")
    assert is_statement(page)
    assert not is_shell(page)
    assert not fills_itself(page)


def test_the_statements_own_links_lead_to_the_statement(scripted):
    page = scripted.get("/statement?days=365").text
    assert "/statement?" in page
    assert 'href="/?' not in page
    assert 'action="/"' not in page


def test_an_empty_time_zone_counts_and_an_unknown_one_too(visitor):
    for value in ("", "Mars/Phobos"):
        visitor.set_cookie(ZONE_NAME, value)
        assert is_shell(visitor.get("/"))


def test_without_a_session_the_shell_is_nobodys(site, visitor):
    stranger = site.browser()
    stranger.set_cookie(ZONE_NAME, "Europe/Berlin")
    page = stranger.get("/")
    assert not is_shell(page)
    assert "Choose your bank" in page.text
    set_session(stranger, "v1.AAAAAAAA.nonsense")
    stranger.set_cookie(ZONE_NAME, "Europe/Berlin")
    assert stranger.get("/").status_code == 401
    visitor.set_cookie(ZONE_NAME, "Europe/Berlin")
    site.clock.ahead = timedelta(days=8)
    assert not is_shell(visitor.get("/"))


@pytest.mark.parametrize("path", ["/", "/statement"])
def test_r4_r11_neither_page_writes_the_session_or_is_kept(scripted, path):
    page = scripted.get(path)
    assert not any("keepless-local" in line for line in page.headers.getlist("Set-Cookie"))
    assert page.headers["Cache-Control"] == "no-store"
    assert "Cookie" in page.headers["Vary"]


def test_r20_a_shell_has_no_inline_script_or_style_and_link_cannot_run_on_it(scripted, local_plaid):
    page = scripted.get("/")
    assert "style=" not in page.text
    assert page.text.count("<script src=") == page.text.count("<script")
    assert local_plaid.url not in page.headers["Content-Security-Policy"]
