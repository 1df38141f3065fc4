"""What Plaid's warnings are remembered by, how long, and how many."""

import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.services.endings import KEPT_FOR, Endings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
END = NOW + timedelta(days=7)


class Hands:
    """A clock that a test sets."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def endings(clock):
    return Endings(clock, b"k" * 32)


def test_a_warning_is_told_of_its_own_item_only(endings):
    endings.note("item-one", END)
    assert endings.of("item-one") == END
    assert endings.of("item-two") is None


def test_a_later_warning_takes_the_place_of_the_former(endings):
    endings.note("item", END)
    endings.note("item", END + timedelta(days=1))
    assert endings.of("item") == END + timedelta(days=1)
    assert len(endings) == 1


def test_a_login_that_was_repaired_ends_it(endings):
    endings.note("item", END)
    endings.forget("item")
    endings.forget("another")
    assert endings.of("item") is None


def test_it_is_kept_for_eight_days_and_no_longer(endings, clock):
    endings.note("item", NOW + timedelta(days=300))
    clock.now = NOW + KEPT_FOR
    assert endings.of("item") is not None
    clock.now += timedelta(seconds=1)
    assert endings.of("item") is None
    assert len(endings) == 0


def test_the_oldest_makes_room_for_the_newest(clock):
    endings = Endings(clock, b"k" * 32, most=3)
    for name in ("one", "two", "three"):
        endings.note(name, END)
    endings.note("one", END)  # told again, so it is not the oldest any more
    endings.note("four", END)
    assert {name for name in ("one", "two", "three", "four") if endings.of(name)} == {"one", "three", "four"}


def test_ten_thousand_are_kept_at_most(endings):
    for number in range(10_050):
        endings.note(f"item-{number}", END)
    assert len(endings) == 10_000


def test_no_items_id_is_held(endings):
    endings.note("item-of-someone", END)
    held = repr(list(endings._warnings.items()))
    assert "item-of-someone" not in held
    assert sys.getsizeof(next(iter(endings._warnings))) < 100


def test_another_process_stands_by_other_hashes(clock):
    one, other = Endings(clock, b"a" * 32), Endings(clock, b"b" * 32)
    one.note("item", END)
    other.note("item", END)
    assert set(one._warnings).isdisjoint(other._warnings)


@given(st.text())
def test_any_text_is_an_item(item_id):
    endings = Endings(Hands(), b"k" * 32)
    endings.note(item_id, END)
    assert endings.of(item_id) == END
