"""The only place that reads the clock.

Everything else takes the moment as an argument whose default is ``now()``. Test and demo settings may move this clock
with a file (``settings.VOUCH_CLOCK_FILE``) that holds an offset in seconds: one can look at next month without waiting
for it. Every process sees a change at once.
"""

import datetime as dt
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings


def now() -> dt.datetime:
    """This instant in UTC, moved by the clock file where settings allow one. Costs one ``stat`` at most."""
    return dt.datetime.now(dt.UTC) + _offset(settings.VOUCH_CLOCK_FILE)


def today(zone: dt.tzinfo | str, at: dt.datetime | None = None) -> dt.date:
    """The calendar day of a moment (default: now) in that time zone (``Europe/Amsterdam`` or a tzinfo)."""
    return local(at or now(), ZoneInfo(zone) if isinstance(zone, str) else zone).date()


def local(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The moment as clocks of that zone say it; as it comes where the calendar ends before."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def _offset(path: str | Path | None) -> dt.timedelta:
    """What the clock file says; zero without a file. Raises ValueError when it holds anything but a number."""
    if not path:
        return dt.timedelta(0)
    try:
        stat = Path(path).stat()
    except FileNotFoundError:
        return dt.timedelta(0)
    return _read(str(path), stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=8)
def _read(path: str, mtime_ns: int, size: int) -> dt.timedelta:
    """Time and size are in the key so that a file is read again only after it changed."""
    text = Path(path).read_text().strip()
    try:
        return dt.timedelta(seconds=float(text or 0))
    except ValueError:
        raise ValueError(f"{path} must hold an offset in seconds, not {text[:40]!r}.") from None
