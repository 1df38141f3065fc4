"""Turns: work on one item that many requests ask for at once is done by one of them (R5)."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from keepless.errors import CacheFault
from keepless.ports import Clock
from keepless.services.keeping import Keeping

SECONDS = 15

_log = structlog.get_logger("keepless.turns")


class Turns:
    """One per process; with a cache, one turn for all processes. Safe to use from many threads.

    A turn that was of use is not given back but ends by itself, after `SECONDS`: whoever asked with the same cookies
    meanwhile would only ask Plaid again. Where the cache is away, each process has its own turns. Holds item ids for as
    long as their turns last.
    """

    def __init__(self, clock: Clock, keeping: Keeping | None = None) -> None:
        self._clock = clock
        self._keeping = keeping
        self._taken: dict[str, tuple[datetime, int | None]] = {}
        self._lock = threading.Lock()

    def take(self, item_ids: Sequence[str]) -> bool:
        """Takes the turns of all these items; False, and none taken, where another has one of them."""
        taken: list[str] = []
        for item_id in item_ids:
            if not self._take(item_id):
                self.give_back(taken)
                return False
            taken.append(item_id)
        return True

    def give_back(self, item_ids: Sequence[str]) -> None:
        """Ends the turns of these items now: nothing came of them, and the next may try."""
        for item_id in item_ids:
            with self._lock:
                _, claim = self._taken.pop(item_id, (None, None))
            if claim is not None and self._keeping is not None:
                self._keeping.release(item_id, claim)

    def _take(self, item_id: str) -> bool:
        now = self._clock()
        with self._lock:
            self._taken = {each: turn for each, turn in self._taken.items() if turn[0] > now}
            if item_id in self._taken:
                return False
            until = now + timedelta(seconds=SECONDS)
            self._taken[item_id] = (until, None)
        try:
            claim = None if self._keeping is None else self._keeping.claim(item_id, seconds=SECONDS)
        except CacheFault as fault:
            _log.warning("turn taken in this process alone", reason=fault.reason)
            return True
        with self._lock:
            if claim is None and self._keeping is not None:
                del self._taken[item_id]
                return False
            self._taken[item_id] = (until, claim)
        return True
