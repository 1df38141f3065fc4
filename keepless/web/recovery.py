"""Recovery files: saving one, and what it is for: restoring its banks, here or elsewhere, or disconnecting them."""

from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from flask import Response, request

from keepless.core.models import BankProblem, BankRef
from keepless.core.secret import Secret
from keepless.errors import (
    AccountsFault,
    BadCookie,
    InsecureTransport,
    InvalidField,
    NotInTier,
    Overloaded,
    SealBroken,
    TooManyBanks,
)
from keepless.services.linking import Disconnection, Removed
from keepless.services.recovery import ForeignFile, Recovered, Restored, Restoring
from keepless.services.vault import Vault
from keepless.web import banks
from keepless.web.errors import NothingToRecover, RecoveryFileForeign, RecoveryFileUnreadable
from keepless.web.language import gettext
from keepless.web.operations import JSON, Operation, answer, as_sent, body_as
from keepless.web.page import NO_SESSION
from keepless.web.recovery_page import shown
from keepless.web.visit import Visit

PATH = "/recovery"
# A file of 20 banks is under 7 kB. What is sent stays far below the 500 kB from which Werkzeug writes uploads to disk.
MOST_FILE = 16 * 1024
MOST_UPLOAD = 32 * 1024

_TOLD_ON_THE_PAGE = (
    InvalidField,
    Overloaded,
    RecoveryFileUnreadable,
    RecoveryFileForeign,
    NothingToRecover,
    TooManyBanks,
    NotInTier,
)


class RecoveryRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words that will open the file: 12 to 1,000 characters."""

    passphrase: str


class RecoveryFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file's text, and the words that open it."""

    file: Annotated[str, msgspec.Meta(max_length=MOST_FILE)]
    passphrase: str


class RestoreAnswer(msgspec.Struct, frozen=True):
    """The banks of the file that are in this browser's session now, and what is wrong with each of the others."""

    banks: tuple[BankRef, ...]
    problems: tuple[BankProblem, ...]


class RevokeAnswer(msgspec.Struct, frozen=True):
    """The banks that Plaid has disconnected, and those that it has not: the file can be sent again for them (R13).

    A `request_id` of null says that the file's key opened nothing: disconnected before, or given a newer key.
    """

    removed: tuple[Removed, ...]
    kept: tuple[BankProblem, ...]


def save(visit: Visit) -> Response:
    """A recovery file of the session's banks."""
    return _file(visit, Secret(body_as(RecoveryRequest).passphrase))


def restore(visit: Visit) -> Response:
    """Puts a file's banks into this browser's session."""
    asked = body_as(RecoveryFile)
    restored = _restored(visit, _opened(visit, asked.passphrase, asked.file))
    return _written(visit, answer(RestoreAnswer(restored.banks, restored.problems)), restored)


def revoke(visit: Visit) -> Response:
    """Disconnects a file's banks at Plaid. Needs no session."""
    asked = body_as(RecoveryFile)
    recovered = _opened(visit, asked.passphrase, asked.file)
    outcome = _disconnected(visit, recovered)
    status = HTTPStatus.BAD_GATEWAY if outcome.kept else HTTPStatus.OK
    return _dropped(visit, answer(RevokeAnswer(outcome.removed, outcome.kept), status), recovered, outcome)


def recovery_page(visit: Visit) -> Response:
    """The forms, for whatever state the session is in: who has lost it is who needs them."""
    return shown(visit)


def save_by_form(visit: Visit) -> Response:
    """The file, from the form of a page."""
    try:
        return _file(visit, Secret(as_sent(lambda: request.form).get("passphrase", "")))
    except _TOLD_ON_THE_PAGE as fault:
        return shown(visit, fault=fault, at="save")


def restore_by_form(visit: Visit) -> Response:
    """The banks of an uploaded file into this browser's session."""
    try:
        restored = _restored(visit, _uploaded(visit))
    except _TOLD_ON_THE_PAGE as fault:
        return shown(visit, fault=fault, at="use")
    restored_names = [bank.name or gettext("A bank") for bank in restored.banks]
    told = shown(visit, restored=restored_names, problems=restored.problems, has_banks=bool(restored.vault.banks))
    return _written(visit, told, restored)


def revoke_by_form(visit: Visit) -> Response:
    """The banks of an uploaded file disconnected."""
    try:
        recovered = _uploaded(visit)
    except _TOLD_ON_THE_PAGE as fault:
        return shown(visit, fault=fault, at="use")
    outcome = _disconnected(visit, recovered)
    removed = [{"name": each.bank.name or gettext("A bank"), "request_id": each.request_id} for each in outcome.removed]
    told = shown(visit, removed=removed, problems=outcome.kept)
    return _dropped(visit, told, recovered, outcome)


