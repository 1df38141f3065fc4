"""The pages as a visitor without JavaScript has them, on the real application and the real local Plaid."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from support.website import session_cookie, set_session, sets_session

from keepless.web.app import create_app
from keepless.web.session import LOCAL_NAME


class Outline(HTMLParser):
    """Collects what a page is made of: tags with their attributes, ids, and text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def words(answer):
    return re.sub(r"\s+", " ", " ".join(Outline(answer.text).text))


def test_a_new_visitor_sees_what_this_is_and_both_ways_to_connect(lone_site):
    page = lone_site.browser().get("/")
    assert page.status_code == 200
    assert "Choose your bank" in words(page)
    assert "Held about you: nothing in this browser ; on the server: nothing" in words(page)
    assert ".venv/bin/python scripts/setup_plaid_token.py" in words(page)
    assert "demo" in words(page)
    assert lone_site.site.link_script in page.text
    assert not page.headers.getlist("Set-Cookie")


def test_the_hint_at_the_test_household_is_for_the_local_plaid_only(lone_site):
    assert "an invented household" in lone_site.browser().get("/").text
    production = create_app(replace(lone_site.site, environment="production"), lone_site.parts)
    page = production.test_client().get("/").text
    assert "an invented household" not in page
    assert "setup_plaid_token" not in page


def test_a_pasted_token_leads_to_the_statement(site, local_plaid):
    browser = site.browser()
    answer = browser.post("/setup", data={"access_token": f"  {local_plaid.connect('demo')}\n"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    page = browser.get("/")
    assert page.status_code == 200
    text = words(page)
    assert re.search(r"\$[\d,]+\.\d\d spent so far", text)
    assert "Held about you: sealed cookies in this browser ; on the server: nothing" in text
    for heading in ("Due next", "Cards", "Spending", "By category", "By merchant", "Transactions", "Accounts", "Loans"):
        assert heading in text


def test_keep_me_connected_makes_the_longer_session(site, local_plaid):
    browser = site.browser()
    browser.post("/setup", data={"access_token": local_plaid.connect("demo"), "keep_connected": "yes"})
    vault = site.vault_of(browser)
    assert vault.expires_at - vault.issued_at == timedelta(days=30)


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "Paste an access token first."),
        ("public-sandbox-1", "A public token is traded"),
        ("access sandbox", "does not look like an access token"),
        ("access-sandbox-" + "a" * 300, "does not look like an access token"),
        ("access-\u00fc", "does not look like an access token"),
        ("<script>alert(1)</script>", "does not look like an access token"),
    ],
)
def test_what_cannot_be_a_token_is_refused_beside_the_field_without_asking_plaid(lone_site, pasted, said):
    answer = lone_site.browser().post("/setup", data={"access_token": pasted})
    assert answer.status_code == 400
    assert said in words(answer)
    assert 'aria-invalid="true"' in answer.text
    assert "<script>alert" not in answer.text
    assert not sets_session(answer)


def test_a_token_that_plaid_does_not_know_is_refused_with_the_next_step(site):
    answer = site.browser().post("/setup", data={"access_token": "access-sandbox-0f8fad5b-d9cb-469f-a165-70867728950e"})
    assert answer.status_code == 400
    assert "Plaid does not know this access token" in words(answer)
    assert "0f8fad5b" not in answer.text
    assert not sets_session(answer)


def test_a_refused_token_keeps_the_choice_to_stay_connected(lone_site):
    answer = lone_site.browser().post("/setup", data={"access_token": "", "keep_connected": "yes"})
    (box,) = [each for each in Outline(answer.text).all("input") if each.get("name") == "keep_connected"]
    assert "checked" in box


def test_a_second_bank_is_added_beside_the_first(site, local_plaid, visitor):
    page = visitor.get("/setup")
    assert "Connected now:" in words(page)
    assert "keep_connected" not in page.text  # a session's end does not move
    site.connected(local_plaid.connect("user_good"), browser=visitor)
    assert len(site.vault_of(visitor).banks) == 2


def test_the_filter_chooses_transactions_and_stays_in_the_form(visitor):
    page = visitor.get("/?category=TRAVEL&days=365&q=&min=&from=")
    outline = Outline(page.text)
    chosen = [each["value"] for each in outline.all("option") if "selected" in each]
    assert chosen == ["TRAVEL", "365"]
    everything = visitor.get("/?days=365")
    assert rows_of(page) < rows_of(everything)


def chosen_days(answer):
    menu = answer.text[answer.text.index('id="f-days"') :]
    return re.search(r'value="(\d*)" selected>([^<]+)<', menu).groups()


def test_the_form_shows_the_period_that_the_page_shows(visitor):
    assert chosen_days(visitor.get("/")) == ("90", "90 days")
    assert chosen_days(visitor.get("/?days=45")) == ("45", "45 days")
    assert chosen_days(visitor.get(f"/?to={date.today() - timedelta(days=30)}")) == ("", "By date")  # noqa: DTZ011


