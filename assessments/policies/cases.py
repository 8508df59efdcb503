"""Who may see, feed and decide a case, and answer a request (TRUST, access matrix)."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from assessments.models import Case, Request, SignOffEvent
from lms.api import AUDITORS, Enrolment, RowPolicy, User, everybody, in_group, is_learning_administrator, nobody
from lms.clock import now


def coached_by(user: User) -> QuerySet[Enrolment]:
    """Enrolments of which the person is the coach now, primary or cover."""
    return Enrolment.objects.filter(
        coach_assignments__status="active",
        coach_assignments__coach__person=user,
        coach_assignments__coach__ended_on=None,
    )


def granted_skills(user: User, on: date | None = None) -> QuerySet[User]:
    """Ids of the skills that the person may observe on a day (default: today, UTC)."""
    day = on or now().date()
    return user.observer_grants.filter(revoked_at=None, until_on__gte=day).values("skill")


def to_countersign(user: User) -> QuerySet[SignOffEvent]:
    """Flagged decisions that wait for a countersign that this person may give: neither learner, signer nor
    observer of the evidence.
    """
    waiting = (
        SignOffEvent.objects.filter(kind=SignOffEvent.Kind.SIGNED)
        .exclude(flags=[])
        .exclude(followed_by__kind__in=["COUNTERSIGNED", "COUNTERSIGN_REFUSED", "REVOKED"])
        .exclude(subject=user)
        .exclude(signer=user)
        .exclude(case__observations__observer=user)
    )
    return waiting if is_learning_administrator(user) else waiting.filter(skill__in=granted_skills(user))


class CasePolicy(RowPolicy[Case]):
    """view: learner, coach, named observer, who may countersign it, auditor - feed: the learner - decide: the
    present coach.
    """

    def rows(self, user: User, action: str) -> Q:
        coach = Q(enrolment__in=coached_by(user).values("pk")) & ~Q(learner=user)
        if action == "view":
            named = Q(pk__in=Request.objects.filter(observer=user).exclude(status="withdrawn").values("case"))
            seen = Q(pk__in=user.observations_by.values("case"))
            countersign = Q(pk__in=to_countersign(user).values("case"))
            auditor = everybody() if in_group(user, AUDITORS) else nobody()
            return Q(learner=user) | coach | ((named | seen | countersign) & ~Q(learner=user)) | auditor
        if action == "feed":
            return Q(learner=user, status__in=["collecting", "ready"], enrolment__status="active")
        if action in ("decide", "read"):
            return coach
        return nobody()


class RequestPolicy(RowPolicy[Request]):
    """view: learner, named observer, coach - observe, answer: the named observer while it waits - withdraw: the
    learner.
    """

    def rows(self, user: User, action: str) -> Q:
        mine = Q(case__learner=user)
        named = Q(observer=user) & ~Q(status__in=["draft", "withdrawn"])
        waiting = Q(status__in=Request.WAITING)
        if action == "view":
            return mine | named | (Q(case__enrolment__in=coached_by(user).values("pk")) & ~mine)
        if action in ("observe", "answer"):
            return Q(observer=user) & waiting & ~mine
        if action == "withdraw":
            return mine & waiting
        return nobody()


case_policy = CasePolicy(Case)
request_policy = RequestPolicy(Request)
