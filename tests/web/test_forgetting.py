"""Delete me, over HTTP: who may, what it answers, and what is left in the browser."""

import base64
import importlib
import pkgutil
import re
from datetime import timedelta

import pytest
from forgetting.people import EMAIL, NO_ROWS, cookies_of, delete, forgetting_site, receipt_of, states
from jsonschema import Draft202012Validator
from support.website import LOCAL_NAME, session_cookie, set_session, sets_session

from keepless import web
from keepless.core import receipt as receipts
from keepless.web import choice, hints
from keepless.web.arrivals import LOCAL_PREFIX

PATH = "/api/delete-me"
LATER = timedelta(minutes=6)


@pytest.fixture
def site(local_plaid):
    with forgetting_site(local_plaid.url) as made:
        yield made


@pytest.fixture
def plain(local_plaid):
    """A site without a database."""
    with forgetting_site(local_plaid.url, accounts=False) as made:
        yield made


@pytest.fixture
def ana(site, local_plaid):
    """A browser of an account, with one bank."""
    return site.connected(local_plaid.connect("demo"), browser=site.sign_in())


@pytest.fixture
def visitor(plain, local_plaid):
    """A browser without an account, with one bank."""
    return plain.connected(local_plaid.connect("demo"))


def test_a_visitor_without_an_account_leaves_with_a_receipt(plain, visitor, local_plaid):
    visitor.get("/api/dashboard")
    visitor.post("/api/link-token", json={})
    visitor.set_cookie("keepless-tz", "Europe/Berlin")
    visitor.set_cookie("keepless-lang", "es")
    names = cookies_of(visitor)
    receipt = receipt_of(plain, delete(visitor))
    assert (receipt.outcome, receipt.account, receipt.environment) == ("removed", None, "local")
    assert [bank.institution_id for bank in receipt.held.banks] == ["ins_109508"]
    assert all(bank.request_id for bank in receipt.removed.banks)
    assert set(receipt.removed.cookies) == names
    assert {"keepless-local-link", "keepless-hints", "keepless-tz", "keepless-lang"} < names
    assert cookies_of(visitor) == set()
    assert states(local_plaid) == ["removed"]


def test_an_account_leaves_with_its_rows(site, ana):
    site.sign_in()
    site.stores.capsules.put(site.vault_of(ana).user, "kt1.sealed")
    receipt = receipt_of(site, delete(ana))
    assert receipt.account == EMAIL
    assert receipt.removed.rows == {"users": 1, "sessions": 2, "trend_capsules": 1}
    assert site.rows() == NO_ROWS
    assert [each.what for each in receipt.stays] == ["other_sessions", "backups", "plaid"]
    assert cookies_of(ana) == set()


def test_others_and_their_sessions_stay(site, ana):
    ben = site.sign_in("ben@example.test")
    delete(ana)
    assert site.rows() == {**NO_ROWS, "users": 1, "sessions": 1}
    assert ben.get("/api/dashboard").status_code == 200


def test_with_no_cookie_at_all_the_receipt_says_that_nothing_was_held(plain):
    answer = delete(plain.browser())
    assert receipt_of(plain, answer).outcome == "nothing_held"
    assert not answer.headers.getlist("Set-Cookie")


def test_cookies_without_a_session_go_as_well(plain):
    browser = plain.browser()
    browser.set_cookie("keepless-lang", "es")
    browser.set_cookie("theirs", "stays")
    receipt = receipt_of(plain, delete(browser))
    assert (receipt.outcome, receipt.removed.cookies) == ("nothing_held", ("keepless-lang",))
    assert cookies_of(browser) == {"theirs"}


@pytest.mark.parametrize("expired", [False, True], ids=["in time", "expired"])
def test_twice_with_the_cookies_that_came_is_the_same_answer(plain, visitor, expired):
    """As where an answer is lost on its way: the second receipt knows that all was gone."""
    saved = session_cookie(visitor)
    if expired:
        plain.clock.ahead += timedelta(days=8)
    assert receipt_of(plain, delete(visitor)).outcome == "removed"
    set_session(visitor, saved)
    again = receipt_of(plain, delete(visitor))
    assert (again.outcome, [bank.request_id for bank in again.removed.banks]) == ("gone_already", [None])
    assert cookies_of(visitor) == set()


