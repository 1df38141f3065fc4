"""Capsules for the browser and for files: what the passphrase has to be, and what opens what."""

import pytest
from core.capsules import NOON

from keepless.adapters.sealing.capsules import CapsuleEnvelope
from keepless.adapters.sealing.passphrase import PassphraseEnvelope
from keepless.core.capsule import BankMonth, BankName, Capsule
from keepless.core.secret import Secret
from keepless.errors import InvalidField, SealBroken
from keepless.services.trend_keeping import TrendKeeping

keeping = TrendKeeping(CapsuleEnvelope("local"), PassphraseEnvelope())
SECRET = b"s" * 32
WORDS = Secret("twelve letters and more")
KNOWN = Capsule(
    banks={"ins_1": BankName(NOON, "First Bank")},
    months={("ins_1", "2026-10"): BankMonth(days=31, as_of=NOON, sums={})},
)


def test_a_capsule_comes_back_by_the_secret_of_its_cookie_alone():
    kept = keeping.seal(SECRET, KNOWN)
    assert (kept.capsule, kept.dropped) == (KNOWN, 0)
    assert keeping.open(SECRET, kept.sealed) == KNOWN
    with pytest.raises(SealBroken):
        keeping.open(b"t" * 32, kept.sealed)


def test_t9_what_is_sealed_has_no_bank_without_a_name():
    nameless = Capsule(
        banks={"": BankName(NOON, "")}, months={("", "2026-10"): BankMonth(days=31, as_of=NOON, sums={})}
    )
    assert keeping.seal(SECRET, nameless).capsule == Capsule()


def test_a_file_comes_back_by_its_passphrase_alone():
    text = keeping.to_file(WORDS, KNOWN)
    assert keeping.from_file(WORDS, text) == KNOWN
    with pytest.raises(SealBroken):
        keeping.from_file(Secret("twelve letters and mor3"), text)


def test_two_ways_to_type_an_accent_are_one_passphrase():
    text = keeping.to_file(Secret("caf\u00e9 con leche"), KNOWN)
    assert keeping.from_file(Secret("cafe\u0301 con leche"), text) == KNOWN


@pytest.mark.parametrize("words", ["", "x" * 11, "e\u0301" * 11, "x" * 1_001, "\ufdfa" * 60])
def test_a_passphrase_that_is_too_short_or_too_long_is_refused_by_its_name(words):
    for attempt in (lambda: keeping.to_file(Secret(words), KNOWN), lambda: keeping.from_file(Secret(words), "{}")):
        with pytest.raises(InvalidField) as refused:
            attempt()
        assert refused.value.field == "passphrase"
        assert "12" in str(refused.value)


@pytest.mark.parametrize("words", ["x" * 12, "x" * 1_000, "\U0001f511" * 12])
def test_the_shortest_and_the_longest_passphrase_are_taken(words):
    assert keeping.from_file(Secret(words), keeping.to_file(Secret(words), KNOWN)) == KNOWN


def test_a_text_of_the_browser_is_no_file_and_a_file_no_text_of_the_browser():
    kept, text = keeping.seal(SECRET, KNOWN), keeping.to_file(WORDS, KNOWN)
    with pytest.raises(SealBroken):
        keeping.from_file(WORDS, kept.sealed)
    with pytest.raises(SealBroken):
        keeping.open(SECRET, text)
