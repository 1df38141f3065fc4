"""What is held about a visitor at this moment: by the server, at Plaid, and in their own browser. Never a token."""

from contextlib import suppress
from datetime import datetime

import msgspec
from flask import Response

from keepless.core.models import BankRef
from keepless.core.tiers import Tier
from keepless.errors import (
    AccountsFault,
    BadCookie,
    CacheFault,
    InsecureTransport,
    SessionEnded,
    SessionExpired,
    SessionMissing,
    SessionUnreadable,
)
from keepless.services.accounts import row_id
from keepless.services.vault import Vault
from keepless.web.held_cookies import HeldCookie, cookies_held
from keepless.web.operations import Operation, answer
from keepless.web.visit import Visit

# What is kept ready-made beside a copy: the part of its entry for each.
LIVE, LIVE_LONG, BOARD = PARTS = ("live", "live-long", "board")


class HeldNote(msgspec.Struct, frozen=True):
    """What the server has in its memory about one bank: when its permission ends (UTC), as Plaid told it."""

    bank: BankRef
    renew_by: datetime


class HeldCopy(msgspec.Struct, frozen=True):
    """A bank's sealed copy in the cache, which the cookie of this request opens: `bytes` of ciphertext, padded.

    It is as of `fetched_at` and of no use from `until` on (UTC), wherever it was taken to.
    """

    bank: BankRef
    bytes: int
    fetched_at: datetime
    until: datetime


class HeldSession(msgspec.Struct, frozen=True, kw_only=True):
    """The times of the session (UTC), and whether it was to be the longer one. One that `is_over` only disconnects."""

    issued_at: datetime
    expires_at: datetime
    keep_connected: bool
    is_over: bool


class HeldSignIn(msgspec.Struct, frozen=True):
    """A row of a session of the account: its times (UTC), and whether it is this browser's."""

    created_at: datetime
    expires_at: datetime
    is_this: bool


class HeldAccount(msgspec.Struct, frozen=True, kw_only=True):
    """All that the database has of the visitor; times are UTC.

    `trend_capsule` is the length of the sealed capsule that they asked to have kept, null where they did not.
    """

    email: str
    tier: Tier
    created_at: datetime
    updated_at: datetime
    sessions: tuple[HeldSignIn, ...]
    trend_capsule: int | None


class HeldAudit(msgspec.Struct, frozen=True):
    """Lines that say when somebody looked, connected or deleted, under a code in place of their id, for so many days.

    `days` is null where whoever runs the installation keeps them elsewhere, for as long as they choose.
    """

    days: int | None


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is held: by the server, in its cache and database, at Plaid, in cookies of this browser.

    `in_cache` is null where the cache cannot be asked now: what it has, it has sealed, and not beyond seven days.
    `account` is null for a visitor without one. `for_reaper` counts the banks whose keys are also sealed to the one who
    removes orphaned connections here: this server cannot open those. `audit` is null where no audit trail is kept.
    """

    account: HeldAccount | None
    audit: HeldAudit | None
    for_reaper: int
    on_server: tuple[HeldNote, ...]
    in_cache: tuple[HeldCopy, ...] | None
    at_plaid: tuple[BankRef, ...]
    in_browser: tuple[HeldCookie, ...]
    session: HeldSession | None


def notes(visit: Visit) -> tuple[HeldNote, ...]:
    """What is in the server's memory about the visitor's banks. Raises BadCookie, InsecureTransport."""
    return tuple(HeldNote(bank, ends) for bank in _banks(visit) if (ends := visit.parts.endings.of(bank.item_id)))


def copies_until(visit: Visit) -> datetime | None:
    """Until when (UTC) copies of the visitor's banks may be in the cache, at the latest; None where none can be."""
    vault = visit.parts.session.shown()
    if vault is None or visit.parts.session.jar().expired or not vault.banks:
        return None
    keeping = visit.keeping(vault)
    return keeping.shelf(vault).until(visit.parts.clock()) if keeping is not None else None


def holding(visit: Visit) -> Holding:
    """What is held about the visitor of this request, whatever state their session is in.

    Of an account's session that is over nothing but its cookies is told. Raises AccountsFault, BadCookie,
    InsecureTransport.
    """
    jar, vault = visit.parts.session.jar(), _told_of(visit)
    return Holding(
        account=_account(visit, vault),
        audit=HeldAudit(visit.site.audit_days) if visit.parts.audit is not None and vault is not None else None,
        for_reaper=len(vault.banks) if vault is not None and visit.parts.reaping is not None else 0,
        on_server=notes(visit),
        in_cache=_copies(visit, vault),
        at_plaid=_banks(visit),
        in_browser=tuple(cookies_held(visit)),
        session=_session(vault, is_over=jar.expired),
    )


def what_you_hold(visit: Visit) -> Response:
    """The answer to "what do you hold about me?"."""
    return answer(holding(visit))


def _banks(visit: Visit) -> tuple[BankRef, ...]:
    vault = visit.parts.session.shown()
    return tuple(key.bank for key in vault.banks) if vault is not None else ()


def _told_of(visit: Visit) -> Vault | None:
    """As `SessionCookie.shown`, but where the database is away that is said: "no account" would be a false answer."""
    with suppress(SessionMissing, SessionUnreadable, SessionExpired, SessionEnded):
        visit.vault()
    return visit.parts.session.shown()


def _account(visit: Visit, vault: Vault | None) -> HeldAccount | None:
    accounts = visit.parts.accounts
    if accounts is None or vault is None or not vault.user:
        return None
    user = accounts.store.user(vault.user)
    if user is None:
        return None
    this = row_id(vault.session_id)
    capsule = visit.parts.capsules.get(user.id) if visit.parts.capsules is not None else None
    return HeldAccount(
        email=user.email,
        tier=user.tier,
        created_at=user.created_at,
        updated_at=user.updated_at,
        sessions=tuple(
            HeldSignIn(row.created_at, row.expires_at, row.id == this) for row in accounts.store.sessions(user.id)
        ),
        trend_capsule=len(capsule) if capsule is not None else None,
    )


def _copies(visit: Visit, vault: Vault | None) -> tuple[HeldCopy, ...] | None:
    keeping = visit.keeping(vault) if vault is not None else None
    if keeping is None or vault is None:
        return ()
    try:
        kept = keeping.shelf(vault).kept(PARTS)
    except CacheFault:
        return None
    return tuple(HeldCopy(key.bank, size, copy.snapshot.fetched_at, copy.until) for key, copy, size in kept)


def _session(vault: Vault | None, *, is_over: bool) -> HeldSession | None:
    if vault is None:
        return None
    return HeldSession(
        issued_at=vault.issued_at,
        expires_at=vault.expires_at,
        keep_connected=vault.keep_connected,
        is_over=is_over,
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/what-you-hold",
        name="what_you_hold",
        summary="Everything held about you: by the server, at Plaid, in this browser. Needs no session.",
        view=what_you_hold,
        answer=Holding,
        faults=(BadCookie, InsecureTransport, AccountsFault),
    ),
)
