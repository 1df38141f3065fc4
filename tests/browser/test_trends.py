"""The trends in Chromium: months as far back as anything knows, and keeping them beyond what banks tell."""

import json
import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from support.axe import assert_accessible_by_day_and_night

pytestmark = pytest.mark.browser

TRENDS = "/#trends"
PASSPHRASE = "seven grey herons fishing"
KEPT = "localStorage.getItem('keepless-trends')"


def main(page):
    return page.get_by_role("main")


def chart(page):
    """The months of the first currency."""
    return main(page).get_by_role("group", name="Spending and income by month").first


def keeping(page):
    return page.get_by_role("region", name="Keep my trends")


def ready(page):
    expect(keeping(page)).to_be_visible()
    return page


def assert_accessible(page, state):
    """Of the whole page: axe calls a link too small that the signature at the foot of the window half covers."""
    page.set_viewport_size(
        {"width": page.viewport_size["width"], "height": page.evaluate("document.documentElement.scrollHeight")}
    )
    assert_accessible_by_day_and_night(page, state)


def press(page, name):
    """By the keyboard alone."""
    button = keeping(page).get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def keep(page):
    press(page, "Keep my trends")
    expect(keeping(page).get_by_text("This browser keeps your months since")).to_be_visible()


def saved(page, passphrase=PASSPHRASE):
    """The file that a person saves with this passphrase, by the keyboard; its path."""
    press(page, "Save as a file")
    for _ in ("Bring in a file", "Stop keeping", "the passphrase"):
        page.keyboard.press("Tab")
    page.keyboard.type(passphrase)
    page.keyboard.press("Tab")
    page.keyboard.type(passphrase)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    expect(keeping(page).get_by_role("status")).to_contain_text("is with your browser now")
    return download.value.path()


def bring(page, file, passphrase=PASSPHRASE):
    press(page, "Bring in a file")
    keeping(page).get_by_label("File").set_input_files(file)
    keeping(page).get_by_label("Passphrase").fill(passphrase)
    page.keyboard.press("Enter")


def older(page, months):
    """Has the page told of so many months before those of its banks, as with a capsule."""

    def answer(route):
        response = route.fetch()
        told = response.json()
        last = next(each for each in reversed(told["months"]) if each["complete"] and each["currency"] == "USD")
        first = told["months"][0]["month"]
        year, month = map(int, first.split("-"))
        names = [divmod(year * 12 + month - 2 - back, 12) for back in range(months)]
        kept = [{**last, "month": f"{y}-{m + 1:02}", "source": "capsule"} for y, m in reversed(names)]
        card = told["cards"][-1]
        grown = [
            {**card["months"][0], "month": each["month"], "day": f"{each['month']}-28", "source": "capsule"}
            for each in kept
        ]
        told["months"] = [*kept, *told["months"]]
        told["cards"] = [*told["cards"][:-1], {**card, "months": [*grown, *card["months"]]}]
        route.fulfill(response=response, json=told)

    page.route("**/api/trends", answer)


def test_every_month_that_the_banks_tell_is_there_with_a_sentence_of_what_it_means(connected):
    page = ready(connected(path=TRENDS))
    expect(main(page).get_by_role("heading", level=2, name="spent in a month in USD, on average")).to_be_visible()
    expect(main(page)).to_contain_text(re.compile(r"Over the last 1\d whole months: (about|\d+\s?%)"))
    assert chart(page).get_by_role("link").count() >= 24
    expect(chart(page).get_by_role("link").first).to_have_attribute("aria-label", re.compile("income, in part$"))
    expect(main(page).locator(".legend").first).to_contain_text("In part")


