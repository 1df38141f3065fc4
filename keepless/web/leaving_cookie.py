"""What a deletion that is not finished has done so far, in a sealed cookie of its own.

Plaid's request ids come once, and the server keeps nothing: without this the receipt of a deletion that took two
attempts would know of the second only. It is bound to the session that it was begun by, and goes when all is done.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from flask import Response

from keepless.errors import BadCookie, SealBroken
from keepless.services.forgetting import Gone, Progress
from keepless.services.vault import MAX_NAME_BYTES, Vault
from keepless.web import cookies
from keepless.web.side_cookie import SideCookie
from keepless.web.visit import Visit

PURPOSE = "leaving"
NAME = "__Host-keepless-leaving"
LOCAL_NAME = "keepless-local-leaving"
_COOKIE = SideCookie(NAME, LOCAL_NAME)
name, forget = _COOKIE.name, _COOKIE.forget
LASTS = timedelta(days=30)
SKEW = timedelta(seconds=60)
# Up to the last that a datetime holds.
_Second = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]


class _PackedBank(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    item: str
    name: str
    institution_id: str
    request_id: str | None
    at: _Second


class _Packed(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    written_at: _Second
    session_id: str
    account: str | None
    sessions: int
    gone: tuple[_PackedBank, ...]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def read(visit: Visit, vault: Vault | None) -> Progress | None:
    """What was done so far for the session of `vault`; None where nothing is known of it, for whatever reason.

    A cookie that does not open, is of another session or over a month old only makes the receipt shorter.
    """
    packed = _read(visit, vault)
    if packed is None:
        return None
    return Progress(account=packed.account, sessions=packed.sessions, gone=tuple(map(_unpacked, packed.gone)))


def until(visit: Visit, vault: Vault | None) -> datetime | None:
    """How long what came is good for (UTC); None where it does not open, or none came."""
    packed = _read(visit, vault)
    return datetime.fromtimestamp(packed.written_at, UTC) + LASTS if packed is not None else None


def write(visit: Visit, response: Response, vault: Vault, progress: Progress) -> Response:
    """Seals what was done so far into the answer, for a month; the answer is returned.

    More banks than fit, which no session of ours has, leave the last ones out.
    """
    gone = progress.gone
    while True:
        sealed = visit.parts.sealer.seal(
            PURPOSE, _encoder.encode(_packed(visit, vault, progress, gone)), user=vault.user
        )
        line = _COOKIE.line(sealed, max_age=int(LASTS.total_seconds()))
        if cookies.fits(line) or not gone:
            cookies.put(response, line)
            return response
        gone = gone[:-1]


def _read(visit: Visit, vault: Vault | None) -> _Packed | None:
    try:
        sealed = _COOKIE.value()
    except BadCookie:
        return None
    if not sealed or vault is None:
        return None
    try:
        packed = _decoder.decode(visit.parts.sealer.open(PURPOSE, sealed, user=vault.user))
    except (SealBroken, msgspec.MsgspecError, ValueError):
        return None
    age = visit.parts.clock() - datetime.fromtimestamp(packed.written_at, UTC)
    return packed if packed.session_id == vault.session_id and -SKEW <= age < LASTS else None


def _unpacked(bank: _PackedBank) -> Gone:
    return Gone(
        item=bank.item,
        name=bank.name,
        institution_id=bank.institution_id,
        request_id=bank.request_id,
        at=datetime.fromtimestamp(bank.at, UTC),
    )


def _packed(visit: Visit, vault: Vault, progress: Progress, gone: tuple[Gone, ...]) -> _Packed:
    return _Packed(
        int(visit.parts.clock().timestamp()),
        vault.session_id,
        progress.account,
        progress.sessions,
        tuple(
            _PackedBank(each.item, _short(each.name), each.institution_id, each.request_id, int(each.at.timestamp()))
            for each in gone
        ),
    )


def _short(name: str) -> str:
    """As the session's cookie cuts it, so that a name is the same in both."""
    return name.encode("utf-8", "replace")[:MAX_NAME_BYTES].decode("utf-8", "ignore")
