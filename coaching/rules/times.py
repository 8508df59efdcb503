"""Bookings never share a minute."""

from __future__ import annotations

from datetime import date, datetime, timedelta

MIN_MINUTES, MAX_MINUTES = 5, 240


def overlaps(start: datetime, minutes: int, other: datetime, other_minutes: int) -> bool:
    """Whether two bookings share a minute; one that begins when the other ends does not."""
    return start < other + timedelta(minutes=other_minutes) and other < start + timedelta(minutes=minutes)


def a_year_later(day: date) -> date:
    """The same day a year on; 28 February for a leap day."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
