"""The vault: all that a session holds, and all of it is in the visitor's own sealed cookie."""

from datetime import datetime

import msgspec

from keepless.core.models import BankRef
from keepless.core.secret import Secret

MAX_BANKS = 20


class BankKey(msgspec.Struct, frozen=True):
    """One connected bank and the token that reads it."""

    bank: BankRef
    token: Secret


class Vault(msgspec.Struct, frozen=True, kw_only=True):
    """A session's content. Times are UTC; `secret` is the random part of the cache key, new at every sign-in (R7)."""

    session_id: str
    secret: bytes
    issued_at: datetime
    expires_at: datetime
    banks: tuple[BankKey, ...] = ()
    keep_connected: bool = False

    def __repr__(self) -> str:
        return f"Vault(banks={len(self.banks)})"
