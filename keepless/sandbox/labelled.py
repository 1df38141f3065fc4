"""`labelled-<number>`: users whose recurring payments are known, to measure how well they are found.

24 months that end today, told from the number alone: series at every usual pace, with all that happens to series in
life (dearer, missed, ended, new, a trial, a card replaced, a name written in three ways), among visits that are merely
frequent. `labels` says which rows are which. Amounts are USD.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from keepless.sandbox import labelled_haunts as haunts
from keepless.sandbox import labelled_plans as plans
from keepless.sandbox import months
from keepless.sandbox.demo_diary import Diary
from keepless.sandbox.demo_places import Place
from keepless.sandbox.household import Holding, Household
from keepless.sandbox.labelled_haunts import Haunt
from keepless.sandbox.labelled_plans import Plan
from keepless.sandbox.labelled_series import Moved, Series, written

NAME = re.compile(r"labelled-[0-9]{1,6}")
MONTHS = 24
_ENOUGH = {"half_yearly": 2, "yearly": 2}  # occurrences that make a series; three of any other, two of a new one


class Labelled(NamedTuple):
    """A household, its series, and the merchants that are merely visited often."""

    household: Household
    series: tuple[Series, ...]
    frequent: tuple[str, ...]


def household(username: str, today: date) -> Household:
    """The household of a `labelled-<number>` on `today`."""
    return build(username, today).household


def labels(username: str, today: date) -> dict[str, Any]:
    """What there is to find in it, as JSON: dates are when a row happened, amounts have Plaid's sign."""
    built = build(username, today)
    return {
        "user": username,
        "series": [
            {
                "merchant": each.merchant,
                "frequency": each.frequency,
                "traits": list(each.traits),
                "occurrences": [
                    {"date": entry.transacted, "amount": entry.amount, "description": entry.place.descriptor}
                    for entry in each.entries
                ],
            }
            for each in built.series
        ],
        "frequent": list(built.frequent),
    }


def build(username: str, today: date) -> Labelled:
    """The user of that name (see NAME) with its labels."""
    diary = Diary(months.shifted(today, -MONTHS), today, username)
    moved = _moved(diary)
    series = [
        each
        for pace, plan in _life(diary)
        for each in [written(diary, plan, pace, moved)]
        if len(each.entries) >= (2 if "new" in each.traits else _ENOUGH.get(pace, 3))
    ]
    series += _two_plans(diary, moved)
    series += _interest(diary)
    visited = _everyday(diary, moved)
    _own_accounts(diary)
    accounts = (
        _account("checking", "depository", "checking", name="Everyday Checking", mask="7701", current="3120.44"),
        _account("savings", "depository", "savings", name="Rainy Day Savings", mask="7719", current="8410.00"),
        _account("card", "credit", "credit card", name="Meadow Card", mask="7727", current="612.18"),
        _account("new_card", "credit", "credit card", name="Meadow Card", mask="7735", current="204.90"),
    )
    return Labelled(Household(username, accounts, diary.rows()), tuple(series), visited)


def _moved(diary: Diary) -> Moved | None:
    """A third of the users had their card replaced at some day."""
    if diary.rng.random() > 1 / 3:
        return None
    return Moved(diary.today - timedelta(days=diary.rng.randint(60, 600)), "card", "new_card")


def _life(diary: Diary) -> list[tuple[str, Plan]]:
    """Which plans the person has, each with its pace."""
    rng = diary.rng
    chosen: list[tuple[str, Plan]] = []
    for pace, pool, low, high in (
        ("weekly", plans.WEEKLY, 0, 2),
        ("biweekly", plans.BIWEEKLY, 0, 2),
        ("semi_monthly", plans.SEMI_MONTHLY, 0, 1),
        ("monthly", plans.SUBSCRIPTIONS, 3, 7),
        ("monthly", plans.BILLS, 3, 6),
        ("quarterly", plans.QUARTERLY, 0, 2),
        ("half_yearly", plans.HALF_YEARLY, 0, 1),
        ("yearly", plans.YEARLY, 1, 2),
        ("monthly", plans.MONTHLY_INCOME, 0, 1),
        ("monthly", plans.SHOP_PLANS, 0, 1),
    ):
        chosen += [(pace, plan) for plan in rng.sample(pool, rng.randint(low, high))]
    paces = ("weekly", "biweekly", "biweekly", "semi_monthly", "semi_monthly", "monthly")
    chosen += [(rng.choice(paces), plan) for plan in rng.sample(plans.PAY, rng.randint(1, 2))]
    return chosen


