"""Which teams and managers follow from the columns of a file.

A team is named by its column, alone or with those above it ("Sales > Ports"); without such a column everybody belongs
to the team of their manager, and where a cell is empty, whoever is new. Whoever the people of a team name as manager
manages it, save where a team above does so for them. The managers of a team manage it no more where the file has
everybody of the team and names none of them. A new team stands below the team of its manager.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

Ref = tuple[str, int]
"""A person: ("id", key in the record), or ("line", line in the file) for somebody new."""
TeamRef = tuple[str, Any]
"""A team: ("id", key in the record), or ("new", its key among the new ones)."""
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamHere:
    """An open team of the record; ``managers``: who manages it today or later, whoever stands in aside."""

    id: int
    name: str
    parent: int | None
    managers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonPlace:
    """Somebody of the file, and what it says of their place. ``team``: of the record, today or planned."""

    line: int
    ref: Ref
    path: Path
    manager: Ref | None
    team: int | None
    new: bool


@dataclass(slots=True)
class NewTeam:
    """A team that an import makes; ``of``: the manager for whom it is made, where no column names it."""

    key: Any
    name: str
    parent: TeamRef | None = None
    of: Ref | None = None


@dataclass(slots=True)
class PlacedPeople:
    """``teams``: of each row that says one, by line. ``problems``: sentence by line. ``begins``, ``ends``: who manages
    what from now on, or no more.
    """

    teams: dict[int, TeamRef] = field(default_factory=dict)
    new: dict[Any, NewTeam] = field(default_factory=dict)
    begins: list[tuple[TeamRef, Ref]] = field(default_factory=list)
    ends: list[tuple[int, int]] = field(default_factory=list)
    problems: dict[int, str] = field(default_factory=dict)


def place(
    rows: Sequence[PersonPlace],
    teams: Iterable[TeamHere],
    members: Mapping[int, Iterable[int]],
    names: Mapping[Ref, str],
    *,
    by_manager: bool,
) -> PlacedPeople:
    """Put everybody into their team. ``members``: who belongs to each team of the record; ``names``: of managers;
    ``by_manager``: no column names teams, so that who is here belongs to the team of their manager, too.
    """
    return _Placing(rows, {team.id: team for team in teams}, members, names, by_manager).done()


class _Placing:
    def __init__(
        self,
        rows: Sequence[PersonPlace],
        teams: Mapping[int, TeamHere],
        members: Mapping[int, Iterable[int]],
        names: Mapping[Ref, str],
        by_manager: bool,
    ) -> None:
        self.by_manager = by_manager
        self.rows, self.here, self.members, self.names = rows, teams, members, names
        self.team_of = {person: team for team, people in members.items() for person in people}
        self.placed = PlacedPeople()
        self.by_end: defaultdict[Path, list[int]] = defaultdict(list)
        self.paths = {team.id: self._path(team) for team in teams.values()}
        for team in teams.values():
            path = self.paths[team.id]
            for start in range(len(path)):
                self.by_end[path[start:]].append(team.id)
        self.managed: defaultdict[Ref, list[int]] = defaultdict(list)
        for team in teams.values():
            for person in team.managers:
                self.managed["id", person].append(team.id)
        self.place_of: dict[Ref, TeamRef] = {}
        self.manages_in_file = {row.manager for row in rows if row.manager}

    def done(self) -> PlacedPeople:
        for row in self.rows:
            try:
                found = self._team_of(row)
            except _NoPlace as problem:
                self.placed.problems[row.line] = str(problem)
                continue
            if found is not None:
                self.placed.teams[row.line] = found
        managers = self._managers()
        self._parents(managers)
        return self.placed

    # --- The team of somebody

    def _team_of(self, row: PersonPlace) -> TeamRef | None:
        if row.path:
            return self._named(row.path)
        if row.manager is not None and (row.new or self.by_manager):
            return self._of_manager(row, row.manager)
        if not row.new:
            return None
        if row.ref in self.manages_in_file:
            return self._own(row.ref)
        raise _NoPlace(_("Say in which team they are, or who manages them."))

    def _named(self, names: Path) -> TeamRef:
        """The team of the record whose path ends with these names, or a new one."""
        key = tuple(name.casefold() for name in names)
        found = self.by_end.get(key, [])
        whole = [team for team in found if self.paths[team] == key]
        if len(found) == 1 or whole:
            return "id", (whole or found)[0]
        if len(found) > 1:
            above = self.here[self.here[found[0]].parent or 0].name
            words = {"name": names[-1], "above": above, "n": len(found)}
            raise _NoPlace(
                _("There are %(n)s teams “%(name)s”. Write the one above before it: %(above)s > %(name)s.") % words
            )
        parent = self._named(names[:-1]) if len(names) > 1 else None
        self.placed.new.setdefault(key, NewTeam(key, names[-1], parent))
        return "new", key

    def _of_manager(self, row: PersonPlace, manager: Ref) -> TeamRef:
        if row.team is not None and manager in self._managers_up(row.team):
            return "id", row.team
        managed = self.managed.get(manager, [])
        if len(managed) > 1:
            words = {"name": self.names[manager], "n": len(managed)}
            raise _NoPlace(_("%(name)s manages %(n)s teams: say in a column which of them it is.") % words)
        return ("id", managed[0]) if managed else self._own(manager)

    def _own(self, manager: Ref) -> TeamRef:
        """The team of a manager who has none yet."""
        managed = self.managed.get(manager, [])
        if managed:
            return "id", managed[0]
        key = ("team of", manager)
        if key not in self.placed.new:
            taken = {team.name.casefold() for team in self.placed.new.values()} | {end[0] for end in self.by_end if end}
            name = _("Team of %(name)s") % {"name": self.names[manager]}
            name = next(
                each
                for number in range(1, len(taken) + 2)
                if (each := name if number == 1 else f"{name} {number}").casefold() not in taken
            )
            self.placed.new[key] = NewTeam(key, name, of=manager)
        return "new", key

    # --- Managers

    def _managers(self) -> dict[TeamRef, list[Ref]]:
        """Who manages each team that the file names, and what that changes."""
        by_team: defaultdict[TeamRef, list[PersonPlace]] = defaultdict(list)
        for row in self.rows:
            if team := self.placed.teams.get(row.line) or (("id", row.team) if row.team is not None else None):
                self.place_of[row.ref] = team
                if row.line not in self.placed.problems:
                    by_team[team].append(row)
        found: dict[TeamRef, list[Ref]] = {}
        for team, rows in by_team.items():
            named = {row.manager for row in rows if row.manager}
            said = [
                row.manager
                for row in rows
                if row.manager and not (row.ref in named and self._place(row.manager) != team)
            ]
            found[team] = list(dict.fromkeys(said))
            self._changes(team, rows, found[team])
        for new in self.placed.new.values():
            people = found.setdefault(("new", new.key), [])
            if new.of is not None and new.of not in people:
                people.append(new.of)
                self.placed.begins.append((("new", new.key), new.of))
        return found

    def _place(self, who: Ref) -> TeamRef | None:
        """The team of anybody: as the file has it, else as the record has."""
        team = self.team_of.get(who[1]) if who[0] == "id" else None
        return self.place_of.get(who) or (("id", team) if team is not None else None)

    def _changes(self, team: TeamRef, rows: Sequence[PersonPlace], managers: Sequence[Ref]) -> None:
        if team[0] == "new":
            self.placed.begins += [(team, who) for who in managers]
            return
        here = self.here[team[1]]
        up = self._managers_up(here.id)
        self.placed.begins += [(team, who) for who in managers if who not in up]
        in_file = {row.ref for row in rows if row.manager or row.ref in managers}
        whole = all(("id", person) in in_file for person in self.members.get(here.id, ()))
        if managers and whole and not any(("id", who) in managers for who in here.managers):
            self.placed.ends += [(here.id, who) for who in here.managers]

    def _managers_up(self, team: int) -> set[Ref]:
        """Who manages a team of the record: its managers, or those of the nearest team above that has any."""
        here: TeamHere | None = self.here.get(team)
        while here is not None:
            if here.managers:
                return {("id", person) for person in here.managers}
            here = self.here.get(here.parent) if here.parent is not None else None
        return set()

    # --- Where new teams stand

    def _parents(self, managers: Mapping[TeamRef, Sequence[Ref]]) -> None:
        row_of = {row.ref: row for row in self.rows}
        manages: defaultdict[Ref, list[TeamRef]] = defaultdict(list)
        for managed, people in managers.items():
            for who in people:
                manages[who].append(managed)
        for new in self.placed.new.values():
            team: TeamRef = ("new", new.key)
            if new.parent is not None or not managers.get(team):
                continue
            who = managers[team][0]
            for above in self._candidates(who, row_of, manages):
                if above is not None and not self._stands_below(above, team):
                    new.parent = above
                    break

    def _candidates(
        self, who: Ref, row_of: Mapping[Ref, PersonPlace], manages: Mapping[Ref, Sequence[TeamRef]]
    ) -> Iterable[TeamRef | None]:
        """Where the team of a manager may stand: below the team that they are in, one that their manager manages, or
        the one that their manager is in.
        """
        row = row_of.get(who)
        yield self._place(who)
        if row is not None and row.manager is not None:
            yield from manages.get(row.manager, ())
            yield from (("id", team) for team in self.managed.get(row.manager, ()))
            yield self._place(row.manager)

    def _stands_below(self, team: TeamRef, above: TeamRef) -> bool:
        """Whether a team is another one, or stands below it."""
        here: TeamRef | None = team
        while here is not None:
            if here == above:
                return True
            if here[0] == "new":
                here = self.placed.new[here[1]].parent
            else:
                parent = self.here[here[1]].parent
                here = ("id", parent) if parent is not None else None
        return False

    # --- Names

    def _path(self, team: TeamHere) -> Path:
        names: list[str] = []
        here: TeamHere | None = team
        while here is not None and len(names) < 50:
            names.append(here.name.casefold())
            here = self.here.get(here.parent) if here.parent is not None else None
        return tuple(reversed(names))


class _NoPlace(Exception):
    """Why somebody has no team; a sentence."""
