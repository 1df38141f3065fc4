"""The cookies of banks that have just arrived: how they are read, when they go, and that R1 to R9 hold for them."""

from datetime import timedelta

import pytest
from flask import Response
from support.cookie_jar import CookieJar
from support.tiny_session import HTTPS, KEY, LOCAL, START, House, bank, sets_nothing

from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring, generate
from keepless.core.secret import Secret
from keepless.services.vault import BankKey, Vault, decode, encode, new_vault
from keepless.web import arrivals
from keepless.web.session import LOCAL_NAME, NAME


def own(number: int) -> str:
    return arrivals.name_of(bank(number).bank.item_id, secure=False)


def item(number: int) -> str:
    return bank(number).bank.item_id


class Visitor:
    """A house and a browser with its own jar."""

    def __init__(self, **house: str) -> None:
        self.house = House(**house)
        self.jar = CookieJar()

    def call(self, path: str, *, method: str = "POST"):
        return self.jar.apply(self.house.call(path, method=method, cookie=self.jar.header))

    def at_once(self, *paths: str):
        """Requests sent with the same cookies; their answers, none of them applied."""
        header = self.jar.header
        return [self.house.call(path, cookie=header) for path in paths]

    def vault(self, method: str = "GET") -> Vault | None:
        headers = {"Cookie": self.jar.header}
        with self.house.app.test_request_context("/", method=method, base_url=self.house.base, headers=headers):
            return self.house.session.jar().vault

    def banks(self) -> set[str]:
        vault = self.vault()
        return {key.bank.item_id for key in vault.banks} if vault else set()


def arrived(*numbers: int) -> Visitor:
    visitor = Visitor()
    for number in numbers:
        assert visitor.call(f"/connect/{number}").status_code == 200
    return visitor


# --- R15: what two tabs do at once ------------------------------------------------------------------------------------

BOTH_ORDERS = pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "the other way round"])


@BOTH_ORDERS
@pytest.mark.parametrize("before", [(), (1,)], ids=["first banks", "further banks"])
def test_r15_two_tabs_that_connect_at_once_lose_neither(order, before):
    visitor = arrived(*before)
    answers = visitor.at_once("/connect/2", "/connect/3")
    for place in order:
        visitor.jar.apply(answers[place])
    assert visitor.banks() == {item(number) for number in (*before, 2, 3)}
    assert visitor.call("/link-token").status_code == 200
    main = decode(visitor.house.sealer.open("session", visitor.jar.cookies[LOCAL_NAME]))
    assert {key.bank.item_id for key in main.banks} == visitor.banks(), "the next POST takes both into the session"


@BOTH_ORDERS
def test_r15_removing_one_bank_while_another_arrives_loses_only_the_one(order):
    visitor = arrived(1)
    answers = visitor.at_once("/remove/1", "/connect/2")
    for place in order:
        visitor.jar.apply(answers[place])
    assert item(2) in visitor.banks()
    if item(1) in visitor.banks():  # dead at Plaid, and shown as gone: it can be removed again
        visitor.call("/remove/1")
    assert visitor.banks() == {item(2)}


@BOTH_ORDERS
def test_r15_logging_out_while_a_bank_arrives_does_not_lose_that_bank(order):
    visitor = arrived(1)
    answers = visitor.at_once("/logout", "/connect/2")
    for place in order:
        visitor.jar.apply(answers[place])
    assert item(2) in visitor.banks()
    visitor.call("/logout")
    assert visitor.jar.cookies == {}


@BOTH_ORDERS
def test_r15_sealing_anew_while_a_bank_arrives_loses_nothing(order):
    visitor = arrived(1)
    visitor.house.seal_with(Envelope(Keyring.parse(f"{generate()},{KEY}"), "sandbox"))
    answers = visitor.at_once("/link-token", "/connect/2")
    for place in order:
        visitor.jar.apply(answers[place])
    assert visitor.banks() == {item(1), item(2)}


def test_two_first_connections_make_one_session_that_ends_with_the_first_to_end():
    visitor = Visitor()
    week, month = visitor.at_once("/connect/1", "/connect/2?keep=1")
    for answer in (week, month):
        visitor.jar.apply(answer)
    vault = visitor.vault()
    assert vault is not None
    assert vault.session_id == decode(visitor.house.sealer.open("session", visitor.jar.cookies[LOCAL_NAME])).session_id
    assert vault.expires_at == START + timedelta(days=7)
    visitor.house.now += timedelta(days=8)
    assert visitor.call("/banks", method="GET").text == "SessionExpired"
    visitor.call("/logout")
    assert visitor.jar.cookies == {}


