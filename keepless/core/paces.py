"""The paces at which money comes and goes, and how well some days keep one. docs/recurring.md has the rules (P1 to P4).

Everything is in whole days of the bank's calendar; no clock is read here. Nothing raises for days in any order that
the calendar has.
"""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean
from typing import NamedTuple

_LOOKED_BACK = 12  # occurrences that say which day of the month or week is meant
_MOST_SKIPPED = 1 / 3  # of the steps
_TELLING = 5  # days from which two weeks and half a month differ in the days of the month


class Pace(NamedTuple):
    """`days` is its mean length; `months` is above zero where it goes by the calendar.

    `tolerance`: days that a payment may stray from where the one before puts it (weekends, holidays, habit). `skips`:
    steps that one gap may span. `grace`: days after which one that has not come is late.
    """

    name: str
    days: float
    months: int
    tolerance: int
    skips: int
    grace: int
    per_year: int


WEEKLY = Pace("weekly", 7, 0, 2, 3, 3, 52)
BIWEEKLY = Pace("biweekly", 14, 0, 3, 2, 4, 26)
SEMI_MONTHLY = Pace("semi_monthly", 365.25 / 24, 0, 4, 2, 5, 24)
MONTHLY = Pace("monthly", 365.25 / 12, 1, 6, 3, 7, 12)
QUARTERLY = Pace("quarterly", 365.25 / 4, 3, 8, 2, 12, 4)
HALF_YEARLY = Pace("half_yearly", 365.25 / 2, 6, 12, 1, 15, 2)
YEARLY = Pace("yearly", 365.25, 12, 14, 1, 20, 1)
PACES = (WEEKLY, BIWEEKLY, SEMI_MONTHLY, MONTHLY, QUARTERLY, HALF_YEARLY, YEARLY)


class Fit(NamedTuple):
    """How some days keep a pace: the places of those that do, the steps left out, and the mean days they stray."""

    pace: Pace
    kept: list[int]
    missed: int
    off: float


def shifted(day: date, months: int) -> date:
    """`day` moved by whole months; the 31st falls back to the last day of a shorter month. Stays in the calendar."""
    return on_day(day.year * 12 + day.month - 1 + months, day.day)


