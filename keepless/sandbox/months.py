"""Steps of whole months on the calendar, as banks take them: the 31st falls back to the last day of a shorter month."""

from calendar import monthrange
from datetime import date


def shifted(day: date, months: int) -> date:
    """`day` moved by whole months, clamped to the month's last day. Raises ValueError outside years 1 to 9999."""
    index = day.year * 12 + day.month - 1 + months
    return on_day(index // 12, index % 12 + 1, day.day)


def on_day(year: int, month: int, wanted: int) -> date:
    """The `wanted` day of a month, or its last day where the month is shorter."""
    return date(year, month, min(wanted, monthrange(year, month)[1]))


def last_before_or_on(today: date, wanted: int) -> date:
    """The latest date up to `today` that falls on the `wanted` day of a month."""
    this_month = on_day(today.year, today.month, wanted)
    if this_month <= today:
        return this_month
    before = shifted(today.replace(day=1), -1)
    return on_day(before.year, before.month, wanted)


def first_after(today: date, wanted: int) -> date:
    """The first date after `today` that falls on the `wanted` day of a month."""
    this_month = on_day(today.year, today.month, wanted)
    if this_month > today:
        return this_month
    after = shifted(today.replace(day=1), 1)
    return on_day(after.year, after.month, wanted)
