"""Turns: of many who ask for the same items at once, one gets them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from keepless.adapters.memory_cache import MemoryCache
from keepless.errors import CacheFault
from keepless.services.keeping import Keeping
from keepless.services.turns import SECONDS, Turns


@pytest.fixture
def turns(clock):
    return Turns(clock)


def test_one_of_many_gets_the_turn(turns):
    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(lambda _: turns.take(["a", "b"]), range(20)))
    assert outcomes.count(True) == 1


def test_others_items_are_nobodys_concern(turns):
    assert turns.take(["a"])
    assert turns.take(["b"])


def test_who_does_not_get_all_gets_none(turns):
    assert turns.take(["b"])
    assert not turns.take(["a", "b", "c"])
    assert turns.take(["a", "c"])


def test_a_turn_given_back_is_the_nexts(turns):
    turns.take(["a", "b"])
    turns.give_back(["a"])
    assert turns.take(["a"])
    assert not turns.take(["b"])


def test_a_turn_ends_by_itself(turns, clock):
    turns.take(["a"])
    clock.pass_by(seconds=SECONDS - 1)
    assert not turns.take(["a"])
    clock.pass_by(seconds=1)
    assert turns.take(["a"])


def test_with_a_cache_there_is_one_turn_for_all_processes(clock, cache, sealer):
    here, there = (Turns(clock, Keeping(cache, sealer, clock)) for _ in range(2))
    assert here.take(["a"])
    assert not there.take(["a", "b"])
    assert there.take(["b"])
    here.give_back(["a"])
    assert there.take(["a"])


def test_with_a_cache_it_ends_by_itself_too(clock, cache, sealer):
    """As for a process that was killed in its turn."""
    here, there = (Turns(clock, Keeping(cache, sealer, clock)) for _ in range(2))
    assert here.take(["a"])
    clock.pass_by(seconds=SECONDS)
    assert there.take(["a"])


def test_a_turn_is_no_claim_on_the_copy_of_the_item(clock, cache, sealer):
    keeping = Keeping(cache, sealer, clock)
    assert Turns(clock, keeping).take(["a"])
    assert cache.claim(sealer.name("a"), seconds=5) is not None


class AwayCache(MemoryCache):
    def claim(self, *_, **__):
        raise CacheFault("unreachable")

    release = claim


def test_where_the_cache_is_away_each_process_has_its_own_turns(clock, sealer):
    turns = Turns(clock, Keeping(AwayCache(clock), sealer, clock))
    assert turns.take(["a"])
    assert not turns.take(["a"])
    turns.give_back(["a"])
    assert turns.take(["a"])
