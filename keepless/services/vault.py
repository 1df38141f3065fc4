"""The vault: all that a session holds, and all of it is in the visitor's own sealed cookies."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import SealBroken, SessionExpired, SessionUnreadable, TooManyBanks, UnknownBank

MAX_BANKS = 20
# What fits a Set-Cookie line of 4,096 bytes after the name, the attributes, base64 and the envelope's own 40 bytes.
MAX_ENCODED = 2_900
# A bank's name is only there to be shown. At this length 20 banks of Plaid's longest ids fit with room to spare.
MAX_NAME_BYTES = 48
# The room that is asked for before a public token is exchanged, when the bank's ids are not known yet: Plaid's are
# 37 (item), at most 12 (institution) and 17 (token, packed) bytes; this leaves 30 % beside them.
ONE_MORE = 160
SKEW = timedelta(seconds=60)

_LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z, the last that a datetime holds
# The first byte of a token says what follows: the uuid of a token `access-<environment>-<uuid>`, or any other text.
_ENVIRONMENTS = {0: "sandbox", 1: "production"}
_TEXT = b"\xff"


class BankKey(msgspec.Struct, frozen=True):
    """One connected bank and the token that reads it."""

    bank: BankRef
    token: Secret


class Vault(msgspec.Struct, frozen=True, kw_only=True):
    """A session's content. Times are UTC; `secret` is the random part of the cache key, new at every sign-in (R7).

    `user` is the UUID of the account that it is bound to; "" for a visitor without one. It is not in the packed form:
    the seal itself is bound to it.
    """

    session_id: str
    secret: bytes
    issued_at: datetime
    expires_at: datetime
    banks: tuple[BankKey, ...] = ()
    keep_connected: bool = False
    user: str = ""

    def __repr__(self) -> str:
        return f"Vault(banks={len(self.banks)})"

    def bank_of(self, item_id: str) -> BankKey:
        """The bank of this item id. Raises UnknownBank."""
        for key in self.banks:
            if key.bank.item_id == item_id:
                return key
        raise UnknownBank("no bank of that item id is connected")

    def with_bank(self, key: BankKey) -> "Vault":
        """The vault with one bank more; one that is in it already (same item) keeps its place and gets the new token.

        Raises TooManyBanks where the result does not fit the cookie.
        """
        if any(held.bank.item_id == key.bank.item_id for held in self.banks):
            banks = tuple(key if held.bank.item_id == key.bank.item_id else held for held in self.banks)
        else:
            banks = (*self.banks, key)
        fuller = msgspec.structs.replace(self, banks=banks)
        if len(banks) > MAX_BANKS or len(encode(fuller)) > MAX_ENCODED:
            raise TooManyBanks(f"{len(self.banks)} bank(s) are connected, one more does not fit")
        return fuller

    def without_banks(self, item_ids: Iterable[str]) -> "Vault":
        """The vault without the banks of these item ids; ids that are not in it are ignored."""
        gone = frozenset(item_ids)
        return msgspec.structs.replace(self, banks=tuple(key for key in self.banks if key.bank.item_id not in gone))

    def is_session_of(self, other: "Vault") -> bool:
        """Whether both are of one session, with the same end."""
        return (self.session_id, self.expires_at) == (other.session_id, other.expires_at)

    def is_rest_of(self, other: "Vault") -> bool:
        """Whether this is what is left of `other`: no bank in it is new, though one may have a new key."""
        return self.is_session_of(other) and self.item_ids() <= other.item_ids()

    def item_ids(self) -> set[str]:
        return {key.bank.item_id for key in self.banks}

    def alone(self, key: BankKey, *, since: datetime) -> "Vault":
        """The same session with this one bank, issued at `since` (UTC): what a bank's own cookie holds."""
        return msgspec.structs.replace(self, banks=(key,), issued_at=since.replace(microsecond=0))

    def joined(self, others: Iterable["Vault"]) -> "Vault":
        """This vault and, behind its own banks, those of `others`: what tabs that connected at once left in one jar.

        The session stays this one's, but ends with the first of them to end, so that joining prolongs nothing. Of a
        bank that is in both, the others' token counts (docs/decisions/0005-arriving-banks.md). Never raises: more
        banks than fit may have arrived.
        """
        banks = {key.bank.item_id: key for key in self.banks}
        ends = self.expires_at
        for other in others:
            banks.update((key.bank.item_id, key) for key in other.banks)
            ends = min(ends, other.expires_at)
        return msgspec.structs.replace(self, banks=tuple(banks.values()), expires_at=ends)

    def fitting(self) -> "Vault":
        """The vault with as many of its banks, from the first on, as one cookie takes; always the first."""
        vault = self
        while len(vault.banks) > 1 and (len(vault.banks) > MAX_BANKS or len(encode(vault)) > MAX_ENCODED):
            vault = msgspec.structs.replace(vault, banks=vault.banks[:-1])
        return vault

    def require_room(self) -> None:
        """Raises TooManyBanks where one more might not fit, by count or size: asked before a token is exchanged."""
        if len(self.banks) >= MAX_BANKS or len(encode(self)) + ONE_MORE > MAX_ENCODED:
            raise TooManyBanks(f"{len(self.banks)} bank(s) are connected, one more might not fit")

    def require_alive(self, now: datetime) -> None:
        """Raises SessionUnreadable("future") where issued after `now`, SessionExpired past the end; 60 s of skew."""
        if self.issued_at > now + SKEW:
            raise SessionUnreadable("future")
        if now >= self.expires_at + SKEW:
            raise SessionExpired("the session's lifetime is over")


