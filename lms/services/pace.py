"""Since when people are late on their paths: the day of the oldest required step that is neither done nor waived.

Practice is left out: others read from this whether somebody is behind, and who practised is nobody else's business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from lms.models import Enrolment, Extension, StepCompletion, Waiver
from lms.rules.days import date_of_day

from .structure import structure_of


def oldest_due(
    enrolments: Sequence[Enrolment], today: Mapping[int, date], pauses: Mapping[int, Sequence[tuple[date, date | None]]]
) -> dict[int, date]:
    """When the oldest unfinished required step of each path was or is due, by enrolment id; nothing for who has none
    left. ``today`` is each person's own, ``pauses`` those of each path. Queries: 2, 0 for nobody.
    """
    ids = [enrolment.pk for enrolment in enrolments]
    if not ids:
        return {}
    mine = {"enrolment__in": ids}
    waived = Waiver.objects.filter(**mine).order_by().values_list("enrolment_id", "step_id")
    settled: dict[int, set[int]] = defaultdict(set)
    done = StepCompletion.objects.filter(**mine).order_by().values_list("enrolment_id", "step_id")
    for enrolment_id, step_id in done.union(waived, all=True):
        settled[enrolment_id].add(step_id)
    moved: dict[int, dict[int, int]] = defaultdict(dict)
    extended = Extension.objects.filter(**mine).order_by("extended_at", "pk")
    for enrolment_id, step_id, due_day in extended.values_list("enrolment_id", "step_id", "due_day"):
        moved[enrolment_id][step_id] = due_day
    found = {}
    for enrolment in enrolments:
        pk = enrolment.pk
        first = _first(enrolment, settled[pk], moved.get(pk, {}), today[pk], pauses.get(pk, ()))
        if first:
            found[pk] = first
    return found


def _first(
    enrolment: Enrolment,
    settled: set[int],
    moved: Mapping[int, int],
    today: date,
    pauses: Sequence[tuple[date, date | None]],
) -> date | None:
    dues = structure_of(enrolment.path_version_id).dues
    left = [max(day, moved.get(step, day)) for day, step in dues if step not in settled]
    return date_of_day(min(left), enrolment.started_on, today, pauses) if left else None
