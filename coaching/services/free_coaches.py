"""Who could coach people who begin on a path: by grants and free places."""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db.models import Count

from coaching.models import CoachAssignment, CoachProfile, ObserverGrant
from coaching.policies import not_ended, unlapsed
from lms.api import PathStructure, StepKind, User, other_accounts_of_each


class FreeCoaches:
    """Coaches of a path with room, given out one after another (``take``), so that nobody gets more than they can."""

    def __init__(self, structure: PathStructure, on: date) -> None:
        """Read who coaches, who is here on that day, and what they may observe. Queries: 4.

        A place that a proposal speaks for is not free.
        """
        skills = {
            structure.skill_ids[slug]
            for step in structure.steps.values()
            if step.kind == StepKind.DEMONSTRATION
            for slug in step.skills
        }
        profiles = CoachProfile.objects.filter(not_ended("", on), person__is_active=True)
        here = profiles.exclude(away_from__lte=on, away_until__gte=on).select_related("person")
        waiting = CoachAssignment.objects.filter(status=CoachAssignment.Status.PROPOSED).values_list("coach")
        proposed = dict(waiting.annotate(Count("pk")).order_by())
        granted = ObserverGrant.objects.filter(unlapsed(on), skill__in=skills).values_list("person", "skill")
        grants = Counter(person for person, _skill in set(granted))
        self._free = {row.pk: row.capacity - row.load - proposed.get(row.pk, 0) for row in here}
        self._coaches = [row for row in here if not skills or grants[row.person_id]]
        self._grants = grants
        others = other_accounts_of_each([row.person_id for row in here])
        self._same = {pk: {person.pk for person in found} for pk, found in others.items()}

    def take(self, person: User) -> CoachProfile | None:
        """A coach for one more person: whoever may observe most of what the path asks to show, of these whoever has
        most room, by name; None when nobody has.
        """
        free = [row for row in self._coaches if self._free[row.pk] > 0 and not self._is(row, person)]
        if not free:
            return None
        best = min(
            free,
            key=lambda row: (-self._grants[row.person_id], -self._free[row.pk], row.person.name_order, row.pk),
        )
        self._free[best.pk] -= 1
        return best

    def _is(self, coach: CoachProfile, person: User) -> bool:
        """Whether the coach is this person, by another account too."""
        return coach.person_id == person.pk or person.pk in self._same.get(coach.person_id, ())
