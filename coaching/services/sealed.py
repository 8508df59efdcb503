"""What of helping stands in the log: who could observe, who coached whom, and what was confirmed."""

from __future__ import annotations

from django.db.models import Q

from coaching.models import Absence, CoachAssignment, CommitmentSkill, ObserverGrant, StandingAssignment
from lms.api import SealedTable

NOT_BEGUN = (CoachAssignment.Status.PROPOSED, CoachAssignment.Status.DECLINED)


def _between(row: CoachAssignment) -> dict[str, object]:
    """Whom an assignment joins: the rows that it names may be pointed elsewhere."""
    return {"learner": row.enrolment.person_id, "coach_person": row.coach.person_id}


def _of_role(row: StandingAssignment) -> dict[str, object]:
    """Whom it is for, in which role."""
    return {"person": row.holding.person_id, "role": row.holding.role_version_id}


def _covered(row: Absence) -> dict[str, object]:
    return {"coach_person": row.coach.person_id, "cover_person": row.cover.person_id if row.cover else None}


def _promised(row: CommitmentSkill) -> dict[str, object]:
    """The promise that was kept."""
    kept = row.commitment
    return {
        "commitment": kept.uid,
        "enrolment": kept.enrolment_id,
        "step": kept.step_uid,
        "learner": kept.enrolment.person_id,
        "what": kept.what,
        "customer": kept.customer_id,
        "by_on": kept.by_on,
    }


SEALED = (
    SealedTable(
        "grant",
        ObserverGrant,
        columns=(
            "uid",
            "person_id",
            "skill_id",
            "basis",
            "granted_at",
            "until_on",
            "granted_by_id",
            "attempt_uid",
            "reason",
        ),
        since="granted_at",
        ending=("revoked_at", "revoked_by_id", "ended_by_attempt", "revoked_reason"),
    ),
    SealedTable(
        "assignment",
        CoachAssignment,
        columns=("uid", "enrolment_id", "coach_id", "kind", "assigned_by_id", "started_at"),
        since="started_at",
        ending=("ended_at", "status", "reason"),
        rows=~Q(status__in=NOT_BEGUN),
        parts=_between,
    ),
    SealedTable(
        "standing assignment",
        StandingAssignment,
        columns=("uid", "holding_id", "coach_id", "assigned_by_id", "started_at"),
        since="started_at",
        ending=("ended_at", "status", "reason"),
        parts=_of_role,
    ),
    SealedTable(
        "absence",
        Absence,
        columns=("uid", "coach_id", "cover_id", "from_on", "until_on", "said_at"),
        since="said_at",
        ending=("called_off_at",),
        parts=_covered,
    ),
    SealedTable(
        "confirmed promise",
        CommitmentSkill,
        columns=("uid", "commitment_id", "skill_id", "confirmed_at", "confirmed_by_id"),
        since="confirmed_at",
        rows=Q(confirmed_at__isnull=False),
        parts=_promised,
    ),
)
