"""Whatever takes two people is refused between two accounts of one human, act by act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from assessments.api import (
    answer_erasure,
    answer_request,
    ask_erasure,
    countersign,
    end_person,
    request_observation,
    revoke_signoff,
    take_back_path,
    take_over_request,
)
from assessments.models import Request, SignOffEvent
from assessments.services.cases.examining import examine_cases
from coaching.api import (
    accept_post,
    answer_challenge,
    assign_coach,
    confirm_commitment,
    end_assignment,
    give_grants,
    hold_session,
    observers_for,
    propose_coach,
)
from coaching.models import Challenge, CoachProfile
from coaching.policies import assignment_policy
from coaching.services.coaches import coaches_on, present_coach
from lms.api import User, enrol, extend_step, give_duty, mark_external_done, pause_path, plan_leave, waive_step
from lms.errors import Invalid, NotAllowed, NotFound
from tests.assessments.forging import taken_back
from tests.factories import basics, coaching, decisions, humans, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db

AT, DAY = basics.MONDAY, timedelta(days=1)
REFUSED = (NotAllowed, NotFound, Invalid)
EXTERNAL, PROMISE, TALK = basics.uid("elsewhere"), basics.uid("promise"), basics.uid("talk")


@dataclass
class Twins:
    """A learner, and another account that may do everything: manager, coach, observer, L&D, administrator."""

    work: decisions.DecisionScene
    twin: User
    learning: User

    @property
    def learner(self) -> User:
        return self.work.learner

    @property
    def path(self) -> dict[str, object]:
        """The fields of an act about the learner's path."""
        return {"enrolment_uid": self.work.enrolment.uid, "key": basics.key(), "at": AT}

    def coaches(self) -> None:
        """The other account is the learner's coach, beside the one they have."""
        coaching.assign(self.work.enrolment, self.twin, kind="cover")


@pytest.fixture
def twins() -> Twins:
    steps = [
        paths.step("external", "elsewhere"),
        paths.step("commitment", "promise", skills=["discovery"]),
        paths.step("session", "talk"),
    ]
    work = decisions.decision_scene(steps=steps)
    twin = coaching.observer(*work.skills, name="Twin")
    coaching.coach_profile(twin)
    people.team(work.learner, manager=twin)
    learning = people.in_group("Learning administrators", people.person("Ruta"))
    people.in_group("Learning administrators", twin)
    people.administrator(twin)
    return Twins(work, twin, learning)


# --- What takes two people: done by the learner's other account, or by the learner to it


def observe(s: Twins) -> None:
    decisions.watch(s.work, s.twin)


def ask_to_watch(s: Twins) -> Request:
    return request_observation(
        actor=s.learner,
        step_uid=s.work.step_uid,
        observer_uid=s.twin.uid,
        context="on site",
        planned_on=AT.date() + DAY,
        **s.path,
    )


def asked(s: Twins, observer: User) -> Request:
    """A request that stood before the two were joined."""
    decisions.watch(s.work, s.work.another())
    return Request.objects.create(
        uid=basics.key(),
        case=s.work.case,
        observer=observer,
        context="on site",
        planned_on=AT.date() + DAY,
        made_at=AT,
    )


def answer_asked(s: Twins) -> None:
    answer_request(actor=s.twin, request_uid=asked(s, s.twin).uid, accept=True, key=basics.key(), at=AT)


def take_over(s: Twins) -> None:
    away = {"away_from": AT.date(), "away_until": coaching.FAR, "cover": CoachProfile.objects.get(person=s.twin)}
    CoachProfile.objects.filter(person=s.work.coach).update(**away)
    take_over_request(actor=s.twin, request_uid=asked(s, s.work.coach).uid, key=basics.key(), at=AT)


def decide(s: Twins) -> None:
    s.coaches()
    decisions.enough_evidence(s.work)
    decisions.sign(s.work, actor=s.twin)


def flagged(s: Twins) -> SignOffEvent:
    """A sign-off that waits for a second signature."""
    people.second_manager(s.work.coach, s.learner)
    return decisions.signed(s.work)


def second_signature(event: SignOffEvent, who: User) -> SignOffEvent:
    fields = {"event_uid": event.uid, "agree": True, "why": "Read it.", "key": basics.key(), "at": AT}
    return looked(countersign, actor=who, **fields)


def sign_second(s: Twins) -> None:
    second_signature(flagged(s), s.twin)


def revoke(s: Twins) -> None:
    event = decisions.signed(s.work)
    looked(revoke_signoff, actor=s.twin, event_uid=event.uid, reason="By mistake.", key=basics.key(), at=AT)


def become_coach(s: Twins) -> None:
    looked(assign_coach, actor=s.learning, coach_uid=s.twin.uid, **s.path)


def be_proposed(s: Twins) -> None:
    propose_coach(actor=s.work.coach, coach_uid=s.twin.uid, reason="Knows them.", **s.path)


def give_a_coach(s: Twins) -> None:
    other = coaching.coach("Otto")
    looked(assign_coach, actor=s.twin, coach_uid=other.uid, **s.path)


