"""What helping hands on when somebody leaves: their coaching, their learners, their right to observe."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from coaching.models import Challenge, CoachAssignment, CoachProfile, Commitment, ObserverGrant, Session
from coaching.policies import not_ended
from lms.api import Enrolment, User

from .assignments import close, decline
from .coaches import ACTIVE
from .granting import end_grant
from .profiles import end_coach
from .sessions import cancel_planned
from .shown import coach_shown


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


def end_helping(
    *, actor: User, person: User, enrolments: Iterable[Enrolment], reason: str, key: UUID, at: datetime
) -> None:
    """Close what somebody's helping holds open, as learner, coach and observer; nothing that was done is changed.

    ``enrolments`` are theirs that were open. Their learners have no coach from now on, and whoever manages these is
    told. Inside the transaction of ``end_person``. Queries: constant, and about 20 a learner.
    """
    _as_learner(list(enrolments), reason, at)
    profile = CoachProfile.objects.filter(not_ended("", at.date()), person=person).first()
    if profile is not None:
        end_coach(
            actor=actor,
            person_uid=person.uid,
            reason=reason,
            shown=coach_shown(person.uid),
            key=uuid5(key, "coach"),
            at=at,
        )
    for grant in ObserverGrant.objects.filter(person=person, revoked_at=None):
        end_grant(grant, actor, reason, at)


def _as_learner(enrolments: list[Enrolment], reason: str, at: datetime) -> None:
    rows = CoachAssignment.objects.filter(enrolment__in=enrolments)
    rows = rows.select_related("coach__person", "enrolment__person", "assigned_by")
    for row in rows.filter(status=ACTIVE):
        close(row, CoachAssignment.Status.ENDED, reason, at)
    for row in rows.filter(status=CoachAssignment.Status.PROPOSED):
        decline(row, reason, at)
    mine = {"enrolment__in": enrolments}
    cancel_planned(Session.objects.filter(**mine))
    unsettled = (Commitment.Status.OPEN, Commitment.Status.DONE)
    Commitment.objects.filter(**mine, status__in=unsettled).update(status=Commitment.Status.DROPPED, closed_at=at)
    asked = Challenge.objects.filter(**mine, status=Challenge.Status.ASKED)
    asked.update(status=Challenge.Status.WITHDRAWN, answered_at=at)
