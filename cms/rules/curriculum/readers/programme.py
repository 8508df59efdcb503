"""Readers of 4-programme.yaml."""

from __future__ import annotations

from cms.rules.curriculum.documents import (
    AgendaDoc,
    CohortDoc,
    CustomerDoc,
    IncentiveDoc,
    NeedDoc,
    ProgrammeDoc,
    ProgrammeMilestoneDoc,
    RhythmDoc,
    StoppedDoc,
    SuccessMeasureDoc,
)
from cms.rules.curriculum.fields import Place, list_of, number, one_of, or_null, slug, text, whole, yes_no


def customer(place: Place) -> CustomerDoc:
    with place.mapping() as m:
        return CustomerDoc(
            at=m.at,
            slug=m.get("slug", slug),
            name=m.get("name", text),
            decision=m.get("decision", one_of("deepen", "hold", "part")),
            closed=m.get("closed", yes_no),
            note=m.get("note", text),
        )


def programme(place: Place) -> ProgrammeDoc:
    with place.mapping() as m:
        return ProgrammeDoc(
            at=m.at,
            slug=m.get("slug", slug),
            title=m.get("title", text),
            about=m.get("about", text),
            sponsor=m.get("sponsor", slug),
            accountable_leader=m.get("accountable_leader", slug),
            start_day=m.get("start_day", whole()),
            end_day=m.get("end_day", whole()),
            success_measures=m.get("success_measures", list_of(_measure, 1)),
            milestones=m.get("milestones", list_of(_milestone, 1)),
            incentives_changed=m.get("incentives_changed", list_of(_incentive)),
            stopped=m.get("stopped", list_of(_stopped)),
            monthly_rhythm=m.get("monthly_rhythm", _rhythm),
        )


def _measure(place: Place) -> SuccessMeasureDoc:
    with place.mapping() as m:
        return SuccessMeasureDoc(
            at=m.at,
            id=m.get("id", slug),
            title=m.get("title", text),
            unit=m.get("unit", text),
            baseline=m.get("baseline", number()),
            baseline_day=m.get("baseline_day", whole()),
            target=m.get("target", number()),
            target_day=m.get("target_day", whole()),
            source=m.get("source", text),
            owner=m.get("owner", slug),
        )


def _milestone(place: Place) -> ProgrammeMilestoneDoc:
    with place.mapping() as m:
        return ProgrammeMilestoneDoc(
            at=m.at,
            id=m.get("id", slug),
            title=m.get("title", text),
            day=m.get("day", whole()),
            done_day=m.get("done_day", or_null(whole(None, 0))),
            owner=m.get("owner", slug),
        )


def _incentive(place: Place) -> IncentiveDoc:
    with place.mapping() as m:
        return IncentiveDoc(
            at=m.at,
            id=m.get("id", slug),
            text=m.get("text", text),
            day=m.get("day", whole()),
            owner=m.get("owner", slug),
        )


def _stopped(place: Place) -> StoppedDoc:
    with place.mapping() as m:
        return StoppedDoc(
            at=m.at,
            id=m.get("id", slug),
            text=m.get("text", text),
            day=m.get("day", whole()),
            decided_by=m.get("decided_by", slug),
        )


def _rhythm(place: Place) -> RhythmDoc:
    with place.mapping() as m:
        return RhythmDoc(
            at=m.at,
            when=m.get("when", text),
            next_day=m.get("next_day", whole()),
            agenda=m.get("agenda", list_of(_agenda, 1)),
        )


def _agenda(place: Place) -> AgendaDoc:
    with place.mapping() as m:
        return AgendaDoc(at=m.at, id=m.get("id", slug), text=m.get("text", text), minutes=m.get("minutes", whole(1)))


def need(place: Place) -> NeedDoc:
    with place.mapping() as m:
        return NeedDoc(
            at=m.at,
            id=m.get("id", slug),
            role=m.get("role", slug),
            n=m.get("n", whole(1)),
            customer=m.get("customer", slug),
            by_day=m.get("by_day", whole()),
            manager=m.get("manager", slug),
        )


def cohort(place: Place) -> CohortDoc:
    with place.mapping() as m:
        return CohortDoc(
            at=m.at,
            slug=m.get("slug", slug),
            title=m.get("title", text),
            start_day=m.get("start_day", whole()),
            planned_ready_day=m.get("planned_ready_day", whole()),
            path=m.get("path", slug),
            need=m.get("need", slug),
            lead=m.get("lead", slug),
            members=m.get("members", list_of(slug, 1)),
            exchange_board=m.get("exchange_board", yes_no),
        )
