"""The sealed copies of everybody's banks, for those who cannot open them: they are marked and forgotten by item id."""

import threading

import structlog

from keepless.errors import CacheFault
from keepless.ports import Cache, Clock, CopySealer
from keepless.services.shelf import Shelf
from keepless.services.vault import Vault

_log = structlog.get_logger("keepless.keeping")


class Keeping:
    """One per process. Raises nothing: a cache that is away has nothing to mark, and what was to be forgotten waits."""

    def __init__(self, cache: Cache, sealer: CopySealer, clock: Clock) -> None:
        self._cache = cache
        self._sealer = sealer
        self._clock = clock
        self._to_forget: set[str] = set()
        self._lock = threading.Lock()

    def shelf(self, vault: Vault) -> Shelf:
        """The copies of one session. What is still to be forgotten is forgotten before any of them is read."""
        if self._to_forget:
            self._forget_waiting()
        return Shelf(self._cache, self._sealer, self._clock, vault)

    def mark_stale(self, item_id: str) -> None:
        """The bank has news."""
        try:
            self._cache.mark_stale(self._sealer.name(item_id))
        except CacheFault as fault:
            _log.warning("copy not marked", reason=fault.reason)

    def mark_login(self, item_id: str, *, needed: bool) -> None:
        """The bank asks for a login before it tells more, or no longer does."""
        try:
            self._cache.mark_login(self._sealer.name(item_id), needed=needed)
        except CacheFault as fault:
            _log.warning("copy not marked", reason=fault.reason)

    def forget(self, item_id: str) -> bool:
        """Lets go of an item's copy. False where the cache is away: it is then done before anything is read again.

        A process that ends before that leaves the copy to its own end; without the cookie nobody opens it.
        """
        with self._lock:
            self._to_forget.add(self._sealer.name(item_id))
        return self._forget_waiting()

    def status(self) -> dict[str, object]:
        """As `Cache.status`, and how many copies wait to be forgotten."""
        return {**self._cache.status(), "waiting_to_be_forgotten": len(self._to_forget)}

    def _forget_waiting(self) -> bool:
        with self._lock:
            waiting = list(self._to_forget)
        for name in waiting:
            try:
                self._cache.forget(name)
            except CacheFault as fault:
                _log.warning("copy not forgotten yet", reason=fault.reason, waiting=len(waiting))
                return False
            with self._lock:
                self._to_forget.discard(name)
        return True