def test_a_saved_cookie_of_a_deleted_account_only_cleans_up(site, ana, local_plaid):
    elsewhere = site.connected(local_plaid.connect("user_good"), browser=site.sign_in())
    delete(ana)
    assert states(local_plaid) == ["removed", "live"]
    assert elsewhere.get("/api/dashboard").status_code == 401
    receipt = receipt_of(site, delete(elsewhere))
    assert (receipt.account, len(receipt.removed.banks)) == (None, 1)
    assert states(local_plaid) == ["removed", "removed"]
    assert cookies_of(elsewhere) == set()


def test_r3_once_a_deletion_is_begun_its_page_tells_nothing_of_what_the_cookie_holds(site, ana, local_plaid):
    assert "First Platypus Bank" in ana.get("/delete-me").text
    local_plaid.fault("/item/remove", error_code="INTERNAL_SERVER_ERROR", error_type="API_ERROR", status=500)
    assert delete(ana).status_code == 502
    saved = session_cookie(ana)
    for _ in ("begun", "done"):
        thief = site.browser()
        set_session(thief, saved)
        page = thief.get("/delete-me")
        assert (page.status_code, "Delete everything now" in page.text) == (200, True)
        assert "Platypus" not in page.text
        assert EMAIL not in page.text
        local_plaid.end_faults()
        site.breakers.close()
        ana.delete("/api/delete-me")
    assert site.rows() == NO_ROWS


def test_r3_after_signing_out_a_saved_cookie_deletes_nothing(site, ana, local_plaid):
    saved = session_cookie(ana)
    ana.post("/logout")
    thief = site.browser()
    set_session(thief, saved)
    for answer in (delete(thief), delete(thief, json={"email": EMAIL})):
        assert (answer.status_code, answer.json["code"]) == (401, "session_ended")
        assert not sets_session(answer)
    for page in (thief.get("/delete-me"), thief.post("/delete-me", data={"email": EMAIL})):
        assert (page.status_code, "Delete everything now" in page.text) == (401, False)
    assert states(local_plaid) == ["live"]
    assert site.rows()["users"] == 1


def test_five_minutes_after_signing_in_the_address_is_asked(site, ana, local_plaid):
    site.clock.ahead += LATER
    for options in ({}, {"json": {}}, {"json": {"email": ""}}, {"json": {"email": "ben@example.test"}}):
        answer = delete(ana, **options)
        assert (answer.status_code, answer.json["code"]) == (403, "step_up_needed")
        assert not sets_session(answer)
    assert (states(local_plaid), site.rows()["users"]) == (["live"], 1)
    assert receipt_of(site, delete(ana, json={"email": EMAIL.upper()})).outcome == "removed"


def test_the_page_asks_for_the_address_and_says_when_it_is_another(site, ana):
    assert EMAIL in ana.get("/delete-me").text
    assert 'name="email"' not in ana.get("/delete-me").text
    site.clock.ahead += LATER
    asked = ana.get("/delete-me").text
    assert 'name="email"' in asked
    assert EMAIL not in asked  # it is what shows that it is them
    wrong = ana.post("/delete-me", data={"email": "ben@example.test"})
    assert (wrong.status_code, "This is not the address of this account." in wrong.text) == (403, True)
    missing = ana.post("/delete-me")
    assert (missing.status_code, "This is not the address" in missing.text) == (403, False)
    done = ana.post("/delete-me", data={"email": EMAIL})
    assert (done.status_code, "Everything is deleted" in done.text) == (200, True)


def test_addresses_are_not_guessed_without_end(site, ana, local_plaid):
    site.clock.ahead += LATER
    answers = [delete(ana, json={"email": f"guess{number}@example.test"}).status_code for number in range(12)]
    assert answers == [403] * 10 + [429] * 2
    assert ana.post("/delete-me", data={"email": EMAIL}).status_code == 429
    assert (states(local_plaid), site.rows()["users"]) == (["live"], 1)
    ben = site.connected(local_plaid.connect("demo"), browser=site.sign_in("ben@example.test"))
    assert receipt_of(site, delete(ben, json={"email": "ben@example.test"})).outcome == "removed"


