"""The way back from a bank's own page: what waits in the browser, for how long, and who gets it (R1, R2, R8)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.website import LOCAL_NAME, session_cookie, sets_session

from keepless.errors import SealBroken
from keepless.web import oauth
from keepless.web.app import create_app
from keepless.web.session import PURPOSE

STATE = "0f8fad5b-d9cb-469f-a165-70867728950e"
HTTPS = {"base_url": "https://money.example"}


def begin(browser, body=None, **options):
    answer = browser.post("/api/link-token", json=body or {}, **options)
    assert answer.status_code == 200, answer.text
    return answer.json["link_token"]


def resume(browser):
    return browser.post("/api/link-token", json={"resume": True})


def waiting(browser):
    cookie = browser.get_cookie(oauth.LOCAL_NAME)
    return None if cookie is None else cookie.value


def line_of(answer, name):
    (line,) = (line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{name}="))
    return line


def with_redirect(site, redirect_uri):
    """The site as one of Plaid's sandbox, with this setting."""
    changed = replace(site.site, environment="sandbox", redirect_uri=redirect_uri)
    return replace(site, site=changed, app=create_app(changed, site.parts))


def redirect_of(local_plaid, token):
    return local_plaid.call("/link/token/get", {"link_token": token})[1]["metadata"]["redirect_uri"]


def test_a_connection_that_was_begun_is_resumed_with_the_very_same_token(site):
    browser = site.browser()
    token = begin(browser)
    answer = resume(browser)
    assert answer.status_code == 200
    assert answer.json["link_token"] == token
    assert "item_id" not in answer.json
    assert resume(browser).json["link_token"] == token  # a reload of the page


def test_what_waits_is_sealed_http_only_lax_and_gone_after_four_hours(site):
    answer = site.browser().post("/api/link-token", json={})
    line = line_of(answer, oauth.LOCAL_NAME)
    assert answer.json["link_token"] not in line
    attributes = set(line.split("; ")[1:])
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= attributes
    (max_age,) = (int(each.removeprefix("Max-Age=")) for each in attributes if each.startswith("Max-Age="))
    assert 14_000 < max_age <= 14_400


def test_r2_over_https_its_name_is_bound_to_the_host_and_it_is_secure(site):
    answer = site.raw_browser().post("/api/link-token", json={}, **HTTPS)
    line = line_of(answer, oauth.NAME)
    assert "; Secure" in line
    assert "Domain" not in line


def test_r1_the_clearing_has_the_attributes_of_the_setting(site):
    browser = site.browser()
    begun = line_of(browser.post("/api/link-token", json={}), oauth.LOCAL_NAME)
    cleared = line_of(browser.post("/api/link-done", json={}), oauth.LOCAL_NAME)

    def attributes(line):
        return [each for each in line.split("; ")[1:] if not each.startswith("Max-Age")]

    assert attributes(cleared) == attributes(begun)
    assert "Max-Age=0" in cleared


def test_what_was_chosen_before_leaving_is_told_on_the_way_back(site, visitor, local_plaid):
    (item,) = local_plaid.items()
    begin(visitor, {"item_id": item["item_id"]})
    assert resume(visitor).json["item_id"] == item["item_id"]
    begin(visitor, {"keep_connected": True})
    assert resume(visitor).json["keep_connected"] is True
    assert "item_id" not in resume(visitor).json


@pytest.mark.parametrize("more", [{"item_id": "x"}, {"keep_connected": True}])
def test_resuming_stands_alone(site, more):
    browser = site.browser()
    begin(browser)
    answer = browser.post("/api/link-token", json={"resume": True, **more})
    assert (answer.status_code, answer.json["field"]) == (400, "resume")


