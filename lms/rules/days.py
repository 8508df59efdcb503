"""Days of a path. Day n is n days after the start, not counting paused days; the start date itself already reads day 1,
so that a person who begins today finds today's steps open (docs/decisions)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta


def paused_days(pauses: Iterable[tuple[date, date | None]], started_on: date, today: date) -> int:
    """Days between start and today that were paused; each pause is [from, until), open ones run on."""
    days: set[date] = set()
    for begin, end in pauses:
        first, last = max(begin, started_on), min(end or today, today)
        days.update(first + timedelta(n) for n in range((last - first).days))
    return len(days)


def path_day(started_on: date, today: date, pauses: Iterable[tuple[date, date | None]] = ()) -> int:
    """The day of the path today: negative or 0 before the start, 1 on the first day and the day after."""
    days = (today - started_on).days - paused_days(pauses, started_on, today)
    return max(days, 1) if today >= started_on else days


def date_of_day(day: int, started_on: date, today: date, pauses: Iterable[tuple[date, date | None]] = ()) -> date:
    """The calendar date of a day of the path as it looks today (pauses so far push it back)."""
    return started_on + timedelta(days=day + paused_days(pauses, started_on, today))
