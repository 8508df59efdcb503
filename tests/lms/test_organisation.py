"""The organisation: what it is called, when its people work and where, and what follows for due days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import TestCase
from wagtail.models import Site

from lms.api import (
    LEARNING_ADMINISTRATORS,
    Act,
    Location,
    Organisation,
    User,
    calendar_of,
    change_day,
    change_location,
    change_organisation,
    make_location,
    organisation,
    progress_of,
    remove_location,
    settled_steps,
    surroundings_of,
)
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from tests.factories import basics, paths, people

pytestmark = pytest.mark.django_db

FACTS: dict[str, Any] = {
    "name": "Aldermoor",
    "locale": "en",
    "time_zone": "Europe/Copenhagen",
    "working_days": [1, 2, 3, 4, 5],
    "expiring_days": 60,
}
SATURDAY = date(2026, 3, 7)


@pytest.fixture
def learning(db: None) -> User:
    return people.in_group(LEARNING_ADMINISTRATORS)


def do(service: Any, actor: User, **fields: Any) -> Any:
    with TestCase.captureOnCommitCallbacks(execute=True):
        return service(actor=people.fresh(actor), key=basics.key(), at=basics.NOON, **fields)


def refused(error: type[DomainError], service: Any, actor: User, **fields: Any) -> None:
    def rows() -> list[Any]:
        return [*Organisation.objects.values(), *Location.objects.order_by("pk").values()]

    before = rows()
    with pytest.raises(error):
        do(service, actor, **fields)
    assert rows() == before


def test_it_is_there_after_migrating_and_has_a_main_location() -> None:
    assert (organisation().name, organisation().set_up_at) == ("Vouch", None)
    assert Location.objects.get().is_main
    assert calendar_of(people.person()).works(SATURDAY), "nothing is a day off before somebody says so"


def test_what_is_kept_stands_in_the_act_on_the_site_and_around_every_page(learning: User) -> None:
    surroundings_of(learning)
    do(change_organisation, learning, **FACTS)
    row = organisation()
    assert (row.name, row.time_zone, row.working_days, row.set_up_at) == (
        "Aldermoor",
        "Europe/Copenhagen",
        [1, 2, 3, 4, 5],
        basics.NOON,
    )
    changed = Act.objects.get(name="organisation.change").changed
    assert changed["name"] == ["Vouch", "Aldermoor"]
    assert "locale" not in changed
    assert Site.objects.get(is_default_site=True).site_name == "Aldermoor"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"locale": "xx"},
        {"time_zone": "Europe/Atlantis"},
        {"working_days": []},
        {"working_days": [1, 8]},
        {"expiring_days": 0},
        {"expiring_days": 3650},
    ],
    ids=lambda wrong: str(wrong),
)
def test_what_cannot_be_is_refused(learning: User, wrong: dict[str, Any]) -> None:
    refused(Invalid, change_organisation, learning, **FACTS | wrong)


def test_nobody_else_changes_it(learning: User) -> None:
    manager = people.person()
    people.team(manager=manager)
    refused(NotFound, change_organisation, manager, **FACTS)
    refused(NotAllowed, make_location, manager, name="Porto", country="PT", region="")
    do(change_organisation, people.administrator(), **FACTS)


def test_locations_have_holidays_and_days_of_their_own(learning: User) -> None:
    do(change_organisation, learning, **FACTS)
    porto = do(make_location, learning, name="Porto", country="PT", region="")
    who, other = people.person(), people.person()
    User.objects.filter(pk=who.pk).update(location=porto)
    monday = date(2026, 6, 8)
    assert not calendar_of(people.fresh(who)).works(date(2026, 6, 10)), "Day of Portugal"
    assert calendar_of(other).works(date(2026, 6, 10))
    do(change_day, learning, location_uid=porto.uid, on=monday, works=False, name="Company day")
    assert not calendar_of(people.fresh(who)).works(monday)
    do(change_day, learning, location_uid=porto.uid, on=monday, works=True, name="")
    assert calendar_of(people.fresh(who)).works(monday)
    assert not porto.changed_days.exists(), "said as the calendar has it, a change is taken back"


def test_a_location_is_named_once_and_its_holidays_are_known(learning: User) -> None:
    made = do(make_location, learning, name="Porto", country="PT", region="")
    refused(Invalid, make_location, learning, name=" porto", country="", region="")
    refused(Invalid, make_location, learning, name="Lisbon", country="ZZ", region="")
    refused(Invalid, make_location, learning, name="Lisbon", country="PT", region="Bayern")
    do(change_location, learning, location_uid=made.uid, name="Munich", country="DE", region="BY")
    made.refresh_from_db()
    assert (made.name, made.country, made.region) == ("Munich", "DE", "BY")


def test_a_location_goes_when_nobody_belongs_to_it_and_the_main_one_never(learning: User) -> None:
    made, main = do(make_location, learning, name="Porto", country="", region=""), Location.objects.get(is_main=True)
    who = people.person(location=made)
    refused(Conflict, remove_location, learning, location_uid=made.uid)
    refused(NotAllowed, remove_location, learning, location_uid=main.uid)
    User.objects.filter(pk=who.pk).update(location=None)
    do(remove_location, learning, location_uid=made.uid)
    assert list(Location.objects.all()) == [main]


def test_what_is_due_on_a_day_off_is_due_on_the_next_working_day(learning: User) -> None:
    """SATURDAY is day 5 of a path that begins on Monday, 2 March 2026."""
    path = paths.path(paths.step("course", start_day=0, due_day=5))
    enrolment = paths.enrolment(people.person(time_zone="UTC"), path, started_on=date(2026, 3, 2))
    assert progress_of(enrolment, basics.NOON).steps[0].due_on == SATURDAY
    do(change_organisation, learning, **FACTS)
    enrolment.refresh_from_db()
    assert progress_of(enrolment, basics.NOON).steps[0].due_on == SATURDAY + timedelta(2)


@pytest.mark.parametrize(("ahead", "late"), [(6, 0), (7, 0), (8, 1), (11, 4), (12, 4), (13, 4), (14, 5), (15, 6)])
def test_how_late_somebody_is_counts_working_days(learning: User, ahead: int, late: int) -> None:
    """Due on Saturday, so on Monday, 9 March; a week later, Tuesday to Saturday have passed, two days of them off."""
    do(change_organisation, learning, **FACTS)
    path = paths.path(paths.step("course", start_day=0, due_day=5))
    enrolment = paths.enrolment(people.person(time_zone="UTC"), path, started_on=date(2026, 3, 2))
    today = date(2026, 3, 2) + timedelta(ahead)
    found = settled_steps([enrolment], {enrolment.pk: today}, {})[enrolment.pk]
    assert found.late == late
    at = basics.NOON.replace(month=3, day=today.day)
    assert progress_of(enrolment, at).steps[0].overdue == (late > 0)
