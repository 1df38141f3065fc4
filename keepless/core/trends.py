"""What the banks' answers say of months and cards, as a capsule. Rules T1 to T12 are those of docs/trends.md."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from keepless.core.capsule import (
    LONGEST_CODE,
    LONGEST_NAME,
    MOST,
    BankMonth,
    BankName,
    Capsule,
    CardFigure,
    CardId,
    MonthSums,
    end_of,
)
from keepless.core.credit import Card, cards
from keepless.core.models import BankSnapshot, Transaction
from keepless.core.periods import Period, month_of, months_between
from keepless.core.spending import CurrencyAnalysis, analyse, distinct, each_once


def read(banks: Iterable[BankSnapshot], today: date, *, partly: Collection[str] = ()) -> Capsule:
    """The months and cards of these banks, as they were when each was read.

    `partly` are the institutions of which some other connection could not be read: of those no day is known whole (T8).
    """
    by_institution: defaultdict[str, list[BankSnapshot]] = defaultdict(list)
    for bank in banks:
        by_institution[bank.bank.institution_id].append(bank)
    names: dict[str, BankName] = {}
    months: dict[tuple[str, str], BankMonth] = {}
    figures: dict[tuple[CardId, str], CardFigure] = {}
    for institution, same in by_institution.items():
        if len(institution) > LONGEST_CODE:
            continue
        as_of = min(_as_of(bank) for bank in same)
        names[institution] = BankName(as_of, same[0].bank.name[:LONGEST_NAME])
        for month, known in _months(same, today, as_of, whole=institution not in partly).items():
            months[institution, month] = known
        figures.update(_figures(institution, same, today))
    return Capsule(banks=names, months=months, cards=figures)


def _as_of(bank: BankSnapshot) -> datetime:
    return bank.fetched_at.replace(microsecond=0)


def _months(same: Sequence[BankSnapshot], today: date, as_of: datetime, *, whole: bool) -> dict[str, BankMonth]:
    """One institution's months: from its first row to the reading or the last row (T2)."""
    first_days = [first for bank in same if (first := _first_day(bank)) is not None]
    if not first_days:
        return {}
    rows = [row for bank in same for row in bank.transactions]
    rows.sort(key=attrgetter("date"), reverse=True)
    start = min(bank.start for bank in same)
    by_month: defaultdict[str, list[Transaction]] = defaultdict(list)
    for row in each_once(rows):
        if start <= row.date <= today:
            by_month[month_of(row.date)].append(row)
    first, read_on = max(first_days), min(today, as_of.date())
    last = max([month_of(read_on), *by_month])
    accounts = [account for bank in same for account in bank.accounts]
    found: dict[str, BankMonth] = {}
    for month in months_between(min([month_of(first), *by_month]), last):
        sums = {
            currency: _sums(analysis)
            for currency, analysis in analyse(by_month.get(month, []), accounts).currencies.items()
        }
        if _are_sound(sums):
            days = _whole_days(month, first, read_on) if whole else 0
            found[month] = BankMonth(days=days, as_of=as_of, sums=_but_for_zeros(sums))
    return found


def _first_day(bank: BankSnapshot) -> date | None:
    """The earliest day that is known of (T2): of the reading, or of the bank's first row where that comes later.

    Many banks hand out less than is asked for, and say so in no other way. None where there is no row.
    """
    earliest = min((row.date for row in bank.transactions), default=None)
    return None if earliest is None else max(bank.start, earliest)


def _whole_days(month: str, first: date, read_on: date) -> int:
    """Days of the month from `first` on that were over on the day of the reading (T3)."""
    end = end_of(month)
    return max(0, (min(end + timedelta(days=1), read_on) - max(end.replace(day=1), first)).days)


def _sums(analysis: CurrencyAnalysis) -> MonthSums:
    return MonthSums(
        spent=analysis.spent,
        income=analysis.income,
        debt_payments=analysis.debt_payments,
        cash=analysis.cash,
        by_category={category: spent for category, spent in analysis.by_category.items() if spent},
    )


