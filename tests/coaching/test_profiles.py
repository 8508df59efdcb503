"""Coach profiles, being away, my people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from coaching.api import (
    CoachProfile,
    change_capacity,
    coach_of,
    coach_shown,
    coaches_to_choose,
    end_coach,
    make_coach,
    my_people,
    set_away,
)
from lms.api import Act, Notice
from lms.clock import now
from lms.errors import Changed, Conflict, DomainError, Invalid, NotAllowed, NotFound
from tests.factories import basics, coaching, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db

TODAY = basics.NOON.date()


def state() -> tuple[Any, ...]:
    return (
        list(CoachProfile.objects.order_by("pk").values()),
        Notice.objects.count(),
        Act.objects.count(),
    )


def refused(kind: type[DomainError], act: Callable[[], Any]) -> None:
    before = state()
    with pytest.raises(kind) as caught:
        act()
    assert str(caught.value)
    assert state() == before


def test_only_learning_administrators_make_coaches() -> None:
    scene = coaching.help_scene()
    fields = {"person_uid": scene.outsider.uid, "capacity": 4, "languages": ["en", " da "], "at": basics.NOON}
    for role in ("manager", "coach", "outsider"):
        refused(NotAllowed, lambda role=role: make_coach(actor=getattr(scene, role), key=basics.key(), **fields))
    key = basics.key()
    made = make_coach(actor=scene.administrator, key=key, **fields)
    assert (made.capacity, made.languages, made.load) == (4, ["en", "da"], 0)
    before = state()
    assert make_coach(actor=scene.administrator, key=key, **fields) == made
    assert state() == before
    refused(Conflict, lambda: make_coach(actor=scene.administrator, key=basics.key(), **fields))
    refused(Invalid, lambda: make_coach(actor=scene.administrator, key=basics.key(), **(fields | {"capacity": 51})))
    unknown = fields | {"person_uid": basics.uid("nobody")}
    refused(NotFound, lambda: make_coach(actor=scene.administrator, key=basics.key(), **unknown))


def test_capacity_never_falls_below_the_learners_they_have() -> None:
    scene = coaching.help_scene()
    fields = {"actor": scene.administrator, "person_uid": scene.coach.uid, "at": basics.NOON}
    refused(Invalid, lambda: change_capacity(capacity=0, key=basics.key(), **fields))
    assert change_capacity(capacity=1, key=basics.key(), **fields).capacity == 1
    fields["actor"] = scene.coach
    refused(NotAllowed, lambda: change_capacity(capacity=9, key=basics.key(), **fields))


def assign_coach_to_another(scene: coaching.HelpScene) -> None:
    """Somebody else becomes a learner of the coach."""
    coaching.assign(paths.enrolment(people.person("Nora Next"), scene.enrolment.path_version), scene.coach)


def test_ending_a_coach_leaves_nobody_waiting_for_them() -> None:
    scene = coaching.help_scene()
    planned = coaching.session(scene.enrolment, scene.coach, coaching.soon())
    away = coaching.coach("Away", away_from=TODAY, away_until=TODAY)
    CoachProfile.objects.filter(person=away).update(cover=CoachProfile.objects.get(person=scene.coach))
    fields = {"actor": scene.administrator, "person_uid": scene.coach.uid, "at": basics.NOON}
    refused(Invalid, lambda: looked(end_coach, reason="", key=basics.key(), **fields))
    stale = coach_shown(scene.coach.uid)
    assign_coach_to_another(scene)
    refused(Changed, lambda: end_coach(reason="Moves.", shown=stale, key=basics.key(), **fields))
    ended = looked(end_coach, reason="Moves to another country.", key=basics.key(), **fields)
    assert (ended.load, ended.ended_on) == (0, TODAY)
    assert coach_of(scene.enrolment) is None
    planned.refresh_from_db()
    assert planned.status == "cancelled"
    assert CoachProfile.objects.get(person=away).cover is None
    refused(Conflict, lambda: looked(end_coach, reason="Twice", key=basics.key(), **fields))
    assert scene.coach not in [row.person for row in coaches_to_choose(TODAY)]
    again = make_coach(
        actor=scene.administrator, person_uid=scene.coach.uid, capacity=1, key=basics.key(), at=coaching.soon()
    )
    assert again.ended_on is None


def test_being_away_takes_two_days_and_another_coach() -> None:
    scene = coaching.help_scene()
    fields = {"actor": scene.coach, "person_uid": scene.coach.uid, "cover_uid": None, "at": basics.NOON}
    later = TODAY + timedelta(days=7)
    refused(Invalid, lambda: set_away(away_from=TODAY, away_until=None, key=basics.key(), **fields))
    refused(Invalid, lambda: set_away(away_from=later, away_until=TODAY, key=basics.key(), **fields))
    days = {"away_from": TODAY, "away_until": later}
    for nobody in (scene.coach, scene.outsider):
        refused(Invalid, lambda nobody=nobody: set_away(
            key=basics.key(), **days, **(fields | {"cover_uid": nobody.uid})))  # fmt: skip
    refused(NotFound, lambda: set_away(key=basics.key(), **days, **(fields | {"actor": scene.outsider})))
    refused(NotAllowed, lambda: set_away(key=basics.key(), **days, **(fields | {"actor": scene.manager})))
    kept = set_away(key=basics.key(), **days, **(fields | {"cover_uid": scene.other_coach.uid}))
    assert kept.cover
    assert kept.cover.person == scene.other_coach
    assert Notice.objects.get().person == scene.other_coach


def test_my_people_with_who_covers() -> None:
    scene = coaching.help_scene()
    today = now().date()
    persons = [(helper.person, helper.role) for helper in my_people(scene.learner, today)]
    assert persons == [(scene.coach, "coach"), (scene.manager, "manager")]
    set_away(
        actor=scene.coach, person_uid=scene.coach.uid, away_from=today, away_until=today,
        cover_uid=scene.other_coach.uid, key=basics.key(), at=now(),
    )  # fmt: skip
    coach, cover, _ = my_people(scene.learner, today)
    assert (coach.away_until, cover.person, cover.covers_for) == (today, scene.other_coach, scene.coach)
    assert my_people(scene.outsider, today) == []
