"""Keeping: what is to be forgotten is forgotten, one by one, as soon as the cache lets go of it."""

import time

from services.conftest import NOW

from keepless.adapters.memory_cache import MemoryCache
from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import CacheFault
from keepless.services.keeping import Keeping
from keepless.services.vault import BankKey, new_vault


def vault_of(*item_ids):
    vault = new_vault(NOW, days=7, session_id="session", secret=bytes(16))
    for item_id in item_ids:
        vault = vault.with_bank(BankKey(BankRef(item_id, "ins_1", "First Bank"), Secret(f"access-{item_id}")))
    return vault


class HalfAway(MemoryCache):
    """A cluster of which one server does not answer: the names in `lost` are with that one."""

    lost = frozenset()

    def forget(self, name):
        if name in self.lost:
            raise CacheFault("unreachable")
        super().forget(name)


def test_what_cannot_be_forgotten_now_keeps_nothing_else_from_being_forgotten(sealer, clock):
    cache = HalfAway(clock)
    keeping = Keeping(cache, sealer, clock)
    names = [sealer.name(f"item-{number}") for number in range(8)]
    cache.lost = frozenset(names[:4])
    for name in names:
        assert cache.keep(name, cache.claim(name, seconds=60), {"rows": b"x"}, until=NOW.replace(year=2100))
    forgotten = [keeping.forget(f"item-{number}") for number in range(8)]
    assert forgotten == [False] * 4 + [True] * 4
    assert [copy.revision is None for copy in cache.read([(name, "rows") for name in names])] == forgotten
    assert keeping.status()["waiting_to_be_forgotten"] == 4
    cache.lost = frozenset()
    assert keeping.forget("item-9")
    assert keeping.status()["waiting_to_be_forgotten"] == 0


def test_what_waits_to_be_forgotten_is_tried_again_without_a_visitor(sealer, clock):
    cache = HalfAway(clock)
    keeping = Keeping(cache, sealer, clock, again_after=0.01)
    name = sealer.name("item-1")
    assert cache.keep(name, cache.claim(name, seconds=60), {"rows": b"x"}, until=NOW.replace(year=2100))
    cache.lost = frozenset([name])
    assert not keeping.forget("item-1")
    cache.lost = frozenset()
    deadline = time.monotonic() + 10
    while keeping.status()["waiting_to_be_forgotten"] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert cache.read([(name, "rows")])[0].revision is None


def test_who_has_no_cache_any_more_has_their_copies_let_go_and_nobody_elses(sealer, clock):
    cache = HalfAway(clock)
    keeping = Keeping(cache, sealer, clock)
    theirs, others = vault_of("one", "two", "three"), sealer.name("item-of-another")
    names = [sealer.name(key.bank.item_id) for key in theirs.banks]
    for name in (*names[:2], others):
        assert cache.keep(name, cache.claim(name, seconds=60), {"rows": b"x"}, until=NOW.replace(year=2100))
    keeping.let_go(theirs)
    held = cache.read([(name, "rows") for name in (*names, others)])
    assert [copy.revision is None for copy in held] == [True, True, True, False]
    assert keeping.status()["waiting_to_be_forgotten"] == 0


def test_copies_in_a_cache_that_is_away_are_let_go_when_it_is_back(sealer, clock):
    class Away(HalfAway):
        def read(self, wanted):
            if self.lost:
                raise CacheFault("unreachable")
            return super().read(wanted)

    cache = Away(clock)
    keeping = Keeping(cache, sealer, clock)
    theirs = vault_of("one")
    (name,) = [sealer.name(key.bank.item_id) for key in theirs.banks]
    assert cache.keep(name, cache.claim(name, seconds=60), {"rows": b"x"}, until=NOW.replace(year=2100))
    cache.lost = frozenset([name])
    keeping.let_go(theirs)
    assert keeping.status()["waiting_to_be_forgotten"] == 1
    cache.lost = frozenset()
    keeping.shelf(theirs)  # whoever reads next, of any tier
    assert cache.read([(name, "rows")])[0].revision is None


def test_where_no_copy_is_there_nothing_is_asked_of_the_cache_but_one_look(sealer, clock):
    class Counting(MemoryCache):
        asked = 0

        def read(self, wanted):
            self.asked += 1
            return super().read(wanted)

        def forget(self, name):
            raise AssertionError(name)

    cache = Counting(clock)
    Keeping(cache, sealer, clock).let_go(vault_of("one", "two"))
    assert cache.asked == 1


class AskedAgain(set):
    """What waits to be forgotten, where another request asks for the same copy in the moment in which it went."""

    def discard(self, name):
        super().discard(name)
        self.add(name)


def test_two_requests_that_forget_the_same_copy_at_once_are_both_told_that_it_is_gone(sealer, clock):
    keeping = Keeping(MemoryCache(clock), sealer, clock)
    keeping._to_forget = AskedAgain()
    assert keeping.forget("item-1")
