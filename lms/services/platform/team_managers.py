"""Who manages a team, from and until, and who stands in.

What begins or ends does so today or later: who managed whom on a day that has passed stays as it was, because
sign-offs of that day rest on it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lms.errors import Conflict, Invalid, NotFound
from lms.models import Membership, Team, User
from lms.policies import team_policy
from lms.policies.duties import learning_administrators
from lms.rules.bounds import MANAGES
from lms.rules.notices import MANAGES_NO_MORE, MANAGES_TEAM, TEAM_WITHOUT_MANAGER
from lms.rules.said import full_day

from .acts import act, claim_key
from .navigation import forget_duties
from .notices import tell
from .organisation import organisations_day
from .same_person import are_one
from .team_tree import DAY, MANAGER, by_team, managers_from, next_manager_up, not_over, unmanaged_from
from .who_is_here import named, somebody_here


@act
def name_manager(
    *,
    actor: User,
    team_uid: UUID,
    person_uid: UUID,
    from_on: date,
    until_on: date | None = None,
    key: UUID,
    at: datetime,
) -> Membership:
    """Somebody manages a team from a day on. They are told.

    Raises NotFound, NotAllowed (closed), Invalid (unknown person, a day that has passed, an end before the beginning),
    Conflict (they manage it on such a day already).
    """
    team = team_policy.get(actor, "change", uid=team_uid, lock=True)
    person = somebody_here(person_uid)
    _check_days(from_on, until_on, organisations_day(at))
    if not claim_key(actor=actor, name="team.manager", key=key, at=at, about=team.uid, why=person.full_name):
        return Membership.objects.get(uid=key)
    _refuse_twice(person, team, from_on, until_on)
    return _manages(team, person, from_on, until_on, key, at, actor)


@act
def act_for_manager(
    *, actor: User, manager_uid: UUID, person_uid: UUID, from_on: date, until_on: date, key: UUID, at: datetime
) -> Membership:
    """Somebody stands in for the manager of a team (``manager_uid``: of their membership) from one day to another.

    They may do what the manager may; nobody passes it on. Raises NotFound, NotAllowed, Invalid (unknown person, the
    manager themself, days that have passed or on which that manager does not manage), Conflict (they manage it then).
    """
    row = _managing_row(actor, manager_uid)
    person = somebody_here(person_uid)
    if row.acting_for_id is not None:
        raise Invalid(_("Whoever stands in does not pass it on."))
    if are_one(person.pk, row.person_id):
        raise Invalid(person=_("Choose somebody else: this is the manager themself."))
    _check_days(from_on, until_on, organisations_day(at))
    if from_on < row.from_on or (row.until_on is not None and until_on > row.until_on):
        raise Invalid(until_on=_("%(name)s does not manage the team on all of these days.") % named(row.person))
    if not claim_key(actor=actor, name="team.acting_manager", key=key, at=at, about=row.uid, why=person.full_name):
        return Membership.objects.get(uid=key)
    _refuse_twice(person, row.team, from_on, until_on)
    return _manages(row.team, person, from_on, until_on, key, at, actor, acting_for=row.person)


@act
def end_manager(*, actor: User, manager_uid: UUID, until_on: date, key: UUID, at: datetime) -> Team:
    """The last day on which somebody manages a team, or stands in. They are told, and L&D where nobody follows.

    What has not begun by then is taken back. Raises NotFound, NotAllowed, Invalid (a day that has passed), Conflict
    (it has ended already). The team.
    """
    row = _managing_row(actor, manager_uid)
    today = organisations_day(at)
    MANAGES.check("until_on", until_on, today)
    changed = {"until": (row.until_on.isoformat() if row.until_on else None, until_on.isoformat())}
    if not claim_key(actor=actor, name="team.manager_ends", key=key, at=at, about=row.uid, changed=changed):
        return row.team
    if row.until_on is not None and row.until_on < today:
        raise Conflict(_("%(name)s manages this team no more already.") % named(row.person))
    words = {"team": row.team.name, "until": max(until_on, row.from_on)}
    acting = Membership.objects.filter(team=row.team, acting_for=row.person)
    acting.filter(from_on__gt=until_on, from_on__gte=row.from_on).delete()
    acting.filter(until_on__gt=until_on, until_on__gte=row.from_on).update(until_on=until_on)
    if until_on < row.from_on:
        row.delete()
    else:
        row.until_on = until_on
        row.save(update_fields=["until_on"])
    forget_duties(row.person_id)
    tell(MANAGES_NO_MORE, [row.person], words=words, at=at)
    tell_of_missing_managers([row.team], until_on + DAY, at)
    return row.team


def tell_of_missing_managers(teams: Collection[Team], day: date, at: datetime) -> None:
    """L&D is told of each of these teams that nobody manages from a day on, and who stands in. Queries: 2-4."""
    if not teams:
        return
    tree = {row.pk: row for row in Team.objects.all()}
    managers = by_team(managers_from(day))
    for team in {team.pk: team for team in teams if team.closed_on is None}.values():
        if unmanaged_from(managers.get(team.pk, ()), day) != day:
            continue
        above = next_manager_up(team, tree, managers, day)
        words = {"team": team.name, "day": day, "stands_in": above.full_name if above else ""}
        tell(TEAM_WITHOUT_MANAGER, learning_administrators(), about=team.uid, words=words, at=at)


def teams_managed_by(person: User, on: date) -> list[Team]:
    """The open teams that somebody manages themself on a day or later, by name. Queries: 1."""
    rows = Membership.objects.filter(not_over(on), person=person, role=MANAGER, acting_for=None)
    return list(Team.objects.filter(pk__in=rows.values("team"), closed_on=None))


def memberships_of_team(team: Team) -> QuerySet[Membership]:
    """Who managed and manages a team, the newest first."""
    rows = Membership.objects.filter(team=team, role=MANAGER).select_related("person", "acting_for")
    return rows.order_by("-from_on", "-pk")


def _managing_row(actor: User, uid: UUID) -> Membership:
    """The membership by which somebody manages an open team that the actor may change."""
    row = Membership.objects.select_related("team", "person").filter(uid=uid, role=MANAGER).first()
    if row is None:
        raise NotFound(str(team_policy.not_found))
    team_policy.get(actor, "change", pk=row.team_id, lock=True)
    return row


def _check_days(from_on: date, until_on: date | None, today: date) -> None:
    MANAGES.check("from_on", from_on, today)
    if until_on is not None:
        MANAGES.check("until_on", until_on, today, first=from_on)


def _refuse_twice(person: User, team: Team, from_on: date, until_on: date | None) -> None:
    there = Membership.objects.filter(not_over(from_on), person=person, team=team, role=MANAGER)
    if until_on is not None:
        there = there.filter(from_on__lte=until_on)
    if row := there.first():
        words = {"name": person.full_name, "from": full_day(row.from_on)}
        raise Conflict(_("%(name)s manages this team from %(from)s already.") % words)


def _manages(
    team: Team,
    person: User,
    from_on: date,
    until_on: date | None,
    uid: UUID,
    at: datetime,
    actor: User,
    acting_for: User | None = None,
) -> Membership:
    row = Membership.objects.create(
        uid=uid, person=person, team=team, role=MANAGER, from_on=from_on, until_on=until_on, acting_for=acting_for
    )
    forget_duties(person.pk)
    words = {
        "admin": actor.full_name,
        "team": team.name,
        "from": from_on,
        "until": until_on,
        "for": acting_for.full_name if acting_for else "",
    }
    tell(MANAGES_TEAM, [person], words=words, at=at)
    return row
