"""One visitor's bank, looked at in every way and with a copy of every age, while something goes wrong at Plaid."""

import contextlib
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any, NamedTuple

from support.local_plaid import local_plaid
from support.troubles import Trouble
from support.website import NOWHERE, Clock, Website, session_cookie, set_session, website
from werkzeug.test import TestResponse

from keepless.adapters.memory_cache import MemoryCache
from keepless.adapters.plaid.settings import Patience
from keepless.adapters.sealing.copies import CopyEnvelope
from keepless.adapters.sealing.keyring import Keyring, generate
from keepless.core.breaker import Limits
from keepless.errors import PlaidFault
from keepless.web.hints import COUNTS_NAME

# One try for each call: what trying again mends is the adapter's matter. The hasty ask only a Plaid that is silent for
# much longer, so that a slow machine changes nothing.
USUAL = Patience(connect=5.0, read=10.0, budget=20.0, tries=1)
HASTY = Patience(connect=5.0, read=0.1, budget=0.15, beside=0.1, tries=1)

STATES = {
    "none": None,
    "fresh": timedelta(minutes=5),
    "stale": timedelta(days=3),
    "expired": timedelta(days=7, seconds=1),
}
PATHS = ("/statement", "/api/live", "/api/dashboard", "/api/transactions")
PARTS = ("rows", "live", "board")
BANK = "First Platypus Bank"
COPIED, ANEW = 2, 3  # rows: one more is at the bank than when the copy was made


class Look(NamedTuple):
    """What one look gave.

    `code` and `retry_after` are of a problem as the answer. `shown` is what was shown of the bank, in the order it came:
    figures, copy; `lacks` what they came without. `problem` and `action` are the bank's, "" for none.
    """

    status: int
    code: str = ""
    retry_after: bool = False
    shown: tuple[str, ...] = ()
    lacks: str = ""
    problem: str = ""
    action: str = ""
    cache: str = ""
    names_bank: bool = True
    tells_age: bool = False


class Cell(NamedTuple):
    """A look, the same look again once all that ran behind it is over, and what is left after both."""

    first: Look
    then: Look
    is_kept: bool
    was_asked: bool
    cookies: frozenset[str]
    cookie_stands: bool


class Refilled:
    """A cache in memory that is emptied but for what a test puts there."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._cache = MemoryCache(clock)

    def put_back(self, name: str, parts: dict[str, bytes], *, until: datetime) -> None:
        self._cache = MemoryCache(self._clock)
        claim = self._cache.claim(name, seconds=1)
        assert claim is not None
        assert self._cache.keep(name, claim, parts, until=until)

    def __getattr__(self, name: str):
        return getattr(self._cache, name)


class Ward:
    """Sites of both editions that ask one local Plaid, and a visitor with one bank."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self.plaid = stack.enter_context(local_plaid())
        self.clock = Clock()
        self._cache = Refilled(self.clock)
        keys = generate()
        self._sites: dict[tuple[str, bool], Website] = {}
        for wire, url, patience in (
            ("usual", self.plaid.url, USUAL),
            ("hasty", self.plaid.url, HASTY),
            ("refused", NOWHERE, USUAL),
        ):
            for cache in (None, self._cache):
                site = stack.enter_context(website(url, keys=keys, patience=patience, cache=cache, clock=self.clock))
                # One after another: what began behind an answer is over as soon as something after it is.
                pool = stack.enter_context(ThreadPoolExecutor(1))
                self._sites[wire, cache is not None] = site.with_parts(pool=pool)
        self._token = self.plaid.connect("user_custom", _household())
        self._connect(self._sites["usual", True], CopyEnvelope(Keyring.parse(keys), "local"))
        self.plaid.change(self._token, added=ANEW - COPIED)

    def _connect(self, site: Website, sealer: CopyEnvelope) -> None:
        browser = site.browser()
        browser.post("/setup", data={"access_token": self._token, "keep_connected": "yes"})
        self._session = session_cookie(browser)
        for path in ("/api/live", "/api/dashboard"):
            assert browser.get(path).status_code == 200
        (self._key,) = site.vault_of(browser).banks
        self._name = sealer.name(self._key.bank.item_id)
        found = self._cache.read([(self._name, part) for part in PARTS])
        self._parts = dict(zip(PARTS, (copy.sealed for copy in found), strict=True))

    def cells(self, trouble: Trouble) -> dict[tuple[str, str], Cell]:
        """Every look at the bank in this trouble, by the copy's state and the path."""
        for endpoint, order in trouble.orders:
            self.plaid.fault(endpoint, **order)
        try:
            return {(state, path): self._cell(trouble, state, path) for state in STATES for path in PATHS}
        finally:
            self.plaid.end_faults()

    def _cell(self, trouble: Trouble, state: str, path: str) -> Cell:
        age = STATES[state]
        site = self._sites[trouble.wire, age is not None]
        self.clock.ahead = age or timedelta()
        # As a cache would have it whose own clock is wrong: what is over must not be shown all the same.
        self._cache.put_back(self._name, self._parts, until=self.clock() + timedelta(days=30))
        site.breakers.close()
        if trouble.lasts:
            self._wear_out(site)
        browser = site.browser()
        set_session(browser, self._session)
        first, set_first = self._look(site, browser, path)
        was_asked = site.breakers.status()["state"] != "unasked"
        if not trouble.lasts:
            site.breakers.close()
        then, set_then = self._look(site, browser, path)
        held = browser.get("/api/what-you-hold").json["in_cache"]
        return Cell(first, then, bool(held), was_asked, set_first | set_then, session_cookie(browser) == self._session)

    def _look(self, site: Website, browser, path: str) -> tuple[Look, frozenset[str]]:
        answer = browser.get(path)
        look = READERS[path](answer)
        site.parts.pool.submit(int).result()
        names = frozenset(line.partition("=")[0] for line in answer.headers.getlist("Set-Cookie"))
        return look, names

    def _wear_out(self, site: Website) -> None:
        """Asks until nobody is asked any more."""
        today = self.clock().date()
        for _ in range(Limits().faults):
            with contextlib.suppress(PlaidFault):
                site.breakers.fetch(self._key.token, self._key.bank, start=today, end=today, expected=None)

    def unexpected(self) -> str:
        """What the sites counted as errors that nobody foresaw."""
        told = "".join(site.parts.metrics.exposition().decode() for site in self._sites.values())
        return "\n".join(line for line in told.splitlines() if line.startswith("keepless_unexpected_errors_total{"))


