"""Readiness of people: the team's rows, one person's invoice and the learner's own pages, from one reading of facts.

Requirements and path structures are immutable and kept in memory; what varies is read in a fixed number of queries for
any number of people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.db.models import Q, QuerySet

from assessments.rules.readiness import Readiness, Term, assess_skills, by_skill
from assessments.services.cases.standards import RoleRequirements, role_of, standard_titles
from assessments.services.ledger.verdicts import newest_verdict, verdicts_of_people
from lms import clock
from lms.api import (
    Enrolment,
    PathProgress,
    Settled,
    StepKind,
    expiring_days,
    open_paths,
    seen_by_others,
    settled_of,
    settled_steps,
    structure_of,
)
from lms.rules.days import path_day
from lms.rules.gates import OpenGate
from lms.rules.ladder import Ladder, ladder
from lms.rules.pace import AHEAD, BEHIND, OVER, PAUSED, Pace, pace
from lms.rules.standing import AWAITING, Verdict
from lms.rules.waiting import Waiting

from .holders import LEARNER, Holder, holder
from .moves import Move, Moves
from .team_facts import TeamFacts, path_facts, team_facts
from .ways import Ways, steps_before, steps_serving, ways_to

READY, EXPIRING_SOON, ON_TRACK, LATE, BLOCKED, NOT_STARTED = (
    "ready",
    "expiring",
    "on_track",
    "behind",
    "blocked",
    "not_started",
)
BUCKETS = (READY, EXPIRING_SOON, ON_TRACK, LATE, BLOCKED, NOT_STARTED)
BLOCKED_AFTER_DAYS = 7
IN_A_ROW = (
    "uid", "status", "started_on", "ended_at", "path_version", "person__uid", "person__full_name", "person__name_order",
    "person__name_folded", "person__photo", "person__time_zone",
    "person__location", "path__uid", "path__title", "role_version__profile__title",
    "role_version__profile__name_order",
)  # fmt: skip


@dataclass(frozen=True)
class PersonReadiness:
    """One person on the way to one role, on a day. ``readiness`` is None where the role requires nothing: no data.

    ``gates``: whatever their day, by skill; ``settled``: how far the path is; ``verdicts``: what the ledger adds, by
    skill, the newest first; ``standards``: what standards that roles ask for are called; ``expires_within``: the days
    before its end in which a sign-off is due.
    """

    enrolment: Enrolment
    role: RoleRequirements
    facts: TeamFacts
    at: datetime
    today: date
    gates: Mapping[str, Sequence[OpenGate]]
    settled: Settled
    readiness: Readiness | None
    pace: Pace
    verdicts: Mapping[str, Sequence[Verdict]]
    standards: Mapping[UUID, str]
    expires_within: int

    @property
    def day(self) -> int:
        """The day of the path; below 1 before it begins."""
        return self.pace.day

    @property
    def begun(self) -> bool:
        """Whether the first day of the path is there."""
        return self.pace.state != AHEAD

    @property
    def paused(self) -> bool:
        """Whether the path stands still."""
        return self.enrolment.is_paused

    @cached_property
    def held_by(self) -> Holder | None:
        """Who holds the person up, at the line that keeps them from ready."""
        term = self.readiness.holder if self.readiness else None
        if not term:
            return None
        skill = term.required.skill
        return self._who_has(skill, lambda: self._move_along(skill))

    @cached_property
    def first_wait(self) -> datetime | None:
        """From when anything has lain with somebody else, whether it holds the person up or not; None where nothing
        does. Who holds somebody up takes much longer to find, and cannot have waited longer than this.
        """
        waits = [wait.waits_from for wait in self.facts.waits.get(self.enrolment.pk, ())]
        waits += [verdict.at for found in self.verdicts.values() for verdict in found if verdict.kind == AWAITING]
        alone = self.facts.uncoached.get(self.enrolment.pk)
        return min([*waits, alone.since] if alone else waits, default=None)

    @cached_property
    def bucket(self) -> str:
        """The one bucket the person is in (PRODUCT, "Buckets, exclusive")."""
        return _bucket(self)

    def who_has(self, skill: str, moves: Moves | None = None) -> Holder | None:
        """Who has the next move on a skill; None when what the role asks for is met, or the path has ended.

        Somebody else, too, where the path is closed to the learner until they have done their part. ``moves``: the
        learner's own, on their own page, which rest on practice as well.
        """
        return self._who_has(skill, lambda: (moves or self._moves).of(skill))

    def _who_has(self, skill: str, move: Callable[[], Move]) -> Holder | None:
        first = self.holder_of(skill)
        if first and first.who == LEARNER and self._with_others & steps_before(self.enrolment.path_version_id, skill):
            return move().by or first
        return first

    @cached_property
    def waiting(self) -> list[Waiting]:
        """What lies with somebody else now; a session that is to come does not yet."""
        return [wait for wait in self.facts.waits.get(self.enrolment.pk, ()) if wait.with_others(self.at)]

    @cached_property
    def _with_others(self) -> frozenset[int]:
        """Steps that somebody else has, or has to finish: training elsewhere, sessions with nobody to have them with,
        and whatever waits.
        """
        path, ended = self.enrolment.pk, self.settled.done | self.settled.waived
        kinds = {StepKind.EXTERNAL, StepKind.SESSION} if path in self.facts.uncoached else {StepKind.EXTERNAL}
        about = {wait.about for wait in self.waiting}
        return frozenset(
            step.id
            for step in structure_of(self.enrolment.path_version_id).steps.values()
            if (step.kind in kinds and step.id not in ended) or step.about in about
        )

    @cached_property
    def _moves(self) -> Moves:
        """What moves each skill next, as far as others may know."""
        return self._moves_along(None)

    def _move_along(self, skill: str) -> Move:
        """What moves one skill next, from the steps that serve it, and only where all of these are closed from those
        that stand before them, too: a team has hundreds of people.
        """
        version = self.enrolment.path_version_id
        near = self._moves_along(steps_serving(version, skill)).near(skill)
        return near or self._moves_along(steps_before(version, skill)).of(skill)

    def _moves_along(self, only: frozenset[int] | None) -> Moves:
        """The same from the whole path, or from some of its steps, by id."""
        pauses = self.facts.pauses.get(self.enrolment.pk, ())
        gates = [gate for found in self.gates.values() for gate in found]
        path = seen_by_others(self.enrolment, self.settled, gates, pauses, self.at, only)
        return Moves(self, path, lambda step: step.title)

    def holder_of(self, skill: str) -> Holder | None:
        """Who has the next move on a skill as the ladder shows it: whoever something was sent to, else the learner."""
        if not (self.enrolment.is_open or self.enrolment.led_to_role_held_on(self.today)):
            return None
        return holder(self, skill, self.role.by_skill.get(skill))

    def verdict_of(self, skill: str) -> Verdict | None:
        """The last that the ledger says of a skill beside its gates, on the standard that the role asks for."""
        return newest_verdict(self.verdicts, skill, self.standard_of(skill))

    def standard_of(self, skill: str) -> UUID | None:
        """The standard by which alone the role asks for a skill; None when any will do."""
        required = self.role.by_skill.get(skill)
        return required.standard if required else None

    def ways_to(self, skill: str) -> Ways:
        """What the path offers towards what the role asks for on a skill, without what was waived for this person."""
        return ways_to(self.enrolment.path_version_id, skill, self.standard_of(skill), self.settled.waived)

    def look(self, skill: str) -> Ladder:
        """How the person stands on a skill: the same for learner, coach, manager, export and invoice."""
        required = self.role.by_skill.get(skill)
        on_path = required is not None or skill in structure_of(self.enrolment.path_version_id).skill_ids
        waits = self.holder_of(skill) if on_path else None
        return ladder(
            self.gates.get(skill, ()),
            required,
            self.today,
            expires_within=self.expires_within,
            verdict=self.verdict_of(skill),
            offers=self.ways_to(skill).gates if on_path else None,
            turn=waits.turn if waits else None,
            begun=self.begun,
            standard=self.standards.get(required.standard, "") if required and required.standard else "",
        )

    def title_of(self, term: Term) -> str:
        """What the skill of a line is called today."""
        return self.facts.titles[term.required.skill]


def readiness_of(
    enrolments: Iterable[Enrolment],
    at: datetime | None = None,
    facts: TeamFacts | None = None,
    settled: Mapping[int, Settled] | None = None,
    standards: Mapping[UUID, str] | None = None,
) -> list[PersonReadiness]:
    """Readiness for each enrolment (fetched with person). ``facts``, ``settled`` and the names of ``standards``: what
    was read already.

    Queries: 15 for any number of people; 9 less with ``facts``, 4 less with ``settled``, and 1 less where no role asks
    for a standard by name that ``standards`` does not know.
    """
    at = at or clock.now()
    enrolments = list(enrolments)
    facts = facts or team_facts(enrolments, at.date())
    today = {enrolment.pk: clock.today(enrolment.person.zone, at) for enrolment in enrolments}
    settled = settled_steps(enrolments, today, facts.pauses) if settled is None else settled
    verdicts = verdicts_of_people({enrolment.person_id for enrolment in enrolments})
    roles = {version: role_of(version) for version in {enrolment.role_version_id for enrolment in enrolments}}
    asked = {line.standard for role in roles.values() for line in role.requirements if line.standard}
    known = dict(standards or {})
    named, expires_within = known | standard_titles(asked - known.keys()), expiring_days()
    found = []
    for enrolment in enrolments:
        role, day = roles[enrolment.role_version_id], today[enrolment.pk]
        gates = by_skill(facts.gates.get(enrolment.person_id, ()))
        found.append(
            PersonReadiness(
                enrolment,
                role,
                facts,
                at,
                day,
                gates,
                settled[enrolment.pk],
                assess_skills(role.requirements, gates, role.threshold, day),
                _pace(enrolment, facts, day, settled[enrolment.pk].late),
                verdicts.get(enrolment.person_id, {}),
                named,
                expires_within,
            )
        )
    return found


def readiness_on(
    progress: PathProgress,
    at: datetime,
    waiting: Iterable[Waiting] | None = None,
    titles: Mapping[str, str] | None = None,
    standards: Mapping[UUID, str] | None = None,
) -> PersonReadiness:
    """The readiness of one person on one path that is read already. ``waiting``: what waits on it, ``titles``: what the
    skills that the role asks for are called, by slug, and what ``standards`` are called, where these are known, too.

    Queries: 9, 5 fewer with ``waiting``, 1 fewer with each of ``titles`` and ``standards``; 1 more without a coach.
    """
    enrolment = progress.enrolment
    facts = path_facts(progress, at.date(), waiting, titles)
    return readiness_of([enrolment], at, facts, {enrolment.pk: settled_of(progress)}, standards)[0]


def _pace(enrolment: Enrolment, facts: TeamFacts, today: date, late: int) -> Pace:
    pauses = facts.pauses.get(enrolment.pk, ())
    return pace(
        begins_on=enrolment.started_on,
        day=path_day(enrolment.started_on, today, pauses),
        days=structure_of(enrolment.path_version_id).days,
        paused=enrolment.is_paused,
        late=late,
    )


def _bucket(found: PersonReadiness) -> str:
    result = found.readiness
    if result is None or not found.begun:
        return NOT_STARTED
    if result.ready:
        ends = result.ends_on
        return EXPIRING_SOON if ends and ends <= found.today + timedelta(days=found.expires_within) else READY
    if not any(term.value for term in result.terms):
        return NOT_STARTED
    if found.pace.state == PAUSED:
        return ON_TRACK
    if found.first_wait and _long_ago(found.first_wait, found.at):
        since = found.held_by.since if found.held_by else None
        if since and _long_ago(since, found.at):
            return BLOCKED
    return LATE if found.pace.state in (BEHIND, OVER) else ON_TRACK


def _long_ago(since: datetime, at: datetime) -> bool:
    return (at - since).days >= BLOCKED_AFTER_DAYS


def team_enrolments(rows: Q) -> QuerySet[Enrolment]:
    """Open enrolments with what a row of the team says of them and no more, by name: there may be thousands.

    Queries: 1 when read.
    """
    return (
        open_paths()
        .filter(rows, person__is_active=True)
        .select_related("person", "path", "role_version__profile")
        .only(*IN_A_ROW)
        .order_by("person__name_order", "pk")
    )
