"""Observer grants: who may observe and judge which skill, until when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from coaching.models import CoachAssignment, ObserverGrant
from coaching.policies import grant_policy, unlapsed
from coaching.rules.times import LAPSES_SOON
from lms.api import Prepared, User, active_people, named_like, oneself, people_with_ids

from .coaches import ACTIVE, PRIMARY


def may_observe(user_id: int, skill_ids: Iterable[int], at: datetime) -> set[int]:
    """Those of these skills that an active person may observe at that moment. Queries: 1."""
    rows = ObserverGrant.objects.filter(
        unlapsed(at.date()), person_id=user_id, person__is_active=True, skill__in=list(skill_ids), granted_at__lte=at
    )
    return set(rows.values_list("skill_id", flat=True))


@dataclass(frozen=True, slots=True)
class HeldGrants:
    """The bases of the grants that somebody holds for some skills, by id of the skill, and whether they hold them as
    the coach of the enrolment, or stand in for one.
    """

    bases: Mapping[int, str]
    as_coach: bool


@dataclass(slots=True)
class _Held:
    skill: int
    basis: str
    as_coach: bool


def _held(person: int, enrolment: int, skills: list[int], on: date, at: datetime) -> QuerySet[ObserverGrant]:
    coach = CoachAssignment.objects.filter(
        enrolment=enrolment, status=ACTIVE, kind=PRIMARY, coach__person=OuterRef("person")
    )
    rows = ObserverGrant.objects.filter(
        unlapsed(on), person=person, person__is_active=True, skill__in=skills, granted_at__lte=at
    )
    return rows.annotate(as_coach=Exists(coach))


_held_grants = Prepared(_Held, _held, skill="skill_id")


def held_grants(person_id: int, enrolment_id: int, skill_ids: Sequence[int], at: datetime) -> HeldGrants:
    """The grants that an active person holds for these skills at a moment. Queries: 1."""
    rows = _held_grants(person=person_id, enrolment=enrolment_id, skills=skill_ids, on=at.date(), at=at)
    return HeldGrants({row.skill: row.basis for row in rows}, any(row.as_coach for row in rows))


def grants_at(user_id: int, skill_ids: Iterable[int], at: datetime) -> dict[int, UUID]:
    """By which grant somebody might observe each of these skills at a moment: skill id -> uid. Queries: 1."""
    then = Q(revoked_at=None) | Q(revoked_at__gt=at)
    rows = ObserverGrant.objects.filter(then, person_id=user_id, skill__in=list(skill_ids))
    return dict(rows.filter(granted_at__lte=at, until_on__gte=at.date()).values_list("skill_id", "uid"))


def grants_of(user_ids: Iterable[int], on: date) -> dict[int, dict[int, str]]:
    """What these people may observe on a day: person id -> skill id -> basis of the grant. Queries: 1."""
    found: dict[int, dict[int, str]] = {user_id: {} for user_id in user_ids}
    rows = ObserverGrant.objects.filter(unlapsed(on), person__in=list(found))
    for person_id, skill_id, basis in rows.values_list("person_id", "skill_id", "basis"):
        found[person_id][skill_id] = basis
    return found


def observers_for(skill_ids: Iterable[int], exclude: Iterable[User] = (), *, on: date) -> list[User]:
    """Active people who may observe every one of these skills on a day, by name, none of ``exclude`` by another account
    neither. Queries: 1.
    """
    wanted = set(skill_ids)
    able = (
        ObserverGrant.objects.filter(unlapsed(on), skill__in=wanted)
        .values("person")
        .annotate(skills=Count("skill", distinct=True))
        .filter(skills=len(wanted))
        .order_by()
        .values("person")
    )
    rows = active_people().filter(pk__in=able)
    for person in exclude:
        rows = rows.exclude(oneself(person))
    return list(rows) if wanted else []


def observers(
    actor: User, *, skill: str = "", basis: str = "", lapse: str = "", words: str = "", on: date
) -> QuerySet[User]:
    """Everybody who holds an open grant that the actor may see, whose grant lapses first first (``lapses_on``).

    Of the grants for a ``skill`` (slug), on a ``basis``, with a ``lapse`` of LAPSES; by ``words`` of the name.
    """
    found = grant_policy.queryset(actor, "view").filter(revoked_at=None)
    if skill:
        found = found.filter(skill__slug=skill)
    if basis:
        found = found.filter(basis=basis)
    if lapse:
        found = found.filter(LAPSES[lapse](on))
    first = found.filter(person=OuterRef("pk")).order_by("until_on").values("until_on")[:1]
    people = people_with_ids(found.values("person")).filter(named_like(words)).annotate(lapses_on=Subquery(first))
    return people.order_by("lapses_on", "name_order", "pk")


LAPSES: Mapping[str, Callable[[date], Q]] = {
    "soon": lambda on: Q(until_on__gte=on, until_on__lte=on + timedelta(days=LAPSES_SOON)),
    "lapsed": lambda on: Q(until_on__lt=on),
}
"""Which open grants: those that lapse soon, those that have."""


def open_grants_of_each(actor: User, people: Iterable[User]) -> dict[int, list[ObserverGrant]]:
    """The open grants of each of these people that the actor may see, by id, the first to lapse first. Queries: 1-2."""
    found: dict[int, list[ObserverGrant]] = {person.pk: [] for person in people}
    rows = grant_policy.queryset(actor, "view").filter(person__in=list(found), revoked_at=None)
    for row in rows.select_related("skill").order_by("until_on", "skill__name_order", "pk"):
        found[row.person_id].append(row)
    return found


def open_grants_of(actor: User, person_uid: UUID) -> list[ObserverGrant]:
    """The open grants of somebody that the actor may see, by skill, lapsed ones included. Queries: 1-2."""
    rows = grant_policy.queryset(actor, "view").filter(person__uid=person_uid, revoked_at=None)
    return list(by_skill(rows).select_related("granted_by"))


def by_skill(grants: QuerySet[ObserverGrant]) -> QuerySet[ObserverGrant]:
    """With person and skill, in the order of skills."""
    return grants.select_related("person", "skill").order_by("skill__name_order", "pk")
