"""The credit view in Chromium: what each card costs, and what a bank does not tell."""

import json
import re

import pytest
from playwright.sync_api import expect
from support.axe import assert_accessible, assert_accessible_by_day_and_night

pytestmark = pytest.mark.browser

CREDIT = "/#credit"


def main(page):
    return page.get_by_role("main")


def card(page, name):
    return main(page).get_by_role("article").filter(has=page.get_by_role("heading", name=name))


def told(page, name):
    """What the server tells of this card, whatever day it is for the household."""
    cards = page.request.get("/api/dashboard").json()["cards"]
    return next(each for each in cards if name in each["account"]["name"])


def dollars(minor):
    return f"${minor / 100:,.2f}"


def term(sheet, name):
    """The figure beside this term."""
    return sheet.locator("dt", has_text=re.compile(f"^{name}")).locator("xpath=following-sibling::dd[1]")


@pytest.fixture
def with_cards(connected, local_plaid):
    """The credit view of a bank with these accounts (Plaid's custom user); `terms=False` has it tell no terms."""

    def open_credit(*accounts, terms=True):
        user = {"override_accounts": [{"type": "credit", "subtype": "credit card", **each} for each in accounts]}
        if not terms:
            local_plaid.fault("/liabilities/get", error_code="PRODUCTS_NOT_SUPPORTED")
        return connected(local_plaid.connect("user_custom", json.dumps(user)), path=CREDIT)

    return open_credit


def test_a_card_tells_what_it_costs(connected):
    page = connected(path=CREDIT)
    sheet = card(page, "Harbor Rewards Card")
    known = told(page, "Harbor Rewards")
    owed, limit = known["owed"], known["limit"]
    expect(sheet.locator(".figure").first).to_have_text(dollars(owed))
    expect(sheet).to_contain_text(f"{known['utilisation'] / 10:g}% of {dollars(limit)} used.")
    expect(sheet).to_contain_text(f"Paying {dollars(owed - limit * 30 // 100)} would bring it to the 30% mark.")
    for name in ("Limit", "Available", "Statement of", "Minimum payment", "Due", "Overdue", "Last payment"):
        expect(term(sheet, name)).to_be_visible()
    expect(term(sheet, "Due")).to_have_text(re.compile(r"in \d+ days$"))
    (apr,) = known["aprs"]
    row = f"Purchases 21.99% {dollars(apr['balance'])} {dollars(apr['interest'])}"
    expect(sheet.get_by_role("row", name=row)).to_be_visible()
    cost = dollars(known["interest_if_carried"])
    expect(sheet).to_contain_text(f"Carrying this for 30 days would cost about {cost} in interest.")


def test_a_card_with_several_rates_has_each_with_its_balance(connected):
    page = connected(path=CREDIT)
    rates = card(page, "Meadow Everyday Card").get_by_role("table")
    bought, drawn = told(page, "Meadow Everyday")["aprs"]
    expect(rates.get_by_role("row", name=f"Cash advances 29.99% {dollars(drawn['balance'])}")).to_be_visible()
    expect(rates.get_by_role("row", name=f"Purchases 24.99% {dollars(bought['balance'])}")).to_be_visible()


def test_overdue_is_said_in_words(connected):
    sheet = card(connected(path=CREDIT), "Meadow Everyday Card")
    expect(sheet.get_by_text("Overdue since")).to_be_visible()
    expect(term(sheet, "Overdue")).to_have_text("yes")


def test_all_limits_together_are_told_with_their_meaning(connected):
    page = connected(path=CREDIT)
    (total,) = page.request.get("/api/dashboard").json()["utilisation"]
    owed, limit = total["owed"], total["limit"]
    said = main(page).get_by_text(f"{dollars(owed)} of {dollars(limit)} is used, on 2 cards.")
    expect(said).to_contain_text("30% mark")
    if total["over_30"]:
        expect(said).to_contain_text(f"Paying {dollars(owed - limit * 30 // 100)} would bring it to the 30% mark.")


def test_the_order_in_which_paying_saves_most_is_by_rate_after_the_minimums(connected):
    page = connected(path=CREDIT)
    order = main(page).get_by_role("region", name="Where paying saves most")
    expect(order).to_contain_text("First the minimum payment, on every card")
    expect(order).to_contain_text("29.99%: $100.00 paid there now saves $2.46 in a month and $29.99 in a year.")
    places = [re.split(r"\s+", row.inner_text().strip())[0] for row in order.locator("tbody tr").all()]
    rates = [float(re.search(r"(\d+\.\d+)%", row.inner_text())[1]) for row in order.locator("tbody tr").all()]
    assert places == ["1", "2", "3"]
    assert rates == sorted(rates, reverse=True)


