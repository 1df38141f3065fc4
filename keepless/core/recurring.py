"""What recurs: bills, subscriptions and income found in the rows, with what they cost and when the next one is due.

docs/recurring.md explains the method by numbered rules (P1 to P14); the code names the same numbers. `payees` says who
was paid, `series` which rows belong together, `paces` how often; here are the figures.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median_low

import msgspec

from keepless.core.kinds import Kind, kind_of
from keepless.core.models import Account, PlaidStream, Transaction
from keepless.core.paces import BIWEEKLY, MONTHLY, SEMI_MONTHLY, WEEKLY, YEARLY, Pace, best_fit, next_after
from keepless.core.payees import payees, words_of
from keepless.core.series import TRIAL, Nature, Series, is_crowded, is_steady, nature, series_of
from keepless.core.spending import distinct

OCCURRENCES_TOLD = 30
_SHORTEST_NEW, _LONGEST_NEW = 60, 190  # days
_SHORTEST_END, _LONGEST_END = 14, 45  # days
_RECENT = 12  # occurrences that say what is usual
_PLAIDS_PACES = {
    "WEEKLY": WEEKLY,
    "BIWEEKLY": BIWEEKLY,
    "SEMI_MONTHLY": SEMI_MONTHLY,
    "MONTHLY": MONTHLY,
    "ANNUALLY": YEARLY,
}
_RECURS = frozenset({Kind.SPENDING, Kind.INCOME, Kind.DEBT_PAYMENT})
# The price of a balance, or of a mishap, and no plan: the bank charges it as long as there is a reason to.
_NO_PLAN = frozenset(
    {
        "BANK_FEES_INTEREST_CHARGE",
        "BANK_FEES_ATM_FEES",
        "BANK_FEES_LATE_FEES",
        "BANK_FEES_OVERDRAFT_FEES",
        "BANK_FEES_INSUFFICIENT_FUNDS",
        "BANK_FEES_FOREIGN_TRANSACTION_FEES",
        "BANK_FEES_CASH_ADVANCE",
    }
)


class Occurrence(msgspec.Struct, frozen=True, array_like=True):
    """One row of a series: its date, and its amount as a size in minor units."""

    date: dt.date
    amount: int


class PriceChange(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the price that stayed: what it was, what it became, the first date of the new price."""

    before: int
    after: int
    since: dt.date


class Recurring(msgspec.Struct, frozen=True, kw_only=True):
    """One series. Amounts are sizes in minor units of `currency`; what they are, `kind` says."""

    key: str
    merchant: str
    account_id: str  # of the latest row
    currency: str
    kind: str  # bill, subscription, income
    primary: str
    detailed: str
    frequency: str  # weekly, biweekly, semi_monthly, monthly, quarterly, half_yearly, yearly
    state: str  # active, late, ended
    is_new: bool
    first_date: dt.date
    last_date: dt.date
    last_amount: int
    usual_amount: int
    next_date: dt.date | None  # None where it has ended
    yearly_cost: int  # at the current price; 0 where it has ended
    price_change: PriceChange | None
    occurrences: tuple[Occurrence, ...]  # newest first, at most 30
    transaction_ids: tuple[str, ...]
    source: str  # own, plaid


def find(
    transactions: Sequence[Transaction],
    accounts: Sequence[Account],
    today: dt.date,
    streams: Sequence[PlaidStream] = (),
) -> tuple[Recurring, ...]:
    """The series among `transactions`, whatever their order, by their keys. Linear in their number; nothing raises.

    `streams` are what Plaid itself calls recurring: which rows belong together is then its word, and the figures are
    ours. Keys are the same from visit to visit while the payee is.
    """
    rows = distinct(transactions).rows
    if not rows:
        return ()
    types = {account.id: account.type for account in accounts}
    history = min(row.date for row in rows)
    plaids = _of_plaid(rows, types, streams)
    taken = {row.id for series, _ in plaids for row in series.rows}
    by_payee = _by_payee([row for row in rows if row.id not in taken] if taken else rows, types)
    found = [(series, "plaid", not active, "") for series, active in plaids]
    for (payee, _, _), its_rows in by_payee.items():
        found += [(series, "own", False, payee) for series in series_of(its_rows)]
    return _keyed([(payee, _told(series, today, history, source, over=over)) for series, source, over, payee in found])


def _by_payee(rows: Sequence[Transaction], types: Mapping[str, str]) -> dict[tuple[str, str, bool], list[Transaction]]:
    """P5: rows that may recur by payee, currency and direction, oldest first."""
    by_merchant: defaultdict[str, list[Transaction]] = defaultdict(list)
    for row in rows:
        by_merchant[row.merchant].append(row)
    for merchant in [merchant for merchant, its_rows in by_merchant.items() if is_crowded(its_rows)]:
        del by_merchant[merchant]  # P10, early: of a busy account that is nearly all there is
    groups: defaultdict[tuple[str, str, bool], list[Transaction]] = defaultdict(list)
    for merchant, payee in payees(by_merchant).items():
        for row in by_merchant[merchant]:
            if _may_recur(row, types):
                groups[payee, row.currency, row.amount < 0].append(row)
    for group in groups.values():
        group.sort(key=lambda row: (row.date, row.amount, row.id))
    return groups


