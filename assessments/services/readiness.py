"""Readiness of people: the team's rows and one person's invoice, with who holds each line up.

Requirements and path structures are immutable and kept in memory; what varies is read in a fixed number of queries for
any number of people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from uuid import UUID

from django.db.models import Q, QuerySet

from assessments.rules.readiness import Readiness, Required, Term, assess
from lms import clock
from lms.api import Enrolment, StepKind, requirements_of, structure_of
from lms.rules.days import path_day
from lms.rules.gates import OpenGate, Standing, standings

from .team_facts import TeamFacts, team_facts

READY, EXPIRING, ON_TRACK, BEHIND, BLOCKED, NOT_STARTED = (
    "ready",
    "expiring",
    "on_track",
    "behind",
    "blocked",
    "not_started",
)
BUCKETS = (READY, EXPIRING, ON_TRACK, BEHIND, BLOCKED, NOT_STARTED)
EXPIRING_DAYS = 60
BLOCKED_AFTER_DAYS = 7
NEXT_GATE = {"": "talk", "talk": "try", "try": "do", "do": "show", "show": "show"}


@dataclass(frozen=True, slots=True)
class Role:
    """The requirements of a role profile version, with the titles of their skills."""

    requirements: tuple[Required, ...]
    titles: Mapping[str, str]
    threshold: Fraction


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a line up.

    ``who``: learner, observer, coach, learning, manager or author; ``name`` is empty for the learner.
    """

    who: str
    name: str
    gate: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonReadiness:
    """One person on the way to one role. ``readiness`` is None where the role requires nothing: no data."""

    enrolment: Enrolment
    role: Role
    day: int
    today: date
    paused: bool
    readiness: Readiness | None
    holders: Mapping[str, Holder]
    bucket: str
    standings: Mapping[str, Standing]
    coach: str = ""

    @property
    def held_by(self) -> Holder | None:
        """Who holds the person up, at the line that keeps them from ready."""
        term = self.readiness.holder if self.readiness else None
        return self.holders.get(term.required.skill) if term else None


@lru_cache(maxsize=128)
def role_of(version_id: int, threshold: Fraction) -> Role:
    """The requirements of a version, which never change. Queries: 1 the first time in a process."""
    rows = requirements_of([version_id])[version_id]
    required = tuple(
        Required(row.skill.slug, row.level, row.weight, row.critical, row.standard_uid, row.target_day) for row in rows
    )
    return Role(required, {row.skill.slug: row.skill.title for row in rows}, threshold)


def readiness_of(
    enrolments: Iterable[Enrolment], at: datetime | None = None, facts: TeamFacts | None = None
) -> list[PersonReadiness]:
    """Readiness for each enrolment (fetched with person and role_version).

    Queries: 1, for any number of people; 0 with ``facts``.
    """
    at = at or clock.now()
    enrolments = list(enrolments)
    facts = facts or team_facts(enrolments, at.date())
    return [_one(enrolment, facts, at) for enrolment in enrolments]


def _one(enrolment: Enrolment, facts: TeamFacts, at: datetime) -> PersonReadiness:
    role = role_of(enrolment.role_version_id, Fraction(enrolment.role_version.threshold))
    today = clock.today(enrolment.person.zone, at)
    day = path_day(enrolment.started_on, today, facts.pauses.get(enrolment.pk, ()))
    gates: list[OpenGate] = facts.gates.get(enrolment.person_id, [])
    result = assess(role.requirements, gates, role.threshold, today)
    coach = facts.coaches.get(enrolment.pk)
    name = coach.on(today) if coach else ""
    holders = {}
    for term in result.terms if result else ():
        if not term.met:
            holders[term.required.skill] = _holder(enrolment, term, facts, name)
    paused = enrolment.status == Enrolment.Status.PAUSED
    bucket = _bucket(result, holders, day, today, paused, at)
    return PersonReadiness(enrolment, role, day, today, paused, result, holders, bucket, standings(gates, today), name)


@dataclass(frozen=True, slots=True)
class Ways:
    """What a path version offers towards one requirement. ``gates``: those that anything on the path can open."""

    demonstrations: frozenset[UUID | None]
    commitments: frozenset[UUID | None]
    gates: frozenset[str]


@lru_cache(maxsize=4096)
def ways_to(version_id: int, skill: str, standard: UUID | None) -> Ways:
    """The steps of a path version that can open gates of a skill. Queries: 0 when the structure is in memory."""
    structure = structure_of(version_id)
    steps = [step for step in structure.steps.values() if skill in step.skills]
    shown = frozenset(
        step.content_uid
        for step in steps
        if step.kind == StepKind.DEMONSTRATION and standard in (None, step.content_uid)
    )
    promised = frozenset(step.uid for step in steps if step.kind == StepKind.COMMITMENT)
    offered = {
        "talk": skill in structure.lessons_by_skill,
        "try": any(step.kind == StepKind.PRACTICE for step in steps),
        "do": bool(promised or shown),
        "show": bool(shown),
    }
    return Ways(shown, promised, frozenset(gate for gate, is_offered in offered.items() if is_offered))


def _holder(enrolment: Enrolment, term: Term, facts: TeamFacts, coach: str) -> Holder:
    """Who has the next move on a line: whoever something waits for, else the learner; the author when the path offers
    nothing, the manager where the next gate needs a coach and nobody coaches.
    """
    gate, waits = NEXT_GATE[term.gate], facts.waits.get(enrolment.pk, ())
    ways = ways_to(enrolment.path_version_id, term.required.skill, term.required.standard)
    mine = [wait for wait in waits if wait.about in (ways.demonstrations if gate == "show" else ways.commitments)]
    # An encounter asked for opens Do as well, and one who challenges waits for it with Try still closed.
    mine = mine or [wait for wait in waits if wait.about in ways.demonstrations]
    if mine:
        wait = min(mine, key=lambda item: item.since)
        if wait.kind == "request":
            return Holder("observer", wait.name, "do" if gate == "do" else "show", wait.since)
        if wait.kind == "countersign":
            return Holder("learning", "", "show", wait.since)
        return Holder("coach", coach, "do" if wait.kind == "confirm" else "show", wait.since)
    if gate == "show" and not ways.demonstrations:
        return Holder("author", "", gate)
    alone = facts.uncoached.get(enrolment.pk)
    if alone and gate in ("do", "show"):
        return Holder("manager", alone.name, gate, alone.since)
    return Holder("learner", "", gate)


def _bucket(
    result: Readiness | None, holders: Mapping[str, Holder], day: int, today: date, paused: bool, at: datetime
) -> str:
    """The one bucket a person is in (PRODUCT, "Buckets, exclusive")."""
    if result is None:
        return NOT_STARTED
    if result.ready:
        ends = result.ends_on
        return EXPIRING if ends and (ends - today).days <= EXPIRING_DAYS else READY
    if not any(term.value for term in result.terms):
        return NOT_STARTED
    if paused:
        return ON_TRACK
    term = result.holder
    holder = holders.get(term.required.skill) if term else None
    if holder and holder.who != "learner" and holder.since and (at - holder.since).days >= BLOCKED_AFTER_DAYS:
        return BLOCKED
    if any(not term.met and term.required.target_day < day for term in result.terms):
        return BEHIND
    return ON_TRACK


def team_enrolments(rows: Q) -> QuerySet[Enrolment]:
    """Open enrolments with what ``readiness_of`` needs, by name. Queries: 1 when read."""
    return (
        Enrolment.objects.filter(rows, status__in=Enrolment.OPEN, person__is_active=True)
        .select_related("person", "path", "role_version__profile")
        .order_by("person__full_name", "pk")
    )
