"""The unlock engine: is a step open for this person, why not, and when will it be?

A rule is ``all``, ``any`` or ``n_of`` over leaves (the curriculum's README is the reference). Every leaf has a day on
which it is met: the past when it is met already, a known day for ``{day: n}``, never otherwise. A rule that needs k of
its leaves opens on the k-th smallest of these days. That is the whole engine, for one step or for a list of them.

A target that no longer exists counts as met, so that nobody is locked out by an author's slip; it is ``missing``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from .gates import Standing

NEVER = math.inf
ALREADY = -math.inf


@dataclass(frozen=True, slots=True)
class StepDone:
    """Met when the step is done or waived."""

    step: UUID


@dataclass(frozen=True, slots=True)
class MilestoneDone:
    """Met when every required step of the milestone is done or waived."""

    milestone: UUID


@dataclass(frozen=True, slots=True)
class GateOpen:
    """Met when the gate, or a stronger one, is open on the skill; ``level`` is compared for show only."""

    skill: str
    gate: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class DayReached:
    """Met from that day of the path."""

    day: int


Leaf = StepDone | MilestoneDone | GateOpen | DayReached


@dataclass(frozen=True, slots=True)
class Rule:
    """``need`` of the leaves must be met."""

    leaves: tuple[Leaf, ...]
    need: int

    @classmethod
    def all_of(cls, *leaves: Leaf) -> Rule:
        """Every leaf must be met."""
        return cls(leaves, len(leaves))

    @classmethod
    def any_of(cls, *leaves: Leaf) -> Rule:
        """One leaf must be met."""
        return cls(leaves, 1)

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Rule | None:
        """Read the stored form ``{"all"|"any"|"n_of": [leaf...], "n": k}``; ValueError says what is wrong with it."""
        if data is None:
            return None
        modes = [mode for mode in ("all", "any", "n_of") if mode in data]
        if len(modes) != 1 or set(data) - {*modes, "n"} or ("n" in data) != (modes == ["n_of"]):
            raise ValueError("A rule has exactly one of all, any or n_of (with n).")
        leaves = tuple(_leaf(item) for item in data[modes[0]])
        need = {"all": len(leaves), "any": 1, "n_of": data.get("n")}[modes[0]]
        if not leaves or not isinstance(need, int) or not 1 <= need <= len(leaves):
            raise ValueError("A rule needs at least one leaf, and n lies between 1 and their number.")
        return cls(leaves, need)


def _leaf(item: Mapping[str, Any]) -> Leaf:
    keys = set(item)
    if keys == {"step"}:
        return StepDone(UUID(str(item["step"])))
    if keys == {"milestone"}:
        return MilestoneDone(UUID(str(item["milestone"])))
    if keys == {"day"}:
        return DayReached(int(item["day"]))
    if keys in ({"skill", "gate"}, {"skill", "gate", "level"}) and item["gate"] in ("try", "do", "show"):
        return GateOpen(str(item["skill"]), item["gate"], int(item.get("level") or 0))
    raise ValueError(f"A leaf is a step, a milestone, a skill with a gate, or a day; this one is {dict(item)}.")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of one person on one path version. ``day`` is the day of the path today; ``date_of`` says on which
    date a later one is reached.
    """

    day: int
    date_of: Callable[[int], date]
    done: frozenset[UUID] = frozenset()
    steps: frozenset[UUID] = frozenset()
    milestones: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    standings: Mapping[str, Standing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """One leaf and how it stands."""

    leaf: Leaf
    met: bool
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """``reasons`` has one entry a leaf; ``unlocks_at`` is the date on which time alone opens it, None if it never
    does.
    """

    open: bool
    reasons: tuple[Reason, ...]
    unlocks_at: date | None

    @property
    def missing(self) -> tuple[Leaf, ...]:
        """Targets that no longer exist; authors are told."""
        return tuple(reason.leaf for reason in self.reasons if reason.missing)


def evaluate(rule: Rule, facts: Facts) -> Decision:
    """Decide one rule for one person. Pure; linear in the number of leaves."""
    days, reasons = [], []
    for leaf in rule.leaves:
        day, missing = _day_of(leaf, facts)
        days.append(day)
        reasons.append(Reason(leaf, met=day <= facts.day, missing=missing))
    opens = sorted(days)[rule.need - 1]
    if opens <= facts.day:
        return Decision(True, tuple(reasons), None)
    unlocks_at = None if opens == NEVER else facts.date_of(int(opens))
    return Decision(False, tuple(reasons), unlocks_at)


def evaluate_all(rules: Mapping[UUID, Rule], facts: Facts) -> dict[UUID, Decision]:
    """Decide many rules for one person."""
    return {key: evaluate(rule, facts) for key, rule in rules.items()}


def _day_of(leaf: Leaf, facts: Facts) -> tuple[float, bool]:
    """The day of the path from which the leaf is met, and whether its target is missing."""
    match leaf:
        case DayReached(day):
            return day, False
        case StepDone(step):
            missing = step not in facts.steps
            return (ALREADY if missing or step in facts.done else NEVER), missing
        case MilestoneDone(milestone):
            required = facts.milestones.get(milestone)
            return (ALREADY if required is None or required <= facts.done else NEVER), required is None
        case GateOpen(skill, gate, level):
            standing = facts.standings.get(skill, Standing())
            return (ALREADY if standing.reaches(gate, level) else NEVER), False


@dataclass(frozen=True, slots=True)
class LockProblem:
    """Why a set of rules cannot be published: ``step`` is where it stands, ``leaf`` the culprit (None: a cycle)."""

    step: UUID
    leaf: Leaf | None


def check_rules(
    rules: Mapping[UUID, Rule], steps: Iterable[UUID], milestones: Mapping[UUID, frozenset[UUID]], skills: Iterable[str]
) -> Iterator[LockProblem]:
    """Find targets that do not exist, and steps that wait for themselves. ``milestones`` maps to required steps."""
    known, known_skills = frozenset(steps), frozenset(skills)
    waits: dict[UUID, set[UUID]] = {}
    for step, rule in rules.items():
        for leaf in rule.leaves:
            match leaf:
                case StepDone(target) if target in known:
                    waits.setdefault(step, set()).add(target)
                case MilestoneDone(target) if target in milestones:
                    waits.setdefault(step, set()).update(milestones[target])
                case GateOpen(skill) if skill in known_skills:
                    pass
                case DayReached():
                    pass
                case _:
                    yield LockProblem(step, leaf)
    yield from (LockProblem(step, None) for step in _on_a_cycle(waits))


def _on_a_cycle(waits: Mapping[UUID, set[UUID]]) -> Iterator[UUID]:
    for start in waits:
        seen: set[UUID] = set()
        front = set(waits[start])
        while front:
            if start in front:
                yield start
                break
            seen |= front
            front = {target for step in front for target in waits.get(step, ())} - seen
