"""The trail on standard output: one chain for each process, with its checkpoints among the lines."""

import atexit
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from keepless.adapters.audit.head import write_all
from keepless.adapters.audit.keys import AuditSigner
from keepless.core.audit import (
    CHECKPOINT,
    LONGEST_LINE,
    MOST_MINUTES,
    MOST_UNSIGNED,
    NOTHING_BEFORE,
    Sign,
    line_of,
)
from keepless.core.moments import moment_text
from keepless.ports import Clock

STANDARD_OUTPUT = 1


class StdoutSink:
    """`keepless.services.audit.AuditSink`. Safe for many threads; a process that forks begins a chain of its own.

    Each line is one write of less than 4,096 bytes, which a pipe takes whole: lines of several processes do not mix.
    """

    def __init__(self, signer: AuditSigner, clock: Clock, *, descriptor: int = STANDARD_OUTPUT) -> None:
        self._signer = signer
        self._clock = clock
        self._descriptor = descriptor
        self._mutex = threading.Lock()
        self._chain, self._next, self._prev = "", 0, NOTHING_BEFORE
        self._since = 0  # lines since the last checkpoint
        self._checkpoint_at = clock()
        self._begin()
        os.register_at_fork(after_in_child=self._begin)
        atexit.register(self.end)

    def append(self, at: datetime, fields: Mapping[str, str | int]) -> None:
        """One act. Raises OSError where it could not be written down."""
        with self._mutex:
            if self._next == 0:
                self._checkpoint(at, "begin")
            elif self._since >= MOST_UNSIGNED - 1:
                self._checkpoint(at, "count")
            elif self._since and at - self._checkpoint_at >= timedelta(minutes=MOST_MINUTES):
                self._checkpoint(at, "time")
            self._put(at, fields)

    def tidy(self, at: datetime) -> None:
        """Nothing is kept here."""

    def lines_of(self, who: str, *, first: date = date.min) -> Iterator[bytes] | None:  # noqa: ARG002 - of nobody
        """None: what was written cannot be read from here."""
        return None

    def end(self) -> None:
        """Signs what was written since the last checkpoint, as the process ends."""
        with self._mutex:
            if self._since:
                try:
                    self._checkpoint(self._clock(), "end")
                except OSError:
                    self._since = 0  # nobody reads standard output any more

    def _begin(self) -> None:
        self._mutex = threading.Lock()
        self._chain = secrets.token_hex(8)
        self._next = 0
        self._prev = NOTHING_BEFORE
        self._since = 0

    def _checkpoint(self, at: datetime, why: str) -> None:
        self._put(at, {"did": CHECKPOINT, "why": why, "key": self._signer.key_id}, sign=self._signer.sign)
        self._since = 0
        self._checkpoint_at = at

    def _put(self, at: datetime, fields: Mapping[str, str | int], *, sign: Sign | None = None) -> None:
        numbered = {"chain": self._chain, "n": self._next, "at": moment_text(at), **fields}
        raw, digest = line_of(numbered, self._prev, sign=sign)
        if len(raw) > LONGEST_LINE:
            raise OSError("an act's line is too long")
        write_all(self._descriptor, raw + b"\n")
        self._next, self._prev, self._since = self._next + 1, digest, self._since + 1
