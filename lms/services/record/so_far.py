"""How far an installation is: what the record holds so far, for the page on which it is set up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from lms.models import Enrolment, Membership, Organisation
from lms.policies.people import current_memberships
from lms.services.platform.people import active_people
from lms.services.platform.team_tree import open_teams

from .paths import newest_path_versions


@dataclass(frozen=True, slots=True)
class RecordSoFar:
    """What is there. ``managed``: open teams with a manager on that day; ``people``: whose account is open; ``paths``:
    on the site; ``enrolments``: ever.
    """

    name: str
    set_up_at: datetime | None
    teams: int
    managed: int
    people: int
    paths: int
    enrolments: int


def record_so_far(on: date) -> RecordSoFar:
    """What the record holds on a day. Queries: 1."""
    manages = Membership.objects.filter(current_memberships(on), role=Membership.Role.MANAGER)
    return RecordSoFar(
        **Organisation.objects.filter(pk=1).values(
            "name",
            "set_up_at",
            teams=_count(open_teams()),
            managed=_count(open_teams().filter(pk__in=manages.values("team"))),
            people=_count(active_people()),
            paths=_count(newest_path_versions()),
            enrolments=_count(Enrolment.objects.all()),
        )[0]
    )


def anybody_enrolled() -> bool:
    """Whether somebody is or was on a path. Queries: 1."""
    return Enrolment.objects.exists()


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many rows there are, as a part of a larger question."""
    found = rows.order_by().values(one=Value(1)).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(found), 0)
