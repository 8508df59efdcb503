"""Days of a path, with pauses: against a calendar that is walked day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.rules.days import date_of_day, path_day, paused_days

START = date(2026, 3, 1)
days = st.integers(-20, 80).map(lambda n: START + timedelta(n))
pauses = st.lists(
    st.tuples(days, st.one_of(st.none(), st.integers(0, 30))).map(
        lambda pair: (pair[0], None if pair[1] is None else pair[0] + timedelta(pair[1]))
    ),
    max_size=4,
)


def walked(found, today):
    """How many days after the start passed up to today, not counting those on which a pause was on."""
    count, day = 0, START
    while day < today:
        paused = any(begin <= day and (end is None or day < end) for begin, end in found)
        count += not paused
        day += timedelta(days=1)
    return count


@given(pauses, days)
def test_the_day_is_what_a_walk_over_the_calendar_counts(found, today):
    day = path_day(START, today, found)
    if today < START:
        assert day == (today - START).days
    else:
        assert day == max(walked(found, today), 1)


@given(pauses, days)
def test_paused_days_never_exceed_the_days_that_passed(found, today):
    assert 0 <= paused_days(found, START, today) <= max((today - START).days, 0)


@given(pauses, days, st.integers(1, 90))
def test_the_date_of_today_is_today_and_dates_rise(found, today, day):
    if today > START:
        reached = path_day(START, today, found)
        if walked(found, today) >= 1:
            assert date_of_day(reached, START, today, found) == today
    assert date_of_day(day, START, today, found) < date_of_day(day + 1, START, today, found)


@pytest.mark.parametrize(
    ("today", "day"),
    [(date(2026, 2, 27), -2), (START, 1), (date(2026, 3, 2), 1), (date(2026, 3, 3), 2), (date(2026, 3, 31), 30)],
)
def test_the_first_day_reads_one(today, day):
    assert path_day(START, today) == day


def test_overlapping_pauses_count_once_and_an_open_one_runs_on():
    twice = [(date(2026, 3, 5), date(2026, 3, 9)), (date(2026, 3, 7), date(2026, 3, 11))]
    assert paused_days(twice, START, date(2026, 4, 1)) == 6
    assert paused_days([(date(2026, 3, 5), None)], START, date(2026, 3, 20)) == 15
    assert date_of_day(30, START, date(2026, 4, 1), twice) == date(2026, 4, 6)
