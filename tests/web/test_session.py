import re
from base64 import urlsafe_b64encode
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Response
from support.tiny_session import KEY, LOCAL, START, House, bank, sets_nothing

from keepless.adapters.sealing.keyring import generate
from keepless.errors import SessionExpired, SessionMissing
from keepless.services.vault import Vault, new_vault
from keepless.web.session import LOCAL_NAME

# --- R4: a GET changes nothing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE"])
def test_r4_a_get_never_writes_the_sealed_cookie(method: str):
    house = House()
    vault = new_vault(START, days=7, session_id="s", secret=b"c")
    with house.app.test_request_context("/", method=method, base_url=LOCAL):
        response = Response()
        for attempt in (
            lambda: house.session.write(response, vault),
            lambda: house.session.clear(response),
            lambda: house.session.forget_unreadable(response),
            house.session.read_to_revoke,
        ):
            with pytest.raises(RuntimeError, match=method):
                attempt()
        assert "Set-Cookie" not in response.headers


def test_r4_a_get_that_reads_the_session_sets_no_cookie_whatever_its_key():
    house = House(keys=f"{generate()},{KEY}")
    answer = house.get(cookie=f"{LOCAL_NAME}={House().connected().jar}")
    assert answer.status_code == 200
    assert sets_nothing(answer)


# --- R7: sign-in ------------------------------------------------------------------------------------------------------


def test_r7_every_sign_in_has_a_new_session_id_and_a_new_cache_secret():
    vaults = [House().connected().vault() for _ in range(20)]
    assert len({vault.session_id for vault in vaults}) == 20
    assert len({vault.secret for vault in vaults}) == 20
    assert all(len(vault.secret) == 16 and len(vault.session_id) >= 22 for vault in vaults)


def test_r7_signing_in_again_after_logout_is_a_new_session():
    house = House().connected()
    first = house.vault()
    house.call("/logout")
    second = house.connected().vault()
    assert (first.session_id, first.secret) != (second.session_id, second.secret)


def test_a_second_bank_joins_the_session_and_does_not_move_its_end():
    house = House().connected(1)
    first = house.vault()
    house.now += timedelta(days=3)
    second = house.connected(2).vault()
    assert second.session_id == first.session_id
    assert second.expires_at == first.expires_at == START + timedelta(days=7)
    assert len(second.banks) == 2


def test_keep_me_connected_is_thirty_days():
    house = House()
    house.call("/connect/1?keep=1")
    assert house.vault().expires_at == START + timedelta(days=30)
    assert house.vault().keep_connected


# --- input 6: rotation ------------------------------------------------------------------------------------------------


def rotated() -> House:
    """A house whose newest key is another than the one that sealed the cookie in its jar."""
    before = House().connected()
    after = House(keys=f"{generate()},{KEY}")
    after.jar = before.jar
    after.now += timedelta(days=1)
    return after


def test_input_6_rotation_keeps_a_session_alive_and_the_next_post_seals_it_anew():
    house = rotated()
    old, before = house.jar or "", house.vault()
    assert house.get().status_code == 200
    assert house.jar == old
    assert house.call("/link-token").status_code == 200
    assert house.jar != old
    assert house.sealer.is_newest(house.jar or "")
    assert house.vault() == before  # its end too
    assert sets_nothing(house.call("/link-token"))


def test_input_6_a_post_that_fails_does_not_seal_anew():
    house = rotated()
    assert sets_nothing(house.call("/link-token?status=502"))


def test_input_6_a_post_that_writes_itself_is_not_overwritten():
    house = rotated()
    house.connected(2)
    assert len(house.vault().banks) == 2
    assert house.sealer.is_newest(house.jar or "")


def test_input_6_a_logout_stays_a_logout():
    house = rotated()
    house.call("/logout")
    assert house.jar is None


def test_input_6_once_the_old_key_is_gone_so_is_what_it_sealed():
    house = House(keys=generate())
    house.jar = House().connected().jar
    assert house.get().status_code == 401
    assert house.unreadable == ["unknown_key"]


# --- input 8: an expired cookie revokes, and nothing else -------------------------------------------------------------


def expired() -> House:
    house = House().connected(1, 2)
    house.now += timedelta(days=7, seconds=60)
    return house


