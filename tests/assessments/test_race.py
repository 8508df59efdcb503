"""Several people, or several clicks, at the very same moment (invariant 8). Threads with connections of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from assessments.api import (
    add_evidence,
    claim_case,
    countersign,
    decide_case,
    rebuild_gates,
    revoke_signoff,
    verify_ledger,
    withdraw_evidence,
)
from assessments.errors import AlreadyDecided
from assessments.models import Case, Observation, ReadySpell, SignOffEvent
from lms import clock
from lms.api import RoleHolding, enrol
from lms.errors import Changed, Conflict, NotAllowed
from lms.models import Notice, SkillGate, StepCompletion
from tests.factories import basics, coaching, decisions, opening, paths, people
from tests.shown import looked, seen

pytestmark = pytest.mark.django_db(transaction=True)

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
THREADS, ROUNDS = 8, 20


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Begin all acts at one moment; what each returned or raised, in order. Connections are closed."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return act()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def rounds(work: decisions.DecisionScene, count: int = ROUNDS) -> Any:
    """One case ready to decide a round; each round a day later."""
    for number in range(count):
        at = basics.MONDAY + number * DAY
        decisions.watch(work, work.observers[0], at - 2 * MINUTE)
        decisions.watch(work, work.observers[1], at - MINUTE, context="on the phone")
        yield number, at


@pytest.fixture
def work() -> decisions.DecisionScene:
    work = decisions.decision_scene("visit", "listening", "numbers")
    work.another()
    work.another()
    return work


def decided(case: Case) -> list[SignOffEvent]:
    return list(case.events.filter(kind="SIGNED").order_by("seq"))


def test_one_decision_sent_eight_times_is_one_with_eight_equal_answers(work: decisions.DecisionScene) -> None:
    for number, at in rounds(work):
        key = basics.key()
        told = Notice.objects.filter(person=work.learner, kind="assessments.decided")
        notices = told.count()
        answers = at_once(*[partial(decisions.sign, work, at, key=key)] * THREADS)
        made = decided(work.case)
        assert [event.skill.slug for event in made] == ["listening", "numbers"]
        assert answers == [made] * THREADS
        assert told.count() == notices + 1
        assert SignOffEvent.objects.filter(kind="SIGNED").count() == 2 * (number + 1)
    assert SkillGate.objects.filter(gate="show").count() == 2
    assert StepCompletion.objects.count() == 1
    assert verify_ledger(at=basics.AFTERWARDS).findings == ()
    assert rebuild_gates(check=True) == ([], [])


def test_eight_decisions_at_once_are_one_decision_and_seven_conflicts(work: decisions.DecisionScene) -> None:
    for number, at in rounds(work):
        answers = at_once(*[partial(decisions.sign, work, at)] * THREADS)
        made = decided(work.case)
        assert answers.count(made) == 1, answers
        lost = [answer for answer in answers if answer != made]
        assert [type(error) for error in lost] == [AlreadyDecided] * (THREADS - 1), answers
        assert all(isinstance(error, Conflict) for error in lost)
        assert SignOffEvent.objects.filter(kind="SIGNED").count() == 2 * (number + 1)
    assert verify_ledger(at=basics.AFTERWARDS).findings == ()


def test_two_people_at_once_claim_once_and_decide_once(work: decisions.DecisionScene) -> None:
    cover = coaching.coach_profile(coaching.observer(*work.skills, name="Cover")).person
    coaching.assign(work.enrolment, cover, kind="cover")
    persons = [work.coach, cover] * (THREADS // 2)
    for _number, at in rounds(work, 10):
        case = work.case
        answers = at_once(*[partial(claim_case, actor=who, case_uid=case.uid, at=at) for who in persons])
        winner = work.case.claimed_by
        assert winner in (work.coach, cover)
        assert all(
            (answer == case) if who == winner else isinstance(answer, Conflict)
            for who, answer in zip(persons, answers, strict=True)
        ), answers
        answers = at_once(*[partial(decisions.sign, work, at + MINUTE, actor=who) for who in persons])
        made = decided(case)
        assert {event.signer for event in made} == {winner}
        assert answers.count(made) == 1
        assert sum(isinstance(answer, Conflict) for answer in answers) == THREADS - 1, answers


def test_an_observation_sent_eight_times_is_one(work: decisions.DecisionScene) -> None:
    for number in range(5):
        at = basics.MONDAY + number * DAY
        key = basics.key()
        sealed = decisions.seal(work.observers[0], work.enrolment.uid, at)  # it holds the second in which it was made
        answers = at_once(*[partial(decisions.watch, work, work.observers[0], at, key=key, seal=sealed)] * THREADS)
        assert len({answer.pk for answer in answers}) == 1, answers
        assert Observation.objects.count() == number + 1
    assert Case.objects.count() == 1


def test_one_text_sent_with_eight_keys_at_once_is_one_observation(work: decisions.DecisionScene) -> None:
    for number in range(5):
        at = basics.MONDAY + number * DAY
        same = decisions.seal(work.observers[0], work.enrolment.uid, at)
        answers = at_once(*[partial(decisions.watch, work, work.observers[0], at, seal=same)] * THREADS)
        assert sum(isinstance(answer, Conflict) for answer in answers) == THREADS - 1, answers
        assert Observation.objects.count() == number + 1


def test_two_first_observations_at_once_open_one_case(work: decisions.DecisionScene) -> None:
    for number in range(5):
        at = basics.MONDAY + number * DAY
        answers = at_once(*[partial(decisions.watch, work, who, at) for who in work.observers])
        assert {answer.case for answer in answers} == {work.case}
        decisions.sign(work, at + MINUTE, verdicts=decisions.not_yet_on_all(work, at))
        assert Case.objects.count() == number + 1


def test_countersign_and_revoke_at_once_are_in_order_or_refused(
    work: decisions.DecisionScene,
) -> None:
    """H4: who revokes read a decision that still waited, and is not made to sign against one that counts."""
    decisions.make_coach_line_manager(work)
    persons = [people.in_group("Learning administrators") for _number in range(3)]
    for _number, at in rounds(work, 8):
        event = decisions.sign(work, at)[0]
        common = {"event_uid": event.uid, "at": at + MINUTE}
        answers = at_once(
            *[
                partial(looked, countersign, actor=who, agree=True, why="Yes.", key=basics.key(), **common)
                for who in persons
            ],
            *[
                partial(looked, revoke_signoff, actor=who, reason="Wrong.", key=basics.key(), **common)
                for who in persons
            ],
        )
        kinds = list(SignOffEvent.objects.filter(about=event).order_by("seq").values_list("kind", flat=True))
        assert kinds in (["REVOKED"], ["COUNTERSIGNED"], ["COUNTERSIGNED", "REVOKED"]), answers
        assert sum(isinstance(answer, Conflict) for answer in answers) == 6 - len(kinds), answers
        counts = kinds == ["COUNTERSIGNED"]
        assert SkillGate.objects.filter(source=f"signoff:{event.uid}").exists() == counts
    assert verify_ledger(at=basics.AFTERWARDS).findings == ()


def test_two_who_decide_about_each_other_at_once_the_second_is_flagged() -> None:
    """Each transaction holds its learner and points at the other's; the second sees what the first signed."""
    first, second = decisions.decision_scene("one"), decisions.decision_scene("two")
    for mine, theirs in ((first, second), (second, first)):
        coaching.grant(theirs.learner, *mine.skills)
        coaching.assign(mine.enrolment, coaching.coach_profile(theirs.learner).person, kind="cover")
        mine.coach = theirs.learner
        mine.another()
        mine.another()
    for number in range(10):
        at = basics.MONDAY + number * DAY
        for work in (first, second):
            decisions.watch(work, work.observers[0], at - 2 * MINUTE)
            decisions.watch(work, work.observers[1], at - MINUTE, context="on the phone")
        answers = at_once(*[partial(decisions.sign, work, at) for work in (first, second)])
        assert [type(answer) for answer in answers] == [list, list], answers
        flagged = [event for made in answers for event in made if "reciprocal" in event.flags]
        assert len({event.signer_id for event in flagged}) == min(number + 1, 2)
    assert verify_ledger(at=basics.AFTERWARDS).findings == ()


