"""Giving a learner a coach: who may, how much room there is, what a hand-over moves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from coaching.api import (
    CoachAssignment,
    CoachProfile,
    Session,
    active_assignments_of,
    as_coach,
    assign_coach,
    coach_of,
    end_assignment,
    enrol_with_coach,
    hand_over,
    is_coach_of,
    learners_of,
    present_coach,
    set_away,
)
from lms.addresses import address_of
from lms.api import Enrolment, Notice, OutgoingMail, User, mail_choices, mail_notices
from lms.clock import now
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from tests.factories import basics, coaching, notices, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db


def assign(scene: coaching.HelpScene, who: User, coach: User, **changes: Any) -> CoachAssignment:
    fields = {
        "actor": who,
        "enrolment_uid": scene.enrolment.uid,
        "coach_uid": coach.uid,
        "key": basics.key(),
        "at": basics.NOON,
    }
    return looked(assign_coach, **(fields | changes))


def state() -> tuple[Any, ...]:
    """Everything that a refused act must leave as it was."""
    return (
        list(CoachAssignment.objects.order_by("pk").values_list("pk", "status", "ended_at")),
        list(CoachProfile.objects.order_by("pk").values_list("pk", "load", "capacity")),
        list(Session.objects.order_by("pk").values_list("pk", "status", "coach")),
        Notice.objects.count(),
        OutgoingMail.objects.count(),
    )


def refused(kind: type[DomainError], act: Callable[[], Any]) -> None:
    before = state()
    with pytest.raises(kind) as caught:
        act()
    assert str(caught.value)
    assert state() == before


def load(who: User) -> int:
    return CoachProfile.objects.get(person=who).load


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_who_steers_a_learner_hands_them_to_another_coach(role: str) -> None:
    scene = coaching.help_scene()
    made = assign(scene, getattr(scene, role), scene.other_coach)
    assert coach_of(scene.enrolment) == scene.other_coach
    assert (load(scene.coach), load(scene.other_coach)) == (0, 1)
    before = CoachAssignment.objects.exclude(pk=made.pk).get()
    assert (before.status, before.ended_at) == ("handed_over", basics.NOON)
    told = set(Notice.objects.values_list("person__full_name", flat=True))
    assert told == {"Lea Learner", "Cora Coach", "Otto Other"}
    assert mail_notices() == 3
    assert OutgoingMail.objects.count() == 3


@pytest.mark.parametrize(
    ("role", "error"),
    [
        ("learner", NotAllowed),
        ("coach", NotAllowed),
        ("other_coach", NotFound),
        ("other_manager", NotFound),
        ("outsider", NotFound),
    ],
)
def test_learner_coaches_and_outsiders_cannot_assign_a_coach(role: str, error: type[DomainError]) -> None:
    scene = coaching.help_scene()
    refused(error, lambda: assign(scene, getattr(scene, role), scene.other_coach))


def test_a_manager_who_learns_does_not_choose_their_own_coach() -> None:
    scene = coaching.help_scene()
    scene.administrator.groups.all()
    own = paths.enrolment(scene.administrator, scene.enrolment.path_version)
    refused(NotAllowed, lambda: assign(scene, scene.administrator, scene.coach, enrolment_uid=own.uid))


def test_the_coach_has_the_present_one_already() -> None:
    scene = coaching.help_scene()
    refused(Conflict, lambda: assign(scene, scene.manager, scene.coach))


def test_a_full_coach_is_refused_with_a_sentence() -> None:
    scene = coaching.help_scene()
    full = coaching.coach("Fay Full", capacity=1, load=1)
    with pytest.raises(Conflict, match="Fay Full has no room: all 1 places are taken"):
        assign(scene, scene.manager, full)
    refused(Conflict, lambda: assign(scene, scene.manager, full))


def test_the_learner_is_nobody_s_coach_for_themself() -> None:
    scene = coaching.help_scene()
    CoachProfile.objects.create(person=scene.learner, capacity=3)
    refused(Invalid, lambda: assign(scene, scene.manager, scene.learner))
    assert not is_coach_of(scene.learner, scene.enrolment)


@pytest.mark.parametrize("who", ["not a coach", "ended", "inactive"])
def test_only_who_coaches_now_can_be_chosen(who: str) -> None:
    scene = coaching.help_scene()
    if who == "not a coach":
        chosen = scene.outsider
    else:
        chosen = coaching.coach("Gone", ended_on=basics.NOON.date() if who == "ended" else None)
        if who == "inactive":
            User.objects.filter(pk=chosen.pk).update(is_active=False, deactivated_at=basics.NOON)
    refused(Invalid, lambda: assign(scene, scene.manager, chosen))


def test_a_second_submit_is_one_assignment() -> None:
    scene = coaching.help_scene()
    key = basics.key()
    first = assign(scene, scene.manager, scene.other_coach, key=key)
    before = state()
    assert assign(scene, scene.manager, scene.other_coach, key=key) == first
    assert state() == before


def test_a_hand_over_needs_a_reason_and_a_coach_to_hand_over_from() -> None:
    scene = coaching.help_scene()
    fields = {"actor": scene.manager, "enrolment_uid": scene.enrolment.uid, "coach_uid": scene.other_coach.uid}
    refused(Invalid, lambda: looked(hand_over, **fields, reason=" ", key=basics.key(), at=basics.NOON))
    made = looked(hand_over, **fields, reason="Cora\nis away.", key=basics.key(), at=basics.NOON)
    assert made.reason == "Cora is away."
    lonely = paths.enrolment(scene.outsider, scene.enrolment.path_version)
    fields |= {"actor": scene.administrator, "enrolment_uid": lonely.uid}
    refused(Conflict, lambda: looked(hand_over, **fields, reason="No coach.", key=basics.key(), at=basics.NOON))


def test_planned_sessions_go_along_where_the_new_coach_is_free() -> None:
    scene = coaching.help_scene()
    free = coaching.session(scene.enrolment, scene.coach, coaching.soon(24))
    busy = coaching.session(scene.enrolment, scene.coach, coaching.soon(48))
    elsewhere = paths.enrolment(scene.outsider, scene.enrolment.path_version)
    coaching.session(elsewhere, scene.other_coach, coaching.soon(48.25))
    held = coaching.session(scene.enrolment, scene.coach, coaching.soon(-24), status="held", held_at=coaching.soon(-24))
    assign(scene, scene.manager, scene.other_coach)
    for row in (free, busy, held):
        row.refresh_from_db()
    assert (free.coach, free.status) == (scene.other_coach, "planned")
    assert (busy.coach, busy.status) == (scene.coach, "cancelled")
    assert (held.coach, held.status) == (scene.coach, "held")


def test_ending_gives_the_place_back_and_cancels_what_was_planned() -> None:
    scene = coaching.help_scene()
    planned = coaching.session(scene.enrolment, scene.coach, coaching.soon())
    fields = {"enrolment_uid": scene.enrolment.uid, "at": basics.NOON}
    refused(Invalid, lambda: looked(end_assignment, actor=scene.manager, reason="", key=basics.key(), **fields))
    refused(NotAllowed, lambda: looked(end_assignment, actor=scene.coach, reason="I quit", key=basics.key(), **fields))
    key = basics.key()
    looked(end_assignment, actor=scene.manager, reason="New job", key=key, **fields)
    planned.refresh_from_db()
    assert planned.status == "cancelled"
    assert load(scene.coach) == 0
    assert coach_of(scene.enrolment) is None
    before = state()
    looked(end_assignment, actor=scene.manager, reason="New job", key=key, **fields)
    assert state() == before
    refused(Conflict, lambda: looked(end_assignment, actor=scene.manager, reason="Again", key=basics.key(), **fields))


def test_enrolling_with_a_coach_is_one_act() -> None:
    scene = coaching.help_scene()
    person = people.person("New")
    people.team(person, manager=scene.manager)
    full = coaching.coach("Fay Full", capacity=0)
    fields = {
        "actor": people.fresh(scene.manager),
        "person_uid": person.uid,
        "path_uid": scene.enrolment.path.uid,
        "started_on": basics.NOON.date(),
        "at": basics.NOON,
    }
    with pytest.raises(Conflict):
        enrol_with_coach(**fields, coach_uid=full.uid, key=basics.key())
    assert not Enrolment.objects.filter(person=person).exists()
    key = basics.key()
    made = enrol_with_coach(**fields, coach_uid=scene.other_coach.uid, key=key)
    assert coach_of(made) == scene.other_coach
    assert enrol_with_coach(**fields, coach_uid=scene.other_coach.uid, key=key) == made
    assert Enrolment.objects.filter(person=person).count() == 1
    assert load(scene.other_coach) == 1


@pytest.mark.parametrize("coached", [False, True])
def test_who_is_enrolled_alone_is_told_once_and_always_by_mail(coached: bool) -> None:
    scene = coaching.help_scene()
    person, path, key = people.person("New"), scene.enrolment.path, basics.key()
    people.team(person, manager=scene.manager)
    for _press in range(2):
        enrol_with_coach(
            actor=people.fresh(scene.manager),
            person_uid=person.uid,
            path_uid=path.uid,
            started_on=basics.NOON.date(),
            coach_uid=scene.other_coach.uid if coached else None,
            key=key,
            at=basics.NOON,
        )
    says = f"You are on the path “{path.title}” from 9 March 2026 on."
    assert notices.told(person) == [says, "Otto Other is your coach now."][: 1 + coached]
    notice = Notice.objects.get(person=person, kind="lms.enrolled")
    assert notice.kind not in {code for choice in mail_choices(person) for code in choice.kinds}
    assert address_of(notice.target) == "/path/"
    mail_notices(basics.NOON)
    assert OutgoingMail.objects.filter(subject=says, recipients=[person.email]).count() == 1


def test_coaches_and_learners_of_each_other_are_found_both_ways() -> None:
    scene = coaching.help_scene()
    lonely = paths.enrolment(scene.outsider, scene.enrolment.path_version)
    assert (coach_of(scene.enrolment), coach_of(lonely)) == (scene.coach, None)
    assert learners_of(scene.coach, now()) == [scene.enrolment]
    assert [row.enrolment for row in active_assignments_of(scene.coach, now())] == [scene.enrolment]
    assert learners_of(scene.other_coach, now()) == []
    assert is_coach_of(scene.coach, scene.enrolment)
    assert not is_coach_of(scene.manager, scene.enrolment)


def test_an_assigned_cover_is_a_present_coach_too() -> None:
    scene = coaching.help_scene()
    coaching.assign(scene.enrolment, scene.other_coach, kind="cover")
    assert is_coach_of(scene.other_coach, scene.enrolment)
    assert coach_of(scene.enrolment) == scene.coach
    assign(scene, scene.manager, scene.other_coach)
    assert coach_of(scene.enrolment) == scene.other_coach
    assert load(scene.other_coach) == 1, "the cover's own row ended"


def test_who_covers_is_the_present_coach_on_those_days_only() -> None:
    scene = coaching.help_scene()
    third = coaching.coach("Tess Third")
    today = now().date()
    fields = {"actor": scene.coach, "person_uid": scene.coach.uid, "away_from": today, "away_until": today}
    set_away(**fields, cover_uid=scene.other_coach.uid, key=basics.key(), at=now())
    assert is_coach_of(scene.other_coach, scene.enrolment)
    assert is_coach_of(scene.coach, scene.enrolment)
    assert present_coach(scene.enrolment, today) == scene.other_coach
    assert learners_of(scene.other_coach, now()) == [scene.enrolment]
    assert load(scene.other_coach) == 0
    assert as_coach(scene.other_coach.pk, scene.enrolment.pk, now())
    # cover is not passed on
    set_away(**(fields | {"actor": scene.other_coach, "person_uid": scene.other_coach.uid}), cover_uid=third.uid,
             key=basics.key(), at=now())  # fmt: skip
    assert not is_coach_of(third, scene.enrolment)
    then = now()
    fields |= {"away_from": None, "away_until": None}
    set_away(**fields, cover_uid=None, key=basics.key(), at=now())
    assert not is_coach_of(scene.other_coach, scene.enrolment)
    assert as_coach(scene.other_coach.pk, scene.enrolment.pk, then), "the record remembers"
    assert not as_coach(scene.other_coach.pk, scene.enrolment.pk, now())


def test_a_learner_who_coaches_never_covers_for_their_own_coach() -> None:
    scene = coaching.help_scene()
    CoachProfile.objects.create(person=scene.learner, capacity=3)
    today = now().date()
    set_away(
        actor=scene.coach, person_uid=scene.coach.uid, away_from=today, away_until=today, cover_uid=scene.learner.uid,
        key=basics.key(), at=now(),
    )  # fmt: skip
    assert not is_coach_of(scene.learner, scene.enrolment)
    assert present_coach(scene.enrolment, today) == scene.coach


def test_as_coach_follows_the_hand_over() -> None:
    scene = coaching.help_scene()
    assign(scene, scene.manager, scene.other_coach)
    assert as_coach(scene.coach.pk, scene.enrolment.pk, coaching.soon(-1))
    assert not as_coach(scene.coach.pk, scene.enrolment.pk, coaching.soon(1))
    assert as_coach(scene.other_coach.pk, scene.enrolment.pk, coaching.soon(1))
    assert not as_coach(scene.other_coach.pk, scene.enrolment.pk, coaching.soon(-1))


@pytest.mark.django_db(transaction=True)
def test_two_managers_cannot_both_take_the_last_place() -> None:
    """Eight at once for two places: two get one, six read why not, and the counter is right."""
    scene = coaching.help_scene()
    wanted = coaching.coach("Wanda Wanted", capacity=2)
    learners = [paths.enrolment(people.person(f"L{n}"), scene.enrolment.path_version) for n in range(8)]
    together = threading.Barrier(len(learners))
    outcomes: list[str] = []

    def take(enrolment: Enrolment) -> None:
        try:
            together.wait()
            assign(scene, people.fresh(scene.administrator), wanted, enrolment_uid=enrolment.uid)
            outcomes.append("taken")
        except Conflict:
            outcomes.append("no room")
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[enrolment]) for enrolment in learners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["no room"] * 6 + ["taken"] * 2
    assert load(wanted) == 2
    assert CoachAssignment.objects.filter(coach__person=wanted, status="active").count() == 2