@pytest.mark.parametrize("path", ["/connect/3", "/link-token"])
def test_input_8_an_expired_session_does_nothing_but_revoke(path: str):
    house = expired()
    assert house.get().text == "SessionExpired"
    answer = house.call(path)
    assert (answer.status_code, answer.text, sets_nothing(answer)) == (401, "SessionExpired", True)
    assert house.unreadable == []


def test_input_8_an_expired_session_revokes_and_is_cleared():
    house = expired()
    assert house.call("/logout").status_code == 200
    assert house.jar is None
    assert house.get().text == "SessionMissing"


def test_input_8_an_expired_session_keeps_the_banks_that_could_not_be_removed_and_stays_expired():
    house = expired()
    assert house.call("/disconnect/1").status_code == 200
    assert [key.bank.item_id for key in house.vault().banks] == [bank(2).bank.item_id]
    assert house.get().text == "SessionExpired"


def test_input_8_an_expired_session_is_not_brought_back_to_life():
    house = expired()
    old = house.vault()
    header = {"Cookie": f"{LOCAL_NAME}={house.jar}"}
    with house.app.test_request_context("/", method="POST", base_url=LOCAL, headers=header):
        response = Response()
        longer = Vault(
            session_id=old.session_id,
            secret=old.secret,
            issued_at=old.issued_at,
            expires_at=house.now + timedelta(days=7),
        )
        for vault in (longer, new_vault(house.now, days=7, session_id="s", secret=b"c")):
            with pytest.raises(SessionExpired):
                house.session.write(response, vault)
        assert "Set-Cookie" not in response.headers


def test_a_session_lasts_its_seven_days_and_a_minute_of_skew():
    house = House().connected()
    house.now += timedelta(days=7, seconds=59)
    assert house.get().status_code == 200
    house.now += timedelta(seconds=1)
    assert house.get().status_code == 401


# --- R6, R11, and what stays in a request -----------------------------------------------------------------------------


def test_r6_a_fault_after_the_session_was_read_leaves_the_cookie():
    house = House().connected()
    before = house.jar
    answer = house.call("/fails")
    assert (answer.status_code, sets_nothing(answer), house.jar) == (500, True, before)


def test_r11_answers_that_depend_on_a_session_are_not_stored_and_vary_by_cookie():
    house = House().connected()
    for answer in (house.get(), House().get(), House().get(cookie=f"{LOCAL_NAME}=x"), house.call("/logout")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.vary.as_set() == {"cookie"}


def test_r11_answers_that_do_not_depend_on_it_say_nothing_of_it():
    answer = House().connected().get("/health")
    assert "Vary" not in answer.headers
    assert "Cache-Control" not in answer.headers


def test_what_one_request_found_is_not_there_in_the_next_even_under_one_application_context():
    house = House()
    sealed = House().connected().jar
    with house.app.app_context():
        assert house.get(cookie=f"{LOCAL_NAME}={sealed}").status_code == 200
        assert house.get(cookie="").status_code == 401


def test_a_read_after_a_write_sees_what_was_written():
    house = House()
    with house.app.test_request_context("/", method="POST", base_url=LOCAL):
        with pytest.raises(SessionMissing):
            house.session.read()
        vault = house.session.read_or_new().with_bank(bank(1))
        response = house.session.write(Response(), vault)
        assert house.session.read() == vault
        house.session.clear(response)
        with pytest.raises(SessionMissing):
            house.session.read()


def test_an_expired_session_that_was_written_in_a_request_is_still_expired_in_it():
    house = expired()
    with house.app.test_request_context(
        "/", method="POST", base_url=LOCAL, headers={"Cookie": f"{LOCAL_NAME}={house.jar}"}
    ):
        house.session.write(Response(), house.session.read_to_revoke().without_banks([bank(1).bank.item_id]))
        with pytest.raises(SessionExpired):
            house.session.read()


def test_r17_neither_the_token_nor_its_uuid_is_readable_in_the_cookie():
    house = House().connected(7)
    sealed = house.jar or ""
    unique = UUID(int=7)
    for secret in (bank(7).token.reveal(), str(unique), unique.hex, urlsafe_b64encode(unique.bytes).decode()[:16]):
        assert secret not in sealed
    assert re.fullmatch(r"v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+", sealed)