def test_loans_have_their_terms(connected):
    sheet = card(connected(path=CREDIT), "Summit Student Loan")
    expect(term(sheet, "Type")).to_have_text("Student loan")
    expect(term(sheet, "Rate")).to_have_text("4.99%")
    expect(term(sheet, "Minimum payment")).to_have_text("$318.40")


def test_what_the_bank_does_not_tell_is_said_and_is_never_zero(with_cards):
    page = with_cards({"starting_balance": 250, "meta": {"name": "Quiet Card"}}, terms=False)
    sheet = card(page, "Quiet Card")
    expect(sheet).to_contain_text("The bank does not tell a limit.")
    for name in ("Limit", "Statement balance", "Minimum payment", "Due", "Overdue", "Last payment"):
        expect(term(sheet, name)).to_have_text("not told")
    expect(sheet).to_contain_text("The bank does not tell a rate.")
    expect(sheet).to_contain_text("What carrying this would cost is not known")
    assert "$0" not in sheet.inner_text()
    expect(main(page).get_by_text("No bank tells a limit")).to_be_visible()
    order = main(page).get_by_role("region", name="Where paying saves most")
    expect(order).to_contain_text("No bank tells both a balance and its rate")
    expect(order.get_by_role("row", name=re.compile("Quiet Card.*the bank tells no rate"))).to_be_visible()
    assert_accessible(page, "a card of which little is told")


def test_a_card_over_its_limit_and_one_with_a_credit_balance_say_so(with_cards):
    page = with_cards(
        {"starting_balance": 1200, "meta": {"name": "Full Card", "limit": 1000}},
        {"starting_balance": -40, "meta": {"name": "Refunded Card", "limit": 500}},
    )
    expect(card(page, "Full Card")).to_contain_text("$200.00 over the limit of $1,000.00.")
    refunded = card(page, "Refunded Card")
    expect(refunded).to_contain_text("The bank owes you this.")
    expect(refunded.locator(".figure").first).to_have_text("-$40.00")
    expect(refunded).to_contain_text("Nothing is owed, so nothing is carried.")


def test_the_account_in_the_filter_leaves_its_card_alone(connected):
    page = connected(path=CREDIT)
    expect(main(page).get_by_role("article")).to_have_count(3)
    account = main(page).get_by_role("combobox", name="Account")
    account.select_option(label=account.locator("option", has_text="Meadow Everyday Card").inner_text())
    expect(main(page).get_by_role("article")).to_have_count(1)
    known = told(page, "Meadow Everyday")
    said = f"{dollars(known['owed'])} of {dollars(known['limit'])} is used, on one card."
    expect(main(page).get_by_text(said)).to_be_visible()
    account.select_option(label=account.locator("option", has_text="Everyday Checking").inner_text())
    expect(main(page).get_by_text("which is no card or loan")).to_be_visible()
    main(page).get_by_role("link", name="Show all cards and loans").click()
    expect(main(page).get_by_role("article")).to_have_count(3)


def test_without_cards_and_loans_the_view_says_so(with_cards):
    page = with_cards({"type": "depository", "subtype": "checking", "starting_balance": 250}, terms=False)
    expect(main(page).get_by_text("Your bank tells of no card and no loan.")).to_be_visible()


def test_spanish_has_its_own_words_and_figures(connected):
    page = connected(path=CREDIT, locale="es-ES")
    sheet = card(page, "Harbor Rewards Card")
    known = told(page, "Harbor Rewards")
    owed, cost = (
        dollars(known[each])[1:].translate(str.maketrans(",.", ".,")) + "\u00a0$"
        for each in ("owed", "interest_if_carried")
    )
    expect(sheet.locator(".figure").first).to_have_text(owed)
    expect(sheet).to_contain_text(f"Mantener este saldo 30 días costaría unos {cost} en intereses.")
    expect(term(sheet, "Pago mínimo")).to_be_visible()
    expect(main(page).get_by_role("region", name="Dónde se ahorra más al pagar")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(connected, width):
    page = connected("demo", "user_good", path=CREDIT, width=width)
    expect(card(page, "Plaid Mortgage")).to_be_visible()
    expect(card(page, "Harbor Rewards Card")).to_be_visible()
    assert_accessible_by_day_and_night(page, "credit")
    assert page.evaluate("document.documentElement.scrollWidth") == width
