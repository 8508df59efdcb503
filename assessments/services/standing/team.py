"""The team: who is how far, in rows that the page filters, sorts and cuts into pages of fifty.

Everything is worked out from one reading of the facts (``team_facts``), so that the page costs the same number of
queries for one person and for three thousand; only the cells of the rows shown are made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from assessments.rules.readiness import Readiness
from lms import clock
from lms.api import Enrolment, organisations_day, team_name_on
from lms.rules.ladder import Ladder
from lms.rules.names import fold
from lms.rules.said import full_day

from .holders import LEARNER
from .readiness import (
    BUCKETS,
    PersonReadiness,
    readiness_of,
    team_enrolments,
)
from .role_holdings import HeldRole
from .team_facts import team_facts
from .words import line_of

NAME, READINESS, DAYS = "name", "readiness", "days"
SORTS = (READINESS, NAME, DAYS)


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One person on one path."""

    found: PersonReadiness
    team: str

    @property
    def line(self) -> str:
        """Where they stand, in a few words."""
        return line_of(self.found)

    @property
    def name(self) -> str:
        """The full name."""
        return self.found.enrolment.person.full_name

    @property
    def role(self) -> str:
        """The role that they are on the way to."""
        return self.found.enrolment.role_version.profile.title

    @property
    def held_by_name(self) -> str:
        """Who has the move that keeps the person from ready; empty when it is their own."""
        return self.found.held_by.called if self.found.held_by else ""

    @property
    def days_to_ready(self) -> int | None:
        """Days until the last open requirement is planned to be met; below 0 when that has passed, None when ready."""
        result = self.found.readiness
        if result is None or result.ready:
            return None
        return max(term.required.target_day for term in result.terms if not term.met) - self.found.day


@dataclass(frozen=True, slots=True)
class RoleGrid:
    """The people on the way to one role, with the skills that it asks for as columns."""

    title: str
    skills: tuple[tuple[str, str, bool], ...]
    rows: tuple[tuple[TeamRow, tuple[Ladder, ...]], ...]


def team_of(visible: Q, at: datetime | None = None) -> list[TeamRow]:
    """Everybody on an open path whom ``visible`` lets through, by name. Queries: 17, for any number of people."""
    at = at or clock.now()
    people: list[Enrolment] = list(team_enrolments(visible).annotate(team_name=team_name_on(organisations_day(at))))
    found = readiness_of(people, at, team_facts(people, at.date()))
    return [TeamRow(item, getattr(item.enrolment, "team_name", None) or "") for item in found]


def counts_of(rows: Iterable[TeamRow]) -> dict[str, int]:
    """How many are in each bucket, all of them named."""
    counted = Counter(row.found.bucket for row in rows)
    return {bucket: counted[bucket] for bucket in BUCKETS}


def chosen_for_team(
    rows: Iterable[TeamRow], *, bucket: str = "", team: str = "", path: str = "", words: str = ""
) -> list[TeamRow]:
    """The rows that pass every filter that is given."""
    wanted = fold(words).split()
    return [
        row
        for row in rows
        if (not bucket or row.found.bucket == bucket)
        and (not team or row.team == team)
        and (not path or str(row.found.enrolment.path.uid) == path)
        and all(word in row.found.enrolment.person.name_folded for word in wanted)
    ]


def team_in_order(rows: Iterable[TeamRow], sort: str) -> list[TeamRow]:
    """By role, and within a role by name, by readiness (who is nearest first) or by planned days to ready."""

    def rank(row: TeamRow) -> tuple[object, ...]:
        result = row.found.readiness
        if sort == DAYS:
            left = row.days_to_ready
            return (left is not None, left if left is not None else 0)
        if sort == READINESS and result:
            return (0, min(BUCKETS.index(row.found.bucket), 2), -float(result.coverage), -float(result.progress))
        return (1,) if sort == READINESS else ()

    def place(row: TeamRow) -> tuple[object, ...]:
        enrolment = row.found.enrolment
        return (*_role_place(row), *rank(row), enrolment.person.name_order, enrolment.pk)

    return sorted(rows, key=place)


