"""The sealed cache as a session sees it: the copies of its banks, opened with what its cookie brings."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from keepless.errors import SealBroken
from keepless.ports import Cache, Clock, Copy, CopyOwner, CopySealer
from keepless.services import copies
from keepless.services.copies import BankCopy
from keepless.services.vault import BankKey, Vault
from keepless.services.views import Prepared, View

# From the last time that Plaid was asked (DESIGN.md, Editions), and never longer than the session.
KEPT_FOR = timedelta(days=7)
# Longer than the longest fill: a cursor and all pages, each within the adapter's budget. One that dies holds up nobody
# for longer than that.
CLAIMED_FOR = 60  # seconds

ROWS = "rows"


class Held(msgspec.Struct, frozen=True):
    """What there is of one bank: a prepared answer or else a copy, either of which may be shown; or neither."""

    revision: int | None = None
    prepared: Prepared | None = None
    copy: BankCopy | None = None
    is_stale: bool = False
    needs_login: bool = False

    @property
    def fetched_at(self) -> datetime | None:
        if self.prepared is not None:
            return self.prepared.fetched_at
        return self.copy.snapshot.fetched_at if self.copy is not None else None


class _Packed(msgspec.Struct, array_like=True):
    version: int
    key: str
    fetched_at: datetime
    until: datetime
    rows: int
    body: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


class Shelf:
    """The entries of one session's banks. Made anew for each request; every method but `name` raises CacheFault."""

    def __init__(self, cache: Cache, sealer: CopySealer, clock: Clock, vault: Vault) -> None:
        self._cache = cache
        self._sealer = sealer
        self._clock = clock
        self._vault = vault

    def look(self, keys: Sequence[BankKey], view: View | None, start: date) -> list[Held]:
        """What may be shown of each bank now, back to `start`: the prepared answer where there is one, else the copy.

        One round trip, and a second one for the banks whose prepared answer is missing or was made for something else.
        """
        part = view.part if view is not None else ROWS
        found = self._cache.read([(self._name(key), part) for key in keys])
        held = [self._held(key, copy, view, start) for key, copy in zip(keys, found, strict=True)]
        lacking = [place for place, each in enumerate(held) if view and each.revision and not each.prepared]
        if lacking:
            again = self._cache.read([(self._name(keys[place]), ROWS) for place in lacking])
            for place, copy in zip(lacking, again, strict=True):
                held[place] = self._held(keys[place], copy, None, start)
        return held

    def claim(self, key: BankKey) -> int | None:
        """As `Cache.claim`."""
        return self._cache.claim(self._name(key), seconds=CLAIMED_FOR)

    def release(self, key: BankKey, claim: int) -> None:
        self._cache.release(self._name(key), claim)

    def until(self, now: datetime) -> datetime:
        """How long what is read from Plaid now may be kept."""
        return min(now + KEPT_FOR, self._vault.expires_at)

    def keep(self, key: BankKey, claim: int, copy: BankCopy, view: View | None, prepared: Prepared | None) -> bool:
        """Keeps a copy, and the answer that was prepared from it, in place of what there was.

        False where the claim was lost, or the copy has an amount that no copy takes (beyond 64 bits).
        """
        try:
            parts = {ROWS: copies.encode(copy)}
        except OverflowError:
            self.release(key, claim)
            return False
        if view is not None and prepared is not None:
            parts[view.part] = _packed(view, prepared, copy.until)
        owner = self._owner(key)
        sealed = {part: self._sealer.seal(owner, part, plain) for part, plain in parts.items()}
        return self._cache.keep(self._name(key), claim, sealed, until=copy.until)

    def add(self, key: BankKey, held: Held, view: View, prepared: Prepared) -> None:
        """Puts a prepared answer beside the copy that it was made from, unless that was replaced meanwhile."""
        if held.revision is not None and held.copy is not None:
            sealed = self._sealer.seal(self._owner(key), view.part, _packed(view, prepared, held.copy.until))
            self._cache.add(self._name(key), held.revision, view.part, sealed)

    def kept(self, parts: Sequence[str]) -> list[tuple[BankKey, BankCopy, int]]:
        """The copies that open, and how many bytes each takes with these parts beside it."""
        wanted = [(key, part) for key in self._vault.banks for part in (ROWS, *parts)]
        found = self._cache.read([(self._name(key), part) for key, part in wanted])
        sizes: dict[str, int] = {}
        for (key, _), copy in zip(wanted, found, strict=True):
            sizes[key.bank.item_id] = sizes.get(key.bank.item_id, 0) + len(copy.sealed or b"")
        held = self.look(self._vault.banks, None, date.max)
        return [
            (key, each.copy, sizes[key.bank.item_id])
            for key, each in zip(self._vault.banks, held, strict=True)
            if each.copy is not None
        ]

    def forget(self, key: BankKey) -> None:
        self._cache.forget(self._name(key))

    def mark_login(self, key: BankKey) -> None:
        self._cache.mark_login(self._name(key), needed=True)

    def _name(self, key: BankKey) -> str:
        return self._sealer.name(key.bank.item_id)

    def _owner(self, key: BankKey) -> CopyOwner:
        return CopyOwner(self._vault.secret, key.token, key.bank.item_id)

    def _held(self, key: BankKey, found: Copy, view: View | None, start: date) -> Held:
        """What of `found` opens, is not over, and is for this view or reaches back to `start` (R10: else nothing)."""
        held = Held(found.revision, is_stale=found.is_stale, needs_login=found.needs_login)
        if found.sealed is None:
            return held
        try:
            plain = self._sealer.open(self._owner(key), view.part if view else ROWS, found.sealed)
            now = self._clock()
            if view is not None:
                prepared = _unpacked(plain, view, now)
                return msgspec.structs.replace(held, prepared=prepared)
            copy = copies.decode(plain)
        except SealBroken:
            return held
        return msgspec.structs.replace(held, copy=copy) if copy.until > now and copy.covers(start) else held


def _packed(view: View, prepared: Prepared, until: datetime) -> bytes:
    packed = _Packed(copies.VERSION, view.key, prepared.fetched_at, until, prepared.rows, prepared.body)
    return _encoder.encode(packed)


def _unpacked(plain: bytes, view: View, now: datetime) -> Prepared | None:
    """The prepared answer, where it is for this view and its time is not over. Raises SealBroken."""
    try:
        packed = _decoder.decode(plain)
    except (msgspec.MsgspecError, ValueError):
        raise SealBroken("malformed") from None
    if (packed.version, packed.key) != (copies.VERSION, view.key) or packed.until <= now:
        return None
    return Prepared(packed.body, packed.fetched_at.astimezone(UTC), packed.rows)