def end_coaching(s: Twins) -> None:
    looked(end_assignment, actor=s.twin, reason="No longer.", **s.path)


def confirm(s: Twins) -> None:
    s.coaches()
    promise = coaching.commitment(s.work.enrolment, "discovery", status="done", step_uid=PROMISE)
    fields = {"commitment_uid": promise.uid, "skill_slugs": ["discovery"], "key": basics.key(), "at": coaching.soon()}
    looked(confirm_commitment, actor=s.twin, **fields)


def hold_talk(s: Twins) -> None:
    s.coaches()
    talk = coaching.session(s.work.enrolment, s.twin, AT, step_uid=TALK)
    hold_session(actor=s.twin, session_uid=talk.uid, held_at=AT, key=basics.key(), at=AT + DAY)


def accept_example(s: Twins) -> None:
    post = coaching.post(coaching.prompt("discovery"), s.learner, "example")
    looked(accept_post, actor=s.twin, post_uid=post.uid, key=basics.key(), at=coaching.soon())


def accept_answer(s: Twins) -> None:
    post = coaching.post(coaching.question("discovery", s.twin), s.learner)
    looked(accept_post, actor=s.twin, post_uid=post.uid, key=basics.key(), at=coaching.soon())


def open_locked(s: Twins) -> None:
    s.coaches()
    asked = Challenge.objects.create(
        uid=basics.key(),
        enrolment=s.work.enrolment,
        step_uid=s.work.step_uid,
        about_uid=s.work.standard_uid,
        title="Show it",
        why="Did it for years.",
        asked_at=AT,
    )
    fields = {"challenge_uid": asked.uid, "accept": True, "words": "Yes.", "key": basics.key(), "at": AT}
    looked(answer_challenge, actor=s.twin, **fields)


def give_a_grant(s: Twins) -> None:
    fields = {"skill_slugs": ["discovery"], "reason": "Knows it.", "key": basics.key(), "at": AT}
    looked(give_grants, actor=s.twin, person_uid=s.learner.uid, **fields)


def be_given_a_grant(s: Twins) -> None:
    people.in_group("Learning administrators", s.learner)
    other = paths.skill("margins")
    fields = {"skill_slugs": [other.slug], "reason": "Knows it.", "key": basics.key(), "at": AT}
    looked(give_grants, actor=s.learner, person_uid=s.twin.uid, **fields)


def pass_training(s: Twins) -> None:
    mark_external_done(actor=s.twin, step_uid=EXTERNAL, **s.path)


def waive(s: Twins) -> None:
    looked(waive_step, actor=s.twin, step_uid=EXTERNAL, reason="Did it.", **s.path)


def give_time(s: Twins) -> None:
    looked(extend_step, actor=s.twin, step_uid=EXTERNAL, due_on=AT.date() + 40 * DAY, reason="Ill.", **s.path)


def pause(s: Twins) -> None:
    looked(pause_path, actor=s.twin, from_on=AT.date(), reason="Away.", **s.path)


def take_path_back(s: Twins) -> None:
    looked(take_back_path, actor=s.twin, reason="The wrong one.", **s.path)


def put_on_a_path(s: Twins) -> None:
    path = paths.path(paths.step("external"), role_version=paths.role(paths.requires("margins")))
    fields = {"path_uid": path.path.uid, "started_on": AT.date(), "key": basics.key(), "at": AT}
    enrol(actor=s.twin, person_uid=s.learner.uid, **fields)


def send_on_leave(s: Twins) -> None:
    days = {"from_on": AT.date() + DAY, "until_on": None}
    plan_leave(actor=s.twin, person_uid=s.learner.uid, key=basics.key(), at=AT, **days)


def give_a_duty(s: Twins) -> None:
    fields = {"duty": "auditor", "reason": "Asked to.", "key": basics.key(), "at": AT}
    give_duty(actor=s.twin, person_uid=s.learner.uid, **fields)


def close_the_account(s: Twins) -> None:
    fields = {"last_day": AT.date(), "reason": "Moved.", "key": basics.key(), "at": AT}
    end_person(actor=s.twin, person_uid=s.learner.uid, **fields)


ACTS: dict[str, Callable[[Twins], object]] = {
    act.__name__: act
    for act in (
        observe,
        ask_to_watch,
        answer_asked,
        take_over,
        decide,
        sign_second,
        revoke,
        become_coach,
        be_proposed,
        give_a_coach,
        end_coaching,
        confirm,
        hold_talk,
        accept_example,
        accept_answer,
        open_locked,
        give_a_grant,
        be_given_a_grant,
        pass_training,
        waive,
        give_time,
        pause,
        take_path_back,
        put_on_a_path,
        send_on_leave,
        give_a_duty,
        close_the_account,
    )
}


