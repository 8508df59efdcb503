"""Walking a scenario: every way from the start to an ending, and what visited-v1 gives for it.

The score rule is written here a second time, independently of the one that players are scored with: an
import check should not inherit its mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from cms.rules.curriculum.documents import ChoiceDoc, DecisionDoc, EndingDoc, NodeDoc, OpenDoc, ScenarioDoc

LEAST_DECISIONS = 2
MAX_STEPS = 200_000


class TooManyRoutesError(Exception):
    """The scenario branches so often that its routes cannot be walked one by one."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way through: the decisions with the choice taken in each, and the ending."""

    taken: tuple[tuple[DecisionDoc, ChoiceDoc], ...]
    ending: EndingDoc

    def scored(self, skill: str) -> list[tuple[DecisionDoc, ChoiceDoc]]:
        """The visited decisions in which any choice names the skill."""
        return [(node, choice) for node, choice in self.taken if any(skill in other.score for other in node.choices)]

    def share(self, skill: str) -> Fraction | None:
        """The share of visited-v1, or ``None`` for no verdict."""
        steps = self.scored(skill)
        lowest = sum(min(choice.score.get(skill, 0) for choice in node.choices) for node, _ in steps)
        best = sum(node.choices[0].score.get(skill, 0) for node, _ in steps)
        chosen = sum(choice.score.get(skill, 0) for _, choice in steps)
        if len(steps) < LEAST_DECISIONS or best == lowest:
            return None
        return min(max(Fraction(chosen - lowest, best - lowest), Fraction(0)), Fraction(1))


def exits(node: NodeDoc) -> tuple[str, ...]:
    """The ids of the nodes that may follow."""
    if isinstance(node, DecisionDoc):
        return tuple(choice.to for choice in node.choices)
    return (node.to,) if isinstance(node, OpenDoc) else ()


def nodes_by_id(scenario: ScenarioDoc) -> dict[str, NodeDoc]:
    return {node.id: node for node in scenario.nodes}


def reachable(scenario: ScenarioDoc) -> set[str]:
    """The ids of the nodes that can be met from the start."""
    nodes = nodes_by_id(scenario)
    found: set[str] = set()
    waiting = [scenario.start]
    while waiting:
        current = waiting.pop()
        if current in nodes and current not in found:
            found.add(current)
            waiting.extend(exits(nodes[current]))
    return found


def in_cycle(scenario: ScenarioDoc) -> set[str]:
    """The ids of the nodes that lie on a cycle or lead into one only; empty when there is none."""
    nodes = nodes_by_id(scenario)
    open_exits = {key: {target for target in exits(node) if target in nodes} for key, node in nodes.items()}
    comes_from: dict[str, set[str]] = {key: set() for key in nodes}
    for key, targets in open_exits.items():
        for target in targets:
            comes_from[target].add(key)
    finished = [key for key, targets in open_exits.items() if not targets]
    while finished:
        done = finished.pop()
        del open_exits[done]
        for before in comes_from[done]:
            open_exits[before].discard(done)
            if not open_exits[before]:
                finished.append(before)
    # What is left leads into a cycle; what nothing left leads to lies before it.
    remaining = set(open_exits)
    while outside := {key for key in remaining if not comes_from[key] & remaining}:
        remaining -= outside
    return remaining


def routes(scenario: ScenarioDoc) -> Iterator[Route]:
    """Every route. The scenario must be free of cycles and dangling exits. Raises TooManyRoutesError."""
    nodes = nodes_by_id(scenario)
    waiting: list[tuple[str, tuple[tuple[DecisionDoc, ChoiceDoc], ...]]] = [(scenario.start, ())]
    steps = 0
    while waiting:
        current, taken = waiting.pop()
        steps += 1 + len(taken)
        if steps > MAX_STEPS:
            raise TooManyRoutesError
        node = nodes[current]
        if isinstance(node, EndingDoc):
            yield Route(taken, node)
        elif isinstance(node, OpenDoc):
            waiting.append((node.to, taken))
        else:
            waiting.extend((choice.to, (*taken, (node, choice))) for choice in reversed(node.choices))


def follow(scenario: ScenarioDoc, pick: Callable[[DecisionDoc], ChoiceDoc]) -> Route:
    """The one route of somebody who decides by ``pick``; same conditions as ``routes``."""
    nodes = nodes_by_id(scenario)
    taken: list[tuple[DecisionDoc, ChoiceDoc]] = []
    current = nodes[scenario.start]
    while not isinstance(current, EndingDoc):
        if isinstance(current, OpenDoc):
            current = nodes[current.to]
        else:
            choice = pick(current)
            taken.append((current, choice))
            current = nodes[choice.to]
    return Route(tuple(taken), current)


def best_choice(node: DecisionDoc) -> ChoiceDoc:
    """The author's best is stored first."""
    return node.choices[0]


def weakest_choice(node: DecisionDoc) -> ChoiceDoc:
    """The choice with the lowest sum of scores."""
    return min(node.choices, key=lambda choice: sum(choice.score.values()))
