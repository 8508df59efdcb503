"""The card *my people*: who helps me, and how to reach them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from coaching.models import CoachAssignment
from lms.api import Enrolment, User, managers_of

from .coaches import ACTIVE, is_away, stands_in
from .standing import standing_coaches_of_people

COACH, COVER, STANDING, MANAGER = "coach", "cover", "standing", "manager"


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who helps. ``role``: coach, cover, standing (coach) or manager; a cover says for whom and until when.
    ``enrolment``: id of the path on which they do; None where they do on none.
    """

    person: User
    role: str
    enrolment: int | None = None
    away_until: date | None = None
    covers_for: User | None = None


def my_people(person: User, on: date) -> list[Helper]:
    """Coaches of the person's open paths, who covers for them today, standing coaches
    and managers. Queries: 4-6."""
    found: list[Helper] = []
    rows = CoachAssignment.objects.filter(
        enrolment__person=person, enrolment__status__in=Enrolment.OPEN, status=ACTIVE
    ).select_related("coach__person", "coach__cover__person")
    for row in rows.order_by("kind", "pk").reverse():
        profile, path = row.coach, row.enrolment_id
        away = profile.away_until if is_away(profile, on) else None
        role = COACH if row.kind == CoachAssignment.Kind.PRIMARY else COVER
        found.append(Helper(profile.person, role, path, away))
        cover = stands_in(profile, on)
        if cover and role == COACH and cover.person_id != person.pk:
            found.append(Helper(cover.person, COVER, path, away, profile.person))
    coaching = {helper.person.pk for helper in found}
    standing = standing_coaches_of_people([person.pk]).get(person.pk, ())
    found += [Helper(coach, STANDING) for coach in standing if coach.pk not in coaching]
    found += [Helper(manager, MANAGER) for manager in managers_of(person, on)]
    return found
