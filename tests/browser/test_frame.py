"""The frame of the dashboard: what is painted first, how far the banks are, where one is, and what went wrong."""

import re

import pytest
from playwright.sync_api import expect
from support.axe import assert_accessible

pytestmark = [
    pytest.mark.browser,
    # A browser that leaves while a file is sent to it may leave the file to the garbage collector of the test's server.
]

VIEWS = ("Overview", "Credit", "Spending", "Trends", "Recurring", "Transactions", "Banks")
SLOW = 2_000  # milliseconds
FIRST_PAINT = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  const paint = list.getEntriesByName("first-contentful-paint")[0];
  if (paint) resolve(paint.startTime);
}).observe({type: "paint", buffered: true}))"""
ASKED_AT = "() => performance.getEntriesByType('resource').find((each) => each.name.includes('/api/live')).startTime"


def spent(page):
    return page.get_by_text("spent so far").first


def status(page):
    return page.locator(".progress").get_by_role("status")


def tab(page, name):
    return page.get_by_role("navigation", name="Views").get_by_role("link", name=name)


def hold_back(page):
    """Keeps what asks the banks waiting; the routes, to be continued."""
    asked = []

    def hold(route):
        asked.append(route)

    page.route("**/api/live*", hold)
    return asked


def test_the_page_is_painted_before_any_bank_answers(connected, local_plaid):
    local_plaid.fault("/transactions/get", latency_ms=SLOW)
    page = connected()
    expect(status(page)).to_have_text("Asking First Platypus Bank")
    painted = page.evaluate(FIRST_PAINT)
    expect(spent(page)).to_have_count(0)
    expect(spent(page)).to_be_visible()
    assert painted < page.evaluate(ASKED_AT) + SLOW


def test_the_shell_says_how_many_banks_are_asked_before_its_script_has_run(connected):
    page = connected("demo", "user_good", path=None)
    page.route("**/dashboard.js", lambda route: route.abort())
    page.goto("/")
    expect(page.get_by_text("Asking 2 banks")).to_be_visible()
    expect(page.get_by_role("link", name="plain page")).to_have_attribute("href", "/statement")
    for name in VIEWS:
        expect(tab(page, name)).to_be_visible()


def test_the_progress_names_the_bank_that_is_missing_while_the_others_are_there(connected, local_plaid):
    slow = local_plaid.connect("user_good", institution="ins_109509")
    local_plaid.fault("/transactions/get", access_token=slow, latency_ms=SLOW)
    page = connected("demo", slow)
    expect(status(page)).to_contain_text("1 of 2 banks answered")
    expect(status(page)).to_contain_text("transactions so far. Still asking First Gingham Credit Union")
    expect(spent(page)).to_be_visible()
    expect(status(page)).to_contain_text("Asked ")


def test_the_long_history_is_read_beside_what_is_shown(connected, local_plaid):
    local_plaid.fault("/transactions/get", latency_ms=1_000)
    page = connected()
    expect(status(page)).to_contain_text("Reading 24 months")
    expect(spent(page)).to_be_visible()
    expect(status(page)).to_contain_text("Asked ")
    expect(page.get_by_role("rowheader")).to_have_count(6)


def test_a_statement_that_is_shown_stays_until_the_first_bank_is_here(connected):
    page = connected(path=None)
    page.context.clear_cookies(name="keepless-tz")
    asked = hold_back(page)
    page.goto("/")
    expect(page.get_by_role("heading", name="Accounts", exact=True)).to_be_visible()
    expect(page.get_by_role("navigation", name="Views")).to_have_count(0)
    asked[0].continue_()
    expect(page.get_by_role("navigation", name="Views")).to_be_visible()
    page.unroute_all(behavior="ignoreErrors")
    expect(page.get_by_role("heading", name="Accounts", exact=True)).to_have_count(0)


def test_a_statement_that_someone_is_using_is_left_to_them(connected):
    page = connected(path=None)
    page.context.clear_cookies(name="keepless-tz")
    asked = hold_back(page)
    page.goto("/")
    page.get_by_role("searchbox", name="Search").fill("bakery")
    with page.expect_request(lambda request: "/api/live" in request.url):  # the long history, after the short one
        asked[0].continue_()
    page.unroute_all(behavior="ignoreErrors")
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("bakery")
    expect(page.get_by_role("navigation", name="Views")).to_have_count(0)


def test_each_view_is_a_link_that_takes_title_and_focus_with_it(connected):
    page = connected()
    expect(spent(page)).to_be_visible()
    for name in (*VIEWS[1:], VIEWS[0]):
        tab(page, name).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1, name=name, exact=True)).to_be_focused()
        expect(page).to_have_title(f"{name} · Keepless")
        expect(tab(page, name)).to_have_attribute("aria-current", "page")
    page.go_back()
    expect(page).to_have_title("Banks · Keepless")


def test_the_way_to_the_content_keeps_the_view_and_the_filter(connected):
    page = connected(path="/#spending?category=TRAVEL")
    expect(page).to_have_title("Spending · Keepless")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    assert page.url.endswith("/#spending?category=TRAVEL")


def test_on_a_phone_every_view_is_reached_in_one_line(connected):
    page = connected(width=360)
    expect(spent(page)).to_be_visible()
    tops = {tab(page, name).bounding_box()["y"] for name in VIEWS}
    assert len(tops) == 1
    tab(page, "Banks").click()
    expect(tab(page, "Banks")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_page_that_is_offline_keeps_its_figures_and_asks_anew_when_it_can(connected):
    page = connected()
    expect(status(page)).to_contain_text("Asked ")
    page.context.set_offline(True)
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_role("alert")).to_contain_text("Keepless cannot be reached")
    expect(spent(page)).to_be_visible()
    assert_accessible(page, "offline")
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(status(page)).to_contain_text("Asked ")


def test_an_answer_that_breaks_off_says_which_bank_is_missing(connected, local_plaid):
    page = connected("demo", local_plaid.connect("user_good", institution="ins_109509"), path=None)

    def break_off(route):
        lines = route.fetch().text().splitlines(keepends=True)
        whole = [line for line in lines if "First Gingham" not in line or '"type":"start"' in line]
        route.fulfill(body="".join(whole[:-1]), content_type="application/x-ndjson")

    page.route("**/api/live*", break_off)
    page.goto("/")
    expect(page.get_by_role("alert")).to_contain_text("The answer broke off")
    expect(page.get_by_text("Without First Gingham Credit Union")).to_be_visible()
    page.unroute("**/api/live*")
    page.get_by_role("alert").get_by_role("button", name="Ask again").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_text("Without First Gingham Credit Union")).to_have_count(0)


def test_a_server_that_fails_is_said_with_its_code(connected):
    page = connected(path=None)
    page.route("**/api/live*", lambda route: route.fulfill(status=500, body="<html>"))
    page.goto("/")
    expect(page.get_by_role("alert")).to_contain_text("The server could not answer")
    expect(page.get_by_role("alert")).to_contain_text("http_500")
    assert_accessible(page, "a server that fails")


def test_a_session_that_ends_while_figures_are_shown_leaves_them_until_the_page_is_closed(connected):
    page = connected()
    expect(status(page)).to_contain_text("Asked ")
    page.context.clear_cookies()
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_role("alert")).to_contain_text("Your session is over")
    expect(page.get_by_role("link", name="Connect your banks")).to_have_attribute("href", "/setup")
    expect(spent(page)).to_be_visible()


def test_a_session_that_is_over_before_anything_is_shown_leads_to_setup(connected):
    page = connected(path=None)
    ended = {"code": "session_expired", "title": "Your session is over"}
    page.route("**/api/live*", lambda route: route.fulfill(status=401, json=ended))
    page.goto("/")
    page.wait_for_url("**/setup")


def test_the_page_speaks_the_browsers_language_and_writes_its_figures(connected):
    page = connected(locale="es-ES")
    expect(page.get_by_text("gastados hasta ahora").first).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator(".total")).to_have_text(spanish_money("$"))
    expect(page.get_by_text(spanish_money("€")).first).to_be_visible()
    for words in ("Añadir un banco", "Cerrar sesión y desconectar", "Estado", "Lo que se guarda sobre usted"):
        expect(page.get_by_text(words).first).to_be_visible()
    assert_accessible(page, "Spanish")


def spanish_money(symbol):
    return re.compile(rf"\d{{1,3}}(\.\d{{3}})*,\d\d\s\{symbol}")


def test_another_language_is_chosen_and_remembered(connected):
    page = connected()
    page.get_by_role("combobox", name="Language").select_option("Español")
    expect(page.get_by_role("heading", level=1, name="Resumen")).to_be_visible()
    expect(page).to_have_title("Resumen · Keepless")
    page.goto("/#banks")
    expect(page.get_by_role("heading", level=1, name="Bancos")).to_be_visible()
    page.get_by_role("combobox", name="Idioma").select_option("English")
    expect(page.get_by_role("heading", level=1, name="Banks")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_loading_page_keeps_nobody_out(connected, local_plaid, scheme):
    local_plaid.fault("/transactions/get", latency_ms=SLOW)
    page = connected(scheme=scheme)
    expect(status(page)).to_have_text("Asking First Platypus Bank")
    assert_accessible(page, f"loading, {scheme}")
