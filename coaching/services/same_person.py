"""Coaching between accounts that turn out to be one human's ends: nobody is their own coach."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from coaching.models import CoachAssignment, Session
from lms.api import managers_of, organisations_day

from .assignments import close, decline
from .coaches import ACTIVE
from .profiles import tell_to_choose
from .sessions import cancel_planned, follow_coach
from .standing import end_standing_of, standing_among

PROPOSED = CoachAssignment.Status.PROPOSED


def coaching_among(accounts: Collection[int]) -> QuerySet[CoachAssignment]:
    """Assignments and proposals by which one of these accounts coaches, or would coach, another of them."""
    rows = CoachAssignment.objects.filter(enrolment__person__in=accounts, coach__person__in=accounts)
    rows = rows.filter(status__in=[ACTIVE, PROPOSED]).order_by("pk")
    return rows.select_related("coach__person", "enrolment__person", "enrolment__path", "assigned_by")


def end_coaching_among(accounts: Collection[int], reason: str, at: datetime) -> None:
    """End it, with the sessions that are planned; the learners' managers are told to choose. Inside the act that joins
    the accounts. Queries: 2, and about 15 a learner.
    """
    for row in coaching_among(accounts):
        if row.status == PROPOSED:
            decline(row, reason, at)
            continue
        close(row, CoachAssignment.Status.ENDED, reason, at)
        if row.kind == CoachAssignment.Kind.PRIMARY:
            follow_coach(row.enrolment, None, at)
            tell_to_choose(managers_of(row.enrolment.person, organisations_day(at)), row, at)
    end_standing_of(standing_among(accounts), reason, at)
    cancel_planned(Session.objects.filter(enrolment__person__in=accounts, coach__in=accounts))
