"""Leaving a server alone that failed just now, so that a dead one costs a request nothing."""

import threading
from collections.abc import Callable

from keepless.errors import KeeplessError

SLOW = "slow"
FIRST_SECONDS = 0.25
LONGEST_SECONDS = 5.0
SLOW_IN_A_ROW = 3  # one answer that is late is not a slow server, nor is it where this process itself is busy


class Pause:
    """Begins with a failure, doubles with each that follows, ends with a success; one caller at a time tries again.

    Where a server is slow, it begins with the third failure in a row. `monotonic` in seconds; `fault` makes the error
    of a reason. Safe to share between threads.
    """

    def __init__(self, monotonic: Callable[[], float], fault: Callable[[str], KeeplessError]) -> None:
        self._monotonic = monotonic
        self._fault = fault
        self._lock = threading.Lock()
        self._seconds = 0.0
        self._ends = 0.0
        self._reason = ""
        self._is_probed = False
        self._failures = 0

    @property
    def is_on(self) -> bool:
        """Whether the last thing heard of the server was a failure."""
        return self._seconds > 0

    def enter(self) -> bool:
        """Whether the caller is the one that tries again; it must tell how it ended. Raises the fault in a pause."""
        if not self._seconds:
            return False
        with self._lock:
            if not self._seconds:
                return False
            if self._is_probed or self._monotonic() < self._ends:
                raise self._fault(self._reason)
            self._is_probed = True
            return True

    def succeeded(self) -> None:
        if self._failures:
            with self._lock:
                self._failures = 0
                self._seconds = 0.0
                self._is_probed = False

    def failed(self, reason: str, *, as_probe: bool) -> None:
        """Those who were on their way as the pause began fail after it: that makes it no longer."""
        with self._lock:
            self._failures += 1
            if self._seconds and not as_probe:
                return
            if not self._seconds and reason == SLOW and self._failures < SLOW_IN_A_ROW:
                return
            self._seconds = min(self._seconds * 2, LONGEST_SECONDS) or FIRST_SECONDS
            self._ends = self._monotonic() + self._seconds
            self._reason = reason
            self._is_probed = False
