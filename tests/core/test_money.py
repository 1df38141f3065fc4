from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.money import EXPONENTS, exponent, rounded_share, to_decimal, to_minor

CURRENCIES = st.sampled_from([*EXPONENTS, "USD", "EUR", "XXX", "usd", ""])


@given(st.integers(-(10**20), 10**20), CURRENCIES)
def test_minor_units_and_decimal_are_two_ways_to_write_one_amount(minor, currency):
    assert to_minor(to_decimal(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.34", "USD", 1234),
        ("-12.34", "EUR", -1234),
        ("1200", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("0.00012345", "BTC", 12345),
        ("0.005", "USD", 0),
        ("0.015", "USD", 2),
        ("-0.00", "USD", 0),
        ("1E+3", "USD", 100000),
    ],
)
def test_an_amount_is_counted_in_the_smallest_unit_of_its_currency(amount, currency, minor):
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+30", "1E+999999"])
def test_what_is_no_amount_is_refused_and_not_computed_for_long(amount):
    with pytest.raises((ArithmeticError, ValueError)):
        to_minor(Decimal(amount), "USD")


def test_a_currency_nobody_knows_has_two_decimals():
    assert exponent("ZZZ") == 2


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**9), st.integers(1, 10**5))
def test_a_rounded_share_is_the_exact_one_rounded_half_to_even(part, whole, of):
    exact = Decimal(part) * of / whole
    assert abs(rounded_share(part, whole, of) - exact) <= Decimal("0.5")
    assert rounded_share(1, 2, 1) == 0
    assert rounded_share(3, 2, 1) == 2
    assert rounded_share(-1, 2, 1) == 0
