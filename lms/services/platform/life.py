"""The states that people are in: asked for one person, for a page of them, and as a filter of a list."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from lms.models import Leave, User
from lms.rules.life import EXPECTED, HERE, INVITED, LEAVING, LEFT, NEVER_CAME, ON_LEAVE, PersonStanding


def with_leave(people: QuerySet[User]) -> QuerySet[User]:
    """These people, each with the days of the leave from which they are not back (``standing_of`` asks for them)."""
    leave = Leave.objects.filter(person=OuterRef("pk"), back_on=None)
    return people.annotate(
        away_from=Subquery(leave.values("from_on")[:1]), away_until=Subquery(leave.values("until_on")[:1])
    )


def person_with_leave(pk: int) -> User:
    """Somebody, with their leave and where they work. Queries: 1."""
    return with_leave(User.objects.select_related("location")).get(pk=pk)


def standing_of(person: User) -> PersonStanding:
    """What decides the state of somebody read by ``with_leave``. Queries: 0."""
    return PersonStanding(
        person.is_active,
        person.has_usable_password(),
        person.started_on,
        person.left_on,
        person.away_from,  # type: ignore[attr-defined]
        person.away_until,  # type: ignore[attr-defined]
    )


def in_state(state: str, today: date) -> Q:
    """People in one state on a day, as ``PersonStanding.state`` has it; nobody for a state that is none."""
    active, ends = Q(is_active=True), Q(left_on__isnull=False)
    away = Exists(Leave.objects.filter(person=OuterRef("pk"), back_on=None, from_on__lte=today))
    unopened = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    ahead = Q(started_on__isnull=False, started_on__gt=today)
    present = active & ~ends & ~Q(away)
    found = {
        LEFT: ~active & ends,
        NEVER_CAME: ~active & ~ends,
        LEAVING: active & ends,
        ON_LEAVE: active & ~ends & Q(away),
        INVITED: present & unopened,
        EXPECTED: present & ~unopened & ahead,
        HERE: present & ~unopened & ~ahead,
    }
    return found.get(state, Q(pk__in=[]))
