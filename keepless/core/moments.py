"""Moments as others write them."""

from datetime import MAXYEAR, MINYEAR, UTC, datetime


def utc_moment(text: str | None) -> datetime | None:
    """An ISO 8601 moment of a known zone, in UTC; None for none, and for any text that is no such moment.

    One in the calendar's first or last year is none either: in another zone it may lie outside the calendar.
    """
    try:
        told = datetime.fromisoformat(text or "")
        return told.astimezone(UTC) if told.tzinfo and MINYEAR < told.year < MAXYEAR else None
    except (ValueError, OverflowError):
        return None
