"""Connecting a bank through Plaid Link: a token to open it with, and the trade of what it gives back."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from flask import Response

from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import ConnectionLost, InvalidField, TooManyBanks, UnknownBank
from keepless.web.operations import Operation, answer, body_as
from keepless.web.visit import Visit

# Plaid's ids have 37 characters, its public tokens 50. The bounds only keep nonsense from travelling on.
ItemId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[A-Za-z0-9_-]+$")]
PublicToken = Annotated[str, msgspec.Meta(min_length=1, max_length=128, pattern="^[A-Za-z0-9-]+$")]


class LinkTokenRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For Link's update mode, the item of the bank to log in to again; empty to connect a bank."""

    item_id: ItemId | None = None


class LinkTokenAnswer(msgspec.Struct, frozen=True):
    """What Plaid.create() takes. `expires_at` is UTC."""

    link_token: str
    expires_at: datetime


class ExchangeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What Link gave back. `keep_connected` asks for the longer session and counts for a first bank only."""

    public_token: PublicToken
    keep_connected: bool = False


class ExchangeAnswer(msgspec.Struct, frozen=True):
    """The bank that is connected now. Its token is in the sealed cookie, and nowhere else."""

    bank: BankRef


def link_token(visit: Visit) -> Response:
    """A token for Link."""
    asked = body_as(LinkTokenRequest)
    vault = visit.parts.session.read_or_new()
    made = visit.linking().link_token(vault, update_item=asked.item_id)
    return answer(LinkTokenAnswer(link_token=made.token, expires_at=made.expires_at))


def exchange(visit: Visit) -> Response:
    """Trades Link's public token for the lasting one, and seals that into the visitor's cookie."""
    asked = body_as(ExchangeRequest)
    session = visit.parts.session
    vault = session.read_or_new(keep_connected=asked.keep_connected)
    return visit.linking().connect(
        vault,
        Secret(asked.public_token),
        lambda grown: session.write(answer(ExchangeAnswer(grown.banks[-1].bank), HTTPStatus.CREATED), grown),
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
        faults=(InvalidField, TooManyBanks, UnknownBank),
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
        faults=(InvalidField, TooManyBanks, ConnectionLost),
    ),
)
