"""Moments as others write them, and as we write them for others."""

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


def moment_text(at: datetime) -> str:
    """A moment as RFC 3339 writes it, to the second, in UTC: 2026-11-23T14:30:05Z."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