def test_a_copy_of_an_ended_session_uses_up_none_of_its_owners_attempts(site, ana):
    thief = site.browser()
    set_session(thief, session_cookie(ana))
    ana.post("/logout")
    for number in range(12):
        answer = delete(thief, json={"email": f"guess{number}@example.test"})
        assert (answer.status_code, answer.json["code"]) == (401, "session_ended")
    owner = site.sign_in()
    site.clock.ahead += LATER
    assert receipt_of(site, delete(owner, json={"email": EMAIL})).outcome == "removed"


def test_every_cookie_that_any_module_names_goes(plain):
    """So that one that is added later is not forgotten; the session's own and the banks' have tests of their own."""
    modules = [importlib.import_module(f"keepless.web.{each.name}") for each in pkgutil.iter_modules(web.__path__)]
    names = {module.LOCAL_NAME for module in modules if hasattr(module, "LOCAL_NAME")} - {LOCAL_NAME}
    names |= {choice.NAME, hints.COUNTS_NAME, hints.ZONE_NAME}
    assert len(names) >= 8
    browser = plain.browser()
    for name in names:
        browser.set_cookie(name, "v1.00000000.nonsense")
    assert set(receipt_of(plain, delete(browser)).removed.cookies) == names
    assert cookies_of(browser) == set()


def test_every_answer_fits_its_description(site, ana, local_plaid):
    document = ana.get("/openapi.json").json
    described = document["paths"][PATH]["delete"]
    assert not described["requestBody"]["required"]
    local_plaid.fault("/item/remove", count=1, error_code="INVALID_API_KEYS", error_type="INVALID_INPUT", status=400)
    answers = [delete(site.browser(), json={"e-mail": ""}), delete(ana), delete(ana)]
    assert [answer.status_code for answer in answers] == [400, 502, 200]
    for answer in answers:
        schema = described["responses"][str(answer.status_code)]["content"][answer.mimetype]["schema"]
        validator = Draft202012Validator({**schema, "components": document["components"]})
        assert list(validator.iter_errors(answer.json)) == []


def test_r9_an_unreadable_cookie_is_left_as_it_is(plain):
    browser = plain.browser()
    set_session(browser, "v1.AAAAAAAA.bm90IG91cnM")
    answer = delete(browser)
    assert (answer.status_code, answer.json["code"]) == (401, "session_unreadable")
    assert not answer.headers.getlist("Set-Cookie")
    for page in (browser.get("/delete-me"), browser.post("/delete-me")):
        assert page.status_code == 401
        assert not page.headers.getlist("Set-Cookie")


def test_r9_a_banks_own_cookie_that_does_not_open_stays_and_the_receipt_says_so(plain, visitor):
    lost = f"{LOCAL_PREFIX}AAAAAAAA"
    visitor.set_cookie(lost, "v1.AAAAAAAA.bm90IG91cnM")
    receipt = receipt_of(plain, delete(visitor))
    assert cookies_of(visitor) == {lost}
    assert lost in receipt.held.cookies
    assert lost not in receipt.removed.cookies
    assert [each.what for each in receipt.stays] == ["unreadable_cookies", "plaid"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "", "Origin": "https://elsewhere.example"}, 403),
    ],
    ids=lambda value: str(list(value.values())) if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("path", [PATH, "/delete-me"])
def test_input_22_from_elsewhere_it_is_refused(  # noqa: PLR0917 - fixtures
    plain, visitor, local_plaid, path, headers, status
):
    send = visitor.delete if path == PATH else visitor.post
    answer = send(path, headers=headers)
    assert answer.status_code == status
    assert not answer.headers.getlist("Set-Cookie")
    assert states(local_plaid) == ["live"]