def _are_sound(sums: Mapping[str, MonthSums]) -> bool:
    """Whether these are sums of money under codes of the usual length: what is not is left out (T9)."""
    figures = [
        figure
        for each in sums.values()
        for figure in (each.spent, each.income, each.debt_payments, each.cash, *each.by_category.values())
    ]
    codes = [*sums, *(category for each in sums.values() for category in each.by_category)]
    return all(map(_is_sound, figures)) and all(len(code) <= LONGEST_CODE for code in codes)


def _is_sound(figure: int | None) -> bool:
    return figure is None or -MOST <= figure <= MOST


def _but_for_zeros(sums: Mapping[str, MonthSums]) -> dict[str, MonthSums]:
    """Without currencies in which money only moved: what is not there is zero."""
    return {
        currency: each
        for currency, each in sums.items()
        if each.by_category or each.spent or each.income or each.debt_payments or each.cash
    }


def _figures(institution: str, same: Sequence[BankSnapshot], today: date) -> dict[tuple[CardId, str], CardFigure]:
    """What one institution's cards owe now, and owed at the ends of the months before (T10 to T12)."""
    alike: defaultdict[CardId, list[_Told]] = defaultdict(list)
    for bank in same:
        booked = _booked(bank)
        for card in cards([bank], today):
            account = card.account
            if max(len(account.mask or ""), len(account.currency)) <= LONGEST_CODE:
                key = CardId(institution, account.name[:LONGEST_NAME], account.mask, account.currency)
                alike[key].append(_told(bank, card, booked.get(account.id, []), today))
    found: dict[tuple[CardId, str], CardFigure] = {}
    for key, each in alike.items():
        limits = [told.limit for told in each if told.limit is not None]
        limit = sum(limits) if len(limits) == len(each) else None
        as_of, seen_on = min(told.as_of for told in each), min(told.seen_on for told in each)
        for day in set.intersection(*(set(told.balances) for told in each)):
            balance = sum(told.balances[day] for told in each)
            if _is_sound(balance) and _is_sound(limit):
                found[key, month_of(day)] = CardFigure(
                    day=day, as_of=as_of, seen=day == seen_on, balance=balance, limit=limit
                )
    return found


class _Told(NamedTuple):
    """What one account says: its balance on the day it was read, and at the ends of the months before."""

    as_of: datetime
    seen_on: date
    limit: int | None
    balances: dict[date, int]


def _booked(bank: BankSnapshot) -> dict[str, list[Transaction]]:
    """The booked rows of each account: a pending one is not in the balance yet."""
    by_account: defaultdict[str, list[Transaction]] = defaultdict(list)
    for row in distinct(bank.transactions).rows:
        if not row.pending:
            by_account[row.account_id].append(row)
    return by_account


def _told(bank: BankSnapshot, card: Card, booked: Sequence[Transaction], today: date) -> _Told:
    as_of = _as_of(bank)
    seen_on = min(today, as_of.date())
    balances: dict[date, int] = {}
    if card.owed is not None:
        balances[seen_on] = card.owed - (card.credit_balance or 0)
        first = _first_day(bank)
        if first is not None and first <= seen_on and not bank.unreadable:
            balances |= _worked_back(balances[seen_on], card.account.currency, booked, Period(first, seen_on))
    return _Told(as_of, seen_on, card.limit, balances)


def _worked_back(balance: int, currency: str, booked: Sequence[Transaction], known: Period) -> dict[date, int]:
    """The balance at each month's end of the known days before the last: now, less what was booked since (T11).

    A row of another currency than the card's cannot be taken off, so what lies before it is not known.
    """
    by_month: defaultdict[str, list[Transaction]] = defaultdict(list)
    for row in booked:
        by_month[max(month_of(row.posted), month_of(known.start))].append(row)
    found: dict[date, int] = {}
    months = months_between(month_of(known.start), max([month_of(known.end), *by_month]))
    for month, following in reversed(list(pairwise(months))):
        since = by_month.get(following, [])
        if any(row.currency != currency for row in since):
            break
        balance -= sum(row.amount for row in since)
        if end_of(month) < known.end:
            found[end_of(month)] = balance
    return found
