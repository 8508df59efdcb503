"""Proposals: who coaches names a successor, the manager decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from coaching.api import (
    CoachAssignment,
    CoachProfile,
    answer_proposal,
    as_coach,
    assign_coach,
    coach_of,
    end_coach,
    hand_over,
    proposal_of,
    propose_coach,
)
from lms.api import Act, Notice, User
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from tests.factories import basics, coaching, notices
from tests.shown import look_and_send, looked

pytestmark = pytest.mark.django_db


def propose(scene: coaching.HelpScene, who: User | None = None, **fields: Any) -> CoachAssignment:
    values = {"actor": who or scene.coach, "enrolment_uid": scene.enrolment.uid, "coach_uid": scene.other_coach.uid}
    return propose_coach(**values | {"reason": "Has room.", "key": basics.key(), "at": basics.NOON} | fields)


def answer(scene: coaching.HelpScene, accept: bool = True, who: User | None = None, **fields: Any) -> CoachAssignment:
    values = {"actor": who or scene.manager, "enrolment_uid": scene.enrolment.uid, "accept": accept}
    return looked(answer_proposal, **values | {"key": basics.key(), "at": basics.NOON} | fields)


def refused(kind: type[DomainError], act: Any) -> None:
    def rows() -> Any:
        return Act.objects.count(), list(CoachAssignment.objects.values_list("pk", "status")), Notice.objects.count()

    before = rows()
    with pytest.raises(kind) as caught:
        act()
    assert str(caught.value)
    assert rows() == before


def test_a_proposal_changes_nothing_until_the_manager_says_yes() -> None:
    scene = coaching.help_scene()
    made = propose(scene)
    assert coach_of(scene.enrolment) == scene.coach
    assert CoachProfile.objects.get(person=scene.other_coach).load == 0
    assert "You decide." in Notice.objects.get(person=scene.manager).text
    assert not as_coach(scene.other_coach.pk, scene.enrolment.pk, basics.NOON)
    answer(scene)
    assert coach_of(scene.enrolment) == scene.other_coach
    made.refresh_from_db()
    assert (made.status, made.assigned_by) == ("active", scene.manager)
    assert CoachAssignment.objects.get(coach__person=scene.coach).status == "handed_over"
    loads = dict(CoachProfile.objects.values_list("person__full_name", "load"))
    assert (loads["Cora Coach"], loads["Otto Other"]) == (0, 1)


def test_a_proposal_outlives_the_coach_who_made_it() -> None:
    scene = coaching.help_scene()
    propose(scene)
    known = {"person_uid": scene.coach.uid, "reason": "Moved", "key": basics.key(), "at": basics.NOON}
    looked(end_coach, actor=scene.administrator, **known)
    assert coach_of(scene.enrolment) is None
    assert proposal_of(scene.enrolment) is not None
    assert any("needs another coach" in text for text in notices.told(scene.manager))
    answer(scene)
    assert coach_of(scene.enrolment) == scene.other_coach


def test_declining_needs_a_reason_and_tells_who_proposed() -> None:
    scene = coaching.help_scene()
    propose(scene)
    refused(Invalid, lambda: answer(scene, accept=False, reason=" "))
    row = answer(scene, accept=False, reason="No time there.")
    assert (row.status, row.reason) == ("declined", "No time there.")
    assert "No time there." in Notice.objects.get(person=scene.coach).text
    assert coach_of(scene.enrolment) == scene.coach
    refused(Conflict, lambda: answer(scene))
    propose(scene)


def test_who_may_propose_and_who_may_answer() -> None:
    scene = coaching.help_scene()
    refused(NotAllowed, lambda: propose(scene, scene.manager))
    refused(NotAllowed, lambda: propose(scene, scene.learner))
    for who in (scene.other_coach, scene.other_manager, scene.outsider):
        refused(NotFound, lambda who=who: propose(scene, who))
    refused(Invalid, lambda: propose(scene, reason=""))
    refused(Invalid, lambda: propose(scene, coach_uid=scene.outsider.uid))
    refused(Conflict, lambda: propose(scene, coach_uid=scene.coach.uid))
    propose(scene)
    refused(Conflict, lambda: propose(scene))
    refused(NotAllowed, lambda: answer(scene, who=scene.coach))
    refused(NotAllowed, lambda: answer(scene, who=scene.learner))
    refused(NotFound, lambda: answer(scene, who=scene.other_manager))


@pytest.mark.parametrize("accept", [True, False])
def test_an_answer_sent_twice_is_one(accept: bool) -> None:
    scene = coaching.help_scene()
    propose(scene)
    key = basics.key()
    first = answer(scene, accept, key=key, reason="No time.")
    notices = Notice.objects.count()
    assert answer(scene, accept, key=key, reason="No time.").pk == first.pk
    assert Notice.objects.count() == notices


def test_a_proposed_coach_without_a_free_place_cannot_be_accepted() -> None:
    scene = coaching.help_scene()
    propose(scene)
    CoachProfile.objects.filter(person=scene.other_coach).update(capacity=0)
    refused(Conflict, lambda: answer(scene))


def test_choosing_somebody_else_answers_the_proposal() -> None:
    scene = coaching.help_scene()
    third = coaching.coach("Tia Third")
    made = propose(scene)
    known = {"actor": scene.manager, "enrolment_uid": scene.enrolment.uid, "key": basics.key(), "at": basics.NOON}
    looked(hand_over, coach_uid=third.uid, reason="Nearer.", **known)
    made.refresh_from_db()
    assert made.status == "declined"
    assert coach_of(scene.enrolment) == third


def test_choosing_the_proposed_takes_the_proposal_up() -> None:
    scene = coaching.help_scene()
    made = propose(scene)
    known = {"actor": scene.manager, "enrolment_uid": scene.enrolment.uid, "key": basics.key(), "at": basics.NOON}
    assert looked(assign_coach, coach_uid=scene.other_coach.uid, **known).pk == made.pk
    assert looked(assign_coach, coach_uid=scene.other_coach.uid, **known).pk == made.pk, "sent twice"


def test_a_proposal_goes_from_the_coachs_page_to_the_managers_answer() -> None:
    scene = coaching.help_scene()

    def sign_in(who: User) -> Client:
        client = Client()
        client.force_login(who)
        return client

    url = reverse("coach_propose", args=[scene.enrolment.uid])
    mine, theirs = sign_in(scene.coach), sign_in(scene.manager)
    assert mine.post(url, {"key": str(basics.key()), "coach": "", "reason": ""}).status_code == 422
    fields = {"coach": str(scene.other_coach.uid), "reason": "Has room."}
    assert mine.post(url, {"key": str(basics.key()), **fields}).status_code == 302
    assert "It lies with the manager." in mine.get(url).content.decode()
    waits = sign_in(scene.learner).get("/today/").content.decode()
    assert "Max decides since today whether Otto Other becomes your coach." in waits
    steer = reverse("team_coach", args=[scene.enrolment.uid])
    assert "By Cora Coach" in theirs.get(steer).content.decode()
    assert look_and_send(theirs, steer, {"key": str(basics.key()), "act": "decline", "reason": ""}).status_code == 422
    assert look_and_send(theirs, steer, {"key": str(basics.key()), "act": "accept"}).status_code == 302
    assert "Otto Other coaches now." in theirs.get(steer).content.decode()
    assert look_and_send(theirs, steer, {"key": str(basics.key()), "act": "accept"}).status_code == 409