def test_one_month_alone_is_told_as_it_is_and_what_comes_is_said(connected, local_plaid):
    today = datetime.now(ZoneInfo("America/New_York")).date()  # the browser's
    bought = {"date_transacted": str(today), "date_posted": str(today), "amount": 20, "description": "Market"}
    account = {"type": "depository", "subtype": "checking", "transactions": [{**bought, "currency": "USD"}]}
    token = local_plaid.connect("user_custom", json.dumps({"override_accounts": [account]}))
    page = ready(connected(token, path=TRENDS))
    heading = main(page).get_by_role("heading", level=2).first
    expect(heading).to_have_text(re.compile(r"^\$20\.00 spent in \w+ \d{4}, as far as it is known$"))
    expect(main(page)).to_contain_text("Once two whole months are known, this says what they come to on average")
    assert chart(page).get_by_role("link").count() == 1


def test_the_columns_and_the_table_say_the_same_of_every_month(connected):
    page = ready(connected(path=TRENDS))
    columns = [link.get_attribute("aria-label") for link in chart(page).get_by_role("link").all()]
    main(page).get_by_text("The same as a table").first.click()
    table = main(page).get_by_role("table", name="Spending and income by month").first
    expect(table).to_be_visible()
    said = []
    for row in table.get_by_role("row").all()[1:]:
        month, spent, income, source = (cell.inner_text() for cell in row.locator("th, td").all())
        partly = ", in part" if month.endswith("in part") else ""
        assert source == "the banks"
        said.append(f"{month.removesuffix(' in part')}: {spent} spent, {income} income{partly}")
    assert said == columns[::-1]


def test_a_category_is_chosen_by_the_list_or_by_its_bar_and_the_address_has_it(connected):
    page = ready(connected(path=TRENDS))
    main(page).get_by_role("combobox", name="Category").select_option("FOOD_AND_DRINK")
    assert page.url.endswith("#trends?category=FOOD_AND_DRINK")
    expect(chart(page).get_by_role("link").last).to_have_attribute("aria-label", re.compile(r"^\w+ \d{4}: \S+ spent"))
    expect(main(page).locator(".legend").first).not_to_contain_text("Income")
    transport = main(page).get_by_role("link", name="Transport").first
    transport.focus()
    page.keyboard.press("Enter")
    expect(main(page).get_by_role("combobox", name="Category")).to_have_value("TRANSPORTATION")
    transport.focus()
    page.keyboard.press("Escape")
    expect(main(page).get_by_role("combobox", name="Category")).to_have_value("")


def test_a_month_opens_into_what_it_is_made_of_and_leads_to_its_transactions(connected):
    page = ready(connected(path=TRENDS))
    october = chart(page).get_by_role("link", name=re.compile("^October 2026:"))
    october.focus()
    page.keyboard.press("Enter")
    expect(october).to_have_attribute("aria-current", "true")
    expect(main(page).get_by_role("table", name="October 2026 by category").first).to_be_visible()
    main(page).get_by_role("link", name="The transactions of October 2026").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Transactions")
    assert "from=2026-10-01&to=2026-10-31" in page.url


def test_the_use_of_each_card_has_a_sentence_and_a_table(connected):
    page = ready(connected(path=TRENDS))
    cards = page.get_by_role("region", name="Use of your cards").first
    expect(cards).to_contain_text(re.compile(r"\d+(\.\d)?% on \w+ \d+, \d{4}\. (Never above|Above) 30\s%"))
    expect(cards.locator("svg .mark")).to_have_count(2)  # one line at 30 % for each card
    cards.get_by_text("The same as a table").click()
    expect(cards.get_by_role("row", name=re.compile("^October 2026")).get_by_role("cell")).to_have_count(2)


def test_months_that_this_browser_kept_are_marked_in_chart_legend_table_and_sentence(connected):
    page = connected(path=None)
    older(page, 12)
    page.goto(TRENDS)
    ready(page)
    kept = chart(page).get_by_role("link").first
    expect(kept).to_have_attribute("aria-label", re.compile(r"^\w+ \d{4}: .* what this browser kept$"))
    expect(kept.locator("rect.kept")).to_have_attribute("fill", re.compile(r"^url\(#"))
    expect(main(page).locator(".legend").first).to_contain_text("Kept by this browser")
    expect(main(page)).to_contain_text("12 months are here because this browser kept them.")
    expect(page.get_by_role("region", name="Use of your cards").locator(".course.kept[d*=L]")).to_have_count(1)
    kept.focus()
    page.keyboard.press("Enter")
    first = kept.get_attribute("aria-label").split(":")[0]
    expect(main(page).get_by_role("table", name=f"{first} by category")).to_be_visible()
    expect(main(page).get_by_role("link", name="The transactions of")).to_have_count(0)
    assert_accessible(page, "kept months")


