"""Fingerprints of what the pages of helping show (``lms.rules.shown``): made for the page, and again by the service."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from coaching.models import (
    Challenge,
    CoachAssignment,
    CoachProfile,
    Commitment,
    CommitmentSkill,
    ObserverGrant,
    Post,
    StandingAssignment,
)
from lms.api import Enrolment
from lms.rules.shown import fingerprint

from .coaches import coach_of


def commitment_shown(row: Commitment, lines: Iterable[CommitmentSkill]) -> str:
    """What the page of a commitment shows: the promise, what was reported and noted, which skills are confirmed.

    Queries: 0, and 1 when the customer is not fetched yet.
    """
    promise = [row.uid, row.what, row.customer.name if row.customer else "", row.by_on]
    skills = sorted([line.skill_id, line.confirmed_at is not None, line.confirmed_by_id or 0] for line in lines)
    return fingerprint("commitment", promise, [row.status, row.report, row.done_at, row.note], skills)


def commitment_now(row: Commitment) -> str:
    """The same for a commitment as the database has it. Queries: 1."""
    return commitment_shown(row, row.skills.all())


def post_shown(post: Post) -> str:
    """What a thread shows of one post; the post comes with its thread. Queries: 0."""
    said = [post.kind, post.body, post.accepted_at, post.hidden_at]
    return fingerprint("post", post.uid, said, [post.thread.title, post.thread.skill_id])


def challenge_shown(row: Challenge) -> str:
    """What the page of a challenge shows: what is asked for and why, and whether it waits. Queries: 0."""
    return fingerprint("challenge", row.uid, row.title, row.why, row.status)


def coaching_shown(enrolment: Enrolment) -> str:
    """What a manager's page shows of who coaches a learner, and of who is proposed, by whom and why. Queries: 2."""
    coach = coach_of(enrolment)
    proposed = CoachAssignment.objects.filter(enrolment=enrolment, status=CoachAssignment.Status.PROPOSED)
    named = [list(row) for row in proposed.values_list("pk", "coach_id", "reason", "assigned_by_id")]
    return fingerprint("coaching", enrolment.uid, coach.pk if coach else 0, named)


def _grant(grant: ObserverGrant) -> str:
    said = [
        grant.basis,
        grant.granted_at,
        grant.until_on,
        grant.granted_by_id,
        grant.attempt_uid,
        grant.reason,
        grant.revoked_at,
    ]
    return fingerprint("grant", grant.pk, grant.person_id, grant.skill_id, said)


def grants_shown(person_uid: UUID, grants: Iterable[ObserverGrant]) -> str:
    """What is shown of all open grants of one person: whoever gives or revokes some sees what they hold. Queries: 0."""
    return fingerprint("grants", person_uid, sorted(_grant(grant) for grant in grants))


def coach_shown(person_uid: UUID) -> str:
    """What the page that ends a coach names: whom they coach or may, whose standing coach they are, and for whom they
    stand in. Queries: 3.
    """
    standing = StandingAssignment.objects.filter(coach__uid=person_uid, ended_at=None).order_by("pk")
    open_now = CoachAssignment.objects.filter(coach__person__uid=person_uid, ended_at=None).order_by("pk")
    covers = CoachProfile.objects.filter(cover__person__uid=person_uid).order_by("pk").values_list("pk", flat=True)
    named = list(map(list, open_now.values_list("pk", "status")))
    return fingerprint("coach", person_uid, named, list(standing.values_list("pk", flat=True)), list(covers))
