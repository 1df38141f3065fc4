"""Figures and dates as people read them, in the answer's language. No request, no clock."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from keepless.core.models import Account
from keepless.core.money import exponent
from keepless.web.language import account_kind_name, gettext, ngettext, pgettext, spoken

MINUS = "\u2212"  # a minus sign, as wide as the figures; a hyphen is not one
UNKNOWN = "\u2013"  # a dash where a figure is not known, which is not zero
TO = "\u2013"  # the dash between the first and the last
THIN = "\u202f"  # narrow space that does not break: between a figure and its unit
# Symbols that mean one currency to most readers; every other currency is written by its ISO code.
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """How a language writes figures and dates; patterns name what they place. Source: Unicode CLDR 46.

    Two differences, for columns: thousands are grouped in Spanish too where there are four digits, and the minus is a
    true one. `symbol_first` has an ISO code first as well, as in "CAD 8.00".
    """

    decimal: str
    group: str
    symbol_first: bool
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    day: str
    day_of_year: str
    short_day_of_year: str
    month_of_year: str


HABITS = {
    "en": Habits(
        decimal=".",
        group=",",
        symbol_first=True,
        months=(
            "January", "February", "March", "April", "May", "June",
            "July", "August", "September", "October", "November", "December",
        ),
        short_months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
        day="{day} {month}",
        day_of_year="{day} {month} {year}",
        short_day_of_year="{day} {month} {year}",
        month_of_year="{month} {year}",
    ),
    "es": Habits(
        decimal=",",
        group=".",
        symbol_first=False,
        months=(
            "enero", "febrero", "marzo", "abril", "mayo", "junio",
            "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
        ),
        short_months=("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"),
        day="{day} de {month}",
        day_of_year="{day} de {month} de {year}",
        short_day_of_year="{day} {month} {year}",
        month_of_year="{month} de {year}",
    ),
}  # fmt: skip

# Coins have eight decimals: as many as an amount has are written, two at least. Money has its own, always.
LONGEST_FRACTION = 4
# Kinds of account that are initials; Plaid writes them small.
INITIALS = frozenset({"cd", "gic", "hsa", "ira", "isa", "lif", "lira", "resp", "rrif", "rrsp", "sep ira", "tfsa"})

# Before such a word the Spanish "y" (and) is "e": it begins with the sound of an "i" that is no diphthong.
_LIKE_I = re.compile(r"h?[ií](?![aeoáéó])", re.IGNORECASE)

# Divisor, decimals, what stands before and after: per language and currency, looked up once each, for a dashboard
# formats hundreds of amounts.
_SCALES: dict[tuple[str, str], tuple[int, int, str, str]] = {}


def _habits() -> Habits:
    return HABITS[spoken().code]


def _scale(language: str, currency: str) -> tuple[int, int, str, str]:
    decimals = exponent(currency)
    symbol = SYMBOLS.get(currency)
    if HABITS[language].symbol_first:
        before, after = symbol or (f"{currency}\u00a0" if currency else ""), ""
    else:
        before, after = "", f"\u00a0{symbol or currency}" if currency else ""
    scale = (10**decimals, decimals, before, after)
    if len(_SCALES) < 1_000:  # noqa: PLR2004 banks may name currencies of their own; the table stays small
        _SCALES[language, currency] = scale
    return scale


def money(minor: int, currency: str) -> str:
    """`minor` units as "$1,240.50", "-€12.00" (with a true minus), "CAD 8.00", "¥1,200", "BTC 0.005"; "12,00 €"."""
    language = spoken().code
    habits = HABITS[language]
    divisor, decimals, before, after = _SCALES.get((language, currency)) or _scale(language, currency)
    sign = ""
    if minor < 0:
        sign, minor = MINUS, -minor
    if not decimals:
        return f"{sign}{before}{_grouped(minor, habits)}{after}"
    whole, part = divmod(minor, divisor)
    digits = f"{part:0{decimals}d}"
    if decimals > LONGEST_FRACTION:
        digits = digits.rstrip("0").ljust(2, "0")
    return f"{sign}{before}{_grouped(whole, habits)}{habits.decimal}{digits}{after}"


def _grouped(number: int, habits: Habits) -> str:
    return f"{number:,}".replace(",", habits.group)


def flow(minor: int, currency: str) -> str:
    """An amount of Plaid's sign as a statement writes it: money out plain, money in with a plus."""
    return "+" + money(-minor, currency) if minor < 0 else money(minor, currency)


