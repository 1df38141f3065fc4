"""A line of the audit trail: what it is made of, and what is read of it."""

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.core import audit
from keepless.core.secret import Secret

FIELDS = {"chain": "00aa", "n": 7, "at": "2026-11-23T14:30:05Z", "who": "7f3a", "did": "viewed_dashboard"}


def a_line(**fields):
    return audit.line_of(FIELDS | fields, audit.NOTHING_BEFORE)


def test_a_line_is_json_on_one_line_that_ends_in_the_hash_of_what_stands_before():
    raw, digest = a_line(request="ab12")
    told = json.loads(raw)
    assert list(told) == ["chain", "n", "at", "who", "did", "request", "prev", "hash"]
    assert told["hash"] == digest == sha256(raw.rpartition(b',"hash":')[0]).hexdigest()
    assert b"\n" not in raw
    assert b" " not in raw


def test_the_hash_of_a_line_is_over_that_of_the_line_before():
    assert audit.line_of(FIELDS, "1" * 64)[1] != audit.line_of(FIELDS, "2" * 64)[1]


def test_what_was_written_is_read_and_intact():
    raw, digest = a_line(who="7f3a")
    entry = audit.read_line(raw)
    assert entry.is_intact
    assert (entry.n, entry.who, entry.did, entry.hash) == (7, "7f3a", "viewed_dashboard", digest)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_line_with_any_byte_changed_is_not_intact(place, change):
    raw, _ = a_line()
    place %= len(raw)
    altered = raw[:place] + bytes([raw[place] ^ change]) + raw[place + 1 :]
    entry = audit.read_line(altered)
    assert entry is None or not entry.is_intact


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_are_no_line(raw):
    entry = audit.read_line(raw)
    assert entry is None or not entry.is_intact


def test_a_name_that_stands_twice_in_a_line_does_not_deceive_the_hash():
    raw, _ = a_line()
    doubled = raw.replace(b'"did":"viewed_dashboard"', b'"did":"viewed_dashboard","did":"exported"')
    assert not audit.read_line(doubled).is_intact


def test_a_signature_is_over_the_line_and_says_what_it_is_for():
    signed = []

    def sign(message):
        signed.append(message)
        return "c2ln"

    raw, _ = audit.line_of(FIELDS, audit.NOTHING_BEFORE, sign=sign)
    entry = audit.read_line(raw)
    assert entry.sig == "c2ln"
    assert [entry.signed] == signed
    assert entry.signed.startswith(b"keepless.audit.checkpoint.v1\n")


def test_who_is_a_keyed_hash_that_is_equal_for_one_id_and_key():
    one, other = audit.who_key(Secret("k" * 32)), audit.who_key(Secret("j" * 32))
    assert audit.who_of(one, "ana") == audit.who_of(one, "ana")
    assert len({audit.who_of(one, "ana"), audit.who_of(one, "ben"), audit.who_of(other, "ana")}) == 3
    assert audit.who_of(one, "") == ""
    assert len(audit.who_of(one, "ana")) == 16


@pytest.mark.parametrize(
    ("text", "is_word"),
    [
        ("viewed_dashboard", True),
        ("csv", True),
        ("0f8fad5bd9cb469f", True),
        ("ana@example.test", False),
        ("48.15", False),
        ("Ana", False),
        ("two words", False),
        ("a" * 41, False),
        ("", False),
        ("a\n", False),
    ],
)
def test_a_word_is_no_address_name_amount_or_sentence(text, is_word):
    assert audit.is_word(text) is is_word
