"""Standing coaches: beginning with the end of a path or with what was held before, naming, handing over and ending."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from coaching.models import Challenge, CoachAssignment, Session, StandingAssignment
from coaching.policies import standing_policy
from coaching.rules.notices import STANDING_BEGINS, STANDING_COACH, STANDING_ENDED, STANDING_NEEDED
from lms.api import (
    Enrolment,
    RoleHolding,
    User,
    act,
    active_people,
    are_one,
    claim_key,
    learning_administrators,
    lock_log,
    log_end,
    log_row,
    managers_of,
    oneself,
    organisations_day,
    tell,
)
from lms.errors import Conflict, Invalid
from lms.rules.lines import one_line
from lms.rules.shown import fingerprint, require_same

from .assignments import close, decline
from .coaches import ACTIVE, PRIMARY
from .sessions import follow_coach

Status = StandingAssignment.Status
LONGEST_REASON = 300


def standing_shown(holding: RoleHolding) -> str:
    """The fingerprint of what the page shows that names a standing coach. Queries: 1."""
    row = _active([holding.pk]).first()
    return fingerprint("standing coach", [holding.uid, row.uid if row else None])


def begin_standing(
    *, holding: RoleHolding, coach: User | None, by: User, reason: str = "", uid: UUID, at: datetime
) -> StandingAssignment | None:
    """Somebody is the standing coach of whoever holds this role; None for nobody, the person by any account, or where
    there is one. Both are told. Asks for no authority: the service that knows why does. Queries: 3-6.
    """
    if coach is None or not coach.is_active or are_one(coach.pk, holding.person_id):
        return None
    if _active([holding.pk]).exists():
        return None
    row = StandingAssignment.objects.create(
        uid=uid, holding=holding, coach=coach, assigned_by=by, started_at=at, reason=reason[:LONGEST_REASON]
    )
    log_row(row)
    words = _words(holding, coach, reason)
    tell(STANDING_COACH, [holding.person], words=words, at=at)
    tell(STANDING_BEGINS, [coach], words=words, at=at)
    return row


@act
def name_standing_coach(
    *, actor: User, holding_uid: UUID, coach_uid: UUID, reason: str, shown: str, key: UUID, at: datetime
) -> StandingAssignment:
    """Name who is there for somebody that holds a role, or hand that over, with a reason that both coaches and the
    person read.

    Raises NotFound, NotAllowed (not their manager, not L&D, or oneself), Invalid (no reason for a hand-over; nobody who
    works here, or the person), Conflict (is it already), Changed.
    """
    related = ("person", "role_version__profile")
    holding = standing_policy.get(actor, "name", uid=holding_uid, lock=True, related=related)
    lock_log()
    if not claim_key(actor=actor, name="standing.name", key=key, at=at, about=holding.person.uid):
        return StandingAssignment.objects.get(uid=key)
    before = _active([holding.pk]).first()
    require_same(shown, standing_shown(holding))
    coach = active_people().filter(uid=coach_uid).exclude(oneself(holding.person)).first()
    if coach is None:
        raise Invalid(coach=_("Choose somebody else who works here."))
    reason = one_line(reason)[:LONGEST_REASON]
    if before is not None:
        if before.coach_id == coach.pk:
            raise Conflict(_("%(coach)s is the standing coach already.") % {"coach": coach.full_name})
        if not reason:
            raise Invalid(reason=_("Say why: both coaches and the person read it."))
        _end(before, Status.HANDED_OVER, reason, at)
    made = begin_standing(holding=holding, coach=coach, by=actor, reason=reason, uid=key, at=at)
    if made is None:
        raise Invalid(coach=_("Choose somebody else who works here."))
    _meet_with(holding, made.coach, at)
    if before is not None:
        words = _words(holding, before.coach, reason)
        tell(STANDING_ENDED, [before.coach], words=words, at=at)
    return made


def go_on_standing(enrolment: Enrolment, holding: RoleHolding, at: datetime) -> list[User]:
    """A path is completed: its coach's place is free, and they go on as the standing coach, unless there is one. Covers
    and proposals end, challenges are withdrawn. Promises and planned sessions go on with the standing coach.

    Returns who helped. Inside the act that completes it. Queries: 5, and about 15 a coach.
    """
    reason = _("The path is completed.")
    rows = CoachAssignment.objects.filter(enrolment=enrolment)
    rows = rows.select_related("coach__person", "enrolment__person", "assigned_by")
    helped: list[User] = []
    for row in rows.filter(status=ACTIVE).order_by("-kind", "pk"):
        close(row, CoachAssignment.Status.ENDED, reason, at, say=False)
        helped.append(row.coach.person)
        if row.kind == PRIMARY:
            uid = uuid5(holding.uid, f"standing:{row.uid}")
            begin_standing(holding=holding, coach=row.coach.person, by=row.assigned_by, reason=reason, uid=uid, at=at)
    for row in rows.filter(status=CoachAssignment.Status.PROPOSED):
        decline(row, reason, at)
    if Session.objects.filter(enrolment=enrolment, status=Session.Status.PLANNED).exists():
        standing = _active([holding.pk]).first()
        follow_coach(enrolment, standing.coach if standing else None, at)
    asked = Challenge.objects.filter(enrolment=enrolment, status=Challenge.Status.ASKED)
    asked.update(status=Challenge.Status.WITHDRAWN, answered_at=at)
    return helped


def end_with_roles(holding_ids: Collection[int], reason: str, at: datetime) -> None:
    """Whoever was the standing coach in these roles, which have ended, is told. Queries: 1, and about 4 a coach."""
    for row in _active(holding_ids):
        _end(row, Status.ENDED, reason, at)
        _tell_ended(row, reason, at)
        _meet_with(row.holding, None, at)


def end_standing_of(rows: Iterable[StandingAssignment], reason: str, at: datetime) -> None:
    """These end while the role is still held: managers and L&D are asked to name somebody else. For acts that end a
    coach, in their transaction. Queries: about 8 each.
    """
    for row in rows:
        _end(row, Status.ENDED, reason, at)
        _tell_ended(row, reason, at)
        _meet_with(row.holding, None, at)
        person = row.holding.person
        to = [*managers_of(person, organisations_day(at)), *learning_administrators()]
        tell(STANDING_NEEDED, to, about=row.holding.uid, words=_words(row.holding, row.coach, reason), at=at)


def standing_of_coach(person: User) -> QuerySet[StandingAssignment]:
    """For whom somebody is the standing coach, by name."""
    rows = _with_all(StandingAssignment.objects.filter(coach=person, status=Status.ACTIVE))
    return rows.prefetch_related("holding__completed_paths")


def standing_among(accounts: Collection[int]) -> QuerySet[StandingAssignment]:
    """By which one of these accounts of one human is the standing coach of another of them."""
    rows = StandingAssignment.objects.filter(coach__in=accounts, holding__person__in=accounts, status=Status.ACTIVE)
    return _with_all(rows)


def standing_coaches(holding_ids: Iterable[int]) -> dict[int, User]:
    """The standing coach in each of these roles, by id of the holding; nothing where there is none. Queries: 1."""
    return {row.holding_id: row.coach for row in _active(list(holding_ids))}


def standing_of_people(person_ids: Collection[int]) -> dict[int, list[StandingAssignment]]:
    """By person id, the standing coaches in the roles that they hold, with their covers. Queries: 1."""
    found: dict[int, list[StandingAssignment]] = {}
    rows = StandingAssignment.objects.filter(holding__person__in=person_ids, status=Status.ACTIVE)
    for row in _with_all(rows).select_related("coach__coach_profile__cover__person"):
        found.setdefault(row.holding.person_id, []).append(row)
    return found


def standing_coaches_of_people(person_ids: Collection[int]) -> dict[int, list[User]]:
    """By person id, who is their standing coach in the roles that they hold. Queries: 1."""
    return {pk: [row.coach for row in rows] for pk, rows in standing_of_people(person_ids).items()}


def _active(holding_ids: Collection[int]) -> QuerySet[StandingAssignment]:
    return _with_all(StandingAssignment.objects.filter(holding__in=holding_ids, status=Status.ACTIVE))


def _with_all(rows: QuerySet[StandingAssignment]) -> QuerySet[StandingAssignment]:
    rows = rows.select_related("coach", "holding__person", "holding__role_version__profile")
    return rows.order_by("holding__person__name_order", "pk")


def _end(row: StandingAssignment, status: str, reason: str, at: datetime) -> None:
    row.status, row.ended_at, row.reason = status, at, reason[:LONGEST_REASON]
    row.save(update_fields=["status", "ended_at", "reason"])
    log_end(row)


def _meet_with(holding: RoleHolding, coach: User | None, at: datetime) -> None:
    """Sessions that are planned on the paths that led to a role go with whoever stands by now."""
    for path in holding.completed_paths.select_related("person"):
        follow_coach(path, coach, at)


def _tell_ended(row: StandingAssignment, reason: str, at: datetime) -> None:
    words = _words(row.holding, row.coach, reason)
    tell(STANDING_ENDED, [row.coach, row.holding.person], words=words, at=at)


def _words(holding: RoleHolding, coach: User, reason: str) -> dict[str, object]:
    return {
        "name": holding.person.full_name,
        "coach": coach.full_name,
        "role": holding.role_version.profile.title,
        "reason": reason,
    }
