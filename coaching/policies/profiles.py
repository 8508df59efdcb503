"""Who may make coaches and observers."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from coaching.models import CoachProfile, ObserverGrant
from lms.api import RowPolicy, User, everybody, is_administrator, is_learning_administrator, managed_teams, nobody


def unlapsed(on: date, prefix: str = "") -> Q:
    """Grants (at ``prefix``) that hold on a day, their last day included."""
    return Q(**{f"{prefix}revoked_at": None, f"{prefix}until_on__gte": on})


def unlapsed_grants(person: User, on: date) -> QuerySet[ObserverGrant]:
    """The grants that somebody holds on a day, their last day included."""
    return ObserverGrant.objects.filter(unlapsed(on), person=person)


def coaches_covered_by(user: User, on: date) -> QuerySet[CoachProfile]:
    """Coaches who are away on a day and for whom the user stands in."""
    return CoachProfile.objects.filter(cover__person=user, away_from__lte=on, away_until__gte=on)


class CoachProfilePolicy(RowPolicy[CoachProfile]):
    """view: the coach, managers (they choose one), L&D - away: the coach, L&D - manage and add: L&D."""

    def rows(self, user: User, action: str) -> Q:
        if action == "view":
            chooses = is_learning_administrator(user) or managed_teams(user)
            return everybody() if chooses else Q(person=user)
        if action == "away":
            return everybody() if is_learning_administrator(user) else Q(person=user)
        if action == "manage":
            return everybody() if is_learning_administrator(user) else nobody()
        return nobody()

    def may(self, user: User, action: str) -> bool:
        return action == "add" and is_learning_administrator(user)


class GrantPolicy(RowPolicy[ObserverGrant]):
    """view: who holds it, L&D - revoke: L&D - add: L&D, and the platform administrator, who appoints the first of them.

    That nobody grants to themself is checked by the service.
    """

    def rows(self, user: User, action: str) -> Q:
        if action == "view":
            return everybody() if is_learning_administrator(user) else Q(person=user)
        if action == "revoke":
            return everybody() if is_learning_administrator(user) else nobody()
        return nobody()

    def may(self, user: User, action: str) -> bool:
        return action == "add" and (is_learning_administrator(user) or is_administrator(user))


coach_profile_policy = CoachProfilePolicy(CoachProfile)
grant_policy = GrantPolicy(ObserverGrant)
