"""The way back from a bank whose login leaves the page: the link token waits in a sealed cookie of its own.

Plaid's Link goes on only with the very token it began with (docs/plaid.md, section 11). In the browser's storage any
script could read that, in an address any log; so it is sealed for this purpose alone, for four hours at most, and is
given out again by POST to our own pages only.
"""

from datetime import UTC, datetime, timedelta

import msgspec
from flask import Response, request

from keepless.errors import LinkMissing, SealBroken
from keepless.ports import LinkToken
from keepless.web.side_cookie import SideCookie
from keepless.web.visit import Visit

PURPOSE = "link"
NAME = "__Host-keepless-link"
LOCAL_NAME = "keepless-local-link"
_COOKIE = SideCookie(NAME, LOCAL_NAME)
name, forget = _COOKIE.name, _COOKIE.forget
PATH = "/oauth-return"
LASTS = timedelta(hours=4)  # as long as Plaid's link tokens do
SKEW = timedelta(seconds=60)


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A connection under way: its link token, the bank to log in to again (None for a new one), what was chosen."""

    link: LinkToken
    item_id: str | None = None
    keep_connected: bool = False


class _Packed(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    token: str
    expires_at: int
    item_id: str | None
    keep_connected: bool


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def return_address(visit: Visit) -> str | None:
    """Where a bank sends the person back to; None where the installation has set none and Link opens a window.

    For the local Plaid, which has no list of allowed addresses, it is the address of the request itself.
    """
    if visit.site.environment == "local":
        return request.host_url.rstrip("/") + PATH
    return visit.site.redirect_uri


def keep(visit: Visit, response: Response, begun: Begun) -> Response:
    """Seals what was begun into the answer, for as long as the link token lasts and four hours at most."""
    now = visit.parts.clock()
    expires_at = min(begun.link.expires_at, now + LASTS)
    packed = _Packed(begun.link.token, int(expires_at.timestamp()), begun.item_id, begun.keep_connected)
    sealed = visit.parts.sealer.seal(PURPOSE, _encoder.encode(packed))
    seconds = max(int((expires_at - now).total_seconds()), 0)
    return _COOKIE.put(response, sealed, max_age=seconds)


def is_begun(visit: Visit) -> bool:
    """Whether a connection waits in this browser to be finished."""
    try:
        begun(visit)
    except LinkMissing:
        return False
    return True


def begun(visit: Visit) -> Begun:
    """What waits in this browser. Raises LinkMissing for no cookie, one that does not open, and one that is over.

    All three are one to the person: a cookie that does not open holds nothing that could not be begun anew.
    """
    sealed = _COOKIE.value()
    if not sealed:
        raise LinkMissing("no connection waits in this browser")
    try:
        packed = _decoder.decode(visit.parts.sealer.open(PURPOSE, sealed))
        expires_at = datetime.fromtimestamp(packed.expires_at, UTC)
    except (SealBroken, msgspec.MsgspecError, ValueError, OverflowError, OSError):
        raise LinkMissing("what waits in this browser does not open") from None
    now = visit.parts.clock()
    if not now < expires_at <= now + LASTS + SKEW:
        raise LinkMissing("the connection's time is over")
    return Begun(link=LinkToken(packed.token, expires_at), item_id=packed.item_id, keep_connected=packed.keep_connected)
