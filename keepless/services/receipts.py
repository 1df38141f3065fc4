"""Receipts: what a deletion did, signed, so that it can be shown long after everything is gone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from keepless.core.moments import moment_text
from keepless.core.receipt import (
    KIND,
    VERSION,
    Held,
    HeldBank,
    Outcome,
    Receipt,
    Remains,
    Removed,
    RemovedBank,
    Signature,
    SignedReceipt,
    to_sign,
)
from keepless.services.forgetting import Forgotten, Progress


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key that receipts, or lines of the audit trail, are checked with: 32 bytes in unpadded base64url."""

    key_id: str
    alg: str
    public_key: str


class ReceiptSigner(Protocol):
    """Signs with the newest key; the public halves of all keys are no secret."""

    def sign(self, message: bytes) -> Signature: ...

    def public_keys(self) -> tuple[PublicKey, ...]:
        """The public keys, the newest first."""
        ...


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a deletion was asked for.

    `issuer` is the installation's address, `environment` which Plaid it asks, `keeps_copies` whether it has a cache,
    `has_reaper` whether orphaned connections are removed by themselves.
    `audit_until` is when the last line of the audit trail about it goes (UTC); `has_audit` says that there is one.
    """

    issuer: str
    environment: str
    keeps_copies: bool = False
    has_reaper: bool = False
    has_audit: bool = False
    audit_until: datetime | None = None


def receipt_of(
    forgotten: Forgotten | None,
    place: Place,
    *,
    at: datetime,
    cookies: Sequence[str] = (),
    unreadable: Sequence[str] = (),
) -> Receipt:
    """What a finished deletion did; with None that there was no session to delete.

    `cookies` are the names of ours that came and go, `unreadable` of those that stay because they do not open.
    """
    progress = forgotten.progress if forgotten is not None else Progress()
    rows = _rows(forgotten)
    copies = len(progress.gone) if place.keeps_copies else 0
    return Receipt(
        kind=KIND,
        version=VERSION,
        issuer=place.issuer,
        environment=place.environment,
        issued_at=moment_text(at),
        account=progress.account,
        outcome=_outcome(forgotten, rows),
        held=Held(
            banks=tuple(HeldBank(name=each.name, institution_id=each.institution_id) for each in progress.gone),
            rows=rows,
            cookies=(*cookies, *unreadable),
            copies=copies,
        ),
        removed=Removed(
            banks=tuple(
                RemovedBank(
                    name=each.name,
                    institution_id=each.institution_id,
                    request_id=each.request_id,
                    at=moment_text(each.at),
                )
                for each in progress.gone
            ),
            rows=rows,
            cookies=tuple(cookies),
            copies=copies,
        ),
        stays=tuple(_stays(progress, place, len(unreadable))),
    )


def signed(receipt: Receipt, signer: ReceiptSigner) -> SignedReceipt:
    """The receipt and its signature."""
    return SignedReceipt(receipt=receipt, signature=signer.sign(to_sign(receipt)))


def _rows(forgotten: Forgotten | None) -> dict[str, int]:
    """By table. Other sessions went when the deletion began, the rest at its end."""
    if forgotten is None or forgotten.deleted is None:
        return {}
    deleted = forgotten.deleted
    return {
        "users": deleted.users,
        "sessions": deleted.sessions + forgotten.progress.sessions,
        "trend_capsules": deleted.trend_capsules,
    }


def _outcome(forgotten: Forgotten | None, rows: dict[str, int]) -> Outcome:
    if forgotten is None:
        return "nothing_held"
    if any(rows.values()) or any(each.request_id for each in forgotten.progress.gone):
        return "removed"
    return "gone_already"


def _stays(progress: Progress, place: Place, unreadable: int) -> list[Remains]:
    stays = []
    if progress.sessions:
        what = "other_sessions_reaped" if place.has_reaper else "other_sessions"
        stays.append(Remains(what=what, count=progress.sessions))
    if unreadable:
        stays.append(Remains(what="unreadable_cookies", count=unreadable))
    if place.has_audit:
        until = moment_text(place.audit_until) if place.audit_until is not None else None
        stays.append(Remains(what="audit_lines", until=until))
    if progress.account is not None:
        stays.append(Remains(what="backups"))
    if progress.gone:
        stays.append(Remains(what="plaid"))
    return stays