def _file(visit: Visit, passphrase: Secret) -> Response:
    """Raises as `SessionCookie.read`, NothingToRecover, InvalidField, Overloaded."""
    vault = visit.vault()
    if not vault.banks:
        raise NothingToRecover("the session has no bank")
    text = visit.parts.recovery.to_file(passphrase, vault)
    name = f"keepless-recovery-{visit.today().isoformat()}.json"
    return Response(text, content_type=JSON, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _uploaded(visit: Visit) -> Recovered:
    """What the form's file holds. Raises as `_opened`, 413 for a longer request."""
    request.max_content_length = MOST_UPLOAD
    form, files = as_sent(lambda: (request.form, request.files))
    upload = files.get("file")
    text = upload.read(MOST_FILE + 1) if upload is not None else b""
    if not text:
        raise InvalidField("file", gettext("choose the file first"))
    return _opened(visit, form.get("passphrase", ""), text.decode("utf-8", "replace"))


def _opened(visit: Visit, passphrase: str, text: str) -> Recovered:
    """Raises RecoveryFileUnreadable, RecoveryFileForeign, InvalidField, Overloaded."""
    if len(text) > MOST_FILE:
        raise RecoveryFileUnreadable("longer than any file")
    try:
        return visit.parts.recovery.from_file(Secret(passphrase), text)
    except ForeignFile as fault:
        raise RecoveryFileForeign(f"what is in the file does not open: {fault.reason}") from None
    except SealBroken:
        raise RecoveryFileUnreadable("the file does not open") from None


def _restored(visit: Visit, recovered: Recovered) -> Restored:
    """Raises as `SessionCookie.read_or_new`, TooManyBanks, NotInTier."""
    vault = visit.parts.session.read_or_new()
    most = visit.allowance.banks
    return Restoring(visit.parts.plaid, visit.parts.pool).restore(vault, recovered, most=most)


def _written(visit: Visit, response: Response, restored: Restored) -> Response:
    return visit.parts.session.write(response, restored.vault) if restored.banks else response


def _disconnected(visit: Visit, recovered: Recovered) -> Disconnection:
    """Raises BadCookie and InsecureTransport before anything is removed: the cookies are read afterwards."""
    visit.parts.session.jar()
    moment = recovered.made_at
    of_the_file = Vault(session_id="", secret=b"", issued_at=moment, expires_at=moment, banks=recovered.keys)
    return visit.linking().disconnect(of_the_file)


def _dropped(visit: Visit, response: Response, recovered: Recovered, outcome: Disconnection) -> Response:
    """Takes what is gone at Plaid out of this browser's session as well, where it has one.

    An item whose key in the file opened nothing may live on under a newer one: it goes only with that very key.
    """
    keys = set(recovered.keys)
    gone = {each.bank.item_id for each in outcome.removed if each.request_id is not None}
    gone_before = {each.bank.item_id for each in outcome.removed} - gone
    try:
        vault = visit.vault()
    except (*NO_SESSION, AccountsFault):
        return response
    ended = [
        key.bank.item_id
        for key in vault.banks
        if key.bank.item_id in gone or (key.bank.item_id in gone_before and key in keys)
    ]
    return banks.drop(visit, response, vault.without_banks(ended)) if ended else response


OPERATIONS = (
    Operation(
        method="POST",
        path="/api/recovery",
        name="save_recovery_file",
        summary="The session's banks and keys as a file, sealed by this server and by a passphrase.",
        view=save,
        answer=dict[str, Any],
        body=RecoveryRequest,
        session=True,
        faults=(InvalidField, NothingToRecover, Overloaded),
    ),
    Operation(
        method="POST",
        path="/api/recovery/restore",
        name="restore_from_recovery_file",
        summary="Puts the banks of such a file into this browser's session, each once Plaid knows its key.",
        view=restore,
        answer=RestoreAnswer,
        body=RecoveryFile,
        session=True,
        faults=(InvalidField, RecoveryFileUnreadable, RecoveryFileForeign, Overloaded, TooManyBanks, NotInTier),
    ),
    Operation(
        method="POST",
        path="/api/recovery/revoke",
        name="revoke_by_recovery_file",
        summary="Disconnects the banks of such a file at Plaid. Needs no session; can be repeated.",
        view=revoke,
        answer=RevokeAnswer,
        body=RecoveryFile,
        other_statuses=(HTTPStatus.BAD_GATEWAY,),
        faults=(
            InvalidField,
            RecoveryFileUnreadable,
            RecoveryFileForeign,
            Overloaded,
            BadCookie,
            InsecureTransport,
        ),
    ),
)
