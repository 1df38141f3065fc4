"""Accounts as a request sees them: whether a session lives, and what its user may do."""

from hashlib import sha256

import msgspec

from keepless.core.tiers import Tier
from keepless.errors import SessionEnded
from keepless.ports import AccountStore, Clock, SessionRow
from keepless.services.vault import SKEW, Vault


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A session of an account that lives, as its row says (`row.created_at` is when the person signed in)."""

    row: SessionRow

    @property
    def user_id(self) -> str:
        return self.row.user_id

    @property
    def tier(self) -> Tier:
        return self.row.tier


class Accounts:
    """Asks the rows, which are an allow-list: what is not there, or cannot be asked, does not live (R3)."""

    def __init__(self, store: AccountStore, clock: Clock) -> None:
        self.store = store
        self._clock = clock

    def standing(self, vault: Vault) -> Standing:
        """The standing of a vault that is bound to a user. Raises SessionEnded, AccountsFault."""
        row = self.store.session(row_id(vault.session_id))
        if row is None or row.user_id != vault.user:
            raise SessionEnded
        if row.is_tombstone:
            raise SessionEnded(leaving=True)
        if self._clock() >= row.expires_at + SKEW:
            raise SessionEnded
        return Standing(row=row)


def row_id(session_id: str) -> str:
    """The id of a session's row: a digest, so that the table leads to no cookie and to no id that Plaid has seen."""
    return sha256(b"keepless.session." + session_id.encode()).hexdigest()
