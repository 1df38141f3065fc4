"""The reaper: removes at Plaid what nobody can reach any more, because its session is over.

Runs apart from the web tier, with the private key (docs/reaper.md). What it knows is in the envelopes alone, so it may
be stopped at any moment, by kill -9 too, and run again: an item that was removed and whose envelope is still there is
found to be gone, and then the envelope goes.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from enum import StrEnum
from itertools import groupby

import msgspec

from keepless.core.secret import Secret
from keepless.errors import AccountsFault, Action, PlaidFault, SealBroken
from keepless.ports import Clock, Plaid, ReaperEnvelope, ReaperOpener, ReaperStore
from keepless.services import envelopes
from keepless.services.envelopes import item_part_of
from keepless.services.pace import Pace
from keepless.services.vault import SKEW

# A session is good for 60 s beyond its end, by the web tier's clock; as much again for a clock that differs from it.
GRACE = 2 * SKEW
PAGE = 500
ROUNDS = 3
# Seconds before each further round: what failed at first is given time.
BETWEEN_ROUNDS = (2.0, 10.0)
TIMES_REFUSED = 8  # that one item is tried while Plaid says that it is enough for now
# In a row, with no success between: then Plaid is down, or something in between is.
MOST_UNANSWERED = 10
MOST_FAILED = 200
MOST_WITHOUT_DATABASE = 5

_MAINTENANCE = "PLANNED_MAINTENANCE"
_OF_ONE_ITEM = "INVALID_REQUEST"  # this request was not understood; another's may be
_TOO_MANY = "RATE_LIMIT_EXCEEDED"


class End(StrEnum):
    """How it ended with one item's envelopes."""

    REMOVED = "removed"
    GONE = "gone"  # had been removed before (R13)
    HELD = "held"  # by another session, which lives
    CHANGED = "changed"  # its session lives again, or another run was here first
    UNOPENED = "unopened"
    FAILED = "failed"
    SKIPPED = "skipped"  # the run was stopped before


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would find: envelopes that are due, that are not, and how many of the due do not open."""

    due: int
    living: int
    unopened: int


class Reaped(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run came. All count envelopes.

    `due` at the start; `removed` at Plaid now, `gone` before; `held` by another session that lives, `changed` while the
    run went on; `unopened` are of another key or installation, `failed` by code (Plaid's, or DATABASE_ and a reason);
    `left` are still due, None where the database could not be asked. `stopped` says why the run ended early.
    """

    due: int
    removed: int = 0
    gone: int = 0
    held: int = 0
    changed: int = 0
    unopened: int = 0
    failed: Mapping[str, int] = msgspec.field(default_factory=dict)
    left: int | None = None
    stopped: str | None = None
    refused: bool = False  # Plaid does not take this configuration

    @property
    def done(self) -> int:
        """Envelopes that this run has dealt with for good."""
        return self.removed + self.gone + self.held + self.changed


class _Result(msgspec.Struct, frozen=True, kw_only=True):
    end: End
    rows: int
    fault: PlaidFault | AccountsFault | None = None

    @property
    def code(self) -> str | None:
        """What it failed by: Plaid's code, or DATABASE_ and the reason."""
        if isinstance(self.fault, AccountsFault):
            return f"DATABASE_{self.fault.reason.upper()}"
        return self.fault.code if self.fault else None


