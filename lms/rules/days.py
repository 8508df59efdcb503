"""Days of a path. Day n is n days after the start, not counting paused days; the start date itself already reads day 1,
so that a person who begins today finds today's steps open (docs/decisions).

A pause is [from, until); one without an end has lasted up to today. Everything that falls on a day of the path - due
days, more time, milestones, target days - is kept as that day, and gets its date here: a pause moves what lies behind
its first day and nothing before it. A pause whose end is known moves it from the moment at which it is entered.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

Pauses = Iterable[tuple[date, date | None]]


def add_days(day: date, days: int) -> date:
    """So many days later (or earlier); the first or the last day that the calendar has, where it ends before."""
    if -(day - date.min).days <= days <= (date.max - day).days:
        return day + timedelta(days=days)
    return date.max if days > 0 else date.min


def iso(day: date | None) -> str | None:
    """A day as acts keep it, None where there is none."""
    return day.isoformat() if day else None


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def path_day(started_on: date, today: date, pauses: Pauses = ()) -> int:
    """The day of the path today: negative or 0 before the start, 1 on the first day and the day after."""
    days = day_of_date(today, started_on, today, pauses)
    return max(days, 1) if today >= started_on else days


def day_of_date(on: date, started_on: date, today: date, pauses: Pauses = ()) -> int:
    """The day of the path on which a date falls, as it looks today; a paused date belongs to the day that stands."""
    stretches = _stretches(tuple(pauses), started_on, today)
    return (on - started_on).days - sum((min(until, on) - begin).days for begin, until in stretches if begin < on)


def date_of_day(day: int, started_on: date, today: date, pauses: Pauses = ()) -> date:
    """The date on which a day of the path is reached and not paused, as it looks today."""
    found = add_days(started_on, day)
    for begin, until in _stretches(tuple(pauses), started_on, today):
        if begin > found:
            break
        found = add_days(found, (until - begin).days)
    return found


def reached_on(day: int, started_on: date, today: date, pauses: Pauses = ()) -> date:
    """The first date that reads this day of the path, as it looks today: day 1 is reached on the start itself."""
    return date_of_day(day if day > 1 else 0, started_on, today, pauses)


@lru_cache(maxsize=4096)
def _stretches(
    pauses: tuple[tuple[date, date | None], ...], started_on: date, today: date
) -> tuple[tuple[date, date], ...]:
    """The pauses after the start in order, those that touch made one. Kept: each step of a path asks for them."""
    found: list[tuple[date, date]] = []
    for begin, until in sorted((max(begin, started_on), until or max(begin, today)) for begin, until in pauses):
        if until <= begin:
            continue
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], until)
        else:
            found.append((begin, until))
    return tuple(found)
