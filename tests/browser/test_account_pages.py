"""The pages around an account, as they are seen: on a wide screen and on a phone, by day and by night."""

import json
import re
import sqlite3
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from support.axe import assert_accessible, assert_accessible_by_day_and_night
from support.databases import sqlite_url

from keepless.adapters.sql import schema
from keepless.core.secret import Secret

pytestmark = pytest.mark.browser

LONG = "maria-del-carmen.fernandez-villaverde.de.los.montes@a-department.of-a-very-long-company-name.example.test"
LONG_BANK = "Donaudampfschifffahrtsgesellschaftskapitaenskasse"
PASSPHRASE = "a few good words"
SIX_MINUTES = timedelta(minutes=6)
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("accounts")


@pytest.fixture(scope="module")
def _with_accounts(local_plaid, pytestconfig, folder, served):
    schema.upgrade(Secret(sqlite_url(folder)))
    with served(local_plaid, pytestconfig, DATABASE_URL=sqlite_url(folder)) as site:
        yield site


@pytest.fixture
def site(_with_accounts):
    yield _with_accounts
    _with_accounts.as_new()


def assert_well_set(page, state):
    """Nothing sideways, one title, headings in order, nothing that axe calls grave; on a wide screen and a phone."""
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        # As tall as the page: axe takes for small what the signature covers in part.
        page.set_viewport_size(
            {**size, "height": max(size["height"], page.evaluate("document.documentElement.scrollHeight"))}
        )
        seen = f"{state}, {size['width']} wide"
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"], seen
        if size is PHONE:
            assert_accessible_by_day_and_night(page, seen)
        else:
            assert_accessible(page, seen)
    page.set_viewport_size(WIDE)
    levels = page.locator("h1:visible, h2:visible, h3:visible").evaluate_all("(all) => all.map((each) => each.tagName)")
    assert levels.count("H1") == 1, state
    assert levels[0] == "H1", state


def ask(page, email):
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send the link").click()
    expect(title(page)).to_have_text("The link is on its way")


def link_in_the_local_mailbox(page):
    page.goto("/dev/mail")
    return page.locator("a[href*='/sign-in/']").first.get_attribute("href")


def sign_in(page, email="ana@example.test"):
    ask(page, email)
    page.goto(link_in_the_local_mailbox(page))
    page.wait_for_url(lambda address: "/sign-in" not in address)
    return page


def title(page):
    return page.get_by_role("heading", level=1)


@contextmanager
def database_down(folder):
    """Without the table of sessions no session can be read."""
    with closing(sqlite3.connect(folder / "accounts.db")) as rows:
        rows.execute("ALTER TABLE sessions RENAME TO away")
        yield
        rows.execute("ALTER TABLE away RENAME TO sessions")


def test_the_pages_of_signing_in_are_well_set_in_every_state(visit):
    page, other = visit("/sign-in"), visit()
    assert_well_set(page, "sign-in")
    page.get_by_label("E-mail address").fill("ana@x..y")
    page.locator("form[action='/sign-in']").evaluate("(form) => { form.noValidate = true; form.requestSubmit(); }")
    field = page.get_by_label("E-mail address")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    assert_well_set(page, "a wrong address")
    ask(page, LONG)
    assert_well_set(page, "sent")
    link = link_in_the_local_mailbox(other)
    assert_well_set(other, "the local mailbox with a long address")
    other.goto(link)
    assert_well_set(other, "the link in another browser")
    page.goto(link)
    page.wait_for_url(lambda address: "/sign-in" not in address)
    page.goto(link)
    expect(title(page)).to_have_text("This link belongs to the browser that asked for it")
    for path in ("/setup", "/account", "/what-you-hold", "/delete-me"):
        page.goto(path)
        assert_well_set(page, f"{path} of a long address")


