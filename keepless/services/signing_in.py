"""Signing in without a password: a link by mail that works once, for fifteen minutes, in the browser that asked.

What waits on the server is one row: a digest over the link's secret, the browser's own and the address. So the table
tells nobody who asked, and a link that was read in the mailbox is of no use without the cookie of that browser.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import msgspec

from keepless.errors import SessionEnded, SignInRefused
from keepless.ports import AccountStore, Clock, Mail, Mailer, SessionRow, User
from keepless.services.accounts import row_id
from keepless.services.vault import SKEW, Vault, new_vault

LASTS = timedelta(minutes=15)
BROWSER_BYTES = 16
_NONCE_BYTES = 32
_ID_BYTES = 16


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser that asked for a link keeps of that; `asked_at` is UTC.

    `browser` is its random secret, the same for all links that it asks for. `user_id` is who had this address then, ""
    for nobody: an account that was deleted since does not come back by an older link.
    """

    browser: bytes
    email: str
    user_id: str
    asked_at: datetime
    keep_connected: bool

    def __repr__(self) -> str:
        return "Asked()"


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Who has signed in, and the vault of their new session, which is to be written into this browser."""

    user: User
    vault: Vault


class SigningIn:
    """Asks for links and uses them. Holds no state of its own."""

    def __init__(self, store: AccountStore, mailer: Mailer, clock: Clock) -> None:
        self._store = store
        self._mailer = mailer
        self._clock = clock

    def ask(self, email: str, browser: bytes, mail: Callable[[str], Mail], *, keep_connected: bool = False) -> Asked:
        """Sends a link to an address as `core.email.normal` makes it; `mail` writes the mail around a nonce.

        The very same is done for an address that has an account and for one that has none. Raises AccountsFault, after
        which nothing was sent, and MailFault.
        """
        now = self._clock()
        known = self._store.find(email)
        nonce = secrets.token_urlsafe(_NONCE_BYTES)
        self._store.ask(link_id(nonce, browser, email), at=now, until=now + LASTS)
        self._mailer.send(mail(nonce))
        user_id = known.id if known else ""
        return Asked(browser=browser, email=email, user_id=user_id, asked_at=now, keep_connected=keep_connected)

    def confirm(self, asked: Asked, nonce: str, held: Callable[[str], Vault | None], *, days: int) -> SignedIn:
        """Uses a link up and begins a session of `days`, with a new id and a new secret (R7).

        `held` gives what the browser holds for the user of that id to take over, and raises where it is not theirs; it
        is asked before the link is used. A living session of theirs in this browser is replaced.

        Raises SignInRefused for a link that is used, over, or another browser's; OtherAccount and what else `held`
        raises; SessionEnded(leaving=True) where a deletion was begun in this browser; AccountsFault.
        """
        now = self._clock()
        if not now < asked.asked_at + LASTS + SKEW:
            raise SignInRefused("the time of the links is over")
        known = self._store.find(asked.email)
        user_id = known.id if known else ""
        if asked.user_id not in ("", user_id):
            raise SignInRefused("the account was deleted since")
        before = held(user_id)
        self._require_staying(before)
        session = _new_session(before, now, days=days, keep_connected=asked.keep_connected)
        made_id = str(uuid4())
        user = self._store.sign_in(
            link_id(nonce, asked.browser, asked.email),
            asked.email,
            new_user_id=made_id,
            session_id=row_id(session.session_id),
            at=now,
            until=session.expires_at,
        )
        if user is None:
            raise SignInRefused("no such link waits")
        if user_id and user.id != user_id:
            # Deleted while this was going on. Signing in makes an account; it does not bring one back.
            if user.id == made_id:
                self._store.delete(made_id, at=now)
            else:
                self.undo(user.id, session)
            raise SignInRefused("the account was deleted just now")
        if before is not None and before.user:
            self._store.end(user.id, [row_id(before.session_id)], reap_from=None)
        return SignedIn(user=user, vault=msgspec.structs.replace(session, user=user.id))

    def undo(self, user_id: str, vault: Vault) -> None:
        """Ends a session that was begun and could not be written into the browser. Raises AccountsFault."""
        self._store.end(user_id, [row_id(vault.session_id)], reap_from=None)

    def _require_staying(self, before: Vault | None) -> None:
        """Raises SessionEnded(leaving=True) for a browser in which its user has begun to delete their account."""
        row = self._store.session(row_id(before.session_id)) if before is not None and before.user else None
        if row is not None and row.is_tombstone:
            raise SessionEnded(leaving=True)


class Sessions:
    """The sessions of one user: those that live now, and how they are ended."""

    def __init__(self, store: AccountStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def of(self, user_id: str) -> list[SessionRow]:
        """Those that live, the newest first. Raises AccountsFault."""
        now = self._clock()
        return [row for row in self._store.sessions(user_id) if not row.is_tombstone and now < row.expires_at + SKEW]

    def end(self, user_id: str, session_id: str, *, own: str | None = None) -> bool:
        """Ends one session by its row's id; False where it is none of theirs. Raises AccountsFault.

        What another browser held may be reaped from now on; `own`, the row of the browser that asks, still has its
        cookie to disconnect with, so that is left to its time.
        """
        reap_from = None if session_id == own else self._clock()
        return self._store.end(user_id, [session_id], reap_from=reap_from) > 0

    def end_others(self, user_id: str, own: str) -> int:
        """Ends all but the session of that row; how many. Raises AccountsFault."""
        others = [row.id for row in self._store.sessions(user_id) if row.id != own and not row.is_tombstone]
        return self._store.end(user_id, others, reap_from=self._clock()) if others else 0

    def end_all(self, user_id: str, own: str) -> int:
        """Ends all, that of the browser that asks last; how many. Raises AccountsFault."""
        return self.end_others(user_id, own) + self.end(user_id, own, own=own)


def link_id(nonce: str, browser: bytes, email: str) -> str:
    """The id of the row that waits for a link: from it nobody finds any of the three."""
    digest = sha256(b"keepless.sign-in.")
    for part in (nonce.encode("utf-8", "surrogatepass"), browser, email.encode()):
        digest.update(len(part).to_bytes(4) + part)
    return digest.hexdigest()


def new_browser() -> bytes:
    """A secret for a browser that has none yet."""
    return secrets.token_bytes(BROWSER_BYTES)


def _new_session(before: Vault | None, now: datetime, *, days: int, keep_connected: bool) -> Vault:
    """A session with a new id and a new secret (R7) that has the banks of the one before it."""
    session = new_vault(
        now,
        days=days,
        session_id=secrets.token_urlsafe(_ID_BYTES),
        secret=secrets.token_bytes(_ID_BYTES),
        keep_connected=keep_connected,
    )
    return session if before is None else msgspec.structs.replace(session, banks=before.banks)
