"""The chart: what is shown of the banks, their copies and the capsule (T4, T8 and T13 of docs/trends.md)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from core.making import CHECKING, account, row

from keepless.core.capsule import Capsule
from keepless.core.models import BankProblem, BankRef, BankSnapshot, CacheUse
from keepless.services.snapshots import Snapshots
from keepless.services.trends import look

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST = date(2026, 9, 1)


def on(day, amount, category="TRAVEL_FLIGHTS", **fields):
    return row(amount, category, date=day, posted=day, **fields)


def bank(*rows, item="item-1", institution="ins_1", name="First Bank", accounts=(CHECKING,), **told):
    rows = sorted(rows, key=lambda each: each.posted, reverse=True)
    given = {"start": date(2024, 11, 23), "end": TODAY, "fetched_at": NOON, **told}
    ref = BankRef(item, institution, name)
    return BankSnapshot(bank=ref, accounts=tuple(accounts), transactions=rows, **given)


def problem(item="item-1", institution="ins_1"):
    ref = BankRef(item, institution, "First Bank")
    return BankProblem(bank=ref, code="INSTITUTION_DOWN", retryable=True, action="retry")


def snapshots(*banks, problems=(), **cache):
    uses = {bank.bank.item_id: cache.get(bank.bank.item_id.replace("-", "_"), CacheUse.NONE) for bank in banks}
    return Snapshots(banks=banks, problems=tuple(problems), cache=uses)


def short(months):
    return [(each.month, each.currency, each.spent, each.source, each.complete) for each in months]


def kept(*banks, today=TODAY):
    return look(snapshots(*banks), today).known


def test_months_of_several_banks_are_added_per_currency():
    one = bank(on(FIRST, 5_00), on(FIRST, 2_00, currency="EUR"))
    two = bank(on(FIRST, 7_00), on(FIRST, -90_00, "INCOME_WAGES"), item="item-2", institution="ins_2")
    shown = look(snapshots(one, two), TODAY).months
    assert short(shown) == [
        ("2026-09", "USD", 12_00, "banks", True),
        ("2026-10", "USD", 0, "banks", True),
        ("2026-11", "USD", 0, "banks", False),
        ("2026-09", "EUR", 2_00, "banks", True),
        ("2026-10", "EUR", 0, "banks", True),
        ("2026-11", "EUR", 0, "banks", False),
    ]
    assert shown[0].income == 90_00


def test_categories_are_added_the_largest_first_without_those_of_zero():
    one = bank(on(FIRST, 5_00), on(FIRST, 4_00, "MEDICAL_DENTAL_CARE"), on(FIRST, 1_00, "ENTERTAINMENT_MUSIC"))
    two = bank(
        on(FIRST, 9_00, "MEDICAL_DENTAL_CARE"), on(FIRST, -1_00, "ENTERTAINMENT_MUSIC"), item="i2", institution="ins_2"
    )
    (month, *_) = look(snapshots(one, two), TODAY).months
    assert [(share.key, share.spent) for share in month.by_category] == [("MEDICAL", 13_00), ("TRAVEL", 5_00)]


def test_t4_a_currency_begins_with_its_first_month():
    shown = look(snapshots(bank(on(FIRST, 5_00), on(date(2026, 10, 5), 3_00, currency="EUR"))), TODAY).months
    assert [each.month for each in shown if each.currency == "EUR"] == ["2026-10", "2026-11"]


def test_t4_a_month_that_no_source_knows_is_not_there():
    old = kept(bank(on(date(2025, 1, 1), 5_00), fetched_at=datetime(2025, 2, 10, tzinfo=UTC)), today=date(2025, 2, 10))
    shown = look(snapshots(bank(on(FIRST, 7_00))), TODAY, old).months
    assert short(shown) == [
        ("2025-01", "USD", 5_00, "capsule", True),
        ("2025-02", "USD", 0, "capsule", False),
        ("2026-09", "USD", 7_00, "banks", True),
        ("2026-10", "USD", 0, "banks", True),
        ("2026-11", "USD", 0, "banks", False),
    ]


def test_t4_a_month_that_one_of_the_banks_does_not_know_is_not_complete():
    gappy = kept(bank(on(date(2026, 8, 1), 1_00), fetched_at=datetime(2026, 9, 1, tzinfo=UTC)), today=date(2026, 9, 1))
    other = bank(on(date(2026, 8, 1), 2_00), item="item-2", institution="ins_2")
    shown = look(snapshots(bank(on(date(2026, 10, 1), 4_00)), other), TODAY, gappy.since("2026-08"))
    by_month = {each.month: each for each in shown.months}
    assert not by_month["2026-09"].complete
    without = Capsule(
        banks=gappy.banks, months={key: each for key, each in gappy.months.items() if key[1] != "2026-09"}
    )
    by_month = {
        each.month: each for each in look(snapshots(bank(on(date(2026, 10, 1), 4_00)), other), TODAY, without).months
    }
    assert not by_month["2026-09"].complete  # known of the other bank alone
    assert by_month["2026-08"].complete
    assert by_month["2026-10"].complete


def test_the_banks_win_for_months_they_know_since_a_late_refund_changes_them():
    before = kept(bank(on(FIRST, 5_00), fetched_at=NOON - timedelta(days=9)))
    shown = look(snapshots(bank(on(FIRST, 5_00), on(date(2026, 9, 3), -2_00))), TODAY, before).months
    assert short(shown)[0] == ("2026-09", "USD", 3_00, "banks", True)


def test_a_currency_that_is_gone_from_a_month_is_zero_there():
    before = kept(bank(on(FIRST, 5_00), on(FIRST, 1_00, currency="EUR"), fetched_at=NOON - timedelta(days=9)))
    shown = look(snapshots(bank(on(FIRST, 5_00))), TODAY, before).months
    assert {each.currency for each in shown} == {"USD"}


def test_the_capsule_wins_for_the_month_in_which_the_window_begins():
    before = kept(bank(on(FIRST, 5_00), on(date(2026, 9, 20), 2_00), fetched_at=NOON - timedelta(days=9)))
    moved = bank(on(date(2026, 9, 20), 2_00), start=date(2026, 9, 15))
    shown = look(snapshots(moved), TODAY, before)
    assert short(shown.months)[0] == ("2026-09", "USD", 7_00, "capsule", True)
    assert look(snapshots(moved), TODAY, shown.known) == shown


def test_a_bank_that_fails_or_was_let_go_keeps_its_months():
    before = kept(bank(on(FIRST, 5_00), fetched_at=NOON - timedelta(days=30)))
    other = bank(on(FIRST, 7_00), item="item-2", institution="ins_2")
    failing = look(snapshots(other, problems=[problem()]), TODAY, before).months
    let_go = look(snapshots(other), TODAY, before).months
    assert short(failing)[0] == short(let_go)[0] == ("2026-09", "USD", 12_00, "mixed", True)
    assert [each.complete for each in failing] == [True, False, False]
    assert short(failing)[1] == ("2026-10", "USD", 0, "mixed", False)


def test_t4_months_since_a_connected_bank_was_last_read_are_not_complete():
    before = kept(bank(on(FIRST, 5_00), fetched_at=datetime(2026, 10, 1, 12, tzinfo=UTC)), today=date(2026, 9, 30))
    other = bank(on(FIRST, 7_00), item="item-2", institution="ins_2")
    assert before.all_months() == ["2026-09"]
    october = {each.month: each for each in look(snapshots(other, problems=[problem()]), TODAY, before).months}[
        "2026-10"
    ]
    assert not october.complete
    october = {each.month: each for each in look(snapshots(other), TODAY, before).months}["2026-10"]
    assert october.complete  # the bank is not connected any more: nothing is missing


def test_t8_one_failed_login_of_a_bank_does_not_replace_what_both_said():
    one, two = bank(on(FIRST, 5_00)), bank(on(FIRST, 3_00), item="item-2")
    before = kept(one, two)
    shown = look(
        snapshots(bank(on(FIRST, 5_00), fetched_at=NOON + timedelta(hours=1)), problems=[problem("item-2")]),
        TODAY,
        before,
    )
    assert short(shown.months)[0] == ("2026-09", "USD", 8_00, "capsule", True)
    without = look(snapshots(one, problems=[problem("item-2")]), TODAY).months
    assert short(without)[0] == ("2026-09", "USD", 5_00, "banks", False)


def test_an_old_copy_that_is_shown_although_its_bank_fails_is_a_copy():
    copy = bank(on(FIRST, 5_00), fetched_at=NOON - timedelta(days=3))
    shown = look(snapshots(copy, problems=[problem()], item_1=CacheUse.STALE), TODAY).months
    assert short(shown)[0] == ("2026-09", "USD", 5_00, "copy", True)


@pytest.mark.parametrize(
    ("use", "source"), [("none", "banks"), ("miss", "banks"), ("bypass", "banks"), ("hit", "copy"), ("stale", "copy")]
)
def test_what_the_cache_gave_is_a_copy(use, source):
    shown = look(snapshots(bank(on(FIRST, 5_00)), item_1=CacheUse(use)), TODAY).months
    assert {each.source for each in shown} == {source}


def test_two_logins_of_a_bank_from_different_sources_are_mixed():
    banks = [bank(on(FIRST, 5_00)), bank(on(FIRST, 3_00), item="item-2")]
    shown = look(snapshots(*banks, item_2=CacheUse.HIT), TODAY).months
    assert {each.source for each in shown} == {"mixed"}


def test_a_bank_without_a_name_is_shown():
    assert look(snapshots(bank(on(FIRST, 5_00), institution="", name="")), TODAY).months


def card(**told):
    return account("card", "credit", **{"name": "Blue Card", "mask": "1234", "current": 50_00, "limit": 200_00, **told})


def test_cards_are_told_month_by_month_with_the_use_of_their_limit():
    rows = [on(FIRST, 1_00, account_id="card"), on(date(2026, 11, 4), 60_00, account_id="card")]
    (shown,) = look(snapshots(bank(*rows, accounts=[card()])), TODAY).cards
    assert (shown.bank, shown.name, shown.mask, shown.currency) == ("First Bank", "Blue Card", "1234", "USD")
    assert [(each.month, each.balance, each.basis_points, each.source) for each in shown.months] == [
        ("2026-09", -10_00, 0, "worked_back"),
        ("2026-10", -10_00, 0, "worked_back"),
        ("2026-11", 50_00, 2_500, "seen"),
    ]


def test_t13_without_a_limit_there_is_no_use_to_tell():
    (shown,) = look(snapshots(bank(accounts=[card(limit=None)])), TODAY).cards
    assert [each.basis_points for each in shown.months] == [None]


def test_a_card_keeps_its_key_and_its_history_when_its_bank_was_connected_anew():
    day = date(2026, 10, 30)
    before = look(snapshots(bank(accounts=[card()], fetched_at=datetime(2026, 10, 30, 12, tzinfo=UTC))), day)
    after = look(snapshots(bank(accounts=[card(current=60_00)], item="new")), TODAY, before.known)
    (then,), (now,) = before.cards, after.cards
    assert then.key == now.key
    assert [(each.month, each.source) for each in now.months] == [("2026-10", "capsule"), ("2026-11", "seen")]
