"""How far many people are on their paths: what is done, waived or opened early, and since when something is due.

Practice is left out of what is due (``PathStructure.dues``): others read from this whether somebody is behind, and who
practised is nobody else's business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, QuerySet

from lms.models import Enrolment, Extension, Opening, StepCompletion, Waiver
from lms.rules.days import date_of_day
from lms.services.platform.union import Row, Union, union_part

from .structure import structure_of

# The columns of the UNION beside the kind: thousands of rows, and only numbers. ``number`` is the order of extensions.
COLUMNS: dict[str, models.Field] = {
    name: models.BigIntegerField() for name in ("enrolment", "step", "due_day", "number")
}


@dataclass(frozen=True, slots=True)
class Settled:
    """Of one path, by the ids of steps: what is done, waived or opened in spite of its lock, and the days that moved.

    ``oldest_due``: when the oldest unfinished required step was or is due; None when none is left.
    """

    done: frozenset[int]
    waived: frozenset[int]
    opened: frozenset[int]
    extended: Mapping[int, int]
    oldest_due: date | None


def settled_steps(
    enrolments: Sequence[Enrolment], today: Mapping[int, date], pauses: Mapping[int, Sequence[tuple[date, date | None]]]
) -> dict[int, Settled]:
    """How far each path is, by enrolment id. ``today`` is each person's own, ``pauses`` those of each path.

    Queries: 1, 0 for nobody.
    """
    ids = [enrolment.pk for enrolment in enrolments]
    kinds: dict[str, dict[int, set[int]]] = {name: defaultdict(set) for name in ("completed", "waived", "opened")}
    extended = []
    for kind, enrolment_id, step_id, due_day, number in _steps(enrolments=ids) if ids else ():
        if kind == "extended":
            extended.append((number, enrolment_id, step_id, due_day))
        else:
            kinds[kind][enrolment_id].add(step_id)
    moved: dict[int, dict[int, int]] = defaultdict(dict)
    for _number, enrolment_id, step_id, due_day in sorted(extended):
        moved[enrolment_id][step_id] = due_day
    found = {}
    for enrolment in enrolments:
        pk = enrolment.pk
        done, waived, opened = (frozenset(rows.get(pk, ())) for rows in kinds.values())
        day = _first(structure_of(enrolment.path_version_id).dues, done | waived, moved.get(pk, {}))
        due = None if day is None else date_of_day(day, enrolment.started_on, today[pk], pauses.get(pk, ()))
        found[pk] = Settled(done, waived, opened, moved.get(pk, {}), due)
    return found


def _parts(enrolments: list[int]) -> list[QuerySet[Any, Row]]:
    mine = {"enrolment__in": enrolments}
    step = {"enrolment": F("enrolment_id"), "step": F("step_id")}
    extended = {"due_day": F("due_day"), "number": F("pk")}
    return [
        union_part(COLUMNS, "completed", StepCompletion.objects.filter(**mine), **step),
        union_part(COLUMNS, "waived", Waiver.objects.filter(**mine), **step),
        union_part(COLUMNS, "opened", Opening.objects.filter(**mine), **step),
        union_part(COLUMNS, "extended", Extension.objects.filter(**mine), **step, **extended),
    ]


_steps = Union(_parts)


def _first(dues: Sequence[tuple[int, int]], settled: frozenset[int], moved: Mapping[int, int]) -> int | None:
    """The first day on which anything of a path is still due; ``dues`` stand in the order of their days."""
    days = []
    for day, step in dues:
        if step in settled:
            continue
        days.append(max(day, moved.get(step, day)))
        if step not in moved:
            break
    return min(days, default=None)
