"""The spending view in Chromium: figures, and charts and bars that filter."""

import re

import pytest
from playwright.sync_api import expect
from support.axe import assert_accessible, assert_accessible_by_day_and_night

pytestmark = pytest.mark.browser

SPENDING = "/#spending"
WIDTHS = (390, 1440)


def main(page):
    return page.get_by_role("main")


def chart(page):
    """The months of the first currency."""
    return main(page).get_by_role("group", name="Spending and income by month").first


def breakdown(page, name):
    return main(page).get_by_role("table", name=name).first


def spent(page):
    return main(page).get_by_role("heading", level=2, name=re.compile("spent")).first


def fragment(page):
    return page.evaluate("decodeURIComponent(location.hash)")


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")


def ready(page):
    """All of the 24 months are here: the second answer of the bank has come."""
    expect(chart(page).get_by_role("link").first).to_be_visible()
    expect(page.locator(".progress.busy")).to_have_count(0)
    return page


def test_each_currency_has_its_own_figures_and_none_of_all(connected):
    page = ready(connected(path=SPENDING))
    expect(main(page).get_by_role("heading", level=2, name=re.compile("spent in"))).to_have_count(2)
    assert "€" in main(page).get_by_role("heading", level=2, name="spent in EUR").inner_text()


def test_enter_on_a_months_column_filters_to_it_marks_it_and_the_same_link_leads_back(connected):
    page = ready(connected(path=SPENDING))
    before = spent(page).inner_text()
    october = chart(page).get_by_role("link", name=re.compile("^October 2026:"))
    name = october.get_attribute("aria-label")
    months = chart(page).get_by_role("link").count()
    october.focus()
    page.keyboard.press("Enter")
    expect(october).to_have_attribute("aria-current", "true")
    assert fragment(page) == "#spending?from=2026-10-01&to=2026-10-31"
    assert spent(page).inner_text().split()[0] in name
    assert focused(page) == name
    expect(chart(page).get_by_role("link")).to_have_count(months)
    page.keyboard.press("Enter")
    expect(october).not_to_have_attribute("aria-current", "true")
    assert spent(page).inner_text() == before
    assert focused(page) == name


def test_the_columns_and_the_table_say_the_same_of_every_month(connected):
    page = ready(connected(path=SPENDING))
    columns = [link.get_attribute("aria-label") for link in chart(page).get_by_role("link").all()]
    main(page).get_by_text("The same as a table").first.click()
    table = main(page).get_by_role("table", name="Spending and income by month").first
    expect(table).to_be_visible()
    rows = table.get_by_role("row").all()[1:]
    cells = [[cell.inner_text().removesuffix(" in part") for cell in row.locator("th, td").all()] for row in rows]
    said = [f"{month}: {out} spent, {income} income, {net} left over" for month, out, income, net in cells]
    assert said == columns[::-1]


def test_a_category_opens_into_its_details_and_escape_leads_back_step_by_step(connected):
    page = ready(connected(path=SPENDING))
    table = breakdown(page, "By category")
    food = table.get_by_role("link", name="Food and drink")
    food.focus()
    page.keyboard.press("Enter")
    expect(food).to_have_attribute("aria-current", "true")
    assert fragment(page) == "#spending?category=FOOD_AND_DRINK"
    assert focused(page) == "Food and drink"
    page.keyboard.press("Tab")
    assert focused(page) == "Groceries"
    page.keyboard.press("Enter")
    groceries = table.get_by_role("link", name="Groceries")
    expect(groceries).to_have_attribute("aria-current", "true")
    assert fragment(page) == "#spending?category=FOOD_AND_DRINK_GROCERIES"
    assert focused(page) == "Groceries"
    page.keyboard.press("Escape")
    expect(food).to_have_attribute("aria-current", "true")
    food.focus()
    page.keyboard.press("Escape")
    expect(table.get_by_role("link", name="Transport")).to_be_visible()
    assert fragment(page) == "#spending"
    assert focused(page) == "Food and drink"


def test_the_details_of_a_category_add_up_to_it(connected):
    page = ready(connected(path="/#spending?category=FOOD_AND_DRINK"))
    table = breakdown(page, "By category")
    expect(table.get_by_role("link", name="Groceries")).to_be_visible()
    whole, *parts = [
        int(re.sub(r"\D", "", row.get_by_role("cell").last.inner_text())) for row in table.locator("tbody tr").all()
    ]
    assert len(parts) > 2
    assert whole == sum(parts)


