"""What is about to end is said in time: to whoever was vouched for, to those around them, and to whoever is to name
somebody that can decide when it is seen again.

A sign-off is due from the first day of the organisation's window on. It is said on that day, 30 and 7 days before the
last day and on the last day, as the person's own clock has it: at five in the morning of whoever reads it, so that it
stands in the mail of that morning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q

from assessments.rules.notices import SIGNOFF_ENDS, SIGNOFF_ENDS_OF, STANDING_COACH_MISSING
from assessments.services.cases.standards import role_of
from coaching.api import coaches_by_learner, standing_coaches
from lms import clock
from lms.api import (
    NoticeKind,
    PlannedReminder,
    RoleHolding,
    SkillGate,
    User,
    expiring_days,
    holdings_on,
    learning_administrators,
    managers_of_each,
    organisations_day,
    people_around,
    plan_reminders,
    signed_until,
)

DAYS_BEFORE = (30, 7, 0)
EARLY = time(5)
LATE = 3
"""For so many days what was missed is still said: a schedule that stood still longer goes on with what comes next."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Due:
    """A sign-off about which something is due: since which day, and how many days are left on the day of the person."""

    gate: SkillGate
    since: date
    left: int
    first: bool

    @property
    def event(self) -> UUID:
        """The sign-off, whose gate is named after it."""
        return UUID(self.gate.source.rpartition(":")[2])


def remind_of_endings(at: datetime) -> int:
    """Plan what is due now about sign-offs that end soon; for the hourly sweep. What was planned before stays as it is.

    Returns how many sign-offs that are about. Queries: 2, and where there are any 10 and 1 for 500 reminders.
    """
    found = list(_due(at))
    if not found:
        return 0
    people = {due.gate.person_id: due.gate.person for due in found}
    around = people_around(list(people.values()), organisations_day(at))
    planned = [row for due in found for row in _about(due, around[due.gate.person_id])]
    planned += _nobody_decides([due for due in found if due.first], people, at)
    plan_reminders(row for row in planned if row.due_at <= at)
    return len(found)


def _due(at: datetime) -> Iterator[_Due]:
    """The step that each sign-off has come to, if it came to it in the last days."""
    window = expiring_days()
    steps = sorted({window, *(days for days in DAYS_BEFORE if days < window)})
    today = at.date()  # of UTC; each is judged by the day of the person, which may be the one before or after
    spans = [(today + timedelta(days=days - LATE) - DAY, today + timedelta(days=days) + DAY) for days in steps]
    for gate in signed_until(spans):
        until = gate.valid_until
        if until is None:
            continue
        left = (until - clock.today(gate.person.zone, at)).days
        step = next((days for days in steps if days >= left), None)
        if left >= 0 and step is not None and step - left <= LATE:
            yield _Due(gate, until - timedelta(days=step), left, step == window)


def _about(due: _Due, around: Iterable[User]) -> Iterator[PlannedReminder]:
    person, skill = due.gate.person, due.gate.skill
    words = {"name": person.full_name, "skill": skill.title, "day": due.gate.valid_until, "left": due.left}
    yield on_the_morning(person, SIGNOFF_ENDS, due.event, words, due.since)
    for who in around:
        yield on_the_morning(who, SIGNOFF_ENDS_OF, due.event, words, due.since)


def on_the_morning(who: User, kind: NoticeKind, about: UUID, words: Mapping[str, object], on: date) -> PlannedReminder:
    """What stands in the mail of a morning of whoever reads it."""
    return PlannedReminder(who, kind, about, words, datetime.combine(on, EARLY, who.zone))


def _nobody_decides(found: Sequence[_Due], people: Mapping[int, User], at: datetime) -> Iterator[PlannedReminder]:
    """Where somebody holds a role with no standing coach, and no coach of a path either, managers and L&D are asked to
    name one from the first day of the window on.
    """
    if not found:
        return
    day, ends = organisations_day(at), defaultdict(list)
    for due in found:
        ends[due.gate.person_id].append(due)
    holdings = list(holdings_on(Q(person__in=ends), day))
    standing, coached = standing_coaches(row.pk for row in holdings), coaches_by_learner(list(ends))
    managers, learning = managers_of_each(set(ends), day), list(learning_administrators())
    for holding in holdings:
        if holding.pk in standing or coached.get(holding.person_id):
            continue
        first = _first_that_counts(holding, ends[holding.person_id])
        if first is None:
            continue
        words = {
            "name": people[holding.person_id].full_name,
            "role": holding.role_version.profile.title,
            "skill": first.gate.skill.title,
            "day": first.gate.valid_until,
        }
        for who in {who.pk: who for who in [*managers[holding.person_id], *learning]}.values():
            if who.pk != holding.person_id:
                yield on_the_morning(who, STANDING_COACH_MISSING, holding.uid, words, first.since)


def _first_that_counts(holding: RoleHolding, found: Iterable[_Due]) -> _Due | None:
    """Of what ends, the first that the role asks for."""
    asked = role_of(holding.role_version_id).by_skill
    mine = [due for due in found if due.gate.skill.slug in asked]
    return min(mine, key=lambda due: (due.since, due.gate.pk), default=None)