# --- when a bank's own cookie goes ------------------------------------------------------------------------------------


def test_a_banks_own_cookie_goes_an_hour_after_it_arrived_with_the_next_post_that_succeeds():
    visitor = arrived(1, 2)
    assert set(visitor.jar.cookies) == {LOCAL_NAME, own(1), own(2)}
    for pause, path in ((timedelta(minutes=59), "/link-token"), (timedelta(minutes=1), "/link-token?status=502")):
        visitor.house.now += pause
        assert sets_nothing(visitor.call(path))
    main = visitor.jar.cookies[LOCAL_NAME]
    assert sets_nothing(visitor.call("/banks", method="GET"))
    visitor.call("/link-token")
    assert visitor.jar.cookies == {LOCAL_NAME: main}, "nothing else was written"
    assert visitor.banks() == {item(1), item(2)}


def test_it_stays_for_as_long_as_the_sessions_cookie_does_not_have_the_bank():
    visitor = arrived(1, 2)
    without = visitor.jar.cookies[LOCAL_NAME]
    visitor.call("/connect/3")
    visitor.jar.cookies[LOCAL_NAME] = without  # what an answer that was late has left
    visitor.house.now += timedelta(hours=2)
    visitor.call("/link-token")
    assert set(visitor.jar.cookies) == {LOCAL_NAME, own(3)}
    visitor.call("/link-token")
    assert set(visitor.jar.cookies) == {LOCAL_NAME}
    assert visitor.banks() == {item(1), item(2), item(3)}


def test_it_goes_with_its_bank():
    visitor = arrived(1, 2)
    visitor.call("/remove/1")
    assert set(visitor.jar.cookies) == {LOCAL_NAME, own(2)}
    visitor.call("/remove/2")
    assert visitor.jar.cookies == {}


@pytest.mark.parametrize("base", [LOCAL, HTTPS])
def test_twenty_banks_connected_in_one_go_keep_the_cookies_under_5000_bytes(base: str):
    visitor = Visitor(base=base)
    lengths = []
    for number in range(20):
        assert visitor.call(f"/connect/{number}").status_code == 200
        lengths.append(len(visitor.jar.header))
    assert 4_500 < max(lengths) < 5_000
    assert len(visitor.banks()) == 20
    assert visitor.call("/connect/20").status_code == 409


@pytest.mark.parametrize("base", [LOCAL, HTTPS])
def test_ten_banks_within_an_hour_all_keep_their_own(base: str):
    visitor = Visitor(base=base)
    for number in range(10):
        visitor.call(f"/connect/{number}")
    assert len(visitor.jar.cookies) == 1 + 10


def test_more_banks_than_fit_can_arrive_at_once_and_none_is_lost():
    visitor = arrived(*range(18))
    for answer in visitor.at_once(*(f"/connect/{number}" for number in range(18, 30))):
        visitor.jar.apply(answer)
    assert len(visitor.banks()) == 30
    visitor.house.now += timedelta(hours=2)
    for _ in range(3):
        assert visitor.call("/link-token").status_code == 200
    assert len(visitor.banks()) == 30
    assert visitor.call("/connect/30").status_code == 409
    for number in range(12):
        assert visitor.call(f"/remove/{number}").status_code == 200
    assert visitor.banks() == {item(number) for number in range(12, 30)}


# --- how they are read ------------------------------------------------------------------------------------------------


def test_banks_own_cookies_alone_are_a_session_too():
    visitor = arrived(1, 2)
    session = visitor.vault()
    del visitor.jar.cookies[LOCAL_NAME]
    assert visitor.banks() == {item(1), item(2)}
    alone = visitor.vault()
    assert session is not None
    assert alone is not None
    assert (alone.session_id, alone.expires_at) == (session.session_id, session.expires_at)
    visitor.call("/link-token")
    assert LOCAL_NAME in visitor.jar.cookies


