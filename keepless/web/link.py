"""Connecting a bank through Plaid Link: a token to open it with, and the trade of what it gives back."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from flask import Response

from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import ConnectionLost, InvalidField, LinkMissing, NotInTier, TooManyBanks, UnknownBank
from keepless.services.vault import Vault
from keepless.web import oauth, tiers
from keepless.web.operations import Operation, answer, body_as
from keepless.web.visit import Visit

# Plaid's ids have 37 characters, its public tokens 50. The bounds only keep nonsense from travelling on.
ItemId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[A-Za-z0-9_-]+$")]
PublicToken = Annotated[str, msgspec.Meta(min_length=1, max_length=128, pattern="^[A-Za-z0-9-]+$")]


class LinkTokenRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For Link's update mode, the item of the bank to log in to again; empty to connect a bank.

    `keep_connected` is only kept, for a person who leaves for the bank's own page and comes back. `resume`, which
    stands alone, asks for the very token of the connection that waits in this browser.
    """

    item_id: ItemId | None = None
    keep_connected: bool = False
    resume: bool = False


class LinkTokenAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What Plaid.create() takes (`expires_at` is UTC), and what was asked for: a page that resumes does not know it."""

    link_token: str
    expires_at: datetime
    item_id: str | None = None
    keep_connected: bool = False


class LinkDone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Link was closed, or has `repaired` the login of this item: there is nothing to exchange."""

    repaired: ItemId | None = None


class LinkDoneAnswer(msgspec.Struct, frozen=True):
    """Says that nothing waits to be finished any more."""

    waiting: bool = False


class ExchangeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What Link gave back. `keep_connected` asks for the longer session and counts for a first bank only."""

    public_token: PublicToken
    keep_connected: bool = False


class ExchangeAnswer(msgspec.Struct, frozen=True):
    """The bank that is connected now. Its token is in the sealed cookie, and nowhere else."""

    bank: BankRef


def link_token(visit: Visit) -> Response:
    """A token for Link, kept in this browser where the person may have to leave the page with it."""
    asked = body_as(LinkTokenRequest)
    vault = visit.parts.session.read_or_new()
    if asked.resume:
        return _told(_resumed(visit, vault, asked))
    if asked.item_id is None:
        tiers.require_banks(visit, vault)
    back = oauth.return_address(visit)
    made = visit.linking().link_token(vault, update_item=asked.item_id, redirect_uri=back)
    begun = oauth.Begun(link=made, item_id=asked.item_id, keep_connected=asked.keep_connected)
    return _told(begun) if back is None else oauth.keep(visit, _told(begun), begun)


def _resumed(visit: Visit, vault: Vault, asked: LinkTokenRequest) -> oauth.Begun:
    """What waits in this browser. Raises InvalidField, LinkMissing, UnknownBank."""
    if asked.item_id is not None or asked.keep_connected:
        raise InvalidField("resume", "stands alone: the rest is known from before")
    begun = oauth.begun(visit)
    if begun.item_id is not None:
        vault.bank_of(begun.item_id)  # another session may have begun since
    return begun


def _told(begun: oauth.Begun) -> Response:
    return answer(
        LinkTokenAnswer(
            link_token=begun.link.token,
            expires_at=begun.link.expires_at,
            item_id=begun.item_id,
            keep_connected=begun.keep_connected,
        )
    )


def link_done(visit: Visit) -> Response:
    """Nothing is to be exchanged: what was kept for the way back goes, and with a repair the warning of an end."""
    done = body_as(LinkDone)
    if done.repaired is not None:
        visit.vault().bank_of(done.repaired)
        visit.parts.endings.forget(done.repaired)
        visit.forget_copy(done.repaired)  # a login may have changed which accounts are shared
    return oauth.forget(answer(LinkDoneAnswer()))


def exchange(visit: Visit) -> Response:
    """Trades Link's public token for the lasting one, and seals that into the visitor's cookie."""
    asked = body_as(ExchangeRequest)
    session = visit.parts.session
    vault = session.read_or_new(keep_connected=asked.keep_connected)
    tiers.require_banks(visit, vault)
    return visit.linking().connect(
        vault,
        Secret(asked.public_token),
        lambda grown: oauth.forget(
            session.write(answer(ExchangeAnswer(grown.banks[-1].bank), HTTPStatus.CREATED), grown)
        ),
    )


OPERATIONS = (
    Operation(
        method="POST",
        path="/api/link-token",
        name="link_token",
        summary="A token to open Plaid Link with.",
        view=link_token,
        answer=LinkTokenAnswer,
        body=LinkTokenRequest,
        session=True,
        plaid=True,
        faults=(InvalidField, TooManyBanks, NotInTier, UnknownBank, LinkMissing),
    ),
    Operation(
        method="POST",
        path="/api/link-done",
        name="link_done",
        summary="Says that Link was closed or has repaired a login, so that nothing waits to be finished.",
        view=link_done,
        answer=LinkDoneAnswer,
        body=LinkDone,
        session=True,
        faults=(InvalidField, UnknownBank),
    ),
    Operation(
        method="POST",
        path="/api/exchange",
        name="exchange",
        summary="Connects the bank that Link was used for.",
        view=exchange,
        answer=ExchangeAnswer,
        status=HTTPStatus.CREATED,
        body=ExchangeRequest,
        session=True,
        plaid=True,
        faults=(InvalidField, TooManyBanks, NotInTier, ConnectionLost),
    ),
)
