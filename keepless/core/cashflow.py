"""Income against spending, month by month, and how this month compares. Figures only; the words are the page's.

The usual month has rules of its own, U1 to U3 in docs/spending.md.
"""

from collections.abc import Mapping
from datetime import date

import msgspec

from keepless.core.money import rounded_share
from keepless.core.periods import Period, month_of, months_between
from keepless.core.spending import CurrencyAnalysis

FEWEST_MONTHS = 2


class MonthFlow(msgspec.Struct, frozen=True, kw_only=True):
    """One month of one currency, minor units. `net` is income less spending, debt payments and cash."""

    month: str  # YYYY-MM
    income: int
    spent: int
    debt_payments: int
    cash: int

    @property
    def net(self) -> int:
        return self.income - self.spent - self.debt_payments - self.cash


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Spending of one currency so far this month beside that of the same days last month, minor units.

    `change` is per mille of `before` (-80: 8 % less), None where nothing was spent before to compare with.
    """

    currency: str
    now: int
    before: int
    change: int | None
    days: Period
    days_before: Period


class Usual(msgspec.Struct, frozen=True, kw_only=True):
    """Spending of a usual month of one currency, minor units: of the whole month, and by this day of it.

    Medians over the `months` whole months before this one.
    """

    currency: str
    month: int
    by_today: int
    months: int


def monthly(analysis: CurrencyAnalysis) -> tuple[MonthFlow, ...]:
    """Every month from the first with a row to the last, those in between without one included."""
    income, spent = analysis.income_by_month, analysis.by_month
    debt_payments, cash = analysis.debt_payments_by_month, analysis.cash_by_month
    seen = {*income, *spent, *debt_payments, *cash}
    return tuple(
        MonthFlow(
            month=month,
            income=income.get(month, 0),
            spent=spent.get(month, 0),
            debt_payments=debt_payments.get(month, 0),
            cash=cash.get(month, 0),
        )
        for month in (months_between(min(seen), max(seen)) if seen else ())
    )


def compare(currency: str, now: int, before: int, days: Period, days_before: Period) -> Comparison:
    """Two sums of spending side by side."""
    change = rounded_share(now - before, before, 1000) if before > 0 else None
    return Comparison(currency=currency, now=now, before=before, change=change, days=days, days_before=days_before)


def usual_month(currency: str, spent_by_day: Mapping[date, int], first: date, today: date) -> Usual | None:
    """What a usual month costs, and what of it is spent by the day of `today`; None where fewer than two months tell.

    `spent_by_day` has the sums of spending by day, whatever their order, days without any left out. `first` is the
    earliest day that is known of: only months that begin on it or later, and before this one, are whole (U1).
    """
    months = [month for month in months_between(month_of(first), month_of(today))[:-1] if f"{month}-01" >= str(first)]
    if len(months) < FEWEST_MONTHS:
        return None
    whole, so_far = dict.fromkeys(months, 0), dict.fromkeys(months, 0)
    for day, spent in spent_by_day.items():
        month = month_of(day)
        if month in whole:
            whole[month] += spent
            if day.day <= today.day:  # U2
                so_far[month] += spent
    return Usual(
        currency=currency,
        month=_middle(sorted(whole.values())),
        by_today=_middle(sorted(so_far.values())),
        months=len(months),
    )


def _middle(ascending: list[int]) -> int:
    """U3: the median; of two in the middle their mean, rounded down."""
    half = len(ascending) // 2
    return (ascending[half] + ascending[~half]) // 2
