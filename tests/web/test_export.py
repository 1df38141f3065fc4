"""Exports over HTTP: the rows of the statement in three formats, whole or refused, and nothing of them in a log."""

import json
import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser

import msgspec
import pytest
from support.exporting import original, read_csv, read_json, read_ofx, total
from support.website import session_cookie, sets_session

FORMATS = ("csv", "json", "ofx")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
DAY = datetime.now(UTC).date()


def export(visitor, form, **asked):
    return visitor.post("/api/export", data={"format": form, **asked})


def rows_of(visitor, **asked):
    """What the JSON lists for the same conditions, all pages."""
    listed = visitor.get("/api/transactions", query_string=asked).json
    pages = [
        visitor.get("/api/transactions", query_string={**asked, "page": n + 1}).json for n in range(listed["pages"])
    ]
    return [row for page in pages for row in page["transactions"]]


def major(row):
    digits = {"JPY": 0, "KWD": 3, "BTC": 8}.get(row["currency"], 2)
    return Decimal(row["amount"]).scaleb(-digits)


def custom(site, local_plaid, *accounts):
    """A visitor of a bank with these accounts, each a dict of Plaid's custom-user JSON."""
    plain = {"type": "depository", "subtype": "checking", "starting_balance": 100}
    body = {"override_accounts": [{**plain, **account} for account in accounts]}
    return site.connected(local_plaid.connect("user_custom", json.dumps(body)))


