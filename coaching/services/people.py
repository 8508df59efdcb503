"""The card *my people*: who helps me, and how to reach them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from coaching.models import CoachAssignment, CoachProfile
from lms.api import Enrolment, User, managers_of

from .coaches import ACTIVE, is_away, profile_of, stands_in
from .standing import standing_of_people

COACH, COVER, STANDING, MANAGER = "coach", "cover", "standing", "manager"


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who helps. ``role``: coach, cover, standing (coach) or manager; a cover says for whom and until when.
    ``enrolment``: id of the path on which they do, ``holding``: of the role in which; None where they do on none.
    """

    person: User
    role: str
    enrolment: int | None = None
    away_until: date | None = None
    covers_for: User | None = None
    holding: int | None = None


def my_people(person: User, on: date) -> list[Helper]:
    """Coaches of the person's open paths, who covers for them today, standing coaches and managers. Queries: 4-6."""
    found: list[Helper] = []
    rows = CoachAssignment.objects.filter(
        enrolment__person=person, enrolment__status__in=Enrolment.OPEN, status=ACTIVE
    ).select_related("coach__person", "coach__cover__person")
    for row in rows.order_by("kind", "pk").reverse():
        role = COACH if row.kind == CoachAssignment.Kind.PRIMARY else COVER
        found += _with_cover(Helper(row.coach.person, role, row.enrolment_id), row.coach, person, on)
    for standing in standing_of_people([person.pk]).get(person.pk, ()):
        helper = Helper(standing.coach, STANDING, holding=standing.holding_id)
        found += _with_cover(helper, profile_of(standing.coach), person, on)
    return found + [Helper(manager, MANAGER) for manager in managers_of(person, on)]


def _with_cover(helper: Helper, profile: CoachProfile | None, person: User, on: date) -> list[Helper]:
    """A coach, and while they are away whoever covers for them, who is never the person."""
    away = profile.away_until if profile and is_away(profile, on) else None
    helper, cover = replace(helper, away_until=away), stands_in(profile, on) if profile else None
    if not cover or helper.role == COVER or cover.person_id == person.pk:
        return [helper]
    return [helper, replace(helper, person=cover.person, role=COVER, covers_for=helper.person)]
