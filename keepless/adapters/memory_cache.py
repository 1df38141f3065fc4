"""The sealed cache in this process's memory: the twin of the Valkey adapter, with the same answers."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from keepless.errors import CacheFault
from keepless.ports import Clock, Copy

TOMBSTONE = timedelta(minutes=2)
MAX_ENTRIES = 1_000
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(slots=True)
class _Entry:
    """What one name holds: an entry, a claim, or that it was forgotten."""

    parts: dict[str, bytes] = field(default_factory=dict)
    revision: int | None = None
    until: datetime | None = None
    claim: int | None = None
    claim_ends: datetime | None = None
    stale: int | None = None
    outdated: int | None = None
    problem: tuple[str, int] | None = None
    closed_until: datetime | None = None


class MemoryCache:
    """`keepless.ports.Cache` for one process, without a server. Safe to share between threads.

    It holds `entries` at most and drops the one written longest ago.
    """

    def __init__(self, clock: Clock, *, entries: int = MAX_ENTRIES) -> None:
        self._clock = clock
        self._entries: dict[str, _Entry] = {}
        self._most = entries
        self._last_claim = 0
        self._lock = threading.Lock()
        self._used_since: datetime | None = None

    def read(self, wanted: Sequence[tuple[str, str]]) -> list[Copy]:
        with self._lock:
            return [self._copy(name, part) for name, part in wanted]

    def claim(self, name: str, *, seconds: int) -> int | None:
        with self._lock:
            now = self._now()
            entry = self._there(name) or _Entry()
            if entry.closed_until is not None:
                raise CacheFault("forgotten")
            if entry.claim_ends is not None and entry.claim_ends > now:
                return None
            entry.claim = self._last_claim = max((now - _EPOCH) // _MICROSECOND, self._last_claim + 1)
            entry.claim_ends = now + timedelta(seconds=seconds)
            self._put(name, entry)
            return entry.claim

    def keep(self, name: str, claim: int, parts: Mapping[str, bytes], *, until: datetime) -> bool:
        with self._lock:
            now = self._now()
            held = self._there(name)
            if held is None or held.claim != claim or held.claim_ends is None or held.claim_ends <= now:
                return False
            del self._entries[name]
            if until <= now:
                return False
            stale = held.stale if held.stale is not None and held.stale >= claim else None
            outdated = held.outdated if held.outdated is not None and held.outdated >= claim else None
            problem = held.problem if held.problem is not None and held.problem[1] >= claim else None
            self._put(name, _Entry(dict(parts), claim, until, stale=stale, outdated=outdated, problem=problem))
            return True

    def add(self, name: str, revision: int, part: str, sealed: bytes) -> bool:
        with self._lock:
            entry = self._there(name)
            if entry is None or entry.revision != revision:
                return False
            entry.parts[part] = sealed
            return True

    def release(self, name: str, claim: int) -> None:
        with self._lock:
            entry = self._there(name)
            if entry is None or entry.claim != claim:
                return
            entry.claim = entry.claim_ends = None
            if entry.revision is None:
                del self._entries[name]

    def mark_stale(self, name: str, *, outdated: bool = False) -> None:
        with self._lock:
            if entry := self._markable(name):
                entry.stale = self._moment(entry)
                if outdated:
                    entry.outdated = entry.stale

    def note_problem(self, name: str, problem: str | None) -> None:
        with self._lock:
            if entry := self._markable(name):
                entry.problem = (problem, self._moment(entry)) if problem is not None else None

    def forget(self, name: str) -> None:
        with self._lock:
            self._put(name, _Entry(closed_until=self._now() + TOMBSTONE))

    def status(self) -> Mapping[str, object]:
        return {"reachable": None if self._used_since is None else True, "since": self._used_since, "last_fault": None}

    def _now(self) -> datetime:
        now = self._clock()
        if self._used_since is None:
            self._used_since = now
        return now

    def _copy(self, name: str, part: str) -> Copy:
        entry = self._there(name)
        if entry is None or entry.revision is None:
            return Copy()
        return Copy(
            entry.revision,
            entry.parts.get(part),
            is_stale=entry.stale is not None,
            is_outdated=entry.outdated is not None,
            problem=entry.problem and entry.problem[0],
        )

    def _there(self, name: str) -> _Entry | None:
        """What the name holds now: what is over is gone."""
        now = self._now()
        entry = self._entries.get(name)
        if entry is None:
            return None
        end = entry.until if entry.revision is not None else entry.closed_until or entry.claim_ends
        if end is not None and end <= now:
            del self._entries[name]
            return None
        return entry

    def _markable(self, name: str) -> _Entry | None:
        entry = self._there(name)
        return entry if entry is not None and entry.closed_until is None else None

    def _moment(self, entry: _Entry) -> int:
        """When a mark is set, in microseconds; never before the claim that it comes after."""
        return max((self._now() - _EPOCH) // _MICROSECOND, entry.claim or 0)

    def _put(self, name: str, entry: _Entry) -> None:
        self._entries.pop(name, None)
        self._entries[name] = entry
        while len(self._entries) > self._most:
            del self._entries[next(iter(self._entries))]
