"""What a dashboard shows, as plain figures: one composition for the page and for the JSON, so that they cannot differ.

Amounts are minor units of the currency beside them; currencies are never added together. There is no prose here.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from keepless.core.cashflow import Comparison, MonthFlow, Usual, compare, monthly, usual_month
from keepless.core.credit import Card, Due, Loan, Utilisation, cards, due_next, loans, total_utilisation
from keepless.core.filters import Page, TransactionFilter, paginate
from keepless.core.models import Account, BankProblem, BankSnapshot, PlaidStream, Transaction
from keepless.core.payoff import PayFirst, paying_order
from keepless.core.periods import Period
from keepless.core.recurring import Recurring, find
from keepless.core.spending import CurrencyAnalysis, Kind, analyse, each_once, kind_of, ranked
from keepless.services.snapshots import Snapshots

PAGE_SIZE = 50
MERCHANTS_SHOWN = 12


class Bank(msgspec.Struct, frozen=True, kw_only=True):
    """A bank that answered, with its accounts. `fetched_at` is UTC; the last four are as in BankSnapshot."""

    item_id: str
    institution_id: str
    name: str
    fetched_at: datetime
    accounts: tuple[Account, ...]
    liabilities_problem: str | None = None
    transactions_problem: str | None = None
    unreadable: int = 0
    renew_by: datetime | None = None


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over some days. `spent` has refunds netted; `net` is income less spending, debt payments and cash."""

    spent: int = 0
    income: int = 0
    debt_payments: int = 0
    cash: int = 0
    net: int = 0


class Share(msgspec.Struct, frozen=True):
    """A part of the period's spending, negative where refunds outweigh it. `key`: code, merchant or account id."""

    key: str
    spent: int


class Spending(msgspec.Struct, frozen=True, kw_only=True):
    """One currency: the running month up to today, and the chosen period split four ways.

    Each split sums to `period.spent`, largest first, without parts of zero. Of the merchants only the first are named:
    `other_merchants` counts the rest and `other_merchants_spent` sums them.
    """

    currency: str
    month: Totals
    comparison: Comparison
    period: Totals
    by_month: tuple[MonthFlow, ...]  # oldest first, without gaps
    by_category: tuple[Share, ...]
    by_merchant: tuple[Share, ...]
    other_merchants: int
    other_merchants_spent: int
    by_account: tuple[Share, ...]


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one look at the banks shows. `spending` has the currency with the most rows first.

    `recurring` is found in all the rows that were read, `usual` in those before this month; `pay_first` is the order in
    which paying saves most. `categories` are the primary codes that the period's rows have, "" where a row has none.
    """

    today: date
    period: Period
    banks: tuple[Bank, ...]
    problems: tuple[BankProblem, ...]
    cards: tuple[Card, ...]
    utilisation: tuple[Utilisation, ...]
    loans: tuple[Loan, ...]
    due: tuple[Due, ...]
    pay_first: tuple[PayFirst, ...]
    recurring: tuple[Recurring, ...]
    spending: tuple[Spending, ...]
    usual: tuple[Usual, ...]
    categories: tuple[str, ...]
    transactions: Page[Transaction]


def reading_range(period: Period, today: date) -> Period:
    """The days to ask the banks for: the period, and always this month and the one before to compare with."""
    return Period(min(period.start, Period.previous_month(today).start), max(period.end, today))


def matching(snapshots: Snapshots, chosen: TransactionFilter) -> list[Transaction]:
    """The rows that match, each once and newest first. The banks were asked for the filter's days and all since."""
    accounts = [account for bank in snapshots.banks for account in bank.accounts]
    return chosen.apply(each_once(snapshots.transactions()), accounts)


def build_dashboard(
    snapshots: Snapshots,
    today: date,
    chosen: TransactionFilter,
    *,
    page: int = 1,
    page_size: int = PAGE_SIZE,
    outlook: bool = True,
) -> Dashboard:
    """Composes what the banks answered for `reading_range` of the filter's days.

    The days of `chosen` set the period that is split, from the oldest day asked for to today where a side is open; all
    its conditions together choose the `transactions`. Without `outlook` what recurs, the usual month and the order of
    paying stay empty: they cost a fifth of the rest, and not every page shows them. Raises InvalidField for a page
    below 1.
    """
    rows = each_once(snapshots.transactions())
    accounts = [account for bank in snapshots.banks for account in bank.accounts]
    period = Period(
        chosen.start or min((bank.start for bank in snapshots.banks), default=today.replace(day=1)), chosen.end or today
    )
    in_period = _within(rows, period)
    every_card = cards(snapshots.banks, today)
    every_loan = loans(snapshots.banks, today)
    return Dashboard(
        today=today,
        period=period,
        banks=tuple(_bank(bank) for bank in snapshots.banks),
        problems=snapshots.problems,
        cards=every_card,
        utilisation=total_utilisation(every_card),
        loans=every_loan,
        due=due_next(every_card, every_loan, today),
        pay_first=paying_order(every_card) if outlook else (),
        recurring=find(rows, accounts, today, _streams(snapshots)) if outlook else (),
        spending=_spending(rows, in_period, accounts, today),
        usual=_usual(rows, accounts, today) if outlook else (),
        categories=tuple(sorted({row.primary for row in in_period})),
        transactions=paginate(_but_for_days(chosen).apply(in_period, accounts), page, page_size),
    )


