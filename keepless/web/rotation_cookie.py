"""The ways back to the banks of a rotation that is under way, sealed into a cookie of their own for 30 minutes.

On the server they would be state about a visitor, and gone with it when it is killed.
"""

from base64 import urlsafe_b64decode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from flask import Response

from keepless.core.secret import Secret
from keepless.errors import SealBroken, TooManyBanks
from keepless.services.rotation import WayBack
from keepless.services.vault import Vault
from keepless.web import bound, cookies
from keepless.web.language import N_
from keepless.web.side_cookie import SideCookie
from keepless.web.visit import Visit

PURPOSE = "rotation"
NAME = "__Host-keepless-rotation"
LOCAL_NAME = "keepless-local-rotation"
_COOKIE = SideCookie(NAME, LOCAL_NAME)
name, forget = _COOKIE.name, _COOKIE.forget
HELD = N_("the way back to your banks, until their new keys are safe; half an hour at most")
LASTS = timedelta(minutes=30)  # as long as Plaid's public tokens do

# The first byte of a token says what follows: the uuid of a token `public-<environment>-<uuid>`, or any other text.
_ENVIRONMENTS = {0: "sandbox", 1: "production"}
_TEXT = b"\xff"


class _Packed(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    ends_at: int
    ways: list[tuple[bytes, list[bytes]]]  # an item's digest and its tokens


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def write(visit: Visit, response: Response, vault: Vault, ways: Sequence[WayBack]) -> Response:
    """Seals the ways back into the answer, bound to the vault's user; with none of them, takes the cookie away.

    Tokens of an unusual shape may not all fit: then each bank has one way back. Raises TooManyBanks where not even
    those fit.
    """
    if not ways:
        return forget(response)
    ends_at = int((visit.parts.clock() + LASTS).timestamp())
    for most in (max(len(way.tokens) for way in ways), 1):
        packed = _Packed(ends_at, [(_digest(way.item_id), [_pack(each) for each in way.tokens[:most]]) for way in ways])
        sealed = visit.parts.sealer.seal(PURPOSE, _encoder.encode(packed), user=vault.user)
        line = _COOKIE.line(bound.together(sealed, vault.user), max_age=int(LASTS.total_seconds()))
        if cookies.fits(line):
            cookies.put(response, line)
            return response
    raise TooManyBanks(f"the ways back to {len(ways)} bank(s) make the cookie too long")


def read(visit: Visit, vault: Vault) -> tuple[WayBack, ...]:
    """The ways back to banks of this vault, in the order they were written.

    None for no cookie, one that does not open or is another user's, and one that is over: it holds nothing but them.
    Raises BadCookie.
    """
    packed = _opened(visit)
    if packed is None or packed[0] != vault.user:
        return ()
    banks = {_digest(key.bank.item_id): key.bank.item_id for key in vault.banks}
    return tuple(WayBack(banks[digest], tokens) for digest, tokens in packed[2] if digest in banks)


def until(visit: Visit) -> datetime | None:
    """When the cookie that came is over (UTC); None where it does not open. Raises BadCookie."""
    packed = _opened(visit)
    return datetime.fromtimestamp(packed[1], UTC) if packed else None


def _opened(visit: Visit) -> tuple[str, int, list[tuple[bytes, tuple[Secret, ...]]]] | None:
    """The user, the end and the ways of the cookie that came."""
    value = _COOKIE.value()
    if not value:
        return None
    sealed, user = bound.apart(value)
    try:
        packed = _decoder.decode(visit.parts.sealer.open(PURPOSE, sealed, user=user))
        ways = [(digest, tuple(map(_unpack, tokens))) for digest, tokens in packed.ways]
    except (SealBroken, msgspec.MsgspecError, ValueError):
        return None
    return (user, packed.ends_at, ways) if visit.parts.clock().timestamp() < packed.ends_at else None


def _digest(item_id: str) -> bytes:
    return urlsafe_b64decode(cookies.digest_of(item_id))


def _pack(token: Secret) -> bytes:
    text = token.reveal()
    for tag, environment in _ENVIRONMENTS.items():
        kind = f"public-{environment}-"
        if text.startswith(kind):
            try:
                uuid = UUID(text.removeprefix(kind))
            except ValueError:
                break
            # UUID() also reads capitals, braces and a prefix: those would not come back as they were.
            if f"{kind}{uuid}" == text:
                return bytes((tag,)) + uuid.bytes
    return _TEXT + text.encode()


def _unpack(packed: bytes) -> Secret:
    """Raises ValueError for bytes that `_pack` does not make."""
    if packed.startswith(_TEXT):
        return Secret(packed.removeprefix(_TEXT).decode())
    environment = _ENVIRONMENTS.get(packed[0]) if packed else None
    if environment is None:
        raise ValueError("a token of an unknown kind")
    return Secret(f"public-{environment}-{UUID(bytes=packed[1:])}")
