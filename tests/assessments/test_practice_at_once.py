"""Eight at the same moment: one act stays one row, with practice and with recall."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections

from assessments import api
from assessments.models import Attempt, AttemptChoice, OpenResponse, RecallAnswer, ReviewCard, TryFact
from lms.api import Act, SkillGate, TalkFact
from lms.errors import Conflict
from tests.assessments.test_practice import BEST, learner, mark, play, say, start, write
from tests.factories import basics, paths, people, practice

pytestmark = pytest.mark.django_db(transaction=True)

EIGHT = 8


def at_once(act: Callable[[int], object]) -> list[Exception]:
    """Run ``act(0..7)`` in threads that begin together; what they raised."""
    errors: list[Exception] = []
    gate = threading.Barrier(EIGHT)

    def run(number: int) -> None:
        try:
            gate.wait()
            act(number)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(EIGHT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_one_key_begins_one_attempt() -> None:
    who, key = learner("quay"), basics.key()
    found: set[UUID] = set()
    assert at_once(lambda _n: found.add(start(who, key=key).uid)) == []
    assert found == {key}
    assert Attempt.objects.count() == Act.objects.filter(name="practice.start").count() == 1


def test_eight_tabs_begin_one_attempt() -> None:
    who = learner("quay")
    found: set[UUID] = set()
    assert at_once(lambda _n: found.add(start(who).uid)) == []
    assert len(found) == Attempt.objects.count() == 1


def test_one_key_is_one_choice() -> None:
    attempt, key = start(learner("quay")), basics.key()
    values = {"node": "first", "choice": "first-best", "confidence": "sure", "key": key, "at": basics.MONDAY}
    assert at_once(lambda _n: api.choose_in_attempt(actor=attempt.person, attempt_uid=attempt.uid, **values)) == []
    assert AttemptChoice.objects.count() == Act.objects.filter(name="practice.choose").count() == 1


def test_eight_tabs_are_one_choice_and_seven_conflicts() -> None:
    attempt = start(learner("quay"))

    def choose(number: int) -> None:
        choice = ("first-best", "first-weak")[number % 2]
        api.choose_in_attempt(
            actor=attempt.person,
            attempt_uid=attempt.uid,
            node="first",
            choice=choice,
            confidence="sure",
            key=basics.key(),
            at=basics.MONDAY,
        )

    errors = at_once(choose)
    assert [type(error) for error in errors] == [Conflict] * 7
    assert AttemptChoice.objects.count() == 1


def test_one_key_finishes_once_and_opens_once() -> None:
    who = learner("quay")
    play(who, seed=1)
    later = basics.MONDAY + timedelta(days=1)
    attempt = start(who, at=later, restart=True)
    Attempt.objects.filter(pk=attempt.pk).update(seed=2)
    for choice in BEST:
        say(attempt, choice, later)
    write(attempt, at=later)
    key = basics.key()
    assert at_once(lambda _n: mark(attempt, at=later, key=key)) == []
    assert OpenResponse.objects.filter(attempt=attempt).count() == 1
    assert TryFact.objects.count() == SkillGate.objects.filter(gate="try").count() == 2


def test_one_key_sent_at_once_deletes_an_attempt_once() -> None:
    attempt, key = start(learner("quay")), basics.key()
    values = {"actor": attempt.person, "attempt_uid": attempt.uid, "key": key, "at": basics.MONDAY}
    assert at_once(lambda _n: api.delete_attempt(**values)) == []
    assert Act.objects.filter(name="practice.delete").count() == 1


@pytest.mark.parametrize("same_key", [True, False])
def test_answering_recall_at_once(same_key: bool) -> None:
    who, key = people.person(), basics.key()
    lesson = paths.lesson("lesson one", "listening", recalls=1)
    paths.enrolment(
        who, paths.path(paths.step("course", content="course one", lessons=(lesson,), skills=("listening",)))
    )
    practice.published_recalls(lesson.uid, practice.recall_spec("q1"))
    question = api.questions_of(lesson.uid, who, at=basics.MONDAY)[0]
    sign = next(item.sign for item in question.options if item.text.startswith("Good"))

    def answer(_number: int) -> None:
        api.answer_recall(
            actor=who, recall_uid=question.uid, option=sign, key=key if same_key else basics.key(), at=basics.MONDAY
        )

    assert at_once(answer) == []
    assert RecallAnswer.objects.count() == (1 if same_key else EIGHT)
    assert ReviewCard.objects.get().interval_days == 1
    assert TalkFact.objects.filter(ended_at=None).count() == 1
