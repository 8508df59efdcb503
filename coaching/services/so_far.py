"""How far an installation is: who coaches and who may observe so far, for the page on which it is set up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, Sum

from coaching.models import CoachProfile, ObserverGrant
from coaching.policies import not_ended, unlapsed


@dataclass(frozen=True, slots=True)
class HelpSoFar:
    """``places``: of all coaches together, taken or free; ``ready``: coaches with a place and a grant that holds;
    ``first_end``: the first day on which a grant ends.
    """

    coaches: int
    places: int
    ready: int
    grants: int
    first_end: date | None


def help_so_far(on: date) -> HelpSoFar:
    """Coaches and grants on a day. Queries: 2."""
    grants = ObserverGrant.objects.filter(unlapsed(on), person__is_active=True)
    granted = Exists(grants.filter(person=OuterRef("person")))
    coaches = CoachProfile.objects.filter(not_ended("", on), person__is_active=True)
    ready = Count("pk", filter=Q(granted=True, capacity__gt=0))
    found: dict[str, Any] = coaches.annotate(granted=granted).aggregate(
        coaches=Count("pk"), places=Sum("capacity", default=0), ready=ready
    )
    return HelpSoFar(**found, **grants.aggregate(grants=Count("pk"), first_end=Min("until_on")))
