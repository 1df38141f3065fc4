"""The list of transactions: its filter form, one page of rows as text, and the addresses of the other pages."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

import msgspec

from keepless.core.categories import UNCATEGORIZED, category_label, detailed_label
from keepless.core.models import Transaction
from keepless.core.periods import Period
from keepless.services.dashboards import Dashboard
from keepless.web import present

PERIODS = ((30, "30 days"), (90, "90 days"), (365, "1 year"), (730, "2 years"))
ANCHOR = "#transactions"


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    label: str
    chosen: bool = False


class LedgerLine(msgspec.Struct, frozen=True, kw_only=True):
    day: str
    iso: str
    who: str
    raw: str  # the bank's own words, where they say more
    category: str
    account: str
    amount: str
    arrives: bool
    pending: bool


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """The transactions of the filter, one page. `newer` and `older` are addresses, "" at the ends."""

    caption: str
    lines: tuple[LedgerLine, ...]
    place: str
    newer: str
    older: str


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The filter form: what is asked now, and what can be."""

    values: Mapping[str, str]
    days: tuple[Choice, ...]
    categories: tuple[Choice, ...]
    accounts: tuple[Choice, ...]
    active: bool


def ledger(board: Dashboard, names: Mapping[str, str], asked: Mapping[str, str]) -> Ledger:
    """One page of the filter's transactions."""
    page = board.transactions
    return Ledger(
        caption=f"{present.counted(page.total, 'transaction', 'transactions')}, "
        f"{period_words(board.period, board.today)}. "
        "Money out is plain, money in has a plus.",
        lines=tuple(_line(row, names, board.today) for row in page.items),
        place=f"Page {page.page:,} of {page.pages:,}",
        newer=address(asked, page=str(min(page.page - 1, page.pages))) + ANCHOR if page.page > 1 else "",
        older=address(asked, page=str(page.page + 1)) + ANCHOR if page.page < page.pages else "",
    )


def _line(row: Transaction, names: Mapping[str, str], today: date) -> LedgerLine:
    return LedgerLine(
        day=present.short_day(row.date, today),
        iso=row.date.isoformat(),
        who=row.merchant or row.name,
        raw=row.name if _says_more(row.name, row.merchant) else "",
        category=detailed_label(row.detailed) if row.detailed else category_label(row.primary),
        account=names.get(row.account_id, ""),
        amount=present.flow(row.amount, row.currency),
        arrives=row.amount < 0,
        pending=row.pending,
    )


def _says_more(raw: str, merchant: str) -> bool:
    """Whether the bank's own words begin otherwise than the merchant's name, as in "SQ *CORNER" for "Corner Bakery"."""
    return bool(merchant) and raw.split(" ", 1)[0].casefold() != merchant.split(" ", 1)[0].casefold()


def form(board: Dashboard, names: Mapping[str, str], asked: Mapping[str, str]) -> Form:
    """The filter form, holding what was asked."""
    category, account = asked.get("category", ""), asked.get("account", "")
    codes = {code or UNCATEGORIZED for code in board.categories} | ({category} if category else set())
    labelled = sorted((category_label(code), code) for code in codes)
    return Form(
        values=asked,
        days=_days(board, asked),
        categories=tuple(Choice(value=code, label=label, chosen=code == category) for label, code in labelled),
        accounts=tuple(Choice(value=key, label=name, chosen=key == account) for key, name in names.items()),
        active=any(asked.get(name) for name in ("category", "account", "q", "from", "to", "min", "max")),
    )


def _days(board: Dashboard, asked: Mapping[str, str]) -> tuple[Choice, ...]:
    """The periods to choose from, the one shown chosen; where it is none of them, what was asked, as one more."""
    listed = tuple(
        Choice(value=str(days), label=label, chosen=board.period == Period.last_days(board.today, days))
        for days, label in PERIODS
    )
    if any(each.chosen for each in listed):
        return listed
    dated = asked.get("from") or asked.get("to")
    other = Choice(value=asked.get("days", ""), label="By date" if dated else f"{board.period.days} days", chosen=True)
    return (other, *listed)


def period_words(period: Period, today: date) -> str:
    """As "24 August to 22 November"."""
    return f"{present.day(period.start, today)} to {present.day(period.end, today)}"


def address(asked: Mapping[str, str], **changes: str) -> str:
    """The statement's address with some of its query changed; what is empty is left out."""
    query = {name: value for name, value in {**asked, **changes}.items() if value}
    return "/statement?" + urlencode(query) if query else "/statement"
