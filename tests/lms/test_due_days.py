"""When a step is due, against days that are walked one by one: zones, pauses, leap days, weeks and public holidays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.api import Enrolment, Location, Organisation, User, progress_of
from lms.models import Pause
from tests.factories import basics, paths, people

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ZONES = [
    "Africa/Cairo", "America/Adak", "America/Caracas", "America/Lima", "America/New_York", "America/Sao_Paulo",
    "America/St_Johns", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Tehran", "Asia/Tokyo", "Atlantic/Azores",
    "Australia/Adelaide", "Australia/Lord_Howe", "Europe/Copenhagen", "Europe/London", "Pacific/Apia",
    "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC",
]  # fmt: skip
days = st.dates(date(2027, 6, 1), date(2029, 3, 31))  # 2028 has a 29 February
spans = st.tuples(days, st.one_of(st.none(), st.integers(0, 40)))


def off(day: date, week: set[int], country: str) -> bool:
    """Whether nobody works, by the package of holidays itself."""
    return day.isoweekday() not in week or bool(country and day in holidays.country_holidays(country))


def walked(due_day: int, started_on: date, today: date, stands: list[tuple[date, date | None]]) -> date:
    """The date of a day of the path: days on which it stands still are passed over; an open pause lasts up to today."""
    day, count = started_on - DAY, -1
    while count < due_day:
        day += DAY
        count += not any(begin <= day < (until or max(begin, today)) for begin, until in stands)
    return day


@pytest.fixture
def enrolment() -> Iterator[Enrolment]:
    yield paths.enrolment(people.person(), paths.path(paths.step("session", "talk", due_day=30)))
    cache.clear()  # calendars are kept for a minute


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    at=st.builds(datetime.combine, days, st.times(), st.just(UTC)),
    started_on=days,
    pauses=st.lists(spans, max_size=3),
    week=st.sets(st.integers(1, 7), min_size=1),
    country=st.sampled_from(["", "DK", "DE", "JP", "US"]),
)
def test_a_day_due_is_that_of_a_calendar_walked_day_by_day(
    enrolment: Enrolment,
    zone: str,
    at: datetime,
    started_on: date,
    pauses: list[tuple[date, int | None]],
    week: set[int],
    country: str,
) -> None:
    Organisation.objects.update(working_days=sorted(week))
    Location.objects.update(country=country)
    User.objects.filter(pk=enrolment.person_id).update(time_zone=zone)
    Enrolment.objects.filter(pk=enrolment.pk).update(started_on=started_on)
    Pause.objects.all().delete()
    stands: list[tuple[date, date | None]] = []
    for begin, length in pauses:
        if length is None and any(until is None for _begin, until in stands):
            continue  # one open pause at a time
        stands.append((begin, None if length is None else begin + timedelta(days=length)))
        Pause.objects.create(
            enrolment=enrolment, from_on=begin, until_on=stands[-1][1], reason="x", by=enrolment.enrolled_by
        )
    cache.clear()
    today = at.astimezone(ZoneInfo(zone)).date()
    expected = walked(30, started_on, today, stands)
    while off(expected, week, country):
        expected += DAY
    state = progress_of(Enrolment.objects.get(pk=enrolment.pk), at).state(basics.uid("talk"))
    assert state
    assert state.due_on == expected
