"""What the browser that asked for a sign-in link keeps: its part of the secret, and what it asked for.

Sealed for this purpose alone, for as long as a link lasts, and of one length for every address: neither its text nor
its size tells whether somebody has an account.
"""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from flask import Response

from keepless.core.email import MOST
from keepless.errors import SealBroken, SignInRefused
from keepless.services.signing_in import BROWSER_BYTES, LASTS, Asked, new_browser
from keepless.services.vault import SKEW
from keepless.web.side_cookie import SideCookie
from keepless.web.visit import Visit

PURPOSE = "sign-in"
NAME = "__Host-keepless-signin"
LOCAL_NAME = "keepless-local-signin"
_COOKIE = SideCookie(NAME, LOCAL_NAME)
name, forget = _COOKIE.name, _COOKIE.forget

# The longest address, the secret, a UUID and what MessagePack adds, with room to spare.
_PADDED = MOST + 98
_LENGTH_BYTES = 2


class _Packed(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    browser: Annotated[bytes, msgspec.Meta(min_length=BROWSER_BYTES, max_length=BROWSER_BYTES)]
    email: str
    user_id: str
    asked_at: int
    keep_connected: bool


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def came() -> bool:
    """Whether this browser has asked for a link: its cookie came, whether it opens or not."""
    return bool(_COOKIE.value())


def browser(visit: Visit) -> bytes:
    """The secret of this browser: the one it has, so that a link it asked for before goes on working, or a new one."""
    try:
        return asked(visit).browser
    except SignInRefused:
        return new_browser()


def asked(visit: Visit) -> Asked:
    """What this browser has asked for. Raises SignInRefused for no cookie, one that does not open, one that is over."""
    sealed = _COOKIE.value()
    if not sealed:
        raise SignInRefused("no link was asked for in this browser")
    try:
        padded = visit.parts.sealer.open(PURPOSE, sealed)
        length = int.from_bytes(padded[:_LENGTH_BYTES])
        packed = _decoder.decode(padded[_LENGTH_BYTES : _LENGTH_BYTES + length])
        asked_at = datetime.fromtimestamp(packed.asked_at, UTC)
    except (SealBroken, msgspec.MsgspecError, ValueError, OverflowError, OSError):
        raise SignInRefused("what this browser has asked for does not open") from None
    if not asked_at - SKEW <= visit.parts.clock() < asked_at + LASTS + SKEW:
        raise SignInRefused("what this browser has asked for is over")
    return Asked(
        browser=packed.browser,
        email=packed.email,
        user_id=packed.user_id,
        asked_at=asked_at,
        keep_connected=packed.keep_connected,
    )


def write(visit: Visit, response: Response, held: Asked) -> Response:
    """Seals what was asked into the answer, which is returned."""
    packed = _encoder.encode(
        _Packed(held.browser, held.email, held.user_id, int(held.asked_at.timestamp()), held.keep_connected)
    )
    padded = (len(packed).to_bytes(_LENGTH_BYTES) + packed).ljust(_PADDED, b"\0")
    sealed = visit.parts.sealer.seal(PURPOSE, padded)
    return _COOKIE.put(response, sealed, max_age=int(LASTS.total_seconds()))
