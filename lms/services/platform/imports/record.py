"""What the record holds of people and teams, read at once for an import."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Q

from lms.models import AddressProposal, DutyHolding, FormerAddress, Location, Membership, Team, User
from lms.rules.addresses import KEPT_FOR
from lms.rules.people_files.compare import PersonHere, RecordHere
from lms.rules.people_files.places import TeamHere

T = TypeVar("T")
BATCH = 500
MEMBER, MANAGER = Membership.Role.MEMBER, Membership.Role.MANAGER


def record_now(today: date, at: datetime) -> RecordHere:
    """Everybody, those who left too, with their team, and every open team with its managers. Queries: 7."""
    duties: defaultdict[int, list[str]] = defaultdict(list)
    for person, duty in DutyHolding.objects.filter(until_at=None).order_by("pk").values_list("person", "duty"):
        duties[person].append(duty)
    now, planned = _teams_of_people(today)
    fields = ("email", "employee_number", "full_name", "job", "location", "started_on", "left_on", "is_active")
    rows: Iterable[dict[str, Any]] = User.objects.order_by("pk").values("id", *fields)
    people = {
        row["id"]: PersonHere(
            **row,
            team=now.get(row["id"]),
            next_team=planned.get(row["id"]),
            duties=tuple(duties.get(row["id"], ())),
        )
        for row in rows
    }
    locations = [
        (None if main else pk, name) for pk, name, main in Location.objects.values_list("pk", "name", "is_main")
    ]
    addresses = list(FormerAddress.objects.values_list("person", "email", "until_at"))
    return RecordHere(
        people=people,
        teams=_teams(today),
        locations={name.casefold(): pk for pk, name in locations},
        location_names=dict(locations),
        former={email: person for person, email, until in addresses if until > at - KEPT_FOR},
        once_theirs=frozenset((person, email) for person, email, _until in addresses),
        proposed=frozenset(AddressProposal.objects.values_list("person", "email")),
    )


def _teams_of_people(today: date) -> tuple[dict[int, int], dict[int, int]]:
    """The team of each person today, and the one to which a move is planned."""
    now: dict[int, int] = {}
    planned: dict[int, int] = {}
    rows = Membership.objects.filter(not_over(today), role=MEMBER).order_by("from_on", "pk")
    for person, team, from_on in rows.values_list("person", "team", "from_on"):
        (planned if from_on > today else now)[person] = team
    return now, planned


def _teams(today: date) -> tuple[TeamHere, ...]:
    managers: defaultdict[int, list[int]] = defaultdict(list)
    rows = Membership.objects.filter(not_over(today), role=MANAGER, acting_for=None, person__is_active=True)
    for team, person in rows.order_by("from_on", "pk").values_list("team", "person"):
        managers[team].append(person)
    teams = Team.objects.filter(closed_on=None).order_by("pk").values_list("pk", "name", "parent")
    return tuple(TeamHere(pk, name, parent, tuple(dict.fromkeys(managers[pk]))) for pk, name, parent in teams)


def not_over(day: date) -> Q:
    """Memberships that hold on a day, or begin later."""
    return Q(until_on=None) | Q(until_on__gte=day)


def batched(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """The rows, 500 at a time."""
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
