"""Ranges of days and the months they fall in. Dates are the bank's own calendar dates; no clock is read here."""

from datetime import date, timedelta
from typing import Self

import msgspec

from keepless.errors import InvalidField


def month_of(day: date) -> str:
    """The month key of a day, "YYYY-MM"; keys sort as months do."""
    return day.isoformat()[:7]


def months_between(first: str, last: str) -> list[str]:
    """Every month key from `first` to `last`, both included; empty where `last` is before `first`."""
    start, end = (int(key[:4]) * 12 + int(key[5:]) - 1 for key in (first, last))
    return [f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(start, end + 1)]


class Period(msgspec.Struct, frozen=True):
    """Days from `start` to `end`, both included. Raises InvalidField where `end` is before `start`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise InvalidField("to", f"{self.end} is before {self.start}")

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @classmethod
    def last_days(cls, today: date, days: int) -> Self:
        """The `days` days that end today, cut at the calendar's first day. Raises InvalidField below 1."""
        if days < 1:
            raise InvalidField("days", "must be at least 1")
        return cls(date.fromordinal(max(1, today.toordinal() - days + 1)), today)

    @classmethod
    def month(cls, today: date) -> Self:
        """The whole calendar month that `today` lies in."""
        following = today.replace(day=28) + timedelta(days=4)
        return cls(today.replace(day=1), following - timedelta(days=following.day))

    @classmethod
    def month_so_far(cls, today: date) -> Self:
        """From the first of the month to today."""
        return cls(today.replace(day=1), today)

    @classmethod
    def previous_month(cls, today: date) -> Self:
        """The whole calendar month before the one that `today` lies in."""
        return cls.month(today.replace(day=1) - timedelta(days=1))

    @classmethod
    def same_days_last_month(cls, today: date) -> Self:
        """Last month from its first to the day of today's number, cut at its end (31 March: 1 to 28 or 29 February)."""
        before = cls.previous_month(today)
        return cls(before.start, before.start.replace(day=min(today.day, before.end.day)))
