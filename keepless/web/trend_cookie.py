"""The key to a visitor's trend capsule: random bytes in a sealed cookie of their own, which outlives sessions.

The capsule is in the browser's storage and opens with these bytes alone; they are in this cookie alone, sealed by the
server. So neither what the browser stores nor all that the server has opens a capsule (docs/trends.md, T15).
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from flask import Response

from keepless.errors import SealBroken
from keepless.web import cookies
from keepless.web.errors import CapsuleUnreadable
from keepless.web.side_cookie import SideCookie
from keepless.web.visit import Visit

PURPOSE = "trends"
NAME = "__Host-keepless-trends"
LOCAL_NAME = "keepless-local-trends"
_COOKIE = SideCookie(NAME, LOCAL_NAME)
name, forget = _COOKIE.name, _COOKIE.forget
SECRET_BYTES = 32
LASTS = timedelta(seconds=cookies.LONGEST_LIFE)
RENEWED_AFTER = timedelta(days=30)
SKEW = timedelta(seconds=60)


class TrendKey(msgspec.Struct, frozen=True, kw_only=True):
    """The secret of this browser's capsule, and until when the cookie is good for it (UTC).

    `is_due` says that the cookie is to be written: there is none yet, an older key sealed it, or it is a month old.
    """

    secret: bytes
    until: datetime
    is_due: bool

    def __repr__(self) -> str:
        return f"TrendKey(until={self.until})"


class _Packed(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    secret: Annotated[bytes, msgspec.Meta(min_length=SECRET_BYTES, max_length=SECRET_BYTES)]
    issued_at: int


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def came() -> bool:
    """Whether this browser keeps a capsule: its cookie came, whether it opens or not."""
    return bool(_COOKIE.value())


def key(visit: Visit) -> TrendKey | None:
    """What the cookie holds; None where none came.

    Raises CapsuleUnreadable for one that does not open or is over. It is left as it is: a key of the server that comes
    back would open it again, and a new one would make the capsule unreadable for good.
    """
    sealed = _COOKIE.value()
    if not sealed:
        return None
    now = visit.parts.clock()
    try:
        packed = _decoder.decode(visit.parts.sealer.open(PURPOSE, sealed))
        issued_at = datetime.fromtimestamp(packed.issued_at, UTC)
    except (SealBroken, msgspec.MsgspecError, ValueError, OverflowError, OSError):
        raise CapsuleUnreadable("the trend cookie does not open") from None
    if not issued_at - SKEW <= now < issued_at + LASTS:
        raise CapsuleUnreadable("the trend cookie's time is over")
    is_old = now >= issued_at + RENEWED_AFTER or not visit.parts.sealer.is_newest(sealed)
    return TrendKey(secret=packed.secret, until=issued_at + LASTS, is_due=is_old)


def new_key(visit: Visit) -> TrendKey:
    """A key for a browser that has none yet."""
    return TrendKey(secret=secrets.token_bytes(SECRET_BYTES), until=visit.parts.clock() + LASTS, is_due=True)


def write(visit: Visit, response: Response, held: TrendKey) -> Response:
    """Writes the cookie into the answer where it is due, for 400 days; the answer is returned."""
    if held.is_due:
        packed = _Packed(held.secret, int(visit.parts.clock().timestamp()))
        sealed = visit.parts.sealer.seal(PURPOSE, _encoder.encode(packed))
        _COOKIE.put(response, sealed, max_age=cookies.LONGEST_LIFE)
    return response
