"""The table of the transactions: any number of rows, by mouse, keyboard, screen reader, on paper and on a phone."""

import re

import pytest
from playwright.sync_api import expect
from support.axe import assert_accessible_by_day_and_night

MANY = "demo-20000"
SEES_A_PART = "own search sees only the rows near the screen"


@pytest.fixture
def table(connected):
    """The page with the table of a household, once all is read."""

    def open_table(*users, conditions="", **options):
        page = connected(*users, path=f"/#transactions{'?' + conditions if conditions else ''}", **options)
        expect(page.get_by_role("grid", name=re.compile("Transactions|Movimientos"))).to_be_visible(timeout=20_000)
        page.wait_for_load_state("networkidle")
        return page

    return open_table


def rows(page):
    return page.get_by_role("grid").locator("tbody tr[data-at]")


def positions(page):
    return [int(at) for at in rows(page).evaluate_all("rows => rows.map((row) => row.dataset.at)")]


def outgoing(text):
    """A dollar amount as the table writes it; money in is below zero, and is said in words on a second line."""
    figure = text.split("\n")[0]
    return float(figure.replace(",", "").replace("$", "").replace("+", "-"))


def row_count(page):
    return int(page.get_by_role("grid").get_attribute("aria-rowcount")) - 1


def test_many_rows_scroll_while_few_are_in_the_page(table):
    page = table(MANY)
    assert row_count(page) > 4_000
    assert rows(page).count() < 80
    for _ in range(6):
        page.mouse.wheel(0, 23_000)
        page.wait_for_function("""() => {
          const middle = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest("[data-at]");
          return middle !== null && middle !== undefined;
        }""")
    assert min(positions(page)) > 1_000
    assert rows(page).count() < 80
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.locator(f'[data-at="{row_count(page) - 1}"]')).to_be_visible()


def test_a_short_list_is_whole_so_that_the_browser_finds_it(table):
    page = table(conditions="category=TRANSPORTATION&from=2026-06-01")
    found = row_count(page)
    assert 40 < found <= 500
    expect(rows(page)).to_have_count(found)
    expect(page.get_by_text(SEES_A_PART)).to_have_count(0)


def test_a_long_list_says_that_the_browser_finds_only_a_part(table):
    expect(table().get_by_text(SEES_A_PART)).to_be_visible()


def test_headings_sort_and_say_so(table):
    page = table(conditions="currency=USD")
    amount = page.get_by_role("columnheader", name="Amount")
    amount.get_by_role("button").click()
    expect(amount).to_have_attribute("aria-sort", "descending")

    def amounts():
        return [outgoing(text) for text in page.locator("[data-at] .amount").all_inner_texts()]

    assert amounts() == sorted(amounts(), reverse=True)
    amount.get_by_role("button").click()
    expect(amount).to_have_attribute("aria-sort", "ascending")
    assert amounts()[0] < 0
    assert amounts() == sorted(amounts())
    page.get_by_role("columnheader", name="Merchant").get_by_role("button").click()
    expect(amount).to_have_attribute("aria-sort", "none")
    names = page.locator("[data-at] th .clip > :first-child").evaluate_all("all => all.map((each) => each.innerText)")
    in_order = page.evaluate("names => names.toSorted(new Intl.Collator('en', {numeric: true}).compare)", names)
    assert names == in_order


@pytest.mark.parametrize("place", [2, 3, 4], ids=["merchant", "category", "account"])
def test_what_a_row_says_is_a_link_to_its_like(table, place):
    page = table()
    link = rows(page).nth(3).locator("td, th").nth(place).get_by_role("link")
    text = link.inner_text()
    link.click()
    expect(page.get_by_role("button", name=re.compile(rf"^Remove: {re.escape(text)}"))).to_be_visible()
    assert all(text in each for each in rows(page).locator("th, td").nth(place).all_inner_texts())
    page.go_back()
    expect(page.get_by_role("list", name="Conditions set")).to_have_count(0)


def test_a_row_opens_all_that_is_known_of_it(table):
    page = table(conditions="pending=no&kind=spending")
    first = rows(page).first
    button = first.get_by_role("button", name=re.compile("^Details: "))
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    details = page.locator("tr.details")
    terms = ["Date", "Booked", "Merchant", "The bank.s text", "Category", "Counted as", "Account", "Bank", "Amount"]
    for term in terms:
        expect(details.locator("dt", has_text=re.compile(f"^{term}$"))).to_be_visible()
    expect(details.locator("dd", has_text=re.compile(r"^\$[\d,]+\.\d\d \(USD\) out$"))).to_be_visible()
    # Its place is counted: the row beneath it is one further on.
    index = int(first.get_attribute("aria-rowindex"))
    expect(rows(page).nth(1)).to_have_attribute("aria-rowindex", str(index + 2))
    first.locator(".amount").click()
    expect(details).to_have_count(0)


