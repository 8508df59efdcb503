"""Days and times as they are said in the reader's language: no other place knows a format.

Day, month and year stand in the order of the language's own formats (``lms.settings.formats``, then Django's); how a
weekday and a time join them is a sentence to translate. A moment is said as it comes: in the reader's zone, please.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date, datetime
from functools import lru_cache, wraps
from typing import TypeVar

from django.utils.formats import date_format, time_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

V = TypeVar("V", bound=Hashable)

MINUTE, HOUR, DAY = 60, 3_600, 86_400
"""In seconds."""


def once_a_language(say: Callable[[V], str]) -> Callable[[V], str]:
    """Of a sentence with few distinct values: put into words once a process and language, and kept."""

    @wraps(say)
    def said(value: V) -> str:
        return kept_sentence(say, get_language(), value)

    return said


@lru_cache(maxsize=8192)
def kept_sentence(say: Callable[[V], str], language: str, value: V) -> str:
    """What is said of a value in a language, which is the active one."""
    return say(value)


def full_day(day: date | None) -> str:
    """A day that may lie in another year: 30 April 2027; "" for none."""
    return date_format(day, "DATE_FORMAT") if day else ""


def short_day(day: date) -> str:
    """A day near today: 30 April."""
    return date_format(day, "MONTH_DAY_FORMAT")


def long_day(day: date) -> str:
    """A day near today, with its weekday: Thursday 30 April."""
    return _with_weekday(day, short_day(day))


def whole_day(day: date) -> str:
    """All there is: Thursday 30 April 2027."""
    return _with_weekday(day, full_day(day))


def list_day(day: date) -> str:
    """In a narrow column: 30 Apr 2027."""
    return date_format(day, "SHORT_DATE_FORMAT")


def since(days: int) -> str:
    """How long something has waited: 2 days; today, until a day has passed."""
    return by_days(days, _("today"), ngettext("%(n)s day", "%(n)s days", days)) % {"n": days}


def how_long(seconds: float) -> str:
    """A span in its largest whole unit: 4 seconds, 12 minutes, 5 hours, 3 days."""
    whole = int(seconds)
    if whole >= DAY:
        return ngettext("%(n)s day", "%(n)s days", whole // DAY) % {"n": whole // DAY}
    if whole >= HOUR:
        return ngettext("%(n)s hour", "%(n)s hours", whole // HOUR) % {"n": whole // HOUR}
    if whole >= MINUTE:
        return ngettext("%(n)s minute", "%(n)s minutes", whole // MINUTE) % {"n": whole // MINUTE}
    return ngettext("%(n)s second", "%(n)s seconds", whole) % {"n": whole}


def by_days(days: int, today: str, counted: str) -> str:
    """The sentence about something that waits: the one for today, until a day has passed; then the one that counts."""
    return counted if days > 0 else today


def hour(moment: datetime) -> str:
    """A time of day: 15:30."""
    return time_format(moment, "TIME_FORMAT")


def at_hour(day: str, moment: datetime) -> str:
    """A day as it was said, and the time: Thursday 30 April, 15:30."""
    return _("%(day)s, %(time)s") % {"day": day, "time": hour(moment)}


def _with_weekday(day: date, said: str) -> str:
    words = {"weekday": date_format(day, "l"), "day": said}
    return pgettext("a weekday before a date", "%(weekday)s %(day)s") % words
