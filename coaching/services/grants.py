"""Observer grants: who may observe and judge which skill, until when.

First grants are *founding*: given by L&D with a reason, for twelve months at most, renewed in the same way. A renewal
is a new row; the old one is revoked in the same act, so that the record says who could observe what on any day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from coaching.models import CoachAssignment, ObserverGrant
from coaching.policies import grant_policy, unlapsed
from coaching.rules.notices import MAY_OBSERVE, OBSERVES_NO_MORE
from coaching.rules.times import GRANT_MONTHS
from lms.api import (
    Prepared,
    User,
    act,
    active_people,
    claim_key,
    claimed_at,
    forget_duties,
    lock_log,
    log_end,
    log_row,
    recording,
    replayed,
    skills_in_use,
    tell,
)
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.rules.bounds import MAY_OBSERVE_UNTIL
from lms.rules.days import months_later
from lms.rules.lines import one_line
from lms.rules.shown import require_same

from .coaches import ACTIVE, PRIMARY
from .shown import grant_shown, grants_shown

Basis = ObserverGrant.Basis


@act
def give_grant(
    *,
    actor: User,
    person_uid: UUID,
    skill_slugs: Iterable[str],
    reason: str,
    until_on: date | None = None,
    provisional: bool = False,
    shown: str,
    key: UUID,
    at: datetime,
) -> list[ObserverGrant]:
    """Somebody may observe these skills until a day (default and most: twelve months); an older grant is replaced.

    Every decision under a ``provisional`` grant is countersigned.

    Raises NotAllowed (not L&D, or to oneself), NotFound (no such active person), Invalid (skills, reason, day), Changed
    (``shown`` is not the list of grants of now). Queries: at most 13, and 1 a skill.
    """
    lock_log()
    grant_policy.require(actor, "add")
    person = active_people().select_for_update(no_key=True).filter(uid=person_uid).first()
    if person is None:
        raise NotFound(_("There is no such person here now."))
    if person.pk == actor.pk:
        raise NotAllowed(_("Nobody gives a grant to themself. Ask another learning administrator."))
    slugs, reason = set(skill_slugs), one_line(reason)
    skills = list(skills_in_use().filter(slug__in=slugs))
    if not skills or len(skills) != len(slugs):
        raise Invalid(skills=_("Choose at least one skill of the list."))
    if not reason:
        raise Invalid(reason=_("Say what makes them fit to observe; the record keeps it."))
    longest = months_later(at.date(), GRANT_MONTHS)
    until_on = until_on or longest
    MAY_OBSERVE_UNTIL.check("until_on", until_on, at.date(), last=longest)
    if not claim_key(actor=actor, name="grant.give", key=key, at=at, about=person.uid):
        given = ObserverGrant.objects.filter(person=person, granted_by=actor, granted_at=claimed_at(key))
        return list(given.order_by("pk"))
    require_same(shown, grants_shown(grants_to_manage(actor)))
    return record_grants(
        person=person,
        skill_ids=[skill.pk for skill in skills],
        basis=Basis.PROVISIONAL if provisional else Basis.FOUNDING,
        until_on=until_on,
        by=actor,
        reason=reason,
        at=at,
    )


@recording()
def record_grants(
    *,
    person: User,
    skill_ids: Collection[int],
    basis: str,
    until_on: date,
    by: User | None = None,
    attempt_uid: UUID | None = None,
    reason: str,
    at: datetime,
) -> list[ObserverGrant]:
    """Write grants down, replacing open ones: given ``by`` somebody, or earned by an attempt at a calibration; for that
    on the floor above, inside its transaction.

    Queries: 3, and 1 a skill.
    """
    for held in ObserverGrant.objects.filter(person=person, skill__in=skill_ids, revoked_at=None):
        end_grant(held, by, _("Renewed."), at, attempt_uid=attempt_uid)
    made = [
        ObserverGrant.objects.create(
            person=person,
            skill_id=skill_id,
            basis=basis,
            granted_at=at,
            until_on=until_on,
            granted_by=by,
            attempt_uid=attempt_uid,
            reason=one_line(reason)[:300],
        )
        for skill_id in skill_ids
    ]

    for grant in made:
        log_row(grant)
    tell(MAY_OBSERVE, [person], words={"n": len(made), "until": until_on}, at=at)
    forget_duties(person.pk)
    return made


def end_grant(
    grant: ObserverGrant, by: User | None, reason: str, at: datetime, *, attempt_uid: UUID | None = None
) -> None:
    """The grant is open no more: somebody ended it, or an attempt at a calibration earned the next one. For services
    here only, inside their act. Queries: 1.
    """
    grant.revoked_at, grant.revoked_by, grant.revoked_reason = at, by, reason[:300]
    grant.ended_by_attempt = attempt_uid
    grant.save(update_fields=["revoked_at", "revoked_by", "ended_by_attempt", "revoked_reason"])
    log_end(grant)


@act
def revoke_grant(
    *, actor: User, person_uid: UUID, skill_slug: str, reason: str, shown: str, key: UUID, at: datetime
) -> ObserverGrant:
    """Somebody may no longer observe this skill.

    Raises NotFound (no open grant), NotAllowed (not L&D), Invalid (no reason), Changed (``shown`` is another grant).
    """
    reason = one_line(reason)
    done = ObserverGrant.objects.filter(revoked_by=actor, person__uid=person_uid, skill__slug=skill_slug)
    before = replayed(actor=actor, name="grant.revoke", key=key, about=person_uid)
    if before and (row := done.filter(revoked_at=before.at).first()):
        return row
    grant = grant_policy.get(
        actor,
        "revoke",
        person__uid=person_uid,
        skill__slug=skill_slug,
        revoked_at=None,
        lock=True,
        related=("person", "skill"),
    )
    if not reason:
        raise Invalid(reason=_("Say why; the observer reads it and the record keeps it."))
    if not claim_key(actor=actor, name="grant.revoke", key=key, at=at, about=person_uid):
        raise Conflict(_("This form was already used for another skill. Open the page again."))
    require_same(shown, grant_shown(grant))
    end_grant(grant, actor, reason, at)
    words = {"skill": grant.skill.title, "reason": reason}
    tell(OBSERVES_NO_MORE, [grant.person], words=words, at=at)
    forget_duties(grant.person_id)
    return grant


def may_observe(user_id: int, skill_ids: Iterable[int], at: datetime) -> set[int]:
    """Those of these skills that an active person may observe at that moment. Queries: 1."""
    rows = ObserverGrant.objects.filter(
        unlapsed(at.date()), person_id=user_id, person__is_active=True, skill__in=list(skill_ids), granted_at__lte=at
    )
    return set(rows.values_list("skill_id", flat=True))


@dataclass(frozen=True, slots=True)
class HeldGrants:
    """The bases of the grants that somebody holds for some skills, by id of the skill, and whether they hold them as
    the coach of the enrolment, or stand in for one.
    """

    bases: Mapping[int, str]
    as_coach: bool


@dataclass(slots=True)
class _Held:
    skill: int
    basis: str
    as_coach: bool


def _held(person: int, enrolment: int, skills: list[int], on: date, at: datetime) -> QuerySet[ObserverGrant]:
    coach = CoachAssignment.objects.filter(
        enrolment=enrolment, status=ACTIVE, kind=PRIMARY, coach__person=OuterRef("person")
    )
    rows = ObserverGrant.objects.filter(
        unlapsed(on), person=person, person__is_active=True, skill__in=skills, granted_at__lte=at
    )
    return rows.annotate(as_coach=Exists(coach))


_held_grants = Prepared(_Held, _held, skill="skill_id")


def held_grants(person_id: int, enrolment_id: int, skill_ids: Sequence[int], at: datetime) -> HeldGrants:
    """The grants that an active person holds for these skills at a moment. Queries: 1."""
    rows = _held_grants(person=person_id, enrolment=enrolment_id, skills=skill_ids, on=at.date(), at=at)
    return HeldGrants({row.skill: row.basis for row in rows}, any(row.as_coach for row in rows))


def grants_at(user_id: int, skill_ids: Iterable[int], at: datetime) -> dict[int, UUID]:
    """By which grant somebody might observe each of these skills at a moment: skill id -> uid. Queries: 1."""
    then = Q(revoked_at=None) | Q(revoked_at__gt=at)
    rows = ObserverGrant.objects.filter(then, person_id=user_id, skill__in=list(skill_ids))
    return dict(rows.filter(granted_at__lte=at, until_on__gte=at.date()).values_list("skill_id", "uid"))


def grants_of(user_ids: Iterable[int], on: date) -> dict[int, dict[int, str]]:
    """What these people may observe on a day: person id -> skill id -> basis of the grant. Queries: 1."""
    found: dict[int, dict[int, str]] = {user_id: {} for user_id in user_ids}
    rows = ObserverGrant.objects.filter(unlapsed(on), person__in=list(found))
    for person_id, skill_id, basis in rows.values_list("person_id", "skill_id", "basis"):
        found[person_id][skill_id] = basis
    return found


def observers_for(skill_ids: Iterable[int], exclude: Iterable[User] = (), *, on: date) -> list[User]:
    """Active people who may observe every one of these skills on a day, by name. Queries: 1."""
    wanted = set(skill_ids)
    able = (
        ObserverGrant.objects.filter(unlapsed(on), skill__in=wanted)
        .values("person")
        .annotate(skills=Count("skill", distinct=True))
        .filter(skills=len(wanted))
        .order_by()
        .values("person")
    )
    rows = active_people().filter(pk__in=able).exclude(pk__in=[person.pk for person in exclude])
    return list(rows) if wanted else []


def grants_to_manage(actor: User) -> list[ObserverGrant]:
    """Every open grant that the actor may see, by person, lapsed ones included. Queries: 1-2."""
    rows = grant_policy.queryset(actor, "view").filter(revoked_at=None)
    return list(
        rows.select_related("person", "skill", "granted_by").order_by(
            "person__name_order", "person", "skill__name_order"
        )
    )
