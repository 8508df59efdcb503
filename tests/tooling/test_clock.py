"""The clock moves by its file, and only where settings name one."""

import datetime as dt
import os
from collections.abc import Callable
from typing import Any

import pytest

from lms import clock

DAY = 24 * 60 * 60


def ahead() -> float:
    """How many seconds lms.clock is ahead of the real one."""
    return round((clock.now() - dt.datetime.now(dt.UTC)).total_seconds(), 1)  # noqa: TID251 - to compare with


def test_tells_the_real_time_in_utc() -> None:
    assert ahead() == 0
    assert clock.now().tzinfo is dt.UTC


def test_the_clock_is_ahead_by_what_its_file_says(move_clock: Callable[[float], None], settings: Any) -> None:
    assert ahead() == 0, "no file yet"
    move_clock(30 * DAY)
    assert ahead() == 30 * DAY
    move_clock(-DAY)
    assert ahead() == -DAY
    os.truncate(settings.VOUCH_CLOCK_FILE, 0)
    assert ahead() == 0, "an empty file"
    move_clock(DAY)
    settings.VOUCH_CLOCK_FILE = None
    assert ahead() == 0, "settings that name no file"


def test_reads_the_file_only_when_it_changed(move_clock: Callable[[float], None]) -> None:
    move_clock(DAY)
    clock._read.cache_clear()
    for _ in range(5):
        clock.now()
    assert clock._read.cache_info().misses == 1


def test_says_what_is_wrong_with_the_file(move_clock: Callable[[Any], None]) -> None:
    move_clock("tomorrow")
    with pytest.raises(ValueError, match="must hold an offset in seconds, not 'tomorrow'"):
        clock.now()


@pytest.mark.parametrize(("zone", "day"), [("Pacific/Kiritimati", 1), ("Pacific/Pago_Pago", 0), (dt.UTC, 0)])
def test_today_is_the_day_over_there(monkeypatch: pytest.MonkeyPatch, zone: str, day: int) -> None:
    noon = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: noon)
    assert clock.today(zone) == dt.date(2026, 3, 1) + dt.timedelta(days=day)