def test_an_account_lists_this_browser_first_and_leaves_room_between_words_and_buttons(connected, visit):
    page = connected("demo", "user_good", path=None)
    sign_in(page)
    sign_in(visit())
    page.goto("/account")
    expect(page.get_by_role("region", name="Sessions").get_by_role("listitem").first).to_contain_text("This browser")
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        rotation = page.get_by_role("region", name="Make copied cookies useless")
        words, button = rotation.locator("p.text").bounding_box(), rotation.get_by_role("button").bounding_box()
        assert button["y"] - (words["y"] + words["height"]) >= 10
    assert_well_set(page, "account")
    page.get_by_role("main").get_by_role("button", name="Sign out in this browser").click()
    expect(title(page)).to_have_text("You are signed out")
    assert_well_set(page, "signed out")
    page.goto("/account")
    expect(title(page)).to_have_text("Your session has ended")
    assert_well_set(page, "ended")
    page.goto("/what-you-hold")
    for place in ("On this server", "At Plaid"):  # where there is still an account, and two connections
        expect(page.get_by_role("region", name=place)).to_contain_text("Not told while this session is closed")
    expect(page.get_by_role("link", name="Sign in again")).to_be_visible()
    assert_well_set(page, "what is held, told to nobody")


def test_on_a_phone_the_head_of_an_account_is_one_line_in_every_language(connected):
    for locale in ("en-US", "es-ES"):
        page = connected(path=None, locale=locale)
        sign_in_in_any_language(page)
        page.set_viewport_size(PHONE)
        page.goto("/")
        expect(page.locator(".progress:not(.busy)")).to_be_visible()
        assert page.locator(".top").bounding_box()["height"] < 70
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def sign_in_in_any_language(page, email="ana@example.test"):
    page.goto("/sign-in")
    page.locator("#email").fill(email)
    page.locator("form[action='/sign-in'] button").click()
    page.goto(link_in_the_local_mailbox(page))
    page.wait_for_url(lambda address: "/sign-in" not in address)


def test_what_is_held_has_room_for_its_words_on_a_phone(connected):
    page = sign_in(connected(path=None))
    page.goto("/what-you-hold")
    page.set_viewport_size(PHONE)
    rows = page.get_by_role("region", name="In this browser").locator("li > span:first-child")
    assert min(row.bounding_box()["width"] for row in rows.all()) > 150
    expect(page.get_by_role("region", name="On this server")).to_contain_text("tier Free")


