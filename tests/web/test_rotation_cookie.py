"""The cookie with the ways back: what it takes, whose it is, and what is read of one that was not made here."""

import uuid
from datetime import timedelta

import msgspec
import pytest
from flask import Response

from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import TooManyBanks
from keepless.services.rotation import WAYS_BACK, WayBack
from keepless.services.vault import BankKey, new_vault
from keepless.web import rotation_cookie
from keepless.web.visit import visiting

HTTPS = "https://money.example"
ANA, BEN = (str(uuid.UUID(int=number, version=4)) for number in (1, 2))


def item(number):
    return f"item-{number:032}"


def way(number, *tokens):
    made = tokens or [f"public-sandbox-00000000-0000-4000-8000-{number:06}{place:06}" for place in range(WAYS_BACK)]
    return WayBack(item(number), tuple(map(Secret, made)))


def vault_of(site, banks=2, user=""):
    keys = tuple(BankKey(BankRef(item(number), "ins_1", "Bank"), Secret("access")) for number in range(banks))
    vault = new_vault(site.clock(), days=7, session_id="session", secret=bytes(16))
    return msgspec.structs.replace(vault, banks=keys, user=user)


def written(site, vault, ways):
    with site.app.test_request_context("/", method="POST", base_url=HTTPS):
        response = rotation_cookie.write(visiting(), Response(), vault, ways)
    (line,) = response.headers.getlist("Set-Cookie")
    return line


def read(site, line, vault):
    headers = {"Cookie": line.partition(";")[0]}
    with site.app.test_request_context("/", method="POST", base_url=HTTPS, headers=headers):
        return rotation_cookie.read(visiting(), vault)


@pytest.fixture
def site(lone_site):
    yield lone_site
    lone_site.clock.ahead *= 0


def test_r2_what_is_written_is_read_again_over_https_under_the_host_prefix(site):
    vault, ways = vault_of(site), (way(1), way(0))
    line = written(site, vault, ways)
    assert line.startswith("__Host-keepless-rotation=v1.")
    assert "; Secure; HttpOnly; Path=/; SameSite=Lax" in line
    assert read(site, line, vault) == ways


def test_twenty_banks_of_an_account_fit_with_room_to_spare(site):
    vault = vault_of(site, 20, ANA)
    ways = tuple(map(way, range(20)))
    line = written(site, vault, ways)
    assert len(line) < 1_600
    assert read(site, line, vault) == ways


@pytest.mark.parametrize(
    "token",
    [
        "public-production-00000000-0000-4000-8000-0000000000ff",
        "public-sandbox-00000000-0000-4000-8000-0000000000FF",
        "public-sandbox-{00000000-0000-4000-8000-0000000000ff}",
        "public-development-00000000-0000-4000-8000-0000000000ff",
        "another shape",
    ],
)
def test_a_token_of_any_shape_comes_back_as_it_was(site, token):
    vault, ways = vault_of(site), (way(0, token),)
    assert read(site, written(site, vault, ways), vault) == ways


def test_where_two_ways_have_no_room_each_bank_has_one(site):
    vault = vault_of(site, 20)
    ways = tuple(way(number, f"{number:0100}", f"{number:0100}-2") for number in range(20))
    assert read(site, written(site, vault, ways), vault) == tuple(
        WayBack(each.item_id, each.tokens[:1]) for each in ways
    )


def test_where_not_even_one_has_room_nothing_is_begun(site):
    ways = tuple(way(number, f"{number:0300}") for number in range(20))
    with pytest.raises(TooManyBanks):
        written(site, vault_of(site, 20), ways)


def test_r8_it_is_its_own_users_alone(site):
    line = written(site, vault_of(site, user=ANA), (way(0),))
    assert read(site, line, vault_of(site, user=ANA)) == (way(0),)
    assert read(site, line, vault_of(site, user=BEN)) == ()
    assert read(site, line, vault_of(site)) == ()
    claimed = line.replace(uuid.UUID(ANA).hex, uuid.UUID(BEN).hex)
    assert read(site, claimed, vault_of(site, user=BEN)) == ()


def test_ways_to_banks_that_are_not_in_the_session_are_none(site):
    line = written(site, vault_of(site), (way(0), way(7)))
    assert read(site, line, vault_of(site)) == (way(0),)


def test_after_half_an_hour_it_holds_nothing(site):
    vault = vault_of(site)
    line = written(site, vault, (way(0),))
    site.clock.ahead += timedelta(minutes=29, seconds=58)
    assert read(site, line, vault)
    site.clock.ahead += timedelta(seconds=3)
    assert read(site, line, vault) == ()


@pytest.mark.parametrize("value", ["", "v1", "v1.00000000.AAAA", "x" * 5_000, "%00", "v1.00000000." + "A" * 60])
def test_anything_else_holds_nothing(site, value):
    assert read(site, f"{rotation_cookie.NAME}={value};", vault_of(site)) == ()


@pytest.mark.parametrize("plain", [b"", b"\x90", b"\xc1", b"\x92\x01\x91\x92\xc4\x01a\x91\xc4\x01\x09"])
def test_sealed_by_us_and_of_another_shape_it_holds_nothing(site, plain):
    sealed = site.envelope.seal(rotation_cookie.PURPOSE, plain)
    assert read(site, f"{rotation_cookie.NAME}={sealed};", vault_of(site)) == ()


def test_with_no_way_left_it_is_cleared_by_the_same_name_and_attributes(site):
    headers = {"Cookie": f"{rotation_cookie.NAME}=whatever"}
    with site.app.test_request_context("/", method="POST", base_url=HTTPS, headers=headers):
        response = rotation_cookie.write(visiting(), Response(), vault_of(site), ())
    (line,) = response.headers.getlist("Set-Cookie")
    assert line.startswith("__Host-keepless-rotation=;")
    assert "Max-Age=0; Secure; HttpOnly; Path=/; SameSite=Lax" in line
