"""What is seen, where figures, names and windows are not those of the usual household in the usual browser."""

import json
import re

import pytest
from browser.test_frame import VIEWS, tab
from playwright.sync_api import expect
from support.axe import assert_accessible_by_day_and_night

pytestmark = pytest.mark.browser

LONG = "Donaudampfschifffahrtsgesellschaftskapitaen"
GOLD = "\u0628\u0637\u0627\u0642\u0629 \u0630\u0647\u0628\u064a\u0629"  # "gold card", from right to left
MILLIONS = {"date_transacted": "2026-11-02", "date_posted": "2026-11-02", "amount": 1234567.89, "description": LONG}
EXTREME = [
    {
        "type": "depository",
        "subtype": "checking",
        "starting_balance": 1234567.89,
        "meta": {"name": "The Premier Rewards Everyday Checking Ac", "mask": "0006"},
        "transactions": [{**MILLIONS, "currency": "USD"}],
    },
    {"type": "credit", "subtype": "credit card", "starting_balance": 9876.54, "meta": {"name": GOLD, "mask": "0007"}},
]
LOAN = [
    {
        "type": "loan",
        "subtype": "student",
        "starting_balance": 15000,
        "meta": {"name": "Student Loan", "mask": "0002"},
        "liability": {
            "type": "student",
            "origination_date": "2018-01-01",
            "principal": 20000,
            "nominal_apr": 4.5,
            "loan_name": "Consolidation",
            "repayment_model": {"type": "standard", "non_repayment_months": 12, "repayment_months": 120},
        },
    }
]


@pytest.fixture
def household(connected, local_plaid):
    """The dashboard of these accounts (Plaid's custom user), all read."""

    def open_household(accounts, **options):
        token = local_plaid.connect("user_custom", json.dumps({"override_accounts": accounts}))
        return settled(connected(token, **options))

    return open_household


def settled(page):
    expect(page.locator(".progress:not(.busy)")).to_be_visible()
    return page


def boxes(page, selector):
    return [each.bounding_box() for each in page.locator(selector).all()]


@pytest.mark.parametrize("locale", ["en-US", "es-ES"])
def test_on_a_phone_the_head_is_one_line_and_the_month_is_above_the_fold(connected, locale):
    page = settled(connected(width=360, height=640, locale=locale))
    assert page.locator(".top").bounding_box()["height"] < 70  # a line of links; two would be 90
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    figure, foot = boxes(page, ".total, .seal")
    assert figure["y"] + figure["height"] < foot["y"]
    assert foot["y"] + foot["height"] > 640  # what is beneath the signature waits below the window
    page.locator(".seal").get_by_role("button").focus()
    expect(page.locator(".seal").get_by_role("button")).to_be_in_viewport(ratio=1)


def test_on_a_phone_long_names_and_large_amounts_have_room(household):
    page = household(EXTREME, width=360, height=740)
    for view in VIEWS:
        tab(page, view).click()
        expect(page.locator("main").get_by_role("heading", level=1)).to_have_text(view)
        assert page.evaluate("document.documentElement.scrollWidth") == 360, view
        assert_accessible_by_day_and_night(page, f"{view}, extreme")
        names = "main .breakdown tbody tr:not(.rest) th, main .accounts tbody th"
        assert all(box["width"] > 110 for box in boxes(page, names)), view


def test_the_digits_of_an_account_stay_behind_a_name_from_right_to_left(household):
    page = household(EXTREME, path="/#banks")
    expect(page.locator(".accounts")).to_contain_text(f"\u2068{GOLD}\u2069 ··0007")


def test_what_all_rows_come_to_is_said_for_a_filter_only_and_says_that_transfers_are_in_it(connected):
    page = settled(connected())
    found = page.locator(".found [aria-hidden]")
    expect(found).to_have_text(re.compile(r"^2,\d\d\d transactions $"))
    page.evaluate("location.hash = 'overview?category=FOOD_AND_DRINK'")
    expect(found.locator("[data-figure]")).to_contain_text(" out")
    expect(found.locator("[data-figure]")).not_to_contain_text("transfers included")
    page.evaluate("location.hash = 'overview?min=500'")
    expect(found.locator("[data-figure]")).to_contain_text("transfers included")


def test_with_loans_alone_the_credit_view_says_why_there_is_no_share(household):
    page = household(LOAN, path="/#credit")
    expect(page.get_by_role("region", name="Credit")).to_contain_text("No card is here")
    expect(page.get_by_role("region", name="Loans")).to_contain_text("$15,000.00")


def test_a_bank_without_transactions_is_told_in_months_and_offers_no_periods(household):
    page = household([{"type": "depository", "subtype": "savings", "starting_balance": 1}], path="/#spending")
    expect(page.get_by_role("region", name="Spending")).to_contain_text("no transaction in the last 24 months.")
    expect(page.locator(".picks")).to_have_count(0)


def test_english_words_go_with_the_figures_and_days_of_the_visitors_country(connected):
    page = settled(connected(path="/#credit", locale="de-DE"))
    total = page.get_by_role("region", name="Credit")
    expect(total).to_contain_text(re.compile(r"\d\d,\d\xa0%"))
    expect(total).to_contain_text(re.compile(r"\d\.\d\d\d,\d\d\xa0\$ of 13\.000,00\xa0\$ is used"))
    expect(page.get_by_role("status").filter(has_text="Asked")).to_contain_text(re.compile(r"Asked \d\d? [A-Z]"))


def test_with_forced_colours_one_view_is_marked(connected):
    page = settled(connected(forced_colors="active"))
    marked = page.locator(".views a").evaluate_all(
        "(all) => all.filter((each) => getComputedStyle(each).borderBottomColor !== "
        "getComputedStyle(document.body).backgroundColor).map((each) => each.textContent)"
    )
    assert marked == ["Overview"]


def test_a_wide_screen_shows_the_page_larger(connected):
    page = connected(width=3840, height=2160)
    assert page.locator("main").bounding_box()["width"] > 3840 * 0.45
