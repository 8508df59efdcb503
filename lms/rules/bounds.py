"""Which days and moments may be typed, by purpose: everyone has a first and a last one.

A year of two digits, or the last day of the calendar, is a slip of the hand that no page should have to live with. A
service checks what it is given, and says which days it takes; the forms say the same to the browser.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.utils.translation import gettext as _

from lms.errors import Invalid

from .days import add_days
from .said import at_hour, full_day

YEAR = 365


@dataclass(frozen=True, slots=True)
class Bounds:
    """So many days back from today, and so many ahead; both are days that may be chosen."""

    back: int
    ahead: int

    def days(self, today: date, first: date = date.min, last: date = date.max) -> tuple[date, date]:
        """The first and the last day, no wider than ``first`` and ``last``."""
        return max(add_days(today, -self.back), first), min(add_days(today, self.ahead), last)

    def problem(self, day: date, today: date, first: date = date.min, last: date = date.max) -> str:
        """Which days may be chosen, when this is none of them; else ""."""
        least, most = self.days(today, first, last)
        if least <= day <= most:
            return ""
        return _("Choose a day from %(first)s to %(last)s.") % {"first": full_day(least), "last": full_day(most)}

    def check(self, field: str, day: date, today: date, *, first: date = date.min, last: date = date.max) -> None:
        """Invalid, at ``field``, with the days that may be chosen, when this is none of them."""
        problem = self.problem(day, today, first, last)
        if problem:
            raise Invalid(**{field: problem})

    def moments(self, at: datetime) -> tuple[datetime, datetime]:
        """The first and the last moment: these days, at this time."""
        return at - timedelta(days=self.back), at + timedelta(days=self.ahead)

    def check_moment(self, field: str, moment: datetime, at: datetime, zone: tzinfo) -> None:
        """Invalid, at ``field``, with the moments that may be chosen (said in ``zone``), when this is none of them."""
        least, most = self.moments(at)
        if least <= moment <= most:
            return
        said = [at_hour(full_day(end.date()), end) for end in (least.astimezone(zone), most.astimezone(zone))]
        words = {"first": said[0], "last": said[1]}
        raise Invalid(**{field: _("Choose a moment from %(first)s to %(last)s.") % words})


FIRST_DAY_HERE = Bounds(back=60 * YEAR, ahead=2 * YEAR)
"""Somebody's first day at the company: whoever coaches may have come long ago."""
HELD_SINCE = Bounds(back=60 * YEAR, ahead=0)
"""Since when somebody holds a role: it may be as long as they are here."""
HELD_UNTIL = Bounds(back=60 * YEAR, ahead=0)
LOOKED_AT = Bounds(back=20 * YEAR, ahead=0)
"""Of which day a page says how it was."""
LEAVES_ON = Bounds(back=2 * YEAR, ahead=2 * YEAR)
LEAVE_BEGINS = Bounds(back=YEAR, ahead=YEAR)
LEAVE_ENDS = Bounds(back=YEAR, ahead=4 * YEAR)
PATH_BEGINS = Bounds(back=2 * YEAR, ahead=YEAR)
JOINED_FROM = Bounds(back=YEAR, ahead=YEAR)
"""From which first day on a rule enrols people."""
PAUSE_BEGINS = Bounds(back=2 * YEAR, ahead=YEAR)
PAUSE_ENDS = Bounds(back=2 * YEAR, ahead=3 * YEAR)
MOVES_TEAM = Bounds(back=0, ahead=YEAR)
"""Who belonged where on a day that has passed is not changed."""
MANAGES = Bounds(back=0, ahead=5 * YEAR)
CHANGED_DAY = Bounds(back=YEAR, ahead=3 * YEAR)
EXPIRY_TOLD = range(7, 366)
"""Days before its end in which a sign-off may be shown as due."""
MORE_TIME = Bounds(back=-1, ahead=3 * YEAR)
PROMISED_BY = Bounds(back=0, ahead=YEAR)
SEEN_ON = Bounds(back=0, ahead=YEAR)
SEEN_AGAIN_BY = Bounds(back=-1, ahead=YEAR)
MAY_OBSERVE_UNTIL = Bounds(back=0, ahead=YEAR)
AWAY = Bounds(back=YEAR, ahead=2 * YEAR)
TALK_PLANNED = Bounds(back=0, ahead=YEAR)
TALK_HELD = Bounds(back=YEAR, ahead=0)
GOES_LIVE = Bounds(back=60 * YEAR, ahead=5 * YEAR)
"""A page or snippet keeps the moment at which it went live."""
OBSERVED = Bounds(back=7, ahead=0)