@pytest.mark.parametrize("adds", [True, False])
def test_evidence_that_lands_during_a_decision_was_seen_or_is_refused(
    work: decisions.DecisionScene, adds: bool
) -> None:
    """H4: what a sign-off says was looked at is what its page showed, whoever is first."""
    outcomes = set()
    for number, at in rounds(work, 10):
        there = {"case_uid": work.case.uid, "actor": work.learner}
        piece = add_evidence(**there, text=f"Notes {number}.", key=basics.key(), at=at)
        case, shown = work.case, seen(decide_case, actor=work.coach, case_uid=work.case.uid, at=at)
        change = (
            partial(add_evidence, **there, text="Sign it anyway.", key=basics.key(), at=at)
            if adds
            else partial(withdraw_evidence, actor=work.learner, evidence_uid=piece.uid, key=basics.key(), at=at)
        )
        answers = at_once(partial(decisions.sign, work, at, case_uid=case.uid, shown=shown), change)
        event = SignOffEvent.objects.filter(case=case).first()
        if event is None:
            assert isinstance(answers[0], Changed), answers
            decisions.sign(work, at, case_uid=case.uid)
        else:
            assert list(event.payload["evidence"]) == [str(piece.uid)]
            assert isinstance(answers[1], NotAllowed), answers
        outcomes.add(event is None)
    assert outcomes
    assert verify_ledger(at=basics.AFTERWARDS).findings == ()


def test_two_paths_to_a_role_begun_at_once_make_somebody_ready_once() -> None:
    """Each of the two finds the person vouched for, and nothing written down yet."""
    for number in range(4):
        scene = opening.opening(f"Olga Held {number}")
        role = paths.role(paths.requires("listening", 3, critical=True), slug=f"role-{number}")
        made = [paths.path(paths.step("external", f"{name}-{number}"), role_version=role) for name in ("one", "two")]
        scene.confirmed(scene.recorded(scene.attests(3, "listening"), role_version_uid=role.uid))
        ReadySpell.objects.all().delete()
        RoleHolding.objects.all().delete()
        fields = {"person_uid": scene.person.uid, "started_on": clock.now().date(), "at": clock.now()}
        acts = [
            partial(enrol, actor=scene.recorder, path_uid=version.path.uid, key=basics.key(), **fields)
            for version in made
        ]
        assert [found for found in at_once(*acts) if isinstance(found, Exception)] == []
        assert ReadySpell.objects.filter(person=scene.person).count() == 1
        assert Notice.objects.filter(person=scene.person, kind="assessments.ready").count() == 2, (
            "that before, and this"
        )
