"""The sealed cache in Valkey or Redis, one server or a cluster."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from valkey.exceptions import ResponseError

from keepless.adapters.valkey import faults, scripts
from keepless.adapters.valkey.address import parse
from keepless.adapters.valkey.connection import Command, Reply
from keepless.adapters.valkey.fleet import Fleet
from keepless.core.secret import Secret
from keepless.errors import CacheFault
from keepless.ports import Clock, Copy

SECONDS = 0.05
_MARKS = (scripts.REVISION, scripts.UNTIL, scripts.STALE, scripts.OUTDATED, scripts.PROBLEM)
_MOST_DIGITS = 18
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class ValkeyCache:
    """`keepless.ports.Cache`: one hash for each name, in Valkey, Redis 7 or newer, or a cluster of them.

    One for a whole process, safe to share between threads. Nothing is connected before the first use, so a server that
    is down does not stop a start. Connecting takes `seconds` at most, and so does each answer; a server that failed is
    left alone for a quarter of a second, then longer each time, to five seconds.
    """

    def __init__(self, url: Secret, clock: Clock, *, seconds: float = SECONDS) -> None:
        """Raises ConfigError for a URL that `address.parse` refuses."""
        self._clock = clock
        self._fleet = Fleet(parse(url.reveal()), clock=clock, seconds=seconds)

    def read(self, wanted: Sequence[tuple[str, str]]) -> list[Copy]:
        replies = self._fleet.ask(
            [(name, Command(("HMGET", name, part, *_MARKS), _is_fields)) for name, part in wanted],
        )
        now = _milliseconds(self._clock())
        return [self._copy(name, reply, now) for (name, _), reply in zip(wanted, replies, strict=True)]

    def claim(self, name: str, *, seconds: int) -> int | None:
        reply = self._run(
            scripts.CLAIM, name, seconds, fits=lambda reply: reply in (None, 0) or _whole(reply) is not None
        )
        if reply == 0:
            raise CacheFault(faults.FORGOTTEN)
        return _whole(reply)

    def keep(self, name: str, claim: int, parts: Mapping[str, bytes], *, until: datetime) -> bool:
        left = (until - self._clock()) // _MILLISECOND
        fields = [value for part in parts.items() for value in part]
        return self._agreed(scripts.KEEP, name, claim, _milliseconds(until), left, *fields)

    def add(self, name: str, revision: int, part: str, sealed: bytes) -> bool:
        return self._agreed(scripts.ADD, name, revision, part, sealed)

    def release(self, name: str, claim: int) -> None:
        self._agreed(scripts.RELEASE, name, claim)

    def mark_stale(self, name: str, *, outdated: bool = False) -> None:
        self._agreed(scripts.MARK_STALE, name, int(outdated))

    def note_problem(self, name: str, problem: str | None) -> None:
        self._agreed(scripts.NOTE_PROBLEM, name, *(() if problem is None else (problem,)))

    def forget(self, name: str) -> None:
        self._agreed(scripts.FORGET, name, scripts.TOMBSTONE_SECONDS)

    def status(self) -> Mapping[str, object]:
        """Of several servers, the one that fails; of several that fail, the one that began first."""
        used = [node for node in self._fleet.nodes() if node.since is not None]
        told = min(used, key=lambda node: (node.reachable, node.since), default=None)
        if told is None:
            return {"reachable": None, "since": None, "last_fault": None}
        return {"reachable": told.reachable, "since": told.since, "last_fault": told.last_fault}

    def close(self) -> None:
        """Closes the connections that wait for their next use."""
        self._fleet.close()

    def _agreed(self, script: str, name: str, *arguments: str | bytes | int) -> bool:
        return self._run(script, name, *arguments, fits=lambda reply: reply in (0, 1)) == 1

    def _run(self, script: str, name: str, *arguments: str | bytes | int, fits: Callable[[Reply], bool]) -> Reply:
        # In whole each time: a server that was started anew knows no script by its hash, and one is soon sent.
        reply = self._fleet.ask([(name, Command(("EVAL", script, 1, name, *arguments), fits))])[0]
        if isinstance(reply, ResponseError):
            raise self._refusal(name, reply)
        return reply

    def _copy(self, name: str, reply: Any, now: int) -> Copy:
        """What a hash says; one that says nothing sensible is no entry, and neither is a key of another kind (R10)."""
        if isinstance(reply, ResponseError):
            if str(reply).startswith("WRONGTYPE"):
                return Copy()
            raise self._refusal(name, reply)
        sealed, revision, until, stale, outdated, problem = reply
        number, end = _whole(revision), _whole(until)
        if number is None or end is None or end <= now:
            return Copy()
        return Copy(
            number,
            sealed,
            is_stale=stale is not None,
            is_outdated=outdated is not None,
            problem=problem.decode("ascii", "replace") if problem is not None else None,
        )

    def _refusal(self, name: str, reply: ResponseError) -> CacheFault:
        reason = faults.of_reply(reply)
        self._fleet.refused(name, reason)
        return CacheFault(reason)


def _is_fields(reply: Reply) -> bool:
    return (
        isinstance(reply, list)
        and len(reply) == 1 + len(_MARKS)
        and all(value is None or isinstance(value, bytes) for value in reply)
    )


def _whole(value: Reply) -> int | None:
    """A number as the scripts write it."""
    return int(value) if isinstance(value, bytes) and value.isdigit() and len(value) <= _MOST_DIGITS else None


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND
