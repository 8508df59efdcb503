"""How to play a scenario so that exactly the wanted skills come out to standard."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from assessments.rules.practice import score
from assessments.rules.specs import NodeSpec, ScenarioSpec

Route = tuple[tuple[str, str], ...]
"""(node id, choice id) pairs in order."""


def routes(spec: ScenarioSpec) -> Iterator[tuple[Route, NodeSpec]]:
    """Every way through a scenario with its ending, the author's best choices first."""

    def walk(node_id: str, taken: Route) -> Iterator[tuple[Route, NodeSpec]]:
        node = spec.node(node_id)
        if node.kind == "ending":
            yield taken, node
        elif node.kind == "open":
            yield from walk(node.to, taken)
        for choice in node.choices:
            yield from walk(choice.to, (*taken, (node.id, choice.id)))

    return walk(spec.start, ())


def route_to(spec: ScenarioSpec, wanted: set[str], unwanted: set[str]) -> Route | None:
    """The first route on which every wanted skill is practised to standard and no unwanted one, if there is one."""
    for taken, ending in routes(spec):
        reached = set(score(spec, taken, ending).to_standard)
        if wanted <= reached and not unwanted & reached:
            return taken
    return None


def best_route(spec: ScenarioSpec, wanted: set[str], unwanted: set[str]) -> Route | None:
    """A route on which as many of the wanted skills as possible come out to standard, and no unwanted one."""
    for number in range(len(wanted), 0, -1):
        for some in combinations(sorted(wanted), number):
            route = route_to(spec, set(some), unwanted)
            if route is not None:
                return route
    return None
