"""The evidence rule: what a case shows about one skill, and how far a sign-off may go.

Counted are the observations of the case that lie within ``window_days`` before the moment of deciding; of the deciding
coach's own, only the most recent ``max_from_coach``. Rule met: any level up to the standard's ceiling. Otherwise one
observation by the coach at "I stepped in with prompts" or better allows level 2, never on a high-risk standard. A
high-risk standard needs two observers whatever its rule says (TRUST).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from .specs import EvidenceRule

FLOORS = EvidenceRule(observations=1, observers=1, contexts=1, at_least=1, latest=1, window_days=1, max_from_coach=0)
"""A standard is content; that somebody saw the skill at all is none. A rule that asks for less asks for this."""
EXCEPTION_LEVEL = 2
EXCEPTION_SUPERVISION = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation of one skill.

    ``order`` breaks ties between encounters at the same moment (recorded later wins).
    """

    uid: UUID
    observer: int
    context: str
    supervision: int
    occurred_at: datetime
    order: int = 0


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One line of the checklist: have of need. ``name``: observations, observers, contexts, latest, from_coach."""

    name: str
    have: int
    need: int
    met: bool


@dataclass(frozen=True, slots=True)
class EvidenceFinding:
    """What the evidence of one skill permits. ``ceiling`` is the highest level that may be signed, 0: none."""

    lines: tuple[ChecklistLine, ...]
    met: bool
    ceiling: int
    satisfying: tuple[UUID, ...]
    by_exception: bool = False


def asks_enough(rule: EvidenceRule) -> bool:
    """Whether a rule asks for no less than the floors."""
    return rule == at_least_the_floors(rule)


def at_least_the_floors(rule: EvidenceRule) -> EvidenceRule:
    """The rule, with a floor in place of each number below it."""
    return EvidenceRule(**{name: max(getattr(rule, name), getattr(FLOORS, name)) for name in EvidenceRule.__slots__})


def examine(
    rule: EvidenceRule, seen: Iterable[Seen], *, coach: int | None, at: datetime, grants: int, risk: str
) -> EvidenceFinding:
    """Apply the rule for one skill at one moment.

    ``coach`` is the person who would decide; ``grants`` the ceiling 1-5.
    """
    rule = at_least_the_floors(rule)
    since = at - timedelta(days=rule.window_days)
    recent = sorted(
        (item for item in seen if since <= item.occurred_at <= at),
        key=lambda item: (item.occurred_at, item.order),
        reverse=True,
    )
    counted: list[Seen] = []
    from_coach = 0
    for item in recent:
        if item.observer == coach:
            from_coach += 1
            if from_coach > rule.max_from_coach:
                continue
        counted.append(item)
    observers = max(rule.observers, 2) if risk == "high" else rule.observers
    good = 0
    for item in counted[: rule.latest]:
        good += item.supervision >= rule.at_least
    lines = (
        _line("observations", len(counted), max(rule.observations, observers)),
        _line("observers", len({item.observer for item in counted}), observers),
        _line("contexts", len({item.context for item in counted}), rule.contexts),
        _line("latest", good, rule.latest),
        ChecklistLine("from_coach", min(from_coach, rule.max_from_coach), rule.max_from_coach, True),
    )
    if all(line.met for line in lines):
        return EvidenceFinding(lines, True, grants, tuple(item.uid for item in counted))
    prompted = [item for item in recent if item.observer == coach and item.supervision >= EXCEPTION_SUPERVISION]
    if prompted and risk != "high":
        return EvidenceFinding(lines, False, min(EXCEPTION_LEVEL, grants), (prompted[0].uid,), by_exception=True)
    return EvidenceFinding(lines, False, 0, ())


def _line(name: str, have: int, need: int) -> ChecklistLine:
    return ChecklistLine(name, have, need, have >= need)
