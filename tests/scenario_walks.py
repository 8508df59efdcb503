"""Every way through a scenario, one by one, and the score rule once more: what the judge must agree with."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from assessments.rules.specs import ChoiceSpec, NodeSpec, ScenarioSpec

Taken = tuple[tuple[NodeSpec, ChoiceSpec], ...]


def routes(spec: ScenarioSpec, key: str = "", taken: Taken = ()) -> Iterator[tuple[Taken, NodeSpec]]:
    """The decisions with the choice taken in each, and the ending."""
    node = spec.node(key or spec.start)
    if node.choices:
        for choice in node.choices:
            yield from routes(spec, choice.to, (*taken, (node, choice)))
    elif node.to:
        yield from routes(spec, node.to, taken)
    else:
        yield taken, node


def counted(taken: Taken, skill: str) -> list[tuple[NodeSpec, ChoiceSpec]]:
    """The decisions in which any choice scores the skill."""
    return [(node, choice) for node, choice in taken if any(skill in other.score for other in node.choices)]


def share(taken: Taken, skill: str) -> Fraction | None:
    """visited-v1, from the curriculum's README."""
    steps = counted(taken, skill)
    low = sum(min(other.score.get(skill, 0) for other in node.choices) for node, _ in steps)
    high = sum(node.choices[0].score.get(skill, 0) for node, _ in steps)
    got = sum(choice.score.get(skill, 0) for _, choice in steps)
    if len(steps) < 2 or high == low:
        return None
    return min(max(Fraction(got - low, high - low), Fraction(0)), Fraction(1))


def weakest(spec: ScenarioSpec) -> Taken:
    """The way of somebody who always takes the choice with the lowest sum."""
    node, taken = spec.node(spec.start), []
    while node.choices or node.to:
        if node.choices:
            choice = min(node.choices, key=lambda option: sum(option.score.values()))
            taken.append((node, choice))
        node = spec.node(choice.to if node.choices else node.to)
    return tuple(taken)
