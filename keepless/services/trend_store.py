"""Trend capsules that are stored with an account, for people who asked for it (docs/trends.md, T17 and on)."""

from enum import StrEnum

import msgspec

from keepless.core.capsule import Capsule
from keepless.errors import SealBroken
from keepless.ports import CapsuleStore
from keepless.services.trend_keeping import Kept, TrendKeeping


class Whose(StrEnum):
    """Which browser's trend cookie opens what is stored with an account."""

    HERE = "here"
    ELSEWHERE = "elsewhere"  # another's; or nobody's any more


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored: `whose` is None where the person did not ask for it; the months are none but this browser's."""

    whose: Whose | None = None
    capsule: Capsule = Capsule()


class TrendStore:
    """One sealed capsule for each user who asked for it: that there is one is the asking. Opened in passing only.

    A second browser has another key: it can neither read nor bring up to date what the first one stored, and leaves it
    alone unless it is told otherwise. Every method raises AccountsFault.
    """

    def __init__(self, store: CapsuleStore, keeping: TrendKeeping) -> None:
        self._store = store
        self._keeping = keeping

    def look(self, user_id: str, secret: bytes | None) -> Stored:
        """What is stored, for the browser whose trend cookie holds `secret`; None for one that has no such cookie."""
        sealed = self._store.get(user_id)
        if sealed is None:
            return Stored()
        if secret is None:
            return Stored(whose=Whose.ELSEWHERE)
        try:
            return Stored(whose=Whose.HERE, capsule=self._keeping.open(secret, sealed))
        except SealBroken:
            return Stored(whose=Whose.ELSEWHERE)

    def bring_up_to_date(self, user_id: str, secret: bytes, kept: Kept) -> Whose | None:
        """Stores `kept` in place of an earlier one of this browser's. Whose the stored one is then."""
        whose = self.look(user_id, secret).whose
        if whose is Whose.HERE and not self._store.replace(user_id, kept.sealed):
            return None  # it was switched off meanwhile
        return whose

    def begin(self, user_id: str, kept: Kept) -> None:
        """Stores it, in place of whatever is stored."""
        self._store.put(user_id, kept.sealed)

    def end(self, user_id: str) -> None:
        """Removes what is stored. Idempotent."""
        self._store.drop(user_id)
