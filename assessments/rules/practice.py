"""Playing a scenario: the order of choices, the meters, and the score ``visited-v1``.

For each skill, over the visited decisions in which any choice scores that skill:

    share = clamp((chosen - lowest) / (best - lowest), 0, 1)

with sums over those decisions; best is the author's best (stored first), lowest the smallest of the choices, an absent
score is 0. Fewer than two such decisions, or a zero denominator, is no verdict. Source: curriculum README, visited-v1.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from .specs import ChoiceSpec, MeterSpec, NodeSpec, ScenarioSpec

RULE = "visited-v1"
STANDARD = Fraction(7, 10)
MIN_DECISIONS = 2


@dataclass(frozen=True, slots=True)
class Score:
    """The outcome of one finished attempt. ``shares``: skill slug to share, None for no verdict."""

    shares: Mapping[str, Fraction | None]
    critical: tuple[str, ...]
    mean: Fraction | None
    passed: bool

    @property
    def to_standard(self) -> tuple[str, ...]:
        """Skills practised to standard: share at least 0.70 and no critical choice anywhere in the attempt."""
        if self.critical:
            return ()
        return tuple(skill for skill, share in self.shares.items() if share is not None and share >= STANDARD)


def shown_order(node: NodeSpec, seed: int) -> tuple[str, ...]:
    """The ids of a decision's choices in the order of this attempt; the same seed gives the same order."""
    order = [choice.id for choice in node.choices]
    random.Random(f"{seed}:{node.id}").shuffle(order)  # noqa: S311 - an order on screen, not a secret
    return tuple(order)


def start_meters(spec: ScenarioSpec) -> dict[str, int]:
    """Where the meters stand before the first choice."""
    return {name: meter.start for name, meter in spec.meters.items()}


def move_meters(spec: ScenarioSpec, meters: Mapping[str, int], choice: ChoiceSpec) -> dict[str, int]:
    """The meters after a choice, each change clamped to the limits."""
    return {
        name: max(meter.min, min(meter.max, meters.get(name, meter.start) + choice.state.get(name, 0)))
        for name, meter in spec.meters.items()
    }


def meter_word(meter: MeterSpec, value: int) -> str:
    """The word for a value: five equal bands between min and max, worst to best."""
    band = (value - meter.min) * len(meter.words) // (meter.max - meter.min)
    return meter.words[max(0, min(len(meter.words) - 1, band))]


def score(spec: ScenarioSpec, taken: Iterable[tuple[str, str]], ending: NodeSpec) -> Score:
    """Score an attempt from its (node id, choice id) pairs in order.

    KeyError for a node that the spec does not have.
    """
    decisions: list[tuple[NodeSpec, ChoiceSpec]] = []
    for node_id, choice_id in taken:
        node = spec.node(node_id)
        choice = node.choice(choice_id)
        if choice is None:
            raise KeyError(choice_id)
        decisions.append((node, choice))
    shares = {skill: _share(skill, decisions) for skill in spec.skills}
    verdicts = [share for share in shares.values() if share is not None]
    mean = sum(verdicts, Fraction(0)) / len(verdicts) if verdicts else None
    passed = ending.pass_at is not None and mean is not None and mean >= Fraction(str(ending.pass_at))
    return Score(shares, tuple(choice.id for _, choice in decisions if choice.critical), mean, passed)


def _share(skill: str, decisions: Iterable[tuple[NodeSpec, ChoiceSpec]]) -> Fraction | None:
    chosen = lowest = best = count = 0
    for node, choice in decisions:
        if not any(skill in option.score for option in node.choices):
            continue
        scores = [option.score.get(skill, 0) for option in node.choices]
        count += 1
        chosen += choice.score.get(skill, 0)
        best += scores[0]
        lowest += min(scores)
    if count < MIN_DECISIONS or best == lowest:
        return None
    return max(Fraction(0), min(Fraction(1), Fraction(chosen - lowest, best - lowest)))
