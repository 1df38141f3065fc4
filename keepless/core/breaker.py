"""When to stop asking somebody who does not answer, and when to ask again: a circuit breaker, as a state machine.

It is told the moment (UTC) and what came of each call, and knows neither clock nor lock. docs/decisions/0010 says why
the numbers are what they are.
"""

from collections import deque
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec


class State(StrEnum):
    CLOSED = "closed"  # calls go through
    OPEN = "open"  # none does until `retry_at`
    HALF_OPEN = "half_open"  # one is under way to see


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """When a breaker opens, and how long it stays open.

    It opens after `faults` in a row within `window`, for `pause`, then twice as long each time, at most `longest`. A
    trial that has not ended after `trial` is lost, and another may begin; meanwhile all others are told `soon`.
    """

    faults: int = 5
    window: timedelta = timedelta(minutes=2)
    pause: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=5)
    trial: timedelta = timedelta(minutes=1)
    soon: timedelta = timedelta(seconds=5)


class Breaker:
    """One for each thing that may fail as a whole. Not safe to use from several threads at once.

    A fault may have a `witness`: somebody who could be its cause alone. Faults with one and the same witness never
    open the breaker; those of two witnesses do, and one without any.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._faults: deque[tuple[datetime, str | None]] = deque(maxlen=self._limits.faults)
        self._failing_since: datetime | None = None
        self._until: datetime | None = None  # closed where None
        self._pause = self._limits.pause
        self._tried_at: datetime | None = None
        self._doubted: str | None = None  # the witness of a trial that failed and proved nothing

    @property
    def failing_since(self) -> datetime | None:
        """When the first of the faults came that no success has followed; None where there is none."""
        return self._failing_since

    def state(self, now: datetime) -> State:
        """What a call would meet. An open breaker whose time is over stays open until somebody tries."""
        if self._until is None:
            return State.CLOSED
        return State.HALF_OPEN if self._is_tried(now) else State.OPEN

    def retry_at(self, now: datetime) -> datetime | None:
        """When asking again can help, never in the past; None where nothing keeps a call back."""
        if self._until is None:
            return None
        if self._is_tried(now):
            return now + self._limits.soon
        return max(self._until, now) if self._is_waiting(now) else now

    def allow(self, now: datetime) -> bool:
        """Whether a call may be made. Where that is the trial of a half-open breaker, it is taken by this."""
        if self._until is None:
            return True
        if self._is_waiting(now) or self._is_tried(now):
            return False
        self._tried_at = now
        return True

    def succeeded(self) -> None:
        """A call was answered: nothing that came before counts any more."""
        self._faults.clear()
        self._failing_since = self._until = self._tried_at = self._doubted = None
        self._pause = self._limits.pause

    def failed(self, now: datetime, witness: str | None = None) -> None:
        """A call failed in a way that tells. While the breaker waits, that is no news: such a call began before."""
        self._failing_since = self._failing_since or now
        if self._until is None:
            self._faults.append((now, witness))
            if self._is_convinced(now):
                self._open(now)
        elif not self._is_waiting(now):
            self._try_failed(now, witness)

    def released(self) -> None:
        """The trial ended without telling anything: the next call is one."""
        self._tried_at = None

    def _try_failed(self, now: datetime, witness: str | None) -> None:
        self._tried_at = None
        if witness is not None and self._doubted in {None, witness}:
            self._doubted = witness  # it may be this one's own fault: the next call tries, until another one says so
            return
        self._pause = min(2 * self._pause, self._limits.longest)
        self._open(now)

    def _open(self, now: datetime) -> None:
        self._until = now + self._pause
        self._faults.clear()
        self._tried_at = self._doubted = None

    def _is_convinced(self, now: datetime) -> bool:
        if len(self._faults) < self._limits.faults or now - self._faults[0][0] > self._limits.window:
            return False
        witnesses = {witness for _, witness in self._faults}
        return None in witnesses or len(witnesses) > 1

    def _is_waiting(self, now: datetime) -> bool:
        # A clock that was set back must not make it wait longer than it ever would.
        return self._until is not None and now < self._until <= now + self._limits.longest

    def _is_tried(self, now: datetime) -> bool:
        return self._tried_at is not None and self._tried_at <= now < self._tried_at + self._limits.trial
