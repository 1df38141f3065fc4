"""Identities that hold for whatever a bank may send."""

import random
from datetime import date

import msgspec
from core.making import ACCOUNTS, account, row
from hypothesis import given, settings
from hypothesis import strategies as st

from keepless.core.cashflow import monthly
from keepless.core.kinds import Kind, is_unexplained, kind_of
from keepless.core.models import Transaction
from keepless.core.spending import analyse, distinct

CODES = st.sampled_from(
    [
        ("FOOD_AND_DRINK", "FOOD_AND_DRINK_COFFEE"),
        ("FOOD_AND_DRINK", "FOOD_AND_DRINK_GROCERIES"),
        ("TRAVEL", "TRAVEL_FLIGHTS"),
        ("TRAVEL", ""),
        ("BANK_FEES", "BANK_FEES_INTEREST_CHARGE"),
        ("LOAN_PAYMENTS", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"),
        ("LOAN_PAYMENTS", "LOAN_PAYMENTS_CAR_PAYMENT"),
        ("TRANSFER_OUT", "TRANSFER_OUT_WITHDRAWAL"),
        ("TRANSFER_OUT", "TRANSFER_OUT_SAVINGS"),
        ("TRANSFER_IN", "TRANSFER_IN_SAVINGS"),
        ("LOAN_DISBURSEMENTS", "LOAN_DISBURSEMENTS_AUTO"),
        ("INCOME", "INCOME_SALARY"),
        ("INCOME", "INCOME_WAGES"),
        ("OTHER", "OTHER_OTHER"),
        ("PET_CARE", "PET_CARE_VET"),
        ("", ""),
        ("TRAVEL", "FOOD_AND_DRINK_COFFEE"),
    ]
)
OWNED = (*ACCOUNTS, account("broker", "investment"), account("odd", "other"))
DAYS = st.dates(date(2025, 1, 1), date(2026, 11, 22))


@st.composite
def life(draw):
    """Rows with ids of their own; some pending, some the posted twin of another."""
    rows: list[Transaction] = []
    for number in range(draw(st.integers(0, 25))):
        primary, detailed = draw(CODES)
        pending_ids = [each.id for each in rows if each.pending]
        day = draw(DAYS)
        rows.append(
            Transaction(
                f"r{number}",
                draw(st.sampled_from(["checking", "savings", "card", "loan", "broker", "odd", "nowhere"])),
                draw(st.integers(-50_000, 50_000)),
                draw(st.sampled_from(["USD", "USD", "EUR", "btc"])),
                day,
                day,
                "NAME",
                draw(st.sampled_from(["Cafe", "Shop", "Rail", ""])),
                primary,
                detailed,
                draw(st.booleans()),
                draw(st.sampled_from([None, *pending_ids])),
            )
        )
    return rows


def figures(analysis):
    """Every sum that is not zero, by currency, figure and key; how many rows there were is left out."""
    return {
        (code, name, key): value
        for code, sums in msgspec.to_builtins(analysis)["currencies"].items()
        for name, part in sums.items()
        if name not in ("currency", "count", "pending_count", "skipped_twins")
        for key, value in (part.items() if isinstance(part, dict) else [("", part)])
        if value
    }


@given(life())
def test_the_sums_by_month_category_detail_merchant_and_account_are_all_what_was_spent(rows):
    for sums in analyse(rows, OWNED).currencies.values():
        parts = (sums.by_month, sums.by_category, sums.by_detailed, sums.by_merchant, sums.by_account)
        assert {sum(part.values()) for part in parts} == {sums.spent}
        assert sum(sums.income_by_month.values()) == sums.income
        assert sum(sums.cash_by_month.values()) == sums.cash
        assert sum(sums.debt_payments_by_month.values()) == sums.debt_payments
        assert sum(month.net for month in monthly(sums)) == sums.net


@given(life())
def test_what_was_spent_is_the_plain_sum_of_the_rows_that_are_spending(rows):
    types = {each.id: each.type for each in OWNED}
    for code, sums in analyse(rows, OWNED).currencies.items():
        kinds = [(kind_of(each, types.get(each.account_id, "")), each) for each in distinct(rows).rows]
        mine = [(kind, each.amount) for kind, each in kinds if each.currency == code]
        assert sums.spent == sum(amount for kind, amount in mine if kind is Kind.SPENDING)
        assert sums.income == -sum(amount for kind, amount in mine if kind is Kind.INCOME)
        assert sums.transfers == sum(abs(amount) for kind, amount in mine if kind is Kind.TRANSFER)
        assert sums.count == len(mine)


@given(life(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, chance: random.Random):
    shuffled = chance.sample(rows, len(rows))
    assert analyse(shuffled, OWNED) == analyse(rows, OWNED)


@given(life(), st.integers(1, 10**6), st.sampled_from(["USD", "EUR"]))
def test_a_transfer_between_own_accounts_changes_only_the_volume_of_transfers(rows, amount, currency):
    pair = [
        row(amount, "TRANSFER_OUT_SAVINGS", currency=currency),
        row(-amount, "TRANSFER_IN_SAVINGS", account_id="savings", currency=currency),
    ]
    before, after = figures(analyse(rows, OWNED)), figures(analyse([*rows, *pair], OWNED))
    volume = (currency, "transfers", "")
    assert after.pop(volume) - before.pop(volume, 0) == 2 * amount
    assert after == before


@given(life(), st.integers(1, 10**6), st.sampled_from(["card", "checking"]))
def test_a_card_payment_changes_neither_spending_nor_income(rows, amount, payer):
    payment = row(amount, "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", account_id=payer)
    other = row(-amount, "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", account_id="card")
    before = analyse(rows, OWNED).currencies.get("USD")
    after = analyse([*rows, payment, other], OWNED).currencies["USD"]
    assert (after.spent, after.income, after.net) == (
        (before.spent, before.income, before.net) if before else (0, 0, 0)
    )


@given(life(), st.data())
def test_a_full_refund_cancels_a_purchase_everywhere(rows, data):
    types = {each.id: each.type for each in OWNED}
    bought = [
        each
        for each in distinct(rows).rows
        if not is_unexplained(each.primary)
        and each.primary != "INCOME"
        and kind_of(each, types.get(each.account_id, "")) is Kind.SPENDING
    ]
    if not bought:
        return
    purchase = data.draw(st.sampled_from(bought))
    refund = msgspec.structs.replace(purchase, id="refund", amount=-purchase.amount, replaces=None, pending=False)
    without = [each for each in distinct(rows).rows if each is not purchase]
    assert figures(analyse([*distinct(rows).rows, refund], OWNED)) == figures(analyse(without, OWNED))


@given(life(), st.data())
def test_a_pending_twin_changes_nothing(rows, data):
    rows = list(distinct(rows).rows)
    if not rows:
        return
    posted = msgspec.structs.replace(data.draw(st.sampled_from(rows)), pending=False, replaces="twin")
    rows = [posted, *(each for each in rows if each.id != posted.id)]
    twin = msgspec.structs.replace(posted, id="twin", amount=data.draw(st.integers()), pending=True, replaces=None)
    assert figures(analyse([twin, *rows], OWNED)) == figures(analyse(rows, OWNED))


@given(life(), st.data())
def test_a_row_split_in_two_sums_to_the_same(rows, data):
    rows = list(distinct(rows).rows)
    if not rows:
        return
    whole = data.draw(st.sampled_from(rows))
    part = data.draw(st.integers(min(0, whole.amount), max(0, whole.amount)))
    halves = [
        msgspec.structs.replace(whole, id=f"half-{amount}-{place}", amount=amount, replaces=None)
        for place, amount in enumerate((part, whole.amount - part))
    ]
    others = [each for each in rows if each.id != whole.id]
    assert figures(analyse([*others, *halves], OWNED)) == figures(analyse(rows, OWNED))


ANYTHING = st.builds(
    Transaction,
    id=st.text(max_size=3),
    account_id=st.text(max_size=2),
    amount=st.integers(),
    currency=st.text(max_size=3),
    date=st.dates(date(1, 1, 1), date(3, 1, 1)),
    posted=st.dates(),
    name=st.text(max_size=5),
    merchant=st.text(max_size=5),
    primary=st.text(max_size=5) | st.sampled_from(["INCOME", "OTHER", "TRANSFER_IN"]),
    detailed=st.text(max_size=5) | st.just("TRANSFER_OUT_WITHDRAWAL"),
    pending=st.booleans(),
    replaces=st.none() | st.text(max_size=3),
)


@settings(max_examples=200)
@given(st.lists(ANYTHING), st.lists(st.text(max_size=2)), st.text(max_size=6))
def test_no_values_at_all_make_it_raise(rows, ids, account_type):
    owned = [account(each, account_type) for each in ids]
    analysis = analyse(rows, owned)
    assert sum(sums.count for sums in analysis.currencies.values()) == len(distinct(rows).rows)
    for sums in analysis.currencies.values():
        assert sum(month.net for month in monthly(sums)) == sums.net