@pytest.mark.parametrize("name", ACTS)
def test_nobody_does_to_an_account_of_their_own_what_takes_two(twins: Twins, name: str) -> None:
    """Somebody else with the same rights may; so may the account again, once it is known to be somebody else's."""
    with taken_back():
        ACTS[name](twins)
    joining = humans.one_human(twins.learner, twins.twin, at=AT - DAY)
    with taken_back(), pytest.raises(REFUSED):
        ACTS[name](twins)
    humans.parted(joining)
    ACTS[name](twins)


def test_a_manager_does_not_steer_an_account_of_their_own(twins: Twins) -> None:
    """Not only learning administrators may."""
    for duty in ("learning", "administrator"):
        people.duty_ended(twins.twin, duty)
    for act in (put_on_a_path, send_on_leave, waive):
        with taken_back():
            act(twins)
    humans.one_human(twins.learner, twins.twin)
    for act in (put_on_a_path, send_on_leave, waive):
        with taken_back(), pytest.raises(REFUSED):
            act(twins)


def test_one_human_is_no_second_signature(twins: Twins) -> None:
    """Neither for what another account of theirs signed, nor for what it saw."""
    event = flagged(twins)
    elsewhere = decisions.decision_scene("account", *twins.work.skills)
    decisions.watch(elsewhere, twins.twin)
    with taken_back():
        second_signature(event, twins.twin)
    for account in (twins.work.coach, twins.work.observers[0]):
        with taken_back():
            humans.one_human(account, twins.twin)
            with pytest.raises(NotAllowed):
                second_signature(event, twins.twin)
    assert second_signature(event, twins.twin).kind == "COUNTERSIGNED"


def test_two_observers_who_are_one_human_count_as_one(twins: Twins) -> None:
    case = decisions.enough_evidence(twins.work)
    one, other = twins.work.observers[:2]
    coaches = {twins.work.enrolment.pk: twins.work.coach.pk}

    def met() -> bool:
        return examine_cases([case], coaches, AT)[case.pk].ready

    assert met()
    joining = humans.one_human(one, other)
    assert not met()
    third = twins.work.another()
    decisions.watch(twins.work, third, AT, context="on video")
    assert met()
    humans.one_human(third, twins.learner)
    assert not met(), "what the learner saw of themself does not count"
    humans.parted(joining)
    assert met()


def test_what_a_coach_saw_by_another_account_is_their_own(twins: Twins) -> None:
    """At most one observation of the deciding coach counts (``max_from_coach``)."""
    work = twins.work
    decisions.watch(work, work.coach, AT, context="on site")
    decisions.watch(work, twins.twin, AT, context="on the phone")
    coaches = {work.enrolment.pk: work.coach.pk}
    found = examine_cases([work.case], coaches, AT)[work.case.pk].findings["discovery"]
    assert {item.name: item.have for item in found.lines}["observations"] == 2
    humans.one_human(work.coach, twins.twin)
    found = examine_cases([work.case], coaches, AT)[work.case.pk].findings["discovery"]
    assert {item.name: item.have for item in found.lines}["observations"] == 1
    by_twin = examine_cases([work.case], {work.enrolment.pk: twins.twin.pk}, AT)[work.case.pk].findings["discovery"]
    assert by_twin == found


def test_nobody_covers_for_the_coach_of_another_account_of_theirs(twins: Twins) -> None:
    away = {"away_from": AT.date(), "away_until": AT.date() + DAY, "cover": CoachProfile.objects.get(person=twins.twin)}
    CoachProfile.objects.filter(person=twins.work.coach).update(**away)
    enrolment = twins.work.enrolment

    def covers() -> tuple[User | None, str]:
        return present_coach(enrolment, AT.date()), coaches_on([enrolment.pk], AT.date()).present[enrolment.pk].cover

    assert covers() == (twins.twin, "Twin")
    humans.one_human(twins.learner, twins.twin)
    assert covers() == (twins.work.coach, "")


def test_nobody_is_offered_who_would_be_oneself(twins: Twins) -> None:
    skills = [skill.pk for skill in twins.work.version.skills.all()]
    assert twins.twin in observers_for(skills, [twins.learner], on=AT.date())
    humans.one_human(twins.learner, twins.twin)
    assert twins.twin not in observers_for(skills, [twins.learner], on=AT.date())
    assert not assignment_policy.queryset(twins.twin, "end").exists()
    assert assignment_policy.queryset(twins.learning, "end").exists()


def test_two_accounts_of_one_administrator_erase_nothing_together(twins: Twins) -> None:
    decisions.signed(twins.work)
    end_person(
        actor=twins.learning,
        person_uid=twins.learner.uid,
        last_day=AT.date(),
        reason="Moved.",
        key=basics.key(),
        at=AT,
    )
    one, other = people.administrator(), people.administrator()
    asked = ask_erasure(actor=one, person_uid=twins.learner.uid, reason="They asked.", key=basics.key(), at=AT)
    answer = {"request_uid": asked.uid, "agree": True, "at": AT}
    with taken_back():
        answer_erasure(actor=other, key=basics.key(), **answer)
    humans.one_human(one, other)
    with pytest.raises(NotAllowed, match="Another administrator"):
        answer_erasure(actor=other, key=basics.key(), **answer)