def test_a_banks_own_cookie_ends_with_the_session_and_can_then_only_revoke():
    visitor = arrived(1)
    del visitor.jar.cookies[LOCAL_NAME]
    visitor.house.now += timedelta(days=7, seconds=60)
    for path in ("/connect/2", "/link-token", "/remove/1"):
        answer = visitor.call(path)
        assert (answer.text, sets_nothing(answer)) == ("SessionExpired", True)
    assert sets_nothing(visitor.call("/forget")), "a POST that succeeds settles nothing of a session that is over"
    visitor.call("/logout")
    assert visitor.jar.cookies == {}


def test_where_the_tokens_differ_the_banks_own_cookie_is_right_for_only_who_learned_a_token_writes_it():
    visitor = arrived(1)
    stale = visitor.jar.cookies[LOCAL_NAME]
    renewed = BankKey(bank(1).bank, Secret("access-renewed"))
    headers = {"Cookie": visitor.jar.header}
    with visitor.house.app.test_request_context("/", method="POST", base_url=LOCAL, headers=headers):
        vault = visitor.house.session.read().with_bank(renewed)
        visitor.jar.apply(visitor.house.session.write(Response(), vault))
    visitor.jar.cookies[LOCAL_NAME] = stale
    (key,) = visitor.vault().banks
    assert key.token.reveal() == "access-renewed"


def sealed_arrival(numbers: tuple[int, ...] = (1,), *, keys: str = KEY, purpose: str = arrivals.PURPOSE, **more) -> str:
    vault = new_vault(more.get("now", START), days=7, session_id="another", secret=b"c")
    for number in numbers:
        vault = vault.with_bank(bank(number))
    return Envelope(Keyring.parse(keys), more.get("environment", "sandbox")).seal(purpose, encode(vault))


UNREADABLE = {
    "an unknown key": (lambda: sealed_arrival(keys=generate()), "unknown_key"),
    "another environment": (lambda: sealed_arrival(environment="production"), "forged"),
    "from the future": (lambda: sealed_arrival(now=START + timedelta(minutes=2)), "future"),
    "another bank than its name says": (lambda: sealed_arrival((2,)), "misnamed"),
    "two banks": (lambda: sealed_arrival((1, 2)), "misnamed"),
    "no bank": (lambda: sealed_arrival(()), "misnamed"),
    "nonsense": (lambda: "nonsense", "malformed"),
}


