"""Gates again, from the facts alone: what ``SkillGate`` must hold if every row that opened or closed one still speaks.

Talk: lessons, examples, recall. Try: dated facts. Do: confirmed commitments and observations. Show: the fold of the
ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from assessments.models import ObservationSkill, SignOffEvent
from assessments.services.cases.observations import DO_FROM
from assessments.services.ledger.chain import folded, gate_source
from assessments.services.practice.play import try_facts
from coaching.api import do_facts
from lms.api import Enrolment, LessonCompletion, SkillGate, TalkFact, skill_ids, structure_of


@dataclass(frozen=True, slots=True, order=True)
class GateValue:
    """One row of SkillGate, by value."""

    person_id: int
    skill_id: int
    gate: str
    source: str
    opened_at: datetime
    level: int | None = None
    standard_uid: UUID | None = None
    valid_until: date | None = None


def expected_gates() -> set[GateValue]:
    """Every gate that the facts open. Queries: 9, plus 2 a path version not in memory."""
    return {gate for facts in FACTS.values() for gate in facts()}


def kept_gates() -> set[GateValue]:
    """Every gate that is written down. Queries: 1."""
    fields = ("person_id", "skill_id", "gate", "source", "opened_at", "level", "standard_uid", "valid_until")
    return {GateValue(*row) for row in SkillGate.objects.values_list(*fields)}


@transaction.atomic
def rebuild_gates(*, check: bool) -> tuple[list[GateValue], list[GateValue]]:
    """Compare kept with expected, and unless ``check``, make it so. Returns (missing, too many)."""
    expected, kept = expected_gates(), kept_gates()
    missing, extra = sorted(expected - kept, key=str), sorted(kept - expected, key=str)
    if not check:
        for gate in extra:
            SkillGate.objects.filter(
                person_id=gate.person_id, skill_id=gate.skill_id, gate=gate.gate, source=gate.source
            ).delete()
        SkillGate.objects.bulk_create(
            SkillGate(**{name: getattr(gate, name) for name in GateValue.__slots__}) for gate in missing
        )
    return missing, extra


def _show() -> Iterator[GateValue]:
    return show_gates(SignOffEvent.objects.select_related("version").order_by("subject", "seq"))


def show_gates(found: Iterable[SignOffEvent]) -> Iterator[GateValue]:
    """The Show gates that these events open, which are all of each person, in the order of their numbers."""
    by_person: dict[int, list[SignOffEvent]] = {}
    for event in found:
        by_person.setdefault(event.subject_id, []).append(event)
    for person_id, events in by_person.items():
        opened = {
            event.about_id: event.occurred_at for event in events if event.kind == SignOffEvent.Kind.COUNTERSIGNED
        }
        standing = folded(events)
        for event in events:
            if event.seq in standing and standing[event.seq].counts:
                yield GateValue(
                    person_id,
                    event.skill_id,
                    "show",
                    gate_source(event.uid),
                    opened.get(event.pk, event.occurred_at),
                    event.level,
                    event.version.standard_uid,
                    event.valid_until,
                )


def _do() -> Iterator[GateValue]:
    for person_id, skill_id, source, at in do_facts():
        yield GateValue(person_id, skill_id, "do", source, at)
    ratings = ObservationSkill.objects.filter(supervision__gte=DO_FROM).values_list(
        "observation__person_id", "skill_id", "observation__uid", "observation__recorded_at"
    )
    for person_id, skill_id, uid, at in ratings:
        yield GateValue(person_id, skill_id, "do", f"observation:{uid}", at)


def _try() -> Iterator[GateValue]:
    for person_id, skill_id, source, at in try_facts():
        yield GateValue(person_id, skill_id, "try", source, at)


def _talk() -> Iterator[GateValue]:
    ids = skill_ids()
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
        person_id = enrolment.person_id
        done = read.get(person_id, {})
        for skill, lessons in structure_of(enrolment.path_version_id).lessons_by_skill.items():
            if not all(lesson.uid in done for lesson in lessons):
                continue
            lessons_at = max([done[lesson.uid] for lesson in lessons])
            asked = [recalled.get((person_id, lesson.uid), []) for lesson in lessons if lesson.recalls]
            opens = opening(lessons_at, examples.get((person_id, skill)), asked, enrolment.enrolled_at)
            if opens is not None and (enrolment.ended_at is None or opens <= enrolment.ended_at):
                yield GateValue(person_id, ids[skill], "talk", f"enrolment:{enrolment.uid}", opens)


def opening(
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


FACTS: dict[str, Callable[[], Iterator[GateValue]]] = {"talk": _talk, "try": _try, "do": _do, "show": _show}
"""What opens each kind of gate."""
