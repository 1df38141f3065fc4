"""What a query string may say: one list of parameters, which reads them, refuses the rest and documents itself."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from unicodedata import category

import msgspec
from werkzeug.datastructures import MultiDict

from keepless.core.filters import TransactionFilter
from keepless.core.kinds import Kind
from keepless.core.periods import Period
from keepless.core.tiers import EVERYTHING, Allowance
from keepless.errors import InvalidField, NotInTier

PERIOD = ("days", "from", "to")
FILTER = (*PERIOD, "category", "account", "merchant", "kind", "currency", "pending", "q", "min", "max")
TRANSACTIONS = (*FILTER, "page")
EXPORT = ("format", *FILTER, "partial")
LIVE = (*PERIOD, "bank")

MAX_PAGE = 10_000
MAX_TEXT = 100
MAX_MERCHANT = 200
FORMATS = ("csv", "json", "ofx")
_LONGEST_NAME_SHOWN = 40

_WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,4})?", re.ASCII)
_CATEGORY = re.compile(r"[A-Z][A-Z0-9_]{0,79}", re.ASCII)
_BANK = re.compile(r"[A-Za-z0-9_-]{8}", re.ASCII)
_CURRENCY = re.compile(r"[A-Za-z0-9]{1,16}", re.ASCII)
_ACCOUNT = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
# Beside letters and digits of any script: blanks, and the marks that merchants have in their names. Nothing here is
# ever interpreted; the set is small so that markup and database syntax get a clear refusal instead of an empty list.
_MARKS = frozenset(" &'\u2019.,-+*#/()!@:%_")
_REFUSED = ("--", "/*")


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter: how its text is read (InvalidField's detail is raised as ValueError), and how it is documented."""

    name: str
    description: str
    schema: dict[str, Any]
    read: Callable[[str], Any]
    required: bool = False


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A query that makes sense: the days to show, the conditions on transactions, the page from 1, one bank's key.

    `format` and `partial` are an export's: what to write, and whether without what could not be read.
    """

    period: Period
    filter: TransactionFilter
    page: int
    bank: str = ""
    format: str = ""
    partial: bool = False


class QueryReader:
    """Reads queries for one installation: `history_days` is the default period, `max_history_days` the longest."""

    def __init__(self, *, history_days: int, max_history_days: int) -> None:
        self._history_days = history_days
        self._max_history_days = max_history_days
        self.parameters: Mapping[str, Parameter] = {
            parameter.name: parameter for parameter in _parameters(history_days, max_history_days)
        }

    def read(
        self,
        arguments: MultiDict[str, str],
        today: date,
        *,
        allowed: tuple[str, ...] = TRANSACTIONS,
        allowance: Allowance = EVERYTHING,
    ) -> Query:
        """The query as values. An empty value counts as none, as forms send it.

        Raises InvalidField naming the parameter: one that is not `allowed`, that comes twice, or whose value is not
        well formed, out of range, or at odds with another's. Raises NotInTier for days before those of `allowance`.
        """
        values = {name: self._value(name, arguments.getlist(name), allowed) for name in arguments}
        period = self._period(values, today, allowance.history_days)
        return Query(
            period=period,
            filter=TransactionFilter(
                start=period.start,
                end=period.end,
                category=values.get("category") or "",
                account=values.get("account") or "",
                merchant=values.get("merchant") or "",
                kind=values.get("kind") or "",
                currency=values.get("currency") or "",
                pending=values.get("pending"),
                q=values.get("q") or "",
                minimum=values.get("min"),
                maximum=values.get("max"),
            ),
            page=values.get("page") or 1,
            bank=values.get("bank") or "",
            format=values.get("format") or "",
            partial=bool(values.get("partial")),
        )

    def _value(self, name: str, texts: list[str], allowed: tuple[str, ...]) -> Any:
        if name not in allowed:
            raise InvalidField(_shown(name), f"there is no such parameter; there are {', '.join(allowed)}")
        if len(texts) > 1:
            raise InvalidField(name, "it came more than once")
        if not texts[0]:
            return None
        try:
            return self.parameters[name].read(texts[0])
        except ValueError as refusal:
            raise InvalidField(name, str(refusal)) from None

    def _period(self, values: Mapping[str, Any], today: date, most_days: int) -> Period:
        # A visitor whose time zone is not known may be a day ahead of us.
        latest = today + timedelta(days=1)
        earliest = today - timedelta(days=self._max_history_days)
        for name in ("from", "to"):
            day = values.get(name)
            if day is not None and not earliest <= day <= latest:
                raise InvalidField(name, f"it must be from {earliest} to {latest}")
        end = values.get("to") or today
        days = values.get("days") or self._history_days
        earliest = max(earliest, today - timedelta(days=most_days))
        if (values.get("days") or 0) > most_days or min(values.get("from") or end, end) < earliest:
            raise NotInTier("history", most_days)
        return Period(values.get("from") or max(earliest, end - timedelta(days=days - 1)), end)


def _parameters(history_days: int, max_history_days: int) -> tuple[Parameter, ...]:
    return (
        Parameter(
            name="days",
            description="How many days to show, counted back from `to`. `from` wins over it.",
            schema={"type": "integer", "minimum": 1, "maximum": max_history_days, "default": history_days},
            read=lambda text: _whole(text, 1, max_history_days),
        ),
        Parameter(
            name="from",
            description=f"The first day, at most {max_history_days} days ago.",
            schema={"type": "string", "format": "date"},
            read=_day,
        ),
        Parameter(
            name="to",
            description="The last day; today where it is not given.",
            schema={"type": "string", "format": "date"},
            read=_day,
        ),
        Parameter(
            name="category",
            description="A primary or detailed personal finance category of Plaid, or UNCATEGORIZED.",
            schema={"type": "string", "pattern": f"^{_CATEGORY.pattern}$"},
            read=lambda text: _shaped(text, _CATEGORY, "it must be a category code such as FOOD_AND_DRINK"),
        ),
        Parameter(
            name="account",
            description="An account's id.",
            schema={"type": "string", "pattern": f"^{_ACCOUNT.pattern}$"},
            read=lambda text: _shaped(text, _ACCOUNT, "it must be an account's id"),
        ),
        Parameter(
            name="merchant",
            description="A merchant, exactly as a transaction names it.",
            schema={"type": "string", "maxLength": MAX_MERCHANT},
            read=_merchant,
        ),
        Parameter(
            name="kind",
            description="What a row is, whatever the bank calls it.",
            schema={"type": "string", "enum": [str(kind) for kind in Kind]},
            read=lambda text: _one_of(text, tuple(Kind)),
        ),
        Parameter(
            name="currency",
            description="A currency's code, exactly as a transaction names it.",
            schema={"type": "string", "pattern": f"^{_CURRENCY.pattern}$"},
            read=lambda text: _shaped(text, _CURRENCY, "it must be a currency code such as USD"),
        ),
        Parameter(
            name="pending",
            description="yes: only what is not booked yet; no: only what is booked.",
            schema={"type": "string", "enum": ["yes", "no"]},
            read=lambda text: _one_of(text, ("yes", "no")) == "yes",
        ),
        Parameter(
            name="q",
            description="Text to find in the merchant or the bank's own description; letter case does not matter. "
            "Letters, digits, blanks and the marks that names have.",
            schema={"type": "string", "maxLength": MAX_TEXT},
            read=_text,
        ),
        Parameter(
            name="min",
            description="The smallest amount, in the major unit (12.50); its sign does not matter.",
            schema={"type": "string", "pattern": f"^{_AMOUNT.pattern}$"},
            read=_amount,
        ),
        Parameter(
            name="max",
            description="The largest amount, in the major unit (12.50); its sign does not matter.",
            schema={"type": "string", "pattern": f"^{_AMOUNT.pattern}$"},
            read=_amount,
        ),
        Parameter(
            name="page",
            description="The page, from 1; past the last one it is empty.",
            schema={"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 1},
            read=lambda text: _whole(text, 1, MAX_PAGE),
        ),
        Parameter(
            name="format",
            description="How to write it.",
            schema={"type": "string", "enum": list(FORMATS)},
            read=lambda text: _one_of(text, FORMATS),
            required=True,
        ),
        Parameter(
            name="partial",
            description="yes: leave out what could not be read, instead of refusing. no: the same as not given.",
            schema={"type": "string", "enum": ["yes", "no"], "default": "no"},
            read=lambda text: _one_of(text, ("yes", "no")) == "yes",
        ),
        Parameter(
            name="bank",
            description="The key of one bank, as the first line of the stream names it; all banks where there is none.",
            schema={"type": "string", "pattern": f"^{_BANK.pattern}$"},
            read=lambda text: _shaped(text, _BANK, "it must be a bank's key"),
        ),
    )


def _whole(text: str, low: int, high: int) -> int:
    if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
        raise ValueError(f"it must be a whole number from {low} to {high}")
    return int(text)


def _day(text: str) -> date:
    # fromisoformat alone would also read week dates and dates without dashes.
    if not _DAY.fullmatch(text):
        raise ValueError("it must be a date such as 2026-01-31")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("there is no such day") from None


def _amount(text: str) -> Decimal:
    return Decimal(_shaped(text, _AMOUNT, "it must be an amount such as 12.50"))


def _one_of(text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise ValueError(f"it must be one of {', '.join(choices)}")
    return text


def _merchant(text: str) -> str:
    # Banks write what they like, and this is compared and never interpreted: only what no name has is refused.
    if len(text) > MAX_MERCHANT or any(category(character) in {"Cc", "Cs"} for character in text):
        raise ValueError(f"it must be a merchant's name of at most {MAX_MERCHANT} characters")
    return text


def _text(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ValueError(f"it must be at most {MAX_TEXT} characters long")
    if any(mark in text for mark in _REFUSED) or not all(map(_in_names, text)):
        raise ValueError("it may have letters, digits, blanks and the marks that names have")
    return text


def _in_names(character: str) -> bool:
    # Category M: the accents and vowel signs that many scripts, and what a Mac copies, write after their letter.
    return character.isalnum() or character in _MARKS or category(character).startswith("M")


def _shaped(text: str, shape: re.Pattern[str], otherwise: str) -> str:
    if not shape.fullmatch(text):
        raise ValueError(otherwise)
    return text


def _shown(name: str) -> str:
    """A parameter's name as far as it is safe and useful to repeat it."""
    return "".join(letter if letter.isalnum() else "?" for letter in name[:_LONGEST_NAME_SHOWN]) or "?"
