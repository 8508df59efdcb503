"""Who sees and answers a challenge."""

from __future__ import annotations

from django.db.models import Q

from coaching.models import Challenge
from lms.api import RowPolicy, User, nobody

from .assignments import coached_by, help_policy


class ChallengePolicy(RowPolicy[Challenge]):
    """view: learner, present coach, manager, L&D - withdraw: the learner - answer: the present coach, who is never the
    learner.
    """

    def rows(self, user: User, action: str) -> Q:
        mine = Q(enrolment__person=user)
        if action == "view":
            return Q(enrolment__in=help_policy.queryset(user, "view"))
        if action == "withdraw":
            return mine
        if action == "answer":
            return coached_by(user, "enrolment") & ~mine
        return nobody()


challenge_policy = ChallengePolicy(Challenge)