@pytest.mark.parametrize(("sealed", "reason"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_r9_one_that_does_not_open_is_counted_left_as_it_is_and_in_nobodys_way(sealed, reason):
    visitor = arrived(2)
    visitor.jar.cookies[own(1)] = text = sealed()
    assert visitor.call("/banks", method="GET").status_code == 200
    assert visitor.house.unreadable == [reason]
    for path in ("/link-token", "/connect/3", "/remove/3", "/logout"):
        assert visitor.call(path).status_code == 200
        assert visitor.jar.cookies[own(1)] == text
    assert set(visitor.jar.cookies) == {own(1)}


def test_r9_where_nothing_else_came_one_that_does_not_open_is_the_session_and_stands_in_the_way():
    visitor = Visitor()
    visitor.jar.cookies[own(1)] = sealed_arrival(keys=generate())
    for path in ("/connect/2", "/link-token", "/logout"):
        answer = visitor.call(path)
        assert (answer.status_code, answer.text, sets_nothing(answer)) == (401, "SessionUnreadable", True)
    assert visitor.call("/forget").text == "True"
    assert visitor.jar.cookies == {}


def test_r9_a_sessions_cookie_that_does_not_open_stands_in_the_way_whatever_banks_came_beside_it():
    visitor = arrived(1)
    visitor.jar.cookies[LOCAL_NAME] = "v1.00000000.nonsense"
    before = dict(visitor.jar.cookies)
    for path in ("/connect/2", "/link-token", "/logout"):
        assert visitor.call(path).status_code == 401
    assert visitor.jar.cookies == before
    assert visitor.call("/forget").text == "True"
    assert visitor.banks() == {item(1)}, "what opens is kept"


def test_forgetting_what_does_not_open_leaves_what_does():
    visitor = arrived(1)
    visitor.jar.cookies[own(2)] = "nonsense"
    before = dict(visitor.jar.cookies)
    assert visitor.call("/forget").text == "True"
    assert visitor.jar.cookies == {name: value for name, value in before.items() if name != own(2)}


def test_r8_neither_of_the_two_is_taken_for_the_other():
    visitor = arrived(1)
    swapped = {LOCAL_NAME: visitor.jar.cookies[own(1)], own(1): visitor.jar.cookies[LOCAL_NAME]}
    visitor.jar.cookies = swapped
    assert visitor.call("/banks", method="GET").status_code == 401
    assert visitor.house.unreadable == ["forged", "forged"]


def test_a_header_full_of_them_is_refused_before_it_costs_anything():
    visitor = Visitor()
    made_up = {arrivals.LOCAL_PREFIX + f"{number:08}": "x" for number in range(arrivals.MOST + 1)}
    visitor.jar.cookies.update(made_up)
    assert visitor.call("/banks", method="GET").text == "BadCookie"
    assert visitor.house.unreadable == []
    visitor.jar.cookies.popitem()
    assert visitor.call("/banks", method="GET").text == "SessionUnreadable"


def test_an_empty_one_holds_nothing_and_is_none():
    visitor = Visitor()
    visitor.jar.cookies[own(1)] = ""
    assert visitor.call("/banks", method="GET").text == "SessionMissing"
    assert visitor.house.unreadable == []


@pytest.mark.parametrize("base", [LOCAL, HTTPS])
def test_r1_r2_it_is_set_and_cleared_with_the_attributes_of_the_sessions_cookie(base: str):
    visitor = Visitor(base=base)
    set_lines = visitor.call("/connect/1").headers.getlist("Set-Cookie")
    cleared = visitor.call("/logout").headers.getlist("Set-Cookie")
    assert len(set_lines) == len(cleared) == 2
    ours = ("Max-Age", NAME, LOCAL_NAME)
    (attributes,) = {
        frozenset(part for part in line.split("; ") if not part.startswith(ours)) for line in (*set_lines, *cleared)
    }
    assert attributes == {"HttpOnly", "Path=/", "SameSite=Lax", *(["Secure"] if base == HTTPS else [])}
    assert all("Max-Age=34560000" in line for line in set_lines)
    assert all("Max-Age=0" in line for line in cleared)


def test_r4_a_get_writes_none_whatever_came():
    visitor = arrived(1, 2)
    visitor.house.seal_with(Envelope(Keyring.parse(f"{generate()},{KEY}"), "sandbox"))
    visitor.house.now += timedelta(hours=2)
    del visitor.jar.cookies[LOCAL_NAME]
    assert sets_nothing(visitor.call("/banks", method="GET"))


def test_input_6_after_a_rotation_the_next_post_seals_it_anew_and_it_stays_as_old_as_it_is():
    visitor = arrived(1)
    rotated = Envelope(Keyring.parse(f"{generate()},{KEY}"), "sandbox")
    visitor.house.seal_with(rotated)
    visitor.house.now += timedelta(minutes=30)
    visitor.call("/link-token")
    assert all(rotated.is_newest(value) for value in visitor.jar.cookies.values())
    assert decode(rotated.open(arrivals.PURPOSE, visitor.jar.cookies[own(1)])).issued_at == START


SHADOWS = {
    "twice": "{name}={sealed}; {name}={sealed}",
    "two spaces before": "a=b;  {name}={sealed}",
    "a space after": "{name} ={sealed}",
    "a tab": "a=b; \t{name}={sealed}",
    "a zero-width space": "a=b; \xe2\x80\x8b{name}={sealed}",
    "a second Cookie line": "a=b,{name}={sealed}",
}


@pytest.mark.parametrize("header", SHADOWS.values(), ids=SHADOWS.keys())
def test_input_11_a_doubled_or_disguised_name_is_400(header: str):
    visitor = arrived(1)
    cookie = header.format(name=own(1), sealed=visitor.jar.cookies[own(1)])
    answer = visitor.house.get(cookie=cookie)
    assert (answer.status_code, answer.text, sets_nothing(answer)) == (400, "BadCookie", True)


@pytest.mark.parametrize(
    "name", ["keepless-local-bank-", "keepless-local-bank-short", "keepless-local-bank-too-long-to-be", "keepless-bank"]
)
def test_input_11_a_name_that_only_begins_like_ours_is_somebody_elses(name: str):
    visitor = arrived(1)
    visitor.jar.cookies[name] = "anything"
    assert visitor.banks() == {item(1)}
    assert visitor.house.unreadable == []


def test_each_transport_reads_its_own_names_only():
    visitor = arrived(1)
    https = House(base=HTTPS)
    assert https.get(cookie=visitor.jar.header).text == "SessionMissing"
