"""Who is the standing coach of somebody who holds a role, and who names one.

A standing coach is one while the role is held. While they are away, whoever covers for them as a coach stands in; cover
is not passed on. Nobody is ever their own, by another account neither.
"""

from __future__ import annotations

from django.db.models import Q

from coaching.models import StandingAssignment
from lms.api import (
    RoleHolding,
    RowPolicy,
    User,
    everybody,
    is_learning_administrator,
    managed_by,
    managed_teams,
    nobody,
    oneself,
)


class StandingPolicy(RowPolicy[RoleHolding]):
    """What helping does to a role that somebody holds. view: themself, standing coach, manager, L&D - name (a standing
    coach): manager and L&D, never of oneself, while the role is held.
    """

    def rows(self, user: User, action: str) -> Q:
        steered = everybody() if is_learning_administrator(user) else managed_by(user, "person")
        if action == "view":
            mine = StandingAssignment.objects.filter(coach=user, status=StandingAssignment.Status.ACTIVE)
            return Q(person=user) | Q(pk__in=mine.values("holding")) | steered
        if action == "name":
            return steered & ~oneself(user, "person") & Q(until_on=None, person__is_active=True)
        return nobody()

    def may(self, user: User, action: str) -> bool:
        return action == "name" and (is_learning_administrator(user) or bool(managed_teams(user)))


standing_policy = StandingPolicy(RoleHolding)