def _two_plans(diary: Diary, moved: Moved | None) -> list[Series]:
    """Half the users pay one merchant for two things at once."""
    if diary.rng.random() > 1 / 2:
        return []
    plan = diary.rng.choice(plans.TWO_PLANS)
    low, high = plan.price
    middle = (low + high) // 2
    cheap, dear = plan._replace(price=(low, middle - 100)), plan._replace(price=(middle + 100, high))
    both = [written(diary, each, "monthly", moved, calm=True) for each in (cheap, dear)]
    return [each._replace(traits=(*each.traits, "one_of_two")) for each in both]


def _interest(diary: Diary) -> list[Series]:
    """Half the users' savings earn interest on the last day of each month, a little more each time."""
    if diary.rng.random() > 1 / 2:
        return []
    saved = Decimal(diary.rng.randint(900, 2600)).scaleb(-2)
    entries = []
    for back in range(MONTHS, -1, -1):
        day = months.on_day(*_month_before(diary.today, back), 31)
        before = len(diary.entries)
        diary.write("savings", -saved, day, haunts.SAVINGS_INTEREST)
        entries += diary.entries[before:]
        saved += Decimal(diary.rng.randint(-20, 90)).scaleb(-2)
    return [Series(haunts.SAVINGS_INTEREST.descriptor, "monthly", ("income", "day_31"), tuple(entries))]


def _month_before(today: date, back: int) -> tuple[int, int]:
    """Year and month so many months before that of `today`."""
    shifted = months.shifted(today.replace(day=1), -back)
    return shifted.year, shifted.month


def _everyday(diary: Diary, moved: Moved | None) -> tuple[str, ...]:
    """Where the person merely goes often; shops that also sell a membership are visited but not named here."""
    rng = diary.rng
    chosen = [
        *rng.sample(haunts.SUPERMARKETS, rng.randint(1, 3)),
        *rng.sample(haunts.EATING_OUT, rng.randint(2, 5)),
        *rng.sample(haunts.GETTING_ABOUT, rng.randint(2, 4)),
        *rng.sample(haunts.ERRANDS, rng.randint(3, 7)),
    ]
    if rng.random() < 1 / 4:
        chosen.append(haunts.GIGS)
    for haunt in chosen:
        _visit(diary, haunt, moved)
    for plan in plans.SHOP_PLANS:
        place = plan.place._replace(descriptor=f"{plan.place.descriptor} ORDER")
        _visit(diary, Haunt(plan.account, place, (5, 28), (900, 11900), (), "0123456", 1.0), moved)
    return tuple(haunt.place.name or haunt.place.descriptor for haunt in chosen)


def _visit(diary: Diary, haunt: Haunt, moved: Moved | None) -> None:
    rng = diary.rng
    day = diary.start + timedelta(days=rng.randint(0, haunt.gap[1]))
    while day <= diary.today:
        if str(day.weekday()) in haunt.weekdays and rng.random() < haunt.often:
            price = Decimal(rng.choice(haunt.menu)).scaleb(-2) if haunt.menu else diary.price(haunt.price)
            arrives = haunt.place.detailed.startswith("INCOME")
            account = moved.account_on(day, haunt.account) if moved else haunt.account
            diary.write(account, -price if arrives else price, day, haunt.place, lag=rng.choice((0, 1, 1, 2)))
        day += timedelta(days=rng.randint(*haunt.gap))


def _own_accounts(diary: Diary) -> None:
    """The same sum put aside each month, the card paid each month, and what carrying its balance costs."""
    put_aside = Decimal(diary.rng.choice((100, 200, 250)))
    carries = diary.rng.random() < 1 / 2
    for back in range(MONTHS, -1, -1):
        year, month = _month_before(diary.today, back)
        sweep, paid = months.on_day(year, month, 27), months.on_day(year, month, 12)
        due = diary.price((20000, 140000))
        _both(diary, sweep, put_aside, ("checking", haunts.TO_SAVINGS), ("savings", haunts.FROM_CHECKING))
        _both(diary, paid, due, ("checking", haunts.CARD_PAYMENT), ("card", haunts.PAYMENT_RECEIVED))
        if carries:
            diary.write("card", diary.price((1800, 4200)), months.on_day(year, month, 18), haunts.CARD_INTEREST)


def _both(diary: Diary, day: date, amount: Decimal, leaves: tuple[str, Place], arrives: tuple[str, Place]) -> None:
    diary.write(leaves[0], amount, day, leaves[1])
    diary.write(arrives[0], -amount, day, arrives[1])


def _account(key: str, kind: str, subtype: str, *, name: str, mask: str, current: str) -> Holding:
    balance, limit = Decimal(current), Decimal(5000) if kind == "credit" else None
    return Holding(key, kind, subtype, name, None, mask, balance, limit - balance if limit else balance, limit)