def rows_of(answer):
    return int(re.search(r"([\d,]+) transactions?, ", words(answer))[1].replace(",", ""))


def test_nothing_that_matches_says_so_and_offers_the_way_back(visitor):
    page = visitor.get("/?q=nobodyeversoldthis")
    assert page.status_code == 200
    assert "No transaction matches. Show all" in words(page)


def test_search_words_come_back_escaped(visitor):
    page = visitor.get("/", query_string={"q": "o'neill & sons"})
    assert page.status_code == 200
    assert 'value="o&#39;neill &amp; sons"' in page.text


@pytest.mark.parametrize(
    ("query", "field"),
    [("days=0", "days"), ("from=2026-02-31", "from"), ("min=x", "min"), ("page=0", "page"), ("colour=red", "colour")],
)
def test_a_query_that_makes_no_sense_is_a_page_that_names_the_field(visitor, query, field):
    page = visitor.get(f"/?{query}", headers={"Accept": "text/html"})
    assert page.status_code == 400
    assert f"{field}:" in words(page)
    assert "Back to the start" in words(page)


def test_twenty_thousand_transactions_make_a_small_page_with_a_pager(site, local_plaid):
    browser = site.connected(local_plaid.connect("demo-20000"))
    page = browser.get("/?days=90")
    assert len(page.data) < 80_000
    table = page.text[page.text.index('class="ledger"') :]
    assert table[: table.index("</table>")].count("<tr>") == 51
    assert "Page 1 of" in words(page)
    (older,) = [each["href"] for each in Outline(page.text).all("a") if each.get("rel") == "next"]
    following = browser.get(older.split("#")[0])
    assert "Page 2 of" in words(following)


def test_a_page_past_the_last_is_empty_and_leads_back(visitor):
    page = visitor.get("/?page=9999")
    assert page.status_code == 200
    (newer,) = [each["href"] for each in Outline(page.text).all("a") if each.get("rel") == "prev"]
    assert "transactions" in visitor.get(newer.split("#")[0]).text


def test_input_19_a_bank_that_asks_for_its_login_has_its_own_card_and_the_others_show(site, local_plaid, visitor):
    broken = local_plaid.connect("user_good")
    site.connected(broken, browser=visitor)
    local_plaid.call("/sandbox/item/reset_login", {"access_token": broken})
    page = visitor.get("/")
    assert page.status_code == 200
    (item,) = [bank.bank.item_id for bank in site.vault_of(visitor).banks if bank.token.reveal() == broken]
    (button,) = [each for each in Outline(page.text).all("button") if each.get("data-connect")]
    assert button["data-connect"] == item
    assert site.site.link_script in page.text
    assert site.site.link_script in page.headers["Content-Security-Policy"]
    assert "Your other banks are shown below" in words(page)
    assert re.search(r"spent so far.* Without [\w ]+, whose transactions did not come", words(page))


def test_link_is_on_no_page_that_does_not_need_it(site, visitor):
    for path in ("/", "/status", "/promise"):
        page = visitor.get(path)
        assert site.site.link_script not in page.text
        assert site.site.link_script not in page.headers["Content-Security-Policy"]


def test_input_20_a_bank_that_is_not_ready_has_a_waiting_card_and_the_page_asks_again(local_plaid, visitor):
    local_plaid.fault("/transactions/get", error_code="PRODUCT_NOT_READY", error_type="ITEM_ERROR", status=400)
    page = visitor.get("/")
    assert page.status_code == 200
    assert [each["content"] for each in Outline(page.text).all("meta") if each.get("http-equiv") == "refresh"] == ["6"]
    assert "asks again by itself" in words(page)
    local_plaid.end_faults()
    assert "http-equiv" not in visitor.get("/").text


def test_input_18_an_outage_is_a_card_with_the_next_step_and_no_stack_trace(local_plaid, visitor):
    local_plaid.fault("/transactions/get", error_code="INSTITUTION_DOWN", error_type="INSTITUTION_ERROR", status=400)
    page = visitor.get("/")
    assert page.status_code == 200
    assert "Try again in a moment." in words(page)
    assert "INSTITUTION_DOWN" in words(page)
    assert not sets_session(page)


def test_cards_show_without_terms_where_the_bank_tells_none(local_plaid, visitor):
    local_plaid.fault("/liabilities/get", error_code="PRODUCTS_NOT_SUPPORTED", error_type="ITEM_ERROR", status=400)
    text = words(visitor.get("/"))
    assert "used" in text
    assert "This bank gives Plaid no terms of cards and loans." in text


