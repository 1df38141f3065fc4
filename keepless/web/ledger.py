"""The list of transactions: its filter form, one page of rows as text, and the addresses of the other pages."""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

import msgspec

from keepless.core.categories import UNCATEGORIZED
from keepless.core.models import Transaction
from keepless.core.periods import Period
from keepless.services.dashboards import Dashboard
from keepless.web import present
from keepless.web.language import N_, category_name, detailed_name, gettext, ngettext
from keepless.web.query import FILTER

PERIODS = ((30, N_("30 days")), (90, N_("90 days")), (365, N_("1 year")), (730, N_("2 years")))
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


def periods_within(most_days: int) -> tuple[tuple[int, str], ...]:
    """The periods to pick, in days with their labels, as far as the visitor may look back."""
    return tuple((days, label) for days, label in PERIODS if days <= most_days)


def ledger(board: Dashboard, names: Mapping[str, str], asked: Mapping[str, str]) -> Ledger:
    """One page of the filter's transactions."""
    page = board.transactions
    return Ledger(
        caption=ngettext(
            "%(number)s transaction, %(first)s to %(last)s. Money out is plain, money in has a plus.",
            "%(number)s transactions, %(first)s to %(last)s. Money out is plain, money in has a plus.",
            page.total,
            number=present.count(page.total),
            first=present.day(board.period.start, board.today),
            last=present.day(board.period.end, board.today),
        ),
        lines=tuple(_line(row, names, board.today) for row in page.items),
        place=gettext("Page %(page)s of %(pages)s", page=present.count(page.page), pages=present.count(page.pages)),
        newer=address(asked, page=str(min(page.page - 1, page.pages))) + ANCHOR if page.page > 1 else "",
        older=address(asked, page=str(page.page + 1)) + ANCHOR if page.page < page.pages else "",
    )


def _line(row: Transaction, names: Mapping[str, str], today: date) -> LedgerLine:
    return LedgerLine(
        day=present.short_day(row.date, today),
        iso=row.date.isoformat(),
        who=row.merchant or row.name,
        raw=row.name if _says_more(row.name, row.merchant) else "",
        category=detailed_name(row.detailed) if row.detailed else category_name(row.primary),
        account=names.get(row.account_id, ""),
        amount=present.flow(row.amount, row.currency),
        arrives=row.amount < 0,
        pending=row.pending,
    )


def _says_more(raw: str, merchant: str) -> bool:
    """Whether the bank's own words begin otherwise than the merchant's name, as in "SQ *CORNER" for "Corner Bakery"."""
    return bool(merchant) and raw.split(" ", 1)[0].casefold() != merchant.split(" ", 1)[0].casefold()


def form(
    board: Dashboard, names: Mapping[str, str], asked: Mapping[str, str], periods: Sequence[tuple[int, str]]
) -> Form:
    """The filter form, holding what was asked; `periods` as `periods_within`."""
    category, account = asked.get("category", ""), asked.get("account", "")
    codes = {code or UNCATEGORIZED for code in board.categories} | ({category} if category else set())
    labelled = sorted((category_name(code), code) for code in codes)
    return Form(
        values=asked,
        days=_days(board, asked, periods),
        categories=tuple(Choice(value=code, label=label, chosen=code == category) for label, code in labelled),
        accounts=tuple(Choice(value=key, label=name, chosen=key == account) for key, name in names.items()),
        active=any(asked.get(name) for name in FILTER if name != "days"),
    )


def _days(board: Dashboard, asked: Mapping[str, str], periods: Sequence[tuple[int, str]]) -> tuple[Choice, ...]:
    """The periods to choose from, the one shown chosen; where it is none of them, what was asked, as one more."""
    listed = tuple(
        Choice(value=str(days), label=gettext(label), chosen=board.period == Period.last_days(board.today, days))
        for days, label in periods
    )
    if any(each.chosen for each in listed):
        return listed
    dated = asked.get("from") or asked.get("to")
    days = board.period.days
    label = (
        gettext("By date") if dated else ngettext("%(number)s day", "%(number)s days", days, number=present.count(days))
    )
    return (Choice(value=asked.get("days", ""), label=label, chosen=True), *listed)


def period_words(period: Period, today: date) -> str:
    """As "24 August to 22 November", standing alone."""
    first, last = present.day(period.start, today), present.day(period.end, today)
    return gettext("%(first)s to %(last)s", first=first, last=last)


def address(asked: Mapping[str, str], **changes: str) -> str:
    """The statement's address with some of its query changed; what is empty is left out."""
    query = {name: value for name, value in {**asked, **changes}.items() if value}
    return "/statement?" + urlencode(query) if query else "/statement"