@contextlib.contextmanager
def ward() -> Iterator[Ward]:
    with contextlib.ExitStack() as stack:
        yield Ward(stack)


def _household() -> str:
    days = [datetime.now(UTC).date() - timedelta(days=back) for back in range(3, 3 + COPIED)]
    rows = [
        {
            "date_transacted": str(day),
            "date_posted": str(day),
            "amount": 12.5,
            "description": "Books",
            "currency": "USD",
        }
        for day in days
    ]
    terms = {"type": "credit", "purchase_apr": 20, "minimum_payment_amount": 25, "last_statement_balance": 200}
    card = {"type": "credit", "subtype": "credit card", "starting_balance": 200, "currency": "USD"}
    return json.dumps({"override_accounts": [card | {"transactions": rows, "liability": terms}]})


def _figures(rows: int) -> str:
    return {COPIED: "copy", ANEW: "figures", 0: "accounts"}[rows]


class _Page(HTMLParser):
    """The statement's rows, bank tables, and notices with their controls."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows = self.banks = self.notices = 0
        self.controls: set[str] = set()
        self.codes: list[str] = []
        self.words: list[str] = []
        self._in_code = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = dict(attrs)
        classes = (have.get("class") or "").split()
        self.rows += tag == "td" and "when" in classes
        self.banks += tag == "table" and "accounts" in classes
        self.notices += tag == "article" and "notice" in classes
        self._in_code = tag == "code"
        if tag == "button" and "data-connect" in have:
            self.controls.add("reconnect")
        if tag == "a" and classes == ["button"]:
            self.controls.add({"/setup": "relink", "/": "retry"}[have["href"] or ""])
        if tag == "meta" and have.get("http-equiv") == "refresh":
            self.controls.add("wait")

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._in_code:
            self.codes.append(data)
            self._in_code = False


def read_page(answer: TestResponse) -> Look:
    page = _Page(answer.text)
    words = re.sub(r"\s+", " ", " ".join(page.words))
    return Look(
        answer.status_code,
        shown=(_figures(page.rows),) if page.banks else (),
        lacks="",
        problem=page.codes[0] if page.notices else "",
        action=" ".join(sorted(page.controls)),
        names_bank=BANK in words,
        tells_age=f"{BANK}: this is 3 days old." in words,
    )


def read_stream(answer: TestResponse) -> Look:
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert (lines[0]["type"], lines[-1]["type"]) == ("start", "end")
    banks = [line for line in lines if line["type"] in ("bank", "same")]
    problem = next((line for line in lines if line["type"] == "problem"), None)
    shown = tuple(_figures(len(line["rows"])) if line["type"] == "bank" else "same" for line in banks)
    stands = problem is None or problem["copy_stands"]
    return Look(
        answer.status_code,
        shown=shown if stands else (*shown, "taken back") if shown else (),
        lacks=_lacking(banks),
        problem=problem["problem"]["code"] if problem else "",
        action=problem["problem"]["action"] if problem else "",
        cache=" ".join(line["cache"] for line in banks if line["type"] == "bank"),
        names_bank=[each["name"] for each in lines[0]["banks"]] == [BANK],
        tells_age=all("fetched_at" in line for line in banks),
    )


def read_dashboard(answer: TestResponse) -> Look:
    told = answer.json
    shown = [_figures(told["transactions"]["total"]) for _ in told["banks"]]
    return Look(
        answer.status_code,
        shown=tuple(shown),
        lacks=_lacking(told["banks"]),
        **_problem(told["problems"]),
        cache=told["cache"],
        names_bank=BANK in json.dumps(told),
        tells_age=all("fetched_at" in bank for bank in told["banks"]),
    )


def read_transactions(answer: TestResponse) -> Look:
    told = answer.json
    if answer.status_code != 200:
        return Look(answer.status_code, told["code"], "Retry-After" in answer.headers, **_problem(told["problems"]))
    return Look(
        answer.status_code,
        shown=(_figures(told["total"]),),
        lacks="rows" if told["gaps"] else "",
        **_problem(told["problems"]),
        cache=told["cache"],
    )


def _problem(problems: list[dict[str, Any]]) -> dict[str, Any]:
    if not problems:
        return {}
    (one,) = problems
    assert one["bank"]["name"] == BANK
    return {"problem": one["code"], "action": one["action"]}


def _lacking(banks: list[dict[str, Any]]) -> str:
    return " ".join(
        what
        for what, member in (("terms", "liabilities_problem"), ("rows", "transactions_problem"))
        if any(bank.get(member) for bank in banks)
    )


READERS = dict(zip(PATHS, (read_page, read_stream, read_dashboard, read_transactions), strict=True))