def test_logging_out_removes_every_bank_at_plaid_and_shows_the_receipt(site, local_plaid, visitor):
    site.connected(local_plaid.connect("user_good"), browser=visitor)
    page = visitor.post("/logout")
    assert page.status_code == 200
    assert session_cookie(visitor) is None
    assert {item["state"] for item in local_plaid.items()} == {"removed"}
    assert "Disconnected" in words(page)
    receipt = page.text[page.text.index('id="receipt"') :]
    assert len(re.findall(r"<code>\w+</code>", receipt)) == 2
    assert "nothing in this browser" in words(page)


def test_r13_a_bank_that_could_not_be_removed_is_named_kept_and_tried_again(site, local_plaid, visitor):
    stubborn = local_plaid.connect("user_good")
    site.connected(stubborn, browser=visitor)
    (item,) = [bank.bank.item_id for bank in site.vault_of(visitor).banks if bank.token.reveal() == stubborn]
    local_plaid.fault(
        "/item/remove", item_id=item, error_code="INTERNAL_SERVER_ERROR", error_type="API_ERROR", status=500
    )
    page = visitor.post("/logout")
    assert page.status_code == 502
    assert "Try again now" in words(page)
    assert [bank.token.reveal() for bank in site.vault_of(visitor).banks] == [stubborn]
    local_plaid.end_faults()
    assert visitor.post("/logout").status_code == 200
    assert session_cookie(visitor) is None
    assert {each["state"] for each in local_plaid.items()} == {"removed"}


def test_logging_out_without_a_session_leads_to_the_start(lone_site):
    answer = lone_site.browser().post("/logout")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_logout_is_never_a_get(visitor):
    assert visitor.get("/logout").status_code == 405
    assert session_cookie(visitor) is not None


@pytest.mark.parametrize("path", ["/", "/setup"])
def test_an_expired_session_may_only_revoke_by_a_form_that_sends_itself(site, local_plaid, visitor, path):
    site.clock.ahead = timedelta(days=8)
    page = visitor.get(path)
    assert page.status_code == 401
    (form,) = Outline(page.text).all("form")
    assert (form["method"], form["action"], "data-sends-itself" in form) == ("post", "/logout", True)
    assert not sets_session(page)
    assert visitor.post("/setup", data={"access_token": local_plaid.connect("user_good")}).status_code == 401
    assert visitor.post("/logout").status_code == 200
    assert "removed" in {item["state"] for item in local_plaid.items()}
    assert session_cookie(visitor) is None


@pytest.mark.parametrize("path", ["/", "/setup"])
def test_r9_an_unreadable_cookie_is_left_alone_and_explained(lone_site, path):
    browser = lone_site.browser()
    set_session(browser, "v1.AAAAAAAA.nonsense")
    page = browser.get(path)
    assert page.status_code == 401
    assert "cannot be opened" in words(page)
    assert not sets_session(page)
    for answer in (browser.post("/logout"), browser.post("/setup", data={"access_token": "access-sandbox-1"})):
        assert answer.status_code == 401
        assert not sets_session(answer)


