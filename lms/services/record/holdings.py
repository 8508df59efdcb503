"""Role holdings: who holds which role apart from any path, and since when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lms import clock
from lms.errors import Conflict, Invalid
from lms.models import Enrolment, RoleHolding, RoleProfileVersion, User
from lms.policies import held_on, role_holding_policy
from lms.rules.bounds import HELD_UNTIL
from lms.rules.days import iso
from lms.rules.lines import one_line
from lms.rules.notices import HOLDS_NO_MORE
from lms.services.platform.acts import act, claim_key
from lms.services.platform.notices import tell

from .standing_changes import standing_changed

LONGEST_REASON = 300


Ending = Callable[[Collection[int], str, datetime], None]
_endings: dict[str, Ending] = {}


def register_role_ending(name: str, ending: Ending) -> None:
    """Say what else ends with roles: ``ending(ids of holdings, reason, at)``. Registering a name again replaces."""
    _endings[name] = ending


def begin_role_holding(
    *, uid: UUID, person: User, version: RoleProfileVersion, from_on: date, by: User, at: datetime
) -> RoleHolding:
    """Somebody holds a role from a day on. Asks for no authority: the floor that knows why does. Queries: 1."""
    return RoleHolding.objects.create(
        uid=uid, person=person, role_version=version, from_on=from_on, made_by=by, made_at=at
    )


def end_earlier_versions(person: User, version: RoleProfileVersion, today: date, at: datetime) -> None:
    """Somebody who begins to hold a version of a role today holds no earlier one any more. Queries: 1, and those of
    ``_end`` where there is one.
    """
    rows = RoleHolding.objects.filter(person=person, role_version__profile=version.profile_id, until_on=None)
    _end(rows.exclude(role_version=version), today - timedelta(days=1), _("A newer version of the role is held."), at)


def _end(rows: QuerySet[RoleHolding], last_day: date, reason: str, at: datetime) -> list[RoleHolding]:
    """These end with a day, or on the day on which they began, and with them what stands on them above. Queries: 1, 1 a
    role, and those of what ends with them.
    """
    found = list(rows)
    for holding in found:
        holding.until_on = max(last_day, holding.from_on)
        holding.save(update_fields=["until_on"])
    _let_go([holding.pk for holding in found], reason, at)
    return found


def _let_go(holding_ids: Collection[int], reason: str, at: datetime) -> None:
    for ending in _endings.values():
        ending(holding_ids, reason, at)


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
    _let_go([holding.pk], reason, at)
    words = {"role": holding.role_version.profile.title, "day": until_on, "reason": reason}
    tell(HOLDS_NO_MORE, [holding.person], words=words, at=at)
    standing_changed([holding.person_id], at)
    return holding


def holdings_on(people: Q, on: date) -> QuerySet[RoleHolding]:
    """Roles that people hold on a day, for the rows that ``people`` lets through. Queries: 1 when read."""
    rows = RoleHolding.objects.filter(people, held_on(on), person__is_active=True)
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


def with_role(rows: QuerySet[RoleHolding]) -> QuerySet[RoleHolding]:
    """The same rows with person and role. Queries: 1 when read."""
    return rows.select_related("person", "role_version__profile")


def holdings_seen_by(reader: User, person: User) -> list[RoleHolding]:
    """Every role that somebody holds or held, as far as the reader may see, the newest first. Queries: 1."""
    return list(with_role(role_holding_policy.queryset(reader, "view").filter(person=person)))


def let_holdings_go(person: User, last_day: date, reason: str, at: datetime) -> list[object]:
    """Whoever leaves holds no role after their last day; returns the uids of the roles. Queries: those of ``_end``."""
    mine = RoleHolding.objects.filter(person=person, until_on=None)
    return [str(holding.uid) for holding in _end(mine, last_day, reason, at)]


def take_up_holdings(person: User, uids: Iterable[object]) -> None:
    """The account was closed by mistake: they hold these roles again. Queries: 1."""
    RoleHolding.objects.filter(person=person, uid__in=list(uids)).update(until_on=None)
