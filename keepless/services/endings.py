"""When a bank's permission ends, as Plaid's webhooks warned of it: kept in memory, for as long as that is news."""

import hashlib
import hmac
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import NamedTuple

from keepless.ports import Clock

# Plaid warns seven days ahead (docs/plaid.md, section 10); a day more, and the bank asks for the login itself.
KEPT_FOR = timedelta(days=8)
MOST = 10_000


class _Warning(NamedTuple):
    ends_at: datetime
    noted_at: datetime


class Endings:
    """One per process, for all visitors; lost when it ends. Safe to use from many threads.

    Holds a keyed hash of each item's id, never the id: `key` is random and nobody's but this process's. At most
    `most` warnings are kept, each for eight days; the oldest makes room.
    """

    def __init__(self, clock: Clock, key: bytes, *, most: int = MOST) -> None:
        self._clock = clock
        self._key = key
        self._most = most
        self._warnings: OrderedDict[bytes, _Warning] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, item_id: str, ends_at: datetime) -> None:
        """Remembers that the permission of this item ends at that moment (UTC)."""
        digest = self._digest(item_id)
        with self._lock:
            self._warnings.pop(digest, None)
            self._warnings[digest] = _Warning(ends_at, self._clock())
            self._drop_old()

    def forget(self, item_id: str) -> None:
        """The person has logged in again: there is nothing to warn of."""
        with self._lock:
            self._warnings.pop(self._digest(item_id), None)

    def of(self, item_id: str) -> datetime | None:
        """When the permission of this item ends (UTC); None where no warning came, or it is no news any more."""
        with self._lock:
            self._drop_old()
            warning = self._warnings.get(self._digest(item_id))
        return warning.ends_at if warning else None

    def __len__(self) -> int:
        return len(self._warnings)

    def _digest(self, item_id: str) -> bytes:
        return hmac.digest(self._key, item_id.encode("utf-8", "surrogatepass"), hashlib.sha256)

    def _drop_old(self) -> None:
        """Lets go of what is over. The store is in the order of noting, so the oldest stand first."""
        over = self._clock() - KEPT_FOR
        while self._warnings and (
            len(self._warnings) > self._most or next(iter(self._warnings.values())).noted_at < over
        ):
            self._warnings.popitem(last=False)
