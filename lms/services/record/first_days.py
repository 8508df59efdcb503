"""What another first day of a path moves, to be shown before it is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from lms.rules.days import date_of_day

from .progress import PathProgress
from .words import labels_of


@dataclass(frozen=True, slots=True)
class MovedDay:
    """A milestone, or a step, with its day as it is and as it would be."""

    title: str
    is_milestone: bool
    before: date
    after: date


def days_that_move(progress: PathProgress, started_on: date) -> list[MovedDay]:
    """What of a path falls on another day when it begins on ``started_on``: each milestone after its steps.

    Pauses keep their days, days off are passed over, and more time moves along. Queries: 1.
    """
    labels = labels_of(
        [milestone.uid for milestone in progress.structure.milestones]
        + [state.step.content_uid or state.step.uid for state in progress.steps],
        get_language() or "en",
    )
    found = []
    for milestone in progress.structure.milestones:
        for step in milestone.steps:
            due_day = max(step.due_day, progress.facts.extended.get(step.uid, step.due_day))
            label = labels.get(step.content_uid or step.uid)
            before, after = (progress.calendar.next_working(day) for day in _dates(progress, due_day, started_on))
            found.append(MovedDay(label.title if label else step.title, False, before, after))
        label = labels.get(milestone.uid)
        found.append(
            MovedDay(label.title if label else milestone.title, True, *_dates(progress, milestone.day, started_on))
        )
    return [row for row in found if row.before != row.after]


def _dates(progress: PathProgress, day: int, started_on: date) -> tuple[date, date]:
    """The date of a day of the path, as it is and as it would be."""
    return progress.date_of(day), date_of_day(day, started_on, progress.today, progress.pauses)
