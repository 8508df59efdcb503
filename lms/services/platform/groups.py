"""Who belongs to a group: a team with the teams below it, a location, a job title (``lms.rules.groups``)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from lms.models import Location, Membership, User
from lms.policies import people_policy
from lms.policies.duties import is_learning_administrator
from lms.policies.people import current_memberships, managed_teams
from lms.rules.groups import PeopleGroup

from .team_tree import TeamNode, team_tree, teams_below


def people_in(group: PeopleGroup, on: date) -> Q:
    """The people of a group on a day; nobody for one that names nothing, or what is not there. Queries: 0-2."""
    rule = Q() if group.named else Q(pk__in=[])
    if group.team_uid:
        rule &= in_teams(teams_below(group.team_uid), on)
    if group.location_uid:
        location = Location.objects.filter(uid=group.location_uid).first()
        rule &= at_location(location) if location else Q(pk__in=[])
    if group.job:
        rule &= Q(job__iexact=group.job)
    return rule


def in_teams(team_ids: Iterable[int], on: date) -> Q:
    """People who are members of one of these teams on a day."""
    rows = Membership.objects.filter(current_memberships(on), team__in=team_ids, role=Membership.Role.MEMBER)
    return Q(pk__in=rows.values("person"))


def at_location(location: Location) -> Q:
    """People who work at a location; whoever has none works at the main one."""
    return Q(location=location) | Q(location=None) if location.is_main else Q(location=location)


def teams_to_enrol_from(actor: User, on: date) -> list[TeamNode]:
    """The teams whose people somebody may enrol, as the tree has them. Queries: 3-4."""
    tree = team_tree(on)
    if is_learning_administrator(actor):
        return tree
    mine = managed_teams(actor)
    return [node for node in tree if node.team.pk in mine]


def jobs_to_enrol_from(actor: User) -> list[str]:
    """The job titles of the people whom somebody may enrol, in order. Queries: 1."""
    rows: QuerySet[User] = people_policy.queryset(actor, "enrol").exclude(job="")
    return list(rows.order_by("job").values_list("job", flat=True).distinct())
