"""The sealed cache."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec


class Copy(msgspec.Struct, frozen=True):
    """What a cache holds of one part of one entry.

    `revision` is the claim under which the entry was kept; None where there is no entry. `sealed` is None where the
    entry has no such part. `is_stale`, `is_outdated` (in more than a sync tells) and `problem` are what it was marked
    with since.
    """

    revision: int | None = None
    sealed: bytes | None = None
    is_stale: bool = False
    is_outdated: bool = False
    problem: str | None = None


class Cache(Protocol):
    """Sealed entries by name, in a store that may be away, slow, full or mistaken at any moment.

    An entry is a few parts, sealed each by itself, that are kept and forgotten together. Whoever wants to keep one
    claims it first: one claim at a time for each name, however many processes ask, and a claim that is over, or whose
    entry was forgotten since, keeps nothing (its number is a fencing token). Every method raises `errors.CacheFault`
    and nothing else, within a time that a visitor does not notice.
    """

    def read(self, wanted: Sequence[tuple[str, str]]) -> list[Copy]:
        """What there is for each (name, part), in the same order, in one round trip."""
        ...

    def claim(self, name: str, *, seconds: int) -> int | None:
        """The right to keep this entry for so long at most; None where another has it.

        Raises CacheFault("forgotten") within two minutes of `forget`: until then the entry is not to come back.
        """
        ...

    def keep(self, name: str, claim: int, parts: Mapping[str, bytes], *, until: datetime) -> bool:
        """Replaces the entry by these parts until that moment (UTC) and gives the claim back; False where it was lost.

        Marks that came after the claim stay.
        """
        ...

    def add(self, name: str, revision: int, part: str, sealed: bytes) -> bool:
        """One part more for the entry of this revision; False where that is not the entry any more."""
        ...

    def release(self, name: str, claim: int) -> None:
        """Gives a claim back without keeping anything; one that is not held any more is ignored."""
        ...

    def mark_stale(self, name: str, *, outdated: bool = False) -> None:
        """Marks the entry, where there is one, as older than what the bank has.

        `outdated`: in more than a sync tells, so that all of it is to be read anew.
        """
        ...

    def note_problem(self, name: str, problem: str | None) -> None:
        """Notes beside the entry, where there is one, why its bank tells no more; None: nothing is wrong with it.

        In clear, so a code and never a text of the bank's.
        """
        ...

    def forget(self, name: str) -> None:
        """Removes the entry. Who is about to keep it does not, and nobody claims it for two minutes (see `claim`)."""
        ...

    def status(self) -> Mapping[str, object]:
        """`reachable` (None before the first use), `since` (UTC) when that began, and `last_fault`, a word."""
        ...
