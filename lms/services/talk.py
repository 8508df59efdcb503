"""The Talk gate, which is the record's own: lessons read, and an accepted example or all their recall answered right.

Rule (curriculum README): Talk opens when every lesson on the person's path that is tagged with the skill is done, and
either one example on the skill was accepted or all recall questions of those lessons stand answered right. A skill
without a tagged lesson on the path has no Talk there. Once open it stays open: it is dated by the act that opened it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from lms.models import Enrolment, LessonCompletion, SkillGate, TalkFact, User

from .gates import open_gate
from .structure import PathStructure, structure_of
from .versions import skill_ids


def refresh_talk(*, person: User, at: datetime) -> list[str]:
    """Open what is due on every open path of the person, and return the slugs opened. Queries: 4, and 2 an opening."""
    paths = person.enrolments.filter(status__in=Enrolment.OPEN).values_list("uid", "path_version_id")
    known = set(SkillGate.objects.filter(person=person, gate=SkillGate.Gate.TALK).values_list("skill__slug", "source"))
    read = set(LessonCompletion.objects.filter(person=person).values_list("lesson_uid", flat=True))
    examples, recalled = _facts(person)
    opened: list[str] = []
    for uid, version_id in paths:
        for skill in talk_due(structure_of(version_id), read, examples, recalled):
            if (skill, f"enrolment:{uid}") not in known:
                opened.append(skill)
                open_gate(
                    person_id=person.pk, skill_id=skill_ids()[skill], gate="talk", source=f"enrolment:{uid}", at=at
                )
    return opened


def talk_due(structure: PathStructure, read: set[UUID], examples: set[str], recalled: set[UUID]) -> list[str]:
    """The skills whose Talk condition holds on a path. Pure."""
    due = []
    for skill, lessons in structure.lessons_by_skill.items():
        asked = [lesson for lesson in lessons if lesson.recalls]
        knows = skill in examples or (bool(asked) and all(lesson.uid in recalled for lesson in asked))
        if knows and all(lesson.uid in read for lesson in lessons):
            due.append(skill)
    return due


def record_example(*, person: User, skill_id: int, at: datetime) -> None:
    """An example of the person was accepted; for the exchange, inside its transaction. Queries: 2 and a refresh."""
    TalkFact.objects.get_or_create(
        person=person, skill_id=skill_id, kind=TalkFact.Kind.EXAMPLE, defaults={"started_at": at}
    )
    refresh_talk(person=person, at=at)


def record_recall(*, person: User, lesson_uid: UUID, all_right: bool, at: datetime) -> None:
    """Whether all recall questions of a lesson stand right after the latest answer; for recall, inside its
    transaction.
    """
    current = TalkFact.objects.filter(person=person, lesson_uid=lesson_uid, kind=TalkFact.Kind.RECALL, ended_at=None)
    if not all_right:
        current.update(ended_at=at)
    elif not current.exists():
        TalkFact.objects.create(person=person, lesson_uid=lesson_uid, kind=TalkFact.Kind.RECALL, started_at=at)
        refresh_talk(person=person, at=at)


def _facts(person: User) -> tuple[set[str], set[UUID]]:
    examples, recalled = set(), set()
    rows = TalkFact.objects.filter(person=person, ended_at=None)
    for skill, lesson_uid in rows.values_list("skill__slug", "lesson_uid"):
        if skill:
            examples.add(skill)
        else:
            recalled.add(lesson_uid)
    return examples, recalled
