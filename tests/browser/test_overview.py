"""The overview: this month beside others, what is due, how much of the limits is used."""

import json
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from support.axe import assert_accessible, assert_accessible_by_day_and_night

pytestmark = pytest.mark.browser

SETTLED = re.compile("^Asked ")


def settled(page):
    """All that will come has come."""
    expect(page.locator(".progress").get_by_role("status")).to_have_text(SETTLED)
    return page


def fact(page, label):
    return page.locator(".facts > div").filter(has=page.get_by_text(label, exact=True)).locator("dd")


def card(limit, owed, name):
    """An account of Plaid's custom users."""
    meta = {"name": name, "limit": limit}
    return {"type": "credit", "subtype": "credit card", "starting_balance": owed, "meta": meta}


def household(local_plaid, *accounts):
    return local_plaid.connect("user_custom", json.dumps({"override_accounts": list(accounts)}))


def test_the_month_is_the_one_of_the_statement(connected):
    page = connected(path="/statement")
    figure, sentence = page.locator(".total").inner_text(), page.locator(".lead").inner_text()
    page.goto("/")
    settled(page)
    expect(page.locator(".total")).to_have_text(figure)
    # The statement writes a thin space before the sign.
    expect(page.locator(".lead")).to_have_text(sentence.replace("\u202f%", "%"))


def test_the_usual_month_stands_beside_this_one_and_says_how_it_is_found(connected):
    page = settled(connected())
    expect(page.get_by_text("By this day a usual month of yours has come to $")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Usual: the middle of the \d+ whole months before"))).to_be_visible()
    expect(fact(page, "Income")).to_have_text(re.compile(r"^\$[\d,]+\.\d\d$"))
    expect(fact(page, "Left over")).to_have_text(re.compile(r"^-?\$[\d,]+\.\d\d$"))
    expect(fact(page, "Cash drawn")).to_have_count(0)


def test_what_is_overdue_comes_first_and_says_so_in_words(connected):
    page = settled(connected())
    payments = page.locator(".rows").filter(has_text="at least").get_by_role("listitem")
    expect(payments.first).to_contain_text("overdue since")
    expect(payments.nth(1)).to_contain_text(re.compile(r"in \d+ days|tomorrow|today"))
    expect(payments.first).to_contain_text("at least $35.00")


def test_a_payment_that_the_bank_calls_overdue_before_its_day_is_told_without_since(connected):
    page = settled(connected("user_good"))
    mortgage = page.get_by_role("listitem").filter(has_text="Plaid Mortgage")
    expect(mortgage).to_contain_text(re.compile(r"the bank calls it overdue; due \w{3} \d+"))
    expect(mortgage).not_to_contain_text("since")


def test_currencies_stand_apart(connected, local_plaid):
    today = datetime.now(ZoneInfo("America/New_York")).date()  # the browser's
    bought = [
        {
            "date_transacted": str(today),
            "date_posted": str(today),
            "amount": 20,
            "description": "Market",
            "currency": currency,
        }
        for currency in ("USD", "USD", "EUR")
    ]
    account = {"type": "depository", "subtype": "checking", "starting_balance": 250, "transactions": bought}
    page = settled(connected(local_plaid.connect("user_custom", json.dumps({"override_accounts": [account]}))))
    expect(page.locator(".total")).to_have_count(1)
    expect(page.locator(".others").get_by_role("listitem")).to_contain_text("In EUR")


def test_the_use_of_all_limits_says_what_it_means(connected, local_plaid):
    token = household(local_plaid, card(1_000, 450, "First"), card(500, 0, "Second"))
    page = settled(connected(token))
    limits = page.get_by_role("region", name="Limits used")
    expect(limits).to_contain_text("30%")
    expect(limits).to_contain_text("$450.00 of $1,500.00 in use. That is not above the mark at 30%.")
    expect(limits).to_contain_text("2 cards together")


def test_use_above_the_mark_says_what_would_bring_it_there(connected, local_plaid):
    page = settled(connected(household(local_plaid, card(1_000, 450, "First"))))
    limits = page.get_by_role("region", name="Limits used")
    expect(limits).to_contain_text("45%")
    expect(limits).to_contain_text("Paying $150.00 would bring it to 30%.")


def test_use_beyond_all_limits_says_that_too(connected, local_plaid):
    page = settled(connected(household(local_plaid, card(1_000, 1_250, "First"))))
    expect(page.get_by_role("region", name="Limits used")).to_contain_text("more than all limits together")


def test_figures_follow_the_filter_say_so_and_lead_back(connected):
    page = settled(connected())
    everything = page.locator(".total").inner_text()
    page.goto("/#overview?category=FOOD_AND_DRINK")
    settled(page)
    expect(page.locator(".total")).not_to_have_text(everything)
    expect(fact(page, "Income")).to_have_text("$0.00")
    expect(page.get_by_text("Only what the filter leaves is counted here.")).to_be_visible()
    page.get_by_role("region", name="Overview").get_by_role("link", name="Show all").click()
    expect(page.locator(".total")).to_have_text(everything)


def test_days_in_the_filter_leave_this_month_as_it_is(connected):
    page = settled(connected())
    everything = page.locator(".total").inner_text()
    page.goto("/#overview?from=2025-01-01&to=2025-01-31")
    settled(page)
    expect(page.locator(".total")).to_have_text(everything)
    expect(page.get_by_text("this month is this month")).to_be_visible()


def test_a_filter_that_finds_nothing_offers_the_way_out(connected):
    page = settled(connected(path="/#overview?q=no+merchant+has+this+name"))
    view = page.get_by_role("region", name="Overview")
    expect(view).to_contain_text("No transaction matches the filter.")
    view.get_by_role("link", name="Show all transactions").click()
    expect(page.locator(".total")).to_be_visible()


def test_a_bank_without_transactions_is_said_to_be_one(connected, local_plaid):
    checking = {"type": "depository", "subtype": "checking", "starting_balance": 100, "meta": {"name": "Plain"}}
    page = settled(connected(household(local_plaid, checking)))
    expect(page.get_by_text("told of no transaction in the last")).to_be_visible()
    expect(page.get_by_text("Your bank tells of no payment to make.")).to_be_visible()
    assert_accessible(page, "a bank without transactions")


def test_a_month_of_the_table_leads_to_its_spending(connected):
    page = settled(connected())
    page.get_by_role("region", name="Months").get_by_role("link").nth(1).click()
    expect(page).to_have_title("Spending · Keepless")
    assert re.search(r"#spending\?from=\d{4}-\d\d-01&to=\d{4}-\d\d-(28|29|30|31)$", page.url)


@pytest.mark.parametrize("width", [390, 1440])
def test_the_overview_keeps_nobody_out(connected, width):
    assert_accessible_by_day_and_night(settled(connected(width=width)), f"overview, {width}")
