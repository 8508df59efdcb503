"""How long a right to observe lasts, and that bookings never share a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

MIN_MINUTES, MAX_MINUTES = 5, 240
GRANT_MONTHS = 12
"""The longest that an observer grant lasts from the day on which it is given."""
LAPSES_SOON = 60
"""Days before its end from which on a grant lapses soon."""


def overlaps(start: datetime, minutes: int, other: datetime, other_minutes: int) -> bool:
    """Whether two bookings share a minute; one that begins when the other ends does not."""
    return start < other + timedelta(minutes=other_minutes) and other < start + timedelta(minutes=minutes)
