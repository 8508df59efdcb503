"""File 4: customers, the change programme, needs for people, and one cohort. Days are counted from today."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cms.rules.curriculum.documents.base import Doc
from cms.rules.curriculum.documents.values import Number, Slug, Text, Whole, YesNo, entries, one_of


class CustomerDoc(Doc):
    """``decision`` is deepen, hold or part; ``closed`` marks a closed account."""

    slug: Slug
    name: Text
    decision: Annotated[Text, one_of("deepen", "hold", "part")]
    closed: YesNo
    note: Text


class SuccessMeasureDoc(Doc):
    id: Slug
    title: Text
    unit: Text
    baseline: Number
    baseline_day: Whole
    target: Number
    target_day: Whole
    source: Text
    owner: Slug


class ProgrammeMilestoneDoc(Doc):
    """``done_day`` is ``None`` while it is open."""

    id: Slug
    title: Text
    day: Whole
    done_day: Annotated[Whole, Field(le=0)] | None
    owner: Slug


class IncentiveDoc(Doc):
    id: Slug
    text: Text
    day: Whole
    owner: Slug


class StoppedDoc(Doc):
    id: Slug
    text: Text
    day: Whole
    decided_by: Slug


class AgendaDoc(Doc):
    id: Slug
    text: Text
    minutes: Annotated[Whole, Field(ge=1)]


class RhythmDoc(Doc):
    when: Text
    next_day: Whole
    agenda: Annotated[tuple[AgendaDoc, ...], entries(1)]


class ProgrammeDoc(Doc):
    slug: Slug
    title: Text
    about: Text
    sponsor: Slug
    accountable_leader: Slug
    start_day: Whole
    end_day: Whole
    success_measures: Annotated[tuple[SuccessMeasureDoc, ...], entries(1)]
    milestones: Annotated[tuple[ProgrammeMilestoneDoc, ...], entries(1)]
    incentives_changed: Annotated[tuple[IncentiveDoc, ...], entries()]
    stopped: Annotated[tuple[StoppedDoc, ...], entries()]
    monthly_rhythm: RhythmDoc


class NeedDoc(Doc):
    """``n`` people ready in a role for a customer by a day; ``manager`` answers for it."""

    id: Slug
    role: Slug
    n: Annotated[Whole, Field(ge=1)]
    customer: Slug
    by_day: Whole
    manager: Slug


class CohortDoc(Doc):
    slug: Slug
    title: Text
    start_day: Whole
    planned_ready_day: Whole
    path: Slug
    need: Slug
    lead: Slug
    members: Annotated[tuple[Slug, ...], entries(1)]
    exchange_board: YesNo


class ProgrammeFile(Doc):
    """4-programme.yaml."""

    customers: Annotated[tuple[CustomerDoc, ...], entries(1)]
    programme: ProgrammeDoc
    needs: Annotated[tuple[NeedDoc, ...], entries(1)]
    cohort: CohortDoc
