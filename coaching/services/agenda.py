"""The next agenda of a coach and a learner, drafted from what stands open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from coaching.models import Commitment
from lms.api import LOCKED, OPEN, PathProgress, labels_of

CONFIRM, AGAIN, LATE, PROMISED, OVERDUE = "confirm", "again", "late", "promised", "overdue"
MOST_STEPS = 3


@dataclass(frozen=True, slots=True)
class AgendaPoint:
    """One point: ``why`` is confirm, again, late, promised or overdue; ``commitment`` where it is about one."""

    why: str
    text: str
    commitment: UUID | None = None


def agenda_of(
    progress: PathProgress, commitments: Iterable[Commitment], again: Iterable[tuple[str, str]] = ()
) -> list[AgendaPoint]:
    """Reported commitments first, then what came of a *not yet*, late promises, others, and the steps that are most
    overdue. ``progress`` is the path as others see it (``lms.api.as_others_see``): practice is no point. ``again``:
    title of the skill and the next step that was decided. Queries: 0-1.
    """
    points = [AgendaPoint(AGAIN, f"{title}: {step}") for title, step in again]
    for row in commitments:
        if row.status == Commitment.Status.DONE:
            points.append(AgendaPoint(CONFIRM, row.what, row.uid))
        elif row.status == Commitment.Status.OPEN:
            points.append(AgendaPoint(LATE if row.by_on < progress.today else PROMISED, row.what, row.uid))
    order = (CONFIRM, AGAIN, LATE, PROMISED)
    points.sort(key=lambda point: order.index(point.why))
    late = [state for state in progress.steps if state.overdue and state.step.required]
    late = sorted(late, key=lambda state: (state.status == LOCKED, state.status != OPEN, state.due_on))[:MOST_STEPS]
    titles = labels_of([state.step.content_uid for state in late]) if late else {}
    for state in late:
        label = titles.get(state.step.content_uid) if state.step.content_uid else None
        points.append(AgendaPoint(OVERDUE, label.title if label else state.step.title))
    return points
