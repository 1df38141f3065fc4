"""Letting one bank go: removed at Plaid first, then out of the visitor's cookies."""

from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, request

from keepless.core.models import BankRef
from keepless.errors import InvalidField, PlaidFault, UnknownBank
from keepless.services.linking import Removed
from keepless.services.vault import Vault
from keepless.web import oauth, present, rotation_cookie
from keepless.web.language import gettext
from keepless.web.link import ItemId
from keepless.web.lookup import words_of
from keepless.web.operations import Operation, answer, as_sent, body_as
from keepless.web.page import page
from keepless.web.visit import Visit


class DisconnectRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The item of the bank to disconnect."""

    item_id: ItemId


class DisconnectAnswer(msgspec.Struct, frozen=True):
    """The bank that is gone. `request_id` is Plaid's, null where it had been gone; `connected` is how many are left."""

    bank: BankRef
    request_id: str | None
    connected: int


def disconnect(visit: Visit) -> Response:
    """Disconnects one bank of the session."""
    asked = body_as(DisconnectRequest)
    removed, rest = remove(visit, asked.item_id)
    return drop(visit, answer(DisconnectAnswer(removed.bank, removed.request_id, len(rest.banks))), rest)


def disconnect_by_form(visit: Visit) -> Response:
    """The same from a page's form, answered by a receipt; where Plaid fails, by a page that says so and tries again."""
    item_id = as_sent(lambda: request.form).get("item_id", "")
    try:
        removed, rest = remove(visit, item_id)
    except PlaidFault as fault:
        words = words_of(fault)
        bank = visit.vault().bank_of(item_id).bank
        told = {"why": present.inside(words.title), "request_id": fault.request_id, "item_id": item_id}
        return _receipt(visit, bank, held="cookie", status=HTTPStatus(words.status), **told)
    names = [key.bank.name or gettext("a bank") for key in rest.banks]
    receipt = _receipt(
        visit,
        removed.bank,
        held="cookie" if names or rest.user else "nothing",
        request_id=removed.request_id,
        others=present.joined(names),
    )
    return drop(visit, receipt, rest)


def remove(visit: Visit, item_id: str) -> tuple[Removed, Vault]:
    """Removes the bank at Plaid; what was removed, and the vault of the others, which is for `drop`.

    Raises as `SessionCookie.read`, UnknownBank, and PlaidFault, after which nothing has changed.
    """
    vault = visit.vault()
    removed = visit.linking().disconnect_bank(vault, item_id)
    return removed, vault.without_banks([item_id])


def drop(visit: Visit, response: Response, rest: Vault) -> Response:
    """Leaves `rest` in the visitor's cookies; nothing at all where it has no bank, as after logging out.

    But whoever is signed in stays so: without its cookie the session would live on, for a copy of it alone.
    """
    if rest.banks:
        return visit.parts.session.write(response, rest)
    visit.parts.hints.clear(response)
    if rest.user:
        return visit.parts.session.write(rotation_cookie.forget(oauth.forget(response)), rest)
    return visit.parts.session.clear(rotation_cookie.forget(oauth.forget(response)))


def _receipt(visit: Visit, bank: BankRef, *, held: str, status: HTTPStatus = HTTPStatus.OK, **told: Any) -> Response:
    return page(visit, "disconnected.html", held=held, status=status, bank=bank.name or gettext("A bank"), **told)


OPERATIONS = (
    Operation(
        method="POST",
        path="/api/disconnect",
        name="disconnect",
        summary="Removes one bank at Plaid, then from the session. Where Plaid fails, nothing is dropped.",
        view=disconnect,
        answer=DisconnectAnswer,
        body=DisconnectRequest,
        session=True,
        plaid=True,
        faults=(InvalidField, UnknownBank),
    ),
)
