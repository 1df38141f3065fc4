"""Figures and dates as people read them. Plain functions of values; no request, no clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from keepless.core.models import Account
from keepless.core.money import exponent

MINUS = "\u2212"  # a minus sign, as wide as the figures; a hyphen is not one
UNKNOWN = "\u2013"  # a dash where a figure is not known, which is not zero
TO = "\u2013"  # the dash between the first and the last
THIN = "\u202f"  # narrow space that does not break: between a figure and its unit
# Symbols that mean one currency to most readers; every other currency is written by its ISO code.
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# Coins have eight decimals: as many as an amount has are written, two at least. Money has its own, always.
LONGEST_FRACTION = 4
# Kinds of account that are initials; Plaid writes them small.
INITIALS = frozenset({"cd", "gic", "hsa", "ira", "isa", "lif", "lira", "resp", "rrif", "rrsp", "sep ira", "tfsa"})

# Divisor and decimals per currency, looked up once each: a dashboard formats hundreds of amounts.
_SCALES: dict[str, tuple[int, int, str]] = {}


def _scale(currency: str) -> tuple[int, int, str]:
    decimals = exponent(currency)
    scale = (10**decimals, decimals, SYMBOLS.get(currency) or (f"{currency}\u00a0" if currency else ""))
    if len(_SCALES) < 1_000:  # noqa: PLR2004 banks may name currencies of their own; the table stays small
        _SCALES[currency] = scale
    return scale


def money(minor: int, currency: str) -> str:
    """`minor` units as "$1,240.50", "-€12.00" (with a true minus), "CAD 8.00", "¥1,200", "BTC 0.005"."""
    divisor, decimals, mark = _SCALES.get(currency) or _scale(currency)
    sign = ""
    if minor < 0:
        sign, minor = MINUS, -minor
    if not decimals:
        return f"{sign}{mark}{minor:,}"
    whole, part = divmod(minor, divisor)
    digits = f"{part:0{decimals}d}"
    if decimals > LONGEST_FRACTION:
        digits = digits.rstrip("0").ljust(2, "0")
    return f"{sign}{mark}{whole:,}.{digits}"


def flow(minor: int, currency: str) -> str:
    """An amount of Plaid's sign as a statement writes it: money out plain, money in with a plus."""
    return "+" + money(-minor, currency) if minor < 0 else money(minor, currency)


def rate(basis_points: int) -> str:
    """2499 as "24.99 %", 500 as "5 %"."""
    whole, part = divmod(abs(basis_points), 100)
    sign = MINUS if basis_points < 0 else ""
    decimals = f".{part:02d}" if part else ""
    return f"{sign}{whole}{decimals}{THIN}%"


def percent(per_mille: int) -> str:
    """Thousandths rounded to whole percent, half to even: 324 as "32 %"."""
    return f"{round(per_mille / 10)}{THIN}%"


def day(value: date, today: date) -> str:
    """As "22 November", with the year where it is not today's."""
    text = f"{value.day} {MONTHS[value.month - 1]}"
    return text if value.year == today.year else f"{text} {value.year}"


def short_day(value: date, today: date) -> str:
    """As "22 Nov", with the year where it is not today's."""
    text = f"{value.day} {MONTHS[value.month - 1][:3]}"
    return text if value.year == today.year else f"{text} {value.year}"


def month(key: str) -> str:
    """As "2026-11" as "November 2026"."""
    return f"{MONTHS[int(key[5:]) - 1]} {key[:4]}"


def short_month(key: str) -> str:
    """As "Nov 2026" for "2026-11"."""
    return f"{MONTHS[int(key[5:]) - 1][:3]} {key[:4]}"


def month_name(key: str) -> str:
    """As "2026-11" as "November"."""
    return MONTHS[int(key[5:]) - 1]


def moment(value: datetime, zone: ZoneInfo | None) -> str:
    """A UTC moment on the visitor's clock, "22 November 2026, 14:05"; UTC and saying so without a zone."""
    local = value.astimezone(zone or UTC)
    text = f"{local.day} {MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"
    return text if zone else f"{text} UTC"


def in_days(days: int) -> str:
    """As "today", "tomorrow", "in 5 days", "yesterday", "3 days ago"."""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return near.get(days) or (f"in {days} days" if days > 0 else f"{-days} days ago")


def counted(number: int, one: str, many: str) -> str:
    """As "1 bank", "3 banks", "20,000 transactions"."""
    return f"{number:,} {one if number == 1 else many}"


def joined(names: list[str]) -> str:
    """As "A", "A and B", "A, B and C"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def share_of(part: int, whole: int) -> str:
    """The width of a bar for SVG, 0 to 100, of a part that may be negative or larger than the whole."""
    if whole <= 0 or part <= 0:
        return "0"
    return f"{min(100.0, part * 100 / whole):.1f}"


def known_money(minor: int | None, currency: str) -> str:
    """As `money`; a dash where the figure is not known."""
    return UNKNOWN if minor is None else money(minor, currency)


def account_name(account: Account) -> str:
    """As "Everyday ··1234"."""
    return f"{account.name} ··{account.mask}" if account.mask else account.name


def account_kind(account: Account) -> str:
    """As "Credit card", "IRA"; the type where the bank tells no more."""
    kind = account.subtype or account.type
    return kind.upper() if kind in INITIALS else kind[:1].upper() + kind[1:]
