"""R15 as a property: whatever tabs do at once, and in whatever order their answers come, no bank that lives is lost."""

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.cookie_jar import CookieJar
from support.tiny_session import KEY, LOCAL, House
from werkzeug.test import TestResponse

from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring, generate

# What `arrivals.REST` counts on: no browser waits longer than this for an answer.
LONGEST_EXCHANGE = timedelta(minutes=30)
OTHER_KEYS = [generate() for _ in range(3)]


@dataclass
class Exchange:
    """A request on its way: with the cookies of the moment it was sent, and its answer once the server has seen it."""

    action: str
    number: int
    header: str
    sent_at: timedelta
    answer: TestResponse | None = None


@dataclass
class Browser:
    """One jar, any number of tabs, a server without memory, and a Plaid that knows which items live."""

    house: House = field(default_factory=House)
    jar: CookieJar = field(default_factory=CookieJar)
    under_way: list[Exchange] = field(default_factory=list)
    living: set[int] = field(default_factory=set)
    told: set[int] = field(default_factory=set)  # of which an answer has reached the browser
    elapsed: timedelta = timedelta()
    connected: int = 0

    def do(self, action: str, choice: int) -> None:
        """A whole exchange, begun and answered at once."""
        self.begin(action, choice)
        for _served_then_arrived in range(2):
            self._step(self.under_way[-1])

    def begin(self, action: str, choice: int) -> None:
        if action == "connect":
            self.connected += 1
        number = self.connected if action == "connect" else 1 + choice % max(self.connected, 1)
        self.under_way.append(Exchange(action, number, self.jar.header, self.elapsed))

    def proceed(self, choice: int) -> None:
        """One exchange gets on by a step: the server sees it, or its answer arrives."""
        if self.under_way:
            self._step(self.under_way[choice % len(self.under_way)])

    def wait(self, minutes: int) -> None:
        """Time passes; what would take longer than any browser waits arrives before."""
        later = self.elapsed + timedelta(minutes=minutes)
        for exchange in [each for each in self.under_way if later - each.sent_at > LONGEST_EXCHANGE]:
            while exchange in self.under_way:
                self._step(exchange)
        self.house.now += later - self.elapsed
        self.elapsed = later

    def rotate(self, choice: int) -> None:
        """The operator puts another key first; every key stays listed."""
        newest = OTHER_KEYS[choice % len(OTHER_KEYS)]
        rest = [key for key in (KEY, *OTHER_KEYS) if key != newest]
        self.house.seal_with(Envelope(Keyring.parse(",".join([newest, *rest])), "sandbox"))

    def held(self, header: str) -> set[int]:
        """The banks that a request with these cookies brings, whatever the state of its session."""
        headers = {"Cookie": header} if header else {}
        with self.house.app.test_request_context("/", base_url=LOCAL, headers=headers):
            vault = self.house.session.jar().vault
        return {int(key.bank.item_id[:2]) for key in vault.banks} if vault else set()

    def _step(self, exchange: Exchange) -> None:
        if exchange.answer is None:
            exchange.answer = self._serve(exchange)
        else:
            self.under_way.remove(exchange)
            self.jar.apply(exchange.answer)
            if exchange.action == "connect" and exchange.answer.status_code == 200:
                self.told.add(exchange.number)

    def _serve(self, exchange: Exchange) -> TestResponse:
        came = self.held(exchange.header)
        path = f"/{exchange.action}"
        if exchange.action in ("connect", "remove"):
            path += f"/{exchange.number}"
        answer = self.house.call(path, cookie=exchange.header)
        assert answer.status_code in (200, 401, 404, 409, 500)
        if answer.status_code == 200:
            if exchange.action == "connect":
                self.living.add(exchange.number)
            elif exchange.action == "remove":
                self.living.discard(exchange.number)
            elif exchange.action == "logout":
                self.living -= came
        return answer

    def lost(self) -> set[int]:
        return (self.told & self.living) - self.held(self.jar.header)


ACTIONS = st.sampled_from(["connect", "connect", "connect", "link-token", "link-token", "remove", "logout", "fails"])
STEPS = st.one_of(
    st.tuples(st.sampled_from(["do", "begin"]), ACTIONS, st.integers(0, 3)),
    st.tuples(st.just("proceed"), st.integers(0, 3)),
    st.tuples(st.just("wait"), st.sampled_from([10, 20, 29, 31, 59, 61, 60 * 24 * 6])),
    st.tuples(st.just("rotate"), st.integers(0, 2)),
)


# An answer that began before a bank arrived comes after that bank was seen in the session's cookie.
OVERTAKEN = [("begin", "connect", 0), ("do", "connect", 0), ("do", "link-token", 0), ("proceed", 0), ("proceed", 0)]
# The same at the edge of what a browser waits for: the first answer takes half an hour, and so does the overtaken one.
SLOWEST = [
    *[("begin", "connect", 0), ("proceed", 0), ("wait", 29)],
    *[("begin", "connect", 0), ("proceed", 0), ("wait", 29)],
    *[("do", "link-token", 0), ("proceed", 0), ("proceed", 0)],
]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=30))
@example(OVERTAKEN)
@example(SLOWEST)
def test_r15_no_living_bank_is_lost_whatever_tabs_do_and_in_whatever_order_answers_come(steps):
    browser = Browser()
    for name, *arguments in [*steps, *[("proceed", 0)] * 2 * len(steps)]:
        getattr(browser, name)(*arguments)
        assert browser.lost() == set(), name
    assert not browser.under_way


def test_the_model_itself_can_lose_a_bank():
    browser = Browser()
    browser.do("connect", 0)
    browser.jar.cookies.clear()
    assert browser.lost() == {1}
