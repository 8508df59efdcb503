"""File 4: customers, the change programme, needs for people, and one cohort. Days are counted from today."""

from __future__ import annotations

from dataclasses import dataclass

from cms.rules.curriculum.documents.base import Doc


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDoc(Doc):
    """``decision`` is deepen, hold or part; ``closed`` marks a closed account."""

    slug: str
    name: str
    decision: str
    closed: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessMeasureDoc(Doc):
    id: str
    title: str
    unit: str
    baseline: float
    baseline_day: int
    target: float
    target_day: int
    source: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeMilestoneDoc(Doc):
    """``done_day`` is ``None`` while it is open."""

    id: str
    title: str
    day: int
    done_day: int | None
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncentiveDoc(Doc):
    id: str
    text: str
    day: int
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedDoc(Doc):
    id: str
    text: str
    day: int
    decided_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaDoc(Doc):
    id: str
    text: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RhythmDoc(Doc):
    when: str
    next_day: int
    agenda: tuple[AgendaDoc, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeDoc(Doc):
    slug: str
    title: str
    about: str
    sponsor: str
    accountable_leader: str
    start_day: int
    end_day: int
    success_measures: tuple[SuccessMeasureDoc, ...]
    milestones: tuple[ProgrammeMilestoneDoc, ...]
    incentives_changed: tuple[IncentiveDoc, ...]
    stopped: tuple[StoppedDoc, ...]
    monthly_rhythm: RhythmDoc


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedDoc(Doc):
    """``n`` people ready in a role for a customer by a day; ``manager`` answers for it."""

    id: str
    role: str
    n: int
    customer: str
    by_day: int
    manager: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortDoc(Doc):
    slug: str
    title: str
    start_day: int
    planned_ready_day: int
    path: str
    need: str
    lead: str
    members: tuple[str, ...]
    exchange_board: bool
