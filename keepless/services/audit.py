"""The audit trail: who did what when, under a keyed hash, and never what they saw."""

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Protocol

from keepless.core.audit import MISSED, OF_ITSELF, is_word, who_key, who_of
from keepless.core.secret import Secret
from keepless.ports import Clock

WRITTEN, FAILED = "written", "failed"
# Names that a line has of its own.
_RESERVED = frozenset({"chain", "n", "at", "who", "did", "outcome", "prev", "sig", "hash", "key", "before", "count"})


class AuditSink(Protocol):
    """Where the lines go, chained and signed."""

    def append(self, at: datetime, fields: Mapping[str, str | int]) -> None:
        """One line more. Raises OSError where it could not be written down."""
        ...

    def tidy(self, at: datetime) -> None:
        """Lets go of what is older than is kept. Raises OSError."""
        ...

    def lines_of(self, who: str, *, first: date = date.min) -> Iterator[bytes] | None:
        """The lines of one `who` from a day on, as they were written; None where they cannot be read from here."""
        ...


class AuditTrail:
    """`keepless.ports.Audit`. `secret` is FLASK_SECRET_KEY: the hashes are equal for it in all processes, and for good.

    `on_outcome` is called once for each act, with "written" or "failed", for the metric; `on_fault` with the error when
    writing begins to fail. Safe for many threads.
    """

    def __init__(
        self,
        sink: AuditSink,
        clock: Clock,
        secret: Secret,
        *,
        on_outcome: Callable[[str], object] = lambda _outcome: None,
        on_fault: Callable[[BaseException], object] = lambda _error: None,
    ) -> None:
        self._sink = sink
        self._clock = clock
        self._key = who_key(secret)
        self._on_outcome = on_outcome
        self._on_fault = on_fault
        self._lock = threading.Lock()
        self._missed = 0
        self._is_failing = False

    def record(self, did: str, *, who: str, outcome: str = "done", **facts: str | int) -> None:
        """Takes an act down. What is no stable word, or no count, is left out, and an act of no such name is refused.

        Never raises but for that name, which is a mistake of ours: ValueError.
        """
        if not is_word(did) or not is_word(outcome) or did in OF_ITSELF:
            raise ValueError("an act and its outcome are stable words")
        at = self._clock()
        fields: dict[str, str | int] = {"who": who_of(self._key, who), "did": did, "outcome": outcome, **_plain(facts)}
        missed = self._take_missed()
        try:
            if missed:
                self._sink.append(at, {"did": MISSED, "count": missed})
                missed = 0
            self._sink.append(at, fields)
        except Exception as error:  # noqa: BLE001 - an act is not refused because it could not be written down
            self._failed(error, missed + 1)
        else:
            self._is_failing = False
            self._on_outcome(WRITTEN)

    def tidy(self) -> None:
        """Lets go of days that are over; to be called at start. Never raises."""
        try:
            self._sink.tidy(self._clock())
        except Exception as error:  # noqa: BLE001 - as above
            self._failed(error, 0)

    def lines_of(self, identifier: str, *, first: date = date.min) -> Iterator[bytes] | None:
        """What is written of one user's acts, or of a session's without an account. None, OSError: as the sink."""
        return self._sink.lines_of(self.who(identifier), first=first)

    def who(self, identifier: str) -> str:
        """What stands for an id in the lines."""
        return who_of(self._key, identifier)

    def _take_missed(self) -> int:
        if not self._missed:
            return 0
        with self._lock:
            missed, self._missed = self._missed, 0
        return missed

    def _failed(self, error: BaseException, acts: int) -> None:
        with self._lock:
            self._missed += acts
            begins, self._is_failing = not self._is_failing, True
        if acts:
            self._on_outcome(FAILED)
        if begins:
            self._on_fault(error)


def _plain(facts: Mapping[str, str | int]) -> dict[str, str | int]:
    """The facts that are counts, or stable words and short ids."""
    return {
        name: int(value) if isinstance(value, int) else value
        for name, value in facts.items()
        if is_word(name) and name not in _RESERVED and (isinstance(value, int) or is_word(value))
    }
