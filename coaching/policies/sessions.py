"""Who sees and changes a session. Private notes belong to who wrote them, whatever else changes."""

from __future__ import annotations

from django.db.models import Q

from coaching.models import Session
from lms.api import RowPolicy, User, nobody

from .assignments import coached_by


class SessionPolicy(RowPolicy[Session]):
    """view, change (move, cancel): learner and present coach - hold: the present coach - write: the present coach who
    held it - own_notes: who wrote private notes, also when no longer the coach. Managers and L&D see none of it.
    """

    def rows(self, user: User, action: str) -> Q:
        if action in ("view", "change"):
            return Q(enrolment__person=user) | coached_by(user, "enrolment")
        if action == "hold":
            return coached_by(user, "enrolment")
        if action == "write":
            return coached_by(user, "enrolment") & Q(coach=user, status=Session.Status.HELD)
        if action == "own_notes":
            return Q(coach=user) & ~Q(private_notes="")
        return nobody()


session_policy = SessionPolicy(Session)
