"""How long one method of the client may take, and how a call is made again within it."""

import random
from collections.abc import Callable
from typing import Any, TypeVar

from keepless.adapters.plaid import faults
from keepless.adapters.plaid.health import Health
from keepless.adapters.plaid.settings import Patience
from keepless.adapters.plaid.transport import Transport
from keepless.errors import PlaidFault

T = TypeVar("T")
_jitter = random.SystemRandom()


class Deadline:
    """A moment that a method must not outlast, on a monotonic clock in seconds."""

    def __init__(self, monotonic: Callable[[], float], seconds: float) -> None:
        self._monotonic = monotonic
        self._end = monotonic() + seconds

    def left(self) -> float:
        """Seconds until then; negative once it has passed."""
        return self._end - self._monotonic()


class Caller:
    """Makes a call until it succeeds, its fault is one that time will not mend, or the budget is spent."""

    def __init__(
        self, transport: Transport, patience: Patience, health: Health, *, sleep: Callable[[float], None]
    ) -> None:
        self._transport = transport
        self._patience = patience
        self._health = health
        self._sleep = sleep

    def ask(
        self,
        path: str,
        body: dict[str, Any],
        read: Callable[[bytes], T],
        deadline: Deadline,
        *,
        once: bool = False,
        expected: frozenset[str] = frozenset(),
    ) -> T:
        """The answer to `body` at `path`, as `read` understands it.

        `once` is for the calls that must not be repeated: an exchange uses up its public token. `expected` are codes
        that answer this very question, and that nobody is to see as a failure of Plaid's. Between tries the pause
        doubles, less up to half at random, so that those who failed together do not come back together. Raises
        PlaidFault: that of the last try, or DEADLINE where none could begin.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = self._try(path, body, read, deadline)
            except PlaidFault as fault:
                pause = None if once or attempt >= self._patience.tries else faults.pause(fault)
                wait = 0.0 if pause is None else pause * 2 ** (attempt - 1) * _jitter.uniform(0.5, 1)
                if pause is None or wait >= deadline.left():
                    if fault.code not in expected:
                        self._health.failed(fault)
                    raise
                self._sleep(wait)
            else:
                self._health.succeeded()
                return answer

    def _try(self, path: str, body: dict[str, Any], read: Callable[[bytes], T], deadline: Deadline) -> T:
        seconds = deadline.left()
        if seconds <= 0:
            raise faults.own(faults.DEADLINE)
        return read(self._transport.post(path, body, seconds=seconds))
