"""Ending a person: signed out, nothing waits for them, and everything that was done stays true."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from assessments.api import close_accounts_due, did_not_come, end_person, open_work_of, verify_ledger
from assessments.models import Case, Request, SignOffEvent
from assessments.services.cases import leaving
from coaching.api import CoachAssignment, CoachProfile, ObserverGrant
from lms import clock
from lms.api import (
    Act,
    Departure,
    Enrolment,
    Membership,
    Notice,
    SkillGate,
    User,
    plan_leaving,
    undo_closing,
)
from lms.clock import now
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.clients import log_in
from tests.factories import basics, judging, notices, people

pytestmark = pytest.mark.django_db

WHY = "Left the company"


def end(of: Any, who: User, by: User | None = None, **fields: Any) -> User:
    values = {"actor": by or of.learning, "person_uid": who.uid, "last_day": now().date(), "reason": WHY}
    return end_person(**values | {"key": basics.key(), "at": now()} | fields)


def test_a_learner_leaves_and_what_was_signed_stays() -> None:
    of = judging.scene()
    judging.decided(of)
    signed = list(SignOffEvent.objects.filter(subject=of.learner).values_list("this_hash", flat=True))
    gates = SkillGate.objects.filter(person=of.learner).count()
    assert signed
    end(of, of.learner)
    of.learner.refresh_from_db()
    assert (of.learner.is_active, of.learner.left_on) == (False, now().date())
    assert of.learner.deactivated_at is not None
    assert list(SignOffEvent.objects.filter(subject=of.learner).values_list("this_hash", flat=True)) == signed
    assert SkillGate.objects.filter(person=of.learner).count() == gates
    assert Enrolment.objects.get(person=of.learner).status == "withdrawn"
    assert not CoachAssignment.objects.filter(enrolment__person=of.learner, status="active").exists()
    assert CoachProfile.objects.get(person=of.coach).load == 0
    assert any(WHY in text for text in notices.told(of.coach))
    assert not Membership.objects.filter(person=of.learner, until_on=None).exists()
    record = log_in(of.learning).get(reverse("person_readiness", args=[of.learner.uid]))
    assert record.status_code == 200, "the record can still be read"


def test_nobody_waits_for_who_left() -> None:
    of = judging.scene()
    judging.asked(of)
    asked = Request.objects.filter(status__in=Request.WAITING, case__learner=of.learner)
    before = asked.count()
    assert before
    mine = asked.filter(observer=of.observer).count()
    end(of, of.observer)
    gone = Request.objects.filter(observer=of.observer, status="declined")
    assert gone.count() == mine
    assert asked.count() == before - mine
    assert "has left" in gone.values_list("answer_note", flat=True)[0]
    assert sum("Ask somebody else." in text for text in notices.told(of.learner)) == mine
    assert not ObserverGrant.objects.filter(person=of.observer, revoked_at=None).exists()
    end(of, of.learner)
    assert not asked.exists()


def test_the_learners_of_a_coach_who_leaves_are_their_managers_to_place() -> None:
    of = judging.scene()
    judging.ready(of)
    Case.objects.update(claimed_by=of.coach, claimed_until=now() + timedelta(hours=1))
    end(of, of.coach)
    assert not CoachAssignment.objects.filter(coach__person=of.coach, status="active").exists()
    assert CoachProfile.objects.get(person=of.coach).ended_on is not None
    assert any("needs another coach" in text for text in notices.told(of.manager))
    assert Case.objects.filter(claimed_by=None, status="ready").count() == 1, "a claim strands nothing"


def test_an_open_session_ends_and_the_door_is_shut() -> None:
    of = judging.scene()
    client = Client()
    assert (
        client.post("/accounts/login/", {"login": of.learner.email, "password": basics.PASSPHRASE}).status_code == 302
    )
    assert client.get("/today/").status_code == 200
    end(of, of.learner)
    assert client.get("/today/").status_code == 302
    Client().post("/accounts/login/", {"login": of.learner.email, "password": basics.PASSPHRASE})
    assert client.get("/today/").status_code == 302
    User.objects.filter(pk=of.learner.pk).update(is_active=True, deactivated_at=None)
    assert client.get("/today/").status_code == 302, "a session that ended does not live again when they come back"


@pytest.mark.parametrize(
    ("role", "kind"),
    [("learner", NotAllowed), ("manager", NotAllowed), ("coach", NotFound), ("observer", NotFound)],
)
def test_only_learning_ends_a_person(role: str, kind: type[Exception]) -> None:
    of = judging.scene()
    with pytest.raises(kind):
        end(of, of.learner, getattr(of, role))
    of.learner.refresh_from_db()
    assert of.learner.is_active
    assert not Act.objects.filter(name="person.end").exists()


def test_nobody_ends_themself_and_the_last_day_is_a_day_that_was() -> None:
    of = judging.scene()
    with pytest.raises(NotAllowed):
        end(of, of.learning)
    today = now().date()
    for fields in ({"reason": " "}, {"last_day": today + timedelta(days=3)}, {"last_day": today.replace(2001)}):
        with pytest.raises(Invalid):
            end(of, of.learner, **fields)
    of.learner.refresh_from_db()
    assert of.learner.is_active


def test_ending_somebody_twice_with_one_key_ends_and_tells_once() -> None:
    of = judging.scene()
    key = basics.key()
    end(of, of.learner, key=key)
    notices = Notice.objects.count()
    end(of, of.learner, key=key)
    assert Notice.objects.count() == notices
    with pytest.raises(NotAllowed):
        end(of, of.learner)


def test_the_page_says_what_happens_and_asks_whether_one_is_sure() -> None:
    of = judging.scene()
    judging.asked(of)
    url = reverse("people_end", args=[of.learner.uid])
    client = log_in(of.learning, sure=True)
    page = client.get(url).content.decode()
    for path in open_work_of(of.learning, of.learner.uid)[1].paths:
        assert path in page
    fields = {"key": str(basics.key()), "last_day": str(now().date()), "reason": WHY}
    assert client.post(url, fields).status_code == 422, "not sure"
    assert url in client.get(reverse("people_record", args=[of.learner.uid])).content.decode()
    assert client.post(url, fields | {"sure": "on"}).status_code == 302
    record = reverse("people_record", args=[of.learner.uid])
    assert "Leaves on" in client.get(record).content.decode()
    assert client.post(url, fields | {"sure": "on", "now": "on", "key": str(basics.key())}).status_code == 302
    page = client.get(record).content.decode()
    assert url not in page
    assert "Left on" in page
    assert client.get(url).status_code == 403
    for who, status in ((of.manager, 403), (of.coach, 404)):
        other = reverse("people_end", args=[of.learner.uid])
        assert log_in(who).get(other).status_code == status


# --- On a day, by mistake, never


def plan(of: Any, who: User, last_day: date, at: datetime) -> None:
    plan_leaving(actor=of.learning, person_uid=who.uid, last_day=last_day, reason=WHY, key=basics.key(), at=at)


def test_the_account_closes_when_the_last_day_is_over_where_they_live() -> None:
    of = judging.scene()
    User.objects.filter(pk=of.coach.pk).update(time_zone="Pacific/Honolulu")
    at = now()
    last_day = clock.today("Pacific/Honolulu", at) + timedelta(days=1)
    plan(of, of.coach, last_day, at)
    evening = datetime.combine(last_day, time(23, 59), ZoneInfo("Pacific/Honolulu"))
    assert close_accounts_due(evening) == 0
    assert close_accounts_due(evening + timedelta(minutes=2)) == 1
    assert close_accounts_due(evening + timedelta(minutes=3)) == 0
    of.coach.refresh_from_db()
    assert (of.coach.is_active, of.coach.left_on) == (False, last_day)
    assert not CoachAssignment.objects.filter(coach__person=of.coach, status="active").exists()
    act = Act.objects.get(name="person.end")
    assert (act.actor, act.about, act.why) == (of.learning, of.coach.uid, WHY)


def test_one_account_that_cannot_be_closed_keeps_no_other_open(monkeypatch: pytest.MonkeyPatch) -> None:
    of = judging.scene()
    at = now()
    for who in (of.learner, of.observer):
        plan(of, who, clock.today(who.zone, at), at)
    plain = leaving.close_account
    monkeypatch.setattr(
        leaving,
        "close_account",
        lambda **fields: 1 / 0 if fields["person"] == of.learner else plain(**fields),  # type: ignore[return-value]
    )
    assert close_accounts_due(at + timedelta(days=2)) == 1
    assert User.objects.get(pk=of.learner.pk).is_active
    assert not User.objects.get(pk=of.observer.pk).is_active


def test_whoever_planned_it_may_have_left_meanwhile() -> None:
    of = judging.scene()
    at = now()
    plan(of, of.learner, clock.today(of.learner.zone, at) + timedelta(days=1), at)
    people.with_duty("learning")
    end(of, of.learning, people.administrator(people.with_duty("learning")))
    assert close_accounts_due(at + timedelta(days=3)) == 1
    assert not User.objects.get(pk=of.learner.pk).is_active


def test_an_account_that_was_closed_by_mistake_opens_the_same_day_with_teams_and_paths() -> None:
    of = judging.scene()
    people.with_duty("learning")
    before = list(Membership.objects.filter(person=of.learner).values())
    end(of, of.learner)
    fields = {"actor": of.learning, "person_uid": of.learner.uid}
    with pytest.raises(Conflict):
        undo_closing(**fields, key=basics.key(), at=now() + timedelta(days=2))
    undo_closing(**fields, key=basics.key(), at=now())
    of.learner.refresh_from_db()
    assert (of.learner.is_active, of.learner.left_on) == (True, None)
    assert of.learner.has_usable_password()
    assert list(Membership.objects.filter(person=of.learner).values()) == before
    assert Enrolment.objects.get(person=of.learner).status == "active"
    assert not CoachAssignment.objects.filter(enrolment__person=of.learner, status="active").exists()
    with pytest.raises(NotAllowed):
        undo_closing(**fields, key=basics.key(), at=now())


def test_somebody_who_never_came_is_no_more_expected() -> None:
    of = judging.scene()
    who = people.person(started_on=now().date() + timedelta(days=5))
    people.team(who)
    who.set_unusable_password()
    who.save(update_fields=["password"])
    fields = {"actor": of.learning, "person_uid": who.uid, "reason": WHY, "at": now()}
    did_not_come(**fields, key=basics.key())
    who.refresh_from_db()
    assert (who.is_active, who.left_on) == (False, None)
    assert not Membership.objects.filter(person=who, until_on=None).exists()
    log_in(of.coach)
    with pytest.raises(Conflict, match="was here"):
        did_not_come(**fields | {"person_uid": of.coach.uid}, key=basics.key())


def test_a_signature_made_while_somebody_was_gone_is_a_finding_after_they_came_back() -> None:
    of = judging.scene()
    judging.decided(of)
    event = SignOffEvent.objects.filter(kind="SIGNED").latest("seq")
    assert not verify_ledger(at=now() + timedelta(days=1)).findings
    hour = timedelta(hours=1)
    gone = {"person": event.signer, "planned_by": of.learning, "planned_at": event.occurred_at, "reason": WHY}
    Departure.objects.create(
        **gone,
        last_day=event.occurred_at.date(),
        ended_at=event.occurred_at - hour,
        returned_at=event.occurred_at + hour,
        returned_by=of.learning,
    )
    assert any("account had ended" in str(finding) for finding in verify_ledger(at=now() + timedelta(days=1)).findings)
    Departure.objects.update(ended_at=event.occurred_at - 2 * hour, returned_at=event.occurred_at - hour)
    assert not verify_ledger(at=now() + timedelta(days=1)).findings
