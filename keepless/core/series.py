"""Which rows of one payee belong to one series.

The regularity of the days is judged against that of the amounts, and by how often such a payee is paid without any
plan. docs/recurring.md has the rules (P6 to P10).
"""

from collections import defaultdict
from collections.abc import Sequence
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from keepless.core.models import Transaction
from keepless.core.paces import (
    BIWEEKLY,
    HALF_YEARLY,
    MONTHLY,
    QUARTERLY,
    SEMI_MONTHLY,
    WEEKLY,
    YEARLY,
    Fit,
    Pace,
    best_fit,
    step_off,
)

TRIAL = 100  # minor units: what a trial costs at most
_COVER = 0.75  # share of a payee's rows that must keep the pace
_MISSED = 0.2  # share of steps that may be left out where chance or habit could be at work
_STEADY = 0.6  # share of neighbours at one price
_SAME = 8  # per cent that two amounts may differ and still be one price
_STEP, _ODD = 50, 35  # per cent of a change of price, and of one payment that is unlike the others
_ALIKE = 15  # per cent between two bills of one commitment, quarters or years apart
_DENSEST = 3.5  # days from row to row; what comes more often comes by no pace known here
_CROWD, _CROWDED = 12, 2.0  # so many rows and more, so few days from row to row: prices come back by chance
_LEAST, _FEW, _SOME, _MANY = 3, 4, 6, 12  # rows
_AT_ONCE = 2  # days that a row of an odd price may stray from where it is put in
_WHIMS = 3  # the highest amount over the lowest, of what has no fixed price; one more with every doubt less

_COMMITTED = frozenset({"RENT_AND_UTILITIES", "LOAN_PAYMENTS", "INCOME"})
_COMMITTED_DETAILED = frozenset(
    {"GENERAL_SERVICES_INSURANCE", "GENERAL_SERVICES_CHILDCARE", "GOVERNMENT_AND_NON_PROFIT_TAX_PAYMENT"}
)
_HABITS = frozenset({"FOOD_AND_DRINK", "GENERAL_MERCHANDISE", "TRANSPORTATION", "BANK_FEES"})
_HABITS_DETAILED = frozenset({"INCOME_GIG_ECONOMY", "GENERAL_SERVICES_POSTAGE_AND_SHIPPING"})
_VISITS = frozenset(
    {
        "ENTERTAINMENT_CASINOS_AND_GAMBLING",
        "ENTERTAINMENT_SPORTING_EVENTS_AMUSEMENT_PARKS_AND_MUSEUMS",
        "FOOD_AND_DRINK_BEER_WINE_AND_LIQUOR",
        "FOOD_AND_DRINK_COFFEE",
        "FOOD_AND_DRINK_FAST_FOOD",
        "FOOD_AND_DRINK_RESTAURANT",
        "FOOD_AND_DRINK_VENDING_MACHINES",
        "GENERAL_MERCHANDISE_CONVENIENCE_STORES",
        "MEDICAL_PHARMACIES_AND_SUPPLEMENTS",
        "MEDICAL_PRIMARY_CARE",
        "PERSONAL_CARE_HAIR_AND_BEAUTY",
        "PERSONAL_CARE_LAUNDRY_AND_DRY_CLEANING",
        "TRANSPORTATION_GAS",
        "TRANSPORTATION_TAXIS_AND_RIDE_SHARES",
        "TRAVEL_FLIGHTS",
        "TRAVEL_LODGING",
        "TRAVEL_OTHER_TRAVEL",
        "TRAVEL_RENTAL_CARS",
    }
)
# By pace: the mean days that a payment without a commitment may stray.
_STRAYS = {WEEKLY: 1.2, BIWEEKLY: 1.5, SEMI_MONTHLY: 2.5, MONTHLY: 3.2, QUARTERLY: 6.0, HALF_YEARLY: 8.0, YEARLY: 8.0}


class Nature(Enum):
    """How a payee of some category is usually paid (P6)."""

    COMMITTED = "committed"  # a contract: the amount may vary, the day is kept
    EITHER = "either"
    HABIT = "habit"  # as one likes: only one price at a strict pace tells a plan
    VISIT = "visit"  # where one goes oneself: never a plan, however often


class Series(NamedTuple):
    """Rows of one series, oldest first, and its pace."""

    pace: Pace
    rows: list[Transaction]


