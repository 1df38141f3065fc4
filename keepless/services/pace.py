"""A pace that calls keep to: evenly, at most so many a minute, and none for a while where one was too many."""

import threading
from collections.abc import Callable

FIRST_PAUSE = 5.0  # seconds
LONGEST_PAUSE = 60.0  # Plaid counts by the minute (docs/plaid.md, section 3)


class Pace:
    """Shared by the threads that call.

    `monotonic` is in seconds; `pause` waits so many of them, or less where the run is to end.
    """

    def __init__(self, per_minute: int, *, monotonic: Callable[[], float], pause: Callable[[float], object]) -> None:
        self._between = 60 / per_minute
        self._monotonic = monotonic
        self._pause = pause
        self._lock = threading.Lock()
        self._next = 0.0
        self._held_until = 0.0
        self._last_pause = 0.0

    def wait(self) -> None:
        """Returns when the next call may begin."""
        with self._lock:
            now = self._monotonic()
            begins = max(now, self._next)
            self._next = begins + self._between
        if begins > now:
            self._pause(begins - now)

    def back_off(self) -> None:
        """Plaid refused a call as one too many: none begins for a while, twice as long each time.

        Calls that were under way at the same moment are refused together; that counts once.
        """
        with self._lock:
            now = self._monotonic()
            if now < self._held_until:
                return
            self._last_pause = min(LONGEST_PAUSE, self._last_pause * 2 or FIRST_PAUSE)
            self._held_until = now + self._last_pause
            self._next = max(self._next, self._held_until)

    def went_well(self) -> None:
        """A call succeeded: the next pause begins small again, where none is in force."""
        with self._lock:
            if self._monotonic() >= self._held_until:
                self._last_pause = 0.0
