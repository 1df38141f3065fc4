"""One labelled series: the days it is due by its pace, what life makes of them, and what is charged.

Nothing here knows how series are found again: the days and amounts wander as those of banks and people do.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from keepless.sandbox import months
from keepless.sandbox.demo_diary import Diary, Entry
from keepless.sandbox.demo_places import Place
from keepless.sandbox.labelled_plans import Plan, Shift

_DAY = timedelta(days=1)
_SATURDAY = 5
_MONDAY, _THURSDAY = 0, 3
_STEP = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
_TRUSTED = 0.94  # share of series whose category Plaid gets right
_UNKNOWN = "OTHER_OTHER"


class Series(NamedTuple):
    """A series as it was written; `traits` name what happened to it."""

    merchant: str
    frequency: str
    traits: tuple[str, ...]
    entries: tuple[Entry, ...]


class Moved(NamedTuple):
    """A card that was replaced on `day`: what was paid from `old` is paid from `new` ever since."""

    day: date
    old: str
    new: str

    def account_on(self, day: date, account: str) -> str:
        return self.new if account == self.old and day >= self.day else account


def written(diary: Diary, plan: Plan, pace: str, moved: Moved | None, *, calm: bool = False) -> Series:
    """Writes the rows of a plan at a pace into the diary. `calm`: it neither ends nor begins within the window."""
    rng = diary.rng
    traits: list[str] = []
    days, day_of_month = _due(diary, pace, plan)
    if day_of_month > 28:  # noqa: PLR2004 - not every month has it
        traits.append(f"day_{day_of_month}")
    days = days if calm else _cut(diary, days, pace, traits)
    days = _missed(rng, days, pace, traits)
    shift: Shift = "booked" if plan.shift == "exact" and rng.random() < 1 / 4 else plan.shift
    place, describe = _names(rng, plan.place, traits)
    amounts = _amounts(rng, plan, len(days), pace, traits)
    entries: list[Entry] = []
    for due, amount in zip(days, amounts, strict=True):
        day = _SHIFTS[shift](rng, due, pace)
        account = moved.account_on(day, plan.account) if moved else plan.account
        lag = rng.choice((0, 1, 1, 2)) if account != "checking" and shift == "exact" else 0
        before = len(diary.entries)
        diary.write(account, amount, day, describe(place), lag=lag)
        entries += diary.entries[before:]
    if moved and len({entry.account for entry in entries}) > 1:
        traits.append("card_replaced")
    if entries and amounts[0] > 0 and rng.random() < 1 / 12:
        charged = rng.choice(entries)
        diary.write(charged.account, -charged.amount, charged.transacted + 6 * _DAY, charged.place)
        traits.append("refund")
    return Series(plan.place.name or plan.place.descriptor, pace, tuple(traits), tuple(entries))


def _due(diary: Diary, pace: str, plan: Plan) -> tuple[list[date], int]:
    """The days within the diary on which it is due, oldest first, and the day of the month (0 where there is none)."""
    rng, start, today = diary.rng, diary.start, diary.today
    if pace in {"weekly", "biweekly"}:
        step = 7 if pace == "weekly" else 14
        first = start + timedelta(days=rng.randrange(step))
        if plan.shift.startswith("business"):
            first += timedelta(days=(4 - first.weekday()) % 7)  # pay and loans: Fridays
        return [first + timedelta(days=n) for n in range(0, (today - first).days + 1, step)], 0
    wanted = rng.choice((rng.randint(1, 28), rng.randint(1, 28), rng.randint(1, 31), 31))
    spread = range(-1, (today.year - start.year) * 12 + today.month - start.month + 1)
    firsts = [months.shifted(start.replace(day=1), n) for n in spread]
    if pace == "semi_monthly":
        pairs = rng.choice(((1, 15), (15, 31), (5, 20)))
        wanted = max(pairs)
        every = [months.on_day(first.year, first.month, day) for first in firsts for day in pairs]
    elif "PENSION" in plan.place.detailed:
        wanted = 0
        every = [_nth_weekday(first, 1, 2) for first in firsts]  # pensions come on a weekday
    else:
        step = _STEP[pace]
        offset = rng.randrange(step)
        every = [months.on_day(first.year, first.month, wanted) for first in firsts[offset::step]]
    return [day for day in every if start <= day <= today], wanted


def _nth_weekday(first: date, weekday: int, nth: int) -> date:
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _cut(diary: Diary, days: list[date], pace: str, traits: list[str]) -> list[date]:
    """One in eight ended some months ago, one in eight began in the last weeks; rare paces are left alone."""
    chance = diary.rng.random()
    if pace in {"quarterly", "half_yearly", "yearly"} or chance > 1 / 4:
        return days
    if chance < 1 / 8:
        traits.append("ended")
        last = diary.today - timedelta(days=diary.rng.randint(80, 420))
        return [day for day in days if day <= last]
    traits.append("new")
    first = diary.today - timedelta(days=diary.rng.randint(35, 75))
    return [day for day in days if day >= first]


def _missed(rng: Random, days: list[date], pace: str, traits: list[str]) -> list[date]:
    """One in ten was not paid once or twice."""
    if len(days) < 8 or pace in {"quarterly", "half_yearly", "yearly"} or rng.random() > 1 / 10:  # noqa: PLR2004
        return days
    traits.append("missed")
    gone = set(rng.sample(days[1:-1], rng.randint(1, 2)))
    return [day for day in days if day not in gone]


def _names(rng: Random, place: Place, traits: list[str]) -> tuple[Place, Callable[[Place], Place]]:
    """How the bank writes it from time to time, and Plaid's category, which is not always right."""
    if rng.random() > _TRUSTED:
        traits.append("unknown_category")
        place = place._replace(detailed=_UNKNOWN)
    style = rng.choice(("same", "same", "numbered", "numbered", "half_named"))
    if style == "same":
        return place, lambda each: each
    traits.append(style)
    address = place.descriptor.split()[0] + ".COM"

    def describe(each: Place) -> Place:
        descriptor = f"{each.descriptor} {rng.randint(1000, 99999)}"
        if style == "half_named" and rng.random() < 1 / 2:
            whole = each.descriptor if " " not in (each.name or " ") else f"{each.descriptor} {address}"
            return each._replace(name=None, descriptor=f"{whole} {rng.randint(1000, 99999)}")
        return each._replace(descriptor=descriptor)

    return place, describe


