"""Months in words and bars: what the month's figure means, what a period came to, and the months one by one."""

from collections.abc import Sequence
from datetime import date

import msgspec

from keepless.core.cashflow import Comparison, MonthFlow
from keepless.core.periods import Period, month_of
from keepless.web import present


class MonthBar(msgspec.Struct, frozen=True, kw_only=True):
    """One month, "Sep 2026"; with its days where the period has only some of them."""

    label: str
    spent: str
    income: str
    net: str
    spent_width: str
    income_width: str


def month_sentence(comparison: Comparison) -> str:
    """What the month's figure means beside last month's same days; follows the figure. Says, never scolds."""
    before, change = comparison.before, comparison.change
    then = _by_then(comparison)
    if comparison.now < 0:
        return "so far: more came back in refunds than was spent."
    if before < 0:
        return f"spent so far; {then} more had come back than was spent."
    if change is None:
        return f"spent so far; nothing was {then}{'' if comparison.now else ' either'}."
    if abs(change) < 5:  # noqa: PLR2004 what would round to 0 %
        return f"spent so far, about as much as {then}."
    if change > 2000 or change <= -995:  # noqa: PLR2004 beyond threefold, or next to nothing: figures say more
        return f"spent so far; {then} it was {present.money(before, comparison.currency)}."
    return f"spent so far, {present.percent(abs(change))} {'less' if change < 0 else 'more'} than {then}."


def _by_then(comparison: Comparison) -> str:
    """The days compared with: "by this day in October", or all of a month that has no such day."""
    last = present.month_name(month_of(comparison.days_before.start))
    same_day = comparison.days.end.day == comparison.days_before.end.day
    return f"by this day in {last}" if same_day else f"in the whole of {last}"


def period_sentence(spent: int, currency: str) -> str:
    """What a period came to, as its heading."""
    if spent < 0:
        return f"{present.money(-spent, currency)} more came back than was spent"
    return f"{present.money(spent, currency)} spent"


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
