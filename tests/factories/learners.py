"""A learner in the middle of a path, for the pages of learners. Time is near the clock's, as pages read the clock.

Apart from ``paths`` and ``people``, because it is made of all others: coaching, judging, recall and notices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from assessments.api import Case, Request, publish_recalls
from assessments.rules.specs import RecallSpec
from lms import clock
from lms.api import Enrolment, LessonCompletion, User, complete_lesson, set_labels
from lms.rules.specs import LabelSpec
from tests.factories import basics, coaching, judging, notices, paths, people


def today() -> date:
    """The day in UTC, which is the learners' own zone here."""
    return clock.today("UTC")


def days_ago(days: int) -> date:
    """A day in the past (negative: to come)."""
    return today() - timedelta(days)


@dataclass
class LearnerOnPath:
    """A learner with coach and manager, on day 23 of a path of everything, and what is under way there."""

    learner: User
    coach: User
    manager: User
    enrolment: Enrolment


def learner_on_path(size: int = 1, *, waits: int = 1, day: int = 23, **fields: Any) -> LearnerOnPath:
    """``size``: how many courses, practices ... the path has; ``waits``: how much lies with others."""
    learner, manager = people.person("Leonie Berg"), people.person("Henrike Voss")
    coach = coaching.coach("Sam Okafor", capacity=9)
    people.team(learner, manager=manager)
    version = paths.path(*_milestones(size))
    enrolment = paths.enrolment(learner, version, started_on=days_ago(day), **fields)
    coaching.assign(enrolment, coach)
    made = LearnerOnPath(learner, coach, manager, enrolment)
    labels = [
        LabelSpec(basics.uid(f"l{n}-{m}"), "lesson", f"Lesson {n}.{m}", minutes=6) for n in range(size) for m in (1, 2)
    ]
    set_labels(labels)
    for n in range(size):
        _due_recall(basics.uid(f"l{n}-1"), learner, n)
    for n in range(waits):
        _waiting(made, n)
    return made


def _milestones(size: int) -> list[Sequence[Any]]:
    """Two milestones with ``size`` steps of every kind."""
    first: list[Any] = []
    second: list[Any] = []
    for n in range(size):
        skill = f"skill-{n % 12}"
        lessons = tuple(paths.lesson(f"l{n}-{m}", skill, recalls=1) for m in (1, 2))
        first += [
            paths.step("course", f"course-{n}", skills=(skill,), lessons=lessons, due_day=25),
            paths.step("practice", f"practice-{n}", skills=(skill,), due_day=26),
            paths.step("session", f"session-{n}", skills=(skill,), due_day=27),
            paths.step("external", f"external-{n}"),
        ]
        second += [
            paths.step("commitment", f"commitment-{n}", skills=(skill,), due_day=50),
            paths.step("demonstration", f"demonstration-{n}", skills=(skill,), due_day=55),
            paths.step(
                "practice",
                f"later-{n}",
                skills=(skill,),
                due_day=56,
                unlock={"all": [{"step": str(basics.uid(f"course-{n}"))}]},
            ),
        ]
    return [first, second]


def _due_recall(lesson_uid: Any, learner: User, number: int) -> None:
    """A recall question of a lesson that comes back today."""
    spec = RecallSpec(basics.uid(f"recall-{number}"), f"Question {number}?", "Right", ("Wrong", "Worse"), "Since.")
    publish_recalls(lesson_uid, [spec], basics.MONDAY)
    from assessments.models import ReviewCard

    ReviewCard.objects.create(person=learner, recall_uid=spec.uid, due_on=days_ago(1))


def _waiting(of: LearnerOnPath, number: int) -> None:
    """An encounter asked for, a promise to confirm, a case to decide, a planned session, a notice."""
    at = clock.now() - timedelta(days=2)
    skill = f"skill-{number % 12}"
    standard = judging.standard(
        judging.standard_spec(f"visit-{number}", (skill,), uid=basics.uid(f"content of demonstration-{number}"))
    )
    case = Case.objects.create(
        enrolment=of.enrolment, learner=of.learner, version=standard, standard_uid=standard.standard_uid, opened_at=at
    )
    Request.objects.create(
        case=case,
        observer=people.person(f"Ana Silva {number}"),
        context="joint call",
        planned_on=days_ago(-3),
        made_at=at,
    )
    coaching.commitment(
        of.enrolment, skill, status="done", what=f"Promise {number}", step_uid=basics.uid(f"commitment-{number}")
    )
    coaching.session(
        of.enrolment, of.coach, clock.now() + timedelta(days=1 + number), step_uid=basics.uid(f"session-{number}")
    )
    notices.said(of.learner, f"News {number}", at)


def read_lessons(learner: User, *lessons: str) -> None:
    """Lessons that the person has read today."""
    for name in lessons:
        complete_lesson(actor=learner, lesson_uid=basics.uid(name), key=basics.key(), at=clock.now())
    assert LessonCompletion.objects.filter(person=learner).count() >= len(lessons)
