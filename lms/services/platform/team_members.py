"""Who belongs to a team, from and until.

What begins or ends does so today or later; what has not begun can be taken back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from lms.errors import Conflict, Invalid
from lms.models import Membership, Team, User
from lms.policies import team_policy
from lms.policies.people import current_memberships
from lms.rules.bounds import MOVES_TEAM
from lms.rules.notices import MEMBER_COMES, TEAM_CHANGED

from .acts import act, claim_key
from .managers import managers_of_each
from .navigation import forget_duties
from .notices import tell
from .organisation import organisations_day
from .team_managers import tell_of_missing_managers
from .team_tree import DAY, MANAGER, MEMBER, not_over
from .who_is_here import named, somebody_here


@act
def move_person(*, actor: User, person_uid: UUID, team_uid: UUID, from_on: date, key: UUID, at: datetime) -> Membership:
    """Somebody belongs to another team from a day on; a move that was planned before gives way. They and the managers
    of both teams are told.

    Raises NotFound, NotAllowed (closed), Invalid (unknown person, a day that has passed, the team that they are in).
    """
    team_policy.require(actor, "add")
    team = team_policy.get(actor, "change", uid=team_uid)
    person = somebody_here(person_uid, lock=True)
    MOVES_TEAM.check("from_on", from_on, organisations_day(at))
    old = team_of(person, from_on)
    changed = {"team": (old.name if old else None, team.name), "from": (None, from_on.isoformat())}
    if not claim_key(actor=actor, name="team.move_person", key=key, at=at, about=person.uid, changed=changed):
        return Membership.objects.get(uid=key)
    if old is not None and old.pk == team.pk and not _planned(person, from_on).exists():
        raise Invalid(team=_("%(name)s belongs to this team on that day already.") % named(person))
    before = managers_of_each([person.pk], from_on)[person.pk]
    made = _begin_in(person, team, from_on, key)
    after = managers_of_each([person.pk], from_on)[person.pk]
    words = {"name": person.full_name, "team": team.name, "from": from_on}
    tell(TEAM_CHANGED, [person], words=words, at=at)
    tell(MEMBER_COMES, [who for who in [*before, *after] if who.pk != actor.pk], about=person.uid, words=words, at=at)
    return made


@act
def take_back_move(*, actor: User, person_uid: UUID, key: UUID, at: datetime) -> User:
    """A move that has not come to pass does not take place: they stay where they are, and are told.

    Raises NotAllowed, Invalid (unknown person), Conflict (no move is planned any more).
    """
    team_policy.require(actor, "add")
    person = somebody_here(person_uid, lock=True)
    today = organisations_day(at)
    row = _planned(person, today + DAY).select_related("team").first()
    changed = {"team": (row.team.name, None), "from": (row.from_on.isoformat(), None)} if row else {}
    if not claim_key(actor=actor, name="team.move_back", key=key, at=at, about=person.uid, changed=changed):
        return person
    if row is None:
        raise Conflict(
            _("%(name)s has no move that could be taken back: it has begun, or was taken back.") % named(person)
        )
    last_day = row.from_on - DAY
    row.delete()
    stays = Membership.objects.filter(person=person, role=MEMBER, until_on=last_day).select_related("team").first()
    if stays is not None:
        stays.until_on = None
        stays.save(update_fields=["until_on"])
        tell(TEAM_CHANGED, [person], words={"team": stays.team.name, "from": today}, at=at)
    return person


def begin_membership(person: User, team: Team, from_on: date) -> Membership:
    """The first team of somebody who is new, inside the act that brings them. Queries: 1."""
    return Membership.objects.create(person=person, team=team, from_on=from_on)


def end_memberships(person: User, last_day: date, at: datetime) -> list[object]:
    """Whoever leaves belongs to no team after their last day and manages none; L&D is told of teams without a manager.

    For the act that ends somebody, in its transaction. Returns what it ended of theirs, for ``reopen_memberships``:
    uid, and the last day that it had before. Queries: 2, 1 a membership, and 3 where they managed.
    """
    rows = Membership.objects.filter(Q(person=person) | Q(acting_for=person)).filter(
        Q(until_on=None) | Q(until_on__gt=last_day)
    )
    left: list[Team] = []
    ended: list[object] = []
    for row in rows.select_related("team", "person"):
        if row.role == MANAGER:
            left.append(row.team)
        if row.person_id == person.pk and row.from_on <= last_day:
            ended.append([str(row.uid), row.until_on.isoformat() if row.until_on else None])
        if row.from_on > last_day and row.from_on > organisations_day(at):
            row.delete()
        else:
            row.until_on = max(last_day, row.from_on)
            row.save(update_fields=["until_on"])
        forget_duties(row.person_id)
    tell_of_missing_managers(left, last_day + DAY, at)
    return ended


def reopen_memberships(person: User, ended: Iterable[Any]) -> None:
    """What ``end_memberships`` ended holds as long as it would have; a team that was closed meanwhile stays without
    them. For the act that takes an end back. Queries: 1, and 1 a membership.
    """
    before: dict[str, str | None] = dict(ended)
    for row in Membership.objects.filter(person=person, uid__in=before, team__closed_on=None):
        until = before[str(row.uid)]
        row.until_on = date.fromisoformat(until) if until else None
        row.save(update_fields=["until_on"])
    forget_duties(person.pk)


def hand_on(row: Membership, into: Team, today: date) -> None:
    """Who belongs to a team that closes belongs to another one from today on, for as long as they would have."""
    if row.from_on >= today:
        row.team = into
        row.save(update_fields=["team"])
        return
    until_on, row.until_on = row.until_on, today - DAY
    row.save(update_fields=["until_on"])
    Membership.objects.create(person=row.person, team=into, from_on=today, until_on=until_on)


def team_of(person: User, on: date) -> Team | None:
    """The team that somebody belongs to on a day. Queries: 1."""
    rows = Membership.objects.filter(current_memberships(on), person=person, role=MEMBER).select_related("team")
    row = rows.order_by("-from_on", "-pk").first()
    return row.team if row else None


def team_name_on(on: date) -> Subquery:
    """To annotate rows about a person with: the name of the team that they are a member of on a day, the newest."""
    rows = Membership.objects.filter(current_memberships(on), person=OuterRef("person"), role=MEMBER)
    return Subquery(rows.order_by("-from_on", "-pk").values("team__name")[:1])


def members_of(team: Team, on: date) -> QuerySet[User]:
    """Who belongs to a team on a day, by name."""
    rows = Membership.objects.filter(current_memberships(on), team=team, role=MEMBER)
    return User.objects.filter(pk__in=rows.values("person"))


def memberships_of_person(person: User) -> QuerySet[Membership]:
    """Every team that somebody belonged to or managed, belongs to and will, the newest first."""
    rows = Membership.objects.filter(person=person).select_related("team", "acting_for")
    return rows.order_by("-from_on", "-pk")


def _begin_in(person: User, team: Team, from_on: date, uid: UUID) -> Membership:
    """They belong to the team from that day on: what was to begin then or later gives way, what holds ends before."""
    for row in _planned(person, from_on):
        row.delete()
    for row in Membership.objects.filter(not_over(from_on), person=person, role=MEMBER):
        row.until_on = from_on - DAY
        row.save(update_fields=["until_on"])
    return Membership.objects.create(uid=uid, person=person, team=team, from_on=from_on)


def _planned(person: User, from_on: date) -> QuerySet[Membership]:
    return Membership.objects.filter(person=person, role=MEMBER, from_on__gte=from_on)
