"""Answers that are made from one bank's snapshot, so that a cache can keep them ready-made."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from keepless.core.models import BankProblem, BankRef, BankSnapshot, CacheUse


class View(msgspec.Struct, frozen=True):
    """How an answer is made, and what it is made for.

    `part` is its place in a cache's entry. `key` names all that it depends on but the snapshot (the day, the period):
    one made for another key is not used.
    """

    part: str
    key: str
    make: Callable[[BankSnapshot], bytes]

    def prepare(self, snapshot: BankSnapshot) -> "Prepared":
        """The answer for this snapshot."""
        return Prepared(self.make(snapshot), snapshot.fetched_at, len(snapshot.transactions))


class Prepared(msgspec.Struct, frozen=True):
    """A ready-made answer, as of `fetched_at` (UTC). `rows` is how many transactions the bank had for it."""

    body: bytes
    fetched_at: datetime
    rows: int


class Same(msgspec.Struct, frozen=True):
    """Nothing has changed: what was told of this bank before is as of `fetched_at` (UTC)."""

    fetched_at: datetime


class Told(msgspec.Struct, frozen=True):
    """What there is to tell of one bank now, and what the cache did for it."""

    bank: BankRef
    answer: Prepared | Same | BankProblem
    cache: CacheUse
