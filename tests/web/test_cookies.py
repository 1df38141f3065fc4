import pytest
from flask import Response
from support.tiny_session import HTTPS, LOCAL, START, House, attributes, bank, sets_nothing

from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import TooManyBanks
from keepless.services.vault import BankKey, Vault
from keepless.web.arrivals import name_of
from keepless.web.session import LOCAL_NAME, NAME

# --- R1 and R2: names and attributes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("base", [HTTPS, LOCAL])
def test_r1_clearing_has_the_name_the_path_and_the_attributes_of_setting(base: str):
    house = House(base=base)
    written = house.call("/connect/1")
    cleared = house.call("/logout")
    assert attributes(written) == attributes(cleared)
    assert "Max-Age=0" in cleared.headers["Set-Cookie"]
    assert house.get().status_code == 401


def test_r1_writing_twice_leaves_one_cookie_and_the_last_one():
    house = House()
    with house.app.test_request_context("/", method="POST", base_url=LOCAL):
        response = Response()
        vault = house.session.read_or_new()
        house.session.write(response, vault.with_bank(bank(1)))
        house.session.write(response, vault.with_bank(bank(1)).with_bank(bank(2)))
        lines = response.headers.getlist("Set-Cookie")
        names = [line.partition("=")[0] for line in lines]
        assert names == [LOCAL_NAME, *(name_of(bank(number).bank.item_id, secure=False) for number in (1, 2))]
        house.jar = lines[0].partition("=")[2].partition(";")[0]
    assert len(house.vault().banks) == 2


def test_r1_other_cookies_of_the_answer_stay():
    house = House()
    with house.app.test_request_context("/", method="POST", base_url=LOCAL):
        response = Response()
        response.set_cookie("keepless-local-not-quite", "1")
        house.session.write(response, house.session.read_or_new())
        house.session.clear(response)
        assert len(response.headers.getlist("Set-Cookie")) == 2


def test_r2_over_https_the_cookie_is_host_prefixed_secure_http_only_and_lax():
    name, attributes_ = attributes(House(base=HTTPS).call("/connect/1"))
    assert name == "__Host-keepless"
    assert attributes_ == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


@pytest.mark.parametrize("base", [LOCAL, "http://127.0.0.1:5001", "http://[::1]:5001", "http://LOCALHOST"])
def test_r2_over_http_on_this_machine_it_has_another_name_and_is_not_secure(base: str):
    name, attributes_ = attributes(House(base=base).call("/connect/1"))
    assert name == "keepless-local"
    assert attributes_ == {"HttpOnly", "Path=/", "SameSite=Lax"}


@pytest.mark.parametrize(
    "base",
    ["http://money.example", "http://localhost.money.example", "http://127.0.0.1.money.example", "http://192.168.0.7"],
)
def test_r2_over_http_elsewhere_nothing_is_read_or_written(base: str):
    house = House(base=base)
    assert house.call("/connect/1").status_code == 403
    sealed = House().connected().jar
    for name in (NAME, LOCAL_NAME):
        answer = house.get(cookie=f"{name}={sealed}")
        assert (answer.status_code, answer.text) == (403, "InsecureTransport")
        assert answer.headers["Cache-Control"] == "no-store"


def test_r2_behind_a_proxy_not_even_http_on_this_machine_is_trusted():
    assert House(https_only=True).call("/connect/1").status_code == 403
    assert House(https_only=True, base=HTTPS).call("/connect/1").status_code == 200


def test_r2_each_transport_reads_its_own_name_only():
    sealed = House().connected().jar
    assert House(base=HTTPS).get(cookie=f"{LOCAL_NAME}={sealed}").status_code == 401
    assert House(base=HTTPS).get(cookie=f"{NAME}={sealed}").status_code == 200
    assert House().get(cookie=f"{NAME}={sealed}").status_code == 401


def test_the_browser_keeps_the_cookie_for_longer_than_it_is_valid():
    assert "Max-Age=34560000" in House().call("/connect/1").headers["Set-Cookie"]


