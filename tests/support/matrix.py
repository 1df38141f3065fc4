"""One visitor's bank, looked at in every way and with a copy of every age, while something goes wrong at Plaid."""

import contextlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from flask.testing import FlaskClient
from support.local_plaid import local_plaid
from support.looks import ANEW, COPIED, PATHS, READERS, Look
from support.troubles import Trouble
from support.website import NOWHERE, Clock, Website, session_cookie, set_session, website

from keepless.adapters.memory_cache import MemoryCache
from keepless.adapters.plaid.settings import Patience
from keepless.adapters.sealing.copies import CopyEnvelope
from keepless.adapters.sealing.keyring import Keyring, generate
from keepless.core.breaker import Limits
from keepless.errors import PlaidFault

# One try for each call: what trying again mends is the adapter's matter. The hasty ask only a Plaid that is silent for
# much longer, so that a slow machine changes nothing.
USUAL = Patience(connect=5.0, read=10.0, budget=20.0, tries=1)
HASTY = Patience(connect=5.0, read=0.03, budget=5.0, beside=0.03, tries=1)

STATES = {
    "none": None,
    "fresh": timedelta(minutes=5),
    "stale": timedelta(days=3),
    "expired": timedelta(days=7, seconds=1),
}
PARTS = ("rows", "live", "board")


class Cell(NamedTuple):
    """A look, the next one once all that ran behind it was over, and what was left after both."""

    first: Look
    then: Look
    is_kept: bool
    was_asked: bool
    cookies_set: frozenset[str]
    session_stands: bool


class Refilled:
    """A cache in memory that is emptied but for what a test puts there."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._cache = MemoryCache(clock)

    def put_back(self, name: str, parts: dict[str, bytes], *, until: datetime) -> None:
        self._cache = MemoryCache(self._clock)
        claim = self._cache.claim(name, seconds=60)
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
        # As if the cache's own clock were wrong: what is over must not be shown all the same.
        self._cache.put_back(self._name, self._parts, until=self.clock() + timedelta(days=30))
        site.breakers.close()
        if trouble.lasts:
            self._wear_out(site)
        browser = site.browser()
        set_session(browser, self._session)
        first, cookies = self._look(site, browser, path)
        was_asked = site.breakers.status()["state"] != "unasked"
        if not trouble.lasts:
            site.breakers.close()
        then, more_cookies = self._look(site, browser, path)
        return Cell(
            first,
            then,
            is_kept=bool(browser.get("/api/what-you-hold").json["in_cache"]),
            was_asked=was_asked,
            cookies_set=cookies | more_cookies,
            session_stands=session_cookie(browser) == self._session,
        )

    def _look(self, site: Website, browser: FlaskClient, path: str) -> tuple[Look, frozenset[str]]:
        answer = browser.get(path)
        look = READERS[path](answer)
        site.parts.pool.submit(int).result()
        return look, frozenset(line.partition("=")[0] for line in answer.headers.getlist("Set-Cookie"))

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
