"""Making copied cookies useless, over HTTP: one call for each bank, and nothing is lost whatever answer is (R5)."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from support.cookie_jar import CookieJar
from support.website import Clock, session_cookie, set_session, sets_session, website

from keepless.adapters.memory_cache import MemoryCache
from keepless.adapters.sealing.keyring import generate
from keepless.services.rotation import AT_ONCE
from keepless.services.turns import SECONDS
from keepless.web import rotation_cookie

INVALIDATE, CREATE, EXCHANGE = (
    "/item/access_token/invalidate",
    "/item/public_token/create",
    "/item/public_token/exchange",
)
LINE = 6_500  # bytes of a Cookie line, with room for what else a browser brings; servers read 8,190


@pytest.fixture
def two_banks(site, local_plaid):
    return site.connected(local_plaid.connect("demo"), local_plaid.connect("user_good"))


def step(browser, **body):
    answer = browser.post("/api/rotate-tokens", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json


def rotate(browser):
    """Both steps, until no bank is left."""
    told = step(browser)
    while told["left"]:
        told = step(browser, go=True)
        assert not told["problems"]


def tokens(site, browser):
    return {key.bank.item_id: key.token.reveal() for key in site.vault_of(browser).banks}


def live_tokens(local_plaid):
    return {item["item_id"]: item["access_token"] for item in local_plaid.items() if item["state"] == "live"}


def calls(local_plaid, path):
    return [item["calls"].get(path, 0) for item in local_plaid.items()]


def passed(site):
    """The turn of the request before is over."""
    site.clock.ahead += timedelta(seconds=SECONDS)


def copied(site, browser):
    """A thief's browser, with all that this one has."""
    thief = site.browser()
    for cookie in browser._cookies.values():
        thief.set_cookie(cookie.key, cookie.value)
    return thief


def rotation_line(answer):
    return next(
        (line for line in answer.headers.getlist("Set-Cookie") if line.startswith(rotation_cookie.LOCAL_NAME)), None
    )


# --- what it is for --------------------------------------------------------------------------------------------------


def test_afterwards_a_copied_cookie_reads_nothing(site, two_banks, local_plaid):
    thief = copied(site, two_banks)
    assert thief.get("/api/dashboard").json["problems"] == []
    rotate(two_banks)
    problems = thief.get("/api/dashboard").json["problems"]
    assert [problem["code"] for problem in problems] == ["INVALID_ACCESS_TOKEN"] * 2
    assert thief.get("/api/transactions").status_code == 409
    assert two_banks.get("/api/dashboard").json["problems"] == []
    assert tokens(site, two_banks) == live_tokens(local_plaid)


def test_who_has_the_copy_can_rotate_nothing_either(site, two_banks, local_plaid):
    thief = copied(site, two_banks)
    rotate(two_banks)
    told = step(thief)
    assert (told["left"], [problem["code"] for problem in told["problems"]]) == (0, ["INVALID_ACCESS_TOKEN"] * 2)
    assert tokens(site, two_banks) == live_tokens(local_plaid)


def test_the_session_stays_the_same_one(site, two_banks):
    before = site.vault_of(two_banks)
    rotate(two_banks)
    after = site.vault_of(two_banks)
    assert after.is_session_of(before)
    assert [key.bank for key in after.banks] == [key.bank for key in before.banks]


def test_the_sealed_copies_are_forgotten(local_plaid):
    clock = Clock()
    with website(local_plaid.url, cache=MemoryCache(clock), clock=clock) as site:
        browser = site.connected(local_plaid.connect("demo"))
        browser.get("/api/dashboard")
        assert browser.get("/api/dashboard").json["cache"] == "hit"
        thief = copied(site, browser)
        rotate(browser)
        assert thief.get("/api/dashboard").json["cache"] != "hit"
        assert thief.get("/api/transactions").status_code == 409
        assert browser.get("/api/dashboard").json["problems"] == []


