"""Coach profiles, being away, observer grants, my people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from coaching.api import (
    CoachProfile,
    ObserverGrant,
    change_capacity,
    coach_of,
    coaches_to_choose,
    end_coach,
    give_grant,
    grants_at,
    grants_of,
    make_coach,
    may_observe,
    my_people,
    observers_for,
    record_grants,
    revoke_grant,
    set_away,
)
from lms.api import Act, Notice, User
from lms.clock import now
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from tests.factories import basics, coaching, people
from tests.shown import looked

pytestmark = pytest.mark.django_db

TODAY = basics.NOON.date()


def state() -> tuple[Any, ...]:
    return (
        list(CoachProfile.objects.order_by("pk").values()),
        list(ObserverGrant.objects.order_by("pk").values()),
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


def test_ending_a_coach_leaves_nobody_waiting_for_them() -> None:
    scene = coaching.help_scene()
    planned = coaching.session(scene.enrolment, scene.coach, coaching.soon())
    away = coaching.coach("Away", away_from=TODAY, away_until=TODAY)
    CoachProfile.objects.filter(person=away).update(cover=CoachProfile.objects.get(person=scene.coach))
    fields = {"actor": scene.administrator, "person_uid": scene.coach.uid, "at": basics.NOON}
    refused(Invalid, lambda: end_coach(reason="", key=basics.key(), **fields))
    ended = end_coach(reason="Moves to another country.", key=basics.key(), **fields)
    assert (ended.load, ended.ended_on) == (0, TODAY)
    assert coach_of(scene.enrolment) is None
    planned.refresh_from_db()
    assert planned.status == "cancelled"
    assert CoachProfile.objects.get(person=away).cover is None
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


def give(scene: coaching.HelpScene, who: User, **changes: Any) -> list[ObserverGrant]:
    fields = {
        "actor": who,
        "person_uid": scene.outsider.uid,
        "skill_slugs": ["trust", "listening"],
        "reason": "Known for it.",
        "key": basics.key(),
        "at": basics.NOON,
    }
    return looked(give_grant, **(fields | changes))


def test_a_founding_grant_lasts_twelve_months() -> None:
    scene = coaching.help_scene()
    key = basics.key()
    made = give(scene, scene.administrator, key=key)
    assert {(row.skill.slug, row.basis) for row in made} == {("trust", "founding"), ("listening", "founding")}
    assert {row.until_on.isoformat() for row in made} == {"2027-03-09"}
    before = state()
    assert give(scene, scene.administrator, key=key) == made
    assert state() == before
    ids = {skill.pk for skill in scene.skills}
    last = basics.NOON.replace(year=2027)
    assert may_observe(scene.outsider.pk, ids, basics.NOON) == ids
    assert may_observe(scene.outsider.pk, ids, last) == ids
    assert may_observe(scene.outsider.pk, ids, last + timedelta(days=1)) == set()


@pytest.mark.parametrize("role", ["manager", "coach", "outsider"])
def test_managers_coaches_and_outsiders_cannot_give_grants(role: str) -> None:
    scene = coaching.help_scene()
    refused(NotAllowed, lambda: give(scene, getattr(scene, role)))


def test_nobody_gives_a_grant_to_themself() -> None:
    scene = coaching.help_scene()
    refused(NotAllowed, lambda: give(scene, scene.administrator, person_uid=scene.administrator.uid))


@pytest.mark.parametrize(
    "change",
    [
        {"reason": " "},
        {"skill_slugs": []},
        {"skill_slugs": ["trust", "none"]},
        {"until_on": TODAY - timedelta(days=1)},
        {"until_on": TODAY + timedelta(days=366)},
    ],
)
def test_a_grant_with_a_wrong_field_is_refused(change: dict[str, Any]) -> None:
    scene = coaching.help_scene()
    refused(Invalid, lambda: give(scene, scene.administrator, **change))


def test_a_renewal_is_a_new_row() -> None:
    scene = coaching.help_scene()
    give(scene, scene.administrator, skill_slugs=["trust"])
    (new,) = give(
        scene, scene.administrator, skill_slugs=["trust"], at=coaching.soon(), until_on=TODAY + timedelta(days=300)
    )
    old = ObserverGrant.objects.exclude(pk=new.pk).get()
    assert (old.revoked_at, old.revoked_by) == (coaching.soon(), scene.administrator)
    assert grants_at(scene.outsider.pk, [new.skill_id], coaching.soon(-1) + timedelta(hours=2))
    assert may_observe(scene.outsider.pk, [new.skill_id], coaching.soon()) == {new.skill_id}


def test_revoking_needs_a_reason_and_an_open_grant() -> None:
    scene = coaching.help_scene()
    give(scene, scene.administrator, skill_slugs=["trust"])
    fields = {"person_uid": scene.outsider.uid, "skill_slug": "trust", "at": coaching.soon()}
    refused(Invalid, lambda: looked(revoke_grant, actor=scene.administrator, reason="", key=basics.key(), **fields))
    refused(NotFound, lambda: looked(revoke_grant, actor=scene.manager, reason="No", key=basics.key(), **fields))
    refused(NotAllowed, lambda: looked(revoke_grant, actor=scene.outsider, reason="No", key=basics.key(), **fields))
    key = basics.key()
    row = looked(revoke_grant, actor=scene.administrator, reason="Left the field.", key=key, **fields)
    assert (row.revoked_reason, row.revoked_at) == ("Left the field.", coaching.soon())
    before = state()
    assert looked(revoke_grant, actor=scene.administrator, reason="Left the field.", key=key, **fields) == row
    assert state() == before
    refused(
        NotFound, lambda: looked(revoke_grant, actor=scene.administrator, reason="Twice", key=basics.key(), **fields)
    )
    give(scene, scene.administrator, skill_slugs=["listening"])
    other = fields | {"skill_slug": "listening"}
    refused(Conflict, lambda: looked(revoke_grant, actor=scene.administrator, reason="Same form", key=key, **other))
    assert may_observe(scene.outsider.pk, [row.skill_id], coaching.soon(25)) == set()
    assert grants_at(scene.outsider.pk, [row.skill_id], coaching.soon(23))
    assert not grants_at(scene.outsider.pk, [row.skill_id], coaching.soon(25))


def test_observers_know_every_skill_and_are_here() -> None:
    scene = coaching.help_scene()
    listening, trust = scene.skills
    both, one, gone = people.person("Both"), people.person("One"), people.person("Gone")
    coaching.grant_for_long(both, "listening", "trust")
    coaching.grant_for_long(one, "listening")
    coaching.grant_for_long(gone, "listening", "trust")
    User.objects.filter(pk=gone.pk).update(is_active=False, deactivated_at=basics.NOON)
    today = now().date()
    assert observers_for([listening.pk, trust.pk], on=today) == [both]
    assert observers_for([listening.pk], on=today) == [both, one]
    assert observers_for([listening.pk], exclude=[both], on=today) == [one]
    assert observers_for([], on=today) == []
    assert may_observe(gone.pk, [trust.pk], basics.NOON) == set()
    assert grants_of([both.pk, one.pk, scene.learner.pk], today) == {
        both.pk: {listening.pk: "founding", trust.pk: "founding"},
        one.pk: {listening.pk: "founding"},
        scene.learner.pk: {},
    }


def test_calibration_on_the_floor_above_writes_grants_too() -> None:
    scene = coaching.help_scene()
    give(scene, scene.administrator, skill_slugs=["trust"])
    trust = scene.skills[1]
    record_grants(
        person=scene.outsider, skill_ids=[trust.pk], basis="calibrated", until_on=coaching.FAR,
        attempt_uid=basics.key(), reason="8 of 10", at=coaching.soon(),
    )  # fmt: skip
    assert grants_of([scene.outsider.pk], TODAY) == {scene.outsider.pk: {trust.pk: "calibrated"}}


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
