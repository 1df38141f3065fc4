"""What a deletion has done so far, in its cookie: sealed, bound, and never too long."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from forgetting.people import delete, forgetting_site, signed_in
from support.website import set_session

from keepless.services.forgetting import Gone, Progress
from keepless.services.vault import MAX_BANKS, MAX_NAME_BYTES
from keepless.web import leaving_cookie
from keepless.web.cookies import MAX_SET_COOKIE
from keepless.web.leaving_cookie import LASTS, LOCAL_NAME, NAME
from keepless.web.visit import visiting

NOW = datetime(2026, 11, 23, 14, 30, 5, tzinfo=UTC)
BASE = {True: "https://keepless.example.test", False: "http://localhost"}


@pytest.fixture
def site(local_plaid):
    with forgetting_site(local_plaid.url) as made:
        yield made


@pytest.fixture
def vault(site):
    return signed_in(site.stores.accounts, site.clock())[0]


def progress(banks, name="Bank"):
    made = (
        Gone(
            item=f"dig{number:05}",
            name=name,
            institution_id="ins_" + "9" * 8,
            request_id="r" * 15,
            at=NOW,
        )
        for number in range(banks)
    )
    return Progress(account="a" * 240 + "@example.test", sessions=3, gone=tuple(made))


def written(site, vault, done, *, secure=False) -> str:
    """The Set-Cookie line."""
    with site.app.test_request_context("/delete-me", method="POST", base_url=BASE[secure]):
        response = leaving_cookie.write(visiting(), site.app.response_class(), vault, done)
    (line,) = response.headers.getlist("Set-Cookie")
    return line


def read(site, vault, value, *, name=LOCAL_NAME):
    headers = {"Cookie": f"{name}={value}"}
    with site.app.test_request_context("/delete-me", headers=headers, base_url=BASE[name == NAME]):
        return leaving_cookie.read(visiting(), vault)


def value_in(line):
    return line.partition("=")[2].partition(";")[0]


def test_it_reads_back_as_it_was_written(site, vault):
    done = progress(2)
    assert read(site, vault, value_in(written(site, vault, done))) == done


@pytest.mark.parametrize("name", ["N" * 200, "ñ" * 100, "銀" * 80], ids=["ascii", "two bytes", "three bytes"])
def test_twenty_banks_with_the_longest_names_fit(site, vault, name):
    line = written(site, vault, progress(MAX_BANKS, name), secure=True)
    assert len("Set-Cookie: ") + len(line) <= MAX_SET_COOKIE
    back = read(site, vault, value_in(line), name=NAME)
    assert len(back.gone) == MAX_BANKS
    assert all(0 < len(each.name.encode()) <= MAX_NAME_BYTES for each in back.gone)


def test_more_than_fit_are_cut_and_never_too_long(site, vault):
    line = written(site, vault, progress(80, "N" * 48))
    assert len("Set-Cookie: ") + len(line) <= MAX_SET_COOKIE
    assert MAX_BANKS <= len(read(site, vault, value_in(line)).gone) < 80


def test_r2_it_is_as_the_sessions_cookie_is(site, vault):
    line = written(site, vault, progress(1), secure=True)
    assert line.startswith(f"{NAME}=v1.")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(line.split("; "))
    assert "Domain" not in line


def test_r8_that_of_another_user_or_session_is_none(site, vault):
    value = value_in(written(site, vault, progress(1)))
    other = signed_in(site.stores.accounts, site.clock(), "ben@example.test")[0]
    assert read(site, other, value) is None
    assert read(site, msgspec.structs.replace(vault, session_id="another"), value) is None
    assert read(site, msgspec.structs.replace(vault, user=""), value) is None
    assert read(site, None, value) is None


def test_r8_another_purposes_text_is_none(site, vault):
    assert read(site, vault, site.envelope.seal("session", b"", user=vault.user)) is None
    assert read(site, vault, site.envelope.seal("leaving", b"\x90", user=vault.user)) is None


@pytest.mark.parametrize(
    ("later", "opens"),
    [
        (timedelta(seconds=-59), True),
        (timedelta(seconds=-90), False),
        (LASTS - timedelta(minutes=1), True),
        (LASTS, False),
    ],
    ids=["a slow clock", "from the future", "a month", "over a month"],
)
def test_it_is_good_for_a_month(site, vault, later, opens):
    value = value_in(written(site, vault, progress(1)))
    site.clock.ahead += later
    assert (read(site, vault, value) is not None) is opens


def test_no_bit_of_it_can_be_turned(site, vault):
    value = value_in(written(site, vault, progress(1)))
    for place in range(len("v1."), len(value), 7):
        turned = value[:place] + ("A" if value[place] != "A" else "B") + value[place + 1 :]
        assert read(site, vault, turned) is None


def test_what_is_held_tells_of_it_and_deleting_clears_it(site, local_plaid):
    browser = site.connected(local_plaid.connect("demo"), browser=site.sign_in())
    local_plaid.fault("/item/remove", reset=True)
    assert delete(browser).status_code == 502
    told = {each["name"]: each for each in browser.get("/api/what-you-hold").json["in_browser"]}
    assert (told[LOCAL_NAME]["sealed"], told[LOCAL_NAME]["opens"]) == (True, True)
    local_plaid.end_faults()
    assert delete(browser).status_code == 200
    assert browser.get_cookie(LOCAL_NAME) is None


def test_a_session_that_is_none_of_its_does_not_stumble_over_it(site, local_plaid, vault):
    browser = site.browser()
    set_session(browser, site.sealed(vault))
    browser.set_cookie(LOCAL_NAME, "v1.00000000." + "A" * 60)
    assert browser.get("/delete-me").status_code == 200
    assert delete(browser).status_code == 200