def test_afterwards_no_cookie_of_the_rotation_is_left(two_banks):
    rotate(two_banks)
    assert two_banks.get_cookie(rotation_cookie.LOCAL_NAME) is None


def test_while_it_is_under_way_its_cookie_is_among_what_is_held_and_logging_out_clears_it(two_banks):
    step(two_banks)
    held = {cookie["name"]: cookie for cookie in two_banks.get("/api/what-you-hold").json["in_browser"]}
    assert held[rotation_cookie.LOCAL_NAME]["purpose"] == rotation_cookie.HELD
    assert held[rotation_cookie.LOCAL_NAME]["opens"]
    two_banks.post("/logout")
    assert two_banks.get_cookie(rotation_cookie.LOCAL_NAME) is None


# --- the two steps ---------------------------------------------------------------------------------------------------


def test_the_first_step_leaves_the_session_and_seals_the_way_back(two_banks, local_plaid):
    before = live_tokens(local_plaid)
    answer = two_banks.post("/api/rotate-tokens", json={})
    assert answer.json == {"renewed": [], "left": 2, "problems": []}
    assert not sets_session(answer)
    line = rotation_line(answer)
    assert re.search(r"; Max-Age=1800;.* HttpOnly;.* SameSite=Lax", line)
    assert "public-" not in line
    assert live_tokens(local_plaid) == before


@pytest.mark.parametrize("begun", ["never", "too long ago", "in another session"])
def test_without_a_way_back_no_key_is_given_up(site, two_banks, local_plaid, begun):
    before = live_tokens(local_plaid)
    if begun == "too long ago":
        step(two_banks)
        site.clock.ahead += timedelta(minutes=30, seconds=1)
    if begun == "in another session":
        other = site.connected(local_plaid.connect("user_good"))
        before = live_tokens(local_plaid)
        step(other)
        two_banks.set_cookie(rotation_cookie.LOCAL_NAME, other.get_cookie(rotation_cookie.LOCAL_NAME).value)
    answer = two_banks.post("/api/rotate-tokens", json={"go": True})
    assert (answer.status_code, answer.json["code"]) == (409, "rotation_not_begun")
    assert live_tokens(local_plaid) == before


def test_a_session_without_a_bank_and_no_session_have_nothing_to_renew(site):
    assert site.browser().post("/api/rotate-tokens", json={}).json["code"] == "session_missing"
    assert site.browser().post("/rotate").headers["Location"] == "/setup"


