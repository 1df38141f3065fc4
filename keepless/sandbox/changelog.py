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
    """What happened to an item's transactions, in order, and what the set is now.

    The rows it begins with are kept as the tuple that came, which all items of a login share: thousands of items then
    cost what happens to each, not thousands of rows each.
    """

    def __init__(self) -> None:
        self._first: tuple[Snapshot, ...] = ()
        self._later: list[Change] = []
        self._set: dict[str, Snapshot] | None = None  # made when something happens to the first rows
        self._pending: dict[str, Snapshot] = {}
        self._accounts: set[str] = set()
        self._listing: tuple[Snapshot, ...] | None = None

    @property
    def head(self) -> int:
        """How many changes there are."""
        return len(self._first) + len(self._later)

    def load(self, rows: tuple[Snapshot, ...]) -> None:
        """Adds a part of the history, newest first."""
        if self.head:
            self.add(rows)
            return
        self._first = self._listing = rows
        self._pending = {each.key: each for each in rows if each.pending}
        self._accounts = {each.account for each in rows}

    def add(self, snapshots: Iterable[Snapshot]) -> None:
        for snapshot in snapshots:
            self._append(Kind.ADDED, snapshot)[snapshot.key] = snapshot
            if snapshot.pending:
                self._pending[snapshot.key] = snapshot

    def modify(self, snapshot: Snapshot) -> None:
        """The same transaction, changed in place."""
        self._append(Kind.MODIFIED, snapshot)[snapshot.key] = snapshot

    def remove(self, snapshot: Snapshot) -> None:
        del self._append(Kind.REMOVED, snapshot)[snapshot.key]
        self._pending.pop(snapshot.key, None)

    def current(self) -> tuple[Snapshot, ...]:
        """Every transaction there is now, newest first, in a stable order."""
        if self._listing is None:
            # Sorting is stable and the rows arrive newest first, so those of one day keep their order.
            self._listing = tuple(sorted(self._held().values(), key=lambda each: each.date, reverse=True))
        return self._listing

    def pending(self) -> list[Snapshot]:
        """Those the bank has not booked yet."""
        return list(self._pending.values())

    def read(self, start: int, count: int, account: str) -> tuple[list[Change], int]:
        """At most `count` changes from place `start`, of one account where it is not "", and the place after them."""
        found: list[Change] = []
        for place in range(start, self.head):
            change = self._at(place)
            if not account or change.snapshot.account == account:
                if len(found) == count:
                    return found, place
                found.append(change)
        return found, self.head

    def accounts(self) -> set[str]:
        """Keys of the accounts that ever had a transaction."""
        return self._accounts

    def _at(self, place: int) -> Change:
        first = len(self._first)
        return Change(Kind.ADDED, self._first[place]) if place < first else self._later[place - first]

    def _held(self) -> dict[str, Snapshot]:
        if self._set is None:
            self._set = {each.key: each for each in self._first}
        return self._set

    def _append(self, kind: Kind, snapshot: Snapshot) -> dict[str, Snapshot]:
        """Notes a change; the set, for it to be made there as well."""
        self._later.append(Change(kind, snapshot))
        self._accounts.add(snapshot.account)
        self._listing = None
        return self._held()
