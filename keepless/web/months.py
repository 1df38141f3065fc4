"""Months in words and bars: what the month's figure means, what a period came to, and the months one by one."""

from collections.abc import Sequence
from datetime import date

import msgspec

from keepless.core.cashflow import Comparison, MonthFlow
from keepless.core.periods import Period, month_of
from keepless.web import present
from keepless.web.language import gettext


class MonthBar(msgspec.Struct, frozen=True, kw_only=True):
    """One month, "Sep 2026"; with its days where the period has only some of them."""

    label: str
    spent: str
    income: str
    net: str
    spent_width: str
    income_width: str


def month_sentence(comparison: Comparison) -> str:
    """What the month's figure means beside last month's same days; follows the figure. Says, never scolds.

    The days compared with are those up to this one, or all of a month that has no such day. Each pair of sentences is
    the same for the two: languages place those words differently.
    """
    before, change = comparison.before, comparison.change
    same_day = comparison.days.end.day == comparison.days_before.end.day
    month = present.month_name(month_of(comparison.days_before.start))
    if comparison.now < 0:
        return gettext("so far: more came back in refunds than was spent.")
    if before < 0:
        return (
            gettext("spent so far; by this day in %(month)s more had come back than was spent.", month=month)
            if same_day
            else gettext("spent so far; in the whole of %(month)s more had come back than was spent.", month=month)
        )
    if change is None:
        return _after_nothing(month, same_day=same_day, now=comparison.now)
    if abs(change) < 5:  # noqa: PLR2004 what would round to 0 %
        return (
            gettext("spent so far, about as much as by this day in %(month)s.", month=month)
            if same_day
            else gettext("spent so far, about as much as in the whole of %(month)s.", month=month)
        )
    if change > 2000 or change <= -995:  # noqa: PLR2004 beyond threefold, or next to nothing: figures say more
        amount = present.money(before, comparison.currency)
        return (
            gettext("spent so far; by this day in %(month)s it was %(amount)s.", month=month, amount=amount)
            if same_day
            else gettext("spent so far; in the whole of %(month)s it was %(amount)s.", month=month, amount=amount)
        )
    return _more_or_less(month, change, same_day=same_day)


def _after_nothing(month: str, *, same_day: bool, now: int) -> str:
    if now:
        return (
            gettext("spent so far; nothing was by this day in %(month)s.", month=month)
            if same_day
            else gettext("spent so far; nothing was in the whole of %(month)s.", month=month)
        )
    return (
        gettext("spent so far; nothing was by this day in %(month)s either.", month=month)
        if same_day
        else gettext("spent so far; nothing was in the whole of %(month)s either.", month=month)
    )


def _more_or_less(month: str, change: int, *, same_day: bool) -> str:
    share = present.percent(abs(change))
    if change < 0:
        return (
            gettext("spent so far, %(share)s less than by this day in %(month)s.", share=share, month=month)
            if same_day
            else gettext("spent so far, %(share)s less than in the whole of %(month)s.", share=share, month=month)
        )
    return (
        gettext("spent so far, %(share)s more than by this day in %(month)s.", share=share, month=month)
        if same_day
        else gettext("spent so far, %(share)s more than in the whole of %(month)s.", share=share, month=month)
    )


def period_sentence(spent: int, currency: str) -> str:
    """What a period came to, as its heading."""
    if spent < 0:
        return gettext("%(amount)s more came back than was spent", amount=present.money(-spent, currency))
    return gettext("%(amount)s spent", amount=present.money(spent, currency))


def month_bars(rows: Sequence[MonthFlow], currency: str, period: Period) -> tuple[MonthBar, ...]:
    """The months, the latest first; the bars' widths are in percent of the largest figure."""
    largest = max((max(row.spent, row.income) for row in rows), default=0)
    return tuple(
        MonthBar(
            label=_part_of_month(row.month, period) + present.short_month(row.month),
            spent=present.money(row.spent, currency),
            income=present.money(row.income, currency),
            net=present.money(row.net, currency),
            spent_width=present.share_of(row.spent, largest),
            income_width=present.share_of(row.income, largest),
        )
        for row in reversed(rows)
    )


def _part_of_month(month: str, period: Period) -> str:
    """The days of a month that the period has, as "25-31 " with a dash or "1 "; "" where it has them all."""
    whole = Period.month(date(int(month[:4]), int(month[5:]), 1))
    first, last = max(whole.start, period.start), min(whole.end, period.end)
    if (first, last) == (whole.start, whole.end):
        return ""
    return f"{first.day} " if first == last else f"{first.day}{present.TO}{last.day} "
