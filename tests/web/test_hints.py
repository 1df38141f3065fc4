from zoneinfo import ZoneInfo

import pytest
from flask import Flask, Response
from hypothesis import given
from hypothesis import strategies as st

from keepless.errors import InsecureTransport
from keepless.web.hints import COUNTS_NAME, ZONE_NAME, HintsCookies

LOCAL = "http://localhost:5001"
app = Flask("tiny")
hints = HintsCookies()
ITEMS = [f"{number:02d}" + "x" * 35 for number in range(20)]


def expected(cookie: str, item_ids: list[str] = ITEMS) -> dict[str, int]:
    with app.test_request_context("/", base_url=LOCAL, environ_overrides={"HTTP_COOKIE": cookie}):
        return hints.expected(item_ids)


def written(learned: dict[str, int], item_ids: list[str], *, cookie: str = "", base: str = LOCAL) -> str | None:
    """The Set-Cookie line of a GET that learned this, or None."""
    with app.test_request_context("/", base_url=base, environ_overrides={"HTTP_COOKIE": cookie}):
        response = Response()
        hints.write(response, learned, item_ids=item_ids)
        return response.headers.get("Set-Cookie")


def pair_of(line: str | None) -> str:
    return (line or "").partition(";")[0]


def time_zone(name: str) -> ZoneInfo | None:
    with app.test_request_context("/", base_url=LOCAL, environ_overrides={"HTTP_COOKIE": f"{ZONE_NAME}={name}"}):
        return hints.time_zone()


@given(st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 999_999)))
def test_what_a_get_learned_is_there_at_the_next(learned: dict[str, int]):
    assert expected(pair_of(written(learned, ITEMS))) == learned


def test_r4_a_get_writes_only_what_changed():
    first = pair_of(written({ITEMS[0]: 512}, ITEMS[:1]))
    assert written({ITEMS[0]: 512}, ITEMS[:1], cookie=first) is None
    assert expected(pair_of(written({ITEMS[0]: 513}, ITEMS[:1], cookie=first))) == {ITEMS[0]: 513}


def test_where_nothing_was_learned_nothing_is_written():
    assert written({}, ITEMS) is None
    assert written({}, []) is None


def test_a_bank_that_failed_keeps_its_hint_and_one_that_is_gone_loses_it():
    before = pair_of(written({ITEMS[0]: 10, ITEMS[1]: 20, ITEMS[2]: 30}, ITEMS))
    after = pair_of(written({ITEMS[0]: 11}, ITEMS[:2], cookie=before))
    assert expected(after) == {ITEMS[0]: 11, ITEMS[1]: 20}


def test_what_a_stream_learned_is_the_text_that_a_get_would_have_written():
    before = pair_of(written({ITEMS[0]: 10, ITEMS[1]: 20}, ITEMS))
    with app.test_request_context("/", base_url=LOCAL, environ_overrides={"HTTP_COOKIE": before}):
        remember = hints.remembering(ITEMS[:2])
    assert f"{COUNTS_NAME}={remember({ITEMS[1]: 21})}" == pair_of(written({ITEMS[1]: 21}, ITEMS[:2], cookie=before))
    assert remember({ITEMS[0]: 10}) is None
    assert remember({}) is None


@pytest.mark.parametrize(("cookie", "runs"), [("", False), (f"{ZONE_NAME}=Mars", True), (f"{ZONE_NAME}=", True)])
def test_a_browser_whose_script_has_run_is_known_by_its_time_zone_a_known_one_or_not(cookie: str, *, runs: bool):
    with app.test_request_context("/", base_url=LOCAL, environ_overrides={"HTTP_COOKIE": cookie}):
        assert hints.script_runs() is runs


def test_an_item_id_does_not_show_in_its_hint():
    line = written({ITEMS[7]: 512}, ITEMS) or ""
    assert ITEMS[7] not in line
    assert "512" in line


def test_a_count_beyond_a_million_is_kept_as_the_most_there_is():
    assert expected(pair_of(written({ITEMS[0]: 5_000_000}, ITEMS))) == {ITEMS[0]: 999_999}


def test_hints_of_twenty_banks_take_less_than_a_kilobyte():
    line = written(dict.fromkeys(ITEMS, 999_999), ITEMS)
    assert len(line or "") < 1_024
    assert len(expected(pair_of(line))) == 20


@pytest.mark.parametrize(("base", "secure"), [(LOCAL, False), ("https://money.example", True)])
def test_r2_hints_are_lax_and_secure_over_https_and_open_to_the_script_that_writes_them_too(base: str, *, secure: bool):
    attributes = (written({ITEMS[0]: 1}, ITEMS, base=base) or "").split("; ")[1:]
    assert {"Path=/", "SameSite=Lax", "Max-Age=34560000"} <= set(attributes)
    assert "HttpOnly" not in attributes
    assert ("Secure" in attributes) is secure


