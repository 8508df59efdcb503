"""How somebody stands towards the company: states, leave, leaving, closing, coming back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms import clock
from lms.api import (
    LEARNING_ADMINISTRATORS,
    Departure,
    Leave,
    Membership,
    Notice,
    Reminder,
    User,
    bring_back,
    call_off_leave,
    call_off_leaving,
    change_facts,
    change_leave,
    enrol,
    enter_return,
    leave_of,
    pause_path,
    plan_leave,
    plan_leaving,
    progress_of,
    resume_path,
    standing_of,
    steering_shown,
    undo_return,
)
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from lms.rules.life import STATES, PersonStanding
from lms.services.platform.life import in_state, with_leave
from tests.factories import basics, paths, people

pytestmark = pytest.mark.django_db

TODAY = basics.NOON.date()
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@pytest.fixture
def learning(db: None) -> User:
    people.with_duty("learning")
    return people.in_group(LEARNING_ADMINISTRATORS)


def do(service: Any, actor: User, about: User, at: datetime = basics.NOON, **fields: Any) -> Any:
    values = {"actor": people.fresh(actor), "person_uid": about.uid, "key": basics.key(), "at": at}
    return service(**values | fields)


def refused(error: type[DomainError], service: Any, actor: User, about: User, **fields: Any) -> str:
    """The sentence of a refusal that writes nothing."""
    before = basics.rows(User, Leave, Departure, Membership, Notice)
    with pytest.raises(error) as raised:
        do(service, actor, about, **fields)
    assert basics.rows(User, Leave, Departure, Membership, Notice) == before
    return str(raised.value)


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def state_of(person: User, on: date = TODAY) -> str:
    """The state by the row, which the filter of the list has to agree with."""
    found = with_leave(User.objects.all()).get(pk=person.pk)
    state = standing_of(found).state(on)
    assert [each for each in STATES if User.objects.filter(in_state(each, on), pk=person.pk).exists()] == [state]
    return state


# --- States


@given(
    active=st.booleans(),
    opened=st.booleans(),
    first=st.none() | st.dates(TODAY - WEEK, TODAY + WEEK),
    last=st.none() | st.dates(TODAY - WEEK, TODAY + WEEK),
    away=st.none() | st.dates(TODAY - WEEK, TODAY + WEEK),
)
def test_everybody_is_in_one_state_and_each_has_a_sentence(
    active: bool, opened: bool, first: date | None, last: date | None, away: date | None
) -> None:
    standing = PersonStanding(active, opened, first, last, away, away and away + DAY)
    state = standing.state(TODAY)
    assert (state in ("left", "never_came")) == (not active)
    assert (state == "leaving") == (active and last is not None)
    if state == "on_leave":
        assert away is not None
        assert away <= TODAY
    assert standing.said(TODAY)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "here"),
        ({"started_on": TODAY + DAY}, "expected"),
        ({"started_on": TODAY}, "here"),
        ({"password": "!none"}, "invited"),
        ({"password": "!none", "started_on": TODAY + DAY}, "invited"),
        ({"left_on": TODAY + DAY}, "leaving"),
        ({"left_on": TODAY, "is_active": False, "deactivated_at": basics.NOON}, "left"),
        ({"is_active": False, "deactivated_at": basics.NOON}, "never_came"),
    ],
)
def test_the_list_and_the_page_of_somebody_know_the_same_state(fields: dict[str, Any], state: str) -> None:
    who = people.person()
    User.objects.filter(pk=who.pk).update(**fields)
    assert state_of(who) == state


# --- Leave


def on_a_path(who: User) -> Any:
    version = paths.path(paths.step("session", "talk", start_day=1, due_day=20))
    return paths.enrolment(who, version, started_on=TODAY - 10 * DAY)


def test_all_paths_stand_still_from_the_first_day_until_somebody_writes_down_the_return(learning: User) -> None:
    manager, who = people.person(), people.person()
    people.team(who, manager=manager)
    one, two = on_a_path(who), on_a_path(who)
    do(plan_leave, manager, who, from_on=TODAY, until_on=TODAY + WEEK)
    assert state_of(who) == "on_leave"
    assert {"lms.your_leave"} == set(told(who))
    later = basics.NOON + timedelta(days=30)
    for path in (one, two):
        path.refresh_from_db()
        assert path.is_paused
        assert progress_of(path, later).day == progress_of(path, basics.NOON).day, "the planned end ends nothing"
    assert state_of(who, later.date()) == "on_leave"
    do(enter_return, manager, who, at=later, back_on=later.date() - 2 * DAY)
    for path in (one, two):
        path.refresh_from_db()
        assert path.is_running
        assert progress_of(path, later).day == progress_of(path, basics.NOON).day + 2
    assert state_of(who, later.date()) == "here"


def test_a_leave_ahead_begins_on_its_day_and_a_new_path_stands_still_too(learning: User) -> None:
    who = people.person()
    people.team(who)
    do(plan_leave, learning, who, from_on=TODAY + DAY, until_on=None)
    path = on_a_path(who)
    assert state_of(who) == "here"
    assert state_of(who, TODAY + DAY) == "on_leave"
    made = enrol(
        actor=people.fresh(learning),
        person_uid=who.uid,
        path_uid=paths.path(paths.step("session", "other")).path.uid,
        started_on=TODAY + WEEK,
        key=basics.key(),
        at=basics.NOON,
    )
    assert made.pauses.get().from_on == TODAY + WEEK
    assert path.pk != made.pk


def test_a_pause_of_its_own_goes_on_after_the_return_and_no_pause_ends_a_leave(learning: User) -> None:
    who = people.person()
    people.team(who)
    path = on_a_path(who)
    at, key = basics.NOON, basics.key()
    actor = people.fresh(learning)
    pause_path(
        actor=actor,
        enrolment_uid=path.uid,
        from_on=TODAY,
        reason="Moves house",
        shown=steering_shown(path),
        key=key,
        at=at,
    )
    do(plan_leave, learning, who, from_on=TODAY, until_on=None)
    do(enter_return, learning, who, back_on=TODAY)
    path.refresh_from_db()
    assert path.is_paused, "the pause of its own"
    resume_path(actor=actor, enrolment_uid=path.uid, shown=steering_shown(path), key=basics.key(), at=at)
    path.refresh_from_db()
    assert path.is_running
    do(plan_leave, learning, who, from_on=TODAY, until_on=None)
    path.refresh_from_db()
    with pytest.raises(Conflict):
        resume_path(actor=actor, enrolment_uid=path.uid, shown=steering_shown(path), key=basics.key(), at=at)


def test_who_may_write_down_the_return_is_reminded_after_the_last_day(learning: User) -> None:
    manager, who = people.person(), people.person(time_zone="America/Lima")
    people.team(who, manager=manager)
    do(plan_leave, learning, who, from_on=TODAY, until_on=TODAY + WEEK)
    reminded = Reminder.objects.filter(kind="lms.return_not_written")
    assert {row.person for row in reminded} == {manager, learning}
    local = reminded[0].due_at.astimezone(who.zone)
    assert (local.date(), local.hour) == (TODAY + WEEK + DAY, 9)
    do(change_leave, learning, who, until_on=TODAY + 2 * WEEK)
    assert {row.due_at.astimezone(who.zone).date() for row in reminded.all()} == {TODAY + 2 * WEEK + DAY}
    do(enter_return, learning, who, back_on=TODAY)
    assert not reminded.all().exists()


def test_what_a_leave_refuses(learning: User) -> None:
    who = people.person()
    people.team(who)
    refused(Invalid, plan_leave, learning, who, from_on=TODAY + WEEK, until_on=TODAY)
    refused(Invalid, plan_leave, learning, who, from_on=date(1, 1, 1), until_on=None)
    refused(Conflict, enter_return, learning, who, back_on=TODAY)
    refused(Conflict, call_off_leave, learning, who)
    refused(Conflict, change_leave, learning, who, until_on=TODAY)
    do(plan_leave, learning, who, from_on=TODAY + DAY, until_on=None)
    refused(Conflict, plan_leave, learning, who, from_on=TODAY + WEEK, until_on=None)
    refused(Conflict, enter_return, learning, who, back_on=TODAY)
    refused(NotAllowed, plan_leave, who, who, from_on=TODAY, until_on=None)
    refused(NotFound, call_off_leave, people.person(), who)
    do(call_off_leave, learning, who)
    assert leave_of(who) is None
    do(plan_leave, learning, who, from_on=TODAY - WEEK, until_on=None)
    refused(Conflict, call_off_leave, learning, who)
    refused(Invalid, enter_return, learning, who, back_on=TODAY + DAY)
    refused(Invalid, enter_return, learning, who, back_on=TODAY - 2 * WEEK)


def test_a_return_is_taken_back_on_the_same_day_only(learning: User) -> None:
    who = people.person()
    people.team(who)
    path = on_a_path(who)
    do(plan_leave, learning, who, from_on=TODAY - WEEK, until_on=None)
    do(enter_return, learning, who, back_on=TODAY)
    do(undo_return, learning, who)
    path.refresh_from_db()
    assert path.is_paused
    assert state_of(who) == "on_leave"
    do(enter_return, learning, who, back_on=TODAY)
    refused(Conflict, undo_return, learning, who, at=basics.NOON + DAY)


# --- Leaving


def test_a_last_day_is_planned_moved_and_called_off_and_everybody_concerned_is_told(learning: User) -> None:
    manager, who = people.person(), people.person()
    people.team(who, manager=manager)
    do(plan_leaving, learning, who, last_day=TODAY + WEEK, reason="Another company")
    do(plan_leaving, learning, who, last_day=TODAY + 2 * WEEK, reason="Another company")
    assert state_of(who) == "leaving"
    planned = Departure.objects.get(person=who)
    assert (planned.last_day, planned.ended_at) == (TODAY + 2 * WEEK, None)
    assert people.fresh(who).is_active
    do(call_off_leaving, learning, who)
    assert state_of(who) == "here"
    assert not Departure.objects.exists()
    assert told(manager) == ["lms.leaves", "lms.leaves", "lms.leaves_not"]
    assert told(who) == ["lms.you_leave", "lms.you_leave", "lms.you_leave_not"]
    refused(Conflict, call_off_leaving, learning, who)


def test_what_leaving_refuses(learning: User) -> None:
    who = people.person(started_on=TODAY + WEEK)
    people.team(who)
    for last_day in (TODAY - DAY, TODAY, date(2999, 1, 1)):
        refused(Invalid, plan_leaving, learning, who, last_day=last_day, reason="Another company")
    refused(Invalid, plan_leaving, learning, who, last_day=TODAY + WEEK, reason=" ")
    refused(NotAllowed, plan_leaving, learning, learning, last_day=TODAY + WEEK, reason="Another company")
    refused(NotAllowed, plan_leaving, learning, people.administrator(), last_day=TODAY + WEEK, reason="Gone")
    refused(NotFound, plan_leaving, people.person(), who, last_day=TODAY + WEEK, reason="Another company")


@pytest.mark.parametrize("duty", ["learning", "administrator"])
def test_the_last_one_who_stays_with_a_duty_that_others_wait_for_does_not_leave(duty: str) -> None:
    actor = people.administrator(people.in_group(LEARNING_ADMINISTRATORS))
    first, second = people.with_duty(duty), people.with_duty(duty)
    fields = {"last_day": TODAY + WEEK, "reason": "Another company"}
    do(plan_leaving, actor, first, **fields)
    do(plan_leaving, actor, second, **fields)
    do(call_off_leaving, actor, second)
    User.objects.filter(pk=actor.pk).update(left_on=TODAY + 2 * WEEK)
    sentence = refused(Conflict, plan_leaving, actor, second, **fields)
    assert second.full_name in sentence
    people.with_duty(duty)
    do(plan_leaving, actor, second, **fields)


# --- Facts


def facts(who: User, **fields: Any) -> dict[str, Any]:
    names = ("full_name", "preferred_name", "job", "employee_number", "started_on", "time_zone", "locale")
    return {name: getattr(who, name) for name in names} | fields


def test_every_fact_can_be_changed_and_they_are_told_which(learning: User) -> None:
    who = people.person("Ana Duarte")
    new = facts(
        who,
        full_name="Ana  Duarte\nReis",
        preferred_name="Ana",
        job="Lead",
        employee_number="20 266",
        started_on=TODAY,
        time_zone="Asia/Kolkata",
    )
    do(change_facts, learning, who, **new)
    who.refresh_from_db()
    assert facts(who) == new | {"full_name": "Ana Duarte Reis"}
    assert Notice.objects.get(person=who).words["facts"] == (
        "name, preferred name, job title, employee number, first day, time zone"
    )
    assert who.name_order > people.fresh(people.person("Ana Duarte")).name_order, "sorted by the new name"
    do(change_facts, learning, who, **facts(who))
    assert Notice.objects.filter(person=who).count() == 1, "nothing changed, nothing said"


def test_what_facts_refuse(learning: User) -> None:
    who, other = people.person(), people.person(employee_number="7")
    for wrong in (
        {"full_name": " "},
        {"employee_number": "7"},
        {"time_zone": "Mars/Base"},
        {"locale": "tlh"},
        {"started_on": date(2999, 1, 1)},
    ):
        refused(Invalid, change_facts, learning, who, **facts(who, **wrong))
    refused(NotAllowed, change_facts, who, who, **facts(who))
    refused(NotFound, change_facts, people.person(), other, **facts(other))


# --- Coming back


def test_whoever_comes_back_has_the_same_account_and_nothing_opens_by_itself(learning: User) -> None:
    who = people.with_duty("author", people.person(started_on=TODAY - 20 * DAY))
    people.with_duty("author")
    team, manager = people.team(who), people.person()
    new = people.team(manager=manager)
    path = on_a_path(who)
    from assessments.api import end_person

    do(end_person, learning, who, last_day=TODAY, reason="Another company")
    later = basics.NOON + 40 * DAY
    back = {"first_day": later.date(), "team_id": new.pk, "link_for": lambda person: "https://vouch.example/way-in"}
    refused(Invalid, bring_back, learning, who, **back | {"first_day": TODAY - WEEK, "at": later})
    do(bring_back, learning, who, at=later, **back)
    who.refresh_from_db()
    path.refresh_from_db()
    assert (who.is_active, who.left_on, who.started_on) == (True, None, later.date())
    assert not who.has_usable_password()
    assert path.status == "withdrawn"
    assert not who.duty_holdings.filter(until_at=None).exists()
    assert [(row.team, row.from_on) for row in who.memberships.filter(until_on=None)] == [(new, later.date())]
    assert who.memberships.get(team=team).until_on == TODAY
    departure = Departure.objects.get(person=who)
    assert (departure.last_day, departure.returned_at) == (TODAY, later)
    assert told(manager) == ["lms.came_back"]
    refused(NotAllowed, bring_back, learning, who, at=later, **back)
    assert clock.today(who.zone, later) == later.date()
