"""Since when people are late on their paths: the day of the oldest required step that is neither done nor waived.

Practice is left out (``PathStructure.dues``): others read from this whether somebody is behind, and who practised is
nobody else's business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, QuerySet

from lms.models import Enrolment, Extension, StepCompletion, Waiver
from lms.rules.days import paused_days

from .structure import structure_of
from .union import Row, Union, union_part

# The columns beside the kind, with the type that each has: what is settled is thousands of rows, and only numbers.
SETTLED: dict[str, models.Field] = {"enrolment": models.BigIntegerField(), "step": models.BigIntegerField()}
EXTENDED = SETTLED | {"due_on": models.DateField(), "extended_at": models.DateTimeField()}


def oldest_due(
    enrolments: Sequence[Enrolment], today: Mapping[int, date], pauses: Mapping[int, Sequence[tuple[date, date | None]]]
) -> dict[int, date]:
    """When the oldest unfinished required step of each path was or is due, by enrolment id; nothing for who has none
    left. ``today`` is each person's own, ``pauses`` those of each path. Queries: 2, 0 for nobody.
    """
    ids = [enrolment.pk for enrolment in enrolments]
    settled: dict[int, set[int]] = defaultdict(set)
    for _kind, enrolment_id, step_id in _settled(enrolments=ids) if ids else ():
        settled[enrolment_id].add(step_id)
    moved: dict[int, dict[int, date]] = defaultdict(dict)
    for _kind, enrolment_id, step_id, due_on, _at in sorted(_extended(enrolments=ids), key=_latest_last) if ids else ():
        moved[enrolment_id][step_id] = due_on
    found = {}
    for enrolment in enrolments:
        pk = enrolment.pk
        first = _first(enrolment, settled[pk], moved.get(pk, {}), today[pk], pauses.get(pk, ()))
        if first:
            found[pk] = first
    return found


STEP = {"enrolment": F("enrolment_id"), "step": F("step_id")}


def _settled_steps(enrolments: list[int]) -> list[QuerySet[Any, Row]]:
    mine = {"enrolment__in": enrolments}
    return [
        union_part(SETTLED, "completed", StepCompletion.objects.filter(**mine), **STEP),
        union_part(SETTLED, "waived", Waiver.objects.filter(**mine), **STEP),
    ]


def _extensions(enrolments: list[int]) -> list[QuerySet[Any, Row]]:
    rows = Extension.objects.filter(enrolment__in=enrolments)
    return [union_part(EXTENDED, "extended", rows, **STEP, due_on=F("due_on"), extended_at=F("extended_at"))]


_settled, _extended = Union(_settled_steps), Union(_extensions)


def _latest_last(row: Row) -> datetime:
    return row[4]


def _first(
    enrolment: Enrolment,
    settled: set[int],
    moved: Mapping[int, date],
    today: date,
    pauses: Sequence[tuple[date, date | None]],
) -> date | None:
    dates = []
    for day, step in structure_of(enrolment.path_version_id).dues:
        if step in settled:
            continue
        if step in moved:
            dates.append(moved[step])
            continue
        paused = paused_days(pauses, enrolment.started_on, today) if pauses else 0
        dates.append(enrolment.started_on + timedelta(days=day + paused))
        if not moved:
            break
    return min(dates, default=None)
