"""Making coaches: how many learners, which languages, when they are away and who covers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coaching.models import CoachAssignment, CoachProfile, Session
from coaching.policies import coach_profile_policy, not_ended
from coaching.rules.notices import COACH_MADE, COACH_NEEDED, COVERS
from lms import clock
from lms.api import (
    Prepared,
    User,
    act,
    active_people,
    claim_key,
    forget_duties,
    log_end,
    log_row,
    managers_of_each,
    organisations_day,
    tell,
)
from lms.errors import Conflict, Invalid, NotFound
from lms.rules.bounds import AWAY
from lms.rules.lines import one_line
from lms.rules.shown import require_same

from .assignments import close, decline
from .coaches import ACTIVE
from .sessions import cancel_planned, follow_coach
from .shown import coach_shown
from .standing import end_standing_of, standing_of_coach

MOST = 50


@act
def make_coach(
    *, actor: User, person_uid: UUID, capacity: int, languages: Iterable[str] = (), key: UUID, at: datetime
) -> CoachProfile:
    """Somebody coaches from now on, up to so many learners at one time.

    Raises NotAllowed (not L&D), NotFound (no such active person), Invalid (capacity), Conflict (coaches already).
    """
    coach_profile_policy.require(actor, "add")
    _check_capacity(capacity)
    person = active_people().filter(uid=person_uid).first()
    if person is None:
        raise NotFound(_("There is no such person here now."))
    if not claim_key(actor=actor, name="coach.make", key=key, at=at, about=person.uid):
        return CoachProfile.objects.select_related("person").get(person=person)
    profile = CoachProfile.objects.select_for_update().filter(person=person).first()
    if profile and (profile.ended_on is None or profile.ended_on > at.date()):
        raise Conflict(_("%(person)s coaches already. Change the capacity instead.") % {"person": person.full_name})
    profile = profile or CoachProfile(person=person)
    profile.capacity, profile.languages, profile.ended_on = capacity, _languages(languages), None
    profile.save()
    forget_duties(person.pk)
    tell(COACH_MADE, [person], words={"n": capacity}, at=at)
    return profile


@act
def change_capacity(*, actor: User, person_uid: UUID, capacity: int, key: UUID, at: datetime) -> CoachProfile:
    """More or fewer places. Raises NotFound, NotAllowed, Invalid (fewer than the learners they have now)."""
    profile = coach_profile_policy.get(actor, "manage", person__uid=person_uid, related=("person",))
    _check_capacity(capacity)
    if not claim_key(actor=actor, name="coach.capacity", key=key, at=at, about=person_uid):
        return profile
    if not CoachProfile.objects.filter(pk=profile.pk, load__lte=capacity).update(capacity=capacity):
        said = ngettext(
            "%(coach)s has %(n)s learner now. Hand them over first.",
            "%(coach)s has %(n)s learners now. Hand some over first.",
            profile.load,
        )
        raise Invalid(capacity=said % {"coach": profile.person.full_name, "n": profile.load})
    profile.refresh_from_db(fields=["capacity", "load"])
    return profile


@act
def set_away(
    *,
    actor: User,
    person_uid: UUID,
    away_from: date | None,
    away_until: date | None,
    cover_uid: UUID | None,
    key: UUID,
    at: datetime,
) -> CoachProfile:
    """A coach is away on these days, both included, and the cover is the present coach of their learners on them.

    Without days the coach is back. Raises NotFound, NotAllowed (neither the coach nor L&D), Invalid.
    """
    profile = coach_profile_policy.get(actor, "away", person__uid=person_uid, lock=True, related=("person",))
    if (away_from is None) != (away_until is None):
        raise Invalid(away_until=_("Give both days, or neither."))
    if away_from and away_until:
        today = clock.today(profile.person.zone, at)
        AWAY.check("away_from", away_from, today)
        AWAY.check("away_until", away_until, today, first=away_from)
    cover = None
    if away_from and cover_uid:
        cover = (
            CoachProfile.objects.filter(not_ended("", at.date()), person__uid=cover_uid, person__is_active=True)
            .exclude(pk=profile.pk)
            .select_related("person")
            .first()
        )
        if cover is None:
            raise Invalid(cover=_("Choose another coach to cover."))
    if not claim_key(actor=actor, name="coach.away", key=key, at=at, about=person_uid):
        return profile
    profile.away_from, profile.away_until, profile.cover = away_from, away_until, cover
    profile.save(update_fields=["away_from", "away_until", "cover"])
    _record_absence(profile, at)
    if cover:
        words = {"coach": profile.person.full_name, "from": away_from, "until": away_until}
        tell(COVERS, [cover.person], words=words, at=at)
    return profile


@act
def end_coach(*, actor: User, person_uid: UUID, reason: str, shown: str, key: UUID, at: datetime) -> CoachProfile:
    """Somebody coaches no more: their assignments end, planned sessions are cancelled, nobody waits for them.

    Raises NotFound, NotAllowed (not L&D), Invalid (no reason), Changed (``shown`` names others than they coach now),
    Conflict (coaches no more). Queries: constant, and about 15 a learner.
    """
    profile = coach_profile_policy.get(actor, "manage", person__uid=person_uid, lock=True, related=("person",))
    reason = one_line(reason)
    if not reason:
        raise Invalid(reason=_("Say why: their learners read it."))
    if not claim_key(actor=actor, name="coach.stop", key=key, at=at, about=person_uid):
        return profile
    require_coaches(profile, at)
    require_same(shown, coach_shown(person_uid))
    close_profile(profile, reason, at)
    profile.refresh_from_db()
    return profile


def close_profile(profile: CoachProfile, reason: str, at: datetime) -> None:
    """Nobody is coached by this coach any more. For acts that end a coach, in their transaction. Queries: constant,
    and about 15 a learner.
    """
    held = CoachAssignment.objects.filter(coach=profile, status=ACTIVE)
    rows = list(held.select_related("coach__person", "enrolment__person"))
    learners = [row.enrolment.person_id for row in rows]
    managers = managers_of_each(learners, organisations_day(at)) if rows else {}
    for row in rows:
        close(row, CoachAssignment.Status.ENDED, reason, at)
        follow_coach(row.enrolment, None, at)
        tell_to_choose(managers[row.enrolment.person_id], row, at)
    proposed = CoachAssignment.objects.filter(coach=profile, status=CoachAssignment.Status.PROPOSED)
    for row in proposed.select_related("coach__person", "enrolment__person", "assigned_by"):
        decline(row, reason, at)
    end_standing_of(standing_of_coach(profile.person), reason, at)
    cancel_planned(Session.objects.filter(coach=profile.person))
    for other in CoachProfile.objects.filter(cover=profile):
        other.cover = None
        other.save(update_fields=["cover"])
        _record_absence(other, at)
    profile.refresh_from_db(fields=["load"])
    profile.ended_on = at.date()
    profile.save(update_fields=["ended_on"])
    forget_duties(profile.person_id)


def require_coaches(profile: CoachProfile, at: datetime) -> None:
    """Raise Conflict when somebody coaches no more."""
    if profile.ended_on is not None and profile.ended_on <= at.date():
        raise Conflict(_("%(person)s coaches no more.") % {"person": profile.person.full_name})


def _record_absence(profile: CoachProfile, at: datetime) -> None:
    """What the profile says about being away, as a row of its own; what was said before is called off. Queries: 2."""
    for absence in profile.absences.filter(called_off_at=None):
        absence.called_off_at = at
        absence.save(update_fields=["called_off_at"])
        log_end(absence)
    if profile.away_from and profile.away_until:
        days = {"from_on": profile.away_from, "until_on": profile.away_until}
        log_row(profile.absences.create(cover=profile.cover, said_at=at, **days))


def _check_capacity(capacity: int) -> None:
    if not 0 <= capacity <= MOST:
        raise Invalid(capacity=_("Choose a number from 0 to %(most)s.") % {"most": MOST})


def tell_to_choose(managers: list[User], row: CoachAssignment, at: datetime) -> None:
    """The managers of a learner are told that nobody coaches them now. For services here only."""
    words = {"coach": row.coach.person.full_name, "learner": row.enrolment.person.full_name}
    tell(COACH_NEEDED, managers, about=row.enrolment.uid, words=words, at=at)


def _languages(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one_line(name)[:12] for name in names if name.strip()))


@dataclass(frozen=True, slots=True)
class Seats:
    """A coach's places, and when they are away; ``cover`` is who covers, None for nobody."""

    load: int
    capacity: int
    away_from: date | None
    away_until: date | None
    cover: str | None


_seats = Prepared(
    Seats,
    lambda me, on: CoachProfile.objects.filter(not_ended("", on), person=me),
    cover="cover__person__full_name",
)


def seats_of(coach: User, on: date) -> Seats | None:
    """How full somebody's places are on a day; None for who is no coach then. Queries: 1."""
    return next(iter(_seats(me=coach.pk, on=on)), None)
