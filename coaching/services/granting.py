"""Giving and revoking observer grants: several skills of one person in one act, all of them or none.

First grants are *founding*: given by L&D with a reason, for twelve months at most, renewed in the same way. A renewal
is a new row; the old one is revoked in the same act, so that the record says who could observe what on any day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from coaching.models import ObserverGrant
from coaching.policies import grant_policy
from coaching.rules.notices import MAY_OBSERVE, OBSERVES_NO_MORE
from coaching.rules.times import GRANT_MONTHS
from lms.api import (
    Skill,
    User,
    act,
    active_people,
    are_one,
    claim_key,
    claimed_at,
    forget_duties,
    lock_log,
    log_end,
    log_row,
    recording,
    skills_in_use,
    tell,
)
from lms.errors import Invalid, NotAllowed, NotFound
from lms.rules.bounds import MAY_OBSERVE_UNTIL
from lms.rules.days import months_later
from lms.rules.lines import one_line
from lms.rules.shown import require_same

from .grants import by_skill, open_grants_of
from .shown import grants_shown

Basis = ObserverGrant.Basis


@dataclass(frozen=True, slots=True)
class GrantPlan:
    """What giving would do: who may observe these skills, by title, until a day, and which open grants end by it."""

    person: User
    skills: tuple[Skill, ...]
    until_on: date
    replaced: tuple[ObserverGrant, ...]


def plan_grants(
    *,
    actor: User,
    person_uid: UUID,
    skill_slugs: Iterable[str],
    reason: str,
    until_on: date | None = None,
    lock: bool = False,
    at: datetime,
) -> GrantPlan:
    """What ``give_grants`` would do, for the question before it; without a day it lasts as long as it may.

    ``replaced`` holds what the actor may see of it. Raises NotAllowed (not L&D, or to oneself), NotFound (no such
    active person), Invalid (skills, reason, day). Queries: 4.
    """
    grant_policy.require(actor, "add")
    person = somebody_else(actor, person_uid, lock=lock)
    slugs = set(skill_slugs)
    skills = tuple(skills_in_use().filter(slug__in=slugs))
    if not skills or len(skills) != len(slugs):
        raise Invalid(skills=_("Choose at least one skill of the list."))
    if not one_line(reason):
        raise Invalid(reason=_("Say what makes them fit to observe; the record keeps it."))
    longest = months_later(at.date(), GRANT_MONTHS)
    until_on = until_on or longest
    MAY_OBSERVE_UNTIL.check("until_on", until_on, at.date(), last=longest)
    chosen = {skill.pk for skill in skills}
    held = [row for row in open_grants_of(actor, person_uid) if row.skill_id in chosen]
    return GrantPlan(person, skills, until_on, tuple(held))


@act
def give_grants(
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

    All of them or none, and they are told once. Every decision under a ``provisional`` grant is countersigned.

    Raises what ``plan_grants`` does, and Changed (``shown`` is not what they hold now). Queries: at most 14, and 2 a
    skill.
    """
    lock_log()
    plan = plan_grants(
        actor=actor,
        person_uid=person_uid,
        skill_slugs=skill_slugs,
        reason=reason,
        until_on=until_on,
        lock=True,
        at=at,
    )
    if not claim_key(actor=actor, name="grant.give", key=key, at=at, about=plan.person.uid):
        return given_at(plan.person, actor, claimed_at(key))
    require_same(shown, grants_shown(person_uid, open_grants_of(actor, person_uid)))
    return record_grants(
        person=plan.person,
        skills=plan.skills,
        basis=Basis.PROVISIONAL if provisional else Basis.FOUNDING,
        until_on=plan.until_on,
        by=actor,
        reason=reason,
        at=at,
    )


