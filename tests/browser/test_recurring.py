"""The recurring view in Chromium: what comes again, what it costs a year, and what changed."""

import json
import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect
from support.axe import assert_accessible, assert_accessible_by_day_and_night

pytestmark = pytest.mark.browser

RECURRING = "/#recurring"


def main(page):
    return page.get_by_role("main")


def region(page, name):
    return main(page).get_by_role("region", name=name, exact=True)


def lines(table):
    return table.locator("tbody tr").all()


def amount(text):
    """Dollars of "-$1,650.00", as it is signed."""
    return Decimal(re.sub(r"[^\d.-]", "", text))


def coming(page):
    """The table of the next 30 days, all of it."""
    table = main(page).get_by_role("table", name="Coming up in 30 days")
    expect(table).to_be_visible()
    more = region(page, "Recurring").get_by_role("button", name=re.compile("^Show all"))
    if more.count():
        more.click()
    return table


def ready(page):
    """All history is here: the household's subscriptions are found."""
    expect(region(page, "Subscriptions").get_by_role("link", name="Lumen Stream")).to_be_visible()
    expect(page.locator(".progress.busy")).to_have_count(0)
    return page


def test_subscriptions_bills_and_income_stand_apart(connected):
    page = ready(connected(path=RECURRING))
    expect(
        region(page, "Bills").get_by_role("row", name=re.compile("Juniper Court.*every month.*\\$1,650.00"))
    ).to_be_visible()
    expect(region(page, "Income").get_by_role("row", name=re.compile("Halden Works.*every two weeks"))).to_be_visible()
    assert region(page, "Subscriptions").get_by_role("link", name="Juniper Court").count() == 0


def test_the_sum_at_the_top_is_the_yearly_cost_of_the_lines_below(connected):
    page = ready(connected(path=RECURRING))
    rows = lines(region(page, "Subscriptions").get_by_role("table"))
    yearly = sum(amount(row.get_by_role("cell").last.inner_text()) for row in rows)
    said = main(page).locator(".sums > div", has_text=f"{len(rows)} subscriptions")
    expect(said).to_contain_text(f"${yearly:,} a year")


def test_a_price_rise_says_what_was_before_what_is_now_how_much_and_since_when(connected):
    page = ready(connected(path=RECURRING))
    row = region(page, "Subscriptions").get_by_role("row", name=re.compile("Lumen Stream"))
    expect(row).to_contain_text(re.compile(r"up 16\.1%, from \$15\.49 to \$17\.99, since \w+ \d+, \d{4}"))
    expect(row.get_by_role("cell", name="$17.99", exact=True)).to_be_visible()


def test_what_comes_up_is_in_order_of_days_and_adds_up(connected):
    page = ready(connected(path=RECURRING))
    rows = lines(coming(page))
    assert len(rows) > 10
    running = Decimal(0)
    for row in rows:
        figures = [amount(cell.inner_text()) for cell in row.locator("td.figure").all()]
        running += figures[0]
        assert figures[1] == running


def test_a_name_leads_to_its_transactions(connected):
    page = ready(connected(path=RECURRING))
    link = region(page, "Subscriptions").get_by_role("link", name="Lumen Stream")
    link.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#transactions\?merchant=Lumen\+Stream$"))
    expect(main(page).get_by_role("heading", level=1, name="Transactions")).to_be_visible()


def test_late_and_ended_ones_are_in_a_fold_and_in_no_sum(connected):
    page = connected("labelled-3", path=RECURRING)
    over = region(page, "Late and ended")
    expect(over).to_be_visible()
    summary = over.locator("summary", has_text=re.compile(r"^\d+ ended$"))
    expect(over.get_by_role("table")).to_have_count(0)
    summary.focus()
    page.keyboard.press("Enter")
    expect(over.get_by_role("table").first).to_be_visible()
    expect(over).to_contain_text("It counts in no sum here.")


def test_the_filter_narrows_the_list_and_leads_back_where_it_leaves_nothing(connected):
    page = ready(connected(path=RECURRING))
    page.get_by_role("searchbox").fill("tunewell")
    expect(region(page, "Subscriptions").get_by_role("link")).to_have_count(1)
    expect(region(page, "Bills")).to_have_count(0)
    page.get_by_role("searchbox").fill("no such thing")
    expect(main(page).get_by_text("Nothing that recurs matches the filter.")).to_be_visible()
    main(page).get_by_role("link", name="Show all that recurs").click()
    expect(region(page, "Bills")).to_be_visible()


def test_a_condition_that_cannot_narrow_a_rhythm_is_said_not_to(connected):
    page = ready(connected(path="/#recurring?from=2026-11-01"))
    expect(main(page).get_by_text("do not narrow this page")).to_be_visible()


def test_where_little_history_was_read_the_view_says_so_and_reads_more(connected):
    page = connected("demo-20000", path=None)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/#recurring")
    more = region(page, "Recurring").get_by_role("button", name="Read 24 months")
    expect(more.first).to_be_visible()
    expect(region(page, "Recurring")).to_contain_text("Read so far: since")
    more.first.click()
    expect(more).to_have_count(0)
    assert any("days=730" in url for url in asked)


def test_a_household_without_a_rhythm_is_told_how_one_shows(connected, local_plaid):
    user = {
        "override_accounts": [
            {
                "type": "depository",
                "subtype": "checking",
                "starting_balance": 250,
                "transactions": [
                    {
                        "date_transacted": "2026-11-01",
                        "date_posted": "2026-11-02",
                        "amount": 12.5,
                        "description": "Corner Shop",
                        "currency": "USD",
                    }
                ],
            }
        ]
    }
    page = connected(local_plaid.connect("user_custom", json.dumps(user)), path=RECURRING)
    expect(main(page).get_by_text("Nothing that recurs was found. A rhythm shows after three payments")).to_be_visible()
    assert_accessible(page, "recurring, empty")


def test_spanish_has_its_own_words(connected):
    page = connected(path=RECURRING, locale="es-ES")
    expect(region(page, "Suscripciones").get_by_text("sube un 16,1")).to_be_visible()
    expect(region(page, "Recibos").get_by_role("cell", name="cada mes").first).to_be_visible()
    expect(main(page).get_by_role("table", name="Próximos 30 días")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(connected, width):
    page = connected("demo", "labelled-3", path=RECURRING, width=width)
    ready(page)
    expect(region(page, "Late and ended")).to_be_visible()
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
    assert_accessible_by_day_and_night(page, "recurring")
    assert page.evaluate("document.documentElement.scrollWidth") == width
