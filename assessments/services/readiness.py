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

from django.db.models import CharField, F, Q, QuerySet, Value

from assessments.models import Case, Request, SignOffEvent
from assessments.rules.readiness import Readiness, Required, Term, assess
from coaching.api import Commitment, coaches_of
from lms import clock
from lms.api import Enrolment, StepKind, gates_of, requirements_of, structure_of
from lms.rules.days import path_day
from lms.rules.gates import OpenGate

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
class Wait:
    """Something of an enrolment that lies with somebody else. ``about`` is a standard or a step."""

    kind: str
    about: UUID
    name: str
    since: datetime


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


def readiness_of(enrolments: Iterable[Enrolment], at: datetime | None = None) -> list[PersonReadiness]:
    """Readiness for each enrolment (fetched with person, role_version and pauses).

    Queries: 3, for any number of people.
    """
    at = at or clock.now()
    enrolments = list(enrolments)
    gates = gates_of({enrolment.person_id for enrolment in enrolments})
    waits = _waits([enrolment.pk for enrolment in enrolments])
    coaches = coaches_of([enrolment.pk for enrolment in enrolments])
    found = []
    for enrolment in enrolments:
        role = role_of(enrolment.role_version_id, Fraction(enrolment.role_version.threshold))
        coach = coaches.get(enrolment.pk)
        coach_name = coach.full_name if coach else ""
        found.append(_one(enrolment, role, gates[enrolment.person_id], waits.get(enrolment.pk, []), coach_name, at))
    return found


def _one(
    enrolment: Enrolment, role: Role, gates: list[OpenGate], waits: list[Wait], coach: str, at: datetime
) -> PersonReadiness:
    today = clock.today(enrolment.person.zone, at)
    pauses = [(pause.from_on, pause.until_on) for pause in enrolment.pauses.all()]
    day = path_day(enrolment.started_on, today, pauses)
    result = assess(role.requirements, gates, role.threshold, today)
    holders = {}
    if result:
        for term in result.terms:
            if not term.met:
                holders[term.required.skill] = _holder(enrolment, term, waits, coach)
    paused = enrolment.status == Enrolment.Status.PAUSED
    bucket = _bucket(result, holders, day, today, paused, at)
    return PersonReadiness(enrolment, role, day, today, paused, result, holders, bucket)


def _holder(enrolment: Enrolment, term: Term, waits: list[Wait], coach: str) -> Holder:
    """Who has the next move on a line: whoever something waits for, else the learner; the author when the path
    offers nothing.
    """
    gate = NEXT_GATE[term.gate]
    structure = structure_of(enrolment.path_version_id)
    skill, standard = term.required.skill, term.required.standard
    demonstrations = {
        step.content_uid
        for step in structure.steps.values()
        if step.kind == StepKind.DEMONSTRATION and skill in step.skills and standard in (None, step.content_uid)
    }
    commitments = {
        step.uid for step in structure.steps.values() if step.kind == StepKind.COMMITMENT and skill in step.skills
    }
    mine = [wait for wait in waits if wait.about in (demonstrations if gate == "show" else commitments)]
    if mine:
        wait = min(mine, key=lambda item: item.since)
        if wait.kind == "request":
            return Holder("observer", wait.name, gate, wait.since)
        if wait.kind == "countersign":
            return Holder("learning", "", gate, wait.since)
        return Holder("coach", coach, gate, wait.since)
    if gate == "show" and not demonstrations:
        return Holder("author", "", gate)
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


def _waits(enrolment_ids: list[int]) -> dict[int, list[Wait]]:
    """Everything of these enrolments that lies with somebody else, in one query."""

    def rows(queryset: QuerySet, kind: str, enrolment: str, about: str, name: str, since: str) -> QuerySet:
        return queryset.values_list(
            Value(kind, output_field=CharField()),
            F(enrolment),
            F(about),
            F(name) if name else Value("", output_field=CharField()),
            F(since),
        )

    requests = Request.objects.filter(status__in=Request.WAITING, case__enrolment__in=enrolment_ids)
    ready = Case.objects.filter(status=Case.Status.READY, enrolment__in=enrolment_ids)
    done = Commitment.objects.filter(status="done", step_uid__isnull=False, enrolment__in=enrolment_ids)
    flagged = (
        SignOffEvent.objects.filter(kind="SIGNED", case__enrolment__in=enrolment_ids)
        .exclude(flags=[])
        .exclude(followed_by__kind__in=["COUNTERSIGNED", "COUNTERSIGN_REFUSED", "REVOKED"])
    )
    union = rows(
        requests, "request", "case__enrolment_id", "case__standard_uid", "observer__full_name", "made_at"
    ).union(
        rows(ready, "decide", "enrolment_id", "standard_uid", "", "ready_at"),
        rows(done, "confirm", "enrolment_id", "step_uid", "", "done_at"),
        rows(flagged, "countersign", "case__enrolment_id", "version__standard_uid", "", "occurred_at"),
    )
    found: dict[int, list[Wait]] = {}
    for kind, enrolment_id, about, name, since in union.order_by():
        found.setdefault(enrolment_id, []).append(Wait(kind, about, name, since))
    return found


def team_enrolments(rows: Q) -> QuerySet[Enrolment]:
    """Open enrolments with what ``readiness_of`` needs, by name. Queries: 2 when read (enrolments, pauses)."""
    return (
        Enrolment.objects.filter(rows, status__in=Enrolment.OPEN, person__is_active=True)
        .select_related("person", "path", "role_version__profile")
        .prefetch_related("pauses")
        .order_by("person__full_name", "pk")
    )