def assert_missing(answer):
    assert (answer.status_code, answer.json["code"]) == (404, "link_missing")
    assert answer.json["next_step"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_browser_in_which_nothing_was_begun_resumes_nothing(site):
    assert_missing(resume(site.browser()))


@pytest.mark.parametrize("ahead", [timedelta(hours=4, seconds=1), timedelta(days=400), -timedelta(minutes=2)])
def test_what_waits_ends_by_itself_whatever_the_browser_keeps(site, ahead):
    browser = site.browser()
    begin(browser)
    sealed = waiting(browser)
    site.clock.ahead = ahead
    browser.set_cookie(oauth.LOCAL_NAME, sealed)
    assert_missing(resume(browser))


def test_in_update_mode_it_lasts_no_longer_than_plaids_token(site, visitor, local_plaid):
    (item,) = local_plaid.items()
    begin(visitor, {"item_id": item["item_id"]})
    sealed = waiting(visitor)
    site.clock.ahead = timedelta(minutes=31)
    visitor.set_cookie(oauth.LOCAL_NAME, sealed)
    assert_missing(resume(visitor))


@pytest.mark.parametrize(
    "text", ["", "x", "v1.AAAAAAAA.bm90IG91cnM", "v1..", "\u00e9".encode().decode("latin-1"), "a" * 5_000]
)
def test_a_cookie_that_does_not_open_is_nothing_that_waits(site, text):
    browser = site.raw_browser()
    answer = browser.post("/api/link-token", json={"resume": True}, headers={"Cookie": f"{oauth.LOCAL_NAME}={text}"})
    assert_missing(answer)
    assert not answer.headers.getlist("Set-Cookie")


def test_every_changed_bit_makes_it_nothing_that_waits(site):
    browser = site.browser()
    begin(browser)
    sealed = waiting(browser)
    for place in range(0, len(sealed), 7):
        changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        answer = site.raw_browser().post(
            "/api/link-token", json={"resume": True}, headers={"Cookie": f"{oauth.LOCAL_NAME}={changed}"}
        )
        assert_missing(answer)


def test_r8_a_session_is_no_link_and_a_link_is_no_session(site, visitor):
    begin(visitor)
    link, session = waiting(visitor), session_cookie(visitor)
    swapped = {"Cookie": f"{oauth.LOCAL_NAME}={session}; {LOCAL_NAME}={link}"}
    browser = site.raw_browser()
    assert browser.get("/api/dashboard", headers=swapped).json["code"] == "session_unreadable"
    alone = {"Cookie": f"{oauth.LOCAL_NAME}={session}"}
    assert_missing(browser.post("/api/link-token", json={"resume": True}, headers=alone))
    for purpose, sealed in ((PURPOSE, link), (oauth.PURPOSE, session)):
        with pytest.raises(SealBroken):
            site.envelope.open(purpose, sealed)


def test_r8_what_was_begun_in_another_environment_is_refused(site):
    browser = site.browser()
    begin(browser)
    other = type(site.envelope)(site.envelope._keyring, "production")
    elsewhere = site.with_parts(sealer=other)
    answer = elsewhere.raw_browser().post(
        "/api/link-token", json={"resume": True}, headers={"Cookie": f"{oauth.LOCAL_NAME}={waiting(browser)}"}
    )
    assert_missing(answer)


def test_a_repair_that_was_begun_in_another_session_is_refused(site, visitor, local_plaid):
    (item,) = local_plaid.items()
    begin(visitor, {"item_id": item["item_id"]})
    other = site.browser()
    other.set_cookie(oauth.LOCAL_NAME, waiting(visitor))
    answer = resume(other)
    assert (answer.status_code, answer.json["code"]) == (404, "unknown_bank")


def public_token(local_plaid):
    body = {"institution_id": "ins_109508", "initial_products": ["transactions"]}
    return local_plaid.call("/sandbox/public_token/create", body)[1]["public_token"]


def test_the_exchange_that_finishes_it_takes_it_out_of_the_browser(site, local_plaid):
    browser = site.browser()
    begin(browser)
    assert browser.post("/api/exchange", json={"public_token": public_token(local_plaid)}).status_code == 201
    assert waiting(browser) is None
    assert session_cookie(browser) is not None


def test_an_exchange_that_fails_leaves_it_to_be_tried_again(site):
    browser = site.browser()
    begin(browser)
    answer = browser.post("/api/exchange", json={"public_token": "public-sandbox-0f8fad5b-d9cb-469f-a165-70867728950e"})
    assert answer.status_code == 400
    assert waiting(browser) is not None


def test_a_cookie_that_came_twice_does_not_cost_the_bank_that_was_connected(site, local_plaid):
    browser = site.raw_browser()
    answer = browser.post(
        "/api/exchange",
        json={"public_token": public_token(local_plaid)},
        headers={"Cookie": f"{oauth.LOCAL_NAME}=a; {oauth.LOCAL_NAME}=b"},
    )
    assert answer.status_code == 201
    assert sets_session(answer)


def test_logging_out_takes_it_along(site, visitor):
    begin(visitor)
    visitor.post("/logout")
    assert waiting(visitor) is None


def test_closing_link_takes_it_along_and_nothing_else(site, visitor):
    begin(visitor)
    before = session_cookie(visitor)
    answer = visitor.post("/api/link-done", json={})
    assert (answer.status_code, answer.json) == (200, {"waiting": False})
    assert waiting(visitor) is None
    assert session_cookie(visitor) == before
    assert not visitor.post("/api/link-done", json={}).headers.getlist("Set-Cookie")


def test_a_repair_of_a_bank_that_is_not_connected_is_refused(site, visitor):
    answer = visitor.post("/api/link-done", json={"repaired": "another-item"})
    assert (answer.status_code, answer.json["code"]) == (404, "unknown_bank")


def test_r16_neither_is_done_for_another_site(site):
    browser = site.raw_browser()
    for path, body in (("/api/link-token", {"resume": True}), ("/api/link-done", {})):
        assert browser.post(path, json=body, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_the_local_plaid_sends_people_back_to_the_address_they_came_from(site, local_plaid):
    assert redirect_of(local_plaid, begin(site.browser())) == "http://localhost/oauth-return"
    elsewhere = begin(site.browser(), base_url="http://127.0.0.1:5001")
    assert redirect_of(local_plaid, elsewhere) == "http://127.0.0.1:5001/oauth-return"


def test_elsewhere_the_setting_says_where_to_and_without_one_nothing_is_kept(site, local_plaid):
    address = "https://money.example/oauth-return"
    assert redirect_of(local_plaid, begin(with_redirect(site, address).browser())) == address
    browser = with_redirect(site, None).browser()
    assert redirect_of(local_plaid, begin(browser)) is None
    assert waiting(browser) is None


def test_the_page_to_come_back_to_lets_link_run_only_where_something_waits(site):
    browser = site.browser()
    arrival = f"/oauth-return?oauth_state_id={STATE}"
    without = browser.get(arrival)
    assert without.status_code == 200
    assert "Nothing to finish" in without.text
    assert site.site.link_script not in without.text
    assert site.site.link_script not in without.headers["Content-Security-Policy"]
    begin(browser)
    answer = browser.get(arrival)
    assert "Finishing the connection" in answer.text
    assert site.site.link_script in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert STATE not in answer.text
    assert "Nothing to finish" in browser.get("/oauth-return").text


def test_r4_the_page_to_come_back_to_writes_no_cookie(site, visitor):
    begin(visitor)
    answer = visitor.get(f"/oauth-return?oauth_state_id={STATE}")
    assert not [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("keepless-local")]


@pytest.mark.parametrize(
    "query",
    ["oauth_state_id=", "oauth_state_id=%00", "oauth_state_id=" + "x" * 3_000, "oauth_state_id=a&oauth_state_id=b"],
)
def test_the_page_to_come_back_to_reads_nothing_of_its_address(site, query):
    browser = site.browser()
    begin(browser)
    answer = browser.get(f"/oauth-return?{query}")
    assert answer.status_code == 200
    assert "Finishing the connection" in answer.text


def test_the_page_to_come_back_to_stands_with_a_session_that_does_not_open(site):
    browser = site.browser()
    browser.set_cookie(LOCAL_NAME, "v1.AAAAAAAA.bm90IG91cnM")
    answer = browser.get(f"/oauth-return?oauth_state_id={STATE}")
    assert answer.status_code == 200
    assert "Nothing to finish" in answer.text


def test_the_signature_line_counts_a_connection_that_waits(site):
    browser = site.browser()
    assert 'data-held="nothing"' in browser.get("/setup").text
    begin(browser)
    for path in ("/setup", "/promise", f"/oauth-return?oauth_state_id={STATE}"):
        assert 'data-held="cookie"' in browser.get(path).text