def _may_recur(row: Transaction, types: Mapping[str, str]) -> bool:
    """P11: money that only moves does not recur, nor does a refund, nor what carrying a balance costs."""
    kind = kind_of(row, types.get(row.account_id, ""))
    return kind in _RECURS and (row.amount < 0) == (kind is Kind.INCOME) and row.detailed not in _NO_PLAN


def _of_plaid(
    rows: Sequence[Transaction], types: Mapping[str, str], streams: Sequence[PlaidStream]
) -> list[tuple[Series, bool]]:
    """P14: the rows of each stream that are here, and whether Plaid calls it active. A row belongs to one only."""
    if not streams:
        return []
    known = {row.id: row for row in rows}
    told: list[tuple[Series, bool]] = []
    for stream in streams:
        its_rows = [known.pop(each) for each in dict.fromkeys(stream.transaction_ids) if each in known]
        its_rows = sorted((row for row in its_rows if _may_recur(row, types)), key=lambda row: (row.date, row.id))
        fit = best_fit([row.date for row in its_rows], 0)
        pace = _PLAIDS_PACES.get(stream.frequency) or (fit.pace if fit else None)
        if its_rows and pace:
            told.append((Series(pace, its_rows), stream.is_active))
    return told


def _told(series: Series, today: dt.date, history: dt.date, source: str, *, over: bool) -> Recurring:
    """The figures of one series (P12, P13). `history` is the day of the oldest row of all."""
    pace, rows = series
    first, last = rows[0], rows[-1]
    days = [row.date for row in rows]
    paid = [abs(row.amount) for row in rows]
    due = next_after(pace, days)
    state = "ended" if over else _state(pace, due, today)
    usual = median_low(paid[-_RECENT:])
    current = paid[-1] if is_steady(paid) else usual
    recent = min(max(_SHORTEST_NEW, 2 * pace.days), _LONGEST_NEW)
    return Recurring(
        key="",
        merchant=_shown(rows),
        account_id=last.account_id,
        currency=last.currency,
        kind=_kind(last),
        primary=last.primary,
        detailed=last.detailed,
        frequency=pace.name,
        state=state,
        is_new=(today - first.date).days <= recent and (first.date - history).days > pace.days + pace.grace,
        first_date=first.date,
        last_date=last.date,
        last_amount=paid[-1],
        usual_amount=usual,
        next_date=None if state == "ended" else due,
        yearly_cost=0 if state == "ended" else current * pace.per_year,
        price_change=_price_change(days, paid, pace),
        occurrences=tuple(Occurrence(row.date, abs(row.amount)) for row in rows[: -OCCURRENCES_TOLD - 1 : -1]),
        transaction_ids=tuple(row.id for row in reversed(rows)),
        source=source,
    )


def _keyed(found: list[tuple[str, Recurring]]) -> tuple[Recurring, ...]:
    """Each under its key: the payee's, with a number from the second series on where it has several."""
    counts: defaultdict[str, int] = defaultdict(int)
    keyed: list[Recurring] = []
    for payee, each in sorted(found, key=lambda one: (one[1].first_date, one[1].transaction_ids[-1])):
        whom = payee or " ".join(words_of(each.merchant))
        base = f"{whom}/{each.currency}/{'in' if each.kind == 'income' else 'out'}"
        counts[base] += 1
        keyed.append(msgspec.structs.replace(each, key=base if counts[base] == 1 else f"{base}/{counts[base]}"))
    return tuple(sorted(keyed, key=lambda each: each.key))


def _shown(rows: Sequence[Transaction]) -> str:
    """The merchant as people call it: of the latest row that names one, else the bank's line of the latest row."""
    return next((row.merchant for row in reversed(rows) if row.merchant != row.name), rows[-1].merchant)


def _kind(row: Transaction) -> str:
    """P6: income arrives, a bill is paid by a commitment, and what is left one subscribed to."""
    if row.amount < 0:
        return "income"
    return "bill" if nature(row) is Nature.COMMITTED or row.primary in {"BANK_FEES", "MEDICAL"} else "subscription"


def _state(pace: Pace, due: dt.date, today: dt.date) -> str:
    """P12: late once it has not come within the pace's grace, ended once another pace has gone by as well."""
    overdue = (today - due).days
    if overdue <= pace.grace:
        return "active"
    return "late" if overdue <= pace.grace + min(max(pace.days, _SHORTEST_END), _LONGEST_END) else "ended"


def _price_change(days: Sequence[dt.date], paid: Sequence[int], pace: Pace) -> PriceChange | None:
    """P13: the latest step from one price to another, each paid twice or more (once where rare)."""
    least = 2 if pace.days <= MONTHLY.days else 1
    starts = [at for at in range(len(paid)) if not at or paid[at] != paid[at - 1]]
    runs = list(zip(starts, [*starts[1:], len(paid)], strict=True))
    for (begun, middle), (_, end) in reversed(list(pairwise(runs))):
        if middle - begun >= least and end - middle >= least and paid[begun] > TRIAL:
            return PriceChange(before=paid[begun], after=paid[middle], since=days[middle])
    return None
