"""Opening and reading gates. Every floor reads gates here; the floor that knows opens them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction

from lms import events
from lms.models import SkillGate
from lms.rules.gates import OpenGate, Standing, standings


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

    ``source`` names the row it follows from (``commitment:<uid>``). Announces ``gate_opened`` after commit.
    Queries: 1, or 2 when it was known.
    """
    try:
        with transaction.atomic():
            SkillGate.objects.create(
                person_id=person_id,
                skill_id=skill_id,
                gate=gate,
                source=source,
                opened_at=at,
                level=level,
                standard_uid=standard_uid,
                valid_until=valid_until,
            )
    except IntegrityError:
        if not SkillGate.objects.filter(person_id=person_id, skill_id=skill_id, gate=gate, source=source).exists():
            raise
        return False
    news = partial(events.gate_opened.send, None, person_id=person_id, skill_id=skill_id, gate=gate)
    transaction.on_commit(news)
    return True


def close_gates(*, person_id: int, sources: Iterable[str]) -> int:
    """A source no longer counts (revoked, superseded): its rows go, the events that tell why stay. Queries: 1."""
    return SkillGate.objects.filter(person_id=person_id, source__in=list(sources)).delete()[0]


def gates_of(person_ids: Iterable[int]) -> dict[int, list[OpenGate]]:
    """Every open gate of these people, whatever its day. Queries: 1."""
    found: dict[int, list[OpenGate]] = {person_id: [] for person_id in person_ids}
    rows = SkillGate.objects.filter(person_id__in=list(found)).values_list(
        "person_id", "skill__slug", "gate", "level", "standard_uid", "valid_until"
    )
    for person_id, skill, gate, level, standard_uid, valid_until in rows:
        found[person_id].append(OpenGate(skill, gate, level, standard_uid, valid_until))
    return found


def standings_of(person_id: int, on: date) -> dict[str, Standing]:
    """What is open for one person on a day, by skill slug. Queries: 1."""
    return standings(gates_of([person_id])[person_id], on)
