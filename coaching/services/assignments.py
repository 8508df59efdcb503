"""Giving a learner a coach, handing over, ending.

A coach's load is a counter on the profile, moved by one conditional UPDATE and held below capacity by a CHECK: two
managers who take the last place at once cannot both have it (invariant 11).
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid5

from django.db.models import F
from django.utils.translation import gettext as _

from coaching.models import CoachAssignment, CoachProfile
from coaching.policies import help_policy, not_ended
from coaching.rules.notices import COACH_DECLINED, COACH_ENDED, COACH_FOUND, HANDED_OVER, LEARNER_FOUND
from lms.api import Enrolment, User, act, are_one, claim_key, enrol, lock_log, log_end, log_row, tell
from lms.errors import Conflict, Invalid
from lms.rules.lines import one_line
from lms.rules.shown import require_same

from .coaches import ACTIVE, PRIMARY
from .sessions import follow_coach
from .shown import coaching_shown

Status = CoachAssignment.Status
PROPOSED = Status.PROPOSED
ACCEPT = "coach.accept_proposal"


@act
def enrol_with_coach(
    *,
    actor: User,
    person_uid: UUID,
    path_uid: UUID,
    started_on: date,
    background: str = Enrolment.Background.OTHER,
    coach_uid: UUID | None,
    key: UUID,
    at: datetime,
) -> Enrolment:
    """Put a person on a path and, if one is chosen, give them a coach: both or neither.

    Raises what ``lms.api.enrol`` and ``assign_coach`` raise.
    """
    enrolment = enrol(
        actor=actor,
        person_uid=person_uid,
        path_uid=path_uid,
        started_on=started_on,
        background=background,
        key=key,
        at=at,
    )
    if coach_uid is not None:
        assign(actor, enrolment.uid, coach_uid, "", "coach.assign", uuid5(key, "coach"), at)
    return enrolment


@act
def assign_coach(
    *, actor: User, enrolment_uid: UUID, coach_uid: UUID, shown: str, key: UUID, at: datetime
) -> CoachAssignment:
    """Make somebody the coach of a learner; a coach before them hands over in the same act.

    ``coach_uid`` is the person. Raises NotFound, NotAllowed (not the learner's manager, not L&D, or oneself), Invalid
    (not a coach, or the learner), Conflict (coach already, or no room), Changed (``shown`` is not who coaches and is
    proposed now). Queries: at most 22, constant.
    """
    return assign(actor, enrolment_uid, coach_uid, "", "coach.assign", key, at, shown)


@act
def hand_over(
    *, actor: User, enrolment_uid: UUID, coach_uid: UUID, reason: str, shown: str, key: UUID, at: datetime
) -> CoachAssignment:
    """As ``assign_coach``, with the reason that both coaches and the learner read. Conflict when nobody coaches yet."""
    reason = one_line(reason)
    if not reason:
        raise Invalid(reason=_("Say why: both coaches and the learner read it."))
    return assign(actor, enrolment_uid, coach_uid, reason, "coach.hand_over", key, at, shown)


@act
def end_assignment(*, actor: User, enrolment_uid: UUID, reason: str, shown: str, key: UUID, at: datetime) -> Enrolment:
    """The learner has no coach from now on; planned sessions are cancelled.

    Raises NotFound, NotAllowed, Invalid (no reason), Conflict (no coach), Changed.
    """
    enrolment = help_policy.get(actor, "assign", uid=enrolment_uid, lock=True, related=("person",))
    reason = one_line(reason)
    if not reason:
        raise Invalid(reason=_("Say why: the coach and the learner read it."))
    if not claim_key(actor=actor, name="coach.end", key=key, at=at, about=enrolment.uid):
        return enrolment
    rows = _active(enrolment)
    if not rows:
        raise Conflict(_("%(learner)s has no coach now.") % {"learner": enrolment.person.get_short_name()})
    require_same(shown, coaching_shown(enrolment))
    for row in rows:
        close(row, Status.ENDED, reason, at)
    follow_coach(enrolment, None, at)
    return enrolment


def close(row: CoachAssignment, status: str, reason: str, at: datetime, *, say: bool = True) -> None:
    """End one active assignment, give its place back and tell the coach and the learner, unless another notice says it.
    For services here only.
    """
    row.status, row.ended_at, row.reason = status, at, reason[:300]
    row.save(update_fields=["status", "ended_at", "reason"])
    log_end(row)
    CoachProfile.objects.filter(pk=row.coach_id, load__gt=0).update(load=F("load") - 1)
    if say and status == Status.ENDED:
        words = {"coach": row.coach.person.full_name, "learner": row.enrolment.person.full_name, "reason": reason}
        tell(COACH_ENDED, [row.coach.person, row.enrolment.person], words=words, at=at)


def assign(
    actor: User,
    enrolment_uid: UUID,
    coach_uid: UUID,
    reason: str,
    name: str,
    key: UUID,
    at: datetime,
    shown: str | None = None,
) -> CoachAssignment:
    """Make somebody the coach under the act ``name``; a proposal that waits is taken up, or declined with it. For
    services here only. ``shown`` is None where there was nothing to see: on a path that begins with the act.
    """
    lock_log()
    enrolment = help_policy.get(actor, "assign", uid=enrolment_uid, lock=True, related=("person",))
    if not claim_key(actor=actor, name=name, key=key, at=at, about=enrolment.uid):
        mine = CoachAssignment.objects.filter(enrolment=enrolment, kind=PRIMARY)
        return mine.filter(uid=key).first() or mine.exclude(status=PROPOSED).latest("started_at", "pk")
    if shown is not None:
        require_same(shown, coaching_shown(enrolment))
    coach = find_coach(coach_uid, enrolment, at)
    rows = _active(enrolment)
    before = next((row for row in rows if row.kind == PRIMARY), None)
    if before is None and name == "coach.hand_over":
        raise Conflict(_("%(learner)s has no coach yet. Choose one.") % {"learner": enrolment.person.get_short_name()})
    if before and before.coach_id == coach.pk:
        raise Conflict(_("%(coach)s is the coach already.") % {"coach": coach.person.full_name})
    _lock_profiles([coach.pk, *(row.coach_id for row in rows)])
    for row in rows:
        if row is before or row.coach_id == coach.pk:
            close(row, Status.HANDED_OVER, reason or _("Handed over."), at)
    _take_place(coach, at)
    made = _proposed(enrolment, coach, at) or CoachAssignment(uid=key, enrolment=enrolment, coach=coach)
    made.status, made.assigned_by, made.started_at, made.reason = ACTIVE, actor, at, reason
    made.save()
    log_row(made)
    follow_coach(enrolment, coach.person, at)
    _announce(made, before, at)
    return made


def _proposed(enrolment: Enrolment, coach: CoachProfile, at: datetime) -> CoachAssignment | None:
    """The proposal that waits, if it names this coach; one that names somebody else is declined. Queries: 1."""
    rows = CoachAssignment.objects.filter(enrolment=enrolment, status=PROPOSED)
    row = rows.select_related("coach__person", "enrolment__person", "assigned_by").first()
    if row is None or row.coach_id == coach.pk:
        return row
    decline(row, _("%(coach)s coaches from now on.") % {"coach": coach.person.full_name}, at)
    return None


def decline(row: CoachAssignment, reason: str, at: datetime) -> None:
    """Answer a proposal with no, and tell whoever made it. For services here only."""
    row.status, row.ended_at, row.reason = Status.DECLINED, at, reason[:300]
    row.save(update_fields=["status", "ended_at", "reason"])
    words = {"coach": row.coach.person.full_name, "learner": row.enrolment.person.full_name, "reason": reason}
    tell(COACH_DECLINED, [row.assigned_by], words=words, at=at)


def _active(enrolment: Enrolment) -> list[CoachAssignment]:
    rows = CoachAssignment.objects.filter(enrolment=enrolment, status=ACTIVE)
    return list(rows.select_related("coach__person", "enrolment__person"))


def find_coach(person_uid: UUID, enrolment: Enrolment, at: datetime) -> CoachProfile:
    coach = (
        CoachProfile.objects.filter(not_ended("", at.date()), person__uid=person_uid, person__is_active=True)
        .select_related("person")
        .first()
    )
    if coach is None:
        raise Invalid(coach=_("Choose somebody who coaches now."))
    if are_one(coach.person_id, enrolment.person_id):
        raise Invalid(coach=_("Nobody can coach themself. Choose somebody else."))
    return coach


def _lock_profiles(pks: list[int]) -> None:
    """Always in the same order, so that two hand-overs in opposite directions wait instead of failing."""
    list(CoachProfile.objects.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk", flat=True))


def _take_place(coach: CoachProfile, at: datetime) -> None:
    free = CoachProfile.objects.filter(not_ended("", at.date()), pk=coach.pk, load__lt=F("capacity"))
    if not free.update(load=F("load") + 1):
        raise Conflict(
            _("%(coach)s has no room: all %(n)s places are taken. Choose another coach.")
            % {"coach": coach.person.full_name, "n": coach.capacity}
        )


def _announce(made: CoachAssignment, before: CoachAssignment | None, at: datetime) -> None:
    learner, coach = made.enrolment.person, made.coach.person
    words = {"coach": coach.full_name, "learner": learner.full_name, "reason": made.reason}
    tell(COACH_FOUND, [learner], words=words, at=at)
    tell(LEARNER_FOUND, [coach], about=made.enrolment.uid, words=words, at=at)
    if before:
        tell(HANDED_OVER, [before.coach.person], words=words, at=at)