@pytest.mark.parametrize("width", [360, 1440])
def test_ten_years_scroll_inside_their_chart_and_the_page_never_sideways(connected, width):
    page = connected(path=None, width=width)
    older(page, 95)
    page.goto(TRENDS)
    ready(page)
    assert chart(page).get_by_role("link").count() >= 119
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert chart(page).get_by_role("link").last.bounding_box()["width"] >= 24
    chart(page).get_by_role("link").first.focus()
    expect(chart(page).get_by_role("link").first).to_be_in_viewport()
    assert_accessible(page, f"ten years, {width}")


def test_nothing_is_kept_before_one_says_so_and_nothing_after_one_stops(connected):
    page = ready(connected(path=TRENDS))
    assert page.evaluate(KEPT) is None
    assert not [each for each in page.context.cookies() if each["name"].endswith("-trends")]
    keep(page)
    assert page.evaluate(KEPT)
    expect(keeping(page).get_by_role("heading", name="Keep my trends")).to_be_focused()
    press(page, "Stop keeping")
    press(page, "Yes, remove it")
    expect(keeping(page).get_by_role("status")).to_have_text("Nothing of your trends is kept in this browser any more.")
    assert page.evaluate(KEPT) is None
    assert not [each for each in page.context.cookies() if each["name"].endswith("-trends")]


def test_what_is_kept_is_renewed_once_a_visit(connected):
    page = ready(connected(path=TRENDS))
    keep(page)
    first, sent = page.evaluate(KEPT), []
    page.on("request", lambda request: request.url.endswith("/api/trends") and sent.append(request.method))
    page.reload()
    ready(page)
    expect(keeping(page)).to_contain_text(re.compile(r"This browser keeps your months since \w+ \d{4}"))
    assert page.evaluate(KEPT) != first, "sealed anew"
    page.goto("/#banks")
    page.goto(TRENDS)
    ready(page)
    assert sent == ["POST"]


def test_by_keyboard_a_file_goes_from_one_browser_to_another(connected):
    page = ready(connected(path=TRENDS))
    keep(page)
    file = saved(page)
    text = Path(file).read_text(encoding="utf-8")
    assert "FOOD_AND_DRINK" not in text
    other = ready(connected("user_good", path=TRENDS))
    assert chart(other).get_by_role("link", name=re.compile("^October 2026:")).count() <= 1
    bring(other, file)
    expect(keeping(other).get_by_role("status")).to_have_text(
        "The file's months are here now, and this browser keeps them."
    )
    expect(page.get_by_role("region", name="Use of your cards")).to_contain_text("Harbor Rewards Card")
    expect(other.get_by_role("region", name="Use of your cards")).to_contain_text("Harbor Rewards Card")
    assert other.evaluate(KEPT)


@pytest.mark.parametrize("harm", ["wrong passphrase", "tampered", "not ours"])
def test_a_file_that_does_not_open_changes_nothing_and_says_what_to_do(connected, tmp_path, harm):
    page = ready(connected(path=TRENDS))
    keep(page)
    file = Path(saved(page))
    before = page.evaluate(KEPT)
    told = json.loads(file.read_text(encoding="utf-8"))
    if harm == "tampered":
        sealed = told["ciphertext"]
        told["ciphertext"] = ("A" if sealed[0] != "A" else "B") + sealed[1:]
    if harm == "not ours":
        told = {"hello": "world"}
    broken = tmp_path / "trends.json"
    broken.write_text(json.dumps(told), encoding="utf-8")
    bring(page, broken, "another long passphrase" if harm == "wrong passphrase" else PASSPHRASE)
    alert = keeping(page).get_by_role("alert")
    expect(alert).to_contain_text("The file and the passphrase do not go together")
    expect(alert).to_contain_text("Look at the passphrase and try again.")
    assert page.evaluate(KEPT) == before
    assert_accessible(page, harm)


