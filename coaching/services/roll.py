"""The list of people, with who coaches them: what ``lms.api.people_wanted`` finds, and coaching beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from coaching.models import CoachAssignment, CoachProfile
from coaching.policies import not_ended
from lms.api import (
    PeopleWanted,
    User,
    on_a_path,
    other_accounts_of_each,
    people_here_on,
    people_wanted,
    teams_and_duties,
)

from .coaches import ACTIVE, coaches_by_learner

COACHES = "coach"
"""What somebody is by a coach profile, among the duties to filter by."""
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """One person of the list: their team and duties of today, who coaches them, and which other accounts are theirs."""

    person: User
    team: str
    duties: tuple[str, ...]
    coaches: tuple[User, ...]
    also: tuple[User, ...]


def people_listed(wanted: PeopleWanted, coach: str, on: date) -> QuerySet[User]:
    """Everybody who is looked for, in order. ``coach``: the uid of one, NOBODY for those on a path without one, "" for
    any; the duty may be COACHES. Queries: 0, 1 with a team.
    """
    if wanted.duty == COACHES:
        profiles = CoachProfile.objects.filter(not_ended("", on), person=OuterRef("pk"))
        people = people_wanted(replace(wanted, duty=""), on).filter(Exists(profiles))
    else:
        people = people_wanted(wanted, on)
    return people.filter(_coached(coach)) if coach else people


def without_coach(on: date) -> int:
    """How many people who are here are on a path and have nobody who coaches them. Queries: 1."""
    return people_here_on(on).filter(_coached(NOBODY)).count()


def list_people(people: list[User], on: date) -> list[ListedPerson]:
    """What the list says about these people. Queries: 5, however many they are."""
    ids = [person.pk for person in people]
    teams, duties = teams_and_duties(ids, on)
    coaches, accounts = coaches_by_learner(ids), other_accounts_of_each(ids)
    coaching = set(CoachProfile.objects.filter(not_ended("", on), person__in=ids).values_list("person", flat=True))
    return [
        ListedPerson(
            person,
            teams.get(person.pk, ""),
            (*duties.get(person.pk, ()), *((COACHES,) if person.pk in coaching else ())),
            tuple({coach.pk: coach for coach in coaches.get(person.pk, ())}.values()),
            tuple(accounts.get(person.pk, ())),
        )
        for person in people
    ]


def _coached(coach: str) -> Q:
    mine = CoachAssignment.objects.filter(enrolment__person=OuterRef("pk"), status=ACTIVE)
    if coach != NOBODY:
        return Q(Exists(mine.filter(coach__person__uid=coach)))
    return on_a_path() & ~Q(Exists(mine))
