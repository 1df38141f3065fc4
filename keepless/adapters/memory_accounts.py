"""The minimal database in this process's memory: the twin of `adapters.sql`, with the same answers."""

import threading
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from keepless.core.tiers import Tier
from keepless.errors import AccountsFault
from keepless.ports import Deleted, ReaperEnvelope, SessionRow, User
from keepless.services.vault import SKEW


class _Link(msgspec.Struct, frozen=True):
    created_at: datetime
    expires_at: datetime


class _Session(msgspec.Struct, frozen=True):
    user_id: str
    created_at: datetime
    expires_at: datetime

    @property
    def is_tombstone(self) -> bool:
        return self.expires_at <= self.created_at


class _Rows:
    """What the stores share; each method of theirs holds the lock for as long as it runs."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.users: dict[str, User] = {}
        self.links: dict[str, _Link] = {}
        self.sessions: dict[str, _Session] = {}
        self.capsules: dict[str, str] = {}
        self.envelopes: dict[str, ReaperEnvelope] = {}

    def end(self, ids: Collection[str], reap_from: datetime | None) -> int:
        if reap_from is not None:
            for name, envelope in self.envelopes.items():
                if envelope.session_id in ids and envelope.until > reap_from:
                    self.envelopes[name] = msgspec.structs.replace(envelope, until=reap_from)
        for name in ids:
            del self.sessions[name]
        return len(ids)

    def is_due(self, envelope: ReaperEnvelope, now: datetime) -> bool:
        holder = self.sessions.get(envelope.session_id or "")
        lives = holder is not None and not holder.is_tombstone and holder.expires_at > now - SKEW
        return envelope.until <= now and not lives


class MemoryStores:
    """`accounts`, `capsules` and `reaper` over the same rows. Safe to share between threads."""

    def __init__(self) -> None:
        rows = _Rows()
        self.accounts = MemoryAccounts(rows)
        self.capsules = MemoryCapsules(rows)
        self.reaper = MemoryEnvelopes(rows)

    def close(self) -> None:
        """There is nothing to close."""


class MemoryAccounts:
    """`keepless.ports.AccountStore`."""

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows

    def ask(self, link_id: str, *, at: datetime, until: datetime) -> None:
        with self._rows.lock:
            self._require_new(link_id)
            self._rows.links[link_id] = _Link(at, until)
            self._clear(at - SKEW)

    def sign_in(
        self, link_id: str, email: str, *, new_user_id: str, session_id: str, at: datetime, until: datetime
    ) -> User | None:
        at, until = at.astimezone(UTC), until.astimezone(UTC)
        with self._rows.lock:
            link = self._rows.links.get(link_id)
            if link is None or link.expires_at <= at:
                return None
            self._require_new(session_id)
            del self._rows.links[link_id]
            user = self._found(email)
            if user is None:
                user = User(id=new_user_id, email=email, tier=Tier.FREE, created_at=at, updated_at=at)
                self._rows.users[new_user_id] = user
            self._rows.sessions[session_id] = _Session(user.id, at, until)
            self._clear(at - SKEW)
            return user

    def session(self, session_id: str) -> SessionRow | None:
        with self._rows.lock:
            return next(iter(self._sessions([session_id])), None)

    def sessions(self, user_id: str) -> list[SessionRow]:
        with self._rows.lock:
            rows = sorted(self._sessions(self._ids_of(user_id)), key=lambda row: row.id)
            return sorted(rows, key=lambda row: row.created_at, reverse=True)

    def end(self, user_id: str, session_ids: Collection[str], *, reap_from: datetime | None) -> int:
        with self._rows.lock:
            return self._rows.end(self._ids_of(user_id) & set(session_ids), reap_from)

    def user(self, user_id: str) -> User | None:
        with self._rows.lock:
            return self._rows.users.get(user_id)

    def find(self, email: str) -> User | None:
        with self._rows.lock:
            return self._found(email)

    def users(self, *, after: str = "", limit: int = 1000) -> list[User]:
        with self._rows.lock:
            following = (user for user in self._rows.users.values() if user.email > after)
            return sorted(following, key=lambda user: user.email)[:limit]

    def set_tier(self, user_id: str, tier: Tier, *, at: datetime) -> bool:
        with self._rows.lock:
            user = self._rows.users.get(user_id)
            if user is None or user.updated_at > at:
                return False
            self._rows.users[user_id] = msgspec.structs.replace(user, tier=tier, updated_at=at.astimezone(UTC))
            return True

    def tombstone(self, user_id: str, session_id: str, *, at: datetime) -> bool:
        with self._rows.lock:
            theirs = self._ids_of(user_id)
            if session_id not in theirs:
                return False
            row = self._rows.sessions[session_id]
            self._rows.sessions[session_id] = msgspec.structs.replace(row, expires_at=row.created_at)
            self._rows.end(theirs - {session_id}, at)
            return True

    def delete(self, user_id: str, *, at: datetime) -> Deleted:
        with self._rows.lock:
            ended = self._rows.end(self._ids_of(user_id), at)
            capsule = self._rows.capsules.pop(user_id, None)
            user = self._rows.users.pop(user_id, None)
            return Deleted(users=int(user is not None), sessions=ended, trend_capsules=int(capsule is not None))

    def ping(self) -> None:
        """Memory answers."""

    def _require_new(self, name: str) -> None:
        """Links and sessions are rows of one table."""
        if name in self._rows.links or name in self._rows.sessions:
            raise AccountsFault("refused")

    def _found(self, email: str) -> User | None:
        return next((user for user in self._rows.users.values() if user.email == email), None)

    def _ids_of(self, user_id: str) -> set[str]:
        return {name for name, row in self._rows.sessions.items() if row.user_id == user_id}

    def _sessions(self, ids: Iterable[str]) -> list[SessionRow]:
        return [
            SessionRow(
                id=name,
                user_id=row.user_id,
                tier=self._rows.users[row.user_id].tier,
                created_at=row.created_at,
                expires_at=row.expires_at,
            )
            for name in ids
            if (row := self._rows.sessions.get(name)) is not None
        ]

    def _clear(self, before: datetime) -> None:
        """Removes what was over by then, but no tombstone."""
        for name in [name for name, link in self._rows.links.items() if link.expires_at <= before]:
            del self._rows.links[name]
        over = {name for name, row in self._rows.sessions.items() if row.expires_at <= before and not row.is_tombstone}
        self._rows.end(over, None)


class MemoryCapsules:
    """`keepless.ports.CapsuleStore`."""

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows

    def get(self, user_id: str) -> str | None:
        with self._rows.lock:
            return self._rows.capsules.get(user_id)

    def put(self, user_id: str, sealed: str) -> None:
        with self._rows.lock:
            if user_id not in self._rows.users:
                raise AccountsFault("refused")
            self._rows.capsules[user_id] = sealed

    def has(self, user_id: str) -> bool:
        with self._rows.lock:
            return user_id in self._rows.capsules

    def replace(self, user_id: str, sealed: str) -> bool:
        with self._rows.lock:
            there = user_id in self._rows.capsules
            if there:
                self._rows.capsules[user_id] = sealed
            return there

    def drop(self, user_id: str) -> bool:
        with self._rows.lock:
            return self._rows.capsules.pop(user_id, None) is not None


class MemoryEnvelopes:
    """`keepless.ports.ReaperStore`."""

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows

    def put(self, envelopes: Sequence[ReaperEnvelope]) -> None:
        with self._rows.lock:
            self._rows.envelopes.update({envelope.id: envelope for envelope in envelopes})

    def drop(self, ids: Collection[str]) -> int:
        with self._rows.lock:
            return sum(self._rows.envelopes.pop(name, None) is not None for name in set(ids))

    def due(self, now: datetime, *, after: str = "", limit: int = 500) -> list[ReaperEnvelope]:
        with self._rows.lock:
            names = sorted(name for name in self._rows.envelopes if name > after)
            found = (self._rows.envelopes[name] for name in names)
            return [envelope for envelope in found if self._rows.is_due(envelope, now)][:limit]

    def count(self, now: datetime) -> tuple[int, int]:
        with self._rows.lock:
            due = sum(self._rows.is_due(envelope, now) for envelope in self._rows.envelopes.values())
            return due, len(self._rows.envelopes) - due