def _amounts(rng: Random, plan: Plan, count: int, pace: str, traits: list[str]) -> list[Decimal]:
    """What is charged each time, oldest first; negative for money that arrives."""
    price = rng.randint(*plan.price)
    abroad = plan.account == "card" and plan.wander == 0 and rng.random() < 1 / 20
    wander = 3 if abroad else plan.wander
    steps = _steps(rng, count, pace) if not plan.wander else {}
    trial = plan.account == "card" and pace == "monthly" and count > 3 and rng.random() < 1 / 10  # noqa: PLR2004
    traits += [name for name, is_so in (("dearer", steps), ("trial", trial), ("abroad", abroad)) if is_so]
    cents: list[int] = []
    for number in range(count):
        price = round(price * steps.get(number, 1))
        cents.append(round(price * (1 + rng.uniform(-wander, wander) / 100)))
    if trial:
        cents[0] = rng.choice((0, 100))
    sign = -1 if plan.place.detailed.startswith("INCOME") else 1
    return [Decimal(sign * each).scaleb(-2) for each in cents]


def _steps(rng: Random, count: int, pace: str) -> dict[int, float]:
    """When the price changes, and to how much of what it was: in a quarter of the series, at most twice."""
    if count < (2 if pace == "yearly" else 5) or rng.random() > 1 / 4:
        return {}
    if pace == "yearly":
        return {count - 1: rng.uniform(1.02, 1.12)}
    when = rng.sample(range(2, count - 1), rng.choice((1, 1, 2)))
    return {number: rng.choice((rng.uniform(1.04, 1.35), rng.uniform(0.8, 0.95))) for number in when}


def _exactly(_rng: Random, day: date, _pace: str) -> date:
    return day


def _business_after(_rng: Random, day: date, _pace: str) -> date:
    while not _is_business_day(day):
        day += _DAY
    return day


def _business_before(_rng: Random, day: date, _pace: str) -> date:
    while not _is_business_day(day):
        day -= _DAY
    return day


def _by_hand(rng: Random, day: date, pace: str) -> date:
    """About then: a day or so where it is weekly, up to three where it is not."""
    around = (-1, 0, 0, 0, 0, 1) if pace in {"weekly", "biweekly"} else (-2, -1, 0, 0, 0, 1, 1, 2, 3)
    return day + timedelta(days=rng.choice(around))


def _booked(rng: Random, day: date, pace: str) -> date:
    """The bank tells only when it booked the row: a business day or two later."""
    return _business_after(rng, day + timedelta(days=rng.choice((0, 1, 1, 2))), pace)


_SHIFTS: dict[Shift, Callable[[Random, date, str], date]] = {
    "exact": _exactly,
    "business_after": _business_after,
    "business_before": _business_before,
    "by_hand": _by_hand,
    "booked": _booked,
}


def _is_business_day(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def _holidays(year: int) -> Iterator[date]:
    """Days that banks of the United States are closed, as far as they move bills about (5 U.S.C. 6103)."""
    yield from (date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25))
    for month, nth in ((1, 3), (2, 3), (9, 1), (10, 2)):
        yield _nth_weekday(date(year, month, 1), _MONDAY, nth)
    yield _nth_weekday(date(year, 11, 1), _THURSDAY, 4)
    last_of_may = date(year, 5, 31)
    yield last_of_may - timedelta(days=(last_of_may.weekday() - _MONDAY) % 7)