def rate(basis_points: int) -> str:
    """2499 as "24.99 %", 500 as "5 %"."""
    whole, part = divmod(abs(basis_points), 100)
    sign = MINUS if basis_points < 0 else ""
    decimals = f"{_habits().decimal}{part:02d}" if part else ""
    return f"{sign}{whole}{decimals}{THIN}%"


def percent(per_mille: int) -> str:
    """Thousandths rounded to whole percent, half to even: 324 as "32 %"."""
    return f"{round(per_mille / 10)}{THIN}%"


def day(value: date, today: date) -> str:
    """As "22 November", with the year where it is not today's."""
    habits = _habits()
    pattern = habits.day if value.year == today.year else habits.day_of_year
    return pattern.format(day=value.day, month=habits.months[value.month - 1], year=value.year)


def short_day(value: date, today: date) -> str:
    """As "22 Nov", with the year where it is not today's."""
    habits = _habits()
    text = f"{value.day} {habits.short_months[value.month - 1]}"
    if value.year == today.year:
        return text
    return habits.short_day_of_year.format(day=value.day, month=habits.short_months[value.month - 1], year=value.year)


def month(key: str) -> str:
    """As "2026-11" as "November 2026", as a heading."""
    habits = _habits()
    text = habits.month_of_year.format(month=habits.months[int(key[5:]) - 1], year=key[:4])
    return text[:1].upper() + text[1:]


def short_month(key: str) -> str:
    """As "Nov 2026" for "2026-11"."""
    return f"{_habits().short_months[int(key[5:]) - 1]} {key[:4]}"


def month_name(key: str) -> str:
    """As "2026-11" as "November"."""
    return _habits().months[int(key[5:]) - 1]


def moment(value: datetime, zone: ZoneInfo | None) -> str:
    """A UTC moment on the visitor's clock, "22 November 2026, 14:05"; UTC and saying so without a zone."""
    local = value.astimezone(zone or UTC)
    habits = _habits()
    date_of = habits.day_of_year.format(day=local.day, month=habits.months[local.month - 1], year=local.year)
    text = f"{date_of}, {local:%H:%M}"
    return text if zone else f"{text} UTC"


def clock_time(value: datetime, zone: ZoneInfo | None) -> str:
    """A UTC moment of the next hours as "14:05", rounded up to the minute; UTC, and saying so, without a zone."""
    local = (value + timedelta(minutes=1) - timedelta.resolution).astimezone(zone or UTC)
    return f"{local:%H:%M}" if zone else f"{local:%H:%M} UTC"


def in_days(days: int) -> str:
    """As "today", "tomorrow", "in 5 days", "yesterday", "3 days ago"."""
    if days == 0:
        return gettext("today")
    if abs(days) == 1:
        return gettext("tomorrow") if days > 0 else gettext("yesterday")
    if days > 0:
        return ngettext("in %(number)s day", "in %(number)s days", days, number=count(days))
    return ngettext("%(number)s day ago", "%(number)s days ago", -days, number=count(-days))


def count(number: int) -> str:
    """As "20,000"."""
    return _grouped(number, _habits())


def joined(names: list[str]) -> str:
    """As "A", "A and B", "A, B and C"."""
    if len(names) < 2:  # noqa: PLR2004 there is nothing to join
        return "".join(names)
    *before, last = names
    if _LIKE_I.match(last):
        # Translators: the same as "%(names)s and %(last)s", where `last` begins with the sound of an "i"
        return pgettext("before i", "%(names)s and %(last)s", names=", ".join(before), last=last)
    return gettext("%(names)s and %(last)s", names=", ".join(before), last=last)


def inside(sentence: str) -> str:
    """The sentence as it follows a colon: its first letter small, but that of a name."""
    return sentence if sentence.startswith("Plaid") else sentence[:1].lower() + sentence[1:]


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
    known = account_kind_name(kind)
    if known is not None:
        return known
    return kind.upper() if kind in INITIALS else kind[:1].upper() + kind[1:]
