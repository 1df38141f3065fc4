"""The append-only change log of one item, and the cursors that read it (docs/plaid.md, section 8).

Nothing in the log is ever rewritten: a cursor is a place in it, so re-sending an old cursor gives the same changes and
whatever came after them.
"""

import base64
import binascii
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

import msgspec

from keepless.sandbox.snapshots import Snapshot


class Kind(StrEnum):
    ADDED = "added"
    MODIFIED = "modified"
    REMOVED = "removed"


class Change(NamedTuple):
    kind: Kind
    snapshot: Snapshot


class BadCursor(Exception):
    """A cursor that this item and stream did not hand out. Its text is the reason."""


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """`place` is how many changes were read; `loop_head` is the log's length when an unfinished loop began, else -1."""

    item: str
    account: str  # "" for the item-wide stream
    place: int
    loop_head: int = -1

    def encode(self) -> str:
        return base64.b64encode(msgspec.json.encode(self)).decode()

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Raises BadCursor for anything that `encode` did not make."""
        try:
            return msgspec.json.decode(base64.b64decode(text, validate=True), type=cls)
        except (binascii.Error, ValueError, msgspec.DecodeError):
            raise BadCursor("cursor is not valid") from None


class ChangeLog:
    """What happened to an item's transactions, in order, and what the set is now."""

    def __init__(self) -> None:
        self._changes: list[Change] = []
        self._current: dict[str, Snapshot] = {}
        self._pending: dict[str, Snapshot] = {}
        self._listing: tuple[Snapshot, ...] | None = None

    @property
    def head(self) -> int:
        """How many changes there are."""
        return len(self._changes)

    def add(self, snapshots: Iterable[Snapshot]) -> None:
        for snapshot in snapshots:
            self._append(Kind.ADDED, snapshot)
            self._current[snapshot.key] = snapshot
            if snapshot.pending:
                self._pending[snapshot.key] = snapshot

    def modify(self, snapshot: Snapshot) -> None:
        """The same transaction, changed in place."""
        self._append(Kind.MODIFIED, snapshot)
        self._current[snapshot.key] = snapshot

    def remove(self, snapshot: Snapshot) -> None:
        self._append(Kind.REMOVED, snapshot)
        del self._current[snapshot.key]
        self._pending.pop(snapshot.key, None)

    def current(self) -> tuple[Snapshot, ...]:
        """Every transaction there is now, newest first, in a stable order."""
        if self._listing is None:
            # Sorting is stable and the rows arrive newest first, so those of one day keep their order.
            self._listing = tuple(sorted(self._current.values(), key=lambda each: each.date, reverse=True))
        return self._listing

    def pending(self) -> list[Snapshot]:
        """Those the bank has not booked yet."""
        return list(self._pending.values())

    def read(self, start: int, count: int, account: str) -> tuple[list[Change], int]:
        """At most `count` changes from place `start`, of one account where it is not "", and the place after them."""
        if not account:
            changes = self._changes[start : start + count]
            return changes, start + len(changes)
        found: list[Change] = []
        for place in range(start, self.head):
            if self._changes[place].snapshot.account == account:
                if len(found) == count:
                    return found, place
                found.append(self._changes[place])
        return found, self.head

    def accounts(self) -> set[str]:
        """Keys of the accounts that ever had a transaction."""
        return {change.snapshot.account for change in self._changes}

    def _append(self, kind: Kind, snapshot: Snapshot) -> None:
        self._changes.append(Change(kind, snapshot))
        self._listing = None
