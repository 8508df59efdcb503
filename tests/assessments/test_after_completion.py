"""Being seen again on a completed path, by the standing coach in the role that it led to, and by nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from assessments.api import revoke_signoff, verify_ledger
from assessments.models import Case, ReadySpell, SignOffEvent
from coaching.api import Absence, CoachProfile, StandingAssignment, coach_of, name_standing_coach, standing_shown
from coaching.models import ObserverGrant
from lms.api import (
    LEARNING_ADMINISTRATORS,
    Enrolment,
    RoleHolding,
    User,
    end_role_holding,
    mark_external_done,
    progress_of,
)
from lms.errors import DomainError, NotAllowed, NotFound
from tests.factories import basics, coaching, decisions, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DONE_AT, AGAIN_AT = basics.MONDAY + DAY, basics.MONDAY + 5 * DAY


class Scene:
    """Somebody who was signed on MONDAY, and whose path was completed a day later; ``optional`` was never required."""

    def __init__(self) -> None:
        self.optional = decisions.plain_standard("extra", at=basics.PUBLISHED)
        extra = decisions.demonstration_step("extra", required=False, unlock={"all": [{"day": 500}]})
        self.work = decisions.decision_scene("visit", "listening", "numbers", steps=[extra])
        self.learning = people.in_group(LEARNING_ADMINISTRATORS)
        self.event = decisions.signed(self.work, basics.MONDAY)
        fields = {"enrolment_uid": self.work.enrolment.uid, "step_uid": basics.uid("goes-on-visit")}
        mark_external_done(actor=people.fresh(self.learning), key=basics.key(), at=DONE_AT, **fields)
        self.work.enrolment = Enrolment.objects.get(pk=self.work.enrolment.pk)
        self.holding = RoleHolding.objects.get(person=self.work.learner)

    def revoke(self) -> None:
        values = {"event_uid": self.event.uid, "reason": "It was not theirs.", "key": basics.key()}
        looked(revoke_signoff, actor=self.work.coach, at=DONE_AT + HOUR, **values)

    def hand_over(self, to: User) -> None:
        name_standing_coach(
            actor=people.fresh(self.learning),
            holding_uid=self.holding.uid,
            coach_uid=to.uid,
            reason="Another team.",
            shown=standing_shown(self.holding),
            key=basics.key(),
            at=DONE_AT + 2 * HOUR,
        )

    def other_coach(self) -> User:
        return coaching.coach_profile(coaching.observer(*self.work.skills, name="Otto Other")).person


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def findings(at: Any) -> list[str]:
    return [str(item) for item in verify_ledger(at=at).findings]


def spells(person: User) -> list[tuple[date, date | None]]:
    return list(ReadySpell.objects.filter(person=person).order_by("pk").values_list("from_on", "last_on"))


def test_the_coach_of_before_goes_on_and_what_was_taken_back_is_signed_again(scene: Scene) -> None:
    work = scene.work
    assert (work.enrolment.status, coach_of(work.enrolment)) == ("completed", work.coach)
    scene.revoke()
    assert [last is None for _first, last in spells(work.learner)] == [False]
    events = _seen_and_signed(scene)
    assert {(event.signer, event.authority) for event in events} == {(work.coach, "standing coach")}
    assert spells(work.learner)[-1] == (AGAIN_AT.date(), None)
    assert findings(AGAIN_AT + HOUR) == []


def _seen_and_signed(scene: Scene, **fields: Any) -> list[SignOffEvent]:
    decisions.enough_evidence(scene.work, AGAIN_AT - HOUR)
    return decisions.sign(scene.work, AGAIN_AT, **fields)


def test_who_it_was_handed_over_to_decides_and_who_was_before_does_not(scene: Scene) -> None:
    other = scene.other_coach()
    scene.hand_over(other)
    decisions.enough_evidence(scene.work, AGAIN_AT - HOUR)
    with pytest.raises((NotFound, NotAllowed)):
        decisions.sign(scene.work, AGAIN_AT)
    events = decisions.sign(scene.work, AGAIN_AT, actor=other)
    assert {(event.signer, event.authority) for event in events} == {(other, "standing coach")}
    assert findings(AGAIN_AT + HOUR) == []


def test_who_covers_for_the_standing_coach_decides(scene: Scene) -> None:
    profile = CoachProfile.objects.get(person=scene.work.coach)
    cover = coaching.coach_profile(coaching.observer(*scene.work.skills, name="Cover"), load=0)
    days = {"from_on": date(2026, 1, 1), "until_on": decisions.LATER}
    basics.logged(Absence.objects.create(coach=profile, cover=cover, said_at=DONE_AT, **days))
    profile.cover, profile.away_from, profile.away_until = cover, days["from_on"], days["until_on"]
    profile.save()
    events = _seen_and_signed(scene, actor=cover.person)
    assert {(event.signer, event.authority) for event in events} == {(cover.person, "stand-in of the coach")}
    assert findings(AGAIN_AT + HOUR) == []


def test_nobody_decides_where_nobody_stands_by(scene: Scene) -> None:
    StandingAssignment.objects.update(status="ended", ended_at=DONE_AT + HOUR)
    decisions.enough_evidence(scene.work, AGAIN_AT - HOUR)
    assert coach_of(scene.work.enrolment) is None
    for who in (scene.work.coach, scene.learning):
        with pytest.raises(DomainError):
            decisions.sign(scene.work, AGAIN_AT, actor=people.fresh(who))


def test_nothing_is_seen_on_a_path_whose_role_has_ended(scene: Scene) -> None:
    fields = {"holding_uid": scene.holding.uid, "until_on": DONE_AT.date(), "reason": "Another team."}
    end_role_holding(actor=people.fresh(scene.learning), key=basics.key(), at=DONE_AT + HOUR, **fields)
    with pytest.raises(DomainError):
        decisions.enough_evidence(scene.work, AGAIN_AT - HOUR)
    assert not Case.objects.filter(enrolment=scene.work.enrolment).exclude(status="decided").exists()


def test_what_the_path_did_not_require_can_still_be_seen(scene: Scene) -> None:
    """Its lock waits for a day that the completed path never reaches."""
    state = progress_of(scene.work.enrolment, AGAIN_AT).state(basics.uid("show-extra"))
    assert state
    assert (state.status, state.overdue) == ("open", False)
    coaching.grant(scene.work.coach, "extra")
    watching = [coaching.observer("extra", name=f"Watcher {number}") for number in range(2)]
    work = replace(scene.work, version=scene.optional, observers=[], waiting=watching)
    decisions.enough_evidence(work, AGAIN_AT - HOUR)
    (event,) = decisions.sign(work, AGAIN_AT)
    assert (event.skill.slug, event.authority) == ("extra", "standing coach")
    assert findings(AGAIN_AT + HOUR) == []


@pytest.mark.parametrize(
    "forge",
    [
        lambda scene: Enrolment.objects.filter(pk=scene.work.enrolment.pk).update(role_holding=_of_another(scene)),
        lambda scene: RoleHolding.objects.filter(pk=scene.holding.pk).update(person=people.person("Another")),
        lambda scene: StandingAssignment.objects.update(coach=people.person("Another")),
        lambda scene: StandingAssignment.objects.update(started_at=AGAIN_AT + HOUR),
        lambda scene: StandingAssignment.objects.all().delete(),
    ],
    ids=["another role", "another person", "another coach", "later", "gone"],
)
def test_a_standing_coach_who_was_none_is_found(scene: Scene, forge: Any) -> None:
    _seen_and_signed(scene)
    assert findings(AGAIN_AT + HOUR) == []
    forge(scene)
    assert findings(AGAIN_AT + HOUR) != []


def _of_another(scene: Scene) -> RoleHolding:
    role = paths.role(paths.requires("listening", 3), slug="another")
    fields = {"from_on": DONE_AT.date(), "made_by": scene.learning, "made_at": DONE_AT}
    return RoleHolding.objects.create(person=scene.work.learner, role_version=role, **fields)


def test_a_grant_is_asked_of_the_standing_coach_too(scene: Scene) -> None:
    ObserverGrant.objects.filter(person=scene.work.coach).delete()
    with pytest.raises(NotAllowed):
        _seen_and_signed(scene)