def test_a_passphrase_is_long_enough_and_typed_twice_alike_before_anything_is_sent(connected):
    page = ready(connected(path=TRENDS))
    keep(page)
    sent = []
    page.on("request", lambda request: "export" in request.url and sent.append(request.url))
    press(page, "Save as a file")
    field = keeping(page).get_by_label("Passphrase", exact=True)
    field.fill("eleven char")
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("This is shorter than 12 characters."))
    field.fill(PASSPHRASE)
    page.keyboard.press("Enter")
    again = keeping(page).get_by_label("The passphrase again")
    expect(again).to_be_focused()
    expect(again).to_have_accessible_description("The two are not the same.")
    assert sent == []
    assert_accessible(page, "a passphrase that will not do")


def test_on_a_phone_what_a_button_opens_is_brought_above_the_signature(connected):
    page = ready(connected(path=TRENDS, width=360, height=640))
    keep(page)
    for opens, shown in (("Save as a file", "Save the file"), ("Bring in a file", "Bring it in")):
        press(page, opens)
        button = keeping(page).get_by_role("button", name=shown)
        expect(button).to_be_visible()
        foot = page.locator(".seal").bounding_box()
        assert button.bounding_box()["y"] + button.bounding_box()["height"] <= foot["y"]


def test_what_cannot_be_opened_is_never_overwritten_without_a_word(connected):
    page = ready(connected(path=TRENDS))
    keep(page)
    page.evaluate("localStorage.setItem('keepless-trends', 'of another time')")
    page.reload()
    ready(page)
    expect(keeping(page)).to_contain_text("What this browser kept cannot be opened")
    expect(chart(page).get_by_role("link").first).to_be_visible()
    assert page.evaluate(KEPT) == "of another time"
    assert_accessible(page, "a capsule that does not open")
    press(page, "Replace it and start anew")
    expect(keeping(page)).to_contain_text("This browser keeps your months since")
    assert page.evaluate(KEPT) != "of another time"


def test_logging_out_takes_the_key_and_with_it_what_is_kept(connected):
    page = ready(connected(path=TRENDS))
    keep(page)
    page.get_by_role("button", name=re.compile("^Log out")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Disconnected. Nothing is held.")
    page.wait_for_function(f"() => {KEPT} === null")


def test_where_its_key_is_gone_a_page_that_says_that_nothing_is_held_says_the_truth(connected):
    page = ready(connected(path=TRENDS))
    keep(page)
    page.context.clear_cookies(name=re.compile("^keepless-local$"))
    page.goto("/promise")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(KEPT), "its key is there: it can be opened again"
    page.context.clear_cookies()
    page.goto("/promise")
    page.wait_for_function(f"() => {KEPT} === null")


def test_a_server_that_does_not_answer_is_told_and_asked_again(connected):
    page = connected(path=None)
    page.route("**/api/trends", lambda route: route.abort(), times=1)
    page.goto(TRENDS)
    alert = main(page).get_by_role("alert")
    expect(alert).to_contain_text("Keepless cannot be reached")
    alert.get_by_role("button", name="Ask again").click()
    ready(page)
    expect(alert).to_have_count(0)


def test_spanish_has_its_own_words(connected):
    page = connected(path=TRENDS, locale="es-ES")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tendencias")
    expect(main(page).get_by_role("heading", level=2, name="gastados al mes en USD, de media")).to_be_visible()
    page.get_by_role("button", name="Conservar mis tendencias").click()
    expect(page.get_by_text(re.compile(r"Este navegador guarda sus meses desde \w+ de \d{4}"))).to_be_visible()
    assert_accessible(page, "tendencias")


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_axe_finds_nothing_on_trends(connected, width):
    page = ready(connected(path=TRENDS, width=width))
    for table in main(page).get_by_text("The same as a table").all():
        table.click()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert_accessible(page, f"trends, {width}")
