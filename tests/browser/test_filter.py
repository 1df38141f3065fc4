"""The filter bar: what it asks, where it is written, and that nobody else learns of it."""

import re

import pytest
from playwright.sync_api import expect
from support.axe import assert_accessible_by_day_and_night


def rows_said(page):
    return page.get_by_role("search", name="Filter").locator(".found > :first-child")


def has_hash(text):
    return re.compile(re.escape(text) + "$")


def all_is_read(page):
    """The second, longer reading is over: figures stand still."""
    expect(page.locator(".found")).to_be_visible()
    page.wait_for_load_state("networkidle")


def test_typing_filters_at_once_and_escape_empties_the_field(connected):
    page = connected(path="/#transactions")
    all_is_read(page)
    search = page.get_by_role("searchbox", name="Search")
    search.press_sequentially("kettle")
    expect(page).to_have_url(has_hash("#transactions?q=kettle"))
    expect(rows_said(page)).to_contain_text(re.compile(r"^\d+ of [\d,]+ transactions"))
    for who in page.get_by_role("grid").get_by_role("rowheader").all():
        assert "kettle" in who.inner_text().lower()
    search.press("Escape")
    expect(page).to_have_url(has_hash("#transactions"))
    expect(search).to_have_value("")
    expect(search).to_be_focused()


def test_the_filter_is_the_same_in_every_view(connected):
    page = connected(path="/#transactions?category=FOOD_AND_DRINK")
    all_is_read(page)
    said = rows_said(page).inner_text()
    for view in ("Spending", "Overview", "Recurring", "Credit"):
        page.get_by_role("link", name=view, exact=True).first.click()
        expect(rows_said(page)).to_have_text(said)
        expect(page.get_by_label("Category", exact=True)).to_have_value("FOOD_AND_DRINK")


def test_no_condition_is_ever_sent_to_the_server(connected):
    page = connected(path=None)
    asked = []
    page.on("request", lambda request: asked.append((request.url, request.post_data or "")))
    page.goto("/#transactions?q=secretword&category=TRAVEL")
    all_is_read(page)
    page.get_by_role("searchbox", name="Search").fill("anotherword")
    page.get_by_label("Period").select_option("days30")
    page.get_by_role("button", name="More conditions").click()
    page.get_by_label("At least").fill("4321.09")
    page.get_by_label("Kind").select_option("income")
    page.reload()
    all_is_read(page)
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("anotherword")
    sent = "".join(url.partition("#")[0] + body for url, body in asked)
    assert "/api/live" in sent
    for word in ("secretword", "anotherword", "TRAVEL", "4321.09", "income"):
        assert word not in sent


def test_back_and_forward_go_through_the_filters(connected):
    page = connected(path="/#transactions")
    all_is_read(page)
    page.get_by_label("Period").select_option("days30")
    page.get_by_label("Category", exact=True).select_option("TRANSPORTATION")
    chosen = rows_said(page).inner_text()
    page.go_back()
    expect(page.get_by_label("Category", exact=True)).to_have_value("")
    expect(page.get_by_label("Period")).to_have_value("days30")
    page.go_back()
    expect(page.get_by_label("Period")).to_have_value("all")
    page.go_forward()
    page.go_forward()
    expect(rows_said(page)).to_have_text(chosen)


def test_a_copied_address_opens_the_same_filter(connected):
    page = connected(path="/#transactions?kind=income&from=2026-09-01&min=100")
    all_is_read(page)
    conditions = page.get_by_role("list", name="Conditions set")
    for words in ("Since September 1, 2026", "Income", "At least 100"):
        expect(conditions.get_by_role("button", name=f"Remove: {words}")).to_be_visible()


NONSENSE = ["from=2026-02-30", "pending=perhaps", "colour=blue", "q=" + "x" * 3000, "min=%00"]


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_in_the_address_is_left_out_and_said(connected, nonsense):
    page = connected(path=f"/#transactions?category=TRAVEL&{nonsense}")
    expect(page.get_by_text("Part of the address made no sense as a filter and was left out.")).to_be_visible()
    expect(page.get_by_role("list", name="Conditions set").get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Clear all").click()
    expect(page).to_have_url(has_hash("#transactions"))
    expect(page.get_by_text("made no sense")).to_have_count(0)


def test_a_condition_is_dropped_by_its_button_and_the_focus_goes_on(connected):
    page = connected(path="/#transactions?q=a&category=FOOD_AND_DRINK&pending=no")
    all_is_read(page)
    page.get_by_role("button", name="Remove: Food and drink").press("Enter")
    expect(page.get_by_role("button", name="Remove: Booked only")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    expect(page).to_have_url(has_hash("#transactions"))


def test_amounts_are_read_as_the_visitor_writes_them(connected):
    page = connected(path="/#transactions", locale="es-ES")
    all_is_read(page)
    page.get_by_role("button", name="Más condiciones").click()
    least = page.get_by_label("Importe mínimo")
    least.fill("1.000,50")
    expect(page).to_have_url(has_hash("#transactions?min=1000.50"))
    expect(page.get_by_role("button", name="Quitar: Mínimo 1000,50")).to_be_visible()
    least.fill("mucho")
    expect(page.get_by_text("Un importe como 12,50")).to_be_visible()
    expect(page).to_have_url(has_hash("#transactions?min=1000.50"))


def test_days_and_amounts_turned_round_are_said(connected):
    page = connected(path="/#transactions?from=2026-11-02&to=2026-11-01&min=5&max=4")
    expect(page.get_by_text("The first day comes after the last: nothing can match.")).to_be_visible()
    expect(page.get_by_text("The least is more than the most: nothing can match.")).to_be_visible()
    expect(rows_said(page)).to_contain_text("No transaction matches")


def test_what_is_found_is_said_aloud_once_it_stands_still(connected):
    page = connected(path="/#transactions")
    all_is_read(page)
    aloud = page.get_by_role("search", name="Filter").get_by_role("status")
    before = aloud.inner_text()
    page.get_by_role("searchbox", name="Search").press_sequentially("transit")
    assert aloud.inner_text() == before
    expect(aloud).to_contain_text(re.compile(r"^\d+ of [\d,]+ transactions\. \$[\d,.]+ out"))


def test_on_a_phone_the_bar_is_one_line_that_counts_what_is_set(connected):
    page = connected(path="/#transactions?category=TRAVEL&pending=no", width=390, height=844)
    fold = page.get_by_role("button", name="Filter: 2 conditions set")
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_label("Category", exact=True)).to_have_count(0)
    fold.click()
    expect(page.get_by_label("Category", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_value_that_no_row_has_stays_in_sight(connected):
    page = connected(path="/#transactions?category=SPACE_TRAVEL&account=unknown-account")
    all_is_read(page)
    expect(page.get_by_label("Category", exact=True)).to_have_value("SPACE_TRAVEL")
    expect(page.get_by_label("Account", exact=True)).to_have_value("unknown-account")
    expect(rows_said(page)).to_contain_text("No transaction matches")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_bar_is_accessible_with_everything_open(connected, width):
    everything = "q=a&category=FOOD_AND_DRINK&from=2026-11-02&to=2026-11-01&foo=1"
    page = connected(path=f"/#transactions?{everything}", width=width)
    all_is_read(page)
    page.get_by_role("button", name=re.compile("More conditions|Filter: ")).click()
    expect(page.get_by_label("Kind")).to_be_visible()
    assert_accessible_by_day_and_night(page, f"the filter bar, {width} px")