def test_input_22_without_an_origin_it_is_refused_and_get_is_not_how_it_is_done(plain, visitor, local_plaid):
    bare = plain.app.test_client()
    set_session(bare, session_cookie(visitor))
    assert bare.delete(PATH).status_code == 403
    assert bare.post("/delete-me").status_code == 403
    assert bare.get(PATH).status_code == 405
    assert states(local_plaid) == ["live"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": "email=ana", "content_type": "application/x-www-form-urlencoded"}, 415),
        ({"data": "{", "content_type": "application/json"}, 400),
        ({"json": {"email": 1}}, 400),
        ({"json": {"email": "a" * 300}}, 400),
        ({"json": {"e-mail": EMAIL}}, 400),
        ({"json": {"email": "a" * 70_000}}, 413),
    ],
    ids=["a form", "half", "a number", "too long", "another field", "too large"],
)
def test_a_body_that_is_not_asked_for_changes_nothing(plain, visitor, local_plaid, sent, status):
    answer = delete(visitor, **sent)
    assert answer.status_code == status
    assert states(local_plaid) == ["live"]
    assert not sets_session(answer)


@pytest.mark.parametrize(
    "cookie", [f"{LOCAL_NAME}=x; {LOCAL_NAME}=y", "keepless-local-trends=x; keepless-local-trends=y"]
)
def test_input_11_a_doubled_cookie_is_refused_before_anything_is_done(plain, visitor, local_plaid, cookie):
    header = cookie if cookie.startswith(f"{LOCAL_NAME}=") else f"{LOCAL_NAME}={session_cookie(visitor)}; {cookie}"
    answer = plain.raw_browser().delete(PATH, environ_overrides={"HTTP_COOKIE": header})
    assert (answer.status_code, answer.json["code"]) == (400, "bad_cookie")
    assert states(local_plaid) == ["live"]


def test_r17_no_token_and_no_item_id_is_on_a_receipt(plain, visitor, local_plaid):
    (item,) = local_plaid.items()
    text = delete(visitor).text
    assert item["access_token"] not in text
    assert item["item_id"] not in text


def test_r11_neither_the_receipt_nor_the_page_is_kept_by_a_cache(plain, visitor):
    for answer in (visitor.get("/delete-me"), visitor.post("/delete-me"), delete(visitor)):
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Cookie" in answer.headers["Vary"]


def test_the_page_changes_nothing(site, ana, local_plaid):
    for _ in range(2):
        page = ana.get("/delete-me")
        assert page.status_code == 200
        assert "First Platypus Bank" in page.text
        assert not sets_session(page)
    assert states(local_plaid) == ["live"]


def test_the_page_for_somebody_of_whom_nothing_is_held(site, plain):
    page = site.browser().get("/delete-me")
    assert (page.status_code, "Nothing is held about you in this browser." in page.text) == (200, True)
    assert "/sign-in" in page.text
    assert "sign in" not in plain.browser().get("/delete-me").text


def test_the_receipts_page_hands_the_very_file_out(plain, visitor):
    page = visitor.post("/delete-me").text
    found = re.search(r'href="data:application/json;base64,([A-Za-z0-9+/=]+)" download="([^"]+)"', page)
    given, _ = receipts.read(base64.b64decode(found[1]))
    assert given.receipt.outcome == "removed"
    assert re.fullmatch(r"keepless-receipt-\d{4}-\d\d-\d\d\.json", found[2])
    for bank in given.receipt.removed.banks:
        assert bank.request_id in page
    assert given.signature.key_id in page


def test_a_receipt_names_the_address_that_is_set_else_that_of_the_request(local_plaid):
    with forgetting_site(local_plaid.url, accounts=False) as site:
        named = receipt_of(site, site.browser().delete(PATH, base_url="http://127.0.0.1:8080"))
        assert named.issuer == "http://127.0.0.1:8080"


def test_what_is_held_fits_a_page_and_is_all_of_it(site, ana):
    site.sign_in()
    told = ana.get("/api/what-you-hold").json
    page = ana.get("/what-you-hold")
    assert page.status_code == 200
    for text in (EMAIL, *(cookie["name"] for cookie in told["in_browser"]), *(b["name"] for b in told["at_plaid"])):
        assert text in page.text
    assert page.text.count("Another session") == 1
    assert "Nothing is held about you" in site.browser().get("/what-you-hold").text
    assert not sets_session(page)


def test_an_expired_session_is_told_of_on_the_page_too(plain, visitor):
    plain.clock.ahead += timedelta(days=8)
    assert "The session is over" in visitor.get("/what-you-hold").text
    assert receipt_of(plain, delete(visitor)).outcome == "removed"
