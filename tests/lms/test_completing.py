"""A path completes by itself once nothing that it requires is left, and the role is held from then on."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from lms.api import (
    LEARNING_ADMINISTRATORS,
    Enrolment,
    Notice,
    RoleHolding,
    StepCompletion,
    User,
    Waiver,
    complete_paths_of,
    complete_what_is_done,
    mark_external_done,
    open_gate,
    progress_of,
    record_completion,
    recording,
    skill_ids,
    steering_shown,
    structure_of,
    waive_step,
)
from tests.factories import basics, coaching, paths, people

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def learning(db: None) -> User:
    return people.in_group(LEARNING_ADMINISTRATORS)


def on_path(*steps: Any, **fields: Any) -> Enrolment:
    return paths.enrolment(people.person("Lea Learner"), paths.path(*steps), **fields)


def external(name: str, **fields: Any) -> Any:
    return paths.step("external", name, **fields)


def do(enrolment: Enrolment, name: str, by: User, at: datetime = basics.NOON) -> None:
    uid = basics.uid(name)
    mark_external_done(actor=people.fresh(by), enrolment_uid=enrolment.uid, step_uid=uid, key=basics.key(), at=at)


def waive(enrolment: Enrolment, name: str, by: User, at: datetime = basics.NOON) -> None:
    waive_step(
        actor=people.fresh(by),
        enrolment_uid=enrolment.uid,
        step_uid=basics.uid(name),
        reason="Did it elsewhere.",
        shown=steering_shown(enrolment),
        key=basics.key(),
        at=at,
    )


def state(enrolment: Enrolment) -> tuple[str, bool, int]:
    enrolment.refresh_from_db()
    return enrolment.status, enrolment.ended_at is not None, int(enrolment.role_holding is not None)


OPEN, COMPLETED = ("active", False, 0), ("completed", True, 1)


def test_the_last_required_step_completes_the_path(learning):
    enrolment = on_path(external("one"), external("two"), external("extra", required=False))
    do(enrolment, "one", learning)
    assert state(enrolment) == OPEN
    do(enrolment, "two", learning, basics.NOON + HOUR)
    assert state(enrolment) == COMPLETED
    holding = RoleHolding.objects.get()
    assert (holding.person, holding.role_version) == (enrolment.person, enrolment.role_version)
    assert (holding.from_on, holding.until_on, holding.made_by) == (basics.NOON.date(), None, enrolment.enrolled_by)
    assert enrolment.ended_at == basics.NOON + HOUR + timedelta(microseconds=1)


@pytest.mark.parametrize("last", ["done", "waived"])
def test_a_step_that_is_left_out_counts_as_done(learning, last):
    enrolment = on_path(external("one"), external("two"))
    if last == "waived":
        do(enrolment, "one", learning)
        waive(enrolment, "two", learning)
    else:
        waive(enrolment, "two", learning)
        assert state(enrolment) == OPEN
        do(enrolment, "one", learning)
    assert state(enrolment) == COMPLETED


def test_a_path_that_requires_nothing_never_completes(learning):
    enrolment = on_path(external("extra", required=False))
    do(enrolment, "extra", learning)
    assert state(enrolment) == OPEN
    assert complete_what_is_done(basics.NOON) == 0


def test_learner_and_managers_are_told_once(learning):
    enrolment = on_path(external("one"))
    manager = people.person("Mo Manager")
    people.team(enrolment.person, manager=manager)
    do(enrolment, "one", learning)
    told = {person.full_name: Notice.objects.filter(person=person) for person in (enrolment.person, manager)}
    assert [row.kind for row in told["Lea Learner"]] == ["lms.path_completed"]
    assert [row.kind for row in told["Mo Manager"]] == ["lms.path_completed_of"]
    assert complete_what_is_done(basics.NOON + HOUR) == 0
    assert Notice.objects.filter(kind__startswith="lms.path_completed").count() == 2


def test_a_path_that_stands_still_completes_too(learning):
    enrolment = on_path(external("one"), external("two"))
    do(enrolment, "one", learning)
    Enrolment.objects.filter(pk=enrolment.pk).update(status="paused")
    enrolment.refresh_from_db()
    waive(enrolment, "two", learning)
    assert state(enrolment) == COMPLETED


@pytest.mark.parametrize("status", ["withdrawn", "taken_back", "completed"])
def test_a_path_that_is_over_stays_as_it_is(status):
    enrolment = on_path(external("one"), external("two"))
    fields: dict[str, Any] = {"status": status, "ended_at": basics.MONDAY}
    if status == "taken_back":
        fields |= {"taken_back_by": people.person(), "taken_back_reason": "Wrong path."}
    Enrolment.objects.filter(pk=enrolment.pk).update(**fields)
    for name in ("one", "two"):
        step = enrolment.path_version.steps.get(uid=basics.uid(name))
        StepCompletion.objects.create(enrolment=enrolment, step=step, by=enrolment.person, completed_at=basics.NOON)
    assert complete_what_is_done(basics.NOON) == 0
    assert state(enrolment) == (status, True, 0)


def test_the_sweep_completes_what_no_act_did():
    enrolment, other = on_path(external("one")), on_path(external("two"))
    step = enrolment.path_version.steps.get()
    Waiver.objects.create(enrolment=enrolment, step=step, reason="Knows it.", by=people.person(), waived_at=basics.NOON)
    assert complete_what_is_done(basics.NOON) == 1
    assert state(enrolment) == COMPLETED
    assert state(other) == OPEN
    assert complete_what_is_done(basics.NOON + HOUR) == 0


def test_days_stop_counting_on_the_day_of_completion(learning):
    enrolment = on_path(external("one"), started_on=date(2026, 3, 1))
    day = progress_of(enrolment, basics.NOON).day
    do(enrolment, "one", learning)
    enrolment.refresh_from_db()
    assert progress_of(enrolment, basics.NOON).day == day
    assert progress_of(enrolment, basics.NOON + timedelta(days=40)).day == day


def test_a_role_that_is_held_already_is_not_held_twice(learning):
    enrolment = on_path(external("one"))
    held = RoleHolding.objects.create(
        person=enrolment.person,
        role_version=enrolment.role_version,
        from_on=date(2025, 1, 1),
        made_by=learning,
        made_at=basics.MONDAY,
    )
    do(enrolment, "one", learning)
    assert state(enrolment) == COMPLETED
    assert RoleHolding.objects.get() == held == enrolment.role_holding


def test_an_earlier_version_of_the_role_ends_the_day_before(learning):
    enrolment = on_path(external("one"))
    role = enrolment.role_version
    newer = paths.role(paths.requires("another"), slug=role.profile.slug)
    held = RoleHolding.objects.create(
        person=enrolment.person, role_version=newer, from_on=date(2025, 1, 1), made_by=learning, made_at=basics.MONDAY
    )
    do(enrolment, "one", learning)
    held.refresh_from_db()
    assert held.until_on == basics.NOON.date() - timedelta(days=1)
    enrolment.refresh_from_db()
    assert RoleHolding.objects.get(until_on=None) == enrolment.role_holding


def test_the_place_of_the_coach_is_free_and_they_stand_by(learning):
    enrolment = on_path(external("one"))
    coach = coaching.coach("Cora Coach")
    coaching.assign(enrolment, coach)
    do(enrolment, "one", learning)
    coach.coach_profile.refresh_from_db()
    assert coach.coach_profile.load == 0
    row = enrolment.coach_assignments.get()
    assert (row.status, row.ended_at) == ("ended", basics.NOON + timedelta(microseconds=1))
    standing = RoleHolding.objects.get().standing_assignments.get()
    assert (standing.coach, standing.status, standing.assigned_by) == (coach, "active", row.assigned_by)
    assert set(coach.notices.values_list("kind", flat=True)) == {"lms.path_completed_of", "coaching.standing_begins"}


def test_a_practice_counts_once_others_may_know_of_it(learning):
    """Practice is private: that a path is completed would tell that it was played. Try says so, as any gate does."""
    practice = paths.step("practice", "play", content="quay", skills=["listening", "repair"])
    enrolment = on_path(external("one"), practice)
    do(enrolment, "one", learning)
    step = structure_of(enrolment.path_version_id).steps[basics.uid("play")]
    with recording():
        assert record_completion(enrolment=enrolment, step=step, by=enrolment.person, at=basics.NOON)
    ids = skill_ids()
    for slug in ("listening", "repair"):
        assert state(enrolment) == OPEN, slug
        assert complete_what_is_done(basics.NOON) == 0
        opened = {"person_id": enrolment.person_id, "skill_id": ids[slug], "gate": "try", "source": f"try:{slug}"}
        open_gate(**opened, at=basics.NOON)
        with recording():
            complete_paths_of(enrolment.person_id, basics.NOON)
    assert state(enrolment) == COMPLETED


@pytest.mark.parametrize("gate", ["do", "show"])
def test_a_stronger_gate_stands_for_a_practice(gate):
    enrolment = on_path(paths.step("practice", "play", content="quay", skills=["listening"]))
    step = structure_of(enrolment.path_version_id).steps[basics.uid("play")]
    signed = {"level": 3, "standard_uid": basics.uid("visit")} if gate == "show" else {}
    opened = {"person_id": enrolment.person_id, "skill_id": skill_ids()["listening"], "gate": gate, "source": "seen"}
    open_gate(**opened, **signed, at=basics.NOON)
    with recording():
        record_completion(enrolment=enrolment, step=step, by=enrolment.person, at=basics.NOON)
    assert state(enrolment) == COMPLETED


def test_a_practice_that_is_waived_is_not_waited_for(learning):
    practice = paths.step("practice", "play", content="quay", skills=["listening"])
    enrolment = on_path(external("one"), practice)
    do(enrolment, "one", learning)
    waive(enrolment, "play", learning)
    assert state(enrolment) == COMPLETED
