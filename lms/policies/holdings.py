"""Who may see which role somebody holds, and say that it has ended."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from lms.models import RoleHolding, User
from lms.rules.duties import AUDITOR

from .base import RowPolicy, everybody, nobody
from .duties import has_duty, is_learning_administrator
from .people import managed_by
from .same_person import oneself


def held_on(day: date, prefix: str = "") -> Q:
    """Roles (at ``prefix``) that are held on a day, their last day included."""
    return Q(**{f"{prefix}from_on__lte": day}) & (
        Q(**{f"{prefix}until_on": None}) | Q(**{f"{prefix}until_on__gte": day})
    )


class RoleHoldingPolicy(RowPolicy[RoleHolding]):
    """view: themself, their managers, L&D, auditors - end: L&D, nobody their own."""

    def rows(self, user: User, action: str) -> Q:
        if action == "view":
            if is_learning_administrator(user) or has_duty(user, AUDITOR):
                return everybody()
            return Q(person=user) | managed_by(user, "person")
        if action == "end":
            return ~oneself(user, "person") if is_learning_administrator(user) else nobody()
        return nobody()


role_holding_policy = RoleHoldingPolicy(RoleHolding)