@pytest.mark.parametrize("locale", ["en-US", "es-ES"])
def test_all_that_is_held_of_an_account_with_two_banks_fits_a_screen(connected, locale):
    page = connected("demo", "user_good", path=None, locale=locale)
    sign_in_in_any_language(page, f"{locale.lower()}@example.test")  # whose only session it is
    page.goto("/what-you-hold")
    expect(page.locator(".compact")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_connecting_a_bank_offers_a_recovery_file_once_and_quietly(visit):
    page = visit("/setup")
    page.get_by_role("button", name="Choose your bank").click()
    page.frame_locator("iframe[data-local-plaid]").locator("[data-user='demo']").first.click()
    offer = page.get_by_role("region", name="Save a recovery file")
    expect(offer).to_contain_text("The keys to your banks are in this browser alone")
    expect(page.get_by_text("spent so far").first).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0
    assert_well_set(page, "the offer")
    offer.get_by_role("button", name="Not now").click()
    expect(offer).to_have_count(0)
    expect(title(page)).to_be_focused()
    page.reload()
    expect(page.get_by_text("spent so far").first).to_be_visible()
    expect(offer).to_have_count(0)


def test_the_statement_without_a_script_leads_to_recovery_too(connected):
    page = connected(path="/statement", javascript=False)
    page.get_by_role("main").get_by_role("link", name="Save a recovery file").click()
    expect(title(page)).to_have_text("If your cookies are lost, or copied")


def test_a_recovery_file_can_be_saved_again_and_what_came_of_it_names_the_next_step(connected, tmp_path):
    page, file = connected(path="/recovery"), tmp_path / "recovery.json"
    assert_well_set(page, "recovery")
    saving = page.get_by_role("region", name="Save a recovery file")
    for _ in range(2):
        saving.get_by_label("Passphrase").fill(PASSPHRASE)
        with page.expect_download() as download:
            saving.get_by_role("button", name="Save the file").click()
    download.value.save_as(file)

    use(page, file, "not the right words", "Disconnect its banks")
    passphrase = page.get_by_label("Its passphrase")
    expect(passphrase).to_be_focused()  # far below the page's title, where nobody would look
    expect(passphrase).to_be_in_viewport()
    assert_well_set(page, "a wrong passphrase")
    use(page, file, PASSPHRASE, "Disconnect its banks")
    expect(title(page)).to_have_text("Disconnected")
    expect(page.get_by_role("region", name="Make copied cookies useless")).to_have_count(0)
    assert_well_set(page, "disconnected by the file")
    page.get_by_role("link", name="Back to the start").click()
    expect(page.get_by_role("button", name="Choose your bank")).to_be_visible()


def use(page, file, passphrase, button):
    page.get_by_label("The file").set_input_files(file)
    page.get_by_label("Its passphrase").fill(passphrase)
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/recovery/**")


def test_new_keys_are_given_in_two_steps_by_buttons_where_no_script_runs(connected, local_plaid):
    page = connected("demo", "user_good", path="/recovery", javascript=False)
    page.get_by_role("button", name="Make copied cookies useless").click()
    expect(title(page)).to_have_text("One more step")
    local_plaid.fault("/item/access_token/invalidate", error_code="INTERNAL_SERVER_ERROR", error_type="API_ERROR")
    page.get_by_role("button", name="Give my banks new keys").click()
    expect(title(page)).to_have_text("Not all banks have a new key")
    local_plaid.end_faults()
    page.get_by_role("button", name="Try again now").click()
    expect(title(page)).to_have_text("Copied cookies are useless now")


def test_the_way_out_is_well_set_from_the_question_to_the_receipt(connected, local_plaid, site):
    custom = json.dumps(
        {"override_accounts": [{"type": "depository", "subtype": "checking", "meta": {"name": LONG_BANK}}]}
    )
    page = connected(local_plaid.connect("user_custom", custom), "demo", path=None)
    sign_in(page, LONG)
    site.ahead = SIX_MINUTES
    page.goto("/delete-me")
    assert_well_set(page, "delete, asked who it is")
    page.get_by_label("The e-mail address of your account").fill("other@example.test")
    page.get_by_role("button", name="Delete everything now").click()
    expect(page.get_by_label("The e-mail address of your account")).to_be_focused()
    assert_well_set(page, "delete, wrong address")
    local_plaid.fault("/item/remove", error_code="INTERNAL_SERVER_ERROR", error_type="API_ERROR", status=500)
    page.get_by_label("The e-mail address of your account").fill(LONG)
    page.get_by_role("button", name="Delete everything now").click()
    expect(title(page)).to_have_text("Not everything is deleted yet")
    assert_well_set(page, "unfinished")
    local_plaid.end_faults()
    page.get_by_role("button", name="Try again now").click()
    expect(title(page)).to_have_text("Everything is deleted")
    assert_well_set(page, "receipt")


def test_an_error_names_where_to_go_and_claims_nothing_of_the_server_that_it_cannot_know(connected, folder):
    page = sign_in(connected(path=None))
    page.goto("/statement?days=365")
    expect(page.get_by_role("main").get_by_role("link", name="See your tier")).to_have_attribute("href", "/account")
    expect(page.locator(".seal")).not_to_contain_text(re.compile("on the server: *nothing"))
    assert_well_set(page, "not in the tier")
    with database_down(folder):
        page.goto("/account")
        expect(title(page)).to_have_text("Accounts cannot be reached right now")
        expect(page.locator(".seal")).not_to_contain_text(re.compile("on the server: *nothing"))
        assert_well_set(page, "database down")
    page.goto("/account")
    expect(page.get_by_text("Signed in as")).to_be_visible()


@pytest.mark.parametrize("path", ["/sign-in", "/account", "/recovery"])
def test_the_language_can_be_chosen_on_the_pages_of_accounts(visit, path):
    page = visit(path)
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    assert page.url.endswith(path)
