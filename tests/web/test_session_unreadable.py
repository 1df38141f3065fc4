from datetime import timedelta
from itertools import product

import pytest
from flask import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.tiny_session import KEY, LOCAL, START, House, attributes, bank, sets_nothing

from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring, generate
from keepless.errors import SessionUnreadable
from keepless.services.vault import encode, new_vault
from keepless.web.session import LOCAL_NAME

# --- R9 and bad inputs 1 to 10: what does not open is left as it is ---------------------------------------------------


def test_input_1_without_a_cookie_there_is_no_session():
    answer = House().get()
    assert (answer.status_code, answer.text) == (401, "SessionMissing")


ODD = {
    "one byte": "x",
    "100 kB": "x" * 100_000,
    "not ASCII": "schlüssel-é",
    "UTF-8 bytes": "銀行".encode().decode("latin-1"),
    "NUL": "a\0b",
    "quotes": '"v1.00000000.AAAA"',
    "three dots": "...",
    "equals signs": "a=b=c",
}


@pytest.mark.parametrize("value", ODD.values(), ids=ODD.keys())
def test_input_2_odd_cookies_are_401_and_left_as_they_are(value: str):
    house = House()
    answer = house.get(cookie=f"{LOCAL_NAME}={value}")
    assert (answer.status_code, answer.text) == (401, "SessionUnreadable")
    assert sets_nothing(answer)
    assert house.unreadable == ["malformed"]


@pytest.mark.parametrize("header", [LOCAL_NAME, f"{LOCAL_NAME}=", f"{LOCAL_NAME}=; other=1"])
def test_input_2_an_empty_cookie_is_no_cookie_and_does_not_stand_in_the_way(header: str):
    assert House().get(cookie=header).status_code == 401
    assert House().call("/connect/1", cookie=header).status_code == 200


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text(st.characters(max_codepoint=255), max_size=200))
def test_input_2_any_cookie_header_is_answered_and_never_with_500(header: str):
    for cookie in (header, f"{LOCAL_NAME}={header}", f"{header}{LOCAL_NAME}=x"):
        answer = HOUSE.get(cookie=cookie)
        assert answer.status_code in (400, 401)
        assert sets_nothing(answer)


HOUSE = House()


def test_input_3_any_bit_flipped_is_401_without_set_cookie():
    house = House().connected()
    sealed = house.jar or ""
    for place, bit in product(range(len(sealed)), range(8)):
        changed = sealed[:place] + chr(ord(sealed[place]) ^ (1 << bit)) + sealed[place + 1 :]
        answer = house.get(cookie=f"{LOCAL_NAME}={changed}")
        assert answer.status_code == 401, changed
        assert sets_nothing(answer)


@pytest.mark.parametrize("surplus", ["=", "==", " ", "\t", "A"])
def test_input_4_non_canonical_base64_is_401(surplus: str):
    house = House().connected()
    answer = house.get(cookie=f"{LOCAL_NAME}={house.jar}{surplus}; other=1")
    assert (answer.status_code, sets_nothing(answer)) == (401, True)


def foreign(case: str) -> str:
    """A well-made sealed text that is not this application's session, by the reason it is refused for."""
    vault = new_vault(START, days=7, session_id="s", secret=b"c").with_bank(bank(1))
    own = Keyring.parse(KEY)
    match case:
        case "unknown_key":
            return Envelope(Keyring.parse(generate()), "sandbox").seal("session", encode(vault))
        case "another purpose":
            return Envelope(own, "sandbox").seal("cache", encode(vault))
        case "another user":
            return Envelope(own, "sandbox").seal("session", encode(vault), user="someone")
        case "another environment":
            return Envelope(own, "production").seal("session", encode(vault))
        case "future":
            late = new_vault(START + timedelta(minutes=2), days=7, session_id="s", secret=b"c")
            return Envelope(own, "sandbox").seal("session", encode(late))
        case _:
            return Envelope(own, "sandbox").seal("session", b"no vault")


CASES = {
    "unknown_key": "unknown_key",  # input 5
    "another purpose": "forged",  # input 9
    "another user": "forged",
    "another environment": "forged",  # input 10
    "future": "future",  # input 7
    "no vault": "malformed",
}


@pytest.mark.parametrize(("case", "reason"), CASES.items())
def test_r9_inputs_5_7_9_10_a_foreign_cookie_is_401_counted_and_untouched(case: str, reason: str):
    house = House()
    cookie = f"{LOCAL_NAME}={foreign(case)}"
    answer = house.get(cookie=cookie)
    assert (answer.status_code, answer.text) == (401, "SessionUnreadable")
    assert sets_nothing(answer)
    assert house.unreadable == [reason]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("path", ["/connect/1", "/disconnect/1", "/link-token", "/logout"])
def test_r9_no_post_clears_or_overwrites_a_cookie_that_does_not_open(case: str, path: str):
    answer = House().call(path, cookie=f"{LOCAL_NAME}={foreign(case)}")
    assert (answer.status_code, sets_nothing(answer)) == (401, True)


def test_r9_not_even_a_write_that_did_not_look_first_overwrites_it():
    house = House()
    header = {"Cookie": f"{LOCAL_NAME}={foreign('unknown_key')}"}
    with house.app.test_request_context("/", method="POST", base_url=LOCAL, headers=header):
        response = Response()
        vault = new_vault(START, days=7, session_id="s", secret=b"c")
        for attempt in (lambda: house.session.write(response, vault), lambda: house.session.clear(response)):
            with pytest.raises(SessionUnreadable):
                attempt()
        assert "Set-Cookie" not in response.headers


def test_r9_one_request_counts_once_however_often_it_reads():
    house = House()
    with house.app.test_request_context("/", base_url=LOCAL, headers={"Cookie": f"{LOCAL_NAME}=x"}):
        for _ in range(3):
            with pytest.raises(SessionUnreadable):
                house.session.read()
    assert house.unreadable == ["malformed"]


def test_r9_after_the_right_key_is_back_the_cookie_works_again():
    kept = House().connected()
    sealed = kept.jar
    wrong = House(keys=generate())
    wrong.jar = sealed
    assert [wrong.call(path).status_code for path in ("/connect/1", "/logout")] == [401, 401]
    assert wrong.jar == sealed
    assert kept.get().status_code == 200


def test_an_unreadable_cookie_goes_only_when_the_person_asks_for_it():
    house = House()
    house.jar = foreign("unknown_key")
    assert house.call("/connect/1").status_code == 401
    forgotten = house.call("/forget")
    assert (forgotten.text, house.jar) == ("True", None)
    assert attributes(forgotten) == attributes(house.call("/connect/1"))


def test_forgetting_leaves_a_cookie_that_opens():
    house = House().connected()
    answer = house.call("/forget")
    assert (answer.text, sets_nothing(answer)) == ("False", True)
    house.now += timedelta(days=8)
    answer = house.call("/forget")
    assert (answer.text, sets_nothing(answer)) == ("False", True)
    assert House().call("/forget").text == "False"
