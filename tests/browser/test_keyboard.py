"""The whole dashboard by the keyboard alone: no click in this file."""

import re

import pytest
from playwright.sync_api import expect

FAR = 90  # more stops than any view has before what a test looks for

# What a person sees of the focus: an outline of its own, not cut away, not under what sticks to the screen's edges.
_SEEN = """() => {
  const stop = document.activeElement;
  if (stop === document.body || stop === null) return "the focus is nowhere";
  const at = stop.getBoundingClientRect();
  if (at.width === 0 || at.height === 0) return "no size: " + stop.outerHTML.slice(0, 120);
  const isOn = at.bottom > 0 && at.top < innerHeight && at.right > 0 && at.left < innerWidth;
  if (!isOn) return "off the screen: " + stop.outerHTML.slice(0, 120);
  const across = Math.min(Math.max(at.left + at.width / 2, 0), innerWidth - 1);
  const seen = [0.15, 0.5, 0.85].some((part) => {
    const hit = document.elementFromPoint(across, at.top + at.height * part);
    return hit !== null && (stop.contains(hit) || hit.contains(stop));
  });
  if (!seen) return "covered: " + stop.outerHTML.slice(0, 120);
  // A mark in a drawing is outlined by a stroke of its own.
  const marks = [stop, ...stop.querySelectorAll("rect, path")]
    .flatMap((each) => [getComputedStyle(each), getComputedStyle(each, "::after")]);
  const drawn = marks.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1)
    || (stop.closest("svg") && marks.some((style) => style.stroke !== "none" && parseFloat(style.strokeWidth) >= 2));
  return drawn ? "" : "no outline: " + stop.outerHTML.slice(0, 120);
}"""


@pytest.fixture
def page(connected):
    """The overview of a household, all of it read, the focus at the start of the page."""
    page = connected(path="/")
    expect(page.get_by_role("search", name="Filter")).to_be_visible(timeout=20_000)
    page.wait_for_load_state("networkidle")
    return page


def tab_to(page, target, key="Tab"):
    """Presses Tab until `target` has the focus; every stop on the way has to be seen."""
    expect(target).to_have_count(1)
    for _ in range(FAR):
        page.keyboard.press(key)
        assert page.evaluate(_SEEN) == ""
        if target.evaluate("stop => stop === document.activeElement"):
            return
    pytest.fail(f"no way by {key} to {target}")


def enter(page, target):
    tab_to(page, target)
    page.keyboard.press("Enter")


def view_link(page, name):
    return page.get_by_role("navigation", name="Views").get_by_role("link", name=name, exact=True)


def open_view(page, name):
    """The focus is then on the view's heading, which is no stop and shows no outline."""
    enter(page, view_link(page, name))
    expect(page.get_by_role("heading", level=1, name=name)).to_be_focused()


@pytest.mark.parametrize("view", ["Overview", "Credit", "Spending", "Recurring", "Transactions", "Banks"])
def test_every_view_is_reached_walked_through_and_left(page, view):
    if view != "Overview":
        open_view(page, view)
    stops = []
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break  # through the page and out of it: no trap
        assert page.evaluate(_SEEN) == ""
        stops.append(page.evaluate("document.activeElement.textContent.trim().slice(0, 40)"))
    else:
        pytest.fail(f"no way out of {view}: {stops[-5:]}")
    assert stops[-1] == "Status"


def test_the_content_is_reached_past_the_header(page):
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(view_link(page, "Overview")).to_be_focused()


def test_a_slash_leads_to_the_search_and_a_filter_is_set_and_cleared(page):
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search")
    expect(search).to_be_focused()
    page.keyboard.type("a/b?")
    expect(search).to_have_value("a/b?")
    page.keyboard.press("Escape")
    expect(search).to_have_value("")
    tab_to(page, page.get_by_label("Category", exact=True))
    page.keyboard.type("Groc")
    expect(page.get_by_role("button", name="Remove: Groceries")).to_be_visible()
    enter(page, page.get_by_role("button", name="More conditions"))
    tab_to(page, page.get_by_label("At least"))
    page.keyboard.type("20")
    expect(page).to_have_url(re.compile(r"min=20$"))
    enter(page, page.get_by_role("button", name="Clear all"))
    expect(search).to_be_focused()
    expect(page.get_by_role("list", name="Conditions set")).to_have_count(0)


def test_days_of_ones_own_choice_begin_with_the_first_day(page):
    page.keyboard.press("/")
    tab_to(page, page.get_by_label("Period"))
    page.keyboard.type("D")
    expect(page.get_by_label("From", exact=True)).to_be_focused()
    page.keyboard.type("11012026")
    expect(page).to_have_url(re.compile(r"from=2026-11-01$"))


def test_a_month_of_the_chart_filters_and_clears(page):
    open_view(page, "Spending")
    chart = page.locator(".month-chart").first
    tab_to(page, chart.get_by_role("link").first)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"from=\d{4}-\d\d-01&to="))
    expect(chart.locator(":focus")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#spending$"))


def test_the_transactions_are_read_sorted_and_opened(page):
    open_view(page, "Transactions")
    tab_to(page, page.get_by_role("columnheader", name="Amount").get_by_role("button"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Amount")).to_have_attribute("aria-sort", "descending")
    page.keyboard.press("Tab")
    for _ in range(30):
        page.keyboard.press("ArrowDown")
        assert page.evaluate(_SEEN) == ""
    expect(page.locator('[data-at="30"] button')).to_be_focused()
    page.keyboard.press("Enter")
    details = page.locator("tr.details")
    expect(details).to_be_visible()
    tab_to(page, details.get_by_role("link").first)
    page.keyboard.press("Escape")
    expect(page.locator('[data-at="30"] button')).to_be_focused()
    expect(details).to_have_count(0)


def test_a_file_is_exported(page):
    open_view(page, "Transactions")
    enter(page, page.get_by_role("button", name="Export"))
    tab_to(page, page.get_by_role("radio", name="CSV"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="JSON")).to_be_checked()
    tab_to(page, page.get_by_role("button", name="Save the file"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".json")
    expect(page.get_by_role("button", name="Save the file")).to_be_focused()


def test_figures_are_hidden_from_others(page):
    page.keyboard.press("Alt+i")
    expect(page.locator("html")).to_have_attribute("data-incognito", "")
    enter(page, page.get_by_role("button", name=re.compile("Hide figures|Show figures")))
    expect(page.locator("html[data-incognito]")).to_have_count(0)


def test_a_bank_is_kept_with_escape_and_removed_with_enter(page):
    open_view(page, "Banks")
    remove = page.get_by_role("button", name=re.compile("^Remove "))
    enter(page, remove)
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(remove).to_be_focused()
    page.keyboard.press("Enter")
    enter(page, page.get_by_role("button", name=re.compile("^Yes, remove ")))
    expect(page.get_by_role("heading", name="Your last bank is removed")).to_be_focused()


def test_the_keys_are_told_and_can_be_turned_off(page):
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    # The browser gives the focus back a moment later.
    page.wait_for_function("() => document.activeElement === document.body")
    page.keyboard.press("/")
    enter(page, page.get_by_role("button", name="Keys"))
    use = dialog.get_by_role("checkbox", name=re.compile("^Use the keys"))
    expect(use).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Keys")).to_be_focused()
    for key in "?/":
        page.keyboard.press(key)
        expect(dialog).to_be_hidden()
        expect(page.get_by_role("searchbox", name="Search")).not_to_be_focused()
    page.reload()
    expect(page.get_by_role("search", name="Filter")).to_be_visible()
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()
