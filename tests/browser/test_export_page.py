"""The export panel: the file that the browser gets, and what is said when there is none."""

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect
from support.axe import assert_accessible, assert_accessible_by_day_and_night


@pytest.fixture
def panel(connected):
    """The page with the export open, once all is read."""

    def open_panel(*users, conditions="", **options):
        page = connected(*users, path=f"/#transactions{'?' + conditions if conditions else ''}", **options)
        expect(page.get_by_role("grid")).to_be_visible(timeout=20_000)
        page.wait_for_load_state("networkidle")
        page.get_by_role("button", name=re.compile("^Export(ar)?$")).click()
        return page

    return open_panel


def saved(page):
    """The file that "Save the file" gives: its name and its text."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the file").click()
    return download.value.suggested_filename, Path(download.value.path()).read_text("utf-8-sig")


def shown(page):
    return int(page.get_by_role("grid").get_attribute("aria-rowcount")) - 1


@pytest.mark.parametrize(
    "conditions",
    [
        "",
        "category=FOOD_AND_DRINK&from=2026-10-01",
        "kind=income",
        "pending=yes",
        "q=transit&to=2026-10-31",
        "min=100.5&max=2000&pending=no",
        "currency=EUR",
    ],
)
def test_the_file_has_the_rows_that_the_filter_shows(panel, conditions):
    page = panel(conditions=conditions)
    name, text = saved(page)
    assert re.fullmatch(r"keepless-\d{4}-\d\d-\d\d\.csv", name)
    assert len(list(csv.DictReader(io.StringIO(text)))) == shown(page)
    expect(page.get_by_text(f"{name} is with your browser now.")).to_be_visible()


def test_a_merchant_chosen_in_a_row_is_exported_alone(panel):
    page = panel()
    page.locator("[data-at] th").get_by_role("link").nth(4).click()
    _, text = saved(page)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == shown(page)
    assert len({row["merchant"] for row in rows}) == 1


def test_all_can_be_exported_while_a_filter_is_on(panel):
    page = panel(conditions="kind=income")
    few = shown(page)
    page.get_by_role("radio", name=re.compile("^All: ")).check()
    _, text = saved(page)
    assert len(list(csv.DictReader(io.StringIO(text)))) > few * 10


def test_json_and_ofx_come_under_their_own_names(panel):
    page = panel(conditions="kind=income&pending=no")
    page.get_by_role("radio", name="JSON").check()
    name, text = saved(page)
    assert name.endswith(".json")
    assert len(json.loads(text)["transactions"]) == shown(page)
    page.get_by_role("radio", name="OFX").check()
    name, text = saved(page)
    assert name.endswith(".ofx")
    assert text.count("<STMTTRN>") == shown(page)


def test_fewer_days_make_a_shorter_file_as_the_panel_says(panel):
    page = panel(conditions="kind=spending")
    page.get_by_label("Back to").select_option("30")
    said = page.get_by_role("radio", name=re.compile("^What the filter shows: ")).locator("..").inner_text()
    _, text = saved(page)
    assert len(list(csv.DictReader(io.StringIO(text)))) == int(
        re.search(r"([\d,]+) transaction", said)[1].replace(",", "")
    )


def test_the_filter_goes_in_the_body_and_in_no_address(panel):
    page = panel(conditions="category=FOOD_AND_DRINK")
    with page.expect_request("**/api/export**") as sent:
        saved(page)
    assert sent.value.method == "POST"
    assert "?" not in sent.value.url
    assert parse_qs(sent.value.post_data)["category"] == ["FOOD_AND_DRINK"]


def test_a_failing_bank_leaves_the_page_as_it_is_and_offers_the_rest(panel, local_plaid):
    failing = local_plaid.connect("user_good")
    page = panel("demo", failing, conditions="kind=income")
    rows = shown(page)
    local_plaid.fault("*", access_token=failing, error_code="ITEM_LOGIN_REQUIRED", error_type="ITEM_ERROR", status=400)
    page.get_by_role("button", name="Save the file").click()
    alert = page.get_by_role("alert").filter(has_text="The export would not be whole")
    expect(alert).to_be_visible(timeout=20_000)
    assert shown(page) == rows
    assert_accessible(page, "a refused export")
    with page.expect_download(timeout=20_000) as download:
        alert.get_by_role("button", name="Save what could be read").click()
    assert download.value.suggested_filename.endswith(".csv")
    expect(alert).to_have_count(0)


def test_no_connection_is_said_and_can_be_tried_again(panel):
    page = panel()
    page.context.set_offline(True)
    page.get_by_role("button", name="Save the file").click()
    expect(page.get_by_text("Keepless could not be reached.")).to_be_visible()
    page.context.set_offline(False)
    saved(page)
    expect(page.get_by_text("Keepless could not be reached.")).to_have_count(0)


def test_a_visit_that_is_over_leads_to_the_banks(panel):
    page = panel()
    page.context.clear_cookies()
    page.get_by_role("button", name="Save the file").click()
    expect(page.get_by_text("Your visit is over.")).to_be_visible()
    expect(page.get_by_role("link", name="Connect a bank")).to_have_attribute("href", "/setup")


def test_pending_rows_alone_are_no_ofx(panel):
    page = panel(conditions="pending=yes")
    page.get_by_role("radio", name="OFX").check()
    expect(page.get_by_text("OFX has booked transactions only, and the filter shows pending ones.")).to_be_visible()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Save the file").press("Enter")
    assert not [url for url in asked if "export" in url]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_panel_is_accessible(panel, width):
    page = panel(conditions="kind=income", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert_accessible_by_day_and_night(page, f"the export, {width} px")


def test_the_panel_speaks_spanish(panel):
    page = panel(conditions="kind=income", locale="es-ES")
    expect(page.get_by_role("button", name="Guardar el archivo")).to_be_visible()
    expect(page.get_by_text("para una hoja de cálculo")).to_be_visible()
