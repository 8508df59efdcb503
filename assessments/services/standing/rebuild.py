"""Gates again, from the facts alone: what ``SkillGate`` must hold if every row that opened or closed one still speaks.

Talk: lessons, examples, recall. Try: dated facts. Do: confirmed commitments and observations. Show: the fold of the
ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.db import transaction

from assessments.models import ObservationSkill, SignOffEvent
from assessments.services.cases.observations import DO_FROM
from assessments.services.ledger.chain import folded, gate_source
from assessments.services.practice.play import try_facts
from coaching.api import do_facts
from lms.api import GateValue, correct_gates, kept_gates, talk_facts


def expected_gates() -> set[GateValue]:
    """Every gate that the facts open. Queries: 8, plus 3 a path version not in memory."""
    return {gate for facts in FACTS.values() for gate in facts()}


@transaction.atomic
def rebuild_gates(*, check: bool) -> tuple[list[GateValue], list[GateValue]]:
    """Compare kept with expected, and unless ``check``, make it so. Returns (missing, too many)."""
    expected, kept = expected_gates(), kept_gates()
    missing, extra = sorted(expected - kept, key=str), sorted(kept - expected, key=str)
    if not check:
        correct_gates(missing=missing, extra=extra)
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
                    gate_source(event),
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
    for person_id, skill_id, source, at in talk_facts():
        yield GateValue(person_id, skill_id, "talk", source, at)


FACTS: dict[str, Callable[[], Iterator[GateValue]]] = {"talk": _talk, "try": _try, "do": _do, "show": _show}
"""What opens each kind of gate."""