def nature(row: Transaction) -> Nature:
    """P6: what the row's category says."""
    if row.detailed in _VISITS:
        return Nature.VISIT
    if row.primary in _HABITS or row.detailed in _HABITS_DETAILED:
        return Nature.HABIT
    if row.primary in _COMMITTED or row.detailed in _COMMITTED_DETAILED:
        return Nature.COMMITTED
    return Nature.EITHER


def series_of(rows: Sequence[Transaction], *, among: int = 0) -> list[Series]:
    """The series among the rows of one payee, in one currency and one direction, oldest first.

    `among` is how many more rows the payee has that are not looked at.
    """
    if len(rows) < 2:  # noqa: PLR2004
        return []
    kind = nature(rows[-1])
    if kind is Nature.VISIT or is_crowded(rows):
        return []
    whole = _whole(rows, kind, among=among)
    if whole is not None and not _is_interleaved(whole.rows):
        return [whole]
    found = _by_price(rows, kind)
    if whole is not None and sum(len(each.rows) for each in found) < _COVER * len(whole.rows):
        return [whole]
    return found or [each for part in _by_account(rows) for each in series_of(part, among=len(rows) - len(part))]


def is_crowded(rows: Sequence[Transaction]) -> bool:
    """P10: whether a payee is paid so often that a price which comes back is chance. The order does not matter."""
    if len(rows) < _CROWD:
        return False
    days = [row.date for row in rows]
    return (max(days) - min(days)).days < _CROWDED * (len(rows) - 1)


def is_steady(amounts: Sequence[int]) -> bool:
    """Whether sizes of money, in the order of their days, are one price that may have changed, not a meter's whims."""
    pairs = list(pairwise(amounts))
    return sum(_is_near(before, after, _SAME) for before, after in pairs) >= _STEADY * len(pairs)


def _whole(rows: Sequence[Transaction], kind: Nature, *, among: int = 0) -> Series | None:
    """All the rows as one series, but for few that stand aside. `among`: how many others the payee has."""
    span = rows[-1].date.toordinal() - rows[0].date.toordinal()
    if span < _DENSEST * (len(rows) - 1):
        return None
    fit = best_fit([row.date for row in rows], _COVER)
    if fit is None:
        return None
    kept = [rows[at] for at in fit.kept]
    paid = [abs(row.amount) for row in kept]
    if len(paid) > 1 and paid[0] <= TRIAL < paid[-1]:
        paid = paid[1:]
    # Of many rows some look regular by chance: what stands among others has to convince as a habit has to (P9).
    chosen = among > len(rows) or (among > 0 and kind is Nature.EITHER and len(kept) < _SOME)
    if chosen and fit.pace.days < MONTHLY.days and len(kept) < _MANY:
        return None
    if (among or kind is Nature.HABIT) and fit.missed > _MISSED * (len(kept) - 1 + fit.missed):
        return None
    return Series(fit.pace, kept) if _is_series(fit, paid, Nature.HABIT if chosen else kind) else None


def _is_series(fit: Fit, paid: Sequence[int], kind: Nature) -> bool:
    """P7: the less regular the amounts are, the more regular and the more the days must be."""
    count, low, high = len(paid), min(paid), max(paid)
    steady = is_steady(paid)
    if len(fit.kept) == 2:  # noqa: PLR2004
        return _is_pair(fit, low, high, kind)
    if kind is Nature.COMMITTED:
        return steady or high <= (_WHIMS + 2 if count >= _FEW else _WHIMS) * low
    if fit.off > _STRAYS[fit.pace] or (count < _FEW and fit.pace.days < MONTHLY.days):
        return False
    if kind is Nature.HABIT:
        changes = sum(before != after for before, after in pairwise(paid))
        least = _SOME if fit.pace.days < MONTHLY.days else _FEW if fit.pace is MONTHLY else _LEAST
        strict = (count >= _MANY or fit.off <= _STRAYS[fit.pace] / 2) and fit.pace is not SEMI_MONTHLY
        return count >= least and strict and changes <= (1 - _STEADY) * (count - 1)
    return steady or (count >= _SOME and high <= _WHIMS * low)


