"""Trends over HTTP: the chart, the capsule that the browser keeps, files, and what is refused (docs/trends.md)."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from support.local_plaid import local_plaid as serve
from support.website import Clock, session_cookie, website

from keepless.core.capsule import end_of
from keepless.core.periods import month_of, months_between
from keepless.sandbox.options import Options
from keepless.web import trend_cookie
from keepless.web.trends import MAX_BODY

WORDS = "twelve letters and more"
HTTPS = {"base_url": "https://money.example"}
MONTHLY = 15  # the day of each month on which the household of these tests shops


def keep(browser, capsule=None, **options):
    return browser.post("/api/trends", json={"capsule": capsule}, **options)


def kept(browser, capsule=None):
    answer = keep(browser, capsule)
    assert answer.status_code == 200, answer.text
    return answer.json


def export(browser, capsule, passphrase=WORDS):
    return browser.post("/api/trends/export", json={"capsule": capsule, "passphrase": passphrase})


def take_in(browser, file, passphrase=WORDS, capsule=None):
    return browser.post("/api/trends/import", json={"file": file, "passphrase": passphrase, "capsule": capsule})


def trend_key(browser):
    cookie = browser.get_cookie(trend_cookie.LOCAL_NAME)
    return None if cookie is None else cookie.value


def trend_lines(answer):
    names = (f"{trend_cookie.NAME}=", f"{trend_cookie.LOCAL_NAME}=")
    return [line for line in answer.headers.getlist("Set-Cookie") if line.startswith(names)]


def tampered(text):
    place = len(text) // 2
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]


def months_of(answer):
    return [each["month"] for each in answer["months"]]


def without_sources(answer):
    return [{name: value for name, value in each.items() if name != "source"} for each in answer["months"]]


# --- the chart -------------------------------------------------------------------------------------------------------


def test_without_a_capsule_the_chart_is_what_the_banks_say(visitor):
    answer = visitor.get("/api/trends")
    assert answer.status_code == 200
    told = answer.json
    dollars = [each for each in told["months"] if each["currency"] == "USD"]
    assert [each["month"] for each in dollars] == months_between(dollars[0]["month"], told["today"][:7])
    assert len(dollars) >= 24
    assert {each["source"] for each in dollars} == {"banks"}
    assert [each["month"] for each in dollars if not each["complete"]] in (
        [dollars[0]["month"], told["today"][:7]],
        [told["today"][:7]],
    )
    assert (told["keeps"], told["problems"], told["gaps"], told["cache"]) == (False, [], [], "none")
    assert trend_lines(answer) == []


def test_the_months_are_those_of_the_spending_analysis(visitor):
    told = visitor.get("/api/trends").json
    analysis = visitor.get("/api/spending-analysis", query_string={"days": 730}).json["currencies"]
    shown = {(each["currency"], each["month"]): each for each in told["months"]}
    for currency, sums in analysis.items():
        for month, spent in list(sums["by_month"].items())[1:]:
            assert (
                shown[currency, month]["spent"]
                == spent
                == sum(each["spent"] for each in shown[currency, month]["by_category"])
            )


def test_cards_are_seen_today_and_told_for_the_months_before(visitor):
    told = visitor.get("/api/trends").json
    board = {card["account"]["mask"]: card for card in visitor.get("/api/dashboard").json["cards"]}
    assert {card["mask"] for card in told["cards"]} == set(board)
    for card in told["cards"]:
        latest = card["months"][-1]
        assert (latest["day"], latest["source"]) == (told["today"], "seen")
        assert latest["balance"] == board[card["mask"]]["owed"]
        assert abs(latest["basis_points"] - 10 * board[card["mask"]]["utilisation"]) <= 5
        assert {each["source"] for each in card["months"][:-1]} == {"worked_back"}


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_told_that_no_bank_is_connected(lone_site, method):
    browser = lone_site.browser()
    answer = browser.get("/api/trends") if method == "get" else keep(browser)
    assert (answer.status_code, answer.json["code"]) == (401, "session_missing")
    assert trend_lines(answer) == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_where_no_bank_answers_and_nothing_was_kept_there_is_no_chart(site, visitor, local_plaid, method):
    local_plaid.fault("/transactions/get", error_code="INSTITUTION_DOWN", error_type="INSTITUTION_ERROR")
    answer = visitor.get("/api/trends") if method == "get" else keep(visitor)
    assert answer.status_code == 503
    assert trend_lines(answer) == []


def test_where_no_bank_answers_what_was_kept_is_the_chart_and_stays_kept(visitor, local_plaid):
    before = kept(visitor)
    local_plaid.fault("/transactions/get", error_code="INSTITUTION_DOWN", error_type="INSTITUTION_ERROR")
    after = kept(visitor, before["capsule"])
    assert {each["source"] for each in after["months"]} == {"capsule"}
    assert without_sources(after) == without_sources(before)
    assert len(after["problems"]) == 1
    assert after["kept_from"] == before["kept_from"]


# --- the capsule -----------------------------------------------------------------------------------------------------


def test_t15_the_first_post_sets_the_key_and_the_next_ones_leave_it(visitor):
    first = keep(visitor)
    (line,) = trend_lines(first)
    assert line.endswith("; Max-Age=34560000; HttpOnly; Path=/; SameSite=Lax")
    again = keep(visitor, first.json["capsule"])
    assert again.status_code == 200
    assert trend_lines(again) == []
    assert visitor.get("/api/trends").json["keeps"] is True
    assert again.json["months"] == first.json["months"]
    assert (first.json["kept_from"], first.json["dropped"]) == (first.json["months"][0]["month"], 0)


def test_t15_over_https_the_key_has_the_prefix_that_no_other_site_can_set(site, local_plaid):
    browser = site.browser()
    browser.post("/setup", data={"access_token": local_plaid.connect("demo")}, **HTTPS)
    (line,) = trend_lines(keep(browser, **HTTPS))
    assert line.startswith(f"{trend_cookie.NAME}=")
    assert "; Secure; " in line


def test_t15_the_key_is_not_in_the_capsule_nor_in_any_answer(site, visitor):
    told = kept(visitor)
    secret = site.envelope.open(trend_cookie.PURPOSE, trend_key(visitor))
    assert trend_key(visitor) not in json.dumps(told)
    assert secret.hex() not in json.dumps(told)
    assert "Harbor" not in told["capsule"]


def test_must_show_a_tampered_capsule_is_refused_and_nothing_breaks(visitor):
    told = kept(visitor)
    key, session = trend_key(visitor), session_cookie(visitor)
    for capsule in (
        tampered(told["capsule"]),
        told["capsule"][:-1],
        told["capsule"] + "A",
        "",
        "x",
        "kt1." + "\u0000" * 50,
    ):
        answer = keep(visitor, capsule)
        assert (answer.status_code, answer.json["code"]) == (400, "capsule_unreadable"), capsule
        assert answer.headers.getlist("Set-Cookie") == []
    assert (trend_key(visitor), session_cookie(visitor)) == (key, session)
    assert visitor.get("/api/trends").json["months"] == told["months"]
    assert kept(visitor, told["capsule"])["months"] == told["months"]


def test_t15_a_capsule_opens_with_the_cookie_of_its_own_browser_only(site, visitor, local_plaid):
    told = kept(visitor)
    other = site.connected(local_plaid.connect("demo"))
    assert keep(other, told["capsule"]).json["code"] == "capsule_unreadable"  # no key at all
    assert trend_key(other) is None
    kept(other)
    assert keep(other, told["capsule"]).json["code"] == "capsule_unreadable"  # a key of its own


@pytest.mark.parametrize("purpose", ["session", "link", "arrival"])
def test_r8_a_text_sealed_for_another_purpose_is_no_key(site, visitor, purpose):
    plain = site.envelope.open(trend_cookie.PURPOSE, trend_key(visitor) or (kept(visitor) and trend_key(visitor)))
    visitor.set_cookie(trend_cookie.LOCAL_NAME, site.envelope.seal(purpose, plain))
    assert keep(visitor).json["code"] == "capsule_unreadable"


@pytest.mark.parametrize("wrong", ["x", "v1.00000000." + "A" * 60])
def test_t15_a_key_that_does_not_open_is_left_as_it_is_also_for_a_new_capsule(visitor, wrong):
    visitor.set_cookie(trend_cookie.LOCAL_NAME, wrong)
    for capsule in (None, "kt1." + "A" * 60):
        answer = keep(visitor, capsule)
        assert answer.json["code"] == "capsule_unreadable"
        assert trend_lines(answer) == []
    told = visitor.get("/api/trends")
    assert (told.status_code, told.json["keeps"]) == (200, True)
    assert visitor.get("/api/what-you-hold").json["in_browser"][-1]["opens"] is False


def test_t15_the_key_lives_on_by_use_and_for_400_days_without(site, visitor, local_plaid):
    told = kept(visitor)
    site.clock.ahead = timedelta(days=6)
    assert trend_lines(keep(visitor, told["capsule"])) == []
    site.clock.ahead = timedelta(days=31)
    again = site.connected(local_plaid.connect("demo"))
    again.set_cookie(trend_cookie.LOCAL_NAME, trend_key(visitor))
    assert len(trend_lines(keep(again, told["capsule"]))) == 1
    renewed = trend_key(again)
    site.clock.ahead = timedelta(days=401)
    late = site.connected(local_plaid.connect("demo"))
    late.set_cookie(trend_cookie.LOCAL_NAME, trend_key(visitor))
    assert keep(late, told["capsule"]).json["code"] == "capsule_unreadable"
    late.set_cookie(trend_cookie.LOCAL_NAME, renewed)
    assert keep(late, told["capsule"]).status_code == 200


def test_r4_a_get_never_writes_the_key(visitor):
    kept(visitor)
    for path in ("/api/trends", "/api/what-you-hold", "/"):
        assert trend_lines(visitor.get(path)) == []


def test_a_key_that_comes_twice_is_read_as_neither(site, visitor):
    kept(visitor)
    session, key = session_cookie(visitor), trend_key(visitor)
    header = f"keepless-local={session}; {trend_cookie.LOCAL_NAME}={key}; {trend_cookie.LOCAL_NAME}=x"
    answer = keep(site.raw_browser(), headers={"Cookie": header})
    assert answer.json["code"] == "bad_cookie"


def test_what_is_held_names_the_key_and_until_when_it_is_good(visitor):
    kept(visitor)
    (held,) = [each for each in visitor.get("/api/what-you-hold").json["in_browser"] if "trends" in each["name"]]
    assert (held["sealed"], held["http_only"], held["opens"]) == (True, True, True)
    assert datetime.fromisoformat(held["until"]) - datetime.now(UTC) > timedelta(days=399)


def test_forgetting_takes_the_key_away_and_the_capsule_is_then_nobodys(site, visitor):
    told = kept(visitor)
    answer = visitor.post("/api/trends/forget")
    assert (answer.status_code, answer.data) == (204, b"")
    (line,) = trend_lines(answer)
    assert "Max-Age=0" in line
    assert trend_key(visitor) is None
    assert keep(visitor, told["capsule"]).json["code"] == "capsule_unreadable"
    assert kept(visitor)["keeps"] is True  # begun anew
    assert site.browser().post("/api/trends/forget").status_code == 204


def test_a_key_that_does_not_open_can_be_forgotten(visitor):
    visitor.set_cookie(trend_cookie.LOCAL_NAME, "x")
    assert visitor.post("/api/trends/forget").status_code == 204
    assert keep(visitor).status_code == 200


def test_a_request_from_elsewhere_neither_keeps_nor_forgets(visitor):
    kept(visitor)
    for path in ("/api/trends", "/api/trends/export", "/api/trends/import", "/api/trends/forget"):
        answer = visitor.post(path, json={}, headers={"Sec-Fetch-Site": "cross-site"})
        assert (answer.status_code, answer.json["code"]) == (403, "cross_site")
    assert trend_key(visitor)


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_file_is_an_attachment_that_the_passphrase_opens_elsewhere(site, visitor, local_plaid):
    told = kept(visitor)
    answer = export(visitor, told["capsule"])
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="keepless-trends-{told["today"]}.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["keepless"] == "trends"
    other = site.connected(local_plaid.connect("user_good"))
    taken = take_in(other, answer.text)
    assert taken.status_code == 200
    assert (taken.json["months"], taken.json["cards"]) == (len(set(months_of(told))), len(told["cards"]))
    assert (taken.json["kept_from"], taken.json["dropped"]) == (told["kept_from"], 0)
    assert len(trend_lines(taken)) == 1
    assert set(months_of(told)) <= set(months_of(kept(other, taken.json["capsule"])))


def test_a_file_goes_into_what_the_browser_has_already(visitor):
    told = kept(visitor)
    taken = take_in(visitor, export(visitor, told["capsule"]).text, capsule=told["capsule"])
    assert trend_lines(taken) == []
    assert kept(visitor, taken.json["capsule"])["months"] == told["months"]


def test_a_file_can_be_written_without_a_session(site, visitor):
    told = kept(visitor)
    browser = site.browser()
    browser.set_cookie(trend_cookie.LOCAL_NAME, trend_key(visitor))
    assert export(browser, told["capsule"]).status_code == 200
    assert export(site.browser(), told["capsule"]).json["code"] == "capsule_unreadable"
    assert take_in(browser, "{}").json["code"] == "session_missing"


def test_t16_a_wrong_passphrase_and_a_changed_file_get_the_very_same_answer(visitor):
    told = kept(visitor)
    file = export(visitor, told["capsule"]).text
    answers = [
        take_in(visitor, file, "another long passphrase", told["capsule"]),
        take_in(visitor, tampered(file), WORDS, told["capsule"]),
        take_in(visitor, "{}", WORDS, told["capsule"]),
        take_in(visitor, told["capsule"], WORDS, told["capsule"]),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json["code"]) == (400, "trends_file_unreadable")
        assert answer.headers.getlist("Set-Cookie") == []
        assert answer.json | {"request_id": ""} == answers[0].json | {"request_id": ""}
    assert kept(visitor, told["capsule"])["months"] == told["months"]


def test_a_tampered_capsule_is_refused_for_files_too(visitor):
    told = kept(visitor)
    wrong = tampered(told["capsule"])
    assert export(visitor, wrong).json["code"] == "capsule_unreadable"
    file = export(visitor, told["capsule"]).text
    assert take_in(visitor, file, capsule=wrong).json["code"] == "capsule_unreadable"


def test_a_weak_passphrase_is_refused_by_its_name(visitor):
    told = kept(visitor)
    answer = export(visitor, told["capsule"], "short")
    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (400, "invalid_field", "passphrase")


def test_t16_when_too_many_keys_are_made_the_next_visitor_is_told_to_come_again(site, visitor, monkeypatch):
    told = kept(visitor)
    files = site.parts.trends._files
    monkeypatch.setattr(files, "_patience", 0.01)
    with files._turn(), files._turn():
        answer = export(visitor, told["capsule"])
    assert (answer.status_code, answer.json["code"], answer.headers["Retry-After"]) == (503, "busy", "5")
    assert export(visitor, told["capsule"]).status_code == 200


def test_r17_neither_the_passphrase_nor_a_capsule_is_in_a_log(visitor, log):
    told = kept(visitor)
    file = export(visitor, told["capsule"]).text
    take_in(visitor, tampered(file))
    keep(visitor, tampered(told["capsule"]))
    export(visitor, told["capsule"], "\u00e9" * 3)
    assert "/api/trends" in log.getvalue()
    for secret in (WORDS, told["capsule"][:30], trend_key(visitor), json.loads(file)["ciphertext"][:30], "\u00e9"):
        assert secret not in log.getvalue()


@pytest.mark.parametrize("path", ["/api/trends", "/api/trends/export", "/api/trends/import"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"capsule": 1}', 400),
        (b'{"capsule": null, "passphrase": "x", "file": "y", "more": 1}', 400),
        (b'{"capsule": "\\ud800", "passphrase": "twelve letters and more", "file": "\\ud800"}', 400),
        (b"x" * (MAX_BODY + 1), 413),
    ],
    ids=lambda value: str(value)[:60],
)
def test_bodies_that_make_no_sense_get_a_clear_answer(visitor, path, body, status):
    kept(visitor)
    answer = visitor.post(path, data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_other_addresses_still_read_64_kb_only(visitor):
    body = b'{"item_id": "' + b"x" * 65_536 + b'"}'
    assert visitor.post("/api/disconnect", data=body, content_type="application/json").status_code == 413


def test_a_body_that_is_no_json_by_its_name_is_refused(visitor):
    assert visitor.post("/api/trends", data='{"capsule": null}', content_type="text/plain").status_code == 415


# --- the description -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def document(lone_site):
    return lone_site.browser().get("/openapi.json").json


def check(document, answer, path, method="post"):
    described = document["paths"][path][method]["responses"][str(answer.status_code)]["content"][answer.mimetype]
    schema = {**described["schema"], "components": document["components"]}
    assert list(Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(answer.json)) == []


def test_the_answers_fit_their_schema(document, visitor):
    check(document, visitor.get("/api/trends"), "/api/trends", "get")
    told = keep(visitor)
    check(document, told, "/api/trends")
    check(document, keep(visitor, "x"), "/api/trends")
    file = export(visitor, told.json["capsule"])
    check(document, file, "/api/trends/export")
    check(document, export(visitor, "x"), "/api/trends/export")
    check(document, take_in(visitor, file.text), "/api/trends/import")
    check(document, take_in(visitor, "x"), "/api/trends/import")
    assert "content" not in document["paths"]["/api/trends/forget"]["post"]["responses"]["204"]


# --- history that outlives Plaid's window ----------------------------------------------------------------------------


@pytest.fixture
def travelling():
    """A site and a local Plaid whose common clock a test moves."""
    clock = Clock()
    with serve(Options(port=0, rate_limits="off", now=clock)) as plaid, website(plaid.url) as site:
        yield Travelling(clock, plaid, site)


class Travelling:
    """`connect` is a new browser with a bank that has a purchase a month since `since`, as of the common clock."""

    def __init__(self, clock, plaid, site):
        self.clock, self.plaid, self.site = clock, plaid, site
        self.since = (self.today() - timedelta(days=36 * 31)).replace(day=1)

    def today(self):
        return self.clock().date()

    def go(self, ahead):
        self.clock.ahead = self.site.clock.ahead = ahead

    def token(self):
        """A new item at the same bank: its ids are others than before."""
        months = months_between(month_of(self.since), month_of(self.today()))
        days = [date.fromisoformat(f"{month}-{MONTHLY}") for month in months]
        shopping = [
            {
                "date_transacted": day.isoformat(),
                "date_posted": day.isoformat(),
                "amount": 100 + number,
                "description": "CORNER CAFE",
            }
            for number, day in enumerate(days)
            if day <= self.today()
        ]
        card = {
            "type": "credit",
            "subtype": "credit card",
            "starting_balance": 250,
            "meta": {"name": "Blue Card", "mask": "1234", "limit": 1000},
        }
        accounts = [
            {"type": "depository", "subtype": "checking", "starting_balance": 100, "transactions": shopping},
            card,
        ]
        return self.plaid.connect("user_custom", json.dumps({"override_accounts": accounts}))

    def connect(self):
        return self.site.connected(self.token())


def test_must_show_thirty_months_across_two_browsers_while_plaid_gives_24(travelling):
    travelling.go(timedelta(days=-8 * 31))
    first = travelling.connect()
    before = kept(first)
    file = export(first, before["capsule"]).text

    travelling.go(timedelta(0))
    second = travelling.connect()
    alone = kept(second)
    assert len(months_of(alone)) <= 25
    taken = take_in(second, file, capsule=alone["capsule"])
    assert taken.status_code == 200, taken.text
    told = kept(second, taken.json["capsule"])

    assert len(months_of(told)) >= 30
    assert months_of(told) == months_between(months_of(before)[0], month_of(travelling.today()))
    number = {
        month: place for place, month in enumerate(months_between(month_of(travelling.since), months_of(told)[-1]))
    }
    for each in told["months"][1:-1]:
        assert each["complete"], each
        assert each["spent"] == 100_00 + 100 * number[each["month"]]
    sources = [each["source"] for each in told["months"]]
    window = months_of(alone)
    assert sources == ["capsule" if each["month"] <= window[0] else "banks" for each in told["months"]]
    assert len(second.get("/api/trends").json["months"]) == len(window)
    (card,) = told["cards"]
    assert {"capsule", "seen"} <= {each["source"] for each in card["months"]}
    assert [each["month"] for each in card["months"]] == sorted(each["month"] for each in card["months"])
    assert all(each["day"] <= end_of(each["month"]).isoformat() for each in card["months"])

    broken = keep(second, tampered(told["capsule"]))
    assert broken.json["code"] == "capsule_unreadable"
    assert kept(second, told["capsule"])["months"] == told["months"]


def test_history_outlives_the_session_that_wrote_it(travelling):
    browser = travelling.connect()
    before = kept(browser)
    travelling.go(timedelta(days=8))
    assert keep(browser, before["capsule"]).json["code"] == "session_expired"
    assert browser.post("/logout").status_code == 200
    assert trend_key(browser) is not None
    travelling.site.connected(travelling.token(), browser=browser)
    after = kept(browser, before["capsule"])
    assert months_of(after)[: len(months_of(before))] == months_of(before)
    assert [card["key"] for card in after["cards"]] == [card["key"] for card in before["cards"]]
