"""Who may see and do what in practice: the learner with their own attempts, and nobody else. No duty changes that."""

from __future__ import annotations

from django.db.models import Q

from assessments.models import Attempt
from lms.api import RowPolicy, User, nobody


class AttemptPolicy(RowPolicy[Attempt]):
    """view, do, delete: one's own. Somebody else's attempt is not there, for superusers too."""

    def rows(self, user: User, action: str) -> Q:
        return Q(person=user) if action in ("view", "do", "delete") else nobody()


attempt_policy = AttemptPolicy(Attempt)
