"""Teams: making, naming, moving and closing them, and who belongs to them and manages them, from and until.

Whatever begins or ends does so today or later: who managed whom on a day that has passed stays as it was, because
sign-offs of that day rest on it. What has not begun can be taken back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.text import slugify
from django.utils.translation import gettext as _

from lms.errors import Conflict, Invalid, NotFound
from lms.models import Membership, Team, User
from lms.policies import team_policy
from lms.policies.duties import learning_administrators
from lms.policies.people import current_memberships
from lms.rules.bounds import MANAGES, MOVES_TEAM
from lms.rules.lines import one_line
from lms.rules.notices import MANAGES_NO_MORE, MANAGES_TEAM, MEMBER_COMES, TEAM_CHANGED, TEAM_WITHOUT_MANAGER
from lms.rules.said import full_day

from .acts import act, claim_key
from .managers import managers_of_each
from .navigation import forget_duties
from .notices import tell
from .organisation import organisations_day

LONGEST_NAME = 120
MEMBER, MANAGER = Membership.Role.MEMBER, Membership.Role.MANAGER
DAY = timedelta(days=1)


# --- Teams themselves


@act
def make_team(*, actor: User, name: str, parent_uid: UUID | None = None, key: UUID, at: datetime) -> Team:
    """A new team, below another or at the top. Raises NotAllowed, Invalid (no name, or one that another team beside it
    has; unknown or closed team above).
    """
    team_policy.require(actor, "add")
    if not claim_key(actor=actor, name="team.make", key=key, at=at, about=key):
        return Team.objects.get(uid=key)
    parent = _team_above(parent_uid)
    name = _name(name, parent, None)
    return Team.objects.create(uid=key, name=name, slug=_free_slug(name), parent=parent)


@act
def rename_team(*, actor: User, team_uid: UUID, name: str, key: UUID, at: datetime) -> Team:
    """Another name. Raises NotFound, NotAllowed (closed), Invalid."""
    team = team_policy.get(actor, "change", uid=team_uid, lock=True, related=())
    name = _name(name, team.parent, team)
    changed = {"name": (team.name, name)}
    if claim_key(actor=actor, name="team.rename", key=key, at=at, about=team.uid, changed=changed):
        team.name = name
        team.save(update_fields=["name"])
    return team


@act
def move_team(*, actor: User, team_uid: UUID, parent_uid: UUID | None, key: UUID, at: datetime) -> Team:
    """Below another team, or to the top. Raises NotFound, NotAllowed (closed), Invalid (below itself, unknown, or a
    team of this name is there already).
    """
    teams = _lock_tree()
    team = team_policy.get(actor, "change", uid=team_uid)
    parent = _team_above(parent_uid)
    if parent is not None and parent.pk in below(teams, [team.pk]):
        raise Invalid(parent=_("“%(name)s” stands below this team itself.") % {"name": parent.name})
    _name(team.name, parent, team, field="parent")
    changed = {"parent": (team.parent.name if team.parent else None, parent.name if parent else None)}
    if claim_key(actor=actor, name="team.move", key=key, at=at, about=team.uid, changed=changed):
        managers = _managing(at, [row.pk for row in teams])
        team.parent = parent
        team.save(update_fields=["parent"])
        forget_duties(*managers)
    return team


@act
def close_team(*, actor: User, team_uid: UUID, into_uid: UUID | None, key: UUID, at: datetime) -> Team:
    """The team ends today: its people and the teams below it go to another one, its managers manage it no more.

    This is also how two teams become one. Raises NotFound, NotAllowed (closed), Invalid (no other team for people or
    teams that are there; or one below it). Queries: constant, and 2 a person.
    """
    teams = _lock_tree()
    team = team_policy.get(actor, "change", uid=team_uid)
    into = _team_above(into_uid, "into")
    today = organisations_day(at)
    members = Membership.objects.filter(_not_over(today), team=team, role=MEMBER).select_related("person")
    moving, children = list(members), [row for row in teams if row.parent_id == team.pk and row.closed_on is None]
    if into is None and (moving or children):
        raise Invalid(into=_("Choose the team to which its people, and the teams below it, go."))
    if into is not None and into.pk in below(teams, [team.pk]):
        raise Invalid(into=_("“%(name)s” closes, too, or stands below it.") % {"name": into.name})
    changed = {"closed": (None, today.isoformat()), "into": (None, into.name if into else None)}
    if not claim_key(actor=actor, name="team.close", key=key, at=at, about=team.uid, changed=changed):
        return team
    managers = list(Membership.objects.filter(_not_over(today), team=team, role=MANAGER).select_related("person"))
    for row in managers:
        _end(row, today)
    for child in children:
        child.parent = into
        child.save(update_fields=["parent"])
    if into is not None:
        for row in moving:
            _hand_on(row, into, today)
    team.closed_on = today
    team.save(update_fields=["closed_on"])
    forget_duties(*{row.person_id for row in managers})
    words = {"team": team.name, "until": today}
    tell(MANAGES_NO_MORE, [row.person for row in managers], words=words, at=at)
    return team


# --- Managers


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
    person = _somebody_here(person_uid)
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
    person = _somebody_here(person_uid)
    if row.acting_for_id is not None:
        raise Invalid(_("Whoever stands in does not pass it on."))
    if person.pk == row.person_id:
        raise Invalid(person=_("Choose somebody else: this is the manager themself."))
    _check_days(from_on, until_on, organisations_day(at))
    if from_on < row.from_on or (row.until_on is not None and until_on > row.until_on):
        raise Invalid(until_on=_("%(name)s does not manage the team on all of these days.") % _named(row.person))
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
        raise Conflict(_("%(name)s manages this team no more already.") % _named(row.person))
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


# --- Who belongs to a team


@act
def move_person(*, actor: User, person_uid: UUID, team_uid: UUID, from_on: date, key: UUID, at: datetime) -> Membership:
    """Somebody belongs to another team from a day on; a move that was planned before gives way. They and the managers
    of both teams are told.

    Raises NotFound, NotAllowed (closed), Invalid (unknown person, a day that has passed, the team that they are in).
    """
    team_policy.require(actor, "add")
    team = team_policy.get(actor, "change", uid=team_uid)
    person = _somebody_here(person_uid, lock=True)
    MOVES_TEAM.check("from_on", from_on, organisations_day(at))
    old = team_of(person, from_on)
    changed = {"team": (old.name if old else None, team.name), "from": (None, from_on.isoformat())}
    if not claim_key(actor=actor, name="team.move_person", key=key, at=at, about=person.uid, changed=changed):
        return Membership.objects.get(uid=key)
    if old is not None and old.pk == team.pk and not _planned(person, from_on).exists():
        raise Invalid(team=_("%(name)s belongs to this team on that day already.") % _named(person))
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
    person = _somebody_here(person_uid, lock=True)
    today = organisations_day(at)
    row = _planned(person, today + DAY).select_related("team").first()
    changed = {"team": (row.team.name, None), "from": (row.from_on.isoformat(), None)} if row else {}
    if not claim_key(actor=actor, name="team.move_back", key=key, at=at, about=person.uid, changed=changed):
        return person
    if row is None:
        raise Conflict(
            _("%(name)s has no move that could be taken back: it has begun, or was taken back.") % _named(person)
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


def end_memberships(person: User, last_day: date, at: datetime) -> None:
    """Whoever leaves belongs to no team after their last day and manages none; L&D is told of teams without a manager.

    For the act that ends somebody, in its transaction. Queries: 2, 1 a membership, and 3 where they managed.
    """
    rows = Membership.objects.filter(Q(person=person) | Q(acting_for=person)).filter(
        Q(until_on=None) | Q(until_on__gt=last_day)
    )
    left: list[Team] = []
    for row in rows.select_related("team", "person"):
        if row.role == MANAGER:
            left.append(row.team)
        if row.from_on > last_day and row.from_on > organisations_day(at):
            row.delete()
        else:
            row.until_on = max(last_day, row.from_on)
            row.save(update_fields=["until_on"])
        forget_duties(row.person_id)
    tell_of_missing_managers(left, last_day + DAY, at)


def tell_of_missing_managers(teams: Collection[Team], day: date, at: datetime) -> None:
    """L&D is told of each of these teams that nobody manages from a day on, and who stands in. Queries: 2-4."""
    if not teams:
        return
    tree = {row.pk: row for row in Team.objects.all()}
    managers = _by_team(_managers_from(day))
    for team in {team.pk: team for team in teams if team.closed_on is None}.values():
        if unmanaged_from(managers.get(team.pk, ()), day) != day:
            continue
        above = next_manager_up(team, tree, managers, day)
        words = {"team": team.name, "day": day, "stands_in": above.full_name if above else ""}
        tell(TEAM_WITHOUT_MANAGER, learning_administrators(), about=team.uid, words=words, at=at)


# --- Questions


@dataclass(slots=True)
class TeamNode:
    """A team in the tree, as it stands on a day. ``depth``: 0 at the top; ``managers``: of today and to come, by day;
    ``members``: of the team itself, ``below``: with all teams below; ``unmanaged_from``: the first day from which
    nobody manages it, None where somebody does for good; ``stands_in``: who answers for it then.
    """

    team: Team
    depth: int
    managers: list[Membership]
    members: int
    below: int = 0
    unmanaged_from: date | None = None
    stands_in: User | None = None
    children: list[TeamNode] = field(default_factory=list)


def team_tree(on: date) -> list[TeamNode]:
    """Every open team as it stands on a day: parents before children, by name. Queries: 3."""
    teams = list(Team.objects.filter(closed_on=None))
    managers = _by_team(_managers_from(on))
    members = Membership.objects.filter(current_memberships(on=on), role=MEMBER).values_list("team")
    counts = dict(members.annotate(Count("pk")).order_by())
    tree = {team.pk: team for team in teams}
    nodes = {team.pk: TeamNode(team, 0, managers.get(team.pk, []), counts.get(team.pk, 0)) for team in teams}
    roots: list[TeamNode] = []
    for node in nodes.values():
        parent = nodes.get(node.team.parent_id) if node.team.parent_id else None
        (parent.children if parent else roots).append(node)
    found: list[TeamNode] = []

    def walk(node: TeamNode, depth: int) -> int:
        node.depth = depth
        found.append(node)
        node.below = node.members + sum(walk(child, depth + 1) for child in node.children)
        node.unmanaged_from = unmanaged_from(node.managers, on)
        if node.unmanaged_from is not None:
            node.stands_in = next_manager_up(node.team, tree, managers, node.unmanaged_from)
        return node.below

    for root in roots:
        walk(root, 0)
    return found


def unmanaged_from(managers: Iterable[Membership], on: date) -> date | None:
    """The first day, not before ``on``, on which none of these manages; None where somebody does for good."""
    day = on
    for row in sorted(managers, key=lambda row: row.from_on):
        if row.acting_for_id is not None or row.from_on > day:
            continue
        if row.until_on is None:
            return None
        day = max(day, row.until_on + DAY)
    return day


def next_manager_up(team: Team, tree: dict[int, Team], managers: dict[int, list[Membership]], on: date) -> User | None:
    """Who answers for a team that nobody manages on a day: the manager of the nearest team above that has one."""
    here = tree.get(team.parent_id) if team.parent_id else None
    while here is not None:
        for row in managers.get(here.pk, []):
            if row.from_on <= on and (row.until_on is None or row.until_on >= on) and row.person.is_active:
                return row.person
        here = tree.get(here.parent_id) if here.parent_id else None
    return None


def open_teams() -> QuerySet[Team]:
    """Teams that somebody can belong to, by name."""
    return Team.objects.filter(closed_on=None)


def closed_teams() -> QuerySet[Team]:
    """Teams that were closed, the last one first."""
    return Team.objects.exclude(closed_on=None).order_by("-closed_on", "name_order")


def team_of(person: User, on: date) -> Team | None:
    """The team that somebody belongs to on a day. Queries: 1."""
    rows = Membership.objects.filter(current_memberships(on=on), person=person, role=MEMBER).select_related("team")
    row = rows.order_by("-from_on", "-pk").first()
    return row.team if row else None


def team_name_on(on: date) -> Subquery:
    """To annotate rows about a person with: the name of the team that they are a member of on a day, the newest."""
    rows = Membership.objects.filter(current_memberships(on=on), person=OuterRef("person"), role=MEMBER)
    return Subquery(rows.order_by("-from_on", "-pk").values("team__name")[:1])


def members_of(team: Team, on: date) -> QuerySet[User]:
    """Who belongs to a team on a day, by name."""
    rows = Membership.objects.filter(current_memberships(on=on), team=team, role=MEMBER)
    return User.objects.filter(pk__in=rows.values("person"))


def memberships_of_person(person: User) -> QuerySet[Membership]:
    """Every team that somebody belonged to or managed, belongs to and will, the newest first."""
    rows = Membership.objects.filter(person=person).select_related("team", "acting_for")
    return rows.order_by("-from_on", "-pk")


def memberships_of_team(team: Team) -> QuerySet[Membership]:
    """Who managed and manages a team, the newest first."""
    rows = Membership.objects.filter(team=team, role=MANAGER).select_related("person", "acting_for")
    return rows.order_by("-from_on", "-pk")


def below(teams: Iterable[Team], pks: Collection[int]) -> set[int]:
    """These teams and every team below them, by id."""
    found, more = set(pks), set(pks)
    rows = list(teams)
    while more:
        more = {row.pk for row in rows if row.parent_id in more} - found
        found |= more
    return found


# --- Parts


def _lock_tree() -> list[Team]:
    """Every team, locked until the act ends: two moves at once could make a circle. Queries: 1."""
    return list(Team.objects.select_for_update(no_key=True).order_by("pk"))


def _team_above(uid: UUID | None, field: str = "parent") -> Team | None:
    if uid is None:
        return None
    found = open_teams().filter(uid=uid).first()
    if found is None:
        raise Invalid(**{field: _("Choose a team of the list.")})
    return found


def _name(name: str, parent: Team | None, but: Team | None, field: str = "name") -> str:
    name = one_line(name)[:LONGEST_NAME]
    if not name:
        raise Invalid(name=_("Write the name of the team."))
    beside = open_teams().filter(parent=parent, name__iexact=name)
    if (beside.exclude(pk=but.pk) if but else beside).exists():
        raise Invalid(**{field: _("There is a team “%(name)s” beside it already.") % {"name": name}})
    return name


def _free_slug(name: str) -> str:
    slug = slugify(name)[:40] or "team"
    taken = set(Team.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    return next(each for each in (slug, *(f"{slug}-{n}" for n in range(2, len(taken) + 3))) if each not in taken)


def _somebody_here(uid: UUID, *, lock: bool = False) -> User:
    rows = User.objects.select_for_update(no_key=True) if lock else User.objects
    person = rows.filter(uid=uid, is_active=True).first()
    if person is None:
        raise Invalid(person=_("Choose somebody who is here."))
    return person


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
    there = Membership.objects.filter(_not_over(from_on), person=person, team=team, role=MANAGER)
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


def _begin_in(person: User, team: Team, from_on: date, uid: UUID) -> Membership:
    """They belong to the team from that day on: what was to begin then or later gives way, what holds ends before."""
    for row in _planned(person, from_on):
        row.delete()
    for row in Membership.objects.filter(_not_over(from_on), person=person, role=MEMBER):
        row.until_on = from_on - DAY
        row.save(update_fields=["until_on"])
    return Membership.objects.create(uid=uid, person=person, team=team, from_on=from_on)


def _hand_on(row: Membership, into: Team, today: date) -> None:
    """Who belongs to a team that closes belongs to another one from today on, for as long as they would have."""
    if row.from_on >= today:
        row.team = into
        row.save(update_fields=["team"])
        return
    until_on, row.until_on = row.until_on, today - DAY
    row.save(update_fields=["until_on"])
    Membership.objects.create(person=row.person, team=into, from_on=today, until_on=until_on)


def _planned(person: User, from_on: date) -> QuerySet[Membership]:
    return Membership.objects.filter(person=person, role=MEMBER, from_on__gte=from_on)


def _end(row: Membership, today: date) -> None:
    """It held until yesterday; what has not begun is taken back, what began today ends today."""
    if row.from_on > today:
        row.delete()
        return
    row.until_on = max(row.from_on, today - DAY)
    row.save(update_fields=["until_on"])


def _not_over(day: date) -> Q:
    return Q(until_on=None) | Q(until_on__gte=day)


def _managers_from(day: date) -> QuerySet[Membership]:
    rows = Membership.objects.filter(_not_over(day), role=MANAGER).select_related("person", "acting_for")
    return rows.order_by("from_on", "pk")


def _by_team(rows: Iterable[Membership]) -> dict[int, list[Membership]]:
    found: dict[int, list[Membership]] = {}
    for row in rows:
        found.setdefault(row.team_id, []).append(row)
    return found


def _managing(at: datetime, team_ids: Iterable[int]) -> set[int]:
    rows = Membership.objects.filter(_not_over(organisations_day(at)), team__in=list(team_ids), role=MANAGER)
    return set(rows.values_list("person_id", flat=True))


def _named(person: User) -> dict[str, str]:
    return {"name": person.full_name}
