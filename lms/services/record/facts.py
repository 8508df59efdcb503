"""What the record holds about one person, read at once.

Everything that decides where somebody stands - steps completed, waived and opened early, due dates moved, pauses,
lessons read, gates, talk facts - comes in one UNION: a page asks once, however long its paths are. Writers of learning
(a lesson read, a recall answered, an example accepted) first take the person's row (``lock_learner``): two of them at
the same moment would otherwise each miss the other's half of what completes a step or opens Talk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat

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
from lms.rules.gates import OpenGate
from lms.services.platform.union import Row, Union, union_part

# The columns of the UNION beside the kind, with the type that each has in every part of it.
COLUMNS: dict[str, models.Field] = {
    "enrolment": models.BigIntegerField(),
    "uid": models.UUIDField(),
    "word": models.CharField(),
    "other": models.CharField(),
    "number": models.BigIntegerField(),
    "at": models.DateTimeField(),
    "day": models.DateField(),
    "until": models.DateField(),
}


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
    examples: frozenset[str]
    recalled: frozenset[UUID]


def open_enrolments(person: User) -> list[Enrolment]:
    """A person's active and paused enrolments, newest first. Queries: 1."""
    return list(_open(person))


def lock_learner(person: User) -> list[Enrolment]:
    """As ``open_enrolments``, with the person's row locked until the transaction ends. Queries: 1."""
    return list(_open(person).select_for_update(of=("person",), no_key=True))


def facts_of(person_id: int, enrolment_ids: Iterable[int]) -> PersonFacts:
    """All that the record holds about a person and these enrolments of theirs. Queries: 1."""
    return _read(_facts(person=person_id, enrolments=list(enrolment_ids)))


def _parts(person: int, enrolments: Sequence[int]) -> list[QuerySet[Any, Row]]:
    mine = {"enrolment__in": enrolments}
    step = {"enrolment": F("enrolment_id"), "uid": F("step__uid")}
    return [
        _part("completed", StepCompletion.objects.filter(**mine), **step, at=F("completed_at")),
        _part("waived", Waiver.objects.filter(**mine), **step, word=F("reason")),
        _part("opened", Opening.objects.filter(**mine), **step, word=F("reason")),
        _part("extended", Extension.objects.filter(**mine), **step, number=F("due_day")),
        _part(
            "paused",
            Pause.objects.filter(**mine),
            enrolment=F("enrolment_id"),
            word=F("reason"),
            day=F("from_on"),
            until=F("until_on"),
        ),
        _part("lesson", LessonCompletion.objects.filter(person=person), uid=F("lesson_uid"), at=F("completed_at")),
        _part(
            "gate",
            SkillGate.objects.filter(person=person),
            uid=F("standard_uid"),
            word=F("skill__slug"),
            other=Concat(F("gate"), Value(" "), F("source"), output_field=models.CharField()),
            number=F("level"),
            at=F("opened_at"),
            until=F("valid_until"),
        ),
        _part(
            "talk",
            TalkFact.objects.filter(person=person, ended_at=None),
            uid=F("lesson_uid"),
            word=F("skill__slug"),
        ),
    ]


_facts = Union(_parts)


def _open(person: User) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.filter(person=person, status__in=Enrolment.OPEN)
    return rows.select_related("person", "path", "path_version", "role_version__profile")


def _part(kind: str, rows: QuerySet[Any], **columns: Any) -> QuerySet[Any, Row]:
    return union_part(COLUMNS, kind, rows, **columns)


def _read(rows: Iterable[tuple[Any, ...]]) -> PersonFacts:
    paths: dict[int, PathFacts] = defaultdict(lambda: PathFacts({}, {}, {}, []))
    lessons: dict[UUID, datetime] = {}
    gates: list[GateFact] = []
    examples, recalled = set(), set()
    for kind, enrolment, uid, word, other, number, at, day, until in rows:
        match kind:
            case "completed":
                paths[enrolment].completed[uid] = at
            case "waived":
                paths[enrolment].waived[uid] = word
            case "opened":
                paths[enrolment].opened[uid] = word
            case "extended":
                paths[enrolment].extended[uid] = max(number, paths[enrolment].extended.get(uid, number))
            case "paused":
                paths[enrolment].pauses.append((day, until))
                paths[enrolment].why_paused[day] = word
            case "lesson":
                lessons[uid] = at
            case "gate":
                name, _space, source = other.partition(" ")
                gates.append(GateFact(OpenGate(word, name, number, uid, until), at, source))
            case "talk" if word:
                examples.add(word)
            case "talk":
                recalled.add(uid)
    return PersonFacts(paths, lessons, gates, frozenset(examples), frozenset(recalled))
