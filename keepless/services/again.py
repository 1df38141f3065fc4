"""Trying again after a while, in a thread of its own."""

import threading
from collections.abc import Callable


class Again:
    """Does `work` once more `seconds` after it was asked for, however often it is asked for meanwhile.

    One that waits does not keep the process from ending. Safe to share between threads.
    """

    def __init__(self, work: Callable[[], object], seconds: float) -> None:
        self._work = work
        self._seconds = seconds
        self._waiting = threading.Lock()  # held while a timer waits

    def later(self) -> None:
        if self._waiting.acquire(blocking=False):
            timer = threading.Timer(self._seconds, self._now)
            timer.daemon = True
            timer.start()

    def _now(self) -> None:
        self._waiting.release()  # first, so that the work may ask for the next time
        self._work()
