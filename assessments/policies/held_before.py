"""Who records, confirms and reads what people held before Vouch."""

from __future__ import annotations

from django.db.models import Q

from assessments.models import HeldBefore
from lms.api import RowPolicy, User, is_learning_administrator, nobody, oneself


class HeldBeforePolicy(RowPolicy[HeldBefore]):
    """view: L&D, but for what is about themself - answer (do not confirm, or take back): L&D, what waits - confirm:
    L&D, what waits and another human recorded.
    """

    def rows(self, user: User, action: str) -> Q:
        if not is_learning_administrator(user):
            return nobody()
        others = ~oneself(user, "person")
        waiting = others & Q(status=HeldBefore.Status.WAITING)
        if action == "view":
            return others
        if action == "answer":
            return waiting
        if action == "confirm":
            return waiting & ~oneself(user, "recorded_by")
        return nobody()

    def may(self, user: User, action: str) -> bool:
        return action == "add" and is_learning_administrator(user)


held_before_policy = HeldBeforePolicy(HeldBefore)
