"""In which order paying saves most: the table of docs/spending.md, and what must hold whatever the cards are."""

import pytest
from core.making import TODAY, account
from core.test_spending_page import minor, table
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.credit import card
from keepless.core.models import Apr, CardTerms
from keepless.core.payoff import paying_order

RATE = st.integers(0, 4000)
BALANCE = st.none() | st.integers(-500, 10**7)
APRS = st.lists(st.tuples(st.sampled_from(["purchase_apr", "cash_apr", "special"]), RATE, BALANCE), max_size=3)
CARDS = st.lists(st.tuples(BALANCE, APRS, st.sampled_from(["USD", "EUR", "JPY"])), max_size=6)


def apr(type, basis_points, balance=None):  # noqa: A002
    return Apr(type=type, basis_points=basis_points, balance=balance, interest=None)


def one(name, current, *aprs, currency="USD"):
    owing = account(name.lower(), "credit", name=name, current=current, currency=currency)
    return card(owing, CardTerms(account_id=name.lower(), aprs=aprs), TODAY, bank="North")


def order(*cards):
    return [(each.place, each.name, each.rate_type, each.balance) for each in paying_order(cards)]


def test_the_table_of_the_page_is_what_the_code_answers():
    rows = [[None if cell == "-" else cell for cell in cells] for cells in table("place", 9)]
    cards = [
        one("Plain", 30000),
        one("Gold", 90000, apr("purchase_apr", 1999, 0), apr("special", 0, 90000)),
        one("Quiet", None, apr("purchase_apr", 2199)),
        one("Clear", 0, apr("purchase_apr", 3599)),
        one("Blue", 55000, apr("purchase_apr", 2499, 41000), apr("cash_apr", 2999, 14000)),
        one("Store", 6000, apr("purchase_apr", 2699)),
    ]
    told = paying_order(cards)
    assert [str(each.place) if each.place else None for each in told] == [row[0] for row in rows]
    assert [(each.name, each.rate_type or None, each.reason) for each in told] == [(r[1], r[2], r[8]) for r in rows]
    figures = [[each.balance, each.basis_points, each.paid, each.saves_month, each.saves_year] for each in told]
    assert figures == [[None if cell is None else minor(cell) for cell in row[3:8]] for row in rows]


def test_of_one_rate_the_smaller_balance_comes_first():
    told = order(one("Large", 90000, apr("purchase_apr", 2000)), one("Small", 100, apr("purchase_apr", 2000)))
    assert [name for _, name, _, _ in told] == ["Small", "Large"]


def test_each_currency_has_an_order_of_its_own():
    told = order(
        one("Dollar", 100, apr("purchase_apr", 1000)),
        one("Euro", 100, apr("purchase_apr", 900), currency="EUR"),
        one("Second", 100, apr("purchase_apr", 500)),
    )
    assert told == [
        (1, "Euro", "purchase_apr", 100),
        (1, "Dollar", "purchase_apr", 100),
        (2, "Second", "purchase_apr", 100),
    ]


def test_a_hundred_is_of_the_major_unit_whatever_the_currency():
    (yen,) = paying_order([one("Yen", 5000, apr("purchase_apr", 1500), currency="JPY")])
    assert (yen.paid, yen.saves_year) == (100, 15)


@pytest.mark.parametrize("current", [0, -2500])
def test_a_card_on_which_nothing_is_owed_is_not_in_the_order(current):
    assert order(one("Card", current, apr("purchase_apr", 2000))) == []


@given(CARDS)
def test_whatever_the_cards_the_dearest_known_balance_comes_first_and_the_unknown_last(told):
    cards = [
        one(f"C{n}", owed, *(apr(*each) for each in aprs), currency=code) for n, (owed, aprs, code) in enumerate(told)
    ]
    for currency in {each.account.currency for each in cards}:
        ranked = [each for each in paying_order(cards) if each.currency == currency]
        known = [each for each in ranked if each.reason is None]
        assert ranked[: len(known)] == known
        assert [each.place for each in known] == list(range(1, len(known) + 1))
        rates = [each.basis_points for each in known]
        assert rates == sorted(rates, reverse=True)
        assert all(0 < each.paid <= each.balance and each.saves_month <= each.saves_year for each in known)


@given(CARDS, st.randoms(use_true_random=False))
def test_the_order_of_the_cards_does_not_matter(told, rng):
    cards = [
        one(f"C{n}", owed, *(apr(*each) for each in aprs), currency=code) for n, (owed, aprs, code) in enumerate(told)
    ]
    shuffled = rng.sample(cards, len(cards))
    assert paying_order(shuffled) == paying_order(cards)
