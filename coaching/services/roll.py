"""The list of people: everybody with an account, looked for by words, state, team, duty, coach and path."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from coaching.models import CoachAssignment, CoachProfile
from coaching.policies import not_ended
from lms.api import (
    DutyHolding,
    Enrolment,
    Membership,
    User,
    current_memberships,
    in_state,
    named_like,
    open_paths,
    teams_below,
    with_leave,
)
from lms.rules.life import STATES

from .coaches import ACTIVE, coaches_by_learner

COACHES, MANAGES = "coach", "manager"
NOBODY = "nobody"
NAME, NEWEST = "name", "newest"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom somebody looks for. ``words`` of name, address or number; ``team``: with the teams below; ``duty``: one of
    the duties, COACHES or MANAGES; ``coach``: the uid of one, or NOBODY for those on a path without one.
    """

    words: str = ""
    state: str = ""
    team: UUID | None = None
    duty: str = ""
    coach: str = ""
    path: UUID | None = None
    order: str = NAME


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the list: their team and manager-ships of today, duties, and who coaches them."""

    person: User
    team: str
    duties: tuple[str, ...]
    coaches: tuple[User, ...]
    places: CoachProfile | None


def people_wanted(wanted: Wanted, on: date) -> QuerySet[User]:
    """Everybody who is looked for, in order; read by ``with_leave``. Queries: 0, 1 with a team."""
    people = with_leave(User.objects.all())
    if wanted.words:
        people = people.filter(named_like(wanted.words) | Q(employee_number__iexact=wanted.words.strip()))
    if wanted.state:
        people = people.filter(in_state(wanted.state, on))
    if wanted.team:
        belongs = Membership.objects.filter(
            current_memberships(on=on), person=OuterRef("pk"), team__in=teams_below(wanted.team)
        )
        people = people.filter(Exists(belongs))
    if wanted.duty:
        people = people.filter(_has(wanted.duty, on))
    if wanted.coach:
        people = people.filter(_coached(wanted.coach))
    if wanted.path:
        people = people.filter(Exists(open_paths().filter(person=OuterRef("pk"), path__uid=wanted.path)))
    newest = ("-started_on",) if wanted.order == NEWEST else ()
    return people.order_by(*newest, "name_order", "pk")


def count_states(on: date) -> dict[str, int]:
    """How many people are in each state. Queries: 1."""
    counts = {state: Count("pk", filter=in_state(state, on)) for state in STATES}
    return User.objects.aggregate(**counts)


def without_coach(on: date) -> int:
    """How many people are on a path that runs and have nobody who coaches them. Queries: 1."""
    return User.objects.filter(in_state("here", on), _coached(NOBODY)).count()


def roll_rows(people: list[User], on: date) -> list[Row]:
    """What the list says about these people. Queries: 4, however many they are."""
    ids = [person.pk for person in people]
    teams: dict[int, Membership] = {}
    manages: set[int] = set()
    belongs = Membership.objects.filter(current_memberships(on=on), person__in=ids).select_related("team")
    for row in belongs.order_by("from_on", "pk"):
        if row.role == Membership.Role.MEMBER:
            teams[row.person_id] = row
        else:
            manages.add(row.person_id)
    duties: dict[int, list[str]] = {}
    for holding in DutyHolding.objects.filter(person__in=ids, until_at=None).order_by("pk"):
        duties.setdefault(holding.person_id, []).append(holding.duty)
    coaches = coaches_by_learner(ids)
    profiles = {row.person_id: row for row in CoachProfile.objects.filter(not_ended("", on), person__in=ids)}
    return [
        Row(
            person,
            teams[person.pk].team.name if person.pk in teams else "",
            (
                *duties.get(person.pk, ()),
                *((MANAGES,) if person.pk in manages else ()),
                *((COACHES,) if person.pk in profiles else ()),
            ),
            tuple({coach.pk: coach for coach in coaches.get(person.pk, ())}.values()),
            profiles.get(person.pk),
        )
        for person in people
    ]


def _has(duty: str, on: date) -> Q:
    if duty == COACHES:
        return Q(Exists(CoachProfile.objects.filter(not_ended("", on), person=OuterRef("pk"))))
    if duty == MANAGES:
        manages = Membership.objects.filter(current_memberships(on=on), role=Membership.Role.MANAGER)
        return Q(Exists(manages.filter(person=OuterRef("pk"))))
    return Q(Exists(DutyHolding.objects.filter(person=OuterRef("pk"), duty=duty, until_at=None)))


def _coached(coach: str) -> Q:
    mine = CoachAssignment.objects.filter(enrolment__person=OuterRef("pk"), status=ACTIVE)
    if coach != NOBODY:
        return Q(Exists(mine.filter(coach__person__uid=coach)))
    runs = Enrolment.objects.filter(person=OuterRef("pk"), status__in=Enrolment.OPEN)
    return Q(Exists(runs)) & ~Q(Exists(mine))
