"""What the record holds about one person, read at once.

Everything that decides where somebody stands - steps completed, waived and opened early, due dates moved, pauses,
lessons read, gates - comes in seven prepared questions, however long the paths are. Writers of learning (a
lesson read, a recall answered, an example accepted) first take the person's row (``lock_learner``): two of them at the
same moment would otherwise each miss the other's half of what completes a step or opens Talk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from lms.models import (
    Enrolment,
    Extension,
    LessonCompletion,
    Opening,
    Pause,
    SkillGate,
    StepCompletion,
    TalkFact,
    User,
    Waiver,
)
from lms.rules.gates import OpenGate, open_gate_of
from lms.services.platform.prepared import Prepared

from .paths import open_paths


@dataclass(slots=True)
class _Completed:
    enrolment: int
    step: UUID
    at: datetime


@dataclass(slots=True)
class _Reason:
    """Why a step was waived, or opened in spite of its lock."""

    enrolment: int
    step: UUID
    reason: str


@dataclass(slots=True)
class _Extended:
    enrolment: int
    step: UUID
    due_day: int


@dataclass(slots=True)
class _Paused:
    enrolment: int
    reason: str
    from_on: date
    until_on: date | None


@dataclass(slots=True)
class _Lesson:
    uid: UUID
    read_at: datetime


@dataclass(slots=True)
class _Gate:
    skill: str
    gate: str
    level: int | None
    standard: UUID | None
    valid_until: date | None
    opened_at: datetime
    source: str


@dataclass(slots=True)
class _Talk:
    """An example that was accepted (``skill``), or a lesson whose recall questions are all right (``lesson``)."""

    skill: str | None
    lesson: UUID | None


_OF_STEP = {"enrolment": "enrolment_id", "step": "step__uid"}
_completed = Prepared(
    _Completed,
    lambda enrolments: StepCompletion.objects.filter(enrolment__in=enrolments),
    **_OF_STEP,
    at="completed_at",
)
_waived = Prepared(_Reason, lambda enrolments: Waiver.objects.filter(enrolment__in=enrolments), **_OF_STEP)
_opened = Prepared(_Reason, lambda enrolments: Opening.objects.filter(enrolment__in=enrolments), **_OF_STEP)
_extended = Prepared(_Extended, lambda enrolments: Extension.objects.filter(enrolment__in=enrolments), **_OF_STEP)
_paused = Prepared(_Paused, lambda enrolments: Pause.objects.filter(enrolment__in=enrolments), enrolment="enrolment_id")
_lessons = Prepared(
    _Lesson,
    lambda person: LessonCompletion.objects.filter(person=person),
    uid="lesson_uid",
    read_at="completed_at",
)
_gates = Prepared(
    _Gate, lambda person: SkillGate.objects.filter(person=person), skill="skill__slug", standard="standard_uid"
)
_talk = Prepared(
    _Talk,
    lambda person: TalkFact.objects.filter(person=person, ended_at=None),
    skill="skill__slug",
    lesson="lesson_uid",
)


@dataclass(frozen=True, slots=True)
class GateFact:
    """An open gate, since when, and the row that it follows from."""

    gate: OpenGate
    opened_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class PathFacts:
    """What belongs to one enrolment, by uid of the step. ``extended`` holds days of the path, ``waived`` and ``opened``
    the reasons, ``why_paused`` those of the pauses by their first day; a pause is [from, until).
    """

    completed: dict[UUID, datetime]
    waived: dict[UUID, str]
    extended: dict[UUID, int]
    pauses: list[tuple[date, date | None]]
    opened: dict[UUID, str] = field(default_factory=dict)
    why_paused: dict[date, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What belongs to the person (``lessons`` says when each was read), and ``paths`` by enrolment id."""

    paths: dict[int, PathFacts]
    lessons: dict[UUID, datetime]
    gates: list[GateFact]


def open_enrolments(person: User) -> list[Enrolment]:
    """A person's active and paused enrolments, newest first. Queries: 1."""
    return list(_open(person))


def open_and_completed(person: User) -> list[Enrolment]:
    """The same, and after them the paths that somebody has completed, with the role that each led to, newest first.
    Queries: 1.
    """
    rows = person.enrolments.filter(status__in=[*Enrolment.OPEN, Enrolment.Status.COMPLETED])
    rows = rows.select_related("person", "path", "path_version", "role_version__profile", "role_holding")
    return sorted(rows.order_by("-started_on", "-pk"), key=lambda row: row.is_completed)


def lock_learner(person: User) -> list[Enrolment]:
    """As ``open_enrolments``, with the person's row locked until the transaction ends. Queries: 1."""
    return list(_open(person).select_for_update(of=("person",), no_key=True))


def facts_of(person_id: int, enrolment_ids: Iterable[int]) -> PersonFacts:
    """What the record holds about a person and these enrolments of theirs. Queries: 7, or 2 without a path."""
    return PersonFacts(
        paths_facts(enrolment_ids),
        lessons={lesson.uid: lesson.read_at for lesson in _lessons(person=person_id)},
        gates=[GateFact(open_gate_of(row), row.opened_at, row.source) for row in _gates(person=person_id)],
    )


def knows(person_id: int) -> tuple[frozenset[str], frozenset[UUID]]:
    """The skills of which somebody brought an example that was accepted, and the lessons whose recall questions they
    have all right. Queries: 1.
    """
    talk = _talk(person=person_id)
    examples = frozenset(fact.skill for fact in talk if fact.skill)
    return examples, frozenset(fact.lesson for fact in talk if fact.lesson and not fact.skill)


def paths_facts(enrolment_ids: Iterable[int]) -> dict[int, PathFacts]:
    """What belongs to these enrolments, by id. Queries: 5, 0 for none."""
    paths = {pk: PathFacts({}, {}, {}, []) for pk in enrolment_ids}
    ids = list(paths)
    for done in _completed(enrolments=ids):
        paths[done.enrolment].completed[done.step] = done.at
    for waived in _waived(enrolments=ids):
        paths[waived.enrolment].waived[waived.step] = waived.reason
    for opened in _opened(enrolments=ids):
        paths[opened.enrolment].opened[opened.step] = opened.reason
    for row in _extended(enrolments=ids):
        moved = paths[row.enrolment].extended
        moved[row.step] = max(row.due_day, moved.get(row.step, row.due_day))
    for pause in _paused(enrolments=ids):
        paths[pause.enrolment].pauses.append((pause.from_on, pause.until_on))
        paths[pause.enrolment].why_paused[pause.from_on] = pause.reason
    return paths


def _open(person: User) -> QuerySet[Enrolment]:
    return open_paths().filter(person=person).select_related("person", "path", "path_version", "role_version__profile")
