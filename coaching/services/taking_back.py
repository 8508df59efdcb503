"""Taking back, on the same day, what was done to somebody's grants by mistake.

Nothing is undone in the record: a grant that was given is ended, one that was revoked is given again as a new row. So
the log goes on saying who could observe what at any moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from coaching.models import ObserverGrant
from coaching.policies import grant_policy
from coaching.rules.notices import OBSERVES_NO_MORE
from lms import clock
from lms.api import User, act, claim_key, claimed_at, forget_duties, lock_log, organisation, tell
from lms.errors import Conflict, Invalid

from .granting import Basis, end_grant, ended_at, given_at, somebody_else, tell_of_grants, titles_of, write_grant
from .grants import by_skill, open_grants_of


@dataclass(frozen=True, slots=True)
class GrantsTakenBack:
    """The grants that ended, and those that somebody has again in their place."""

    ended: Sequence[ObserverGrant]
    again: Sequence[ObserverGrant]


@act
def take_back_grants(
    *, actor: User, person_uid: UUID, grant_uids: Iterable[UUID], key: UUID, at: datetime
) -> GrantsTakenBack:
    """What was given today by mistake ends, and what it had replaced is given again until its own last day.

    The record keeps that it was held until now: what was observed with it meanwhile stays true. What had been earned by
    a calibration comes back as founding, with the same words: nobody gives the other.

    Raises NotFound, NotAllowed (not L&D, or one's own), Invalid (none chosen), Conflict (not given today by somebody,
    or ended since). Queries: at most 12, and 6 a grant.
    """
    lock_log()
    if not claim_key(actor=actor, name="grant.take_back", key=key, at=at, about=person_uid):
        return _taken_back(person_uid, actor, claimed_at(key))
    rows = _chosen(actor, "revoke", person_uid, grant_uids)
    person = somebody_else(actor, person_uid)
    since = day_began(at)
    if any(row.revoked_at or row.granted_by is None or row.granted_at < since for row in rows):
        raise Conflict(_("Only what was given today, and is held still, can be taken back. Revoke it instead."))
    again = []
    for row in rows:
        replaced = ObserverGrant.objects.filter(
            person=person, skill=row.skill, revoked_at=row.granted_at, revoked_by=row.granted_by
        )
        end_grant(row, actor, _("Given by mistake."), at)
        again += [_give_again(old, person, actor, at) for old in replaced.filter(until_on__gte=at.date())]
    kept = {grant.skill_id for grant in again}
    gone = [row for row in rows if row.skill_id not in kept]
    if gone:
        tell(OBSERVES_NO_MORE, [person], words={"skills": titles_of(gone), "reason": ""}, at=at)
    tell_of_grants(again, at)
    forget_duties(person.pk)
    return _taken_back(person_uid, actor, at)


@act
def give_grants_again(
    *, actor: User, person_uid: UUID, grant_uids: Iterable[UUID], key: UUID, at: datetime
) -> list[ObserverGrant]:
    """What was revoked today by mistake is given again until the same last day. The old grants stay revoked.

    Raises NotFound, NotAllowed (not L&D, or one's own), Invalid (none chosen), Conflict (not revoked today by somebody,
    lapsed, or held again). Queries: at most 12, and 3 a grant.
    """
    lock_log()
    grant_policy.require(actor, "add")
    person = somebody_else(actor, person_uid, lock=True)
    if not claim_key(actor=actor, name="grant.again", key=key, at=at, about=person_uid):
        return given_at(person, actor, claimed_at(key))
    rows = _chosen(actor, "view", person_uid, grant_uids)
    offered = {row.pk for row in revoked_since(actor, person_uid, day_began(at), at.date())}
    if any(row.pk not in offered for row in rows):
        raise Conflict(_("Only what was revoked today, and is not held again, can be given back. Give a new grant."))
    made = [_give_again(row, person, actor, at) for row in rows]
    tell_of_grants(made, at)
    forget_duties(person.pk)
    return given_at(person, actor, at)


@dataclass(frozen=True, slots=True)
class DoneToday:
    """What one act of today did to somebody's grants, which it can be taken back of still; and who did it."""

    grants: Sequence[ObserverGrant]
    by: User
    at: datetime


def given_today(actor: User, person_uid: UUID, at: datetime) -> list[DoneToday]:
    """What was given to somebody today and is held still, the last act first. Queries: 2-3."""
    held = open_grants_of(actor, person_uid)
    rows = [(row, row.granted_by, row.granted_at) for row in held if row.granted_at >= day_began(at)] if held else []
    return _by_act(rows)


def revoked_today(actor: User, person_uid: UUID, at: datetime) -> list[DoneToday]:
    """What was revoked of somebody's grants today and is not held again, the last act first. Queries: 3."""
    rows = revoked_since(actor, person_uid, day_began(at), at.date())
    return _by_act((row, row.revoked_by, row.revoked_at) for row in rows)


def _by_act(rows: Iterable[tuple[ObserverGrant, User | None, datetime | None]]) -> list[DoneToday]:
    acts: dict[tuple[datetime, int], DoneToday] = {}
    for grant, by, at in rows:
        if by is not None and at is not None:
            done = acts.setdefault((at, by.pk), DoneToday([], by, at))
            acts[at, by.pk] = DoneToday([*done.grants, grant], by, at)
    return [acts[name] for name in sorted(acts, reverse=True)]


def day_began(at: datetime) -> datetime:
    """When the organisation's day began. Queries: 1."""
    zone = ZoneInfo(organisation().time_zone)
    return datetime.combine(clock.today(zone, at), time.min, zone)


def revoked_since(actor: User, person_uid: UUID, since: datetime, today: date) -> list[ObserverGrant]:
    """What somebody revoked of a person's grants since then and could give again today, the last one first, of each
    skill the last one. Queries: 2.
    """
    rows = grant_policy.queryset(actor, "view").filter(person__uid=person_uid)
    held = rows.filter(revoked_at=None).values("skill")
    found = rows.filter(revoked_at__gte=since, revoked_by__isnull=False, until_on__gte=today, skill__archived_at=None)
    found = found.exclude(skill__in=held).select_related("skill", "revoked_by").order_by("-revoked_at", "-pk")
    return list({row.skill_id: row for row in reversed(found)}.values())[::-1]


def _chosen(actor: User, action: str, person_uid: UUID, uids: Iterable[UUID]) -> list[ObserverGrant]:
    """These grants of somebody, held until the act ends. Raises NotFound, NotAllowed, Invalid (none)."""
    whose: dict[str, Any] = {"person__uid": person_uid, "lock": True, "related": ("skill",)}
    rows = [grant_policy.get(actor, action, uid=uid, **whose) for uid in sorted(set(uids))]
    if not rows:
        raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
    return sorted(rows, key=lambda row: row.skill.name_order)


def _give_again(old: ObserverGrant, person: User, actor: User, at: datetime) -> ObserverGrant:
    """A new grant with the words and the last day of one that ended. Queries: 1."""
    basis = Basis.PROVISIONAL if old.basis == Basis.PROVISIONAL else Basis.FOUNDING
    return write_grant(person, old.skill, at, basis=basis, until_on=old.until_on, granted_by=actor, reason=old.reason)


def _taken_back(person_uid: UUID, by: User, at: datetime) -> GrantsTakenBack:
    """What one act took back. Queries: 2."""
    again = ObserverGrant.objects.filter(person__uid=person_uid, granted_by=by, granted_at=at)
    return GrantsTakenBack(ended_at(person_uid, by, at), list(by_skill(again)))
