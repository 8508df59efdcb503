"""Readiness, which opens like an invoice (PRODUCT, "Readiness").

    P = sum(w g) / sum(w)          progress: movement, never called ready
    C = sum(w [g = 100]) / sum(w)  coverage
    ready <=> every critical line at 100 and C >= threshold

g is 100 only for a sign-off that satisfies the requirement (``lms.rules.standing``); another one counts as Do (60);
otherwise the highest open gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from lms.rules.gates import VALUES, OpenGate
from lms.rules.standing import held


@dataclass(frozen=True, slots=True)
class Required:
    """One requirement of the role profile version."""

    skill: str
    level: int
    weight: int
    critical: bool = False
    standard: UUID | None = None
    target_day: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the invoice: weight x value = amount. ``gate`` is the gate that gives the value, "" for none;
    ``held_before``: it is met by what was attested at the start.
    """

    required: Required
    gate: str
    value: int
    level: int = 0
    valid_until: date | None = None
    held_before: bool = False

    @property
    def amount(self) -> int:
        """What the line adds to the sum."""
        return self.required.weight * self.value

    @property
    def met(self) -> bool:
        """Whether the requirement is fully met."""
        return self.value == VALUES["show"]


@dataclass(frozen=True, slots=True)
class Readiness:
    """The whole invoice.

    ``progress`` 0-100, ``coverage`` 0-1; ``holder`` is the first line that keeps the person from ready.
    """

    terms: tuple[Term, ...]
    progress: Fraction
    coverage: Fraction
    ready: bool

    @property
    def weight(self) -> int:
        """The sum of weights."""
        return sum(term.required.weight for term in self.terms)

    @property
    def met_weight(self) -> int:
        """The weight that is fully met."""
        return sum(term.required.weight for term in self.terms if term.met)

    @property
    def held_before_weight(self) -> int:
        """The weight that is met by what was held before Vouch."""
        return sum(term.required.weight for term in self.terms if term.held_before)

    @property
    def held_before_percent(self) -> int:
        """How much of the weight met was held before Vouch, in percent, rounded up: a share is never said to be 0."""
        return percent_of(self.held_before_weight, self.met_weight)

    @property
    def holder(self) -> Term | None:
        """The line that holds the person up: the first unmet critical one, else the heaviest unmet; None when ready."""
        if self.ready:
            return None
        unmet = [term for term in self.terms if not term.met]
        critical = [term for term in unmet if term.required.critical]
        return (critical or sorted(unmet, key=lambda term: -term.required.weight))[0]

    @property
    def ends_on(self) -> date | None:
        """The first day after which a sign-off that counts stops counting."""
        return min((term.valid_until for term in self.terms if term.met and term.valid_until), default=None)


def percent_of(part: int, whole: int) -> int:
    """A share in percent, rounded up; 0 of nothing."""
    return -(-100 * part // whole) if whole else 0


def assess_skills(
    requirements: Sequence[Required], gates: Mapping[str, Sequence[OpenGate]], threshold: Fraction, on: date
) -> Readiness | None:
    """Readiness on a day, from the gates by skill; None without requirements ("no data", never zero)."""
    if not requirements:
        return None
    terms = tuple(_term(required, gates.get(required.skill, ()), on) for required in requirements)
    weight = sum(required.weight for required in requirements)
    coverage = Fraction(sum(term.required.weight for term in terms if term.met), weight)
    ready = coverage >= threshold and all(term.met for term in terms if term.required.critical)
    return Readiness(terms, Fraction(sum(term.amount for term in terms), weight), coverage, ready)


def by_skill(gates: Iterable[OpenGate]) -> dict[str, list[OpenGate]]:
    """The gates of one person by the slug of the skill."""
    found: dict[str, list[OpenGate]] = {}
    for gate in gates:
        found.setdefault(gate.skill, []).append(gate)
    return found


def _term(required: Required, gates: Sequence[OpenGate], on: date) -> Term:
    has = held(gates, required, on)
    until = has.valid_until if has.met else None
    return Term(required, has.gate, VALUES.get(has.gate, 0), has.level, until, has.met and has.held_before)