@pytest.mark.parametrize("base", [HTTPS, LOCAL])
def test_the_whole_set_cookie_line_of_twenty_banks_is_at_most_4096_bytes(base: str):
    house = House(base=base).connected(*range(20))
    line = house.call("/disconnect/99").headers["Set-Cookie"]
    assert len(house.vault().banks) == 20
    assert 3_000 < len(f"Set-Cookie: {line}".encode()) <= 4_096


def test_the_largest_vault_that_takes_a_bank_makes_a_line_of_at_most_4096_bytes():
    """The vault counts its own bytes; this ties its limit to the line's, over https where the line is longest."""
    house = House(base=HTTPS)
    with house.app.test_request_context("/", method="POST", base_url=HTTPS):
        vault = house.session.read_or_new()
        length = 2_000
        while True:
            try:
                fuller = vault.with_bank(BankKey(bank(1).bank, Secret("t" * (length + 1))))
            except TooManyBanks:
                break
            length += 1
            largest = fuller
        response = house.session.write(Response(), largest)
        assert 4_000 < len(f"Set-Cookie: {response.headers['Set-Cookie']}") <= 4_096


def test_input_17_the_twenty_first_bank_is_refused_and_the_cookie_stays():
    house = House().connected(*range(20))
    before = house.jar
    answer = house.call("/connect/20")
    assert (answer.status_code, sets_nothing(answer), house.jar) == (409, True, before)


def test_a_vault_too_long_for_a_cookie_is_refused_before_the_browser_drops_it():
    house = House()
    with house.app.test_request_context("/", method="POST", base_url=LOCAL):
        ref = BankRef("i" * 3_000, "ins_1", "Bank")
        vault = Vault(session_id="s", secret=b"", issued_at=START, expires_at=START, banks=(BankKey(ref, Secret("t")),))
        response = Response()
        with pytest.raises(TooManyBanks):
            house.session.write(response, vault)
        assert "Set-Cookie" not in response.headers


# --- input 11: shadowing ----------------------------------------------------------------------------------------------

SHADOWS = {
    "two of them": "{name}={sealed}; {name}={sealed}",
    "two, one empty": "{name}=; {name}={sealed}",
    "two, one without a value": "{name}; {name}={sealed}",
    "two behind another": "a=b; {name}=x; c=d; {name}={sealed}",
    "two spaces before the name": "a=b;  {name}={sealed}",
    "a space after the name": "{name} ={sealed}",
    "a leading space": "  {name}={sealed}",
    "a tab": "a=b; \t{name}={sealed}",
    "a vertical tab": "a=b; \x0b{name}={sealed}",
    "a newline": "a=b; \n{name}={sealed}",
    "NUL": "a=b; \0{name}={sealed}",
    "a no-break space": "a=b; \xa0{name}={sealed}",
    "a no-break space in UTF-8": "a=b; \xc2\xa0{name}={sealed}",
    "a next line": "a=b; \x85{name}={sealed}",
    "an en quad in UTF-8": "a=b; \xe2\x80\x80{name}={sealed}",
    "a zero-width space in UTF-8": "a=b; \xe2\x80\x8b{name}={sealed}",
    "a byte order mark": "a=b; \xef\xbb\xbf{name}={sealed}",
    "a blank inside": "a=b; keep less-local={sealed}",
    "a resembling one before ours": "a=b;  {name}=x; {name}={sealed}",
    "a resembling one after ours": "{name}={sealed};  {name}=x",
}


@pytest.mark.parametrize("header", SHADOWS.values(), ids=SHADOWS.keys())
def test_input_11_a_doubled_or_disguised_name_is_400(header: str):
    house = House()
    cookie = header.format(name=LOCAL_NAME, sealed=House().connected().jar)
    answer = house.get(cookie=cookie)
    assert (answer.status_code, answer.text) == (400, "BadCookie")
    assert sets_nothing(answer)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "header",
    [
        "{name}={sealed}",
        " {name}={sealed}",
        "a=b; {name}={sealed}",
        "a=b;{name}={sealed};c=d",
        "a; {name}={sealed}; ;; =; x-{name}=1; {name}-x=2; a={name}",
        "ü=1; {name}={sealed}",
    ],
)
def test_input_11_the_cookies_of_others_do_not_matter(header: str):
    cookie = header.format(name=LOCAL_NAME, sealed=House().connected().jar)
    assert House().get(cookie=cookie).status_code == 200
