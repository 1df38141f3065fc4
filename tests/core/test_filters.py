from datetime import date
from decimal import Decimal

import pytest
from core.making import CARD, CHECKING, account, row
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.filters import TransactionFilter, paginate
from keepless.core.kinds import Kind, kind_of
from keepless.errors import InvalidField

CAFE = row("4.50", date=date(2026, 11, 3))
SHOES = row("90.00", "GENERAL_MERCHANDISE_SHOES", account_id="card", merchant="Straße & Söhne", name="STRASSE 7 BERLIN")
PAY = row("-2100.00", "INCOME_SALARY", merchant="Acme", name="PAYROLL", date=date(2026, 11, 1))
YEN = row("9000", currency="JPY", merchant="Rail", name="RAIL")
BARE = row("1.00", "", primary="", merchant="?", name="?")
ROWS = [CAFE, SHOES, PAY, YEN, BARE]


def found(**conditions):
    return TransactionFilter(**conditions).apply(ROWS)


def test_a_filter_that_asks_nothing_finds_everything_in_order():
    assert found() == ROWS


def test_days_count_from_the_first_to_the_last_both_included():
    assert found(start=date(2026, 11, 1), end=date(2026, 11, 3)) == [CAFE, PAY]
    assert found(end=date(2026, 11, 2)) == [PAY]
    assert found(start=date(2026, 11, 4)) == [SHOES, YEN, BARE]


def test_a_category_is_found_by_its_primary_and_by_its_detail():
    assert found(category="GENERAL_MERCHANDISE") == [SHOES]
    assert found(category="GENERAL_MERCHANDISE_SHOES") == [SHOES]
    assert found(category="GENERAL") == []


def test_rows_without_a_category_are_found_as_uncategorised():
    assert found(category="UNCATEGORIZED") == [BARE]


def test_an_account_and_a_currency_are_found_by_their_exact_codes():
    assert found(account="card") == [SHOES]
    assert found(currency="JPY") == [YEN]
    assert found(currency="jpy") == []


def test_a_merchant_is_found_letter_for_letter_and_not_in_the_banks_own_name():
    assert found(merchant="Straße & Söhne") == [SHOES]
    for other in ("straße & söhne", "Straße", "STRASSE 7 BERLIN"):
        assert found(merchant=other) == []


def test_pending_rows_are_found_apart_from_the_booked():
    waiting = row("3.00", pending=True)
    assert TransactionFilter(pending=True).apply([*ROWS, waiting]) == [waiting]
    assert TransactionFilter(pending=False).apply([*ROWS, waiting]) == ROWS
    assert TransactionFilter().apply([*ROWS, waiting]) == [*ROWS, waiting]


def test_a_kind_is_found_by_the_type_of_the_rows_account():
    arrived = row("-40.00", "", primary="", account_id="card")
    assert TransactionFilter(kind="card_payment").apply([CAFE, arrived], [CHECKING, CARD]) == [arrived]
    assert TransactionFilter(kind="card_payment").apply([CAFE, arrived]) == []
    assert TransactionFilter(kind="spending").apply([CAFE, arrived], [CHECKING, CARD]) == [CAFE]
    assert TransactionFilter(kind="card_payment").matches(arrived, [CARD])


@pytest.mark.parametrize("kind", Kind)
def test_the_kinds_split_the_rows(kind):
    kinds = [kind_of(each, "depository") for each in ROWS]
    accounts = [CHECKING, account("card")]
    assert TransactionFilter(kind=kind).apply(ROWS, accounts) == [
        each for each, of in zip(ROWS, kinds, strict=True) if of is kind
    ]


@pytest.mark.parametrize(
    "q", ["straße", "STRASSE", "strasse", "söhne", "SO\u0308HNE", "berlin", "  Berlin ", "\uff22erlin"]
)
def test_text_is_found_in_the_merchant_or_the_banks_name_whatever_its_case_or_composition(q):
    assert found(q=q) == [SHOES]


def test_text_that_looks_like_a_pattern_is_only_text():
    assert found(q=".*") == []
    assert found(q="?") == [BARE]


def test_amounts_are_compared_by_size_in_the_major_unit_of_each_currency():
    assert found(minimum=Decimal(90)) == [SHOES, PAY, YEN]
    assert found(minimum=Decimal("4.5"), maximum=Decimal(90)) == [CAFE, SHOES]
    assert found(maximum=Decimal("4.49")) == [BARE]
    assert found(minimum=Decimal(9000)) == [YEN]


def test_every_condition_must_hold():
    assert found(q="strasse", account="card", minimum=Decimal(100)) == []
    assert found(q="strasse", account="card", minimum=Decimal(10)) == [SHOES]


@pytest.mark.parametrize(
    ("conditions", "field"),
    [
        ({"start": date(2026, 2, 1), "end": date(2026, 1, 1)}, "to"),
        ({"minimum": Decimal(-1)}, "min"),
        ({"minimum": Decimal("NaN")}, "min"),
        ({"maximum": Decimal("Infinity")}, "max"),
        ({"minimum": Decimal(2), "maximum": Decimal(1)}, "max"),
        ({"kind": "gift"}, "kind"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_by_the_name_of_its_field(conditions, field):
    with pytest.raises(InvalidField) as refused:
        TransactionFilter(**conditions)
    assert refused.value.field == field


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_any_text_finds_the_row_that_has_it_and_nothing_raises(before, q, after):
    sought = TransactionFilter(q=q)
    assert sought.matches(row("1.00", merchant=q, name=before))
    sought.apply([row("1.00", merchant=before + after, name=after)])


@given(st.lists(st.integers()), st.integers(1, 9), st.integers(1, 9))
def test_the_pages_together_are_the_list(items, size, beyond):
    first = paginate(items, 1, size)
    pages = [paginate(items, number, size) for number in range(1, first.pages + 1)]
    assert [item for page in pages for item in page.items] == items
    assert all(len(page.items) <= size and page.total == len(items) for page in pages)
    assert paginate(items, first.pages + beyond, size).items == []


def test_an_empty_list_has_one_empty_page():
    page = paginate([], 1, 50)
    assert (page.items, page.page, page.pages, page.total) == ([], 1, 1, 0)


@pytest.mark.parametrize(("page", "size", "field"), [(0, 10, "page"), (-1, 10, "page"), (1, 0, "size")])
def test_pages_count_from_one(page, size, field):
    with pytest.raises(InvalidField) as refused:
        paginate([1], page, size)
    assert refused.value.field == field