def on_day(month_index: int, wanted: int) -> date:
    """The `wanted` day of a month counted from year 0, or its last day; the calendar's ends where it has none."""
    year, month = divmod(month_index, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if year < date.min.year else date.max
    return date(year, month + 1, min(wanted, monthrange(year, month + 1)[1]))


def step_off(pace: Pace, before: date, after: date) -> tuple[int, float] | None:
    """P1: how many steps lie between two days, and by how many days the later one strays; None where it is no step."""
    gap = after.toordinal() - before.toordinal()
    steps = max(1, round(gap / pace.days))
    if steps > pace.skips:
        return None
    if pace.months:
        off: float = abs(after.toordinal() - shifted(before, steps * pace.months).toordinal())
    else:
        off = abs(gap - steps * pace.days)
    return (steps, off) if off <= pace.tolerance else None


def best_fit(days: Sequence[date], cover: float) -> Fit | None:
    """The pace that at least the share `cover` of the ascending `days` keeps best (P2, P3); None where none is kept."""
    count = len(days)
    if count < 2:  # noqa: PLR2004
        return None
    span = days[-1].toordinal() - days[0].toordinal()
    fits: list[Fit] = []
    for pace in PACES:
        slots = span / pace.days + 1
        if count * cover - 1 < slots < count / (1 - _MOST_SKIPPED) + 1:
            fit = _along(pace, days)
            steps = len(fit.kept) - 1
            if steps and len(fit.kept) >= count * cover and fit.missed <= _MOST_SKIPPED * (steps + fit.missed):
                fits.append(fit)
    if len(fits) > 1:
        fits.sort(key=lambda fit: (fit.missed - len(fit.kept), fit.off))
        if {fits[0].pace, fits[1].pace} == {BIWEEKLY, SEMI_MONTHLY}:
            return _of_two_weeks(days, fits[0], fits[1])
    return fits[0] if fits else None


def next_after(pace: Pace, days: Sequence[date]) -> date:
    """P4: when the next one is due after the ascending `days`; on the day of the week or month that most of them keep.

    Raises ValueError where `days` is empty.
    """
    recent = list(days[-_LOOKED_BACK:])
    last = recent[-1]
    if pace.months:
        return _next_of_month(recent, pace.months)
    if pace is SEMI_MONTHLY:
        alternate = recent[-2::-2][::-1]
        if alternate and last - alternate[-1] <= timedelta(days=20):
            following = _next_of_month(alternate, 1)
            if following > last + timedelta(days=pace.days / 2):
                return following
        return _later(last, round(pace.days))
    return _later(last, round(pace.days) + _back_to_phase(recent, round(pace.days)))


def _along(pace: Pace, days: Sequence[date]) -> Fit:
    """The longest way through the days by steps of the pace; of ways as long, that with fewer steps left out."""
    direct = [step_off(pace, before, after) for before, after in pairwise(days)]
    if None not in direct:
        whole = [step for step in direct if step is not None]
        return Fit(pace, list(range(len(days))), sum(steps - 1 for steps, _ in whole), fmean(off for _, off in whole))
    ordinals = [day.toordinal() for day in days]
    reach = int(pace.days * pace.skips) + pace.tolerance + 1
    # The best way that ends at each day: how many days it has, less what it left out and strayed; and the day before.
    worth = [(1, 0, 0.0)] * len(days)
    before: list[int | None] = [None] * len(days)
    for at, day in enumerate(days):
        for earlier in range(bisect_left(ordinals, ordinals[at] - reach, 0, at), at):
            step = step_off(pace, days[earlier], day)
            if step is None:
                continue
            kept, missed, off = worth[earlier]
            way = (kept + 1, missed - step[0] + 1, off - step[1])
            if way > worth[at]:
                worth[at], before[at] = way, earlier
    last: int | None = max(range(len(days)), key=lambda at: (worth[at], at))
    kept, missed, off = worth[last or 0]
    places: list[int] = []
    while last is not None:
        places.append(last)
        last = before[last]
    return Fit(pace, places[::-1], -missed, -off / max(1, kept - 1))


def _of_two_weeks(days: Sequence[date], one: Fit, other: Fit) -> Fit:
    """P3: half a month where the days are two days of the month throughout, else what the mean gap is nearer to.

    Gaps that skip a step are left out. Two weeks apart, the fifth day at the latest is a third day of the month.
    """
    fit = one if len(one.kept) >= len(other.kept) else other
    if len(fit.kept) >= _TELLING and len({days[place].day for place in fit.kept}) <= 2:  # noqa: PLR2004
        return one if one.pace is SEMI_MONTHLY else other
    gaps = [(days[after] - days[before]).days for before, after in pairwise(fit.kept)]
    short = [gap for gap in gaps if gap <= SEMI_MONTHLY.days + SEMI_MONTHLY.tolerance] or gaps
    middle = (BIWEEKLY.days + SEMI_MONTHLY.days) / 2
    wanted = BIWEEKLY if fmean(short) < middle else SEMI_MONTHLY
    return one if one.pace is wanted else other


def _next_of_month(recent: Sequence[date], months: int) -> date:
    """The day of the month that the recent days stray least from, `months` after the month that the last belongs to."""
    wanted = min(
        {day.day for day in recent}, key=lambda wanted: (sum(abs(_stray(day, wanted)) for day in recent), wanted)
    )
    last = recent[-1]
    # The last one is that of the month whose wanted day is nearest: rent of the 1st is at times paid on the 30th.
    nominal = date.fromordinal(min(max(last.toordinal() - _stray(last, wanted), 1), date.max.toordinal()))
    return on_day(nominal.year * 12 + nominal.month - 1 + months, wanted)


def _stray(day: date, wanted: int) -> int:
    """Days from the nearest `wanted` day of a month to `day`."""
    index = day.year * 12 + day.month - 1
    return min((day.toordinal() - on_day(index + n, wanted).toordinal() for n in (0, -1, 1)), key=abs)


def _back_to_phase(recent: Sequence[date], days: int) -> int:
    """Days from the last one to the day of the week that most keep: pay that came on a Thursday is due on a Friday."""
    last = recent[-1].toordinal()
    half = days // 2
    strays = sorted((day.toordinal() - last + half) % days - half for day in recent)
    return strays[len(strays) // 2]


def _later(day: date, days: int) -> date:
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))