def _is_pair(fit: Fit, low: int, high: int, kind: Nature) -> bool:
    """P8: two rows are a series only where they are a month or more apart, to a few days, and of one price.

    A bill of a commitment may vary as it does with more rows. Of a habit only what comes after a whole year counts.
    """
    if fit.pace is YEARLY:
        return fit.off <= _STRAYS[MONTHLY] and _is_near(low, high, _SAME if kind is Nature.HABIT else _ALIKE)
    if kind is Nature.COMMITTED:
        return (fit.pace is MONTHLY and high <= 2 * low) or (
            fit.pace in {QUARTERLY, HALF_YEARLY} and _is_near(low, high, _ALIKE)
        )
    return kind is Nature.EITHER and fit.pace is MONTHLY and fit.off <= _STRAYS[MONTHLY] and low == high


def _is_interleaved(rows: Sequence[Transaction]) -> bool:
    """P9: whether prices come back after another one stood between, as they do where two things are paid at once."""
    if rows[0].primary == "INCOME":
        return False
    counts: defaultdict[int, int] = defaultdict(int)
    returns = 0
    for before, after in pairwise(rows):
        counts[before.amount] += 1
        returns += before.amount != after.amount and after.amount in counts
    counts[rows[-1].amount] += 1
    return returns * 4 >= len(rows) and sum(count >= _LEAST for count in counts.values()) > 1


def _by_price(rows: Sequence[Transaction], kind: Nature) -> list[Series]:
    """P9: series of one price each, joined where one takes up another's days at a new price, with odd rows put in."""
    prices: defaultdict[int, list[Transaction]] = defaultdict(list)
    for row in rows:
        prices[row.amount].append(row)
    runs: list[Series] = []
    for amount in sorted(prices):
        its_rows = prices[amount]
        if len(its_rows) >= _LEAST:
            among = len(rows) - len(its_rows)
            whole = _whole(its_rows, kind, among=among)
            parts = [] if whole else [_whole(part, kind, among=among) for part in _by_account(its_rows)]
            runs += [run for run in (whole, *parts) if run is not None]
    joined = _joined(runs)
    taken = {row.id for run in joined for row in run.rows}
    for row in rows:
        if joined and row.id not in taken:
            _put_in(row, joined)
    return _joined(joined)  # again: a price that was paid once or twice may have stood between two runs


def _by_account(rows: Sequence[Transaction]) -> list[list[Transaction]]:
    """The rows of each account apart; none where they are all of one."""
    parts: defaultdict[str, list[Transaction]] = defaultdict(list)
    for row in rows:
        parts[row.account_id].append(row)
    return [parts[account] for account in sorted(parts)] if len(parts) > 1 else []


def _joined(runs: list[Series]) -> list[Series]:
    """Each run put behind the one whose days and price it takes up best; the oldest first."""
    joined: list[Series] = []
    for run in sorted(runs, key=lambda run: (run.rows[0].date, run.rows[0].amount, run.rows[0].id)):
        first = run.rows[0]
        behind = [
            each
            for each in joined
            if each.pace is run.pace
            and each.rows[-1].date < first.date
            and step_off(run.pace, each.rows[-1].date, first.date) is not None
            and _is_near(each.rows[-1].amount, first.amount, _STEP)
        ]
        if behind:
            min(behind, key=lambda each: abs(each.rows[-1].amount - first.amount)).rows.extend(run.rows)
        else:
            joined.append(Series(run.pace, list(run.rows)))
    return joined


def _put_in(row: Transaction, series: list[Series]) -> None:
    """A row of an odd price goes where a series lacks one: at its beginning (a trial), at its end, or between two."""
    for each in series:
        rows = each.rows
        at = next((n for n, other in enumerate(rows) if other.date > row.date), len(rows))
        before, after = (rows[at - 1] if at else None), (rows[at] if at < len(rows) else None)
        typical = abs(after.amount if after else before.amount if before else 0)
        trial = before is None and abs(row.amount) <= TRIAL
        if not trial and not _is_near(abs(row.amount), typical, _ODD):
            continue
        steps = [
            step_off(each.pace, earlier.date, later.date)
            for earlier, later in ((before, row), (row, after))
            if earlier is not None and later is not None
        ]
        known = [step for step in steps if step is not None and step[1] <= _AT_ONCE]
        if len(known) == len(steps) and known[0][0] == 1:
            rows.insert(at, row)
            return


def _is_near(one: int, other: int, per_cent: int) -> bool:
    return abs(one - other) * 100 <= per_cent * max(abs(one), abs(other))
