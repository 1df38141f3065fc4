"""The capsule's bytes: what was written comes back, nothing else is read, and what has no room is counted (T14)."""

from datetime import date

import msgspec
import pytest
from core.capsules import NOON, capsules
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.capsule import BankMonth, BankName, Capsule, CardFigure, CardId, MonthSums
from keepless.core.capsule_format import MOST_BYTES, MOST_CURRENCIES, MOST_MONTHS, decode, encode, fit
from keepless.core.periods import months_between
from keepless.errors import SealBroken

CATEGORIES = [f"CATEGORY_{number}" for number in range(16)]
SUMS = MonthSums(spent=1600, income=1, debt_payments=2, cash=3, by_category=dict.fromkeys(CATEGORIES, 100))


def long(first, last, institutions=("ins_1",)):
    months = {
        (each, month): BankMonth(days=28, as_of=NOON, sums={"USD": SUMS})
        for each in institutions
        for month in months_between(first, last)
    }
    return Capsule(banks={each: BankName(NOON, "First Bank") for each in institutions}, months=months)


def packed(**changed):
    """One month and one card by hand, as docs/trends.md has it: what another program would write."""
    parts = {
        "version": 1,
        "texts": ["ins_1", "First Bank", "USD", "TRAVEL", "Blue Card", "1234"],
        "banks": [[0, 1_790_000_000, 1]],
        "months": [[0, 2026 * 12 + 9, 31, 1_790_000_000, [[2, 500, 900, 0, 0, [[3, 500]]]]]],
        "cards": [[0, 4, 5, 2, [[date(2026, 10, 31).toordinal(), 1_790_000_000, True, -5, None]]]],
        **changed,
    }
    return msgspec.msgpack.encode(list(parts.values()))


@given(capsules)
def test_what_was_written_comes_back(capsule):
    assert decode(encode(capsule)) == capsule
    assert fit(capsule).capsule == capsule
    assert fit(capsule).dropped == 0


def test_the_format_is_the_one_that_the_page_describes():
    capsule = decode(packed())
    assert capsule.months["ins_1", "2026-10"].sums["USD"].by_category == {"TRAVEL": 500}
    assert capsule.cards[CardId("ins_1", "Blue Card", "1234", "USD"), "2026-10"].balance == -5
    assert encode(capsule) == packed()


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(raw):
    with pytest.raises(SealBroken):
        decode(raw)


@given(st.data())
def test_a_byte_that_is_another_is_refused_or_gives_a_sound_capsule(data):
    raw = bytearray(packed())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        capsule = decode(bytes(raw))
    except SealBroken:
        return
    assert decode(encode(capsule)) == capsule


BANK, MONTH, CARD = ([0, 1, 1], [0, 24321, 31, 1, []], [0, 4, 5, 2, []])


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"texts": []},
        {"texts": ["ins_1", "x" * 101, "USD", "TRAVEL", "Blue Card", "1234"]},
        {"texts": ["ins_1", "First Bank", "USD", "T" * 65, "Blue Card", "1234"]},
        {"texts": ["i" * 65, "First Bank", "USD", "TRAVEL", "Blue Card", "1234"]},
        {"texts": ["", "First Bank", "USD", "TRAVEL", "Blue Card", "1234"]},
        {"banks": []},
        {"banks": [[0, -1, 1]]},
        {"banks": [[0, 2**60, 1]]},
        {"months": [[0, 24321, 32, 1, []]]},
        {"months": [[0, 2026 * 12 + 1, 29, 1, []]]},
        {"months": [[0, 0, 31, 1, []]]},
        {"months": [[0, 10**9, 31, 1, []]]},
        {"months": [[0, 24321, 31, 1, [[2, 501, 0, 0, 0, [[3, 500]]]]]]},
        {"months": [[0, 24321, 31, 1, [[2, 2**53, 0, 0, 0, [[3, 2**53]]]]]]},
        {"months": [[0, 24321, 31, 1, [[2, 1.5, 0, 0, 0, []]]]]},
        {"months": [[9, 24321, 31, 1, []]]},
        {"months": [[-1, 24321, 31, 1, []]]},
        {"months": [[0, 12 * (1000 + month), 1, 1, []] for month in range(MOST_MONTHS + 1)]},
        {"cards": [[0, 4, 5, 2, [[0, 1, True, 1, None]]]]},
        {"cards": [[0, 4, 5, 2, [[739_000, 1, True, 1, 0]]]]},
        {"cards": [[0, 4, 5, 2, [[10**9, 1, True, 1, None]]]]},
        {"more": []},
    ],
    ids=repr,
)
def test_what_no_reading_of_banks_could_have_made_is_refused(changed):
    with pytest.raises(SealBroken):
        decode(packed(**changed))


def test_t14_at_most_240_months_stay_and_the_others_are_counted():
    fitting = fit(long("2005-01", "2026-11"))
    assert fitting.dropped == 263 - MOST_MONTHS
    assert fitting.capsule == long("2006-12", "2026-11")
    assert decode(fitting.packed) == fitting.capsule


def test_t14_what_has_no_room_goes_from_the_oldest_month_on_and_as_little_as_possible():
    banks = [f"ins_{number}" for number in range(25)]
    whole = long("2016-12", "2026-11", banks)
    assert len(encode(whole)) > MOST_BYTES
    fitting = fit(whole)
    first = fitting.capsule.all_months()[0]
    assert 0 < fitting.dropped == len(months_between("2016-12", first)) - 1
    assert fitting.capsule == whole.since(first)
    assert len(fitting.packed) <= MOST_BYTES < len(encode(whole.since(months_between("2016-12", first)[-2])))


def test_t14_a_capsule_of_which_not_even_the_last_month_has_room_is_an_empty_one():
    banks = [f"ins_{number}" for number in range(3_000)]
    fitting = fit(long("2026-10", "2026-11", banks))
    assert (fitting.capsule, fitting.dropped) == (Capsule(), 2)


def in_currencies(number):
    """A month in so many currencies."""
    coin = MonthSums(spent=0, income=1, debt_payments=0, cash=0, by_category={})
    month = BankMonth(days=30, as_of=NOON, sums={f"C{each}": coin for each in range(number)})
    return Capsule(banks={"ins_1": BankName(NOON, "First Bank")}, months={("ins_1", "2026-09"): month})


def test_t14_a_file_in_more_currencies_than_anyone_has_is_refused_for_each_would_be_a_chart():
    assert decode(encode(in_currencies(MOST_CURRENCIES))) == in_currencies(MOST_CURRENCIES)
    with pytest.raises(SealBroken):
        decode(encode(in_currencies(MOST_CURRENCIES + 1)))


def test_t14_a_month_in_more_currencies_has_no_room_and_later_ones_stay():
    later = long("2026-10", "2026-11")
    crowded = in_currencies(MOST_CURRENCIES + 1)
    whole = Capsule(banks=later.banks, months=crowded.months | later.months)
    fitting = fit(whole)
    assert (fitting.capsule, fitting.dropped) == (later, 1)
    assert decode(fitting.packed) == later


def test_every_text_is_in_it_once():
    assert encode(long("2016-12", "2026-11")).count(b"CATEGORY_7") == 1


def test_a_card_keeps_its_limit():
    key = CardId("ins_1", "Card", None, "USD")
    figure = CardFigure(day=date(2026, 11, 22), as_of=NOON, seen=True, balance=1, limit=5)
    capsule = Capsule(banks={"ins_1": BankName(NOON, "First Bank")}, cards={(key, "2026-11"): figure})
    assert decode(encode(capsule)) == capsule
