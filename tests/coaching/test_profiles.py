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
from tests import coaching_factories as c
from tests import factories as f
from tests.shown import looked

pytestmark = pytest.mark.django_db

TODAY = c.NOON.date()


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
    scene = c.scene()
    fields = {"person_uid": scene.outsider.uid, "capacity": 4, "languages": ["en", " da "], "at": c.NOON}
    for role in ("manager", "coach", "outsider"):
        refused(NotAllowed, lambda role=role: make_coach(actor=getattr(scene, role), key=f.key(), **fields))
    key = f.key()
    made = make_coach(actor=scene.administrator, key=key, **fields)
    assert (made.capacity, made.languages, made.load) == (4, ["en", "da"], 0)
    before = state()
    assert make_coach(actor=scene.administrator, key=key, **fields) == made
    assert state() == before
    refused(Conflict, lambda: make_coach(actor=scene.administrator, key=f.key(), **fields))
    refused(Invalid, lambda: make_coach(actor=scene.administrator, key=f.key(), **(fields | {"capacity": 51})))
    unknown = fields | {"person_uid": f.uid("nobody")}
    refused(NotFound, lambda: make_coach(actor=scene.administrator, key=f.key(), **unknown))


def test_capacity_never_falls_below_the_learners_they_have() -> None:
    scene = c.scene()
    fields = {"actor": scene.administrator, "person_uid": scene.coach.uid, "at": c.NOON}
    refused(Invalid, lambda: change_capacity(capacity=0, key=f.key(), **fields))
    assert change_capacity(capacity=1, key=f.key(), **fields).capacity == 1
    fields["actor"] = scene.coach
    refused(NotAllowed, lambda: change_capacity(capacity=9, key=f.key(), **fields))


def test_ending_a_coach_leaves_nobody_waiting_for_them() -> None:
    scene = c.scene()
    planned = c.session(scene.enrolment, scene.coach, c.soon())
    away = c.coach("Away", away_from=TODAY, away_until=TODAY)
    CoachProfile.objects.filter(person=away).update(cover=CoachProfile.objects.get(person=scene.coach))
    fields = {"actor": scene.administrator, "person_uid": scene.coach.uid, "at": c.NOON}
    refused(Invalid, lambda: end_coach(reason="", key=f.key(), **fields))
    ended = end_coach(reason="Moves to another country.", key=f.key(), **fields)
    assert (ended.load, ended.ended_on) == (0, TODAY)
    assert coach_of(scene.enrolment) is None
    planned.refresh_from_db()
    assert planned.status == "cancelled"
    assert CoachProfile.objects.get(person=away).cover is None
    assert scene.coach not in [row.person for row in coaches_to_choose(TODAY)]
    again = make_coach(actor=scene.administrator, person_uid=scene.coach.uid, capacity=1, key=f.key(), at=c.soon())
    assert again.ended_on is None


def test_being_away_takes_two_days_and_another_coach() -> None:
    scene = c.scene()
    fields = {"actor": scene.coach, "person_uid": scene.coach.uid, "cover_uid": None, "at": c.NOON}
    later = TODAY + timedelta(days=7)
    refused(Invalid, lambda: set_away(away_from=TODAY, away_until=None, key=f.key(), **fields))
    refused(Invalid, lambda: set_away(away_from=later, away_until=TODAY, key=f.key(), **fields))
    days = {"away_from": TODAY, "away_until": later}
    for nobody in (scene.coach, scene.outsider):
        refused(Invalid, lambda nobody=nobody: set_away(
            key=f.key(), **days, **(fields | {"cover_uid": nobody.uid})))  # fmt: skip
    refused(NotFound, lambda: set_away(key=f.key(), **days, **(fields | {"actor": scene.outsider})))
    refused(NotAllowed, lambda: set_away(key=f.key(), **days, **(fields | {"actor": scene.manager})))
    kept = set_away(key=f.key(), **days, **(fields | {"cover_uid": scene.other_coach.uid}))
    assert kept.cover
    assert kept.cover.person == scene.other_coach
    assert Notice.objects.get().person == scene.other_coach


def give(scene: c.Scene, who: User, **changes: Any) -> list[ObserverGrant]:
    fields = {
        "actor": who,
        "person_uid": scene.outsider.uid,
        "skill_slugs": ["trust", "listening"],
        "reason": "Known for it.",
        "key": f.key(),
        "at": c.NOON,
    }
    return looked(give_grant, **(fields | changes))


def test_a_founding_grant_lasts_twelve_months() -> None:
    scene = c.scene()
    key = f.key()
    made = give(scene, scene.administrator, key=key)
    assert {(row.skill.slug, row.basis) for row in made} == {("trust", "founding"), ("listening", "founding")}
    assert {row.until_on.isoformat() for row in made} == {"2027-03-09"}
    before = state()
    assert give(scene, scene.administrator, key=key) == made
    assert state() == before
    ids = {skill.pk for skill in scene.skills}
    last = c.NOON.replace(year=2027)
    assert may_observe(scene.outsider.pk, ids, c.NOON) == ids
    assert may_observe(scene.outsider.pk, ids, last) == ids
    assert may_observe(scene.outsider.pk, ids, last + timedelta(days=1)) == set()


