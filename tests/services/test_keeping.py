"""Keeping: what is to be forgotten is forgotten, one by one, as soon as the cache lets go of it."""

import time

from services.conftest import NOW

from keepless.adapters.memory_cache import MemoryCache
from keepless.errors import CacheFault
from keepless.services.keeping import Keeping


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
