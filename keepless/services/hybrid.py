"""The hybrid edition's source: sealed copies, shown at once and renewed behind what is shown."""

import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import chain, repeat

import msgspec

from keepless.core.models import BankProblem, BankSnapshot, CacheUse, Transaction
from keepless.errors import CacheFault, PlaidFault
from keepless.ports import Clock, Plaid
from keepless.services.copyist import Copyist
from keepless.services.shelf import Held, Shelf
from keepless.services.snapshots import Snapshots, StatelessPlaidClient, problem_of
from keepless.services.vault import BankKey, Vault
from keepless.services.views import Prepared, Same, Told, View

# Plaid looks at a bank up to four times a day and tells of news by a webhook, which marks the copy. Where no webhook
# can come, this is how late the news may be.
FRESH_FOR = timedelta(minutes=10)
# How long one visitor waits for another who is reading the same bank, before asking for themselves.
PATIENCE = 20.0  # seconds
PAUSES = (0.05, 0.1, 0.2, 0.4)  # seconds between looks; the last for all that follow

# The item has ended, or the person has withdrawn it: what is known of it is let go (docs/plaid.md, sections 2 and 10).
ENDED = frozenset({"ITEM_NOT_FOUND", "ITEM_CONCURRENTLY_DELETED", "USER_PERMISSION_REVOKED", "INVALID_ACCESS_TOKEN"})


class _Seen(msgspec.Struct, frozen=True):
    """One bank as the cache has it. `claim` is ours to renew it with; `anew`: to be read whatever is held."""

    key: BankKey
    use: CacheUse
    held: Held = Held()
    claim: int | None = None
    anew: bool = False

    def is_behind(self, found: Held) -> bool:
        """Whether somebody has kept another copy since."""
        return found.copy is not None and found.revision != self.held.revision


class _Outcome(msgspec.Struct, frozen=True):
    """What a bank said: a snapshot or a problem, or an earlier copy and the problem. `same`: no news since the copy."""

    use: CacheUse
    snapshot: BankSnapshot | None = None
    problem: BankProblem | None = None
    prepared: Prepared | None = None
    same: bool = False