def test_income_is_said_in_words_and_what_is_not_spending_is_named(table):
    page = table(conditions="kind=income")
    expect(rows(page).first.locator(".amount .unseen")).to_have_text(re.compile(r"^money in, \$"))
    for kind, name in (
        ("income", "income"),
        ("transfer", "transfer"),
        ("card_payment", "card payment"),
        ("cash", "cash"),
    ):
        page.goto(f"/#transactions?kind={kind}")
        expect(rows(page).first.locator(".where").first).to_contain_text(re.compile(name, re.IGNORECASE))
        assert all(name in each.lower() for each in rows(page).locator(".where:not(.account)").all_inner_texts())


def test_pending_rows_are_marked(table):
    page = table(conditions="pending=yes")
    assert row_count(page) > 0
    expect(page.locator("[data-at] .pending")).to_have_count(row_count(page))


def test_the_arrow_keys_reach_every_row_with_one_tab_stop(table):
    page = table(MANY)
    page.get_by_role("columnheader", name="Amount").get_by_role("button").focus()
    page.keyboard.press("Tab")
    expect(rows(page).first.get_by_role("button")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(rows(page).nth(1).locator("th").get_by_role("link")).to_be_focused()
    last = row_count(page) - 1
    page.keyboard.press("Control+End")
    expect(page.locator(f'[data-at="{last}"] th a')).to_be_focused()
    expect(page.locator(f'[data-at="{last}"]')).to_be_in_viewport()
    page.keyboard.press("PageUp")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Control+Home")
    expect(page.locator('[data-at="0"] th a')).to_be_focused()
    expect(page.locator('[data-at="0"]')).to_be_in_viewport()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("columnheader", name="Amount").get_by_role("button")).to_be_focused()


def test_the_focused_row_stays_while_the_mouse_scrolls_away(table):
    page = table(MANY)
    rows(page).nth(2).get_by_role("button").focus()
    page.mouse.move(600, 600)
    page.mouse.wheel(0, 60_000)
    page.wait_for_function("() => document.querySelectorAll('[data-at]')[1].dataset.at > 1000")
    expect(page.locator('[data-at="2"] button')).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator('[data-at="3"] button')).to_be_focused()
    expect(page.locator('[data-at="3"]')).to_be_in_viewport()


def test_a_filter_chosen_in_a_row_leads_to_the_first_of_its_like(table):
    page = table(MANY)
    rows(page).first.get_by_role("button").focus()
    for _ in range(6):
        page.keyboard.press("PageDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Conditions set")).to_be_in_viewport()
    expect(page.locator('[data-at="0"] :focus')).to_be_visible()


def test_escape_closes_what_is_open_and_gives_the_focus_back(table):
    page = table()
    button = rows(page).nth(1).get_by_role("button")
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("tr.details a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("tr.details")).to_have_count(0)
    expect(button).to_be_focused()


def test_on_a_phone_a_row_is_two_lines_and_nothing_is_cut_that_matters(table):
    page = table(width=360, height=780)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    cut = rows(page).evaluate_all("""rows => rows
      .flatMap((row) => [...row.querySelectorAll(".amount, .when, .account .line > :last-child")])
      .filter((each) => each.scrollWidth > each.clientWidth + 1 || each.getBoundingClientRect().right > innerWidth)
      .map((each) => each.outerHTML)""")
    assert cut == []
    page.get_by_label("Sort").select_option("amount-up")
    expect(rows(page).first.locator(".amount")).to_contain_text("+$")
    rows(page).first.get_by_role("button").click()
    expect(page.locator("tr.details").get_by_role("link").first).to_be_visible()


def test_paper_has_the_first_five_hundred_rows(table):
    page = table(MANY)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(rows(page)).to_have_count(500)
    page.emulate_media(media="print")
    expect(page.get_by_text(re.compile(r"^The first 500 of [\d,]+ transactions\.$"))).to_be_visible()
    expect(page.locator("tr.gap:visible")).to_have_count(0)
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator('[data-at="499"]')).to_have_count(0)


def test_a_filter_that_finds_nothing_names_the_way_out(table, connected):
    page = connected(path="/#transactions?q=nosuchmerchant")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("grid")).to_have_count(0)
    page.get_by_role("region", name="Transactions").get_by_role("link").click()
    expect(page.get_by_role("grid")).to_be_visible()


def test_incognito_blurs_every_amount_of_the_table(table):
    page = table(conditions="kind=income")
    rows(page).first.get_by_role("button").click()
    page.keyboard.press("Alt+i")
    for figure in ("[data-at] .amount", "tr.details [data-figure]", ".found [data-figure]"):
        expect(page.locator(figure).first).to_have_css("filter", re.compile("blur"))


def test_the_table_speaks_spanish(table):
    page = table(conditions="kind=income", locale="es-ES")
    for name in ("Fecha", "Comercio", "Categoría", "Cuenta", "Importe"):
        expect(page.get_by_role("columnheader", name=name)).to_be_visible()
    expect(rows(page).first.locator(".amount")).to_contain_text(re.compile(r"\+[\d.]+,\d\d\s\$"))
    expect(rows(page).locator(".kind").first).to_have_text("ingreso")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_table_is_accessible_with_a_row_open(table, width):
    page = table(conditions="from=2026-11-01", width=width)
    rows(page).nth(1).get_by_role("button").click()
    assert_accessible_by_day_and_night(page, f"the transactions, {width} px")
