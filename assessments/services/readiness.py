"""Readiness of people: the team's rows and one person's invoice, with who holds each line up.

Requirements and path structures are immutable and kept in memory; what varies is read in a fixed number of queries for
any number of people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property, lru_cache
from uuid import UUID

from django.db.models import Q, QuerySet

from assessments.rules.readiness import Readiness, Required, Term, assess
from lms import clock
from lms.api import Enrolment, StepKind, requirements_of, structure_of
from lms.rules.days import path_day
from lms.rules.gates import Standing, standings

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
IN_A_ROW = (
    "uid", "status", "started_on", "path_version", "person__uid", "person__full_name", "person__name_order",
    "person__name_folded", "person__time_zone", "path__uid", "path__title", "role_version__profile__title",
    "role_version__profile__name_order",
)  # fmt: skip
NEXT_GATE = {"": "talk", "talk": "try", "try": "do", "do": "show", "show": "show"}


@dataclass(frozen=True, slots=True)
class Role:
    """What a role profile version asks for."""

    requirements: tuple[Required, ...]
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


@dataclass(frozen=True)
class PersonReadiness:
    """One person on the way to one role, on a day. ``readiness`` is None where the role requires nothing: no data."""

    enrolment: Enrolment
    role: Role
    facts: TeamFacts
    at: datetime
    today: date
    day: int
    readiness: Readiness | None

    @property
    def paused(self) -> bool:
        """Whether the path stands still."""
        return self.enrolment.status == Enrolment.Status.PAUSED

    @cached_property
    def held_by(self) -> Holder | None:
        """Who holds the person up, at the line that keeps them from ready."""
        term = self.readiness.holder if self.readiness else None
        return self.holder_of(term) if term else None

    @cached_property
    def bucket(self) -> str:
        """The one bucket the person is in (PRODUCT, "Buckets, exclusive")."""
        return _bucket(self)

    @cached_property
    def standings(self) -> Mapping[str, Standing]:
        """What is open, by the slug of the skill."""
        return standings(self.facts.gates.get(self.enrolment.person_id, ()), self.today)

    def holder_of(self, term: Term) -> Holder | None:
        """Who has the next move on a line; None when it is met."""
        return None if term.met else _holder(self, term)

    def title_of(self, term: Term) -> str:
        """What the skill of a line is called today."""
        return self.facts.titles[term.required.skill]


@lru_cache(maxsize=128)
def role_of(version_id: int) -> Role:
    """What a version asks for, which never changes. Queries: 1 the first time in a process."""
    rows = requirements_of([version_id])[version_id]
    required = tuple(
        Required(row.skill.slug, row.level, row.weight, row.critical, row.standard_uid, row.target_day) for row in rows
    )
    return Role(required, Fraction(rows[0].version.threshold) if rows else Fraction(1))


def readiness_of(
    enrolments: Iterable[Enrolment], at: datetime | None = None, facts: TeamFacts | None = None
) -> list[PersonReadiness]:
    """Readiness for each enrolment (fetched with person).

    Queries: 1, for any number of people; 0 with ``facts``.
    """
    at = at or clock.now()
    enrolments = list(enrolments)
    facts = facts or team_facts(enrolments, at.date())
    return [_one(enrolment, facts, at) for enrolment in enrolments]


def _one(enrolment: Enrolment, facts: TeamFacts, at: datetime) -> PersonReadiness:
    role = role_of(enrolment.role_version_id)
    today = clock.today(enrolment.person.zone, at)
    day = path_day(enrolment.started_on, today, facts.pauses.get(enrolment.pk, ()))
    result = assess(role.requirements, facts.gates.get(enrolment.person_id, ()), role.threshold, today)
    return PersonReadiness(enrolment, role, facts, at, today, day, result)


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


def _holder(found: PersonReadiness, term: Term) -> Holder:
    """Who has the next move on a line: whoever something waits for, else the learner; the author when the path offers
    nothing, the manager where the next gate needs a coach and nobody coaches.
    """
    enrolment, facts = found.enrolment, found.facts
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
        coach = facts.coaches.get(enrolment.pk)
        return Holder(
            "coach", coach.on(found.today) if coach else "", "do" if wait.kind == "confirm" else "show", wait.since
        )
    if gate == "show" and not ways.demonstrations:
        return Holder("author", "", gate)
    alone = facts.uncoached.get(enrolment.pk)
    if alone and gate in ("do", "show"):
        return Holder("manager", alone.name, gate, alone.since)
    return Holder("learner", "", gate)


def _bucket(found: PersonReadiness) -> str:
    result = found.readiness
    if result is None:
        return NOT_STARTED
    if result.ready:
        ends = result.ends_on
        return EXPIRING if ends and (ends - found.today).days <= EXPIRING_DAYS else READY
    if not any(term.value for term in result.terms):
        return NOT_STARTED
    if found.paused:
        return ON_TRACK
    holder = found.held_by
    if holder and holder.who != "learner" and holder.since and (found.at - holder.since).days >= BLOCKED_AFTER_DAYS:
        return BLOCKED
    if any(not term.met and term.required.target_day < found.day for term in result.terms):
        return BEHIND
    return ON_TRACK


def team_enrolments(rows: Q) -> QuerySet[Enrolment]:
    """Open enrolments with what a row of the team says of them and no more, by name: there may be thousands.

    Queries: 1 when read.
    """
    return (
        Enrolment.objects.filter(rows, status__in=Enrolment.OPEN, person__is_active=True)
        .select_related("person", "path", "role_version__profile")
        .only(*IN_A_ROW)
        .order_by("person__name_order", "pk")
    )
