"""The sealed cache as a session sees it: the copies of its banks, opened with what its cookie brings."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import msgspec

from keepless.core.models import BankProblem, BankRef
from keepless.errors import Action, CacheFault, SealBroken
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
_NOTE = re.compile(r"([A-Z][A-Z0-9_]{0,79}) (" + "|".join(Action) + ")")


class Held(msgspec.Struct, frozen=True):
    """What there is of one bank: a prepared answer or else a copy, either of which may be shown; or neither."""

    revision: int | None = None
    prepared: Prepared | None = None
    copy: BankCopy | None = None
    is_stale: bool = False
    is_outdated: bool = False
    problem: BankProblem | None = None

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
    """The entries of one session's banks. Made anew for each request; every method but `until` raises CacheFault.

    Those named in `forgotten` are none any more, though the cache may still have them: it would not let them go.
    """

    def __init__(
        self, cache: Cache, sealer: CopySealer, clock: Clock, vault: Vault, forgotten: Collection[str] = ()
    ) -> None:
        self._cache = cache
        self._sealer = sealer
        self._clock = clock
        self._vault = vault
        self._forgotten = forgotten

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
        if self._forgotten and self._name(key) in self._forgotten:
            raise CacheFault("forgotten")
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
        every = (ROWS, *parts)
        found = iter(self._cache.read([(self._name(key), part) for key in self._vault.banks for part in every]))
        kept: list[tuple[BankKey, BankCopy, int]] = []
        for key in self._vault.banks:
            its = list(islice(found, len(every)))
            copy = self._held(key, its[0], None, date.max).copy
            if copy is not None:
                kept.append((key, copy, sum(len(each.sealed or b"") for each in its)))
        return kept

    def forget(self, key: BankKey) -> None:
        self._cache.forget(self._name(key))

    def note(self, key: BankKey, problem: BankProblem) -> None:
        """Notes why the bank tells no more, for whoever is shown its copy next."""
        self._cache.note_problem(self._name(key), note_of(problem.code, Action(problem.action)))

    def _name(self, key: BankKey) -> str:
        return self._sealer.name(key.bank.item_id)

    def _owner(self, key: BankKey) -> CopyOwner:
        return CopyOwner(self._vault.secret, key.token, key.bank.item_id)

    def _held(self, key: BankKey, found: Copy, view: View | None, start: date) -> Held:
        """What of `found` opens, is not over, and is for this view or reaches back to `start` (R10: else nothing)."""
        if self._forgotten and self._name(key) in self._forgotten:
            return Held()
        held = Held(
            found.revision,
            is_stale=found.is_stale,
            is_outdated=found.is_outdated,
            problem=_problem_in(found.problem, key.bank),
        )
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


def note_of(code: str, action: Action) -> str:
    """A problem in the few words that an entry is marked with in clear."""
    return f"{code} {action}"


def _problem_in(note: str | None, bank: BankRef) -> BankProblem | None:
    """The problem that an entry is marked with; None for what is no such note, which others may have written there."""
    noted = _NOTE.fullmatch(note or "")
    if noted is None:
        return None
    code, action = noted[1], Action(noted[2])
    return BankProblem(bank=bank, code=code, retryable=action in (Action.RETRY, Action.WAIT), action=action)


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
