"""Answers kept ready: finished with a request id, plain or packed, they are the same text."""

import asyncio
import gzip
import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.sandbox.bodies import Packed, Page, PageShelf, Plain

FIELDS = st.dictionaries(st.text(), st.integers() | st.text() | st.none(), max_size=50)


@given(fields=FIELDS)
def test_a_packed_answer_unpacks_to_the_plain_one(fields):
    plain = Plain.of(fields)
    assert gzip.decompress(Packed.of(plain).finish("abc")) == plain.finish("abc")


@given(fields=FIELDS)
def test_an_answer_is_its_fields_and_the_request_id(fields):
    assert json.loads(Plain.of(fields).finish("abc")) == {**fields, "request_id": "abc"}


@pytest.mark.parametrize("packed", [True, False])
def test_a_page_is_made_once_and_away_from_the_event_loop(packed):
    made_in = []

    def build():
        made_in.append(threading.current_thread())
        return b'{"a":1'

    async def ask_twice():
        shelf = PageShelf()
        return [await shelf.get(Page("key", build), packed=packed) for _ in range(2)]

    first, second = asyncio.run(ask_twice())
    assert first is second
    assert len(made_in) == 1
    assert made_in[0] is not threading.main_thread()


def test_the_shelf_gives_up_what_was_not_asked_for_longest():
    made = []

    def page(key):
        return Page(key, lambda: made.append(key) or b"x" * 40)

    async def ask(*keys):
        shelf = PageShelf(limit=100)
        for key in keys:
            await shelf.get(page(key), packed=False)

    asyncio.run(ask("a", "b", "a", "c", "a", "b"))
    assert made == ["a", "b", "c", "b"]


def test_a_page_larger_than_the_shelf_is_answered_all_the_same():
    shelf = PageShelf(limit=1)
    ready = asyncio.run(shelf.get(Page("key", lambda: b'{"a":1'), packed=False))
    assert ready.finish("abc") == b'{"a":1,"request_id":"abc"}'
