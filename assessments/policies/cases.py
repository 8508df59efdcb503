"""Who may see, feed and decide a case, and answer a request (TRUST, access matrix)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from assessments.models import Case, Observation, Request, SignOffEvent
from assessments.rules.ledger import SETTLED
from coaching.api import ObserverGrant, coached_by, coaches_covered_by, unlapsed_grants
from lms.api import RowPolicy, User, everybody, has_duty, nobody, oneself, open_holdings, path_can_be_shown_on
from lms.clock import now
from lms.rules.duties import AUDITOR, LEARNING


def granted_skills(user: User, on: date | None = None) -> QuerySet[ObserverGrant, Any]:
    """Ids of the skills that the person may observe on a day (default: today, UTC)."""
    return unlapsed_grants(user, on or now().date()).values("skill")


def waiting_countersign() -> QuerySet[SignOffEvent]:
    """Flagged decisions that nobody has answered."""
    flagged = SignOffEvent.objects.filter(kind=SignOffEvent.Kind.SIGNED).exclude(flags=[])
    return flagged.exclude(followed_by__kind__in=SETTLED)


def to_countersign(user: User, on: date | None = None) -> QuerySet[SignOffEvent]:
    """Flagged decisions that wait for a countersign that this person may give on a day (default: today, UTC): neither
    learner, signer nor observer of the evidence, by another account neither.
    """
    saw = Observation.objects.filter(oneself(user, "observer"), case=OuterRef("case"))
    waiting = waiting_countersign().exclude(oneself(user, "subject")).exclude(oneself(user, "signer"))
    waiting = waiting.exclude(Exists(saw))
    # L&D is asked for inside the query: the coach's queue, which everybody's day begins with, has none to spare.
    learning = Exists(open_holdings(user, LEARNING))
    return waiting.filter(Q(skill__in=granted_skills(user, on)) | Q(learning))


class CasePolicy(RowPolicy[Case]):
    """view: learner, coach, named observer, who may countersign it, auditor - feed: the learner - decide: the
    present coach.
    """

    def rows(self, user: User, action: str) -> Q:
        coach = coached_by(user, "enrolment") & ~Q(learner=user)
        if action == "view":
            named = Q(pk__in=Request.objects.filter(observer=user).exclude(status="withdrawn").values("case"))
            seen = Q(pk__in=user.observations_by.values("case"))
            countersign = Q(pk__in=to_countersign(user).values("case"))
            auditor = everybody() if has_duty(user, AUDITOR) else nobody()
            return Q(learner=user) | coach | ((named | seen | countersign) & ~Q(learner=user)) | auditor
        if action == "feed":
            return Q(learner=user, status__in=["collecting", "ready"]) & path_can_be_shown_on("enrolment__")
        if action in ("decide", "read"):
            return coach
        return nobody()


def to_take_over(user: User, on: date | None = None) -> Q:
    """Requests that wait for an observer who is away on a day (default: today, UTC) and whom the user covers for as the
    present coach of the learner.
    """
    day = on or now().date()
    waiting = Q(status__in=Request.WAITING, observer__in=coaches_covered_by(user, day).values("person"))
    return waiting & ~Q(case__learner=user) & coached_by(user, "case__enrolment", day)


class RequestPolicy(RowPolicy[Request]):
    """view: learner, named observer, coach - observe, answer: the named observer while it waits - withdraw: the
    learner - take over: whoever covers for an observer who is away, as the present coach of the learner.
    """

    def rows(self, user: User, action: str) -> Q:
        mine = Q(case__learner=user)
        named = Q(observer=user) & ~Q(status="withdrawn")
        waiting = Q(status__in=Request.WAITING)
        if action == "view":
            return mine | named | (coached_by(user, "case__enrolment") & ~mine)
        if action in ("observe", "answer"):
            return Q(observer=user) & waiting & ~oneself(user, "case__learner")
        if action == "withdraw":
            return mine & waiting
        if action == "take over":
            return to_take_over(user)
        return nobody()


case_policy = CasePolicy(Case)
request_policy = RequestPolicy(Request)
