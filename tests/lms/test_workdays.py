"""Working days: against a calendar that is walked day by day, and holidays that were looked up elsewhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.rules.workdays import EVERY_DAY, WorkCalendar, countries, public_holidays, regions_of

WEEK = frozenset({1, 2, 3, 4, 5})
DAY = timedelta(days=1)
days = st.dates(date(2024, 1, 1), date(2029, 12, 31))
calendars = st.builds(
    WorkCalendar,
    week=st.sets(st.integers(1, 7), min_size=1).map(frozenset),
    country=st.sampled_from(["", "DK", "DE", "JP", "US"]),
    changed=st.dictionaries(days, st.booleans(), max_size=8),
)


def worked(calendar: WorkCalendar, day: date) -> bool:
    """Said in another way than the rule says it."""
    if day in calendar.changed:
        return calendar.changed[day]
    holiday = calendar.country and day in public_holidays(calendar.country, calendar.region, day.year)
    return not holiday and (day.weekday() + 1) in calendar.week


@given(calendars, days)
def test_the_next_working_day_is_the_first_that_is_worked(calendar: WorkCalendar, day: date) -> None:
    found = calendar.next_working(day)
    assert worked(calendar, found)
    while day < found:
        assert not worked(calendar, day)
        day += DAY


@given(calendars, days, st.integers(-20, 60))
def test_working_days_between_two_are_counted_one_by_one(calendar: WorkCalendar, after: date, ahead: int) -> None:
    until, count, day = after + timedelta(ahead), 0, after
    while day < until:
        day += DAY
        count += worked(calendar, day)
    assert calendar.working_days(after, until) == count


@pytest.mark.parametrize(
    ("country", "region", "off", "worked_on"),
    [
        ("DK", "", date(2026, 4, 2), date(2026, 4, 7)),  # Maundy Thursday
        ("DE", "BY", date(2026, 1, 6), date(2026, 1, 7)),  # Epiphany is free in Bavaria
        ("DE", "", date(2026, 5, 25), date(2026, 1, 6)),  # and not in all of Germany
        ("US", "", date(2026, 11, 26), date(2026, 11, 27)),  # Thanksgiving
        ("", "", date(2026, 4, 4), date(2026, 12, 25)),  # no country: only weekends
    ],
)
def test_public_holidays_of_country_and_region_are_days_off(
    country: str, region: str, off: date, worked_on: date
) -> None:
    calendar = WorkCalendar(WEEK, country, region)
    assert (calendar.works(off), calendar.works(worked_on)) == (False, True)


def test_a_day_that_was_changed_is_what_was_said() -> None:
    calendar = WorkCalendar(WEEK, "DK", "", {date(2026, 4, 4): True, date(2026, 4, 8): False})
    assert (calendar.works(date(2026, 4, 4)), calendar.works(date(2026, 4, 8))) == (True, False)
    assert calendar.unchanged().works(date(2026, 4, 8))


def test_what_nobody_set_up_has_no_day_off_and_a_year_of_none_worked_ends() -> None:
    day = date(2026, 3, 1)
    assert WorkCalendar().next_working(day) == day
    never = WorkCalendar(EVERY_DAY, changed={day + timedelta(n): False for n in range(400)})
    assert never.next_working(day) == day
    assert WorkCalendar(WEEK).next_working(date.max) == date.max


def test_countries_and_their_regions_can_be_chosen() -> None:
    assert {"DK", "DE", "US", "BR"} <= set(countries())
    assert all(len(code) == 2 for code in countries())
    assert regions_of("DE")["BY"] == "Bayern"
    assert [dict(regions_of(code)) for code in ("", "DK", "ZZ", "x" * 999)] == [{}] * 4
    assert dict(public_holidays("ZZ", "", 2026)) == {}
