"""Taking a path back: what waits for it is let go, what was done stays, other paths go on, and undo within the day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from assessments.api import give_back_path, open_on_path, take_back_path
from assessments.models import Case, Request, SignOffEvent
from coaching.api import CoachAssignment, CoachProfile, Commitment, Session
from lms.api import Act, Enrolment, SkillGate, StepCompletion, User, pause_path
from lms.clock import now
from lms.errors import Changed, Conflict, DomainError, Invalid, NotAllowed, NotFound
from tests.clients import log_in
from tests.factories import basics, coaching, judging, learners, notices, paths, people
from tests.shown import look_and_send, looked

pytestmark = pytest.mark.django_db

WHY = "The wrong role"
DAY = timedelta(days=1)


def take_back(of: Any, by: User | None = None, **fields: Any) -> Enrolment:
    values = {"actor": by or of.manager, "enrolment_uid": of.enrolment.uid, "reason": WHY, "key": basics.key()}
    return looked(take_back_path, **values | {"at": now()} | fields)


def give_back(of: Any, by: User | None = None, **fields: Any) -> Enrolment:
    values = {"actor": by or of.manager, "enrolment_uid": of.enrolment.uid, "key": basics.key(), "at": now()}
    return give_back_path(**values | fields)


@pytest.fixture
def of() -> Any:
    """A learner with a request, a session and a promise that wait, and a second path with a session of its own."""
    of = judging.scene()
    judging.asked(of)
    coaching.session(of.enrolment, of.coach, now() + DAY)
    coaching.commitment(of.enrolment, "trust")
    of.other = paths.enrolment(of.learner, paths.path(paths.step("session", "elsewhere")))
    coaching.session(of.other, of.coach, now() + 2 * DAY)
    return of


@pytest.mark.parametrize("role", ["manager", "learning"])
def test_what_waits_for_the_path_is_let_go_and_nothing_else(of: Any, role: str) -> None:
    waiting = Request.objects.filter(case__enrolment=of.enrolment, status__in=Request.WAITING)
    held = open_on_path(of.enrolment)
    assert (held.coach, held.asks, held.sessions, held.promises) == (of.coach.full_name, waiting.count(), 1, 1)
    assert held.asks
    Case.objects.update(claimed_by=of.coach, claimed_until=now() + DAY)
    load = CoachProfile.objects.get(person=of.coach).load
    take_back(of, getattr(of, role))
    of.enrolment.refresh_from_db()
    assert (of.enrolment.is_taken_back, of.enrolment.taken_back_reason) == (True, WHY)
    assert not waiting.exists()
    assert not Case.objects.filter(enrolment=of.enrolment).exclude(claimed_by=None).exists()
    assert not CoachAssignment.objects.filter(enrolment=of.enrolment, status="active").exists()
    assert CoachProfile.objects.get(person=of.coach).load == load - 1
    assert Session.objects.get(enrolment=of.enrolment).status == "cancelled"
    assert Commitment.objects.get(enrolment=of.enrolment).status == "dropped"
    assert Session.objects.get(enrolment=of.other).status == "planned"
    assert Enrolment.objects.get(pk=of.other.pk).is_open
    assert any(f"is taken back: {WHY}" in text for text in notices.told(of.learner))
    assert any(WHY in text for text in notices.told(of.coach))
    assert any("took back the path" in text for text in notices.told(of.manager)) == (role == "learning")
    assert Act.objects.get(name="path.take_back").why == WHY


def test_what_was_done_and_signed_stays() -> None:
    of = judging.scene()
    judging.decided(of)
    kept = [list(model.objects.values_list("pk", flat=True)) for model in (SignOffEvent, SkillGate, StepCompletion)]
    assert all(kept)
    take_back(of)
    assert [
        list(model.objects.values_list("pk", flat=True)) for model in (SignOffEvent, SkillGate, StepCompletion)
    ] == kept


def test_before_the_first_day_it_is_taken_back_all_the_same(of: Any) -> None:
    Enrolment.objects.filter(pk=of.enrolment.pk).update(started_on=learners.today() + 9 * DAY)
    assert take_back(of).is_taken_back


def refused(kind: type[DomainError], act: Any) -> None:
    before = Act.objects.count(), list(Enrolment.objects.values_list("status", "ended_at"))
    with pytest.raises(kind) as caught:
        act()
    assert str(caught.value).endswith(".")
    assert (Act.objects.count(), list(Enrolment.objects.values_list("status", "ended_at"))) == before


def test_it_is_refused_without_a_reason_twice_and_to_others(of: Any) -> None:
    refused(Invalid, lambda: take_back(of, reason=" "))
    refused(NotAllowed, lambda: take_back(of, of.learner))
    refused(NotFound, lambda: take_back(of, of.observer))
    refused(Changed, lambda: take_back(of, shown="0" * 64))
    refused(Conflict, lambda: give_back(of))
    key = basics.key()
    take_back(of, key=key)
    told = len(notices.told(of.learner))
    take_back(of, key=key)
    assert len(notices.told(of.learner)) == told, "the same form twice is once"
    refused(Conflict, lambda: take_back(of))
    Enrolment.objects.filter(pk=of.enrolment.pk).update(status="withdrawn", taken_back_by=None, taken_back_reason="")
    refused(NotAllowed, lambda: take_back(of))


def test_undoing_it_brings_path_and_coach_back(of: Any) -> None:
    pause = {"from_on": learners.today(), "until_on": None, "reason": "A leave", "at": now()}
    looked(pause_path, actor=of.manager, enrolment_uid=of.enrolment.uid, key=basics.key(), **pause)
    take_back(of)
    give_back(of, of.learning)
    of.enrolment.refresh_from_db()
    assert (of.enrolment.is_paused, of.enrolment.ended_at, of.enrolment.taken_back_reason) == (True, None, "")
    again = CoachAssignment.objects.get(enrolment=of.enrolment, status="active")
    assert again.coach.person == of.coach
    assert Session.objects.get(enrolment=of.enrolment).status == "cancelled", "what was called off stays so"
    assert any("undone" in text for text in notices.told(of.learner))
    refused(Conflict, lambda: give_back(of))


def test_a_coach_without_room_does_not_come_back(of: Any) -> None:
    take_back(of)
    profile = CoachProfile.objects.get(person=of.coach)
    CoachProfile.objects.filter(pk=profile.pk).update(capacity=profile.load)
    assert give_back(of).is_open
    assert not CoachAssignment.objects.filter(enrolment=of.enrolment, status="active").exists()


def test_it_is_undone_on_the_same_day_of_the_learner_only(of: Any) -> None:
    User.objects.filter(pk=of.learner.pk).update(time_zone="Pacific/Kiritimati")  # 14 hours ahead
    morning = now().replace(hour=8, minute=0)
    take_back(of, at=morning)
    refused(Conflict, lambda: give_back(of, at=morning + timedelta(hours=3)))
    Enrolment.objects.filter(pk=of.enrolment.pk).update(ended_at=morning + timedelta(hours=3))
    assert give_back(of, at=morning + timedelta(hours=9)).is_open


def test_who_left_or_is_on_the_path_again_keeps_it_taken_back(of: Any) -> None:
    take_back(of)
    User.objects.filter(pk=of.learner.pk).update(**people.LEFT)
    refused(Conflict, lambda: give_back(of))
    User.objects.filter(pk=of.learner.pk).update(is_active=True, deactivated_at=None)
    paths.enrolment(of.learner, of.enrolment.path_version)
    refused(Conflict, lambda: give_back(of))


def test_the_page_says_what_happens_takes_back_and_undoes(of: Any) -> None:
    browser, url = log_in(of.manager), reverse("team_take_back", args=[of.enrolment.uid])
    page = browser.get(url).content.decode()
    assert "1 planned session is cancelled." in page
    assert f"{of.coach.full_name} no longer coaches on it" in page
    assert url in browser.get(reverse("team_steer", args=[of.enrolment.uid])).content.decode()
    form = {"act": "take_back", "reason": " ", "key": str(basics.key())}
    assert look_and_send(browser, url, form).status_code == 422
    assert look_and_send(browser, url, form | {"reason": WHY}).status_code == 302
    page = browser.get(url).content.decode()
    assert f"took it back: {WHY}" in page
    assert look_and_send(browser, url, form | {"reason": WHY, "key": str(basics.key())}).status_code == 409
    assert browser.post(url, {"act": "undo", "key": str(basics.key())}).status_code == 302
    assert browser.post(url, {"act": "undo", "key": str(basics.key())}).status_code == 409
    for who, status in ((of.learner, 403), (of.observer, 404)):
        assert log_in(who).get(url).status_code == status
