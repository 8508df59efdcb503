"""Who may say what the organisation is called, and when and where its people work."""

from __future__ import annotations

from django.db.models import Q

from lms.models import Location, Organisation, User

from .base import RowPolicy, everybody, nobody
from .duties import is_administrator, is_learning_administrator


def _runs_it(user: User) -> bool:
    return is_learning_administrator(user) or is_administrator(user)


class OrganisationPolicy(RowPolicy[Organisation]):
    """view, change: L&D, administrators."""

    def rows(self, user: User, action: str) -> Q:
        return everybody() if action in ("view", "change") and _runs_it(user) else nobody()


class LocationPolicy(RowPolicy[Location]):
    """view, add, change (name, whose public holidays, single days), remove: L&D, administrators; the main one stays."""

    def rows(self, user: User, action: str) -> Q:
        if action in ("view", "change"):
            return everybody() if self.may(user, "add") else nobody()
        if action == "remove":
            return Q(is_main=False) if self.may(user, "add") else nobody()
        return nobody()

    def may(self, user: User, action: str) -> bool:
        return action == "add" and _runs_it(user)


organisation_policy = OrganisationPolicy(Organisation)
location_policy = LocationPolicy(Location)