def _streams(snapshots: Snapshots) -> list[PlaidStream]:
    return [stream for bank in snapshots.banks for stream in bank.streams or ()]


def _but_for_days(chosen: TransactionFilter) -> TransactionFilter:
    """The other conditions: the period has cut the days already."""
    return msgspec.structs.replace(chosen, start=None, end=None)


def _bank(snapshot: BankSnapshot) -> Bank:
    return Bank(
        item_id=snapshot.bank.item_id,
        institution_id=snapshot.bank.institution_id,
        name=snapshot.bank.name,
        fetched_at=snapshot.fetched_at,
        accounts=snapshot.accounts,
        liabilities_problem=snapshot.liabilities_problem,
        transactions_problem=snapshot.transactions_problem,
        unreadable=snapshot.unreadable,
        renew_by=snapshot.renew_by,
    )


def _within(rows: Sequence[Transaction], period: Period) -> Sequence[Transaction]:
    """The rows of the period's days. They are newest first, so they stand together and are cut out whole."""
    first = bisect_left(rows, -period.end.toordinal(), key=_backwards)
    return rows[first : bisect_right(rows, -period.start.toordinal(), lo=first, key=_backwards)]


def _backwards(row: Transaction) -> int:
    """A number that grows with the place of a row in a list that is newest first."""
    return -row.date.toordinal()


def _spending(
    rows: Sequence[Transaction], in_period: Sequence[Transaction], accounts: Sequence[Account], today: date
) -> tuple[Spending, ...]:
    days, days_before = Period.month_so_far(today), Period.same_days_last_month(today)
    whole = analyse(in_period, accounts).currencies
    month = analyse(_within(rows, days), accounts).currencies
    before = analyse(_within(rows, days_before), accounts).currencies
    return tuple(
        _of_currency(
            compare(currency, _totals(month, currency).spent, _totals(before, currency).spent, days, days_before),
            month=_totals(month, currency),
            period=_totals(whole, currency),
            splits=whole.get(currency),
        )
        for currency in dict.fromkeys((*whole, *month))
    )


def _usual(rows: Sequence[Transaction], accounts: Sequence[Account], today: date) -> tuple[Usual, ...]:
    """The usual month of each currency that has one, by its code."""
    if not rows:
        return ()
    types = {account.id: account.type for account in accounts}
    by_currency: defaultdict[str, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        if kind_of(row, types.get(row.account_id, "")) is Kind.SPENDING:
            by_currency[row.currency][row.date] += row.amount
    each = (usual_month(currency, days, rows[-1].date, today) for currency, days in sorted(by_currency.items()))
    return tuple(usual for usual in each if usual is not None)


def _of_currency(comparison: Comparison, *, month: Totals, period: Totals, splits: CurrencyAnalysis | None) -> Spending:
    merchants = ranked(splits.by_merchant) if splits else []
    others = merchants[MERCHANTS_SHOWN:]
    return Spending(
        currency=comparison.currency,
        month=month,
        comparison=comparison,
        period=period,
        by_month=monthly(splits) if splits else (),
        by_category=_shares(ranked(splits.by_category)) if splits else (),
        by_merchant=_shares(merchants[:MERCHANTS_SHOWN]),
        other_merchants=len(others),
        other_merchants_spent=sum(spent for _, spent in others),
        by_account=_shares(ranked(splits.by_account)) if splits else (),
    )


def _totals(currencies: Mapping[str, CurrencyAnalysis], currency: str) -> Totals:
    analysis = currencies.get(currency)
    if analysis is None:
        return Totals()
    return Totals(
        spent=analysis.spent,
        income=analysis.income,
        debt_payments=analysis.debt_payments,
        cash=analysis.cash,
        net=analysis.net,
    )


def _shares(entries: Sequence[tuple[str, int]]) -> tuple[Share, ...]:
    return tuple(Share(key, spent) for key, spent in entries if spent)
