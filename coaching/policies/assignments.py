"""Who is whose coach. Every other rule of helping, and "the present coach" on the floor above, is this one.

Somebody is the present coach of an enrolment when an active assignment (as coach or as cover) names their profile, or
while the coach is away and named them as cover. That ends with the last day away: nothing has to be handed back. Cover
is not passed on: the cover of a cover is nobody's coach. Nobody is ever their own coach, by another account neither.

When a path is completed its coach goes on as the *standing coach* in the role that it led to, as long as that is held.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from coaching.models import CoachAssignment, StandingAssignment
from lms.api import (
    Enrolment,
    RowPolicy,
    User,
    everybody,
    held_on,
    is_learning_administrator,
    managed_by,
    managed_teams,
    nobody,
    oneself,
    path_can_be_shown_on,
    path_runs,
    paths_to_roles,
)
from lms.clock import now


def not_ended(prefix: str, day: date) -> Q:
    """Coach profiles (at ``prefix``) that hold on a day; ``ended_on`` is the first day on which one does not."""
    return Q(**{f"{prefix}ended_on": None}) | Q(**{f"{prefix}ended_on__gt": day})


def acting(user: User, on: date | None = None) -> Q:
    """Assignments through which the user is somebody's present coach on a day (default: today, UTC)."""
    day = on or now().date()
    own = Q(coach__person=user) & not_ended("coach__", day)
    cover = (
        Q(kind=CoachAssignment.Kind.PRIMARY, coach__away_from__lte=day, coach__away_until__gte=day)
        & Q(coach__cover__person=user)
        & not_ended("coach__cover__", day)
    )
    return Q(status=CoachAssignment.Status.ACTIVE) & (own | cover) & ~oneself(user, "enrolment__person")


def standing_for(user: User, day: date) -> Q:
    """Standing assignments through which the user is somebody's standing coach on a day, as coach or as cover."""
    away = Q(coach__coach_profile__away_from__lte=day, coach__coach_profile__away_until__gte=day)
    cover = away & Q(coach__coach_profile__cover__person=user) & not_ended("coach__coach_profile__cover__", day)
    current = Q(status=StandingAssignment.Status.ACTIVE) & held_on(day, "holding__")
    return current & (Q(coach=user) | cover) & ~oneself(user, "holding__person")


def coached_by(user: User, prefix: str = "", on: date | None = None) -> Q:
    """Rows whose enrolment (at ``prefix``, "" for an enrolment itself) has the user as its present coach; of a
    completed path that is the standing coach in the role that it led to.
    """
    if not user.is_active:
        return nobody()
    lookup = f"{prefix}_id__in" if prefix else "pk__in"
    enrolments = CoachAssignment.objects.filter(acting(user, on)).values("enrolment")
    standing = StandingAssignment.objects.filter(standing_for(user, on or now().date()))
    completed = paths_to_roles(standing.values("holding"))
    return Q(**{lookup: enrolments}) | Q(**{lookup: completed.order_by().values("pk")})


class HelpPolicy(RowPolicy[Enrolment]):
    """What coaching does to an enrolment.

    view: learner, present coach, manager, L&D - accompany: the present coach - meet: learner and present coach, while
    it is open or the role that it led to is held - do: the learner, while it runs - assign: manager and L&D, never to
    oneself.
    """

    def rows(self, user: User, action: str) -> Q:
        mine = Q(person=user)
        open_ = Q(status__in=Enrolment.OPEN)
        if action == "view":
            return mine | coached_by(user) | self._steered(user)
        if action == "accompany":
            return coached_by(user)
        if action == "meet":
            return (mine | coached_by(user)) & (open_ | path_can_be_shown_on())
        if action == "do":
            return mine & path_runs()
        if action == "assign":
            return self._steered(user) & open_ & ~oneself(user, "person")
        return nobody()

    def may(self, user: User, action: str) -> bool:
        return action == "assign" and (is_learning_administrator(user) or bool(managed_teams(user)))

    def _steered(self, user: User) -> Q:
        return everybody() if is_learning_administrator(user) else managed_by(user, "person")


class AssignmentPolicy(RowPolicy[CoachAssignment]):
    """view: the learner, the coach it names, manager, L&D - end: manager and L&D, never of oneself."""

    def rows(self, user: User, action: str) -> Q:
        steered = everybody() if is_learning_administrator(user) else managed_by(user, "enrolment__person")
        if action == "view":
            return Q(enrolment__person=user) | Q(coach__person=user) | steered
        if action == "end":
            return steered & ~oneself(user, "enrolment__person") & Q(status=CoachAssignment.Status.ACTIVE)
        return nobody()


help_policy = HelpPolicy(Enrolment)
assignment_policy = AssignmentPolicy(CoachAssignment)
