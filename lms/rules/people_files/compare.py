"""What an import would write: the people of a file against what the record holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lms.rules.bounds import LEAVES_ON
from lms.rules.said import full_day
from lms.rules.shown import fingerprint

from .fields import BY_CODE as FIELD
from .fields import HR, IDENTIFYING
from .places import PersonPlace, PlacedPeople, Ref, TeamHere, TeamRef, place
from .rows import PersonSpec, RowProblem

NEW, CHANGED, LEAVING, SAME, PROBLEM = "new", "changed", "leaving", "same", "problem"
NOBODY, STATED, MISSING = "nobody", "stated", "missing"
"""Who leaves by an import: nobody, whoever has a last day in the file, also whoever is missing from it."""
SHARE = 5
"""So many of a hundred people here may leave by an import before somebody types how many they are."""


@dataclass(frozen=True, slots=True)
class PersonHere:
    """Somebody in the record. ``team``: today; ``next_team``: to which a move is planned; ``location``: None for the
    main one; ``duties``: codes.
    """

    id: int
    email: str
    employee_number: str
    full_name: str
    job: str
    location: int | None
    started_on: date | None
    left_on: date | None
    is_active: bool
    team: int | None = None
    next_team: int | None = None
    duties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordHere:
    """What the record holds. ``locations``: ids by the name in small letters, None for the main one. ``former``: whose
    each address was within thirty days; ``once_theirs``, ``proposed``: pairs of a person and an address that was
    theirs, or that was proposed before.
    """

    people: Mapping[int, PersonHere]
    teams: tuple[TeamHere, ...]
    locations: Mapping[str, int | None]
    location_names: Mapping[int | None, str]
    former: Mapping[str, int] = field(default_factory=dict)
    once_theirs: frozenset[tuple[int, str]] = frozenset()
    proposed: frozenset[tuple[int, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """One field: what stands in the record, and what the file says, as text."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One person of the plan. ``line``: 0 for somebody who is missing from the file; ``person``: None for somebody new.

    ``team``: where they go, None for where they are; ``values``: what is written, by name of the column of the record;
    ``proposes``: an address for an administrator to look at; ``last_day``: of somebody who leaves.
    """

    line: int
    kind: str
    person: int | None
    name: str
    spec: PersonSpec | None = None
    changes: tuple[Change, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    team: TeamRef | None = None
    proposes: str = ""
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be written. ``same``: how many rows say what the record says; ``missing``: ids of people of the
    file's teams and locations who are not in it; ``here``: how many people there are; ``managers``, ``team_names``:
    of each team of the record; ``names``: of whoever begins or ends to manage; ``notes``: sentences to read before.
    """

    rows: tuple[PlannedRow, ...]
    problems: tuple[RowProblem, ...]
    same: int
    placed: PlacedPeople
    missing: tuple[int, ...]
    here: int
    managers: Mapping[TeamRef, tuple[int, ...]]
    team_names: Mapping[int, str]
    names: Mapping[Ref, str]
    notes: tuple[str, ...] = ()

    def of_kind(self, kind: str) -> list[PlannedRow]:
        """The rows of one kind."""
        return [row for row in self.rows if row.kind == kind]

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each kind."""
        found = Counter(row.kind for row in self.rows)
        return {kind: found[kind] for kind in (NEW, CHANGED, LEAVING)} | {SAME: self.same, PROBLEM: len(self.problems)}

    @property
    def writes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.rows or self.placed.begins or self.placed.ends)

    @property
    def to_type(self) -> int:
        """How many people leave, where that is so many that somebody has to type it; else 0."""
        leaving = self.counts[LEAVING]
        return leaving if leaving > max(1, self.here * SHARE // 100) else 0

    @property
    def fingerprint(self) -> str:
        """Of all that is shown before somebody says yes."""
        rows = "\n".join(
            f"{row.line} {row.kind} {row.person} {row.team} {row.last_day} {row.values} "
            f"{[(change.field, change.old, change.new) for change in row.changes]}"
            for row in self.rows
        )
        new = [[team.name, team.parent] for team in self.placed.new.values()]
        return fingerprint("import", rows, self.problems, new, self.placed.begins, self.placed.ends)


def compare(
    specs: Sequence[PersonSpec],
    problems: Sequence[RowProblem],
    record: RecordHere,
    *,
    leave: str,
    today: date,
    by_manager: bool,
    actor: int | None = None,
    in_part: bool = False,
) -> Plan:
    """Each row against the record. ``leave``: who leaves; ``by_manager``: no column names teams, managers do;
    ``actor``: who brings the file, and does not leave by it; ``in_part``: somebody left rows of the file out.
    """
    return _Comparison(specs, problems, record, leave, today, by_manager, actor, in_part).plan()


class _Wrong(Exception):
    def __init__(self, field: str, sentence: str, *beside: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence, self.beside = field, sentence, beside


class _Comparison:
    def __init__(
        self,
        specs: Sequence[PersonSpec],
        problems: Sequence[RowProblem],
        record: RecordHere,
        leave: str,
        today: date,
        by_manager: bool,
        actor: int | None,
        in_part: bool,
    ) -> None:
        self.by_manager, self.in_part = by_manager, in_part
        self.record, self.leave, self.today, self.actor = record, leave, today, actor
        self.specs = {spec.line: spec for spec in specs}
        self.problems = list(problems)
        self.by_number = {row.employee_number: row for row in record.people.values() if row.employee_number}
        self.by_email = {row.email: row for row in record.people.values()}
        self.team_names = {team.id: team.name for team in record.teams}
        self.persons: dict[int, PersonHere | None] = {}
        self.managers: dict[int, Ref] = {}
        self.same = 0

    def plan(self) -> Plan:
        self._match()
        self._find_managers()
        placed = self._place()
        rows = [row for spec in self.specs.values() if (row := self._row(spec, placed))]
        missing = self._missing(placed)
        notes: list[str] = []
        if self.leave == MISSING:
            rows += self._missing_leave(missing, placed, notes)
        self.problems.sort(key=lambda each: each.line)
        active = sum(person.is_active for person in self.record.people.values())
        managers: dict[TeamRef, tuple[int, ...]] = {("id", team.id): team.managers for team in self.record.teams}
        names = {who: self._name(who) for _team, who in placed.begins}
        names |= {("id", person): self._name(("id", person)) for _team, person in placed.ends}
        return Plan(
            rows=tuple(rows),
            problems=tuple(self.problems),
            same=self.same,
            placed=placed,
            missing=missing,
            here=active,
            managers=managers,
            team_names=self.team_names,
            names=names,
            notes=tuple(notes),
        )

    def _name(self, who: Ref) -> str:
        return self.record.people[who[1]].full_name if who[0] == "id" else self.specs[who[1]].full_name

    def _wrong(self, spec: PersonSpec, code: str, sentence: str, beside: tuple[str, ...] = ()) -> None:
        """The row is a problem, and nothing else of it counts."""
        name = spec.full_name or spec.email or spec.employee_number
        self.problems.append(RowProblem(spec.line, name, code, sentence, beside))
        del self.specs[spec.line]
        self.managers.pop(spec.line, None)

    # --- Who is who

    def _match(self) -> None:
        whose: defaultdict[int, list[PersonSpec]] = defaultdict(list)
        for spec in list(self.specs.values()):
            try:
                person = self.persons[spec.line] = self._person(spec)
                if person is None:
                    self._look_at_new(spec)
                else:
                    self._look_at_known(spec, person)
                    whose[person.id].append(spec)
            except _Wrong as wrong:
                self._wrong(spec, wrong.field, wrong.sentence, wrong.beside)
        for same in whose.values():
            for spec in same if len(same) > 1 else ():
                words = {"one": same[0].line, "other": same[1].line}
                sentence = _("Rows %(one)s and %(other)s are about the same person here.") % words
                self._wrong(spec, "", sentence, IDENTIFYING)

    def _person(self, spec: PersonSpec) -> PersonHere | None:
        by_number = self.by_number.get(spec.employee_number) if spec.employee_number else None
        by_email = self.by_email.get(spec.email) if spec.email else None
        if by_number and by_email and by_number.id != by_email.id:
            words = {"one": by_number.full_name, "other": by_email.full_name}
            raise _Wrong(
                "email",
                _("The employee number is that of %(one)s, the address that of %(other)s. Correct one.") % words,
                "employee_number",
            )
        if by_number is None and by_email and spec.employee_number and by_email.employee_number:
            words = {"name": by_email.full_name, "number": by_email.employee_number}
            raise _Wrong(
                "employee_number",
                _("The address is that of %(name)s, who has the employee number %(number)s.") % words,
                "email",
            )
        if not (spec.employee_number or spec.email):
            sentence = _("Write an employee number or an address: nobody can be found without.")
            raise _Wrong("employee_number", sentence, "email")
        return by_number or by_email

    def _look_at_new(self, spec: PersonSpec) -> None:
        if spec.left_on and spec.left_on < self.today:
            self.same += 1
            del self.specs[spec.line]
            return
        if not spec.full_name:
            raise _Wrong("full_name", _("Write the name of the person."), "given_name", "family_name")
        if not spec.email:
            sentence = _("This person is new: write the address to which the invitation goes.")
            raise _Wrong("email", sentence, "employee_number")
        if spec.email in self.record.former:
            raise _Wrong("email", _("This address was somebody else's within the last 30 days."))
        self._look_at_days(spec.started_on, spec.left_on)

    def _look_at_known(self, spec: PersonSpec, person: PersonHere) -> None:
        if not person.is_active:
            if spec.left_on and spec.left_on <= self.today:
                self.same += 1
                del self.specs[spec.line]
                return
            words = {"name": person.full_name, "day": full_day(person.left_on)}
            sentence = _("%(name)s left on %(day)s. Bring them back first.") % words
            raise _Wrong("", sentence, *IDENTIFYING, "left_on")
        if spec.email and self.record.former.get(spec.email, person.id) != person.id:
            raise _Wrong("email", _("This address was somebody else's within the last 30 days."))
        left_on = spec.left_on if self.leave != NOBODY else None
        self._look_at_days(spec.started_on or person.started_on, left_on or person.left_on)
        if left_on and left_on != person.left_on:
            self._look_at_leaving(person, left_on)

    def _look_at_days(self, started_on: date | None, left_on: date | None) -> None:
        if started_on and left_on and left_on < started_on:
            words = {"first": full_day(started_on), "last": full_day(left_on)}
            sentence = _("The last day, %(last)s, comes before the first, %(first)s.") % words
            raise _Wrong("left_on", sentence, "started_on")

    def _look_at_leaving(self, person: PersonHere, day: date) -> None:
        if person.id == self.actor:
            raise _Wrong("left_on", _("This is you: nobody ends their own account."))
        if person.duties:
            raise _Wrong("left_on", _("%(name)s has a duty here. End it at Duties first.") % {"name": person.full_name})
        if problem := LEAVES_ON.problem(day, self.today):
            raise _Wrong("left_on", problem)

    # --- Who manages whom

    def _find_managers(self) -> None:
        numbers = {spec.employee_number: spec for spec in self.specs.values() if spec.employee_number}
        emails = {spec.email: spec for spec in self.specs.values() if spec.email}
        for spec in list(self.specs.values()):
            if spec.manager:
                try:
                    found = self._manager(spec.manager, numbers, emails)
                except _Wrong as wrong:
                    self._wrong(spec, wrong.field, wrong.sentence)
                    continue
                if found != self._ref(spec):
                    self.managers[spec.line] = found
        self._drop_those_of_nobody()
        for spec in self._circles():
            self._wrong(spec, "manager", _("They report to somebody who reports to them. Correct one of these rows."))
        self._drop_those_of_nobody()

    def _ref(self, spec: PersonSpec) -> Ref:
        person = self.persons[spec.line]
        return ("id", person.id) if person else ("line", spec.line)

    def _manager(self, said: str, numbers: Mapping[str, PersonSpec], emails: Mapping[str, PersonSpec]) -> Ref:
        small = said.lower()
        if spec := numbers.get(said) or emails.get(small):
            return self._ref(spec)
        if person := self.by_number.get(said) or self.by_email.get(small):
            if not person.is_active:
                raise _Wrong("manager", _("The manager, %(name)s, has left.") % {"name": person.full_name})
            return "id", person.id
        raise _Wrong("manager", self._nobody(said))

    def _nobody(self, said: str) -> str:
        """That a manager is nobody, with who may be meant."""
        name, at, _domain = said.lower().partition("@")
        if not at:
            return _("The manager “%(text)s” is the employee number or address of nobody here or in the file.") % {
                "text": said
            }
        alike = [row for row in self.record.people.values() if row.is_active and row.email.split("@")[0] == name]
        words = {"text": said, "name": alike[0].full_name, "email": alike[0].email} if len(alike) == 1 else {}
        if words:
            return _("The manager “%(text)s” is nobody here. Did you mean %(name)s, %(email)s?") % words
        return _("The manager “%(text)s” is nobody here and nobody in the file.") % {"text": said}

    def _drop_those_of_nobody(self) -> None:
        """Whoever reports to somebody new whose row cannot be written cannot be written either."""
        while True:
            lost = [line for line, ref in self.managers.items() if ref[0] == "line" and ref[1] not in self.specs]
            if not lost:
                return
            for line in lost:
                words = {"line": self.managers[line][1]}
                sentence = _("Their manager is in row %(line)s, which cannot be read. Correct that one.") % words
                self._wrong(self.specs[line], "manager", sentence)

    def _circles(self) -> list[PersonSpec]:
        """Rows whose people report to each other in a circle."""
        line_of = {self._ref(spec): spec.line for spec in self.specs.values()}
        above = {line: line_of.get(ref) for line, ref in self.managers.items()}
        found: list[PersonSpec] = []
        seen: set[int] = set()
        for start in above:
            way: dict[int, None] = {}
            here: int | None = start
            while here is not None and here not in seen and here not in way:
                way[here] = None
                here = above.get(here)
            if here is not None and here in way:
                circle = list(way)[list(way).index(here) :]
                found += [self.specs[line] for line in circle]
            seen.update(way)  # `|=` with the keys of a dict would copy the set each time
        return found

    # --- Where they belong

    def _place(self) -> PlacedPeople:
        people = self.record.people
        while True:
            names: dict[Ref, str] = {("id", person.id): person.full_name for person in people.values()}
            names |= {self._ref(spec): spec.full_name for spec in self.specs.values() if spec.full_name}
            members: defaultdict[int, list[int]] = defaultdict(list)
            for person in people.values():
                if person.is_active and person.team is not None:
                    members[person.team].append(person.id)
            rows = [self._person_place(spec) for spec in self.specs.values()]
            placed = place(rows, self.record.teams, members, names, by_manager=self.by_manager)
            if not placed.problems:
                return placed
            for line, sentence in placed.problems.items():
                self._wrong(self.specs[line], "team", sentence, ("manager",))
            self._drop_those_of_nobody()

    def _person_place(self, spec: PersonSpec) -> PersonPlace:
        person = self.persons[spec.line]
        return PersonPlace(
            line=spec.line,
            ref=self._ref(spec),
            path=spec.team,
            manager=self.managers.get(spec.line),
            team=person.team if person else None,
            new=person is None,
        )

    # --- What changes

    def _row(self, spec: PersonSpec, placed: PlacedPeople) -> PlannedRow | None:
        person, team = self.persons[spec.line], placed.teams.get(spec.line)
        left_on = spec.left_on if self.leave != NOBODY else None
        if person is None:
            said = tuple(Change(code, "", value) for code, value in self._said(spec, team, placed))
            return PlannedRow(
                spec.line, NEW, None, spec.full_name, spec, said, self._values(spec), team, last_day=left_on
            )
        changes, values = self._differences(spec, person)
        goes = team if team not in (None, ("id", person.team), ("id", person.next_team)) else None
        if goes is not None:
            old = self.team_names.get(person.team or 0, "")
            changes.append(Change("team", old, self._team_name(goes, placed)))
        leaves = left_on if left_on and left_on != person.left_on else None
        if leaves:
            changes.append(Change("left_on", _iso(person.left_on), _iso(leaves)))
        proposes = spec.email if self._is_proposed(spec, person) else ""
        if proposes:
            changes.append(Change("email", person.email, proposes))
        if not changes:
            self.same += 1
            return None
        kind = LEAVING if leaves else CHANGED
        return PlannedRow(
            spec.line, kind, person.id, person.full_name, spec, tuple(changes), values, goes, proposes, leaves
        )

    def _differences(self, spec: PersonSpec, person: PersonHere) -> tuple[list[Change], dict[str, Any]]:
        """What of HR's the file says otherwise. An empty cell says nothing."""
        changes: list[Change] = []
        values: dict[str, Any] = {}
        for code in ("employee_number", "full_name", "job", "started_on"):
            new, old = getattr(spec, code), getattr(person, code)
            if FIELD[code].owner == HR and new and new != old:
                changes.append(Change(code, _plain(old), _plain(new)))
                values[code] = new
        if spec.location and (new := self.record.locations[spec.location]) != person.location:
            names = self.record.location_names
            changes.append(Change("location", names[person.location], names[new]))
            values["location_id"] = new
        return changes, values

    def _is_proposed(self, spec: PersonSpec, person: PersonHere) -> bool:
        pair = (person.id, spec.email)
        known = pair in self.record.proposed or pair in self.record.once_theirs
        return bool(spec.email) and spec.email != person.email and not known

    def _values(self, spec: PersonSpec) -> dict[str, Any]:
        location = self.record.locations[spec.location] if spec.location else None
        codes = ("employee_number", "email", "full_name", "preferred_name", "job", "started_on", "time_zone", "locale")
        return {code: getattr(spec, code) for code in codes} | {"location_id": location}

    def _said(self, spec: PersonSpec, team: TeamRef | None, placed: PlacedPeople) -> Iterator[tuple[str, str]]:
        if spec.job:
            yield "job", spec.job
        if team:
            yield "team", self._team_name(team, placed)
        if spec.location:
            yield "location", self.record.location_names[self.record.locations[spec.location]]
        if spec.started_on:
            yield "started_on", _iso(spec.started_on)

    def _team_name(self, team: TeamRef, placed: PlacedPeople) -> str:
        return self.team_names[team[1]] if team[0] == "id" else placed.new[team[1]].name

    # --- Who is missing

    def _missing(self, placed: PlacedPeople) -> tuple[int, ...]:
        """People of the teams and locations that the file names who are not in it. Empty while a row is a problem, or
        left out.
        """
        if self.problems or self.in_part:
            return ()
        teams, places = self._scope(placed)
        named = {person.id for person in self.persons.values() if person}
        return tuple(
            person.id
            for person in self.record.people.values()
            if person.is_active
            and person.id not in named
            and not (person.started_on and person.started_on > self.today)
            and (person.team in teams if teams else bool(places))
            and (not places or person.location in places)
        )

    def _scope(self, placed: PlacedPeople) -> tuple[set[object], set[int | None]]:
        """The teams and the locations of the record that the file names."""
        teams = {team[1] for team in placed.teams.values() if team[0] == "id"}
        return teams, {self.record.locations[spec.location] for spec in self.specs.values() if spec.location}

    def _missing_leave(self, missing: Iterable[int], placed: PlacedPeople, notes: list[str]) -> list[PlannedRow]:
        if not any(self._scope(placed)):
            notes.append(_("The file names no team and no location of people who are here: nobody can be missing."))
        if self.problems or self.in_part:
            sentence = _("Nobody leaves for being missing while a row is left out or cannot be read: it may be theirs.")
            notes.append(sentence)
            return []
        rows = []
        for person in (self.record.people[pk] for pk in missing):
            if person.left_on:
                continue
            try:
                self._look_at_leaving(person, self.today)
                self._look_at_days(person.started_on, self.today)
            except _Wrong as wrong:
                self.problems.append(RowProblem(0, person.full_name, wrong.field, wrong.sentence))
                continue
            change = Change("left_on", "", _iso(self.today))
            rows.append(PlannedRow(0, LEAVING, person.id, person.full_name, changes=(change,), last_day=self.today))
        return rows


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _plain(value: Any) -> str:
    return _iso(value) if isinstance(value, date) else str(value or "")
