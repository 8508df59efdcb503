"""The four gates and what each is worth in Progress (PRODUCT, "Four gates on every skill")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

GATES = ("talk", "try", "do", "show")
HELD_BEFORE = "held-before:"
"""How the source of a sign-off begins that was held before Vouch."""
VALUES = {"talk": 10, "try": 30, "do": 60, "show": 100}


class GateRow(Protocol):
    """What is read of a gate that is kept."""

    skill: str
    gate: str
    level: int | None
    standard: UUID | None
    valid_until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class OpenGate:
    """One open gate of a person on a skill, from one source. ``level`` and ``standard`` only for show.

    ``held_before``: a sign-off that was attested at the start, and was never seen here.
    """

    skill: str
    gate: str
    level: int | None = None
    standard: UUID | None = None
    valid_until: date | None = None
    held_before: bool = False

    def counts_on(self, day: date) -> bool:
        """Whether it counts on that day; a sign-off counts up to and with its last day."""
        return self.valid_until is None or day <= self.valid_until


def open_gate_of(row: GateRow) -> OpenGate:
    """The gate that a row says, with what its source tells."""
    held_before = row.source.startswith(HELD_BEFORE)
    return OpenGate(row.skill, row.gate, row.level, row.standard, row.valid_until, held_before)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is open for one person on one skill: the gates, and the highest valid entrustment level (0: none)."""

    open: frozenset[str] = frozenset()
    level: int = 0

    def reaches(self, gate: str, level: int = 0) -> bool:
        """Whether the gate, or a stronger one, is open; for show the level is compared."""
        if gate == "show":
            return "show" in self.open and self.level >= level
        return any(other in self.open for other in GATES[GATES.index(gate) :])


def standings(gates: Iterable[OpenGate], on: date) -> dict[str, Standing]:
    """Fold open gates into one standing a skill (key: skill slug), leaving out what no longer counts on that day."""
    opened: dict[str, set[str]] = {}
    levels: dict[str, int] = {}
    for gate in gates:
        if gate.counts_on(on):
            opened.setdefault(gate.skill, set()).add(gate.gate)
            levels[gate.skill] = max(levels.get(gate.skill, 0), gate.level or 0)
    return {skill: Standing(frozenset(names), levels[skill]) for skill, names in opened.items()}