def bought(amount, description="CORNER CAFE", *, ago=3, **told):
    day = (DAY - timedelta(days=ago)).isoformat()
    return {"date_transacted": day, "date_posted": day, "amount": amount, "description": description, **told}


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("csv", "text/csv; charset=utf-8"), ("json", "application/json"), ("ofx", "application/x-ofx")],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_export_is_a_file_that_nobody_keeps(visitor, form, media_type, method):
    answer = export(visitor, form) if method == "post" else visitor.get(f"/api/export?format={form}")
    assert answer.status_code == 200
    assert answer.content_type == media_type
    assert re.fullmatch(
        rf'attachment; filename="keepless-\d{{4}}-\d\d-\d\d\.{form}"', answer.headers["Content-Disposition"]
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Encoding" not in answer.headers
    assert not sets_session(answer)


def test_the_files_name_is_the_visitors_day(visitor):
    names = set()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        visitor.set_cookie("keepless-tz", zone)
        names.add(export(visitor, "csv", days="7").headers["Content-Disposition"])
    assert len(names) == 2


def test_every_row_of_the_list_is_in_the_csv_with_its_amount(visitor):
    told = {row["id"]: row for row in rows_of(visitor)}
    back = read_csv(export(visitor, "csv").data)
    assert [cells["id"] for cells in back] == list(told)
    for cells in back:
        assert Decimal(cells["amount"]) == major(told[cells["id"]])
        assert original(cells["merchant"]) == told[cells["id"]]["merchant"]


def test_every_row_of_the_list_is_in_the_json_with_its_amount(visitor):
    told = {row["id"]: row for row in rows_of(visitor)}
    back = read_json(export(visitor, "json").data)["transactions"]
    assert [each["id"] for each in back] == list(told)
    assert all(Decimal(each["amount"]) == major(told[each["id"]]) for each in back)


def test_the_ofx_has_the_sum_of_each_account_to_the_cent_turned_round(visitor):
    sums, ids = defaultdict(Decimal), defaultdict(set)
    for row in rows_of(visitor):
        if not row["pending"]:
            sums[row["account_id"], row["currency"]] -= major(row)
            ids[row["account_id"], row["currency"]].add(row["id"])
    told = read_ofx(export(visitor, "ofx").data)
    assert len(told) == len(sums) >= 3
    by_ids = {frozenset(each.fitid for each in statement.transactions): statement for statement in told.values()}
    for key, of_account in ids.items():
        statement = by_ids[frozenset(of_account)]
        assert total(each.trnamt for each in statement.transactions) == sums[key]
        assert statement.curdef == key[1]


@pytest.mark.parametrize("form", FORMATS)
def test_twenty_thousand_rows_are_exported(site, local_plaid, form):
    visitor = site.connected(local_plaid.connect("demo-20000"))
    answer = visitor.get(f"/api/export?format={form}")
    assert answer.is_streamed
    file = b"".join(answer.iter_encoded())
    marks = {"csv": b"\r\n", "json": b'{"id":', "ofx": b"<STMTTRN>"}
    assert file.count(marks[form]) > 15_000


def test_a_row_that_was_booked_after_the_last_day_asked_for_is_not_lost(site, local_plaid):
    happened, booked = DAY - timedelta(days=20), DAY - timedelta(days=15)
    late = {**bought(5, "LATE CAFE"), "date_transacted": happened.isoformat(), "date_posted": booked.isoformat()}
    visitor = custom(site, local_plaid, {"transactions": [late]})
    (shown,) = visitor.get("/api/transactions").json["transactions"]
    told = read_csv(export(visitor, "csv", to=shown["date"]).data)
    assert [cells["id"] for cells in told] == [shown["id"]]
    assert rows_of(visitor, to=shown["date"]) == [shown]
    sums = visitor.get(f"/api/spending-analysis?to={shown['date']}").json
    assert sums["currencies"]["USD"]["spent"] == shown["amount"]


def test_whatever_the_last_day_the_list_and_the_export_have_the_same_rows_each_once(visitor):
    for ago in range(0, 40, 5):
        last = (DAY - timedelta(days=ago)).isoformat()
        told = [cells["id"] for cells in read_csv(export(visitor, "csv", to=last).data)]
        assert told == [row["id"] for row in rows_of(visitor, to=last)]
        assert len(set(told)) == len(told) > 0


# What is asked for.


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize(
    "name", ["category", "account", "merchant", "kind", "currency", "pending", "q", "min", "from", "days"]
)
def test_each_condition_narrows_the_export_as_it_narrows_the_list(visitor, form, name):
    first = next(row for row in rows_of(visitor) if row["pending"])
    value = {
        "category": first["primary"],
        "account": first["account_id"],
        "merchant": first["merchant"],
        "kind": "card_payment",
        "currency": "EUR",
        "pending": "yes",
        "q": first["merchant"][:5],
        "min": "100",
        "from": (DAY - timedelta(days=6)).isoformat(),
        "days": "7",
    }[name]
    listed = [row["id"] for row in rows_of(visitor, **{name: value})]
    file = export(visitor, form, **{name: value}).data
    told = [each["id"] for each in (read_csv(file) if form == "csv" else read_json(file)["transactions"])]
    assert told == listed
    assert len(told) < len(rows_of(visitor))
    assert told or name == "currency"


def test_the_kind_of_a_row_is_that_of_its_account(site, local_plaid):
    visitor = custom(
        site,
        local_plaid,
        {"type": "credit", "subtype": "credit card", "transactions": [bought(-90, "INTO THE CARD")]},
        {"transactions": [bought(-90, "INTO THE ACCOUNT")]},
    )
    for kind in ("income", "card_payment"):
        told = read_csv(export(visitor, "csv", kind=kind).data)
        assert {cells["kind"] for cells in told} <= {kind}
        assert [cells["id"] for cells in told] == [row["id"] for row in rows_of(visitor, kind=kind)]
        counted = "1 transaction," if told else "0 transactions,"
        assert counted in visitor.get("/statement", query_string={"kind": kind}).text


def test_address_and_form_give_the_same_file(visitor):
    assert visitor.get("/api/export?format=csv&days=30").data == export(visitor, "csv", days="30").data


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"days": "7"}, "format"),
        ({"format": "xls"}, "format"),
        ({"format": "csv", "page": "1"}, "page"),
        ({"format": "csv", "kind": "gift"}, "kind"),
        ({"format": "csv", "pending": "maybe"}, "pending"),
        ({"format": "csv", "partial": "1"}, "partial"),
        ({"format": "csv", "currency": "U$D"}, "currency"),
        ({"format": "csv", "merchant": "x" * 201}, "merchant"),
        ({"format": "csv", "from": "2026-02-30"}, "from"),
        ({"format": "ofx", "pending": "yes"}, "pending"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_input_24_a_value_that_makes_no_sense_is_refused_by_its_name(visitor, asked, field, method):
    sent = {"query_string": asked} if method == "get" else {"data": asked}
    answer = getattr(visitor, method)("/api/export", **sent)
    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (400, "invalid_field", field)


@pytest.mark.parametrize("sent", [{"json": {"format": "csv"}}, {"data": b"format=csv", "content_type": "text/plain"}])
def test_a_body_that_is_no_form_is_refused(visitor, sent):
    answer = visitor.post("/api/export", **sent)
    assert (answer.status_code, answer.json["field"]) == (400, "Content-Type")


def test_r16_a_form_of_another_site_gets_nothing(visitor):
    answer = visitor.post("/api/export", data={"format": "csv"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.json["code"]) == (403, "cross_site")


def test_an_export_needs_a_session(lone_site):
    for answer in (export(lone_site.browser(), "csv"), lone_site.browser().get("/api/export?format=csv")):
        assert (answer.status_code, answer.json["code"]) == (401, "session_missing")


def test_r17_what_was_looked_for_is_in_no_log(visitor, log):
    merchant = rows_of(visitor)[0]["merchant"]
    assert export(visitor, "csv", merchant=merchant).status_code == 200
    assert merchant not in log.getvalue()
    assert "/api/export" in log.getvalue()


# Odd rows, through Plaid's own shapes.


def test_odd_names_come_back_in_every_format(site, local_plaid):
    names = [
        "=cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        '"quoted", with a comma',
        "caf\u00e9 \U0001f980 \u202ertl",
        "z" * 200,
    ]
    visitor = custom(site, local_plaid, {"transactions": [bought(n + 1, name) for n, name in enumerate(names)]})
    told = {row["id"]: row["name"] for row in rows_of(visitor)}
    assert len(told) == len(names)
    back = read_csv(export(visitor, "csv").data)
    assert {cells["id"]: original(cells["description"]) for cells in back} == told
    assert not any(cells["description"].startswith(("=", "-", "@")) for cells in back)
    back = read_json(export(visitor, "json").data)["transactions"]
    assert {each["id"]: each["description"] for each in back} == told
    (statement,) = read_ofx(export(visitor, "ofx").data).values()
    assert {each.fitid: each.memo or each.name for each in statement.transactions} == told


def test_currencies_are_never_mixed(site, local_plaid):
    visitor = custom(
        site,
        local_plaid,
        {"currency": "USD", "transactions": [bought(12.34), bought(900, currency="JPY"), bought(1.5, currency="EUR")]},
        {"currency": "KWD", "transactions": [bought(1.234)]},
    )
    told = read_ofx(export(visitor, "ofx").data)
    sums = {
        currency: total(each.trnamt for each in statement.transactions) for (_, currency), statement in told.items()
    }
    assert sums == {"USD": Decimal("-12.34"), "JPY": -900, "EUR": Decimal("-1.50"), "KWD": Decimal("-1.234")}
    amounts = {(cells["currency"], cells["amount"]) for cells in read_csv(export(visitor, "csv").data)}
    assert amounts == {("USD", "12.34"), ("JPY", "900"), ("EUR", "1.50"), ("KWD", "1.234")}


def test_coins_are_written_by_all_but_ofx_which_says_so(site, local_plaid):
    visitor = custom(site, local_plaid, {"currency": "BTC", "transactions": [bought(0.005), bought(3, currency="USD")]})
    amounts = {cells["amount"] for cells in read_csv(export(visitor, "csv").data)}
    assert amounts == {"0.00500000", "3.00"}
    refused = export(visitor, "ofx")
    assert (refused.status_code, refused.json["code"]) == (409, "export_needs_attention")
    assert "BTC" in refused.json["detail"]
    assert {currency for _, currency in read_ofx(export(visitor, "ofx", partial="yes").data)} == {"USD"}


@pytest.mark.parametrize("form", FORMATS)
def test_an_account_without_transactions_is_an_export_without_rows(site, local_plaid, form):
    visitor = custom(site, local_plaid, {})
    file = export(visitor, form)
    assert file.status_code == 200
    read = {"csv": read_csv, "json": lambda told: read_json(told)["transactions"], "ofx": read_ofx}[form]
    assert not read(file.data)


# Whole or refused.


@pytest.fixture
def two_banks(site, local_plaid):
    """A visitor with a bank that will fail (its token beside) and one that will not."""
    failing, fine = local_plaid.connect("user_good"), local_plaid.connect("demo", institution="ins_109509")
    return site.connected(failing, fine), failing


LOGIN = {"error_type": "ITEM_ERROR", "error_code": "ITEM_LOGIN_REQUIRED"}
DOWN = {"error_type": "INSTITUTION_ERROR", "error_code": "INSTITUTION_DOWN"}
UNREADY = {"error_type": "ITEM_ERROR", "error_code": "PRODUCT_NOT_READY"}


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [(LOGIN, 409, "export_needs_attention"), (DOWN, 503, "export_incomplete"), (UNREADY, 503, "export_incomplete")],
    ids=["login", "down", "unready"],
)
def test_a_bank_that_fails_is_never_left_out_in_silence(two_banks, local_plaid, fault, status, code):
    visitor, failing = two_banks
    local_plaid.fault("/transactions/get", access_token=failing, **fault)
    before = session_cookie(visitor)
    for form in FORMATS:
        answer = export(visitor, form)
        assert (answer.status_code, answer.mimetype, answer.json["code"]) == (status, "application/problem+json", code)
        assert "Content-Disposition" not in answer.headers
        assert ("Retry-After" in answer.headers) == (status == 503) == answer.json["retryable"]
        (problem,) = answer.json["problems"]
        assert problem["bank"]["name"] in answer.json["detail"]
        assert "partial=yes" in answer.json["next_step"]
    assert session_cookie(visitor) == before


@pytest.mark.parametrize("form", FORMATS)
def test_a_partial_export_is_asked_for_in_so_many_words(two_banks, local_plaid, form):
    visitor, failing = two_banks
    whole = export(visitor, form)
    local_plaid.fault("/transactions/get", access_token=failing, **LOGIN)
    part = export(visitor, form, partial="yes")
    assert part.status_code == 200
    assert 0 < len(part.data) < len(whole.data)


def test_a_partial_json_says_what_it_lacks(two_banks, local_plaid):
    visitor, failing = two_banks
    assert read_json(export(visitor, "json").data)["missing"] == []
    local_plaid.fault("/transactions/get", access_token=failing, **LOGIN)
    told = read_json(export(visitor, "json", partial="yes").data)
    assert [each["code"] for each in told["missing"]] == ["ITEM_LOGIN_REQUIRED"]
    assert len(told["banks"]) == 1


def test_one_bank_that_waits_and_one_that_needs_the_person_is_not_worth_waiting_for(site, local_plaid):
    tokens = [local_plaid.connect("user_good"), local_plaid.connect("user_good"), local_plaid.connect("demo")]
    visitor = site.connected(*tokens)
    local_plaid.fault("/transactions/get", access_token=tokens[0], **DOWN)
    local_plaid.fault("/transactions/get", access_token=tokens[1], **LOGIN)
    answer = export(visitor, "csv")
    assert (answer.status_code, len(answer.json["problems"])) == (409, 2)


@pytest.mark.parametrize("partial", ["", "yes"])
def test_no_bank_that_answers_is_no_empty_file(visitor, local_plaid, partial):
    local_plaid.fault("/transactions/get", **DOWN)
    answer = export(visitor, "csv", partial=partial)
    assert (answer.status_code, answer.json["code"]) == (503, "no_bank_readable")


def test_a_bank_that_gives_plaid_no_transactions_has_none_to_miss(two_banks, local_plaid):
    visitor, failing = two_banks
    local_plaid.fault(
        "/transactions/get", access_token=failing, error_type="ITEM_ERROR", error_code="PRODUCTS_NOT_SUPPORTED"
    )
    told = read_json(export(visitor, "json").data)
    assert [each["code"] for each in told["missing"]] == ["PRODUCTS_NOT_SUPPORTED"]
    assert told["transactions"]


class Garbling:
    """The real Plaid client, some of whose entries could not be understood."""

    def __init__(self, plaid, unreadable):
        self._plaid = plaid
        self._unreadable = unreadable

    def __getattr__(self, name):
        return getattr(self._plaid, name)

    def fetch(self, *asked, **told):
        return msgspec.structs.replace(self._plaid.fetch(*asked, **told), unreadable=self._unreadable)


def test_entries_that_made_no_sense_are_not_left_out_in_silence(site, local_plaid):
    garbling = site.with_parts(plaid=Garbling(site.parts.plaid, 3))
    visitor = garbling.connected(local_plaid.connect("demo"))
    answer = export(visitor, "csv")
    assert (answer.status_code, answer.json["code"], answer.json["problems"]) == (409, "export_needs_attention", [])
    assert "First Platypus Bank: 3 entries made no sense." in answer.json["detail"]
    told = read_json(export(visitor, "json", partial="yes").data)
    assert [each["unreadable"] for each in told["missing"]] == [3]


def test_a_person_gets_a_page_and_a_program_a_problem(two_banks, local_plaid):
    visitor, failing = two_banks
    local_plaid.fault("/transactions/get", access_token=failing, **LOGIN)
    page = visitor.post("/api/export", data={"format": "csv"}, headers={"Accept": BROWSER})
    assert (page.status_code, page.mimetype) == (409, "text/html")
    problem = visitor.post("/api/export", data={"format": "csv"}, headers={"Accept": "*/*"})
    assert problem.mimetype == "application/problem+json"
    assert problem.json["detail"] in unescape(page.text)
    assert problem.json["next_step"] in unescape(page.text)


# The statement's form.


class Forms(HTMLParser):
    """The fields of each form, by its action."""

    def __init__(self, text):
        super().__init__()
        self.forms = defaultdict(list)
        self._at = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "form":
            self._at = told["action"]
            assert told.get("method") == ("post" if self._at.startswith("/api/") else told.get("method"))
        elif tag in {"input", "button"} and told.get("name") and self._at:
            self.forms[self._at].append((told["name"], told.get("value", ""), told.get("type", tag)))

    def handle_endtag(self, tag):
        if tag == "form":
            self._at = None


def test_the_statements_form_exports_what_the_statement_shows(visitor):
    merchant = next(row["merchant"] for row in rows_of(visitor) if row["primary"] == "FOOD_AND_DRINK")
    asked = {"days": "60", "category": "FOOD_AND_DRINK", "merchant": merchant, "q": "", "pending": "no"}
    page = visitor.get("/statement", query_string=asked)
    fields = Forms(page.text).forms["/api/export"]
    hidden = {name: value for name, value, kind in fields if kind == "hidden"}
    assert hidden == {name: value for name, value in asked.items() if value}
    assert [value for name, value, kind in fields if (name, kind) == ("format", "button")] == list(FORMATS)
    assert ("partial", "yes", "checkbox") in fields
    shown = re.search(r"([\d,]+) transactions?,", page.text)[1].replace(",", "")
    told = read_csv(export(visitor, "csv", **hidden).data)
    assert len(told) == int(shown) > 0
    assert {cells["merchant"] for cells in told} == {merchant}


def test_a_further_filter_keeps_the_conditions_that_have_no_field(visitor):
    page = visitor.get("/statement?kind=spending&pending=no&page=1")
    (filtering,) = [fields for action, fields in Forms(page.text).forms.items() if action.endswith("#transactions")]
    hidden = {name: value for name, value, kind in filtering if kind == "hidden"}
    assert hidden == {"kind": "spending", "pending": "no"}
    assert "Show all" in page.text


def test_a_statement_that_shows_nothing_has_nothing_to_export(visitor):
    assert "/api/export" not in visitor.get("/statement?q=nowhere-to-be-found").text
