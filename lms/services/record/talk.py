"""The Talk gate, which is the record's own: lessons read, and an accepted example or all their recall answered right.

Rule (curriculum README): Talk opens when every lesson on the person's path that is tagged with the skill is done, and
either one example on the skill was accepted or all recall questions of those lessons stand answered right. A skill
without a tagged lesson on the path has no Talk there. Once open it stays open: it is dated by the act that opened it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from lms.models import Enrolment, SkillGate, TalkFact, User

from .facts import PersonFacts, facts_of, lock_learner
from .structure import PathStructure, structure_of


@transaction.atomic
def refresh_talk(*, person: User, at: datetime) -> list[str]:
    """Open what is due on every open path of the person; returns the slugs opened. Queries: 2, and 1 if any opens."""
    enrolments = lock_learner(person)
    if not enrolments:
        return []
    facts = facts_of(person.pk, [enrolment.pk for enrolment in enrolments])
    return open_talk(person=person, enrolments=enrolments, facts=facts, at=at)


def open_talk(*, person: User, enrolments: Iterable[Enrolment], facts: PersonFacts, at: datetime) -> list[str]:
    """Open what these facts make due, and return the slugs opened; under ``lock_learner``. Queries: 0 or 1."""
    known = {(fact.gate.skill, fact.source) for fact in facts.gates if fact.gate.gate == SkillGate.Gate.TALK}
    opened: list[str] = []
    rows: list[SkillGate] = []
    for enrolment in enrolments:
        structure, source = structure_of(enrolment.path_version_id), f"enrolment:{enrolment.uid}"
        for skill in talk_due(structure, facts.lessons.keys(), facts.examples, facts.recalled):
            if (skill, source) not in known:
                opened.append(skill)
                skill_id = structure.skill_ids[skill]
                rows.append(SkillGate(person=person, skill_id=skill_id, gate="talk", source=source, opened_at=at))
    if rows:
        SkillGate.objects.bulk_create(rows)
    return opened


def talk_due(
    structure: PathStructure, read: Collection[UUID], examples: Collection[str], recalled: Collection[UUID]
) -> list[str]:
    """The skills whose Talk condition holds on a path. Pure."""
    due = []
    for skill, lessons in structure.lessons_by_skill.items():
        asked = [lesson for lesson in lessons if lesson.recalls]
        knows = skill in examples or (bool(asked) and all(lesson.uid in recalled for lesson in asked))
        if knows and all(lesson.uid in read for lesson in lessons):
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