@pytest.mark.parametrize("role", ["manager", "coach", "outsider"])
def test_nobody_else_gives_grants(role: str) -> None:
    scene = c.scene()
    refused(NotAllowed, lambda: give(scene, getattr(scene, role)))


def test_nobody_gives_a_grant_to_themself() -> None:
    scene = c.scene()
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
def test_what_makes_no_grant(change: dict[str, Any]) -> None:
    scene = c.scene()
    refused(Invalid, lambda: give(scene, scene.administrator, **change))


def test_a_renewal_is_a_new_row() -> None:
    scene = c.scene()
    give(scene, scene.administrator, skill_slugs=["trust"])
    (new,) = give(scene, scene.administrator, skill_slugs=["trust"], at=c.soon(), until_on=TODAY + timedelta(days=300))
    old = ObserverGrant.objects.exclude(pk=new.pk).get()
    assert (old.revoked_at, old.revoked_by) == (c.soon(), scene.administrator)
    assert grants_at(scene.outsider.pk, [new.skill_id], c.soon(-1) + timedelta(hours=2))
    assert may_observe(scene.outsider.pk, [new.skill_id], c.soon()) == {new.skill_id}


def test_revoking_needs_a_reason_and_an_open_grant() -> None:
    scene = c.scene()
    give(scene, scene.administrator, skill_slugs=["trust"])
    fields = {"person_uid": scene.outsider.uid, "skill_slug": "trust", "at": c.soon()}
    refused(Invalid, lambda: looked(revoke_grant, actor=scene.administrator, reason="", key=f.key(), **fields))
    refused(NotFound, lambda: looked(revoke_grant, actor=scene.manager, reason="No", key=f.key(), **fields))
    refused(NotAllowed, lambda: looked(revoke_grant, actor=scene.outsider, reason="No", key=f.key(), **fields))
    key = f.key()
    row = looked(revoke_grant, actor=scene.administrator, reason="Left the field.", key=key, **fields)
    assert (row.revoked_reason, row.revoked_at) == ("Left the field.", c.soon())
    before = state()
    assert looked(revoke_grant, actor=scene.administrator, reason="Left the field.", key=key, **fields) == row
    assert state() == before
    refused(NotFound, lambda: looked(revoke_grant, actor=scene.administrator, reason="Twice", key=f.key(), **fields))
    give(scene, scene.administrator, skill_slugs=["listening"])
    other = fields | {"skill_slug": "listening"}
    refused(Conflict, lambda: looked(revoke_grant, actor=scene.administrator, reason="Same form", key=key, **other))
    assert may_observe(scene.outsider.pk, [row.skill_id], c.soon(25)) == set()
    assert grants_at(scene.outsider.pk, [row.skill_id], c.soon(23))
    assert not grants_at(scene.outsider.pk, [row.skill_id], c.soon(25))


def test_observers_know_every_skill_and_are_here() -> None:
    scene = c.scene()
    listening, trust = scene.skills
    both, one, gone = f.person("Both"), f.person("One"), f.person("Gone")
    c.grant(both, "listening", "trust")
    c.grant(one, "listening")
    c.grant(gone, "listening", "trust")
    User.objects.filter(pk=gone.pk).update(is_active=False, deactivated_at=c.NOON)
    today = now().date()
    assert observers_for([listening.pk, trust.pk], on=today) == [both]
    assert observers_for([listening.pk], on=today) == [both, one]
    assert observers_for([listening.pk], exclude=[both], on=today) == [one]
    assert observers_for([], on=today) == []
    assert may_observe(gone.pk, [trust.pk], c.NOON) == set()
    assert grants_of([both.pk, one.pk, scene.learner.pk], today) == {
        both.pk: {listening.pk: "founding", trust.pk: "founding"},
        one.pk: {listening.pk: "founding"},
        scene.learner.pk: {},
    }


def test_calibration_on_the_floor_above_writes_grants_too() -> None:
    scene = c.scene()
    give(scene, scene.administrator, skill_slugs=["trust"])
    trust = scene.skills[1]
    record_grants(
        person=scene.outsider, skill_ids=[trust.pk], basis="calibrated", until_on=c.FAR, attempt_uid=f.key(),
        reason="8 of 10", at=c.soon(),
    )  # fmt: skip
    assert grants_of([scene.outsider.pk], TODAY) == {scene.outsider.pk: {trust.pk: "calibrated"}}


def test_my_people_with_who_covers() -> None:
    scene = c.scene()
    today = now().date()
    people = [(helper.person, helper.role) for helper in my_people(scene.learner, today)]
    assert people == [(scene.coach, "coach"), (scene.manager, "manager")]
    set_away(
        actor=scene.coach, person_uid=scene.coach.uid, away_from=today, away_until=today,
        cover_uid=scene.other_coach.uid, key=f.key(), at=now(),
    )  # fmt: skip
    coach, cover, _ = my_people(scene.learner, today)
    assert (coach.away_until, cover.person, cover.covers_for) == (today, scene.other_coach, scene.coach)
    assert my_people(scene.outsider, today) == []
