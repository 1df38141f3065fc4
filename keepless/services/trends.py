"""Months and cards over time, from the banks, their copies, and what the visitor's own browser kept.

Figures only; rules T1 and on are those of docs/trends.md.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum

import msgspec

from keepless.core.capsule import BankMonth, Capsule, CardFigure, CardId, days_in, merge
from keepless.core.models import CacheUse
from keepless.core.money import rounded_share
from keepless.core.periods import month_of
from keepless.core.spending import ranked
from keepless.core.trends import read
from keepless.services.dashboards import Share
from keepless.services.snapshots import Snapshots

_COPIES = frozenset({CacheUse.HIT, CacheUse.STALE})


class Source(StrEnum):
    """Where all of a month's figures come from."""

    BANKS = "banks"  # read just now
    COPY = "copy"  # the sealed cache's copy
    CAPSULE = "capsule"  # the visitor's own browser
    MIXED = "mixed"  # of several banks, from different ones


class CardSource(StrEnum):
    """Where a card's figure of a month comes from."""

    SEEN = "seen"  # the bank's balance on that day
    WORKED_BACK = "worked_back"  # the bank's balance now, less what was booked since
    CAPSULE = "capsule"  # the visitor's own browser


class TrendMonth(msgspec.Struct, frozen=True, kw_only=True):
    """One month (YYYY-MM) of one currency over all banks, minor units. `by_category` splits `spent`, largest first.

    `complete` is False where days of the month are still to come, or are not known of some bank.
    """

    month: str
    currency: str
    source: Source
    complete: bool
    spent: int
    income: int
    debt_payments: int
    cash: int
    by_category: tuple[Share, ...]


class CardMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A card near the end of a month: what was owed on `day` (below zero: the issuer owed), minor units.

    `basis_points` is the share of `limit` that was owed (2500 is 25 %), None without a limit, never below zero.
    """

    month: str
    day: date
    balance: int
    limit: int | None
    basis_points: int | None
    source: CardSource


class TrendCard(msgspec.Struct, frozen=True, kw_only=True):
    """A card over time, oldest month first. `key` is the same on every visit, also after the bank is connected anew.

    `bank` is the bank's name.
    """

    key: str
    bank: str
    name: str
    mask: str | None
    currency: str
    months: tuple[CardMonth, ...]


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One look at the trends: what to show, and all that is known now, to be kept by whoever wants to."""

    months: tuple[TrendMonth, ...]
    cards: tuple[TrendCard, ...]
    known: Capsule


def look(snapshots: Snapshots, today: date, kept: Capsule | None = None) -> Look:
    """The chart of what the banks, or the copies of them, say and of what was kept before."""
    kept = kept or Capsule()
    shown = {bank.bank.item_id for bank in snapshots.banks}
    unread = {problem.bank.institution_id for problem in snapshots.problems if problem.bank.item_id not in shown}
    live = read(snapshots.banks, today, partly=unread)
    known = merge(kept, live)
    return Look(months=_months(known, live, _sources(snapshots), unread, today), cards=_cards(known, live), known=known)


def _sources(snapshots: Snapshots) -> dict[str, Source]:
    """Where what each institution says comes from."""
    found: dict[str, Source] = {}
    for bank in snapshots.banks:
        use = snapshots.cache.get(bank.bank.item_id, CacheUse.NONE)
        source = Source.COPY if use in _COPIES else Source.BANKS
        institution = bank.bank.institution_id
        found[institution] = source if found.get(institution, source) is source else Source.MIXED
    return found


def _months(
    known: Capsule, live: Capsule, sources: Mapping[str, Source], unread: Collection[str], today: date
) -> tuple[TrendMonth, ...]:
    """Every month that is known of, for every currency from the first month that has it on (T4)."""
    by_month: defaultdict[str, dict[str, BankMonth]] = defaultdict(dict)
    for (institution, month), each in known.months.items():
        by_month[month][institution] = each
    lacking = _lacking(known, unread, month_of(today))
    uses = Counter(currency for each in known.months.values() for currency in each.sums)
    chart: list[TrendMonth] = []
    for currency, _ in ranked(dict(uses)):
        begun = False
        for month, banks in sorted(by_month.items()):
            begun = begun or any(currency in each.sums for each in banks.values())
            if begun:
                came_from = {
                    sources[institution] if live.months.get((institution, month)) == each else Source.CAPSULE
                    for institution, each in banks.items()
                }
                whole = month not in lacking and all(each.days == days_in(month) for each in banks.values())
                source = came_from.pop() if len(came_from) == 1 else Source.MIXED
                chart.append(_month(month, currency, banks.values(), source, complete=whole))
    return tuple(chart)


def _lacking(known: Capsule, unread: Collection[str], this_month: str) -> set[str]:
    """Months of which some bank says nothing though it has earlier and later ones, or is connected still (T4)."""
    by_institution: defaultdict[str, set[str]] = defaultdict(set)
    for institution, month in known.months:
        by_institution[institution].add(month)
    everything = {month for _, month in known.months}
    return {
        month
        for institution, its in by_institution.items()
        for month in everything - its
        if min(its) < month <= (this_month if institution in unread else max(its))
    }


def _month(month: str, currency: str, banks: Collection[BankMonth], source: Source, *, complete: bool) -> TrendMonth:
    sums = [each.sums[currency] for each in banks if currency in each.sums]
    by_category: Counter[str] = Counter()
    for each in sums:
        by_category.update(each.by_category)
    return TrendMonth(
        month=month,
        currency=currency,
        source=source,
        complete=complete,
        spent=sum(each.spent for each in sums),
        income=sum(each.income for each in sums),
        debt_payments=sum(each.debt_payments for each in sums),
        cash=sum(each.cash for each in sums),
        by_category=tuple(Share(key, spent) for key, spent in ranked(dict(by_category)) if spent),
    )


def _cards(known: Capsule, live: Capsule) -> tuple[TrendCard, ...]:
    by_card: defaultdict[CardId, list[CardMonth]] = defaultdict(list)
    for (card, month), figure in sorted(known.cards.items(), key=lambda entry: entry[0][1]):
        is_live = live.cards.get((card, month)) == figure
        by_card[card].append(_card_month(month, figure, is_live=is_live))
    cards = [
        TrendCard(
            key="|".join((card.institution_id, card.mask or "", card.name, card.currency)),
            bank=known.banks[card.institution_id].name,
            name=card.name,
            mask=card.mask,
            currency=card.currency,
            months=tuple(months),
        )
        for card, months in by_card.items()
    ]
    return tuple(sorted(cards, key=lambda card: (card.bank, card.name, card.key)))


def _card_month(month: str, figure: CardFigure, *, is_live: bool) -> CardMonth:
    owed = max(0, figure.balance)
    live_source = CardSource.SEEN if figure.seen else CardSource.WORKED_BACK
    return CardMonth(
        month=month,
        day=figure.day,
        balance=figure.balance,
        limit=figure.limit,
        basis_points=None if figure.limit is None else rounded_share(owed, figure.limit, 10_000),
        source=live_source if is_live else CardSource.CAPSULE,
    )
