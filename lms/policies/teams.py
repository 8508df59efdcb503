"""Who may see the tree of teams and change it."""

from __future__ import annotations

from django.db.models import Q

from lms.models import Team, User

from .base import RowPolicy, everybody, nobody
from .duties import is_administrator, is_learning_administrator


class TeamPolicy(RowPolicy[Team]):
    """view, add, change (name, place in the tree, managers, who belongs to it, closing): L&D, administrators."""

    def rows(self, user: User, action: str) -> Q:
        if action == "view":
            return everybody() if self.may(user, "add") else nobody()
        if action == "change":
            return Q(closed_on=None) if self.may(user, "add") else nobody()
        return nobody()

    def may(self, user: User, action: str) -> bool:
        return action == "add" and (is_learning_administrator(user) or is_administrator(user))


team_policy = TeamPolicy(Team)
