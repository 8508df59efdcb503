"""Days of a path, with pauses: against a calendar that is walked day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.rules.days import date_of_day, day_of_date, months_later, path_day, reached_on

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
    assert 0 <= paused_days(found, today) <= max((today - START).days, 0)


def paused_days(found, today):
    """Days from the start up to, not with, today that do not count."""
    return (today - START).days - day_of_date(today, START, today, found)


def first_to_read(found, today, day):
    """The first date on which so many days have passed that were not paused, and that is not paused itself: found by
    looking at each. A pause without an end lasts until today.
    """
    known = [(begin, end or max(begin, today)) for begin, end in found]
    on = START
    while walked(known, on) < day or any(begin <= on < end for begin, end in known):
        on += timedelta(days=1)
    return on


@given(pauses, days, st.integers(0, 90))
def test_a_day_has_the_date_that_a_walk_over_the_calendar_finds(found, today, day):
    """Case 12: pauses that lie ahead count as those that are over."""
    on = date_of_day(day, START, today, found)
    assert on == first_to_read(found, today, day)
    assert on < date_of_day(day + 1, START, today, found)
    assert day_of_date(on, START, today, found) == day


@given(pauses, days, days, st.integers(0, 60))
def test_a_date_and_its_day_belong_together(found, today, on, later):
    """Case 12: a date that somebody typed, kept as a day of the path, is never due before itself."""
    if on >= START:
        day = day_of_date(on, START, today, found)
        assert date_of_day(day, START, today, found) >= on
        assert date_of_day(day + later, START, today, found) >= on + timedelta(days=later)


@given(pauses, days, st.integers(0, 60), st.integers(0, 30), days, st.integers(1, 40))
def test_a_pause_moves_what_lies_behind_it_and_nothing_before(found, today, day, more, begin, length):
    """Case 12: what was due later stays later, whatever pause is entered afterwards."""
    ended = [(first, last or max(first, today)) for first, last in found]
    after = [*ended, (begin, begin + timedelta(length))]
    before = date_of_day(day, START, today, ended)
    moved = date_of_day(day, START, today, after)
    assert before <= moved
    assert moved == before or begin <= before
    assert date_of_day(day + more, START, today, after) >= moved


@pytest.mark.parametrize("start", [date.min, date(26, 11, 29), date(9999, 12, 30), date.max])
@pytest.mark.parametrize("today", [date.min, date(2026, 11, 29), date.max])
@pytest.mark.parametrize("day", [-3_000_000, -1, 0, 1, 90, 3_000_000])
def test_the_ends_of_the_calendar_are_survived(start, today, day):
    """Case 9: a row of before the bounds does not take a page down."""
    found = [(date.min, date(30, 1, 1)), (date(9999, 12, 31), None), (date(2026, 1, 1), date.max)]
    assert date.min <= date_of_day(day, start, today, found) <= date.max
    assert date.min <= reached_on(day, start, today, found) <= date.max
    assert isinstance(path_day(start, today, found), int)


@pytest.mark.parametrize(
    ("today", "day"),
    [(date(2026, 2, 27), -2), (START, 1), (date(2026, 3, 2), 1), (date(2026, 3, 3), 2), (date(2026, 3, 31), 30)],
)
def test_the_first_day_reads_one(today, day):
    assert path_day(START, today) == day


def test_overlapping_pauses_count_once_and_an_open_one_runs_on():
    twice = [(date(2026, 3, 5), date(2026, 3, 9)), (date(2026, 3, 7), date(2026, 3, 11))]
    assert paused_days(twice, date(2026, 4, 1)) == 6
    assert paused_days([(date(2026, 3, 5), None)], date(2026, 3, 20)) == 15
    assert date_of_day(30, START, date(2026, 4, 1), twice) == date(2026, 4, 6)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 2), 24, date(2028, 3, 2)),
    ],
)
def test_months_later_keeps_the_day_or_takes_the_last_of_the_month(day: date, months: int, then: date) -> None:
    assert months_later(day, months) == then