def test_r2_over_http_elsewhere_no_hint_is_written():
    with pytest.raises(InsecureTransport):
        written({ITEMS[0]: 1}, ITEMS, base="http://money.example")


def test_r1_clearing_the_hints_has_the_attributes_of_setting():
    with app.test_request_context("/", method="POST", base_url=LOCAL):
        response = Response()
        hints.clear(response)
    cleared = response.headers["Set-Cookie"].replace("Max-Age=0", "Max-Age=34560000").partition("; ")[2]
    assert cleared == (written({ITEMS[0]: 1}, ITEMS) or "").partition("; ")[2]


def test_a_logout_takes_the_time_zone_out_of_the_browser_too():
    with app.test_request_context("/", method="POST", base_url=LOCAL):
        response = Response()
        hints.clear(response)
    assert [line.split("=")[0] for line in response.headers.getlist("Set-Cookie")] == [COUNTS_NAME, ZONE_NAME]


def test_a_hint_that_a_slow_page_brought_back_after_the_logout_is_gone_with_the_next_page(lone_site, visitor):
    assert visitor.get("/").status_code == 200
    stray = visitor.get_cookie(COUNTS_NAME).value
    browser = lone_site.browser()
    browser.set_cookie(COUNTS_NAME, stray)
    browser.get("/")
    assert browser.get_cookie(COUNTS_NAME) is None
    assert "Set-Cookie" not in browser.get("/").headers
    assert visitor.get("/setup").status_code == 200
    assert visitor.get_cookie(COUNTS_NAME).value == stray


ONE = pair_of(written({ITEMS[0]: 512}, ITEMS))
DIGEST = ONE.split(".")[1]

GARBAGE = {
    "empty": "",
    "another version": "2." + ONE.partition(".")[2],
    "a minus": f"1.{DIGEST}.-5",
    "a leading zero": f"1.{DIGEST}.0512",
    "seven digits": f"1.{DIGEST}.1000000",
    "no count": f"1.{DIGEST}",
    "a trailing dot": f"1.{DIGEST}.512.",
    "a long digest": f"1.{DIGEST}A.512",
    "the same bank twice": f"1.{DIGEST}.512.{DIGEST}.513",
    "other digits": f"1.{DIGEST}.\N{ARABIC-INDIC DIGIT FIVE}",
    "twenty-one banks": "1" + "".join(f".{DIGEST[:6]}{number:02d}.1" for number in range(20)) + f".{DIGEST}.512",
    "100 kB": f"1.{DIGEST}.512" * 10_000,
    "NUL": f"1.{DIGEST}.512\0",
    "a newline": f"1.{DIGEST}.512\n",
}


def test_the_garbage_examples_start_from_something_that_is_believed():
    assert expected(ONE) == {ITEMS[0]: 512}


@pytest.mark.parametrize("value", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_is_no_hint(value: str):
    cookie = f"{COUNTS_NAME}={value}".encode().decode("latin-1")
    assert expected(cookie) == {}


@pytest.mark.parametrize("header", [f"{ONE}; {ONE}", f"a=b;  {ONE}", f"{COUNTS_NAME}; {ONE}"])
def test_input_11_a_doubled_or_disguised_hint_is_no_hint(header: str):
    assert expected(header) == {}


@given(st.text(st.characters(max_codepoint=255), max_size=200))
def test_any_text_is_a_hint_or_none(value: str):
    assert expected(f"{COUNTS_NAME}={value}") == {}
    zone = time_zone(value)
    assert zone is None or zone.key == value


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+5", "Asia/Kolkata"]
)
def test_a_time_zone_is_known_by_its_iana_name(name: str):
    assert time_zone(name) == ZoneInfo(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Mars/Phobos",
        "America",  # a folder of zones
        "../../etc/passwd",
        "/etc/passwd",
        "Europe/../Europe/Berlin",
        "Europe%2FBerlin",
        "Europe/Berlin\0",
        "Europe/Berlin\n",
        "zone.tab",
        "America.Argentina/Buenos_Aires",  # a module of the tzdata package, by Python's lookup
        "A/" * 400,
        "a" * 5_000,
        "B\xe9rlin",
    ],
)
def test_any_other_time_zone_is_none(name: str):
    assert time_zone(name) is None


def test_without_a_cookie_there_is_no_time_zone():
    with app.test_request_context("/", base_url=LOCAL):
        assert hints.time_zone() is None