@pytest.mark.parametrize(("name", "field"), [("By merchant", "merchant"), ("By account", "account")])
def test_a_bar_filters_by_click_anywhere_on_its_line_and_leads_back(connected, name, field):
    page = ready(connected(path=SPENDING))
    line = breakdown(page, name).locator("tbody tr").nth(1)
    link = line.get_by_role("link")
    chosen = link.inner_text()
    line.scroll_into_view_if_needed()
    bar = line.locator(".bar-cell").bounding_box()
    page.mouse.click(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    marked = breakdown(page, name).get_by_role("link", name=chosen, exact=True)
    expect(marked).to_have_attribute("aria-current", "true")
    assert f"{field}=" in fragment(page)
    expect(breakdown(page, name).locator("tbody tr")).to_have_count(1)
    marked.press("Escape")
    assert fragment(page) == "#spending"


def test_the_bars_are_links_with_the_filter_in_their_address(connected):
    page = ready(connected(path="/#spending?merchant=Greenway+Foods"))
    page.goto("/#spending")
    address = breakdown(page, "By category").get_by_role("link", name="Transport").get_attribute("href")
    assert address == "#spending?category=TRANSPORTATION"


def test_the_long_list_of_merchants_is_cut_at_twelve_and_opens(connected):
    page = ready(connected(path=SPENDING))
    table = breakdown(page, "By merchant")
    expect(table.locator("tbody tr")).to_have_count(13)
    expect(table).to_contain_text("others")
    main(page).get_by_role("button", name=re.compile(r"Show all \d+")).click()
    assert table.locator("tbody tr").count() > 13
    less = main(page).get_by_role("button", name="Show the first 12")
    expect(less).to_be_focused()
    less.press("Enter")
    expect(table.locator("tbody tr")).to_have_count(13)


def test_a_period_is_one_link_and_marked(connected):
    page = ready(connected(path=SPENDING))
    periods = main(page).get_by_role("navigation", name="Period")
    expect(periods.get_by_role("link", name="All")).to_have_attribute("aria-current", "true")
    periods.get_by_role("link", name="30 days").click()
    expect(periods.get_by_role("link", name="30 days")).to_have_attribute("aria-current", "true")
    assert re.fullmatch(r"#spending\?from=\d{4}-\d\d-\d\d", fragment(page))


def test_what_is_not_spending_is_shown_on_request_under_its_own_name_and_changes_no_sum(connected):
    page = ready(connected(path=SPENDING))
    before = spent(page).inner_text()
    for kind, heading in (
        ("Transfers", "Transfers, not spending"),
        ("Card payments", "Card payments, not spending"),
        ("Loan payments", "Loan payments, beside spending"),
        ("Cash", "Cash drawn, beside spending"),
    ):
        main(page).get_by_role("checkbox", name=kind).check()
        region = main(page).get_by_role("region", name=heading)
        expect(region.get_by_role("table").first).to_be_visible()
    assert spent(page).inner_text() == before
    assert_accessible(page, "spending with what is not spending")
    paid = main(page).get_by_role("region", name="Card payments, not spending").get_by_role("link", name="In all")
    assert paid.get_attribute("href") == "#transactions?kind=card_payment&currency=USD"


def test_a_filter_on_transfers_shows_them_and_says_that_nothing_is_spent(connected):
    page = connected(path="/#spending?kind=transfer")
    expect(main(page).get_by_text("None of what the filter leaves is spending.")).to_be_visible()
    expect(main(page).get_by_role("region", name="Transfers, not spending")).to_be_visible()
    expect(main(page).get_by_role("checkbox", name="Transfers")).to_be_disabled()


def test_the_chart_fits_its_window_and_scrolls_inside_itself_on_a_phone(connected):
    page = ready(connected(path=SPENDING, width=390, height=844))
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    columns = chart(page).get_by_role("link")
    assert columns.last.bounding_box()["width"] >= 24
    assert columns.last.bounding_box()["x"] < 390
    assert columns.first.bounding_box()["x"] < 0
    columns.first.focus()
    expect(columns.first).to_be_in_viewport()


def test_spanish_has_its_own_words_figures_and_categories(connected):
    page = connected(path=SPENDING, locale="es-ES")
    expect(main(page).get_by_role("table", name="Por categoría").first).to_contain_text("Comida y bebida")
    expect(main(page).get_by_role("heading", level=2, name=re.compile("gastados en USD"))).to_contain_text("$")
    main(page).get_by_role("link", name="Comida y bebida").first.click()
    expect(main(page).get_by_role("link", name="Supermercado").first).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_spending_and_with_a_month_and_a_category_chosen(connected, width):
    page = ready(connected(path=SPENDING, width=width))
    main(page).get_by_text("The same as a table").first.click()
    assert_accessible_by_day_and_night(page, "spending")
    page.evaluate("location.hash = 'spending?category=FOOD_AND_DRINK&from=2026-10-01&to=2026-10-31'")
    expect(breakdown(page, "By category").get_by_role("link", name="Food and drink")).to_have_attribute(
        "aria-current", "true"
    )
    assert_accessible_by_day_and_night(page, "spending, filtered")
