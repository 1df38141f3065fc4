"""The minimal database: who has an account, which sessions live, and what is sealed beside them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from keepless.core.secret import Secret
from keepless.core.tiers import Tier


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `users`; times are UTC. `updated_at` is when the tier was last set."""

    id: str  # a UUID, 36 characters
    email: str
    tier: Tier
    created_at: datetime
    updated_at: datetime

    def __repr__(self) -> str:
        return f"User(tier={self.tier})"


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `sessions` that belongs to a user, and that user's tier; times are UTC.

    `id` is a digest of the session's id (`services.accounts.row_id`): the row leads to no cookie. One that ends no
    later than it began is a tombstone: its user is being deleted, and it is good for going on with that alone.
    """

    id: str
    user_id: str
    tier: Tier
    created_at: datetime
    expires_at: datetime

    @property
    def is_tombstone(self) -> bool:
        return self.expires_at <= self.created_at


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows were deleted, by table."""

    users: int = 0
    sessions: int = 0
    trend_capsules: int = 0


class AccountStore(Protocol):
    """Users and their sessions. A row of `sessions` without a user is a sign-in link that was asked for.

    Every method raises `errors.AccountsFault` and nothing else, within seconds. E-mail addresses come in as
    `core.email.normal` makes them. Each method is one transaction.
    """

    def ask(self, link_id: str, *, at: datetime, until: datetime) -> None:
        """Notes a sign-in link by its digest, and clears away what is over, as `sign_in` does.

        The very same work whoever asks, so that nothing tells who is known.
        """
        ...

    def sign_in(
        self, link_id: str, email: str, *, new_user_id: str, session_id: str, at: datetime, until: datetime
    ) -> User | None:
        """Uses the link up, finds or makes the user of this address, and adds a session of theirs.

        None, and nothing changed, where no such link waits at `at`: one of many at once gets through. A new user has
        `new_user_id` and the tier free. What is over of all links and sessions (tombstones stay) is cleared away.
        """
        ...

    def session(self, session_id: str) -> SessionRow | None:
        """The row, over or not; None where there is none."""
        ...

    def sessions(self, user_id: str) -> list[SessionRow]:
        """All of a user's, the newest first; those that are over too."""
        ...

    def end(self, user_id: str, session_ids: Collection[str], *, reap_from: datetime | None) -> int:
        """Deletes those of these sessions that are the user's; how many there were.

        With `reap_from` the reaper may remove what they hold from then on; without, when their time is over.
        """
        ...

    def user(self, user_id: str) -> User | None: ...

    def find(self, email: str) -> User | None: ...

    def users(self, *, after: str = "", limit: int = 1000) -> list[User]:
        """The next users by e-mail address, in the order of their addresses."""
        ...

    def set_tier(self, user_id: str, tier: Tier, *, at: datetime) -> bool:
        """Sets the tier as of `at`; False where there is no such user, or theirs was set later than that."""
        ...

    def tombstone(self, user_id: str, session_id: str, *, at: datetime) -> bool:
        """Ends every session of the user: this one as a tombstone, the others for good (`end`, reaped from `at`).

        False where the session is not the user's. Idempotent.
        """
        ...

    def delete(self, user_id: str, *, at: datetime) -> Deleted:
        """Deletes the user and all rows of theirs; sessions' reaper envelopes stay, reaped from `at`. Idempotent."""
        ...

    def ping(self) -> None:
        """Nothing where the database answers and has the tables it should have."""
        ...


class CapsuleStore(Protocol):
    """One sealed trend capsule for each user who asked for that, beside the one that their browser keeps.

    What is stored is the text of `CapsuleSealer`: neither the store nor the server opens it without the trend cookie.
    Every method raises `errors.AccountsFault` and nothing else.
    """

    def get(self, user_id: str) -> str | None:
        """The user's sealed capsule; None where none is stored."""
        ...

    def has(self, user_id: str) -> bool:
        """Whether one is stored."""
        ...

    def put(self, user_id: str, sealed: str) -> None:
        """Stores it, in place of an earlier one."""
        ...

    def replace(self, user_id: str, sealed: str) -> bool:
        """Stores it in place of an earlier one; False, and nothing stored, where there is none (any more)."""
        ...

    def drop(self, user_id: str) -> bool:
        """Removes it; False where none was there."""
        ...


class ReaperEnvelope(msgspec.Struct, frozen=True, kw_only=True):
    """An item's token, sealed to the reaper's public key.

    `id` is a keyed hash of the item's id and the session's. It is due after `until` (UTC), when its session is over at
    the latest, but never while a session of the row `session_id` (None for a session without an account) lives.
    """

    id: str
    session_id: str | None
    until: datetime
    sealed: bytes


class ReaperStore(Protocol):
    """The envelopes. Every method raises `errors.AccountsFault` and nothing else."""

    def put(self, envelopes: Sequence[ReaperEnvelope]) -> None:
        """Stores them, in place of earlier ones of the same ids."""
        ...

    def drop(self, ids: Collection[str]) -> int:
        """Removes them; how many were there."""
        ...

    def due(self, now: datetime, *, after: str = "", limit: int = 500) -> list[ReaperEnvelope]:
        """The next envelopes that are due, by id."""
        ...

    def count(self, now: datetime) -> tuple[int, int]:
        """How many are due, and how many are not."""
        ...


class ReaperSealer(Protocol):
    """Seals a token so that the reaper's private key alone opens it; what seals has no such key."""

    def seal(self, envelope_id: str, token: Secret) -> bytes: ...


class ReaperOpener(Protocol):
    """The other side of it, which never runs on the web tier."""

    def open(self, envelope_id: str, sealed: bytes) -> Secret:
        """The token. Raises `errors.SealBroken` for all but what `ReaperSealer.seal` made for this envelope."""
        ...
