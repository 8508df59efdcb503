"""A learner in the middle of things, for the pages of learners. Time is near the clock's, as pages read the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.api import Case, Request, publish_recalls
from assessments.rules.specs import RecallSpec
from lms import clock
from lms.api import Enrolment, LessonCompletion, User, complete_lesson, set_labels
from lms.rules.specs import LabelSpec
from tests import coaching_factories as helping
from tests import factories as make
from tests import judging_factories as judging

NOT_COUNTED = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")


def today() -> date:
    """The day in UTC, which is the learners' own zone here."""
    return clock.today("UTC")


def days_ago(days: int) -> date:
    """A day in the past (negative: to come)."""
    return today() - timedelta(days)


def queries(client: Client, method: str, url: str, **data: Any) -> tuple[int, Any]:
    """How many queries a request takes, and its answer. Transactions and savepoints are not counted."""
    with CaptureQueriesContext(connection) as found:
        answer = getattr(client, method)(url, data or None)
    sent = [query["sql"] for query in found if not query["sql"].startswith(NOT_COUNTED)]
    return len(sent), answer


def signed_in(who: User, *, warm: bool = True) -> Client:
    """A browser of somebody; warm: it has been here a minute ago."""
    client = Client()
    client.force_login(who)
    if warm:
        client.get("/skills/")
    return client


@dataclass
class Life:
    """A learner with coach and manager, on day 23 of a path of everything, and what is under way there."""

    learner: User
    coach: User
    manager: User
    enrolment: Enrolment


def life(size: int = 1, *, waits: int = 1, day: int = 23, **fields: Any) -> Life:
    """``size``: how many courses, practices ... the path has; ``waits``: how much lies with others."""
    learner, manager = make.person("Leonie Berg"), make.person("Henrike Voss")
    coach = helping.coach("Sam Okafor", capacity=9)
    make.team(learner, manager=manager)
    version = make.path(*milestones(size))
    enrolment = make.enrolment(learner, version, started_on=days_ago(day), **fields)
    helping.assigned(enrolment, coach)
    made = Life(learner, coach, manager, enrolment)
    labels = [
        LabelSpec(make.uid(f"l{n}-{m}"), "lesson", f"Lesson {n}.{m}", minutes=6) for n in range(size) for m in (1, 2)
    ]
    set_labels(labels)
    for n in range(size):
        cards(make.uid(f"l{n}-1"), learner, n)
    for n in range(waits):
        wait(made, n)
    return made


def milestones(size: int) -> list[Sequence[Any]]:
    """Two milestones with ``size`` steps of every kind."""
    first: list[Any] = []
    second: list[Any] = []
    for n in range(size):
        skill = f"skill-{n % 12}"
        lessons = tuple(make.lesson(f"l{n}-{m}", skill, recalls=1) for m in (1, 2))
        first += [
            make.step("course", f"course-{n}", skills=(skill,), lessons=lessons, due_day=25),
            make.step("practice", f"practice-{n}", skills=(skill,), due_day=26),
            make.step("session", f"session-{n}", skills=(skill,), due_day=27),
            make.step("external", f"external-{n}"),
        ]
        second += [
            make.step("commitment", f"commitment-{n}", skills=(skill,), due_day=50),
            make.step("demonstration", f"demonstration-{n}", skills=(skill,), due_day=55),
            make.step(
                "practice",
                f"later-{n}",
                skills=(skill,),
                due_day=56,
                unlock={"all": [{"step": str(make.uid(f"course-{n}"))}]},
            ),
        ]
    return [first, second]


def cards(lesson_uid: Any, learner: User, number: int) -> None:
    """A recall question of a lesson that comes back today."""
    spec = RecallSpec(make.uid(f"recall-{number}"), f"Question {number}?", "Right", ("Wrong", "Worse"), "Since.")
    publish_recalls(lesson_uid, [spec], make.MONDAY)
    from assessments.models import ReviewCard

    ReviewCard.objects.create(person=learner, recall_uid=spec.uid, due_on=days_ago(1))


def wait(of: Life, number: int) -> None:
    """An encounter asked for, a promise to confirm, a case to decide, a planned session, a notice."""
    at = clock.now() - timedelta(days=2)
    skill = f"skill-{number % 12}"
    standard = judging.standard(
        judging.standard_spec(f"visit-{number}", (skill,), uid=make.uid(f"content of demonstration-{number}"))
    )
    case = Case.objects.create(
        enrolment=of.enrolment, learner=of.learner, version=standard, standard_uid=standard.standard_uid, opened_at=at
    )
    Request.objects.create(
        case=case,
        observer=make.person(f"Ana Silva {number}"),
        context="joint call",
        planned_on=days_ago(-3),
        made_at=at,
    )
    helping.commitment(
        of.enrolment, skill, status="done", what=f"Promise {number}", step_uid=make.uid(f"commitment-{number}")
    )
    helping.session(
        of.enrolment, of.coach, clock.now() + timedelta(days=1 + number), step_uid=make.uid(f"session-{number}")
    )
    of.learner.notices.create(text=f"News {number}", url="/exchange/", created_at=at)


def read(learner: User, *lessons: str) -> None:
    """Lessons that the person has read today."""
    for name in lessons:
        complete_lesson(actor=learner, lesson_uid=make.uid(name), key=make.key(), at=clock.now())
    assert LessonCompletion.objects.filter(person=learner).count() >= len(lessons)
