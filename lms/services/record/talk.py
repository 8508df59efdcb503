"""The Talk gate, which is the record's own: lessons read, and an accepted example or all their recall answered right.

Rule (curriculum README): Talk opens when every lesson on the person's path that is tagged with the skill is done, and
either one example on the skill was accepted or all recall questions of those lessons stand answered right. A skill
without a tagged lesson on the path has no Talk there. Once open it stays open: it is dated by the act that opened it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from lms.models import Enrolment, LessonCompletion, SkillGate, TalkFact, User

from .facts import PersonFacts, facts_of, knows, lock_learner, open_and_completed
from .structure import PathStructure, structure_of


@transaction.atomic
def refresh_talk(*, person: User, at: datetime) -> list[str]:
    """Open what is due on every path that the person is on or has completed; returns the slugs opened. Queries: 3, and
    1 if any opens.
    """
    lock_learner(person)
    enrolments = open_and_completed(person)
    if not enrolments:
        return []
    facts = facts_of(person.pk, [enrolment.pk for enrolment in enrolments])
    return open_talk(person=person, enrolments=enrolments, facts=facts, at=at)


def open_talk(*, person: User, enrolments: Iterable[Enrolment], facts: PersonFacts, at: datetime) -> list[str]:
    """Open what these facts make due, and return the slugs opened; under ``lock_learner``. Queries: 1 or 2."""
    examples, recalled = knows(person.pk)
    known = {(fact.gate.skill, fact.source) for fact in facts.gates if fact.gate.gate == SkillGate.Gate.TALK}
    opened: list[str] = []
    rows: list[SkillGate] = []
    for enrolment in enrolments:
        structure, source = structure_of(enrolment.path_version_id), source_of(enrolment)
        for skill in talk_due(structure, facts.lessons.keys(), examples, recalled):
            if (skill, source) not in known:
                opened.append(skill)
                skill_id = structure.skill_ids[skill]
                rows.append(SkillGate(person=person, skill_id=skill_id, gate="talk", source=source, opened_at=at))
    if rows:
        SkillGate.objects.bulk_create(rows)
    return opened


def source_of(enrolment: Enrolment) -> str:
    """The source under which a path opens Talk."""
    return f"enrolment:{enrolment.uid}"


def talk_due(
    structure: PathStructure, read: Collection[UUID], examples: Collection[str], recalled: Collection[UUID]
) -> list[str]:
    """The skills whose Talk condition holds on a path. Pure."""
    due = []
    for skill, lessons in structure.lessons_by_skill.items():
        asked = [lesson for lesson in lessons if lesson.recalls]
        known = skill in examples or (bool(asked) and all(lesson.uid in recalled for lesson in asked))
        if known and all(lesson.uid in read for lesson in lessons):
            due.append(skill)
    return due


@transaction.atomic
def record_example(*, person: User, skill_id: int, at: datetime) -> None:
    """An example of the person was accepted; for the exchange, inside its transaction. Queries: 2 and a refresh."""
    TalkFact.objects.get_or_create(
        person=person, skill_id=skill_id, kind=TalkFact.Kind.EXAMPLE, defaults={"started_at": at}
    )
    refresh_talk(person=person, at=at)


@transaction.atomic
def record_recall(*, person: User, lesson_uid: UUID, all_right: bool, at: datetime) -> None:
    """Whether all recall questions of a lesson stand right after the latest answer; for recall, inside its transaction.

    Queries: 2 when that was known, 3 when it ends, 4 or 5 when it begins.
    """
    lock_learner(person)
    current = TalkFact.objects.filter(person=person, lesson_uid=lesson_uid, kind=TalkFact.Kind.RECALL, ended_at=None)
    if not all_right:
        current.update(ended_at=at)
    elif not current.exists():
        fact = TalkFact(person=person, lesson_uid=lesson_uid, kind=TalkFact.Kind.RECALL, started_at=at)
        TalkFact.objects.bulk_create([fact], ignore_conflicts=True)
        refresh_talk(person=person, at=at)


def talk_facts() -> Iterator[tuple[int, int, str, datetime]]:
    """Every Talk that the facts open, as (person id, skill id, source, moment), for ``rebuild_gates``.

    Queries: 3, and 3 a path version the first time in a process.
    """
    read: dict[int, dict[UUID, datetime]] = {}
    for person_id, lesson_uid, at in LessonCompletion.objects.values_list("person_id", "lesson_uid", "completed_at"):
        read.setdefault(person_id, {})[lesson_uid] = at
    examples: dict[tuple[int, str], datetime] = {}
    recalled: dict[tuple[int, UUID], list[tuple[datetime, datetime | None]]] = {}
    facts = TalkFact.objects.values_list("person_id", "skill__slug", "lesson_uid", "started_at", "ended_at")
    for person_id, skill, asked_by, start, end in facts:
        if skill:
            examples[person_id, skill] = start
        elif asked_by:
            recalled.setdefault((person_id, asked_by), []).append((start, end))
    for enrolment in Enrolment.objects.all():
        person_id, structure = enrolment.person_id, structure_of(enrolment.path_version_id)
        done = read.get(person_id, {})
        for skill, lessons in structure.lessons_by_skill.items():
            if not all(lesson.uid in done for lesson in lessons):
                continue
            lessons_at = max([done[lesson.uid] for lesson in lessons])
            asked = [recalled.get((person_id, lesson.uid), []) for lesson in lessons if lesson.recalls]
            opens = talk_opens(lessons_at, examples.get((person_id, skill)), asked, enrolment.enrolled_at)
            if opens is not None and (enrolment.ended_at is None or opens <= enrolment.ended_at):
                yield person_id, structure.skill_ids[skill], source_of(enrolment), opens


def talk_opens(
    lessons_at: datetime,
    example_at: datetime | None,
    asked: list[list[tuple[datetime, datetime | None]]],
    enrolled_at: datetime,
) -> datetime | None:
    """The first moment at which Talk held: lessons read, and an example or every recall right at once. Pure."""
    begin = max(lessons_at, enrolled_at)
    candidates = [max(begin, example_at)] if example_at else []
    if asked:
        for moment in sorted({begin, *(max(start, begin) for spans in asked for start, _end in spans)}):
            if all(any(start <= moment and (end is None or end > moment) for start, end in spans) for spans in asked):
                candidates.append(moment)
                break
    return min(candidates, default=None)
