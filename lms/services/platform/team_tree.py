"""The tree of teams as it stands on a day: who manages which of them, and who answers where nobody does."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from lms.models import Membership, Team, User
from lms.policies.people import current_memberships

DAY = timedelta(days=1)
MEMBER, MANAGER = Membership.Role.MEMBER, Membership.Role.MANAGER


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
    managers = by_team(managers_from(on))
    members = Membership.objects.filter(current_memberships(on), role=MEMBER).values_list("team")
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
            if row.holds_on(on) and row.person.is_active:
                return row.person
        here = tree.get(here.parent_id) if here.parent_id else None
    return None


def open_teams() -> QuerySet[Team]:
    """Teams that somebody can belong to, by name."""
    return Team.objects.filter(closed_on=None)


def closed_teams() -> QuerySet[Team]:
    """Teams that were closed, the last one first."""
    return Team.objects.exclude(closed_on=None).order_by("-closed_on", "name_order")


def below(teams: Iterable[Team], pks: Collection[int]) -> set[int]:
    """These teams and every team below them, by id."""
    found, more = set(pks), set(pks)
    rows = list(teams)
    while more:
        more = {row.pk for row in rows if row.parent_id in more} - found
        found |= more
    return found


def teams_below(uid: UUID) -> set[int]:
    """A team and every team below it, by id; none for one that is not there. Queries: 1."""
    teams = list(Team.objects.all())
    return below(teams, [team.pk for team in teams if team.uid == uid])


def managers_from(day: date) -> QuerySet[Membership]:
    """Who manages or stands in on a day or later, by the day it begins."""
    rows = Membership.objects.filter(not_over(day), role=MANAGER).select_related("person", "acting_for")
    return rows.order_by("from_on", "pk")


def by_team(rows: Iterable[Membership]) -> dict[int, list[Membership]]:
    """Memberships by the id of their team, in their order."""
    found: dict[int, list[Membership]] = {}
    for row in rows:
        found.setdefault(row.team_id, []).append(row)
    return found


def not_over(day: date) -> Q:
    """Memberships that hold on a day or begin later."""
    return Q(until_on=None) | Q(until_on__gte=day)
