"""Who may see a sign-off record, countersign it and revoke it. No role escapes, superusers included."""

from __future__ import annotations

from django.db.models import Q

from assessments.models import SignOffEvent
from assessments.rules.ledger import BEGINNING
from coaching.api import coached_by
from lms.api import (
    RowPolicy,
    User,
    everybody,
    has_duty,
    is_learning_administrator,
    managed_by,
    nobody,
    oneself,
    paths_with_a_coach,
)
from lms.rules.duties import AUDITOR

from .cases import to_countersign


class SignOffPolicy(RowPolicy[SignOffEvent]):
    """view: learner, coach, own acts, manager, L&D, auditor - countersign: neither learner, signer nor observer -
    revoke: own act, L&D.
    """

    def rows(self, user: User, action: str) -> Q:
        if action == "view":
            if is_learning_administrator(user) or has_duty(user, AUDITOR):
                return everybody()
            coach = coached_by(user, "case__enrolment") | _held_before_by_their_learners(user)
            countersign = Q(pk__in=to_countersign(user).values("pk"))
            # One's own acts: what one signed, and what one countersigned or took back.
            acted = Q(signer=user) | Q(pk__in=user.signed_events.exclude(about=None).values("about"))
            return Q(subject=user) | acted | coach | countersign | managed_by(user, "subject")
        if action == "countersign":
            return Q(pk__in=to_countersign(user).values("pk"))
        if action == "revoke":
            # An ex-coach still sees what they signed; taking it back is for the present coach and L&D.
            own = Q(signer=user) & coached_by(user, "case__enrolment")
            own = everybody() if is_learning_administrator(user) else own
            return own & Q(kind__in=BEGINNING) & ~oneself(user, "subject")
        return nobody()


def _held_before_by_their_learners(user: User) -> Q:
    """What learners held before whom the user coaches now: it rests on no case."""
    learners = paths_with_a_coach().filter(coached_by(user)).order_by().values("person")
    return Q(case=None, subject__in=learners)


signoff_policy = SignOffPolicy(SignOffEvent)
