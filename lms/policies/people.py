"""Who may see and change people. A manager manages the members of their teams and of every team below."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, FilteredRelation, Q, Subquery

from lms.clock import now, today
from lms.models import Membership, Organisation, Team, User

from .base import RowPolicy, everybody, nobody
from .duties import administrators, is_administrator, is_learning_administrator
from .same_person import oneself


@dataclass(frozen=True)
class Managing:
    """The teams (ids) that somebody manages, with every team below, on the day that it is where the organisation is."""

    teams: frozenset[int]
    on: date


def current_memberships(on: date) -> Q:
    """Memberships that hold on a day of the organisation."""
    return Q(from_on__lte=on) & (Q(until_on=None) | Q(until_on__gte=on))


def managed_teams(user: User) -> frozenset[int]:
    """Ids of the teams that the person manages, with every team below. Queries: 1 the first time in a request."""
    return _managing(user).teams


def _managing(user: User) -> Managing:
    """What the person manages today, kept for the request. Queries: 1 the first time."""
    kept: Managing | None = getattr(user, "_managing", None)
    if kept is None:
        kept = user._managing = _ask_managing(user)  # type: ignore[attr-defined]
    return kept


def _ask_managing(user: User) -> Managing:
    """All teams come, each with the days of the memberships by which the person manages it, if any."""
    mine = Q(memberships__person=user, memberships__role=Membership.Role.MANAGER)
    teams = Team.objects.annotate(
        mine=FilteredRelation("memberships", condition=mine),
        zone=Subquery(Organisation.objects.values("time_zone")[:1]),
        begins=F("mine__from_on"),
        ends=F("mine__until_on"),
    )
    rows: list[Any] = list(teams.only("pk", "parent"))
    on = today(rows[0].zone) if rows else now().date()
    found = {row.pk for row in rows if row.begins and row.begins <= on and (row.ends is None or row.ends >= on)}
    return Managing(_with_teams_below(found, {row.pk: row.parent_id for row in rows}), on)


def _with_teams_below(team_ids: Set[int], parents: Mapping[int, int | None]) -> frozenset[int]:
    found, below = set(team_ids), set(team_ids)
    while below:
        below = {pk for pk, parent in parents.items() if parent in below} - found
        found |= below
    return frozenset(found)


def managed_by(user: User, prefix: str = "") -> Q:
    """Rows whose person (at ``prefix``, "" for a person itself) belongs to a team that the user manages.

    Those who manage a team below belong to it; two managers of one team do not manage each other.
    """
    managing = _managing(user)
    if not managing.teams:
        return nobody()
    below = Q(role=Membership.Role.MEMBER) | Q(team__parent__in=managing.teams)
    current = Membership.objects.filter(current_memberships(managing.on), below, team__in=managing.teams)
    members = current.exclude(person=user).values("person")
    return Q(**{f"{prefix}pk__in" if not prefix else f"{prefix}_id__in": members})


class PeoplePolicy(RowPolicy[User]):
    """view: how far somebody is - record: what is written down about them, themself, managers, L&D, administrators -
    invite: L&D, administrators - end: L&D, and an administrator only who is one, too - enrol, leave (plan one, write
    down the return): their manager, L&D; nobody themself - attest (what they held before): L&D, nobody themself -
    facts (name, number, first day), bring_back (who left): L&D, administrators - see_duties: one's own, L&D,
    administrators - photo (remove it): L&D, administrators, never their own - erase, duties (give, end), address
    (change it), open_door (remove a second factor): administrators, never their own - join (with another account of the
    same human, and part them): L&D, administrators, never their own.

    One's own is every account of the same human (``oneself``).
    """

    def rows(self, user: User, action: str) -> Q:
        if action == "view":
            if is_learning_administrator(user):
                return everybody()
            return Q(pk=user.pk) | managed_by(user)
        if action == "record":
            return everybody() if self.may(user, "invite") else Q(pk=user.pk) | managed_by(user)
        if action == "facts":
            return Q(is_active=True) if self.may(user, "invite") else nobody()
        if action == "bring_back":
            return Q(is_active=False) if self.may(user, "invite") else nobody()
        if action in ("enrol", "leave"):
            if is_learning_administrator(user):
                return Q(is_active=True) & ~oneself(user)
            return managed_by(user) & Q(is_active=True) & ~oneself(user)
        if action == "attest":
            return Q(is_active=True) & ~oneself(user) if is_learning_administrator(user) else nobody()
        if action == "invite":
            return everybody() if self.may(user, "invite") else nobody()
        if action == "see_duties":
            return everybody() if self.may(user, "invite") else Q(pk=user.pk)
        if action in ("photo", "join"):
            return ~oneself(user) if self.may(user, "invite") else nobody()
        if action in ("address", "duties", "open_door"):
            return ~oneself(user) & Q(is_active=True) if is_administrator(user) else nobody()
        if action == "erase":
            return ~oneself(user) if is_administrator(user) else nobody()
        if action == "end":
            theirs = everybody() if is_administrator(user) else ~Q(pk__in=administrators())
            return ~oneself(user) & Q(is_active=True) & theirs if is_learning_administrator(user) else nobody()
        return nobody()

    def may(self, user: User, action: str) -> bool:
        return action == "invite" and (is_learning_administrator(user) or is_administrator(user))


class PeopleInAdminPolicy(RowPolicy[User]):
    """People in Wagtail's admin. view: L&D, administrators - change (names): administrators - add: whoever may
    invite - delete: nobody.

    Not ``PeoplePolicy``: everybody may view themself, and Wagtail shows its list of people to whoever may view one of
    them. The rule is the same for every row, because Wagtail asks for the model and not for the row.
    """

    def rows(self, user: User, action: str) -> Q:
        if action == "view":
            return everybody() if is_learning_administrator(user) or is_administrator(user) else nobody()
        if action == "change":
            return everybody() if is_administrator(user) else nobody()
        return nobody()

    def may(self, user: User, action: str) -> bool:
        return action == "add" and people_policy.may(user, "invite")


people_policy = PeoplePolicy(User)
people_in_admin_policy = PeopleInAdminPolicy(User)