def test_an_unreadable_cookie_is_forgotten_only_when_asked_for_in_so_many_words(lone_site):
    browser = lone_site.browser()
    set_session(browser, "v1.AAAAAAAA.nonsense")
    answer = browser.post("/setup", data={"forget": "unreadable"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/setup")
    assert browser.get_cookie(LOCAL_NAME) is None


def test_the_signature_line_is_true_on_pages_that_need_no_session(lone_site, visitor):
    assert "sealed cookies in this browser" in words(visitor.get("/promise"))
    fresh = lone_site.browser()
    assert "nothing in this browser" in words(fresh.get("/promise"))
    set_session(fresh, "v1.AAAAAAAA.nonsense")
    assert "sealed cookies in this browser" in words(fresh.get("/promise"))


def test_a_readable_cookie_is_not_forgotten_that_way(visitor):
    visitor.post("/setup", data={"forget": "unreadable"})
    assert session_cookie(visitor) is not None


def test_today_is_the_visitors_own_day_and_utc_says_so(site, visitor):
    assert "by UTC" in words(visitor.get("/"))
    visitor.set_cookie("keepless-tz", "Pacific/Kiritimati")
    page = words(visitor.get("/statement"))
    assert "by UTC" not in page
    ahead = site.clock().astimezone(ZoneInfo("Pacific/Kiritimati"))
    assert f"Today is {ahead.day} " in page


def test_the_status_page_says_in_words_what_the_json_says(site, visitor):
    visitor.get("/")
    page = words(visitor.get("/status", headers={"Accept": "text/html"}))
    assert "the local Plaid, with invented people only" in page
    assert "nothing is stored on the server" in page
    told = visitor.get("/status", headers={"Accept": "application/json"}).json
    assert told["cache"] == "none"
    assert told["plaid"]["last_success"] is not None


def test_the_status_page_says_when_plaid_fails(lone_site):
    browser = lone_site.browser()
    browser.post("/setup", data={"access_token": "access-sandbox-0f8fad5b-d9cb-469f-a165-70867728950e"})
    page = words(browser.get("/status", headers={"Accept": "text/html"}))
    assert "Plaid is not answering well" in page


def test_the_promise_says_what_the_operator_could_see_and_never_that_there_is_no_risk(lone_site):
    text = words(lone_site.browser().get("/promise"))
    assert "Whoever controls the running server at that moment could see it" in text
    assert "One cookie in this browser" in text
    assert "zero" not in text.lower()
    assert "Valid 7 days, or 30" in text


PAGES = ("/", "/setup", "/status", "/promise", "/nowhere")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_well_made_for_those_who_do_not_see_it(visitor, path):
    page = visitor.get(path, headers={"Accept": "text/html"})
    outline = Outline(page.text)
    (html,) = outline.all("html")
    assert html["lang"] == "en"
    assert len(outline.all("h1")) == len(outline.all("main")) == 1
    assert outline.all("a")[0] == {"class": "skip", "href": "#main"}
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    referred = [
        name
        for _, attributes in outline.tags
        for key in ("aria-labelledby", "aria-describedby", "for", "form")
        for name in attributes.get(key, "").split()
    ]
    assert set(referred) <= set(ids)
    assert len(outline.all("table")) == len(outline.all("caption"))
    labelled = {attributes.get("for") for attributes in outline.all("label")}
    for field in (*outline.all("input"), *outline.all("select")):
        assert field.get("id") in labelled or field.get("type") in {"checkbox", "hidden"}


@pytest.mark.parametrize("path", PAGES)
def test_r20_no_page_has_a_script_or_a_style_in_its_text(visitor, path):
    outline = Outline(visitor.get(path, headers={"Accept": "text/html"}).text)
    assert not outline.all("style")
    for tag, attributes in outline.tags:
        assert "style" not in attributes, tag
        assert not any(name.startswith("on") for name in attributes), tag
    assert all(script.get("src") for script in outline.all("script"))


def test_r17_no_token_and_no_cookie_is_in_the_text_of_a_page(site, visitor):
    page = visitor.get("/").text + visitor.get("/setup").text
    (key,) = site.vault_of(visitor).banks
    assert key.token.reveal() not in page
    assert session_cookie(visitor) not in page


def test_the_look_is_small(lone_site):
    sheet = lone_site.browser().get("/static/style.css", buffered=True)
    assert sheet.status_code == 200
    assert len(sheet.data) < 16_000


def test_a_bank_connected_twice_is_pointed_out_because_its_figures_count_twice(site, local_plaid, visitor):
    assert "connected twice" not in words(visitor.get("/"))
    site.connected(local_plaid.connect("demo"), browser=visitor)
    assert "seems to be connected twice" in words(visitor.get("/"))


def test_a_visitor_whose_banks_are_all_out_of_reach_still_gets_the_cards(local_plaid, visitor):
    local_plaid.fault("/transactions/get", error_code="ITEM_NOT_FOUND", error_type="ITEM_ERROR", status=400)
    page = visitor.get("/")
    assert page.status_code == 200
    assert "Connect it anew" in words(page)
    assert "Your other banks" not in words(page)
    assert len(Outline(page.text).all("h1")) == 1


def paying_user(*, transactions):
    """Plaid's custom-user JSON: one card with a payment to make, and maybe no purchase."""
    card = {
        "type": "credit",
        "subtype": "credit card",
        "starting_balance": 400,
        "meta": {"name": "Zwischenbankueberweisungsgesellschaft" * 2},
        "liability": {"type": "credit", "minimum_payment_amount": 35, "last_payment_amount": 10, "is_overdue": True},
        "transactions": transactions,
    }
    return json.dumps({"override_accounts": [card]})


def test_without_a_transaction_the_page_says_so_and_still_what_is_due(site, local_plaid):
    page = site.connected(local_plaid.connect("user_custom", paying_user(transactions=[]))).get("/")
    text = words(page)
    assert "Choose a longer period below, or come back after the next purchase." in text
    assert text.index("Due next") < text.index("$35.00") < text.index("Cards")
    assert "Your bank tells of no payment" not in text
    assert "rule of thumb" not in text  # there is no limit, so no bar and no mark on it
    assert len(Outline(page.text).all("h1")) == 1


def test_figures_that_lack_a_banks_transactions_say_so_beside_them(site, local_plaid):
    browser = site.connected(local_plaid.connect("user_custom", paying_user(transactions=[])))
    local_plaid.fault("/transactions/get", error_code="PRODUCTS_NOT_SUPPORTED", error_type="ITEM_ERROR", status=400)
    assert "No bank of yours gives Plaid transactions" in words(browser.get("/"))
