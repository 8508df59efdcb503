"""Setting an installation up: what each step follows from, and all six from an empty installation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cms.api import SetUp, begin_empty, begin_with_starter, run_starter, set_up_of
from cms.models import StarterCurriculum
from cms.services.setup import starter
from coaching.api import CoachProfile, enrol_with_coach, give_grants, make_coach
from coaching.models import ObserverGrant
from lms import clock
from lms.api import (
    LEARNING_ADMINISTRATORS,
    Membership,
    Organisation,
    Path,
    Skill,
    Team,
    User,
    change_organisation,
    give_duty,
    invite_person,
    make_administrator,
    make_team,
    name_manager,
)
from lms.errors import NotAllowed
from tests.cms.test_starter import small_curriculum
from tests.factories import basics, coaching, judging, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db

NOON = basics.NOON
TODAY = NOON.date()


@pytest.fixture
def learning(db: None) -> User:
    return people.in_group(LEARNING_ADMINISTRATORS)


def state(who: User) -> SetUp:
    return set_up_of(people.fresh(who), NOON)


def words(found: SetUp) -> str:
    """The steps in one line: done, or what each waits for, or open."""
    return " ".join("done" if step.done else step.waits_for or "open" for step in found.steps)


# --- The whole


def test_six_steps_from_an_empty_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter, "read_curriculum", lambda folder: (small_curriculum(), []))
    at = clock.now()
    today = clock.today("Europe/Copenhagen", at)
    admin = people.person("Ilse Novak")
    make_administrator(person=admin, at=at)

    def do(service: Any, actor: User = admin, **fields: Any) -> Any:
        return service(actor=people.fresh(actor), key=basics.key(), at=at, **fields)

    def invite(name: str, team: Team) -> User:
        email = f"{name.split()[0].lower()}@example.com"
        return do(invite_person, email=email, full_name=name, team_id=team.pk, link_for=lambda person: "/link/")

    def now(who: User = admin) -> tuple[str, str | None]:
        found = set_up_of(people.fresh(who), at)
        return words(found), found.next.code if found.next else None

    assert now() == ("open open team open people path", "organisation")
    week = {"working_days": [1, 2, 3, 4, 5], "expiring_days": 60}
    do(change_organisation, name="Aldermoor", locale="en", time_zone="Europe/Copenhagen", **week)
    assert now() == ("done open team open people path", "teams")
    team = do(make_team, name="Customer teams")
    assert now() == ("done open open open people path", "teams"), "it has no manager yet"
    ruta, sam = invite("Ruta Balode", team), invite("Sam Visit", team)
    assert now() == ("done open done open learning path", "teams")
    do(name_manager, team_uid=team.uid, person_uid=ruta.uid, from_on=today)
    assert now() == ("done done done open learning path", "content")
    do(give_duty, person_uid=ruta.uid, duty="learning", reason="She runs learning.")
    assert now() == ("done done done open path path", "content")
    do(begin_with_starter)
    assert now() == ("done done done open path path", "content")
    assert run_starter()
    assert now() == ("done done done done open coach", "coaches")
    do(make_coach, ruta, person_uid=sam.uid, capacity=1)
    assert now() == ("done done done done open coach", "coaches"), "no grant yet"
    skill = Skill.objects.order_by("pk").first()
    assert skill
    grant = {"person_uid": sam.uid, "skill_slugs": [skill.slug], "reason": "Did it for years."}
    do(lambda **fields: looked(give_grants, **fields), ruta, **grant)
    assert now() == ("done done done done done open", "enrolment")
    lucia, path = invite("Lucia Moreno", team), Path.objects.get()
    do(
        enrol_with_coach,
        ruta,
        person_uid=lucia.uid,
        path_uid=path.uid,
        started_on=today,
        coach_uid=sam.uid,
    )
    assert now() == now(ruta) == ("done done done done done done", None), "the coach has no place left, and had one"


# --- Each step


def test_a_closed_team_and_a_manager_of_before_do_not_count(learning: User) -> None:
    closed = people.team(manager=people.person())
    Team.objects.filter(pk=closed.pk).update(closed_on=TODAY)
    open_team = people.team(manager=people.person())
    row = Membership.objects.filter(team=open_team)
    row.update(until_on=TODAY - timedelta(days=1))
    found = state(learning)
    assert (found.record.teams, found.record.managed, found.steps[1].done) == (1, 0, False)
    row.update(until_on=TODAY)
    assert state(learning).steps[1].done


def test_people_who_left_are_not_people_here(learning: User) -> None:
    User.objects.exclude(pk=learning.pk).update(**people.LEFT)
    assert not state(learning).steps[2].done
    people.person()
    assert state(learning).steps[2].done


@pytest.mark.parametrize("path", [True, False], ids=["a path", "no path"])
@pytest.mark.parametrize("load", [None, *StarterCurriculum.State], ids=str)
def test_content_is_there_or_was_chosen_to_be_empty(learning: User, load: Any, path: bool) -> None:
    if path:
        paths.path(paths.step("external", "one"), slug="ours")
    if load:
        more: dict[str, Any] = {}
        if load == "running":
            more = {"run": basics.key(), "heard_at": NOON}
        if load == "failed":
            more = {"failure": "It stopped."}
        if load == "done":
            more = {"heard_at": NOON}
        StarterCurriculum.objects.create(state=load, asked_by=learning, asked_at=NOON, **more)
    found = state(learning)
    assert found.steps[3].done == (load == "empty" or (path and load not in ("waiting", "running")))
    assert found.can_begin_empty == (load is None and not path)
    assert found.can_load == (load == "failed" or (load in (None, "empty") and not path))
    assert (found.steps[5].waits_for == "path") != path, "an empty library opens nothing"


@pytest.mark.parametrize(
    "but",
    ["", "no place", "ended", "left", "grant lapsed", "grant revoked", "grant of another"],
)
def test_a_coach_needs_a_place_and_a_grant_that_holds(learning: User, but: str) -> None:
    paths.path(paths.step("external", "one"), slug="ours")
    coach, other = coaching.coach("Sam Visit"), people.person()
    judging.granted(other if but == "grant of another" else coach, "hearing")
    profile, grant = CoachProfile.objects.filter(person=coach), ObserverGrant.objects.all()
    match but:
        case "no place":
            profile.update(capacity=0)
        case "ended":
            profile.update(ended_on=TODAY)
        case "left":
            User.objects.filter(pk=coach.pk).update(**people.LEFT)
        case "grant lapsed":
            grant.update(until_on=TODAY - timedelta(days=1))
        case "grant revoked":
            grant.update(revoked_at=NOON, revoked_by=learning, revoked_reason="Moved on.")
    found = state(learning)
    assert found.steps[4].done == (not but)
    assert found.steps[5].waits_for == ("coach" if but else "")


def test_an_enrolment_stays_one_when_it_is_over(learning: User) -> None:
    enrolment = paths.enrolment(people.person(), paths.path(paths.step("external", "one"), slug="ours"))
    enrolment.status, enrolment.ended_at = "withdrawn", NOON
    enrolment.save()
    assert state(learning).steps[5].done


def test_an_administrator_reads_which_steps_are_of_learning(learning: User) -> None:
    found = state(people.administrator())
    assert [step.code for step in found.steps if not step.yours] == ["coaches", "enrolment"]
    assert found.learning == (learning.full_name,)
    assert all(step.yours for step in state(learning).steps)


def test_nobody_else_sees_the_steps() -> None:
    with pytest.raises(NotAllowed):
        state(people.team(people.person(), manager=people.person()).memberships.first().person)


def test_the_organisation_is_done_once_somebody_described_it(learning: User) -> None:
    assert not state(learning).steps[0].done
    Organisation.objects.update(set_up_at=NOON)
    assert state(learning).steps[0].done


def test_the_steps_take_the_same_queries_in_a_large_company(learning: User, django_assert_max_num_queries: Any) -> None:
    begin_empty(actor=learning, key=basics.key(), at=NOON)
    for _ in range(12):
        people.team(people.person(), manager=people.person())
        judging.granted(coaching.coach(), "hearing")
    reader = people.fresh(learning)
    with django_assert_max_num_queries(7):
        set_up_of(reader, NOON)