_Second = Annotated[int, msgspec.Meta(ge=0, le=_LAST_SECOND)]


class _PackedBank(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    token: bytes
    item_id: str
    institution_id: str
    name: str


class _PackedVault(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    format: Literal[1]
    session_id: str
    secret: bytes
    issued_at: _Second
    expires_at: _Second
    keep_connected: bool
    banks: tuple[_PackedBank, ...]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_PackedVault)


def new_vault(now: datetime, *, days: int, session_id: str, secret: bytes, keep_connected: bool = False) -> Vault:
    """An empty vault that is valid for `days` from `now` (UTC, cut to the second).

    `session_id` and `secret` are random and the caller's to draw, new at every sign-in (R7).
    """
    issued_at = now.replace(microsecond=0)
    return Vault(
        session_id=session_id,
        secret=secret,
        issued_at=issued_at,
        expires_at=issued_at + timedelta(days=days),
        keep_connected=keep_connected,
    )


def encode(vault: Vault) -> bytes:
    """The vault as MessagePack arrays. Names are cut to 48 bytes of UTF-8 at a character's end, times to the second."""
    return _encoder.encode(
        _PackedVault(
            format=1,
            session_id=vault.session_id,
            secret=vault.secret,
            issued_at=int(vault.issued_at.timestamp()),
            expires_at=int(vault.expires_at.timestamp()),
            keep_connected=vault.keep_connected,
            banks=tuple(
                _PackedBank(
                    token=_pack_token(key.token.reveal()),
                    item_id=key.bank.item_id,
                    institution_id=key.bank.institution_id,
                    name=_short(key.bank.name),
                )
                for key in vault.banks
            ),
        ),
    )


def decode(raw: bytes, *, user: str = "") -> Vault:
    """The vault that `encode` made, bound to `user`. Raises SealBroken("malformed") for any other bytes."""
    try:
        return _unpack(_decoder.decode(raw), user)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise SealBroken("malformed") from None


def _unpack(packed: _PackedVault, user: str) -> Vault:
    return Vault(
        user=user,
        session_id=packed.session_id,
        secret=packed.secret,
        issued_at=datetime.fromtimestamp(packed.issued_at, UTC),
        expires_at=datetime.fromtimestamp(packed.expires_at, UTC),
        keep_connected=packed.keep_connected,
        banks=tuple(
            BankKey(BankRef(bank.item_id, bank.institution_id, bank.name), Secret(_unpack_token(bank.token)))
            for bank in packed.banks
        ),
    )


def _pack_token(token: str) -> bytes:
    """17 bytes for a token of Plaid's shape (docs/plaid.md, 4), which is 51 characters long; the text for any other."""
    for tag, environment in _ENVIRONMENTS.items():
        kind = f"access-{environment}-"
        if token.startswith(kind):
            try:
                uuid = UUID(token.removeprefix(kind))
            except ValueError:
                break
            # UUID() also reads capitals, braces and a prefix: those would not come back as they were.
            if f"{kind}{uuid}" == token:
                return bytes((tag,)) + uuid.bytes
    return _TEXT + token.encode()


def _unpack_token(packed: bytes) -> str:
    """The token. Raises ValueError for bytes that `_pack_token` does not make."""
    if packed.startswith(_TEXT):
        return packed.removeprefix(_TEXT).decode()
    environment = _ENVIRONMENTS.get(packed[0]) if packed else None
    if environment is None:
        raise ValueError("a token of an unknown kind")
    return f"access-{environment}-{UUID(bytes=packed[1:])}"


def _short(name: str) -> str:
    return name.encode("utf-8", "replace")[:MAX_NAME_BYTES].decode("utf-8", "ignore")
