"""Who may see and change people. A manager manages the members of their teams and of every team below."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q

from lms.clock import now
from lms.models import Membership, Team, User

from .base import RowPolicy, everybody, nobody
from .duties import administrators, is_administrator, is_learning_administrator
from .same_person import oneself


def current_memberships(prefix: str = "", on: date | None = None) -> Q:
    """Memberships that hold on a day (default: today, UTC)."""
    day = on or now().date()
    return Q(**{f"{prefix}from_on__lte": day}) & (
        Q(**{f"{prefix}until_on": None}) | Q(**{f"{prefix}until_on__gte": day})
    )


def managed_teams(user: User) -> frozenset[int]:
    """Ids of the teams that the person manages, with every team below. Queries: 1 the first time in a request."""
    kept = getattr(user, "_managed_teams", None)
    if kept is None:
        manages = Membership.objects.filter(
            current_memberships(), team=OuterRef("pk"), person=user, role=Membership.Role.MANAGER
        )
        teams = Team.objects.values_list("pk", "parent_id", Exists(manages))
        parents = {pk: parent for pk, parent, _mine in teams}
        found = {pk for pk, _parent, mine in teams if mine}
        below = set(found)
        while below:
            below = {pk for pk, parent in parents.items() if parent in below} - found
            found |= below
        kept = user._managed_teams = frozenset(found)  # type: ignore[attr-defined]
    return kept


def managed_by(user: User, prefix: str = "") -> Q:
    """Rows whose person (at ``prefix``, "" for a person itself) belongs to a team that the user manages.

    Those who manage a team below belong to it; two managers of one team do not manage each other.
    """
    teams = managed_teams(user)
    if not teams:
        return nobody()
    below = Q(role=Membership.Role.MEMBER) | Q(team__parent__in=teams)
    members = (
        Membership.objects.filter(current_memberships(), below, team__in=teams).exclude(person=user).values("person")
    )
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
