"""Opening and reading gates. Every floor reads gates here; the floor that knows opens them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from lms.models import SkillGate
from lms.rules.gates import OpenGate, Standing, open_gate_of, standings
from lms.services.platform.prepared import Prepared


def open_gate(
    *,
    person_id: int,
    skill_id: int,
    gate: str,
    source: str,
    at: datetime,
    level: int | None = None,
    standard_uid: UUID | None = None,
    valid_until: date | None = None,
) -> bool:
    """Write down that a gate is open because of a source, in the caller's transaction; False when that was known.

    ``source`` names the row it follows from (``commitment:<uid>``).
    Queries: 1, or 2 when it was known.
    """
    row = SkillGate(
        person_id=person_id,
        skill_id=skill_id,
        gate=gate,
        source=source,
        opened_at=at,
        level=level,
        standard_uid=standard_uid,
        valid_until=valid_until,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if not SkillGate.objects.filter(person_id=person_id, skill_id=skill_id, gate=gate, source=source).exists():
            raise
        return False
    return True


@dataclass(frozen=True, slots=True)
class NewGate:
    """A gate that opens because of a source that was never there before."""

    person_id: int
    skill_id: int
    gate: str
    source: str
    level: int | None = None
    standard_uid: UUID | None = None
    valid_until: date | None = None


def open_gates(gates: Iterable[NewGate], at: datetime) -> None:
    """Open several gates at once, each for a source of its own that is new; see ``open_gate``. Queries: 1."""
    SkillGate.objects.bulk_create([SkillGate(**asdict(gate), opened_at=at) for gate in gates])


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


def kept_gates() -> set[GateValue]:
    """Every gate that is written down. Queries: 1."""
    return {GateValue(*row) for row in SkillGate.objects.values_list(*GateValue.__slots__)}


@transaction.atomic
def correct_gates(*, missing: Iterable[GateValue], extra: Iterable[GateValue]) -> None:
    """Write down the gates that are missing and take away those that no fact opens; for ``rebuild_gates``, which works
    both out in the same transaction. Queries: 1 for what is missing, and 1 for each that goes.
    """
    for gate in extra:
        SkillGate.objects.filter(
            person_id=gate.person_id, skill_id=gate.skill_id, gate=gate.gate, source=gate.source
        ).delete()
    SkillGate.objects.bulk_create([SkillGate(**asdict(gate)) for gate in missing])


def close_gates(*, person_id: int, sources: Iterable[str]) -> int:
    """A source no longer counts (revoked, superseded): its rows go, the events that tell why stay. Queries: 1."""
    return SkillGate.objects.filter(person_id=person_id, source__in=list(sources)).delete()[0]


@dataclass(slots=True)
class _Gate:
    person: int
    skill: str
    gate: str
    level: int | None
    standard: UUID | None
    valid_until: date | None
    source: str


_gates = Prepared(
    _Gate,
    lambda people: SkillGate.objects.filter(person__in=people),
    person="person_id",
    skill="skill__slug",
    standard="standard_uid",
)


def gates_of(person_ids: Iterable[int]) -> dict[int, list[OpenGate]]:
    """Every open gate of these people, whatever its day. Queries: 1."""
    found: dict[int, list[OpenGate]] = {person_id: [] for person_id in person_ids}
    for row in _gates(people=sorted(found)):
        found[row.person].append(open_gate_of(row))
    return found


def people_vouched_for() -> list[int]:
    """Ids of everybody with a sign-off, whatever its day. Queries: 1."""
    return sorted(set(SkillGate.objects.filter(gate=SkillGate.Gate.SHOW).values_list("person", flat=True)))


def signed_until(days: Iterable[tuple[date, date]]) -> list[SkillGate]:
    """Sign-offs whose last day is in one of these spans, both days included, of everybody who works here, with person
    and skill. Queries: 1.
    """
    within = reduce(or_, (Q(valid_until__range=span) for span in days))
    rows = SkillGate.objects.filter(within, gate=SkillGate.Gate.SHOW, person__is_active=True)
    return list(rows.select_related("person", "skill").order_by("person", "valid_until", "pk"))


def expired_gates(day: date) -> QuerySet[SkillGate]:
    """Sign-offs whose last day is before a day."""
    return SkillGate.objects.filter(gate=SkillGate.Gate.SHOW, valid_until__lt=day)


def standings_of(person_id: int, on: date) -> dict[str, Standing]:
    """What is open for one person on a day, by skill slug. Queries: 1."""
    return standings(gates_of([person_id])[person_id], on)
