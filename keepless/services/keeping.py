"""The sealed copies of everybody's banks, for those who cannot open them: they are marked and forgotten by item id."""

import threading
from contextlib import suppress

import structlog

from keepless.errors import Action, CacheFault
from keepless.ports import Cache, Clock, Copy, CopySealer
from keepless.services.again import Again
from keepless.services.shelf import ROWS, Shelf, note_of
from keepless.services.vault import Vault

LOGIN_NEEDED = note_of("ITEM_LOGIN_REQUIRED", Action.RECONNECT)

AGAIN_AFTER = 5.0  # seconds

_log = structlog.get_logger("keepless.keeping")


class Keeping:
    """One per process. Raises nothing: a cache that is away has nothing to mark, and what was to be forgotten waits."""

    def __init__(self, cache: Cache, sealer: CopySealer, clock: Clock, *, again_after: float = AGAIN_AFTER) -> None:
        self._again = Again(self._forget_waiting, again_after)
        self._cache = cache
        self._sealer = sealer
        self._clock = clock
        self._to_forget: set[str] = set()
        self._lock = threading.Lock()

    def shelf(self, vault: Vault) -> Shelf:
        """The copies of one session. What is still to be forgotten is forgotten before any of them is read.

        Where the cache still does not let go of it, it is there for nobody (R3).
        """
        if self._to_forget:
            self._forget_waiting()
        with self._lock:
            return Shelf(self._cache, self._sealer, self._clock, vault, frozenset(self._to_forget))

    def mark_stale(self, item_id: str, *, outdated: bool = False) -> None:
        """The bank has news; `outdated`: of more than its transactions, so that all of it is to be read anew."""
        try:
            self._cache.mark_stale(self._sealer.name(item_id), outdated=outdated)
        except CacheFault as fault:
            _log.warning("copy not marked", reason=fault.reason)

    def note_login(self, item_id: str, *, needed: bool) -> None:
        """The bank asks for a login before it tells more, or no longer does."""
        try:
            self._cache.note_problem(self._sealer.name(item_id), LOGIN_NEEDED if needed else None)
        except CacheFault as fault:
            _log.warning("copy not marked", reason=fault.reason)

    def forget(self, item_id: str) -> bool:
        """Lets go of an item's copy. False where the cache is away: it is then done before anything is read again.

        A process that ends before that leaves the copy to its own end; without the cookie nobody opens it.
        """
        name = self._sealer.name(item_id)
        with self._lock:
            self._to_forget.add(name)
        # By this attempt, not by what waits: a request beside this one may have added the same name again by now.
        return name not in self._forget_waiting()

    def claim(self, item_id: str, *, seconds: int) -> int | None:
        """The sole right to work on an item, under a name of its own; None where another has it. Raises CacheFault."""
        return self._cache.claim(self._sealer.name(f"turn/{item_id}"), seconds=seconds)

    def release(self, item_id: str, claim: int) -> None:
        """Gives it back. Where the cache is away it ends by itself."""
        with suppress(CacheFault):
            self._cache.release(self._sealer.name(f"turn/{item_id}"), claim)

    def let_go(self, vault: Vault) -> None:
        """Forgets the copies of a visitor who has no cache any more. One round trip where none is there."""
        names = {key.bank.item_id: self._sealer.name(key.bank.item_id) for key in vault.banks}
        try:
            found = self._cache.read([(name, ROWS) for name in names.values()])
        except CacheFault:
            found = [Copy(revision=0)] * len(names)  # they may be there: forgotten as soon as the cache answers
        for item_id, copy in zip(names, found, strict=True):
            if copy.revision is not None:
                self.forget(item_id)

    def status(self) -> dict[str, object]:
        """As `Cache.status`, and how many copies wait to be forgotten."""
        return {**self._cache.status(), "waiting_to_be_forgotten": len(self._to_forget)}

    def _forget_waiting(self) -> set[str]:
        """Tries each: in a cluster one may be where no server answers, and the next where one does. Those that stay."""
        with self._lock:
            waiting = list(self._to_forget)
        stay, reason = set(), None
        for name in waiting:
            try:
                self._cache.forget(name)
            except CacheFault as fault:
                reason = fault.reason
                stay.add(name)
                continue
            with self._lock:
                self._to_forget.discard(name)
        if reason is not None:
            _log.warning("copies not forgotten yet", reason=reason, waiting=len(self._to_forget))
            self._again.later()  # not only at the next request here: it may be another replica's that reads next
        return stay
