"""Money as integers in minor units, always beside its currency."""

from decimal import ROUND_HALF_EVEN, Decimal

# ISO 4217: currencies whose minor unit is not a hundredth. Everything else has two decimals.
# fmt: off
EXPONENTS: dict[str, int] = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
         "XPF"),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
    # Plaid's unofficial currency codes that are coins; its JSON numbers carry about that many decimals with sense.
    **dict.fromkeys(
        ("ADA", "BAT", "BCH", "BNB", "BSV", "BTC", "BTG", "DASH", "DOGE", "ETC", "ETH", "LSK", "NEO", "OMG", "QTUM",
         "USDT", "XLM", "XMR", "XRP", "ZEC", "ZRX"),
        8,
    ),
}
# fmt: on
_UNIT = Decimal(1)


def exponent(currency: str) -> int:
    """Decimals of a currency's minor unit, after ISO 4217 (2 where nothing else is known)."""
    return EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """Minor units of `amount`; digits below the minor unit are rounded half to even.

    Raises ArithmeticError or ValueError for what is no number and for more than 28 digits.
    """
    return int(amount.scaleb(EXPONENTS.get(currency, 2)).quantize(_UNIT, ROUND_HALF_EVEN))


def to_decimal(minor: int, currency: str) -> Decimal:
    """The Decimal of `minor` units, exact up to 28 digits."""
    return Decimal(minor).scaleb(-exponent(currency))


def rounded_share(part: int, whole: int, of: int) -> int:
    """`of` times `part` / `whole` (`of` 1000: per mille), exact, rounded half to even. `whole` is above zero."""
    quotient, rest = divmod(part * of, whole)
    return quotient + (2 * rest > whole or (2 * rest == whole and quotient % 2 == 1))