def _role_place(row: TeamRow) -> tuple[str, int]:
    """Where the role of a row stands among the roles, and which version of it."""
    version = row.found.enrolment.role_version
    return version.profile.name_order, version.pk


def grids_of(rows: Iterable[TeamRow]) -> list[RoleGrid]:
    """The rows of a page, which stand by role, as one grid a role version. Queries: 0."""
    found = []
    for _place, group in groupby(sorted(rows, key=_role_place), key=_role_place):
        people = list(group)
        first = people[0].found
        skills = tuple((item.skill, first.facts.titles[item.skill], item.critical) for item in first.role.requirements)
        found.append(RoleGrid(people[0].role, skills, tuple((row, looks_of(row.found)) for row in people)))
    return found


def looks_of(found: PersonReadiness) -> tuple[Ladder, ...]:
    """How somebody stands on each requirement, in the order of the role."""
    return tuple(found.look(line.skill) for line in found.role.requirements)


def held_line(row: TeamRow) -> tuple[str, Ladder] | None:
    """The title of the skill that holds a person, and its ladder; None when nothing does."""
    result = row.found.readiness
    term = result.holder if result else None
    if result is None or term is None:
        return None
    return row.found.title_of(term), row.found.look(term.required.skill)


def table_of(rows: Sequence[TeamRow], in_role: Sequence[HeldRole] = ()) -> tuple[list[str], list[list[Any]]]:
    """The whole team as a table for a spreadsheet: heads, and one row a person with a column a skill; those who hold a
    role apart from any path come last.
    """
    titles: dict[str, str] = {}
    for row in rows:
        titles |= {item.skill: row.found.facts.titles[item.skill] for item in row.found.role.requirements}
    for role in in_role:
        titles |= {line.required.skill: line.title for line in role.lines}
    heads = [
        _("Person"), _("Team"), _("Path"), _("Role"), _("Day"), _("Where they stand"), _("Ready"),
        _("Coverage: weight met"), _("Coverage: weight asked"), _("Held before: weight met"), _("Progress of 100"),
        _("Held by"), *titles.values(),
    ]  # fmt: skip
    held = [_role_row(role, list(titles)) for role in in_role]
    return heads, [_table_row(row, list(titles)) for row in rows] + held


def _table_row(row: TeamRow, skills: list[str]) -> list[Any]:
    found = row.found
    looks = zip(found.role.requirements, looks_of(found), strict=True)
    words = {required.skill: _in_full(look) for required, look in looks}
    holder = found.held_by
    held = "" if holder is None else holder.called if holder.who != LEARNER else row.name
    return [
        row.name,
        row.team,
        found.enrolment.path.title,
        row.role,
        found.day if found.begun and not found.pace.ended else "",
        row.line,
        *_in_numbers(found.readiness),
        held,
        *(words.get(skill, "") for skill in skills),
    ]


def _role_row(role: HeldRole, skills: list[str]) -> list[Any]:
    """The same columns for somebody who holds a role apart from any path."""
    words = {line.required.skill: _in_full(line.look) for line in role.lines}
    return [
        role.holding.person.full_name,
        "",
        "",
        role.holding.role_version.profile.title,
        "",
        _("Holds the role since %(day)s") % {"day": full_day(role.holding.from_on)},
        *_in_numbers(role.readiness),
        "",
        *(words.get(skill, "") for skill in skills),
    ]


def _in_numbers(result: Readiness | None) -> list[Any]:
    """Ready, the weight met, that asked, that met by what was held before, and progress."""
    if result is None:
        return [_("no data"), "", "", "", ""]
    progress = round(float(result.progress), 1)
    return [
        _("yes") if result.ready else _("no"),
        result.met_weight,
        result.weight,
        result.held_before_weight,
        progress,
    ]


def _in_full(look: Ladder) -> str:
    return f"{look.word}. {look.note}" if look.note else look.word
