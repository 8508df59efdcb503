"""Days as files write them. Whether 03/04/2026 is in March or in April only a person can say, and is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
ORDERS = {DAY_FIRST: gettext_lazy("day first: 31/12/2026"), MONTH_FIRST: gettext_lazy("month first: 12/31/2026")}
YEAR_FIRST = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})(?:[T ]00:00(?::00)?(?:\.0+)?)?")
POINTS = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?: 00:00(?::00)?)?")
EITHER = re.compile(r"(\d{1,2})([-/])(\d{1,2})\2(\d{4})(?: 0?0:00(?::00)?)?")
SHORT_YEAR = re.compile(r"\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d{2}")
NEVER = 9999
"""The year by which HR systems say that there is no last day."""


class NoDay(ValueError):
    """Text that is no day; it says why."""


class WhichOrder(NoDay):
    """A day that can be read in two ways."""


def order_of(texts: Iterable[str]) -> str | None:
    """In which order day and month stand where only the numbers could tell: as those say that can be read in one way.

    "" where nothing has to be known, None where somebody has to say it.
    """
    days, months, open_ = False, False, False
    for text in texts:
        if found := EITHER.fullmatch(text):
            one, two = int(found[1]), int(found[3])
            days, months, open_ = days or one > 12, months or two > 12, open_ or (one <= 12 and two <= 12)
    if days != months:
        return DAY_FIRST if days else MONTH_FIRST
    return None if open_ or days else ""


def read_day(text: str, order: str) -> date:
    """The day. Raises NoDay, with a sentence; WhichOrder where ``order`` is needed and is not said."""
    if found := YEAR_FIRST.fullmatch(text):
        return _day(text, int(found[1]), int(found[3]), int(found[4]))
    if found := POINTS.fullmatch(text):
        return _day(text, int(found[3]), int(found[2]), int(found[1]))
    if found := EITHER.fullmatch(text):
        one, two = int(found[1]), int(found[3])
        if not order:
            raise WhichOrder(_("“%(text)s” can be read in two ways.") % {"text": text})
        month, day = (two, one) if order == DAY_FIRST else (one, two)
        return _day(text, int(found[4]), month, day)
    if SHORT_YEAR.fullmatch(text):
        raise NoDay(_("“%(text)s” has a short year. Write it with four digits.") % {"text": text})
    raise NoDay(_("“%(text)s” is no day. Write it as 2026-12-31 or 31.12.2026.") % {"text": text})


def _day(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NoDay(_("“%(text)s” is no day of the calendar.") % {"text": text}) from None
