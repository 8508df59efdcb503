"""Teams and memberships, many at once: the rules of ``teams`` for a whole file. Queries grow with batches of 500."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.text import slugify

from lms.models import Membership, Team, User
from lms.rules.days import iso
from lms.rules.people_files.places import NewTeam, TeamRef

from .record import BATCH, MANAGER, MEMBER, batched, not_over

DAY = timedelta(days=1)
Back = dict[str, Any]


def make_teams(new: Mapping[Any, NewTeam], here: Mapping[int, Team]) -> dict[TeamRef, Team]:
    """The new teams, those above first, and beside them the ones that are here."""
    found: dict[TeamRef, Team] = {("id", pk): team for pk, team in here.items()}
    taken = set(Team.objects.values_list("slug", flat=True))
    waiting = list(new.values())
    while waiting:
        ready = [team for team in waiting if team.parent is None or team.parent in found]
        made = [
            Team(name=team.name, slug=_free_slug(team.name, taken), parent=found[team.parent] if team.parent else None)
            for team in ready
        ]
        Team.objects.bulk_create(made, batch_size=BATCH)
        found |= {("new", team.key): row for team, row in zip(ready, made, strict=True)}
        waiting = [team for team in waiting if ("new", team.key) not in found]
    return found


def _free_slug(name: str, taken: set[str]) -> str:
    slug = slugify(name)[:40] or "team"
    free: str = next(each for n in range(1, len(taken) + 2) if (each := slug if n == 1 else f"{slug}-{n}") not in taken)
    taken.add(free)
    return free


@dataclass(slots=True)
class TeamMoves:
    """What was written of each person's memberships, so that it can be taken back: uids that began, days before of
    those that ended, and what is kept of those that were to begin and do not.
    """

    begun: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    ended: defaultdict[int, dict[str, str | None]] = field(default_factory=lambda: defaultdict(dict))
    dropped: defaultdict[int, list[list[Any]]] = field(default_factory=lambda: defaultdict(list))

    def back_of(self, person: int) -> Back:
        """What has to be known to take back what was written of somebody."""
        parts: dict[str, defaultdict[int, Any]] = {"begun": self.begun, "ended": self.ended, "dropped": self.dropped}
        return {name: part[person] for name, part in parts.items() if person in part}


def put_into_teams(new: Iterable[tuple[User, Team]], moved: Sequence[tuple[User, Team]], today: date) -> TeamMoves:
    """New people belong to their team since their first day, if that has passed; others go to theirs today."""
    moves = TeamMoves()
    end: list[Membership] = []
    drop: list[Membership] = []
    for part in batched([person.pk for person, _team in moved]):
        for row in Membership.objects.filter(not_over(today), person__in=part, role=MEMBER):
            if row.from_on >= today:
                moves.dropped[row.person_id].append(_kept(row))
                drop.append(row)
            else:
                moves.ended[row.person_id][str(row.uid)] = iso(row.until_on)
                end.append(row)
    _delete(drop)
    _end_on(end, today - DAY)
    begun = [
        Membership(person_id=who.pk, team_id=team.pk, from_on=min(who.started_on or today, today)) for who, team in new
    ]
    begun += [Membership(person_id=who.pk, team_id=team.pk, from_on=today) for who, team in moved]
    Membership.objects.bulk_create(begun, batch_size=BATCH)
    for row in begun:
        moves.begun[row.person_id].append(str(row.uid))
    return moves


def name_managers(pairs: Iterable[tuple[Team, User]], today: date) -> list[Membership]:
    """These people manage these teams from today on, or from their first day."""
    rows = [
        Membership(person=who, team=team, role=MANAGER, from_on=max(today, who.started_on or today))
        for team, who in pairs
    ]
    return Membership.objects.bulk_create(rows, batch_size=BATCH)


def end_managers(pairs: Collection[tuple[int, int]], today: date) -> list[tuple[Membership, Back]]:
    """These people manage these teams no more; who stood in for them does not either. With what takes it back."""
    wanted, found = set(pairs), []
    end: list[Membership] = []
    drop: list[Membership] = []
    for part in batched(sorted({team for team, _person in wanted})):
        rows = Membership.objects.filter(not_over(today), team__in=part, role=MANAGER)
        for row in rows.select_related("person", "team"):
            if (row.team_id, row.acting_for_id or row.person_id) not in wanted:
                continue
            back: Back = {"ended": {str(row.uid): iso(row.until_on)}}
            if row.from_on >= today:
                back = {"dropped": [_kept(row)]}
            (drop if row.from_on >= today else end).append(row)
            found.append((row, back))
    _delete(drop)
    _end_on(end, today - DAY)
    return found


def _kept(row: Membership) -> list[object]:
    """A membership that goes, as far as it is made again when that is taken back."""
    return [str(row.uid), row.team_id, row.from_on.isoformat(), iso(row.until_on), row.acting_for_id]


def _end_on(rows: Sequence[Membership], day: date) -> None:
    for part in batched([row.pk for row in rows]):
        Membership.objects.filter(pk__in=part).update(until_on=day)


def _delete(rows: Sequence[Membership]) -> None:
    for part in batched([row.pk for row in rows]):
        Membership.objects.filter(pk__in=part).delete()
