"""What helping hands on when somebody leaves or a path is taken back: coaching, learners, the right to observe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import F

from coaching.models import Challenge, CoachAssignment, CoachProfile, Commitment, ObserverGrant, Session
from coaching.policies import not_ended
from lms.api import Enrolment, User

from .assignments import assign, close, decline
from .coaches import ACTIVE, PRIMARY, coach_of
from .granting import end_grant
from .profiles import close_profile
from .sessions import cancel_planned
from .standing import end_standing_of, standing_of_coach

UNSETTLED = (Commitment.Status.OPEN, Commitment.Status.DONE)
"""Promises that wait: to be kept, or to be confirmed."""


@dataclass(frozen=True, slots=True)
class OpenHelp:
    """What somebody's helping holds open today: the names of whom they coach, and how many grants."""

    learners: tuple[str, ...]
    grants: int


def open_help_of(person: User) -> OpenHelp:
    """What ``end_helping`` would hand on of what somebody does for others. Queries: 2."""
    coached = CoachAssignment.objects.filter(coach__person=person, status=ACTIVE)
    names = coached.order_by("enrolment__person__name_order").values_list("enrolment__person__full_name", flat=True)
    return OpenHelp(tuple(names), ObserverGrant.objects.filter(person=person, revoked_at=None).count())


def end_helping(*, by: User, person: User, enrolments: Iterable[Enrolment], reason: str, at: datetime) -> None:
    """Close what somebody's helping holds open, as learner, coach and observer; nothing that was done is changed.

    ``enrolments`` are theirs that were open. Their learners have no coach from now on, and whoever manages these is
    told. Inside the transaction of ``end_person``. Queries: constant, and about 20 a learner.
    """
    let_go_of_paths(list(enrolments), reason, at)
    profile = CoachProfile.objects.select_for_update().filter(not_ended("", at.date()), person=person).first()
    if profile is not None:
        close_profile(profile, reason, at)
    end_standing_of(standing_of_coach(person), reason, at)
    for grant in ObserverGrant.objects.filter(person=person, revoked_at=None):
        end_grant(grant, by, reason, at)


def let_go_of_paths(enrolments: Sequence[Enrolment], reason: str, at: datetime) -> None:
    """Close what helping holds open for paths that end: coaches, proposals, sessions, promises, challenges. What was
    held, kept and confirmed stays. Inside the act that ends them. Queries: 8, and about 4 a coach.
    """
    rows = CoachAssignment.objects.filter(enrolment__in=enrolments)
    rows = rows.select_related("coach__person", "enrolment__person", "assigned_by")
    for row in rows.filter(status=ACTIVE):
        close(row, CoachAssignment.Status.ENDED, reason, at)
    for row in rows.filter(status=CoachAssignment.Status.PROPOSED):
        decline(row, reason, at)
    mine = {"enrolment__in": enrolments}
    cancel_planned(Session.objects.filter(**mine))
    Commitment.objects.filter(**mine, status__in=UNSETTLED).update(status=Commitment.Status.DROPPED, closed_at=at)
    asked = Challenge.objects.filter(**mine, status=Challenge.Status.ASKED)
    asked.update(status=Challenge.Status.WITHDRAWN, answered_at=at)


@dataclass(frozen=True, slots=True)
class HelpOnPath:
    """What helping holds open for one path: the name of its coach, and how many sessions, promises and challenges."""

    coach: str
    sessions: int
    promises: int
    challenges: int


def open_help_on(enrolment: Enrolment) -> HelpOnPath:
    """What ``let_go_of_paths`` would close. Queries: 4."""
    coach = coach_of(enrolment)
    return HelpOnPath(
        coach.full_name if coach else "",
        Session.objects.filter(enrolment=enrolment, status=Session.Status.PLANNED).count(),
        Commitment.objects.filter(enrolment=enrolment, status__in=UNSETTLED).count(),
        Challenge.objects.filter(enrolment=enrolment, status=Challenge.Status.ASKED).count(),
    )


def give_coach_back(*, actor: User, enrolment: Enrolment, ended_at: datetime, key: UUID, at: datetime) -> User | None:
    """The coach whose coaching ended with the path at that moment coaches it again, as a new assignment; None when
    nobody did, they coach no more, or have no room. Inside the act that gives the path back. Queries: 2, and about 14.
    """
    rows = CoachAssignment.objects.filter(enrolment=enrolment, kind=PRIMARY, ended_at=ended_at)
    rows = rows.filter(
        not_ended("coach__", at.date()), coach__person__is_active=True, coach__load__lt=F("coach__capacity")
    )
    before = rows.filter(status=CoachAssignment.Status.ENDED).select_related("coach__person").first()
    if before is None:
        return None
    assign(actor, enrolment.uid, before.coach.person.uid, "", "coach.assign", uuid5(key, "coach"), at)
    return before.coach.person
