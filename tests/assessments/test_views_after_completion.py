"""What people read and can do once a path is completed and its role is held: learner, coach and manager."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.api import revoke_signoff
from lms import clock
from lms.api import Enrolment, RoleHolding
from tests.clients import count_queries, log_in, words_of
from tests.factories import basics, coaching, judging, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db


@pytest.fixture
def of(db: None) -> judging.Scene:
    """Everything was signed, then the path was completed, and one sign-off was taken back."""
    scene = judging.scene()
    event = judging.decided(scene, 4)[0]
    paths.completed(scene.enrolment, clock.now())
    values = {"event_uid": event.uid, "reason": "Not theirs.", "key": basics.key()}
    looked(revoke_signoff, actor=scene.coach, at=clock.now() + timedelta(seconds=1), **values)
    return scene


@pytest.mark.parametrize("address", ["/today/", "/skills/", "/skills/listening/", "/requests/"])
def test_the_learner_can_ask_from_every_place_that_says_so(of: judging.Scene, address: str) -> None:
    ask = reverse("request_new", args=[of.step])
    page = log_in(of.learner).get(address).content.decode()
    assert f'href="{ask}"' in page
    assert log_in(of.learner).get(ask).status_code == 200


def test_complete_and_ready_are_both_said(of: judging.Scene) -> None:
    today = words_of(log_in(of.learner).get("/today/"))
    assert "You hold the role" in today
    assert ", not ready." in today
    invoice = words_of(log_in(of.manager).get(f"/people/{of.learner.uid}/"))
    assert "Completed on" in invoice
    assert "not ready" in invoice


def test_what_is_asked_reaches_the_observer_and_the_standing_coach(of: judging.Scene) -> None:
    judging.asked(of)
    judging.observed(of)
    assert of.learner.full_name in words_of(log_in(of.observer).get("/observe/"))
    queue = words_of(log_in(of.coach).get("/coach/"))
    assert of.learner.full_name in queue
    page = log_in(of.coach).get(reverse("coach_person", args=[of.enrolment.uid]))
    assert page.status_code == 200
    assert "Plan a session" in words_of(page)
    for gone in ("Propose another coach", "the next promise"):
        assert gone not in words_of(page)


def test_the_manager_names_a_standing_coach_from_the_page_of_the_person(of: judging.Scene) -> None:
    holding = RoleHolding.objects.get(person=of.learner)
    name = reverse("role_coach", args=[holding.uid])
    for address in (f"/people/{of.learner.uid}/", f"/people/{of.learner.uid}/?role={holding.uid}"):
        assert name in log_in(of.manager).get(address).content.decode()
        for other in (of.learner, of.coach):
            assert name not in log_in(other).get(address).content.decode()
    assert log_in(of.manager).get(name).status_code == 200


def test_the_team_counts_who_completed(of: judging.Scene) -> None:
    page = words_of(log_in(of.manager).get("/team/"))
    assert "0 of 1 person is ready for the role" in page
    assert of.learner.full_name in page


def test_without_a_standing_coach_the_manager_is_named(of: judging.Scene) -> None:
    RoleHolding.objects.get(person=of.learner).standing_assignments.update(status="ended", ended_at=clock.now())
    page = words_of(log_in(of.learner).get("/today/"))
    assert "has yet to name your standing coach" in page


def test_a_role_that_has_ended_leaves_nothing_to_ask_for(of: judging.Scene) -> None:
    yesterday = (clock.now() - timedelta(days=1)).date()
    RoleHolding.objects.filter(person=of.learner).update(from_on=yesterday, until_on=yesterday)
    assert log_in(of.learner).get(reverse("request_new", args=[of.step])).status_code in (403, 404)
    assert reverse("request_new", args=[of.step]) not in log_in(of.learner).get("/today/").content.decode()
    beside = reverse("coach_person", args=[of.enrolment.uid])
    assert beside not in log_in(of.coach).get("/coach/").content.decode()
    assert log_in(of.coach).get(beside).status_code == 404


def test_the_queue_costs_the_same_for_one_and_for_many_who_completed(of: judging.Scene) -> None:
    one = count_queries(log_in(of.coach), "/coach/")
    for number in range(4):
        person = people.person(f"Completed {number}")
        row = paths.enrolment(person, of.enrolment.path_version, started_on=of.enrolment.started_on)
        coaching.assign(row, of.coach)
        paths.completed(row, clock.now())
    assert Enrolment.objects.filter(status="completed").count() == 5
    assert count_queries(log_in(of.coach), "/coach/") == one <= 24