class HybridPlaidClient(StatelessPlaidClient):
    """Stateless with a sealed cache: a copy that is there is shown at once, however old, and renewed behind it.

    A copy is made, renewed and forgotten by one reader at a time, however many ask. Where the cache cannot be used the
    banks are asked as if there were none. A copy of the age `asked_anew_after` is not shown for the bank's own word,
    unless that does not come. `on_lost` hears of an error that nobody foresaw and nobody waits for.
    """

    def __init__(
        self,
        plaid: Plaid,
        pool: Executor,
        vault: Vault,
        expected: Mapping[str, int] | None = None,
        *,
        shelf: Shelf,
        clock: Clock,
        warned_of: Callable[[str], datetime | None] = lambda _item_id: None,
        asked_anew_after: timedelta | None = None,
        sleep: Callable[[float], None] = time.sleep,
        on_lost: Callable[[BaseException], object] = lambda _error: None,
    ) -> None:
        super().__init__(plaid, pool, vault, expected, warned_of=warned_of)
        self._shelf = shelf
        self._clock = clock
        self._asked_anew_after = asked_anew_after
        self._sleep = sleep
        self._on_lost = on_lost
        self._copyist = Copyist(plaid, clock, shelf.until, self._expected)

    def get_dashboard_data(self, start: date, end: date, *, use_cache: bool = True) -> Snapshots:
        """What the banks say of the inclusive range, from their copies where there are any; no PlaidFault is raised.

        A copy that is not fresh is renewed behind the answer. With `use_cache` false the banks are asked, and what they
        say is kept.
        """
        seen = list(map(self._claimed, self._look(start, None, use_cache=use_cache)))
        answers = self._pool.map(lambda each: self._asked(each, start, end, None), filter(_must_be_asked, seen))
        at_once = [None if _must_be_asked(each) else self._at_once(each, start, end) for each in seen]
        outcomes = [outcome or next(answers) for outcome in at_once]
        return Snapshots(
            banks=tuple(outcome.snapshot for outcome in outcomes if outcome.snapshot is not None),
            problems=tuple(outcome.problem for outcome in outcomes if outcome.problem is not None),
            cache={each.key.bank.item_id: outcome.use for each, outcome in zip(seen, outcomes, strict=True)},
        )

    def get_transactions(self, start: date, end: date, *, use_cache: bool = True) -> list[Transaction]:
        """The rows of the banks that answered, newest first. Use get_dashboard_data to learn which did not."""
        return self.get_dashboard_data(start, end, use_cache=use_cache).transactions()

    def read_each(self, start: date, end: date, view: View) -> Generator[Told | None]:
        """Each bank's `view`: copies at once, and what is read for them as soon as it is there.

        A bank whose copy is not fresh is told of twice: the copy, then the news, `Same`, or why there are none. None as
        in StatelessPlaidClient. A caller that stops listening does not stop a renewal that has begun.
        """
        seen = self._look(start, view)
        asked = [self._pool.submit(self._told, each, start, end, view) for each in seen if each.use is not CacheUse.HIT]
        for each in seen:
            if each.held.fetched_at is not None:
                yield Told(each.key.bank, self._shown(each, start, end, view), each.use)
        yield from self._as_they_come(asked)

    def ready(self, start: date, end: date, view: View) -> Told | None:
        """The view of the session's one bank, renewed behind it; None where its copy does not tell all there is."""
        seen = self._look(start, view)[0]
        if _must_be_asked(seen) or seen.held.problem is not None:
            return None
        seen = self._claimed(seen)
        if _must_be_asked(seen):
            return None
        self._renew_behind(seen, start, end, view)
        return Told(seen.key.bank, self._shown(seen, start, end, view), seen.use)

    def _look(self, start: date, view: View | None, *, use_cache: bool = True) -> list[_Seen]:
        try:
            held = self._shelf.look(self._vault.banks, view, start)
        except CacheFault:
            return [_Seen(key, CacheUse.BYPASS) for key in self._vault.banks]
        anew_after = self._asked_anew_after if use_cache else timedelta()
        return [self._seen(key, each, anew_after) for key, each in zip(self._vault.banks, held, strict=True)]

    def _seen(self, key: BankKey, held: Held, anew_after: timedelta | None) -> _Seen:
        if held.fetched_at is None:
            return _Seen(key, CacheUse.MISS, held)
        age = self._clock() - held.fetched_at
        if anew_after is not None and age >= anew_after:
            return _Seen(key, CacheUse.STALE, held, anew=True)
        fresh = age < FRESH_FOR and not held.is_stale and held.problem is None
        return _Seen(key, CacheUse.HIT if fresh else CacheUse.STALE, held)

    def _claimed(self, seen: _Seen) -> _Seen:
        """A copy to be renewed behind the answer, with a claim where that is free; the same for any other.

        A cache that cannot be written to is not relied on. A bank that is waited for is claimed by whoever asks it, in
        `_asked`: a claim that waited for a thread would be waited for by all the threads there are.
        """
        if seen.use is not CacheUse.STALE or seen.anew:
            return seen
        try:
            return msgspec.structs.replace(seen, claim=self._shelf.claim(seen.key))
        except CacheFault:
            return msgspec.structs.replace(seen, use=CacheUse.BYPASS)

    def _shown(self, seen: _Seen, start: date, end: date, view: View) -> Prepared:
        """The view of a copy; made, and put beside it, where it was not there yet."""
        if seen.held.prepared is not None:
            return seen.held.prepared
        prepared = view.prepare(self._cut(seen.held, start, end))
        with suppress(CacheFault):  # it is made again the next time
            self._shelf.add(seen.key, seen.held, view, prepared)
        return prepared

    def _at_once(self, seen: _Seen, start: date, end: date) -> _Outcome:
        """A copy that is there, and what is known to be wrong with its bank; renewed behind it where that is due."""
        self._renew_behind(seen, start, end, None)
        return _Outcome(seen.use, self._cut(seen.held, start, end), seen.held.problem)

    def _renew_behind(self, seen: _Seen, start: date, end: date, view: View | None) -> None:
        if seen.claim is not None:
            self._pool.submit(self._watched, seen, start, end, view)

    def _watched(self, seen: _Seen, start: date, end: date, view: View | None) -> None:
        try:
            self._asked(seen, start, end, view)
        except Exception as error:  # noqa: BLE001 - nobody waits for it, and it must not be lost
            self._on_lost(error)

    def _told(self, seen: _Seen, start: date, end: date, view: View) -> list[Told]:
        """What is to be told once the bank was asked; a copy, where there is one, was told of before that."""
        outcome = self._asked(seen, start, end, view)
        answer: Prepared | Same | BankProblem
        if outcome.problem is not None:
            answer = outcome.problem
        elif outcome.snapshot is None:  # another, who had the claim, has learned nothing
            return []
        elif outcome.same:
            answer = Same(outcome.snapshot.fetched_at)
        else:
            answer = outcome.prepared or view.prepare(outcome.snapshot)
        return [Told(seen.key.bank, answer, outcome.use)]

    def _asked(self, seen: _Seen, start: date, end: date, view: View | None) -> _Outcome:
        """What the bank says now; what another was told just now, where they were asking already."""
        if seen.use is CacheUse.BYPASS:
            return self._around(seen, start, end)
        try:
            claim = self._shelf.claim(seen.key) if seen.claim is None else seen.claim
            if claim is None:
                return self._after_others(seen, start, end, view)
            return self._renewed(seen, claim, start, end, view)
        except CacheFault:
            return self._around(seen, start, end)

    def _around(self, seen: _Seen, start: date, end: date) -> _Outcome:
        """What the bank says, past the cache; where it says nothing, a copy that could still be read beside that."""
        answer = self._live(seen.key, start, end)
        if isinstance(answer, BankSnapshot):
            return _Outcome(CacheUse.BYPASS, answer)
        return _Outcome(CacheUse.BYPASS, self._standing(seen, answer, start, end), answer)

    def _standing(self, seen: _Seen, problem: BankProblem, start: date, end: date) -> BankSnapshot | None:
        """The copy to be shown beside a problem; none of an item that has ended."""
        stands = seen.held.copy is not None and problem.code not in ENDED
        return self._cut(seen.held, start, end) if stands else None

    def _after_others(self, seen: _Seen, start: date, end: date, view: View | None) -> _Outcome:
        """Waits for whoever is reading this bank. Whoever shows a copy meanwhile leaves it at what the other learns."""
        waited = 0.0
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            if seen.anew or waited >= PATIENCE:
                break
            self._sleep(pause)
            waited += pause
            held = self._shelf.look([seen.key], None, start)[0]
            if seen.is_behind(held):
                return _Outcome(CacheUse.HIT, self._cut(held, start, end))
            claim = self._shelf.claim(seen.key)
            if claim is not None and seen.use is CacheUse.STALE:
                self._shelf.release(seen.key, claim)
                return _Outcome(CacheUse.STALE, problem=held.problem)
            if claim is not None:
                return self._renewed(seen, claim, start, end, view)
        return self._around(seen, start, end)

    def _renewed(self, seen: _Seen, claim: int, start: date, end: date, view: View | None) -> _Outcome:
        """Renews the copy under our claim, or makes one; nothing is lost where that fails."""
        held = Held() if seen.anew else self._shelf.look([seen.key], None, start)[0]
        if seen.is_behind(held):  # before we had the claim
            self._shelf.release(seen.key, claim)
            return _Outcome(CacheUse.HIT, self._cut(held, start, end))
        try:
            copy = self._copyist.copy(seen.key, None if held.is_outdated else held.copy, start, end)
        except PlaidFault as fault:
            problem = self._failed(seen, claim, fault)
            return _Outcome(seen.use, self._standing(seen, problem, start, end), problem)
        snapshot = self._with_warning(copy.cut(start, end))
        prepared = view.prepare(snapshot) if view is not None else None
        use = CacheUse.MISS
        try:
            self._shelf.keep(seen.key, claim, copy, view, prepared)
        except CacheFault:
            use = CacheUse.BYPASS
        return _Outcome(use, snapshot, prepared=prepared, same=held.copy is not None and copy.says_as(held.copy))

    def _failed(self, seen: _Seen, claim: int, fault: PlaidFault) -> BankProblem:
        """Leaves the entry as the fault demands: forgotten where the item has ended, else with the problem noted."""
        problem = problem_of(seen.key, fault)
        with suppress(CacheFault):
            if fault.code in ENDED:
                self._shelf.forget(seen.key)
            else:
                self._shelf.note(seen.key, problem)
                self._shelf.release(seen.key, claim)
        return problem

    def _cut(self, held: Held, start: date, end: date) -> BankSnapshot:
        if held.copy is None:
            raise LookupError("there is no copy to cut")
        return self._with_warning(held.copy.cut(start, end))


def _must_be_asked(seen: _Seen) -> bool:
    return seen.anew or seen.use not in (CacheUse.HIT, CacheUse.STALE)
