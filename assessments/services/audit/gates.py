"""Gates that are open without a fact, and facts without their gate."""

from __future__ import annotations

from collections.abc import Iterator

from assessments.models import SignOffEvent
from assessments.services.standing.rebuild import FACTS, show_gates
from lms.api import GateValue, Skill, SkillGate, User

from .finding import LedgerFinding, guarded
from .records import Records

COLUMNS = tuple(GateValue.__slots__)


def check_gates(records: Records) -> Iterator[LedgerFinding]:
    """Compare what is kept with what the facts open, each kind by itself. Queries: 8, plus 3 a path version."""
    kept = {GateValue(*(getattr(row, name) for name in COLUMNS)) for row in records.all(SkillGate)}
    for kind in FACTS:
        yield from guarded(f"gates of the kind {kind}", _check_kind, records, kind, kept)
    for gate in sorted((gate for gate in kept if gate.gate not in FACTS), key=str):
        yield _about(records, gate, "is of no kind that there is")


def _check_kind(records: Records, kind: str, kept: set[GateValue]) -> Iterator[LedgerFinding]:
    if kind == "show":
        events = sorted(records.all(SignOffEvent), key=lambda event: (event.subject_id, event.seq))
        expected = set(show_gates(events))
    else:
        expected = set(FACTS[kind]())
    there = {gate for gate in kept if gate.gate == kind}
    for gate in sorted(expected - there, key=str):
        yield _about(records, gate, "is not open, though the facts open it")
    for gate in sorted(there - expected, key=str):
        yield _about(records, gate, "is open, and no fact opens it")


def _about(records: Records, gate: GateValue, problem: str) -> LedgerFinding:
    person, skill = records.tables[User].get(gate.person_id), records.tables[Skill].get(gate.skill_id)
    who = person.uid if person else f"person number {gate.person_id}"
    what = skill.slug if skill else f"skill number {gate.skill_id}"
    return LedgerFinding(f"gate {who}/{what}/{gate.gate} by {gate.source}", problem)
