"""Every row that verifying looks at, each table read by itself: a row whose key names nothing cannot fall out.

Rows are joined here, in memory. Where a key names a row that is not there, the row is left out of what follows, and
that is a finding of its own. A row that cannot be read is one, too, and stays among the others with nothing in place of
what cannot (``lms.services.platform.tables``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Model

from assessments.models import (
    Anchor,
    CalibrationAttempt,
    CalibrationVersion,
    Case,
    CaseReading,
    ErasedText,
    Erasure,
    Evidence,
    HeldBefore,
    HeldBeforeSkill,
    Observation,
    ObservationIndicator,
    ObservationSkill,
    Receipt,
    Request,
    SignOffEvent,
    SignOffText,
    StandardVersion,
    TryFact,
)
from coaching.api import (
    Absence,
    CoachAssignment,
    CoachProfile,
    Commitment,
    CommitmentSkill,
    ObserverGrant,
    StandingAssignment,
)
from lms.api import (
    Customer,
    Departure,
    DutyHolding,
    Enrolment,
    LessonCompletion,
    Membership,
    Milestone,
    Parting,
    Path,
    PathVersion,
    Requirement,
    RoleHolding,
    RoleProfile,
    RoleProfileVersion,
    SamePerson,
    Skill,
    SkillGate,
    SkillVersion,
    Step,
    TalkFact,
    Team,
    User,
    read_table,
)

from .finding import LedgerFinding

StandardSkill = StandardVersion.skills.through
TABLES: tuple[type[Model], ...] = (
    User,
    Team,
    Membership,
    Departure,
    DutyHolding,
    SamePerson,
    Parting,
    Skill,
    SkillVersion,
    RoleProfile,
    RoleProfileVersion,
    Requirement,
    Path,
    PathVersion,
    Milestone,
    Step,
    Customer,
    Enrolment,
    LessonCompletion,
    TalkFact,
    TryFact,
    CoachProfile,
    Absence,
    ObserverGrant,
    CoachAssignment,
    RoleHolding,
    StandingAssignment,
    Commitment,
    CommitmentSkill,
    StandardVersion,
    StandardSkill,
    CalibrationVersion,
    CalibrationAttempt,
    HeldBefore,
    HeldBeforeSkill,
    Case,
    CaseReading,
    Request,
    Evidence,
    Observation,
    ObservationSkill,
    ObservationIndicator,
    SignOffEvent,
    SignOffText,
    Erasure,
    ErasedText,
    Receipt,
    Anchor,
    SkillGate,
)
"""In this order a row comes after those that its keys name (but for keys to its own table)."""


@dataclass
class Records:
    """All rows by table and primary key; ``findings`` are what cannot be read, and the keys that name nothing.

    ``odd``: the rows of which something cannot be read.
    """

    tables: dict[type[Model], dict[Any, Any]] = field(default_factory=dict)
    odd: dict[type[Model], list[Any]] = field(default_factory=dict)
    findings: list[LedgerFinding] = field(default_factory=list)

    def all(self, model: type[Model]) -> Iterable[Any]:
        """Every whole row of a table."""
        return self.tables[model].values()

    def whole(self, model: type[Model]) -> list[Any]:
        """The rows of a table of which everything can be read."""
        odd = {id(row) for row in self.odd[model]}
        return [row for row in self.all(model) if id(row) not in odd]

    def by_uid(self, model: type[Model], uid: object) -> Any:
        """The row with this uid, None when there is none."""
        index = self._uids.get(model)
        if index is None:
            index = self._uids[model] = {str(row.uid): row for row in self.all(model)}
        return index.get(str(uid))

    def grouped(self, model: type[Model], key: str) -> dict[Any, list[Any]]:
        """The rows of a table by the value of a column."""
        found: dict[Any, list[Any]] = defaultdict(list)
        for row in self.all(model):
            found[getattr(row, key)].append(row)
        return found

    _uids: dict[type[Model], dict[str, Any]] = field(default_factory=dict)


def read_records() -> Records:
    """Read every table and join the rows. Queries: one a table."""
    records = Records()
    for model in TABLES:
        rows: dict[Any, Any] = {}
        records.tables[model] = rows
        table = read_table(model)
        records.odd[model] = table.odd
        records.findings += [LedgerFinding(*problem) for problem in table.problems]
        own = {row.pk for row in table.rows}
        for row in table.rows:
            problems = list(_join(row, records, own))
            if problems:
                records.findings += [LedgerFinding(name_of(row), problem) for problem in problems]
            else:
                rows[row.pk] = row
    _put(records, Observation, "ratings", ObservationSkill, "observation_id")
    _put(records, Observation, "indicators", ObservationIndicator, "observation_id")
    _put(records, RoleProfileVersion, "requirements", Requirement, "version_id")
    _put(records, HeldBefore, "skills", HeldBeforeSkill, "entry_id")
    _put(records, SignOffEvent, "texts", SignOffText, "event_id")
    _put(records, Erasure, "texts", ErasedText, "erasure_id")
    _put_skills(records)
    return records


def name_of(row: Any) -> str:
    """How a finding names a row."""
    kind = str(row._meta.verbose_name)
    if isinstance(row, SignOffText | ErasedText):
        return f"text {row.name} of event number {row.event_id}"
    return f"{kind} {getattr(row, 'uid', None) or row.pk}"


def name_of_event(event: SignOffEvent) -> str:
    """How a finding names an event: its learner and its number in their chain."""
    return f"event {event.subject.uid}/{event.seq}"


def _join(row: Any, records: Records, own: set[Any]) -> Iterator[str]:
    """Put in place what the row's keys name; says which name nothing."""
    for key in row._meta.concrete_fields:
        if not isinstance(key, models.ForeignKey):
            continue
        target, value = key.related_model, getattr(row, key.attname)
        rows = records.tables.get(target)
        if value is None or rows is None:  # what no sign-off rests on is not followed
            continue
        if target is type(row):
            if value not in own:
                yield f"its {key.name} names number {value}, which does not exist"
            elif value in rows:
                setattr(row, key.name, rows[value])
        elif value not in rows:
            yield f"its {key.name} names number {value}, which does not exist"
        else:
            setattr(row, key.name, rows[value])


def _put(records: Records, model: type[Model], name: str, parts: type[Model], key: str) -> None:
    """Let ``row.<name>.all()`` answer from memory."""
    grouped = records.grouped(parts, key)
    for row in records.all(model):
        _answer(row, name, parts, grouped.get(row.pk, []))


def _put_skills(records: Records) -> None:
    grouped = records.grouped(StandardSkill, "standardversion_id")
    for row in records.all(StandardVersion):
        skills = [records.tables[Skill][link.skill_id] for link in grouped.get(row.pk, [])]
        _answer(row, "skills", Skill, skills)


def _answer(row: Any, name: str, parts: type[Model], found: list[Any]) -> None:
    answer = parts._default_manager.all()
    answer._result_cache = found
    if not hasattr(row, "_prefetched_objects_cache"):
        row._prefetched_objects_cache = {}
    row._prefetched_objects_cache[name] = answer
