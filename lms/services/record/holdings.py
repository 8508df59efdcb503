"""Role holdings: who holds which role apart from any path, and since when."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lms import clock
from lms.errors import Conflict, Invalid
from lms.models import Enrolment, RoleHolding, RoleProfileVersion, User
from lms.policies import role_holding_policy
from lms.rules.bounds import HELD_UNTIL
from lms.rules.days import iso
from lms.rules.lines import one_line
from lms.rules.notices import HOLDS_NO_MORE
from lms.services.platform.acts import act, claim_key
from lms.services.platform.notices import tell

from .standing_changes import standing_changed

LONGEST_REASON = 300


def begin_role_holding(
    *, uid: UUID, person: User, version: RoleProfileVersion, from_on: date, coach: User | None, by: User, at: datetime
) -> RoleHolding:
    """Somebody holds a role from a day on. Asks for no authority: the floor that knows why does. Queries: 1."""
    return RoleHolding.objects.create(
        uid=uid, person=person, role_version=version, from_on=from_on, coach=coach, made_by=by, made_at=at
    )


@act
def end_role_holding(
    *, actor: User, holding_uid: UUID, until_on: date, reason: str, key: UUID, at: datetime
) -> RoleHolding:
    """Somebody holds a role up to and with a day, today or before. What was signed stays as it is; they are told.

    Raises NotFound, NotAllowed (not L&D, or oneself), Conflict (ended already), Invalid (no reason, the day).
    """
    holding = role_holding_policy.get(actor, "end", uid=holding_uid, related=("person", "role_version__profile"))
    reason = one_line(reason)[:LONGEST_REASON]
    changed = {"until": (iso(holding.until_on), until_on.isoformat())}
    if not claim_key(
        actor=actor, name="role.end", key=key, at=at, about=holding.person.uid, why=reason, changed=changed
    ):
        return holding
    if not reason:
        raise Invalid(reason=_("Say why: they read it."))
    today = clock.today(holding.person.zone, at)
    HELD_UNTIL.check("until_on", until_on, today, first=holding.from_on, last=today)
    if not RoleHolding.objects.filter(pk=holding.pk, until_on=None).update(until_on=until_on):
        raise Conflict(_("This had ended already."))
    holding.until_on = until_on
    words = {"role": holding.role_version.profile.title, "day": until_on, "reason": reason}
    tell(HOLDS_NO_MORE, [holding.person], words=words, at=at)
    standing_changed([holding.person_id], at)
    return holding


def holdings_on(people: Q, on: date) -> QuerySet[RoleHolding]:
    """Roles that people hold on a day, for the rows that ``people`` lets through. Queries: 1 when read."""
    holds = Q(until_on=None) | Q(until_on__gte=on)
    rows = RoleHolding.objects.filter(people, holds, from_on__lte=on, person__is_active=True)
    return with_role(rows).order_by("person__name_order", "pk")


def roles_of_people(person_ids: Collection[int], on: date) -> dict[int, dict[int, RoleProfileVersion]]:
    """By person id, the roles that they are on the way to or hold on a day: the version of each by id of its profile;
    of a role that is held, the version that is held. Queries: 2.
    """
    found: dict[int, dict[int, RoleProfileVersion]] = {}
    paths = Enrolment.objects.filter(person__in=person_ids, status__in=Enrolment.OPEN)
    paths = paths.select_related("role_version__profile").order_by("started_on", "pk")
    held = holdings_on(Q(person__in=person_ids), on).order_by("from_on", "pk")
    rows: list[Enrolment | RoleHolding] = [*paths, *held]
    for row in rows:
        found.setdefault(row.person_id, {})[row.role_version.profile_id] = row.role_version
    return found


def roles_over(day: date) -> QuerySet[RoleHolding]:
    """Role holdings whose last day is before a day."""
    return RoleHolding.objects.filter(until_on__lt=day)


def standing_coaches(person_ids: Collection[int]) -> dict[int, list[User]]:
    """By person id, who is their standing coach in the roles that they hold. Queries: 1."""
    found: dict[int, list[User]] = {}
    rows = RoleHolding.objects.filter(person__in=person_ids, until_on=None, coach__isnull=False)
    for row in rows.select_related("coach"):
        if row.coach is not None:
            found.setdefault(row.person_id, []).append(row.coach)
    return found


def with_role(rows: QuerySet[RoleHolding]) -> QuerySet[RoleHolding]:
    """The same rows with person, role and standing coach. Queries: 1 when read."""
    return rows.select_related("person", "role_version__profile", "coach")


def holdings_seen_by(reader: User, person: User) -> list[RoleHolding]:
    """Every role that somebody holds or held, as far as the reader may see, the newest first. Queries: 1."""
    return list(with_role(role_holding_policy.queryset(reader, "view").filter(person=person)))


def let_holdings_go(person: User, last_day: date) -> list[object]:
    """Whoever leaves holds no role after their last day, and is nobody's standing coach; returns the uids of the roles.

    Queries: 3, and 1 a role.
    """
    RoleHolding.objects.filter(coach=person, until_on=None).update(coach=None)
    mine = list(RoleHolding.objects.filter(person=person, until_on=None))
    for holding in mine:
        holding.until_on = max(last_day, holding.from_on)
        holding.save(update_fields=["until_on"])
    return [str(holding.uid) for holding in mine]


def end_standing_coaching_among(ids: Collection[int]) -> None:
    """Nobody of these accounts of one human is the standing coach of another of them. Queries: 1."""
    RoleHolding.objects.filter(person__in=ids, coach__in=ids).update(coach=None)


def take_up_holdings(person: User, uids: Iterable[object]) -> None:
    """The account was closed by mistake: they hold these roles again, without a standing coach who left meanwhile.

    Queries: 2.
    """
    mine = RoleHolding.objects.filter(person=person, uid__in=list(uids))
    mine.filter(coach__is_active=False).update(coach=None)
    mine.update(until_on=None)
