"""Which envelopes belong to one item."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.adapters.memory_accounts import MemoryStores
from keepless.ports import ReaperEnvelope
from keepless.services import envelopes
from keepless.services.envelopes import EnvelopeNames, item_part_of

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
names = EnvelopeNames("sandbox/client-of-a-test")


def envelope(envelope_id: str, *, until: datetime = NOW) -> ReaperEnvelope:
    return ReaperEnvelope(id=envelope_id, session_id=None, until=until, sealed=b"sealed")


def test_one_item_in_two_sessions_has_two_names_with_one_beginning():
    one, two = names.of("item", "session 1"), names.of("item", "session 2")
    assert one != two
    assert item_part_of(one) == item_part_of(two) == names.item_part("item")
    assert len(one) == 64


def test_neither_item_nor_session_stands_in_a_name():
    assert "item-of-a-bank" not in names.of("item-of-a-bank", "session-of-a-person")


def test_another_installation_has_other_names():
    assert EnvelopeNames("production/client-of-a-test").of("item", "session") != names.of("item", "session")


def test_the_names_are_the_same_in_every_process_and_after_every_rotation():
    """They are compared with what lies in databases: whatever changes this line orphans what is there."""
    assert names.of("item", "session") == "080fdda24c37bcd305e4d954ab169692139ed819bcff9d6a30cf830bdab89b92"


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 9)), unique=True, max_size=30))
def test_the_envelopes_of_an_item_are_found_among_all(held):
    store = MemoryStores().reaper
    store.put([envelope(names.of(item, str(session))) for item, session in held])
    for item in "abcdef":
        wanted = {names.of(item, str(session)) for name, session in held if name == item}
        assert {each.id for each in envelopes.of_item(store, names.item_part(item))} == wanted


@pytest.mark.parametrize("part", ["0" * 32, "f" * 32])
def test_the_first_and_the_last_part_there_can_be_are_found_too(part):
    store = MemoryStores().reaper
    ids = {part + "0" * 32, part + "f" * 32}
    store.put([envelope(each) for each in (*ids, "8" * 64)])
    assert {each.id for each in envelopes.of_item(store, part)} == ids


def test_those_that_are_due_at_a_moment_are_told_from_the_rest():
    store = MemoryStores().reaper
    store.put([envelope(names.of("item", "over")), envelope(names.of("item", "lives"), until=NOW + timedelta(days=7))])
    part = names.item_part("item")
    assert [each.id for each in envelopes.of_item(store, part, at=NOW)] == [names.of("item", "over")]
    assert len(envelopes.of_item(store, part)) == 2
