"""Money as integers in minor units, always beside its currency."""

from decimal import ROUND_HALF_EVEN, Decimal

import msgspec

# ISO 4217: currencies whose minor unit is not a hundredth. Everything else has two decimals.
EXPONENTS: dict[str, int] = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


class Money(msgspec.Struct, frozen=True):
    """An amount in minor units (cents for USD, yen for JPY) of one currency."""

    minor: int
    currency: str


def exponent(currency: str) -> int:
    """Decimals of a currency's minor unit, after ISO 4217 (2 where nothing else is known)."""
    return EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """Minor units of `amount`; digits below the minor unit are rounded half to even."""
    return int(amount.scaleb(exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def to_decimal(minor: int, currency: str) -> Decimal:
    """The exact Decimal of `minor` units."""
    return Decimal(minor).scaleb(-exponent(currency))
