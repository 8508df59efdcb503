"""Joining two accounts of one human: what falls, what ends, what stays; and putting a mistake right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments.api import countersign, join_accounts, look_at_joining, part_accounts, standings_on
from assessments.models import Case, Observation, Request, SignOffEvent
from coaching.models import CoachAssignment, Session
from lms.api import User, accounts_of
from lms.errors import Changed, Conflict, Invalid, NotAllowed, NotFound
from lms.models import Notice, Parting, SamePerson, SkillGate
from lms.rules.act_words import said_act
from tests.assessments import forging
from tests.assessments.forging import taken_back
from tests.clients import log_in, words_of
from tests.factories import basics, coaching, decisions, humans, people
from tests.shown import look_and_send, looked

pytestmark = pytest.mark.django_db

AT, DAY = basics.MONDAY, timedelta(days=1)
LATER = AT + DAY
LEARNING = "Learning administrators"
WHY = "One person, entered twice."


@pytest.fixture
def work() -> decisions.DecisionScene:
    return decisions.decision_scene()


@pytest.fixture
def learning(work: decisions.DecisionScene) -> User:
    return people.in_group(LEARNING, people.person("Ruta"))


def join(actor: User, one: User, other: User, **fields: Any) -> list[SamePerson]:
    values = {"person_uid": one.uid, "other_uid": other.uid, "reason": WHY, "key": basics.key(), "at": LATER}
    return looked(join_accounts, actor=actor, **values | fields)


def part(actor: User, person: User, **fields: Any) -> list[SamePerson]:
    values = {"person_uid": person.uid, "reason": "Two sisters.", "key": basics.key(), "at": LATER + DAY}
    return part_accounts(actor=actor, **values | fields)


def status(event: SignOffEvent) -> str:
    found = standings_on([event.subject_id], LATER.date())[event.subject_id]
    return next(row.status for row in found if row.event == event)


def shows(event: SignOffEvent) -> bool:
    return SkillGate.objects.filter(source=f"signoff:{event.uid}").exists()


def found() -> list[str]:
    return forging.found_in_rows()


# --- What falls


def test_a_sign_off_by_the_learners_other_account_is_taken_back(work: decisions.DecisionScene, learning: User) -> None:
    event = decisions.signed(work)
    assert shows(event)
    join(learning, work.learner, work.coach)
    assert status(event) == "revoked"
    assert not shows(event)
    revoked = SignOffEvent.objects.get(kind="REVOKED")
    assert (revoked.about, revoked.signer, revoked.authority) == (event, learning, "learning administrator")
    assert revoked.texts.get(name="why").value == WHY
    told = Notice.objects.filter(person=work.learner, kind="assessments.taken_back")
    assert [notice.text for notice in told] == [f"Ruta took back: {event.words}"]
    assert SignOffEvent.objects.filter(pk=event.pk).exists(), "both histories stay"
    assert found() == []


def test_a_sign_off_countersigned_by_the_other_account_is_taken_back(
    work: decisions.DecisionScene, learning: User
) -> None:
    decisions.make_coach_line_manager(work)
    second = coaching.observer(*work.skills)
    event = decisions.signed(work)
    looked(countersign, actor=second, event_uid=event.uid, agree=True, why="Read it.", key=basics.key(), at=AT)
    assert status(event) == "active"
    join(learning, second, work.learner)
    assert status(event) == "revoked"
    assert found() == []


def test_a_sign_off_waiting_for_a_second_signature_falls_too(work: decisions.DecisionScene, learning: User) -> None:
    decisions.make_coach_line_manager(work)
    event = decisions.signed(work)
    assert status(event) == "awaiting"
    join(learning, work.coach, work.learner)
    assert status(event) == "revoked"


def test_a_sign_off_that_needed_what_the_other_account_saw_falls(work: decisions.DecisionScene, learning: User) -> None:
    event = decisions.signed(work)
    join(learning, work.learner, work.observers[0])
    assert status(event) == "revoked"
    assert found() == []


def test_a_sign_off_stands_that_holds_without_what_the_other_account_saw(
    work: decisions.DecisionScene, learning: User
) -> None:
    decisions.watch(work, work.another(), AT - DAY, context="on video")
    event = decisions.signed(work)
    join(learning, work.learner, work.observers[0])
    assert status(event) == "active"
    assert shows(event)
    assert found() == []


def test_sign_offs_of_others_stand(work: decisions.DecisionScene, learning: User) -> None:
    """Two observers are one human: that counts from now on, and takes nothing from a learner who is neither."""
    event = decisions.signed(work)
    join(learning, *work.observers)
    assert status(event) == "active"
    assert found() == []


def test_an_administrator_takes_back_only_with_a_joining(work: decisions.DecisionScene, learning: User) -> None:
    """No learning administrator: the event names the joining by which they might."""
    event, boss = decisions.signed(work), people.administrator()
    made = join(boss, work.learner, work.coach)
    revoked = SignOffEvent.objects.get(about=event)
    assert revoked.authority == "administrator"
    assert revoked.payload["authority"] == {"duty": "administrator", "joining": str(made[0].uid)}
    assert str(revoked.capacity) == "administrator"
    assert found() == []


# --- What ends


def test_coaching_sessions_and_requests_between_the_two_end(work: decisions.DecisionScene, learning: User) -> None:
    decisions.watch(work, work.another())
    case, manager = work.case, people.person("Max")
    people.team(work.learner, manager=manager)
    request = Request.objects.create(
        uid=basics.key(), case=case, observer=work.coach, context="on site", planned_on=LATER.date(), made_at=AT
    )
    Case.objects.filter(pk=case.pk).update(claimed_by=work.coach, claimed_until=LATER + DAY)
    talk = coaching.session(work.enrolment, work.coach, LATER + DAY)
    join(learning, work.learner, work.coach)
    held = CoachAssignment.objects.get()
    assert (held.status, held.ended_at, held.reason) == ("ended", LATER, WHY)
    assert Session.objects.get(pk=talk.pk).status == "cancelled"
    assert Request.objects.get(pk=request.pk).status == "withdrawn"
    assert Case.objects.get(pk=case.pk).claimed_by is None
    kinds = set(Notice.objects.filter(person=manager).values_list("kind", flat=True))
    assert "coaching.coach_needed" in kinds
    assert found() == []


def test_a_proposal_between_the_two_is_declined(work: decisions.DecisionScene, learning: User) -> None:
    other = coaching.coach("Otto")
    row = CoachAssignment.objects.create(
        uid=basics.key(),
        enrolment=work.enrolment,
        coach=other.coach_profile,
        status="proposed",
        assigned_by=work.coach,
        started_at=AT,
    )
    join(learning, work.learner, other)
    assert CoachAssignment.objects.get(pk=row.pk).status == "declined"
    assert CoachAssignment.objects.filter(status="active").exists(), "the coach who is somebody else goes on"


def test_nothing_is_moved_or_merged(work: decisions.DecisionScene, learning: User) -> None:
    event = decisions.signed(work)
    before = (Observation.objects.count(), work.enrolment.person_id, event.subject_id, event.signer_id)
    join(learning, work.learner, work.coach)
    work.enrolment.refresh_from_db()
    event.refresh_from_db()
    assert (Observation.objects.count(), work.enrolment.person_id, event.subject_id, event.signer_id) == before


# --- Joining


def test_both_accounts_are_told_and_the_act_is_kept(work: decisions.DecisionScene, learning: User) -> None:
    one, other = work.learner, people.person("Lea Other")
    (made,) = join(learning, other, one)
    assert (made.first, made.second, made.number, made.joined_by) == (one, other, 1, learning)
    for who in (one, other):
        text = Notice.objects.get(person=who, kind="assessments.accounts_joined").text
        assert WHY in text
        assert one.email in text
        assert other.email in text
    assert said_act("person.join", "Ruta") == "Ruta wrote down that another account is theirs, too."
    assert found() == []


def test_three_accounts_are_one_human_whichever_two_are_joined(work: decisions.DecisionScene, learning: User) -> None:
    event = decisions.signed(work)
    third = people.person("Third")
    join(learning, third, work.coach)
    assert status(event) == "active"
    made = join(learning, third, work.learner)
    assert len(made) == 2
    assert accounts_of(work.learner) == sorted([work.learner, work.coach, third], key=lambda who: who.pk)
    assert status(event) == "revoked"
    assert found() == []


def test_the_same_form_twice_is_one_joining(work: decisions.DecisionScene, learning: User) -> None:
    decisions.signed(work)
    key = basics.key()
    for _again in range(2):
        join(learning, work.learner, work.coach, key=key)
    assert SamePerson.objects.count() == 1
    assert SignOffEvent.objects.filter(kind="REVOKED").count() == 1
    with pytest.raises(Conflict, match="one person already"):
        join_accounts(
            actor=learning,
            person_uid=work.coach.uid,
            other_uid=work.learner.uid,
            reason=WHY,
            shown="",
            key=basics.key(),
            at=LATER,
        )


def test_what_is_joined_is_what_the_page_showed(work: decisions.DecisionScene, learning: User) -> None:
    shown = look_at_joining(learning, work.learner.uid, work.coach.uid).shown
    decisions.signed(work)
    with pytest.raises(Changed):
        join(learning, work.learner, work.coach, shown=shown)
    assert not SamePerson.objects.exists()


def test_a_joining_has_a_reason_and_two_accounts(work: decisions.DecisionScene, learning: User) -> None:
    other = people.person()
    with pytest.raises(Invalid):
        join(learning, work.learner, other, reason=" ")
    with pytest.raises(Invalid):
        look_at_joining(learning, other.uid, other.uid)
    with pytest.raises(NotFound):
        look_at_joining(learning, other.uid, basics.uid("nobody"))
    assert not SamePerson.objects.exists()


def test_only_learning_and_administrators_join_and_never_themself(
    work: decisions.DecisionScene, learning: User
) -> None:
    one, other, twin = people.person(), people.person(), people.person()
    for who in (work.coach, one, people.in_group("Auditors")):
        with pytest.raises((NotAllowed, NotFound)):
            look_at_joining(who, one.uid, other.uid)
        with pytest.raises((NotAllowed, NotFound)):
            part(who, one)
    with pytest.raises(NotAllowed):
        look_at_joining(learning, one.uid, learning.uid)
    with pytest.raises(NotAllowed):
        look_at_joining(learning, learning.uid, one.uid)
    humans.one_human(learning, twin)
    with pytest.raises(NotAllowed):
        look_at_joining(learning, one.uid, twin.uid)
    with pytest.raises(NotAllowed):
        part(learning, twin)
    assert look_at_joining(people.administrator(), one.uid, other.uid).falling == ()


# --- Parting


def test_a_mistake_is_put_right_and_what_was_taken_back_stays_so(work: decisions.DecisionScene, learning: User) -> None:
    event = decisions.signed(work)
    join(learning, work.learner, work.coach)
    part(learning, work.learner)
    assert accounts_of(work.learner) == [work.learner]
    assert status(event) == "revoked"
    texts = Notice.objects.filter(kind="assessments.accounts_parted")
    assert {notice.person for notice in texts} == {work.learner, work.coach}
    assert all("Two sisters." in notice.text for notice in texts)
    coaching.assign(work.enrolment, work.coach, at=LATER + 2 * DAY)
    again = decisions.signed(work, LATER + 3 * DAY)
    assert status(again) == "active"
    assert found() == []
    with pytest.raises(Conflict, match="no other"):
        part(learning, work.learner)
    with pytest.raises(Invalid):
        part(learning, work.learner, reason=" ")


def test_of_three_accounts_one_is_parted_and_two_stay_one(work: decisions.DecisionScene, learning: User) -> None:
    one, two, three = people.person(), people.person(), people.person()
    join(learning, one, two)
    join(learning, two, three)
    key = basics.key()
    for _again in range(2):
        part(learning, one, key=key)
    assert Parting.objects.count() == 2
    assert accounts_of(three) == [two, three]
    assert accounts_of(one) == [one]
    assert found() == []


def test_who_was_parted_can_be_joined_again(work: decisions.DecisionScene, learning: User) -> None:
    one, other = people.person(), people.person()
    join(learning, one, other)
    part(learning, other)
    (made,) = join(learning, other, one, at=LATER + 2 * DAY)
    assert made.number == 2
    assert accounts_of(one) == [one, other]
    assert found() == []


# --- Pages


@pytest.fixture
def desk(learning: User) -> Client:
    return log_in(learning, sure=True)


def test_the_page_shows_both_and_what_falls_and_joins_them(work: decisions.DecisionScene, desk: Client) -> None:
    event = decisions.signed(work)
    User.objects.filter(pk=work.coach.pk).update(employee_number="E-77")
    search = reverse("people_join", args=[work.learner.uid])
    assert work.coach.email not in words_of(desk.get(search))
    assert work.coach.email in words_of(desk.get(search, {"who": "Coach"}))
    assert "Nobody like that." in words_of(desk.get(search, {"who": "Nobody by this name"}))
    url = reverse("people_join_two", args=[work.learner.uid, work.coach.uid])
    page = words_of(desk.get(url))
    for words in (work.learner.email, work.coach.email, "E-77", event.said, "signed by the other account", "coaches"):
        assert words in page
    assert desk.post(url, {"key": basics.key(), "reason": "", "sure": "on"}).status_code == 422
    answer = look_and_send(desk, url, {"key": basics.key(), "reason": WHY, "sure": "on"})
    assert answer.status_code == 302
    assert status(event) == "revoked"
    assert desk.get(url).status_code == 409


def test_what_was_not_shown_is_not_joined(work: decisions.DecisionScene, desk: Client) -> None:
    url = reverse("people_join_two", args=[work.learner.uid, work.coach.uid])
    answer = desk.post(url, {"key": basics.key(), "reason": WHY, "sure": "on", "shown": "0" * 64})
    assert answer.status_code == 409
    assert WHY in words_of(answer)
    assert not SamePerson.objects.exists()


def test_the_same_form_with_other_words_does_nothing_and_keeps_them(
    work: decisions.DecisionScene, desk: Client
) -> None:
    url = reverse("people_join_two", args=[work.learner.uid, work.coach.uid])
    form = {"key": basics.key(), "reason": WHY, "sure": "on"}
    assert look_and_send(desk, url, form).status_code == 302
    answer = desk.post(url, form | {"reason": "Other words altogether."})
    assert answer.status_code == 409
    assert "Other words altogether." in words_of(answer)
    assert SamePerson.objects.get().reason == WHY


def test_joining_and_parting_ask_who_one_is(work: decisions.DecisionScene, learning: User) -> None:
    client = log_in(learning)
    other = people.person()
    for name, args in (("people_join_two", [work.learner.uid, other.uid]), ("people_part", [work.learner.uid])):
        assert client.get(reverse(name, args=args))["Location"].startswith(reverse("account_reauthenticate"))


def test_the_page_of_each_account_names_the_other(work: decisions.DecisionScene, desk: Client) -> None:
    other = people.person("Lea Other")
    humans.one_human(work.learner, other)
    for one, two in ((work.learner, other), (other, work.learner)):
        page = words_of(desk.get(reverse("people_record", args=[one.uid])))
        assert "Also has the account" in page
        assert two.email in page
        assert "Entered twice." in page
        assert two.email in words_of(log_in(one).get(reverse("people_own_record")))
    manager = people.person("Max")
    people.team(work.learner, manager=manager)
    assert other.email not in words_of(log_in(manager).get(reverse("people_record", args=[work.learner.uid])))


def test_the_list_of_people_marks_who_has_another_account(work: decisions.DecisionScene, desk: Client) -> None:
    other = people.person("Lea Other")
    assert "Also has the account" not in words_of(desk.get(reverse("people")))
    humans.one_human(work.learner, other)
    page = words_of(desk.get(reverse("people")))
    assert f"Also has the account {other.email}" in page
    assert f"Also has the account {work.learner.email}" in page


def test_parting_says_what_stays_and_is_for_who_is_joined(work: decisions.DecisionScene, desk: Client) -> None:
    other = people.person("Lea Other")
    url = reverse("people_part", args=[work.learner.uid])
    assert desk.get(url).status_code == 409
    humans.one_human(work.learner, other)
    page = words_of(desk.get(url))
    assert "stays so" in page
    assert other.email in page
    assert desk.post(url, {"key": basics.key(), "reason": ""}).status_code == 422
    assert desk.post(url, {"key": basics.key(), "reason": "Two sisters."}).status_code == 302
    assert accounts_of(work.learner) == [work.learner]
    assert "Parted on" in words_of(desk.get(reverse("people_record", args=[work.learner.uid])))


def test_nothing_stays_of_a_joining_that_failed(work: decisions.DecisionScene, learning: User) -> None:
    event = decisions.signed(work)
    with taken_back():
        join(learning, work.learner, work.coach)
    assert status(event) == "active"
    assert shows(event)
    assert not SamePerson.objects.exists()
