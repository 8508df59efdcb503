"""Proposals: who coaches somebody leaves them with a name, and the manager decides."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from coaching.models import CoachAssignment
from coaching.policies import help_policy
from coaching.rules.notices import COACH_PROPOSED
from lms.api import Enrolment, User, act, claim_key, is_claimed, managers_of, organisations_day, tell
from lms.errors import Conflict, Invalid
from lms.rules.lines import one_line
from lms.rules.shown import require_same

from .assignments import ACCEPT, PROPOSED, assign, decline, find_coach
from .coaches import coach_of
from .shown import coaching_shown

Status = CoachAssignment.Status


@act
def propose_coach(
    *, actor: User, enrolment_uid: UUID, coach_uid: UUID, reason: str, key: UUID, at: datetime
) -> CoachAssignment:
    """The present coach names who might follow them; the learner's manager decides. Nothing changes until then.

    Raises NotFound, NotAllowed (not their coach), Invalid (no reason, not a coach, the learner), Conflict (a proposal
    waits already, or they coach already).
    """
    enrolment = help_policy.get(actor, "accompany", uid=enrolment_uid, lock=True, related=("person",))
    reason = one_line(reason)[:300]
    if not reason:
        raise Invalid(reason=_("Say why: the manager reads it and decides."))
    if not claim_key(actor=actor, name="coach.propose", key=key, at=at, about=enrolment.uid):
        return CoachAssignment.objects.get(uid=key)
    coach = find_coach(coach_uid, enrolment, at)
    before = coach_of(enrolment)
    if before == coach.person:
        raise Conflict(_("%(coach)s is the coach already.") % {"coach": coach.person.full_name})
    try:
        with transaction.atomic():
            made = CoachAssignment.objects.create(
                uid=key,
                enrolment=enrolment,
                coach=coach,
                status=PROPOSED,
                assigned_by=actor,
                started_at=at,
                reason=reason,
            )
    except IntegrityError:
        raise Conflict(_("A proposal waits for the manager already.")) from None
    words = {"actor": actor.full_name, "coach": coach.person.full_name, "learner": enrolment.person.full_name}
    tell(COACH_PROPOSED, managers_of(enrolment.person, organisations_day(at)), about=enrolment.uid, words=words, at=at)
    return made


@act
def answer_proposal(
    *, actor: User, enrolment_uid: UUID, accept: bool, reason: str = "", shown: str, key: UUID, at: datetime
) -> CoachAssignment:
    """The manager (or L&D) makes the proposed person the coach, or declines with a reason.

    Raises NotFound, NotAllowed (not theirs to steer), Invalid (no reason), Conflict (no proposal, no room), Changed.
    """
    enrolment = help_policy.get(actor, "assign", uid=enrolment_uid, lock=True, related=("person",))
    reason = one_line(reason)[:300]
    row = proposal_of(enrolment)
    if accept:
        if row is None and not is_claimed(key):
            raise Conflict(_("No proposal waits any more."))
        proposed = row.coach.person.uid if row else key
        return assign(actor, enrolment_uid, proposed, row.reason if row else "", ACCEPT, key, at, shown)
    if not reason:
        raise Invalid(reason=_("Say why: whoever proposed it reads it."))
    if not claim_key(actor=actor, name="coach.decline", key=key, at=at, about=enrolment.uid):
        return CoachAssignment.objects.filter(enrolment=enrolment, status=Status.DECLINED).latest("ended_at")
    if row is None:
        raise Conflict(_("No proposal waits any more."))
    require_same(shown, coaching_shown(enrolment))
    decline(row, reason, at)
    return row


def proposal_of(enrolment: Enrolment) -> CoachAssignment | None:
    """The proposal that waits for the manager, with who made it. Queries: 1."""
    rows = CoachAssignment.objects.filter(enrolment=enrolment, status=PROPOSED)
    return rows.select_related("coach__person", "assigned_by").first()
