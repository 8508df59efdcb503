"""Working days: which days people work where they are, the next one, and how many lie between two days.

Days of a path are days of the calendar. What is due on a day off is due on the next working day; how late somebody is,
and how long something waits, is counted in working days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import holidays

EVERY_DAY = frozenset(range(1, 8))
LONGEST = 366
"""Days to look ahead for one that is worked; more days off in a row than that are a slip of the hand."""
MANY = 3660
"""Days that are counted one by one."""
KNOWN = (1950, 2100)
"""The first and the last year whose holidays are asked for."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """``week``: the weekdays that are worked, by ISO number; ``country`` (ISO 3166-1, "" for none) and ``region`` (its
    part, as the package *holidays* calls it): whose public holidays are days off; ``changed``: days that are otherwise,
    True where they are worked.
    """

    week: frozenset[int] = EVERY_DAY
    country: str = ""
    region: str = ""
    changed: Mapping[date, bool] = field(default_factory=dict)

    def unchanged(self) -> WorkCalendar:
        """The same without the days that are otherwise."""
        return WorkCalendar(self.week, self.country, self.region)

    def works(self, day: date) -> bool:
        """Whether people work on a day."""
        if day in self.changed:
            return self.changed[day]
        return day.isoweekday() in self.week and day not in public_holidays(self.country, self.region, day.year)

    def next_working(self, day: date) -> date:
        """The day itself, or the first one after it that is worked."""
        found = day
        for _ in range(LONGEST):
            if self.works(found):
                return found
            if found == date.max:
                break
            found += timedelta(days=1)
        return day

    def working_days(self, after: date, until: date) -> int:
        """How many days are worked after one day up to, and with, another; 0 when that is not later.

        What lies many years back was typed wrong, and is counted by the calendar.
        """
        days = max((until - after).days, 0)
        if days > MANY:
            return days
        return sum(self.works(after + timedelta(days=number)) for number in range(1, days + 1))

    def has_passed(self, day: date, today: date) -> bool:
        """Whether a working day has passed since a day: what was due then is late."""
        return day < today and self.next_working(day + timedelta(days=1)) <= today


@lru_cache(maxsize=4096)
def public_holidays(country: str, region: str, year: int) -> Mapping[date, str]:
    """The public holidays of a year, with their names; none of an unknown country, or in a year nobody plans."""
    if country not in countries() or not KNOWN[0] <= year <= KNOWN[1]:
        return {}
    return dict(holidays.country_holidays(country, subdiv=region or None, years=year))


@lru_cache(maxsize=1)
def countries() -> tuple[str, ...]:
    """The countries whose public holidays are known, by their codes of two letters."""
    return tuple(holidays.list_supported_countries(include_aliases=False))


@lru_cache(maxsize=16)
def regions_of(country: str) -> Mapping[str, str]:
    """The regions of a country by code, each with its name; none of a country whose holidays are not known."""
    if country not in countries():
        return {}
    named = holidays.country_holidays(country).get_subdivision_aliases()
    return {code: names[0] if names else code for code, names in named.items()}
