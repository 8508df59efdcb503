"""Cases: asking to be seen, claiming, returning, and when a case is ready."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from assessments.api import (
    answer_request,
    claim_case,
    lapse_requests,
    may_read_observations,
    read_observations,
    request_observation,
    return_case,
    withdraw_request,
)
from assessments.errors import AlreadyDecided
from assessments.models import Case, CaseReading, Request, SignOffEvent
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from lms.models import Act, Notice, User
from tests.factories import basics, coaching, decisions, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def work() -> decisions.DecisionScene:
    return decisions.decision_scene()


def ask(work: decisions.DecisionScene, who: User, **fields: Any) -> Request:
    values = {
        "actor": work.learner,
        "enrolment_uid": work.enrolment.uid,
        "step_uid": work.step_uid,
        "observer_uid": who.uid,
        "context": "on site",
        "planned_on": basics.MONDAY.date() + DAY,
        "key": basics.key(),
        "at": basics.MONDAY,
    }
    return request_observation(**values | fields)


def second_coach(work: decisions.DecisionScene) -> User:
    """Somebody else who may decide: an active cover."""
    profile = coaching.coach_profile(coaching.observer(*work.skills, name="Cover"))
    coaching.assign(work.enrolment, profile.person, kind="cover")
    return profile.person


def refused(error: type[DomainError], act: Any, **fields: Any) -> DomainError:
    """The act is refused with a sentence, and no row changed."""
    before = basics.rows(Case, Request, CaseReading, SignOffEvent, Act, Notice)
    with pytest.raises(error) as raised, transaction.atomic():
        act(**fields)
    assert str(raised.value).strip().endswith(".")
    assert basics.rows(Case, Request, CaseReading, SignOffEvent, Act, Notice) == before
    return raised.value


# --- Asking to be seen --------------------------------------------------------------------------------------------


def test_asking_opens_a_case_and_tells_the_observer(work: decisions.DecisionScene) -> None:
    who = work.another()
    request = ask(work, who)
    assert (request.observer, request.status, request.case.status) == (who, "open", "collecting")
    assert (work.case.round, work.case.version, work.case.learner) == (1, work.version, work.learner)
    assert Notice.objects.filter(person=who).count() == 1
    assert ask(work, work.another()).case == request.case


def test_asking_twice_with_one_key_is_one_request(work: decisions.DecisionScene) -> None:
    who, key = work.another(), basics.key()
    assert ask(work, who, key=key) == ask(work, who, key=key)
    assert (Request.objects.count(), Case.objects.count(), Notice.objects.filter(person=who).count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("context", {"context": "in a dream"}),
        ("planned_on", {"planned_on": basics.MONDAY.date() - DAY}),
        ("planned_on", {"planned_on": basics.MONDAY.date() + timedelta(days=366)}),
    ],
)
def test_a_request_that_cannot_be_met_is_refused(
    work: decisions.DecisionScene, field: str, fields: dict[str, Any]
) -> None:
    error = refused(Invalid, ask, work=work, who=work.another(), **fields)
    assert field in error.fields


def test_the_observer_must_hold_a_grant_now_and_be_somebody_else(work: decisions.DecisionScene) -> None:
    coaching.grant(work.learner, *work.skills)
    lapsed = coaching.observer(*work.skills, until_on=basics.MONDAY.date() - DAY)
    gone = coaching.observer(*work.skills)
    User.objects.filter(pk=gone.pk).update(is_active=False, deactivated_at=basics.MONDAY)
    for who in (work.learner, lapsed, gone, people.person("Without")):
        assert "observer" in refused(Invalid, ask, work=work, who=who).fields


def test_nobody_asks_for_somebody_else(work: decisions.DecisionScene) -> None:
    refused(NotFound, ask, work=work, who=work.another(), actor=work.coach)


def test_a_locked_demonstration_cannot_be_asked_for() -> None:
    decisions.plain_standard()
    step = decisions.demonstration_step(unlock={"all": [{"day": 9}]})
    role = paths.role(paths.requires("discovery"))
    enrolment = paths.enrolment(people.person("Learner"), paths.path(step, role_version=role))
    who = coaching.observer("discovery")
    with pytest.raises(NotAllowed):
        request_observation(
            actor=enrolment.person,
            enrolment_uid=enrolment.uid,
            step_uid=step.uid,
            observer_uid=who.uid,
            context="on site",
            planned_on=basics.MONDAY.date(),
            key=basics.key(),
            at=basics.MONDAY,
        )
    assert not Case.objects.exists()


def test_one_person_is_asked_once_for_a_day(work: decisions.DecisionScene) -> None:
    who = work.another()
    first = ask(work, who)
    refused(Conflict, ask, work=work, who=who)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Request.objects.create(
            case=first.case, observer=who, context="on site", planned_on=first.planned_on, made_at=basics.MONDAY
        )
    assert connection.vendor == "sqlite" or "request_open_once_per_day" in str(error.value)
    withdraw_request(actor=work.learner, request_uid=first.uid, key=basics.key(), at=basics.MONDAY)
    assert ask(work, who).pk != first.pk


def test_the_observer_answers_once(work: decisions.DecisionScene) -> None:
    who, key = work.another(), basics.key()
    request = ask(work, who)
    refused(
        Invalid, answer_request, actor=who, request_uid=request.uid, accept=False, key=basics.key(), at=basics.MONDAY
    )
    for actor, error in ((work.learner, NotAllowed), (work.coach, NotAllowed), (work.another(), NotFound)):
        refused(
            error, answer_request, actor=actor, request_uid=request.uid, accept=True, key=basics.key(), at=basics.MONDAY
        )
    for _again in range(2):
        found = answer_request(actor=who, request_uid=request.uid, accept=True, key=key, at=basics.MONDAY)
        assert found.status == "accepted"
    refused(
        Conflict,
        answer_request,
        actor=who,
        request_uid=request.uid,
        accept=False,
        note="No.",
        key=basics.key(),
        at=basics.MONDAY,
    )
    assert Notice.objects.filter(person=work.learner).count() == 1


def test_a_withdrawn_request_is_gone_for_the_observer(work: decisions.DecisionScene) -> None:
    who = work.another()
    request = ask(work, who)
    withdraw_request(actor=work.learner, request_uid=request.uid, key=basics.key(), at=basics.MONDAY)
    refused(
        NotFound, answer_request, actor=who, request_uid=request.uid, accept=True, key=basics.key(), at=basics.MONDAY
    )


def test_a_request_lapses_fourteen_days_after_its_day(work: decisions.DecisionScene) -> None:
    request = ask(work, work.another(), planned_on=basics.MONDAY.date())
    assert lapse_requests(basics.MONDAY + 14 * DAY) == 0
    assert lapse_requests(basics.MONDAY + 15 * DAY) == 1
    request.refresh_from_db()
    assert request.status == "lapsed"


# --- Ready, returned, another round -------------------------------------------------------------------------------


def test_a_case_is_ready_when_its_rule_is_met_and_not_before(work: decisions.DecisionScene) -> None:
    decisions.watch(work, work.another())
    assert (work.case.status, work.case.ready_at) == ("collecting", None)
    decisions.watch(work, work.another(), context="on the phone")
    assert (work.case.status, work.case.ready_at) == ("ready", basics.MONDAY)


giving_back = partial(looked, return_case)


def test_returning_asks_for_more_and_decides_nothing(work: decisions.DecisionScene) -> None:
    decisions.enough_evidence(work)
    key = basics.key()
    refused(
        Invalid, giving_back, actor=work.coach, case_uid=work.case.uid, missing=" ", key=basics.key(), at=basics.MONDAY
    )
    for _again in range(2):
        looked(return_case, actor=work.coach, case_uid=work.case.uid, missing="The notes.", key=key, at=basics.MONDAY)
    assert (work.case.status, work.case.return_note, work.case.claimed_by) == ("collecting", "The notes.", None)
    assert SignOffEvent.objects.count() == 0
    decisions.sign(work)
    refused(
        AlreadyDecided,
        giving_back,
        actor=work.coach,
        case_uid=work.case.uid,
        missing="More.",
        key=basics.key(),
        at=basics.MONDAY,
    )


def test_a_round_after_not_yet_begins_with_no_observations(work: decisions.DecisionScene) -> None:
    first = decisions.enough_evidence(work)
    decisions.sign(work, verdicts=decisions.not_yet_on_all(work))
    decisions.watch(work, work.another(), basics.MONDAY + DAY)
    assert (work.case.round, work.case.observations.count(), first.observations.count()) == (2, 1, 2)
    with pytest.raises(Invalid):
        decisions.sign(work, basics.MONDAY + DAY)


def test_the_database_holds_one_open_case_a_standard_and_each_round_once(work: decisions.DecisionScene) -> None:
    case = decisions.enough_evidence(work)
    values = {
        "enrolment": work.enrolment,
        "learner": work.learner,
        "version": work.version,
        "standard_uid": work.standard_uid,
        "opened_at": basics.MONDAY,
    }
    for name, fields in (
        ("case_open_once_per_standard", {"round": 2}),
        ("case_round_once", {"round": 1, "status": "decided", "decided_at": basics.MONDAY}),
        ("case_decided_at_a_moment", {"round": 2, "status": "decided"}),
    ):
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            Case.objects.create(**values | fields)
        assert connection.vendor == "sqlite" or name in str(error.value)
    assert list(Case.objects.all()) == [case]


# --- Claiming -----------------------------------------------------------------------------------------------------


def test_two_people_cannot_both_claim_and_a_claim_is_a_lease(work: decisions.DecisionScene) -> None:
    cover, case = second_coach(work), decisions.enough_evidence(work)
    claim_case(actor=work.coach, case_uid=case.uid, at=basics.MONDAY)
    refused(Conflict, claim_case, actor=cover, case_uid=case.uid, at=basics.MONDAY + 29 * MINUTE)
    assert work.case.claimed_by == work.coach
    claim_case(actor=cover, case_uid=case.uid, at=basics.MONDAY + 30 * MINUTE)
    assert (work.case.claimed_by, work.case.claimed_until) == (cover, basics.MONDAY + 60 * MINUTE)
    refused(Conflict, claim_case, actor=work.coach, case_uid=case.uid, at=basics.MONDAY + 31 * MINUTE)


def test_claiming_a_case_again_prolongs_the_claim(work: decisions.DecisionScene) -> None:
    case = decisions.enough_evidence(work)
    claim_case(actor=work.coach, case_uid=case.uid, at=basics.MONDAY)
    claim_case(actor=work.coach, case_uid=case.uid, at=basics.MONDAY + 20 * MINUTE)
    assert work.case.claimed_until == basics.MONDAY + 50 * MINUTE


def test_a_claim_keeps_others_from_deciding_and_returning_until_it_ends(work: decisions.DecisionScene) -> None:
    cover, case = second_coach(work), decisions.enough_evidence(work)
    claim_case(actor=cover, case_uid=case.uid, at=basics.MONDAY)
    refused(Conflict, decisions.sign, work=work, at=basics.MONDAY + MINUTE)
    refused(
        Conflict,
        giving_back,
        actor=work.coach,
        case_uid=case.uid,
        missing="More.",
        key=basics.key(),
        at=basics.MONDAY + MINUTE,
    )
    (event,) = decisions.sign(work, basics.MONDAY + 30 * MINUTE)
    assert event.signer == work.coach
    assert (work.case.status, work.case.claimed_by, work.case.claimed_until) == ("decided", None, None)


def test_a_claim_by_somebody_who_left_strands_nothing(work: decisions.DecisionScene) -> None:
    cover, case = second_coach(work), decisions.enough_evidence(work)
    claim_case(actor=cover, case_uid=case.uid, at=basics.MONDAY)
    User.objects.filter(pk=cover.pk).update(is_active=False, deactivated_at=basics.MONDAY)
    claim_case(actor=work.coach, case_uid=case.uid, at=basics.MONDAY + 30 * MINUTE)
    assert work.case.claimed_by == work.coach


def test_a_decided_case_is_not_claimed(work: decisions.DecisionScene) -> None:
    case = decisions.enough_evidence(work)
    decisions.sign(work)
    refused(AlreadyDecided, claim_case, actor=work.coach, case_uid=case.uid, at=basics.MONDAY)


def test_only_a_present_coach_claims(work: decisions.DecisionScene) -> None:
    case = decisions.enough_evidence(work)
    refused(NotAllowed, claim_case, actor=work.learner, case_uid=case.uid, at=basics.MONDAY)
    refused(NotAllowed, claim_case, actor=work.observers[0], case_uid=case.uid, at=basics.MONDAY)
    refused(NotFound, claim_case, actor=people.administrator(), case_uid=case.uid, at=basics.MONDAY)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("case_not_claimed_by_learner", lambda work: {"claimed_by": work.learner, "claimed_until": basics.MONDAY}),
        ("case_claim_is_a_lease", lambda work: {"claimed_by": work.coach}),
        ("case_claim_is_a_lease", lambda work: {"claimed_until": basics.MONDAY}),
    ],
)
def test_the_database_keeps_claims_whole(work: decisions.DecisionScene, name: str, fields: Any) -> None:
    case = decisions.enough_evidence(work)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**fields(work))


# --- Blind to each other (invariant 5) ----------------------------------------------------------------------------


def test_observations_are_hidden_until_ones_own_is_written(work: decisions.DecisionScene) -> None:
    decisions.watch(work, work.another())
    case, other = work.case, work.another()
    assert may_read_observations(work.learner, case)
    assert not may_read_observations(other, case)
    assert not may_read_observations(work.coach, case)
    assert not may_read_observations(people.administrator(), case)
    decisions.watch(work, other)
    assert may_read_observations(other, case)
    assert not may_read_observations(work.coach, case)


def test_after_the_decision_nothing_is_hidden_any_more(work: decisions.DecisionScene) -> None:
    decisions.enough_evidence(work)
    assert not may_read_observations(work.coach, work.case)
    decisions.sign(work)
    assert may_read_observations(work.coach, work.case)


def test_who_chose_to_read_no_longer_writes(work: decisions.DecisionScene) -> None:
    decisions.watch(work, work.another())
    key = basics.key()
    for _again in range(2):
        read_observations(actor=work.coach, case_uid=work.case.uid, key=key, at=basics.MONDAY)
    assert may_read_observations(work.coach, work.case)
    assert CaseReading.objects.count() == 1
    refused(NotAllowed, decisions.watch, work=work, who=work.coach)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        CaseReading.objects.create(case=work.case, person=work.coach, read_at=basics.MONDAY)
    assert connection.vendor == "sqlite" or "case_reading_once" in str(error.value)


def test_only_the_present_coach_may_choose_to_read(work: decisions.DecisionScene) -> None:
    decisions.watch(work, work.another())
    case = work.case
    refused(
        NotAllowed, read_observations, actor=work.observers[0], case_uid=case.uid, key=basics.key(), at=basics.MONDAY
    )
    refused(NotFound, read_observations, actor=work.another(), case_uid=case.uid, key=basics.key(), at=basics.MONDAY)
    assert not may_read_observations(people.in_group("Learning administrators"), case)


def test_a_new_round_begins_blind_again(work: decisions.DecisionScene) -> None:
    decisions.watch(work, work.another())
    read_observations(actor=work.coach, case_uid=work.case.uid, key=basics.key(), at=basics.MONDAY)
    decisions.sign(work, verdicts=decisions.not_yet_on_all(work))
    decisions.watch(work, work.another(), basics.MONDAY + DAY)
    assert not may_read_observations(work.coach, work.case)
    decisions.watch(work, work.coach, basics.MONDAY + DAY)
    assert may_read_observations(work.coach, work.case)