@recording()
def record_grants(
    *,
    person: User,
    skills: Collection[Skill],
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
    for held in ObserverGrant.objects.filter(person=person, skill__in=skills, revoked_at=None):
        end_grant(held, by, _("Renewed."), at, attempt_uid=attempt_uid)
    grant: dict[str, Any] = {
        "basis": basis,
        "until_on": until_on,
        "granted_by": by,
        "attempt_uid": attempt_uid,
        "reason": reason,
    }
    made = [write_grant(person, skill, at, **grant) for skill in skills]
    tell_of_grants(made, at)
    forget_duties(person.pk)
    return made


def write_grant(person: User, skill: Skill, at: datetime, *, reason: str, **fields: Any) -> ObserverGrant:
    """One grant more, in the log. Queries: 1."""
    made = ObserverGrant.objects.create(
        person=person, skill=skill, granted_at=at, reason=one_line(reason)[:300], **fields
    )
    log_row(made)
    return made


def tell_of_grants(grants: Iterable[ObserverGrant], at: datetime) -> None:
    """Whoever may observe from now on is told once for each last day. Queries: 1 a day."""
    by_day: dict[date, list[ObserverGrant]] = defaultdict(list)
    for grant in grants:
        by_day[grant.until_on].append(grant)
    for until_on, rows in sorted(by_day.items()):
        tell(MAY_OBSERVE, [rows[0].person], words={"skills": titles_of(rows), "until": until_on}, at=at)


def titles_of(grants: Iterable[ObserverGrant]) -> str:
    return ", ".join(grant.skill.title for grant in grants)


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
def revoke_grants(
    *, actor: User, person_uid: UUID, skill_slugs: Iterable[str], reason: str, shown: str, key: UUID, at: datetime
) -> list[ObserverGrant]:
    """Somebody may no longer observe these skills: all of them or none, and they are told once.

    Raises NotFound (one of them is not held), NotAllowed (not L&D), Invalid (no skill, no reason), Changed (``shown``
    is not what they hold now). Queries: at most 10, and 2 a skill.
    """
    lock_log()
    if not claim_key(actor=actor, name="grant.revoke", key=key, at=at, about=person_uid):
        return ended_at(person_uid, actor, claimed_at(key))
    slugs, reason = sorted(set(skill_slugs)), one_line(reason)
    held = open_grants_of(actor, person_uid)
    if held and grant_policy.queryset(actor, "revoke").filter(pk=held[0].pk).exists():
        require_same(shown, grants_shown(person_uid, held))
    wanted: dict[str, Any] = {"person__uid": person_uid, "revoked_at": None, "related": ("person", "skill")}
    rows = [grant_policy.get(actor, "revoke", skill__slug=slug, lock=True, **wanted) for slug in slugs]
    if not rows:
        raise Invalid(skills=_("Choose at least one skill of the list."))
    if not reason:
        raise Invalid(reason=_("Say why; the observer reads it and the record keeps it."))
    rows.sort(key=lambda row: row.skill.name_order)
    for row in rows:
        end_grant(row, actor, reason, at)
    tell(OBSERVES_NO_MORE, [rows[0].person], words={"skills": titles_of(rows), "reason": reason}, at=at)
    forget_duties(rows[0].person_id)
    return ended_at(person_uid, actor, at)


def somebody_else(actor: User, person_uid: UUID, *, lock: bool = False) -> User:
    """Somebody here whose grants the actor may change: never their own. Raises NotFound, NotAllowed. Queries: 1."""
    people = active_people().filter(uid=person_uid)
    person = (people.select_for_update(no_key=True) if lock else people).first()
    if person is None:
        raise NotFound(_("There is no such person here now."))
    if are_one(person.pk, actor.pk):
        raise NotAllowed(_("Nobody gives a grant to themself. Ask another learning administrator."))
    return person


def given_at(person: User, by: User, at: datetime) -> list[ObserverGrant]:
    """What one act gave. Queries: 1."""
    return list(by_skill(ObserverGrant.objects.filter(person=person, granted_by=by, granted_at=at)))


def ended_at(person_uid: UUID, by: User, at: datetime) -> list[ObserverGrant]:
    """What one act ended. Queries: 1."""
    return list(by_skill(ObserverGrant.objects.filter(person__uid=person_uid, revoked_by=by, revoked_at=at)))
