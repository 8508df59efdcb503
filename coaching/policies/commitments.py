"""Who sees and judges a commitment."""

from __future__ import annotations

from django.db.models import Q

from coaching.models import Commitment
from lms.api import RowPolicy, User, nobody

from .assignments import coached_by


class CommitmentPolicy(RowPolicy[Commitment]):
    """view: learner and present coach - do (report, drop): the learner - confirm, send back: the present coach, who is
    never the learner."""

    def rows(self, user: User, action: str) -> Q:
        if action == "view":
            return Q(enrolment__person=user) | coached_by(user, "enrolment")
        if action == "do":
            return Q(enrolment__person=user)
        if action == "confirm":
            return coached_by(user, "enrolment") & ~Q(enrolment__person=user)
        return nobody()


commitment_policy = CommitmentPolicy(Commitment)