class Reaper:
    """One run. `tell` is called with what has been reached so far, from the thread that runs `reap`."""

    def __init__(
        self,
        store: ReaperStore,
        opener: ReaperOpener,
        plaid: Plaid,
        *,
        clock: Clock,
        pace: Pace,
        stopping: threading.Event,
        at_once: int = 8,
        between_rounds: Sequence[float] = BETWEEN_ROUNDS,
    ) -> None:
        self._store = store
        self._opener = opener
        self._plaid = plaid
        self._clock = clock
        self._pace = pace
        self._stopping = stopping
        self._at_once = at_once
        self._between_rounds = between_rounds
        self._why: str | None = None
        self._refused = False
        self._failures = 0  # since the last success
        self._unanswered = 0
        self._without_store = 0
        # One moment for the whole run: what becomes due meanwhile is the next run's.
        self._as_of = clock() - GRACE

    def survey(self) -> Survey:
        """What is there, with nothing changed. Raises AccountsFault."""
        due, living = self._store.count(self._as_of)
        unopened = sum(self._opened(envelope) is None for page in self._pages() for envelope in page)
        return Survey(due=due, living=living, unopened=unopened)

    def reap(self, tell: Callable[[Reaped], object]) -> Reaped:
        """Removes what is due, in rounds; what failed is tried again in the next. Raises AccountsFault at the start.

        Ends early where `stopping` is set, where Plaid is down or refuses our keys, and where the database goes.
        """
        due, _ = self._store.count(self._as_of)
        ends: Counter[End] = Counter()
        failed: Counter[str] = Counter()
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="reaper") as pool:
            for before in (0.0, *self._between_rounds):
                self._stopping.wait(before)
                # These are of each round anew; the others are reached once and for all.
                failed.clear()
                ends[End.UNOPENED] = ends[End.HELD] = 0
                again = False
                for result in self._round(pool):
                    ends[result.end] += result.rows
                    if result.code is not None:
                        failed[result.code] += result.rows
                        again = again or not isinstance(result.fault, PlaidFault) or result.fault.retryable
                    tell(self._reached(due, ends, failed))
                if not again or self._stopping.is_set():
                    break
        return msgspec.structs.replace(self._reached(due, ends, failed), left=self._left(ends[End.HELD]))

    def _round(self, pool: ThreadPoolExecutor) -> Iterator[_Result]:
        """Goes through all that is due once, page by page, and gives what became of each item."""
        try:
            for page in self._pages():
                items = [list(same) for _, same in groupby(page, key=lambda each: item_part_of(each.id))]
                for finished in as_completed([pool.submit(self._reap, item) for item in items]):
                    result = finished.result()
                    self._weigh(result)
                    yield result
                if self._stopping.is_set():
                    return
        except AccountsFault as fault:
            self._stop(str(fault))
        except BaseException:
            self._stopping.set()  # the items that wait are not begun
            raise

    def _pages(self) -> Iterator[list[ReaperEnvelope]]:
        """What is due, by id. Raises AccountsFault."""
        after = ""
        while page := self._store.due(self._as_of, after=after, limit=PAGE):
            after = page[-1].id
            yield page

    def _reap(self, item: list[ReaperEnvelope]) -> _Result:
        """Removes one item and drops its envelopes. `item` are those that are due, as they were read with the page."""
        if any(self._opened(envelope) is None for envelope in item):
            return _Result(end=End.UNOPENED, rows=len(item))
        try:
            for _ in range(TIMES_REFUSED):
                self._pace.wait()
                if self._stopping.is_set():
                    break
                result = self._reap_now(item_part_of(item[0].id), len(item))
                if not _is_one_too_many(result.fault):
                    return result
                self._pace.back_off()
            else:
                return result
        except AccountsFault as fault:
            return _Result(end=End.FAILED, rows=len(item), fault=fault)
        return _Result(end=End.SKIPPED, rows=len(item))

    def _reap_now(self, item_part: str, rows: int) -> _Result:
        """Asks once more whether the item is nobody's, and then removes it.

        It may have been a while since the page was read: a person may have signed in again, or restored the bank from
        its recovery file. Raises AccountsFault.
        """
        due = envelopes.of_item(self._store, item_part, at=self._as_of)
        if not due:
            return _Result(end=End.CHANGED, rows=rows)
        there = envelopes.of_item(self._store, item_part)
        if len(there) >= envelopes.MOST or {each.id for each in there} != {each.id for each in due}:
            return _Result(end=End.HELD, rows=rows)
        opened = [self._opened(envelope) for envelope in due]
        # More than one only where the token was rotated and an older one restored elsewhere; one of them is good.
        tokens = list(dict.fromkeys(token for token in opened if token is not None))
        if None in opened:
            return _Result(end=End.UNOPENED, rows=rows)
        try:
            answers = [self._plaid.remove(token) for token in tokens]
        except PlaidFault as fault:
            return _Result(end=End.FAILED, rows=rows, fault=fault)
        self._pace.went_well()
        # Where this fails, the item is found to be gone the next time.
        self._store.drop([envelope.id for envelope in due])
        return _Result(end=End.REMOVED if any(answers) else End.GONE, rows=len(due))

    def _opened(self, envelope: ReaperEnvelope) -> Secret | None:
        try:
            return self._opener.open(envelope.id, envelope.sealed)
        except SealBroken:
            return None

    def _weigh(self, result: _Result) -> None:
        """Stops the run where going on is of no use."""
        if result.end in (End.REMOVED, End.GONE):
            self._failures = self._unanswered = self._without_store = 0
        fault = result.fault
        if isinstance(fault, AccountsFault):
            self._without_store += 1
            if self._without_store >= MOST_WITHOUT_DATABASE:
                self._stop(str(fault))
        if not isinstance(fault, PlaidFault):
            return
        if fault.action is Action.OPERATOR and fault.error_type != _OF_ONE_ITEM:
            self._refused = True
            self._stop(f"Plaid does not take these settings ({fault.code})")
        self._failures += 1
        self._unanswered = 0 if fault.error_type and fault.code != _MAINTENANCE else self._unanswered + 1
        if self._unanswered >= MOST_UNANSWERED or self._failures >= MOST_FAILED:
            self._stop(f"Plaid is not answering ({fault.code})" if self._unanswered else f"Plaid fails ({fault.code})")

    def _stop(self, why: str) -> None:
        self._why = self._why or why
        self._stopping.set()

    def _left(self, held: int) -> int | None:
        try:
            return max(0, self._store.count(self._as_of)[0] - held)
        except AccountsFault:
            return None

    def _reached(self, due: int, ends: Counter[End], failed: Mapping[str, int]) -> Reaped:
        return Reaped(
            due=due,
            removed=ends[End.REMOVED],
            gone=ends[End.GONE],
            held=ends[End.HELD],
            changed=ends[End.CHANGED],
            unopened=ends[End.UNOPENED],
            failed=dict(failed),
            stopped=self._why or ("it was asked to stop" if self._stopping.is_set() else None),
            refused=self._refused,
        )


def _is_one_too_many(fault: PlaidFault | AccountsFault | None) -> bool:
    return isinstance(fault, PlaidFault) and fault.error_type == _TOO_MANY and fault.retryable
