"""Forgetting somebody altogether, in an order that can be broken off anywhere and gone on with."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from keepless.core.email import normal
from keepless.core.models import BankProblem
from keepless.errors import AccountsFault, PlaidFault, SessionEnded, SessionExpired, StepUpNeeded
from keepless.ports import AccountStore, Clock, Deleted, Plaid, User
from keepless.services.accounts import row_id
from keepless.services.linking import Linking, Removed
from keepless.services.snapshots import problem_of
from keepless.services.vault import SKEW, BankKey, Vault

# Whoever signed in so short a time ago has just shown that the mailbox is theirs.
SIGNED_IN_WITHIN = timedelta(minutes=5)

_DIGEST_BYTES = 6


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """A bank that Plaid has confirmed to be gone at `at` (UTC). `request_id` is Plaid's, None where it was gone before.

    `item` is a digest of the item's id, by which it is known again when a deletion is gone on with.
    """

    item: str
    name: str
    institution_id: str
    request_id: str | None
    at: datetime


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What was done so far, in this attempt and those before it. Carried by the browser from one to the next.

    `account` is the e-mail address, `sessions` how many other sessions were ended.
    """

    account: str | None = None
    sessions: int = 0
    gone: tuple[Gone, ...] = ()

    def with_gone(self, more: tuple[Gone, ...]) -> "Progress":
        """With these banks as well; one that was removed before keeps Plaid's first answer, which has a request id."""
        known = {each.item for each in self.gone}
        return msgspec.structs.replace(self, gone=self.gone + tuple(each for each in more if each.item not in known))


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """How an attempt ended.

    `kept` are the banks that Plaid did not confirm. `copies` are those whose sealed copy the cache did not let go of.
    `database` is why the database could not be used, None where it could or was not needed. `remaining` is the vault
    that the browser has to keep to go on with; None where all is done. `deleted` are the rows that went at its end.
    """

    progress: Progress
    kept: tuple[BankProblem, ...] = ()
    copies: tuple[str, ...] = ()
    database: str | None = None
    remaining: Vault | None = None
    deleted: Deleted | None = None

    @property
    def is_done(self) -> bool:
        return self.remaining is None


class Forgetting:
    """Tombstone, copies, Plaid, rows, in this order. Holds no state of its own.

    Each step may be done again: what is gone already counts as gone. Rows go only when every bank is gone, so that
    whoever has to come back is still known. `forget` lets go of the sealed copy of an item, False where it could not;
    `gone` is told of each item that Plaid has confirmed.
    """

    def __init__(
        self,
        plaid: Plaid,
        pool: Executor,
        clock: Clock,
        *,
        store: AccountStore | None,
        forget: Callable[[str], bool] = lambda _item_id: True,
        gone: Callable[[str], object] = lambda _item_id: None,
    ) -> None:
        self._plaid = plaid
        self._pool = pool
        self._clock = clock
        self._store = store
        self._forget = forget
        self._gone = gone

    def leave(self, vault: Vault, *, expired: bool, typed: str = "", before: Progress | None = None) -> Forgotten:
        """Deletes all that is held of this session, and of its account where it has one.

        `expired` says that the vault's time is over, `typed` is the e-mail address that the person gave, `before` what
        earlier attempts did. Where Plaid, the cache or the database fails, the rest is done nevertheless.
        Raises SessionExpired, SessionEnded, StepUpNeeded, after which nothing has changed.
        """
        progress = before or Progress()
        user, database = None, None
        try:
            user = self.permit(vault, expired=expired, typed=typed)
            if user is not None:
                others = self._tombstone(user, vault)
                progress = Progress(account=user.email, sessions=max(others, progress.sessions), gone=progress.gone)
        except AccountsFault as fault:
            # Whose session it is cannot be asked. Any holder of the cookie may end its connections, and no more.
            user, database = None, fault.reason
        done, kept, copies = self._let_go(vault)
        progress = progress.with_gone(done)
        deleted = None
        if user is not None and not kept and not copies:
            try:
                deleted = self._delete(user)
            except AccountsFault as fault:
                database = fault.reason
        forgotten = Forgotten(progress=progress, kept=kept, copies=copies, database=database, deleted=deleted)
        if not kept and not copies and database is None:
            return forgotten
        gone = {each.item for each in done}
        rest = tuple(key for key in vault.banks if _digest(key) not in gone or key.bank.item_id in copies)
        return msgspec.structs.replace(forgotten, remaining=msgspec.structs.replace(vault, banks=rest))

    def permit(self, vault: Vault, *, expired: bool = False, typed: str = "") -> User | None:
        """The user whom this session may delete; None where it has none, or its user is gone already.

        Raises SessionEnded for a session that was signed out, SessionExpired, StepUpNeeded, AccountsFault.
        """
        if not vault.user:
            return None
        if self._store is None:  # accounts were turned off: nobody can say that it lives
            raise SessionEnded
        row = self._store.session(row_id(vault.session_id))
        user = self._store.user(vault.user)
        if user is None:
            return None
        if row is None or row.user_id != user.id:
            raise SessionEnded
        if row.is_tombstone:
            return user
        now = self._clock()
        if expired or now >= row.expires_at + SKEW:
            raise SessionExpired("the session's lifetime is over")
        if now - row.created_at > SIGNED_IN_WITHIN and not _is_address(typed, user.email):
            raise StepUpNeeded
        return user

    def _tombstone(self, user: User, vault: Vault) -> int:
        """Ends every session of the user; how many others there were. Raises SessionEnded, AccountsFault."""
        if self._store is None:
            return 0
        own = row_id(vault.session_id)
        others = sum(row.id != own for row in self._store.sessions(user.id))
        # Not this user's any more: ended elsewhere at this very moment, or deleted by a request beside this one.
        if not self._store.tombstone(user.id, own, at=self._clock()) and self._store.user(user.id) is not None:
            raise SessionEnded
        return others

    def _let_go(self, vault: Vault) -> tuple[tuple[Gone, ...], tuple[BankProblem, ...], tuple[str, ...]]:
        """Removes the copies and the connections, all at once: what is gone, what is kept, whose copy still stands."""
        forgotten: dict[str, bool] = {}

        def forget(item_id: str) -> None:
            forgotten[item_id] = self._forget(item_id)

        linking = Linking(self._plaid, self._pool, forget=forget, gone=self._gone)

        def remove(key: BankKey) -> Gone | BankProblem:
            try:
                return _gone(key, linking.disconnect_bank(vault, key.bank.item_id), self._clock())
            except PlaidFault as fault:
                return problem_of(key, fault)

        outcomes = list(self._pool.map(remove, vault.banks))
        return (
            tuple(each for each in outcomes if isinstance(each, Gone)),
            tuple(each for each in outcomes if isinstance(each, BankProblem)),
            tuple(item_id for item_id, is_gone in forgotten.items() if not is_gone),
        )

    def _delete(self, user: User) -> Deleted | None:
        return self._store.delete(user.id, at=self._clock()) if self._store is not None else None


def _gone(key: BankKey, removed: Removed, at: datetime) -> Gone:
    return Gone(
        item=_digest(key),
        name=key.bank.name,
        institution_id=key.bank.institution_id,
        request_id=removed.request_id,
        at=at,
    )


def _digest(key: BankKey) -> str:
    digest = sha256(b"keepless.leaving" + key.bank.item_id.encode()).digest()
    return urlsafe_b64encode(digest[:_DIGEST_BYTES]).decode()


def _is_address(typed: str, email: str) -> bool:
    """Whether the address is the account's, in a time that does not tell how much of it is right."""
    return hmac.compare_digest((normal(typed) or "").encode(), email.encode())
