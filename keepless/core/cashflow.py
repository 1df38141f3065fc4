"""Income against spending, month by month, and how this month compares. Figures only; the words are the page's."""

import msgspec

from keepless.core.money import rounded_share
from keepless.core.periods import Period, months_between
from keepless.core.spending import CurrencyAnalysis


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
