"""Capsules merge by rank: T5 to T7, T9 and T12 of docs/trends.md."""

from datetime import date, timedelta

import msgspec
import pytest
from core.capsules import NOON, capsules
from hypothesis import given

from keepless.core.capsule import BankMonth, BankName, Capsule, CardFigure, CardId, MonthSums, merge

CARD = CardId("ins_1", "Blue Card", "1234", "USD")
LATER = NOON + timedelta(days=1)


def month(days=31, as_of=NOON, spent=100):
    sums = MonthSums(spent=spent, income=0, debt_payments=0, cash=0, by_category={"TRAVEL": spent})
    return BankMonth(days=days, as_of=as_of, sums={"USD": sums})


def with_month(known):
    return Capsule(banks={"ins_1": BankName(NOON, "First Bank")}, months={("ins_1", "2026-10"): known})


def with_figure(day, *, seen=True, as_of=NOON, balance=100):
    figure = CardFigure(day=day, as_of=as_of, seen=seen, balance=balance, limit=1000)
    return Capsule(cards={(CARD, f"{day:%Y-%m}"): figure})


def the_month(capsule):
    (known,) = capsule.months.values()
    return known


def the_figure(capsule):
    (figure,) = capsule.cards.values()
    return figure


@given(capsules, capsules, capsules)
def test_t7_the_order_of_merging_does_not_matter(one, two, three):
    assert merge(one, two) == merge(two, one)
    assert merge(merge(one, two), three) == merge(one, merge(two, three))


@given(capsules, capsules)
def test_t7_merging_again_changes_nothing(one, two):
    merged = merge(one, two)
    assert merge(one, one) == one
    assert merge(merged, one) == merge(merged, two) == merge(merged, merged) == merged


@given(capsules, capsules)
def test_t7_no_month_and_no_figure_is_ever_lost_or_made_up(one, two):
    merged = merge(one, two)
    assert merged.months.keys() == one.months.keys() | two.months.keys()
    assert merged.cards.keys() == one.cards.keys() | two.cards.keys()
    assert all(merged.months[key] in (one.months.get(key), two.months.get(key)) for key in merged.months)
    assert all(merged.cards[key] in (one.cards.get(key), two.cards.get(key)) for key in merged.cards)


@given(capsules, capsules)
def test_t7_no_month_is_known_less_well_than_before(one, two):
    merged = merge(one, two)
    assert all(merged.months[key].days >= known.days for key, known in one.months.items())


def test_t5_a_month_of_which_more_days_are_known_stays_however_old_it_is():
    whole, part = with_month(month(31)), with_month(month(12, LATER, 40))
    assert the_month(merge(whole, part)) == the_month(merge(part, whole)) == month(31)


def test_t6_of_two_that_are_as_whole_the_later_reading_counts_since_a_refund_may_have_come():
    before, after = with_month(month(31, spent=100)), with_month(month(31, LATER, 60))
    assert the_month(merge(before, after)) == the_month(merge(after, before)) == month(31, LATER, 60)


def test_t7_two_that_rank_the_same_and_differ_are_settled_one_way():
    end = date(2026, 10, 31)
    pairs = [
        (with_month(month(spent=1)), with_month(month(spent=2))),
        (with_figure(end, balance=1), with_figure(end, balance=2)),
        (Capsule(banks={"ins_1": BankName(NOON, "One")}), Capsule(banks={"ins_1": BankName(NOON, "Two")})),
    ]
    for one, two in pairs:
        assert merge(one, two) == merge(two, one)


@pytest.mark.parametrize(
    ("stays", "gives_way"),
    [
        (with_figure(date(2026, 10, 30)), with_figure(date(2026, 10, 26), as_of=LATER)),
        (with_figure(date(2026, 10, 25)), with_figure(date(2026, 10, 31), seen=False, as_of=LATER)),
        (with_figure(date(2026, 10, 31), seen=False), with_figure(date(2026, 10, 24), as_of=LATER)),
        (with_figure(date(2026, 10, 24)), with_figure(date(2026, 10, 2), as_of=LATER)),
        (with_figure(date(2026, 10, 31), seen=False, as_of=LATER), with_figure(date(2026, 10, 31), seen=False)),
    ],
    ids=[
        "seen later in the month",
        "seen in the last seven days, not worked back",
        "worked back, not seen before the last seven days",
        "seen later, both early",
        "worked back from a later reading",
    ],
)
def test_t12_which_figure_of_a_card_stays(stays, gives_way):
    assert the_figure(merge(stays, gives_way)) == the_figure(merge(gives_way, stays)) == the_figure(stays)


def test_a_bank_has_its_latest_name():
    old, new = Capsule(banks={"ins_1": BankName(NOON, "Old")}), Capsule(banks={"ins_1": BankName(LATER, "New")})
    assert merge(new, old).banks["ins_1"].name == "New"


def test_since_drops_older_months_and_banks_of_which_nothing_is_left():
    old, new = with_month(month()), with_month(month())
    other = Capsule(banks={"ins_2": BankName(NOON, "Other")}, months={("ins_2", "2026-11"): month(5)})
    left = merge(merge(old, new), other).since("2026-11")
    assert left == other
    assert merge(old, with_figure(date(2026, 10, 30))).since("2026-11") == Capsule()


def test_t9_a_bank_without_an_institution_is_not_kept():
    nameless = Capsule(banks={"": BankName(NOON, "")}, months={("", "2026-10"): month()})
    known = merge(nameless, with_month(month()))
    assert known.named() == with_month(month())


def test_a_card_is_told_by_all_four_of_its_parts():
    others = [msgspec.structs.replace(CARD, **{field: "x"}) for field in CARD.__struct_fields__]
    assert len({CARD, *others}) == 5
