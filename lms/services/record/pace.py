"""How far many people are on their paths: what is done, waived or opened early, and since when something is due.

Practice is left out of what is due (``PathStructure.dues``): others read from this whether somebody is behind, and who
practised is nobody else's business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lms.models import Enrolment, Extension, Opening, Pause, StepCompletion, Waiver
from lms.rules.days import date_of_day
from lms.rules.workdays import WorkCalendar
from lms.services.platform.calendars import calendars
from lms.services.platform.prepared import Prepared

from .structure import structure_of


@dataclass(slots=True)
class _OfStep:
    """That something holds of a step on a path; both by id."""

    enrolment: int
    step: int


@dataclass(slots=True)
class _Extended:
    enrolment: int
    step: int
    due_day: int


@dataclass(slots=True)
class _Pause:
    enrolment: int
    from_on: date
    until_on: date | None


_OF_STEP = {"enrolment": "enrolment_id", "step": "step_id"}
_completed = Prepared(_OfStep, lambda enrolments: StepCompletion.objects.filter(enrolment__in=enrolments), **_OF_STEP)
_waived = Prepared(_OfStep, lambda enrolments: Waiver.objects.filter(enrolment__in=enrolments), **_OF_STEP)
_opened = Prepared(_OfStep, lambda enrolments: Opening.objects.filter(enrolment__in=enrolments), **_OF_STEP)
_extended = Prepared(
    _Extended,
    lambda enrolments: Extension.objects.filter(enrolment__in=enrolments).order_by("pk"),
    **_OF_STEP,
)
_pauses = Prepared(_Pause, lambda enrolments: Pause.objects.filter(enrolment__in=enrolments), enrolment="enrolment_id")


@dataclass(frozen=True, slots=True)
class Settled:
    """Of one path, by the ids of steps: what is done, waived or opened in spite of its lock, and the days that moved.

    ``oldest_due``: when the oldest unfinished required step was or is due; None when none is left. ``late``: how many
    working days have passed since, by the ``calendar`` of where the person works.
    """

    done: frozenset[int]
    waived: frozenset[int]
    opened: frozenset[int]
    extended: Mapping[int, int]
    oldest_due: date | None
    late: int
    calendar: WorkCalendar


def settled_steps(
    enrolments: Sequence[Enrolment], today: Mapping[int, date], pauses: Mapping[int, Sequence[tuple[date, date | None]]]
) -> dict[int, Settled]:
    """How far each path is, by enrolment id. ``today`` is each person's own, ``pauses`` those of each path.

    Queries: 4, 0 for nobody; 3 more when working days are not in memory.
    """
    working, ids = calendars(), [enrolment.pk for enrolment in enrolments]
    completed, waived, opened = (_by_path(question(enrolments=ids)) for question in (_completed, _waived, _opened))
    extended: dict[int, dict[int, int]] = defaultdict(dict)
    for row in _extended(enrolments=ids):
        extended[row.enrolment][row.step] = row.due_day
    return {
        enrolment.pk: settle(
            enrolment,
            completed[enrolment.pk],
            waived[enrolment.pk],
            opened[enrolment.pk],
            extended.get(enrolment.pk, {}),
            today[enrolment.pk],
            pauses.get(enrolment.pk, ()),
            working.get(enrolment.person.location_id) or working[None],
        )
        for enrolment in enrolments
    }


def settle(
    enrolment: Enrolment,
    done: Collection[int],
    waived: Collection[int],
    opened: Collection[int],
    extended: Mapping[int, int],
    today: date,
    pauses: Sequence[tuple[date, date | None]],
    calendar: WorkCalendar,
) -> Settled:
    """How far one path is, from ids of its steps and the days that moved. Queries: 0, its structure being in memory."""
    left = frozenset(done) | frozenset(waived)
    day = _first(structure_of(enrolment.path_version_id).dues, left, extended)
    due = None if day is None else calendar.next_working(date_of_day(day, enrolment.started_on, today, pauses))
    late = calendar.working_days(due, today) if due else 0
    return Settled(frozenset(done), frozenset(waived), frozenset(opened), extended, due, late, calendar)


def pauses_of(enrolment_ids: Sequence[int]) -> dict[int, list[tuple[date, date | None]]]:
    """The pauses of paths by id, each from one day up to, not with, another. Queries: 1, 0 for no path."""
    found: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for row in _pauses(enrolments=enrolment_ids):
        found[row.enrolment].append((row.from_on, row.until_on))
    return found


def _by_path(rows: Iterable[_OfStep]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        found[row.enrolment].add(row.step)
    return found


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
