"""Teams: making, naming, moving and closing them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.utils.text import slugify
from django.utils.translation import gettext as _

from lms.errors import Invalid
from lms.models import Membership, Team, User
from lms.policies import team_policy
from lms.rules.lines import one_line
from lms.rules.notices import MANAGES_NO_MORE

from .acts import act, claim_key
from .navigation import forget_duties
from .notices import tell
from .organisation import organisations_day
from .team_members import hand_on
from .team_tree import DAY, MANAGER, MEMBER, below, not_over, open_teams

LONGEST_NAME = 120


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
    members = Membership.objects.filter(not_over(today), team=team, role=MEMBER).select_related("person")
    moving, children = list(members), [row for row in teams if row.parent_id == team.pk and row.closed_on is None]
    if into is None and (moving or children):
        raise Invalid(into=_("Choose the team to which its people, and the teams below it, go."))
    if into is not None and into.pk in below(teams, [team.pk]):
        raise Invalid(into=_("“%(name)s” closes, too, or stands below it.") % {"name": into.name})
    changed = {"closed": (None, today.isoformat()), "into": (None, into.name if into else None)}
    if not claim_key(actor=actor, name="team.close", key=key, at=at, about=team.uid, changed=changed):
        return team
    managers = list(Membership.objects.filter(not_over(today), team=team, role=MANAGER).select_related("person"))
    for row in managers:
        _end(row, today)
    for child in children:
        child.parent = into
        child.save(update_fields=["parent"])
    if into is not None:
        for row in moving:
            hand_on(row, into, today)
    team.closed_on = today
    team.save(update_fields=["closed_on"])
    forget_duties(*{row.person_id for row in managers})
    words = {"team": team.name, "until": today}
    tell(MANAGES_NO_MORE, [row.person for row in managers], words=words, at=at)
    return team


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


def _end(row: Membership, today: date) -> None:
    """It held until yesterday; what has not begun is taken back, what began today ends today."""
    if row.from_on > today:
        row.delete()
        return
    row.until_on = max(row.from_on, today - DAY)
    row.save(update_fields=["until_on"])


def _managing(at: datetime, team_ids: Iterable[int]) -> set[int]:
    rows = Membership.objects.filter(not_over(organisations_day(at)), team__in=list(team_ids), role=MANAGER)
    return set(rows.values_list("person_id", flat=True))