def test_r16_it_is_not_begun_from_elsewhere_and_never_by_get(two_banks):
    assert two_banks.post("/rotate", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert two_banks.get("/rotate").status_code == 405


def test_a_page_does_both_steps_without_a_script(site, two_banks, local_plaid):
    first = two_banks.post("/rotate")
    assert "One more step" in first.text
    assert "data-sends-itself" in first.text
    hidden = re.search(r'<input type="hidden" name="(\w+)" value="(\w+)">', first.text)
    second = two_banks.post("/rotate", data={hidden[1]: hidden[2]})
    assert "Copied cookies are useless now" in second.text
    assert "data-sends-itself" not in second.text
    assert tokens(site, two_banks) == live_tokens(local_plaid)


def test_the_page_names_a_bank_that_failed_and_does_not_send_itself_for_ever(site, two_banks, local_plaid):
    two_banks.post("/rotate")
    local_plaid.fault(INVALIDATE, error_code="INSTITUTION_DOWN")
    page = two_banks.post("/rotate", data={"go": "yes"})
    assert page.status_code == 502
    assert "data-sends-itself" not in page.text
    assert "Try again now" in page.text
    assert page.text.count("Platypus") >= 2
    local_plaid.end_faults()
    site.breakers.close()
    assert "Copied cookies are useless now" in two_banks.post("/rotate", data={"go": "yes"}).text


def test_where_plaid_makes_no_way_back_the_page_says_what_to_do_instead(two_banks, local_plaid):
    before = live_tokens(local_plaid)
    local_plaid.fault(CREATE, error_type="INVALID_REQUEST", error_code="NO_LONGER_AVAILABLE", status=400)
    page = two_banks.post("/rotate")
    assert "Disconnect this bank and connect it again instead" in page.text
    assert "data-sends-itself" not in page.text
    assert live_tokens(local_plaid) == before


def test_banks_without_a_way_back_keep_their_keys_and_the_others_get_new_ones_when_the_person_says_so(
    site, two_banks, local_plaid
):
    without, other = tokens(site, two_banks).values()
    local_plaid.fault(CREATE, error_code="INSTITUTION_DOWN", access_token=without)
    page = two_banks.post("/rotate")
    assert "Some banks keep their key for now" in page.text
    assert "data-sends-itself" not in page.text
    assert "Copied cookies are useless now" in two_banks.post("/rotate", data={"go": "yes"}).text
    assert without in live_tokens(local_plaid).values()
    assert other not in live_tokens(local_plaid).values()
    assert tokens(site, two_banks) == live_tokens(local_plaid)


# --- a lost answer ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [{"reset": True}, {"half_body": True}], ids=["reset", "half a body"])
def test_an_answer_of_plaids_that_is_lost_is_found_again_in_the_same_request(site, two_banks, local_plaid, lost):
    step(two_banks)
    local_plaid.fault(INVALIDATE, performs=True, count=1, **lost)
    assert step(two_banks, go=True)["problems"] == []
    assert tokens(site, two_banks) == live_tokens(local_plaid)


@pytest.mark.parametrize("lost", [{"reset": True}, {"half_body": True}], ids=["reset", "half a body"])
def test_where_plaid_stays_away_the_next_try_finds_it(site, two_banks, local_plaid, lost):
    step(two_banks)
    before = tokens(site, two_banks)
    local_plaid.fault(INVALIDATE, performs=True, **lost)
    local_plaid.fault(EXCHANGE, error_code="PLANNED_MAINTENANCE")
    told = step(two_banks, go=True)
    assert (told["left"], len(told["problems"])) == (2, 2)
    assert tokens(site, two_banks) == before
    assert set(before.values()).isdisjoint(live_tokens(local_plaid).values())
    local_plaid.end_faults()
    site.breakers.close()
    assert step(two_banks, go=True)["left"] == 0
    assert tokens(site, two_banks) == live_tokens(local_plaid)


def test_an_answer_of_ours_that_never_arrives_is_found_again(site, two_banks, local_plaid):
    step(two_banks)
    unaware = copied(site, two_banks)  # the browser as it is when the answer does not reach it
    step(two_banks, go=True)
    assert unaware.post("/api/rotate-tokens", json={"go": True}).json["code"] == "rotation_busy"
    passed(site)
    assert step(unaware, go=True)["left"] == 0
    assert tokens(site, unaware) == live_tokens(local_plaid)


def test_after_it_the_button_may_be_pressed_anew(site, two_banks, local_plaid):
    step(two_banks)
    unaware = copied(site, two_banks)
    step(two_banks, go=True)
    passed(site)
    rotate(unaware)
    assert tokens(site, unaware) == live_tokens(local_plaid)


def test_a_way_back_that_ran_out_names_the_bank_and_keeps_its_entry(site, two_banks, local_plaid):
    step(two_banks)
    unaware = copied(site, two_banks)
    before = tokens(site, unaware)
    step(two_banks, go=True)
    site.clock.ahead += timedelta(minutes=31)
    unaware.delete_cookie(rotation_cookie.LOCAL_NAME)
    page = unaware.post("/rotate")
    assert page.text.count("Connect this bank again") == 2
    assert tokens(site, unaware) == before
    assert not sets_session(page)


# --- many at once ----------------------------------------------------------------------------------------------------


def at_once(site, browser, number=20):
    """Requests with the same cookies, at the same moment; their answers, none of them applied."""
    header = "; ".join(f"{cookie.key}={cookie.value}" for cookie in browser._cookies.values())

    def one(_):
        return site.raw_browser().post("/api/rotate-tokens", json={"go": True}, headers={"Cookie": header})

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def test_r5_twenty_at_once_make_one_call_for_each_bank(site, two_banks, local_plaid):
    step(two_banks)
    answers = at_once(site, two_banks)
    done = [answer for answer in answers if answer.status_code == 200]
    assert len(done) == 1
    assert {answer.json["code"] for answer in answers if answer not in done} == {"rotation_busy"}
    assert not [answer for answer in answers if answer not in done and answer.headers.getlist("Set-Cookie")]
    assert calls(local_plaid, INVALIDATE) == [1, 1]
    assert calls(local_plaid, EXCHANGE) == [0, 0]


@pytest.mark.parametrize("last", range(0, 20, 4))
def test_r5_in_whatever_order_their_answers_arrive_nothing_is_lost(site, two_banks, local_plaid, last):
    step(two_banks)
    answers = at_once(site, two_banks)
    jar = CookieJar()
    jar.cookies = {cookie.key: cookie.value for cookie in two_banks._cookies.values()}
    for answer in answers[last:] + answers[:last]:
        jar.apply(answer)
    told = site.raw_browser().get("/api/dashboard", headers={"Cookie": jar.header}).json
    assert told["problems"] == []


def test_r5_with_a_cache_two_processes_make_one_call(local_plaid):
    clock = Clock()
    cache = MemoryCache(clock)
    keys = generate()
    with (
        website(local_plaid.url, keys=keys, cache=cache, clock=clock) as here,
        website(local_plaid.url, keys=keys, cache=cache, clock=clock) as there,
    ):
        browser = here.connected(local_plaid.connect("demo"))
        step(browser)
        elsewhere = copied(there, browser)
        assert step(browser, go=True)["left"] == 0
        assert elsewhere.post("/api/rotate-tokens", json={"go": True}).json["code"] == "rotation_busy"
    assert calls(local_plaid, INVALIDATE) == [1]


def test_r15_a_tab_that_connects_a_bank_meanwhile_loses_no_new_key(site, two_banks, local_plaid):
    step(two_banks)
    jar = CookieJar()
    jar.cookies = {cookie.key: cookie.value for cookie in two_banks._cookies.values()}
    before = jar.header
    browser = site.raw_browser()
    rotated = browser.post("/api/rotate-tokens", json={"go": True}, headers={"Cookie": before})
    late = browser.post("/setup", data={"access_token": local_plaid.connect("user_good")}, headers={"Cookie": before})
    jar.apply(rotated)
    jar.apply(late)
    told = browser.get("/api/dashboard", headers={"Cookie": jar.header}).json
    assert (len(told["banks"]), told["problems"]) == (3, [])


# --- room ------------------------------------------------------------------------------------------------------------


def test_twenty_banks_are_renewed_a_few_at_a_time_and_no_line_is_too_long(site, local_plaid):
    browser = site.connected(*(local_plaid.connect("user_good") for _ in range(20)))
    site.clock.ahead += timedelta(hours=2)
    longest, told = 0, step(browser)
    assert told["left"] == 20
    steps = 0
    while told["left"]:
        told = step(browser, go=True)
        steps += 1
        assert told["problems"] == []
        line = "; ".join(f"{cookie.key}={cookie.value}" for cookie in browser._cookies.values())
        longest = max(longest, len(line))
    assert steps == 20 // AT_ONCE
    assert longest < LINE
    assert tokens(site, browser) == live_tokens(local_plaid)
    assert browser.get("/api/dashboard").json["problems"] == []


def test_r8_a_cookie_of_the_rotation_is_no_session(site, two_banks):
    step(two_banks)
    other = site.browser()
    set_session(other, two_banks.get_cookie(rotation_cookie.LOCAL_NAME).value)
    assert other.get("/api/dashboard").json["code"] == "session_unreadable"
    other = copied(site, two_banks)
    other.set_cookie(rotation_cookie.LOCAL_NAME, session_cookie(two_banks))
    assert other.post("/api/rotate-tokens", json={"go": True}).json["code"] == "rotation_not_begun"
