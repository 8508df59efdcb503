"""Invariants 6 to 9: scenarios end, are scored on every route, and store the best choice first."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from cms.rules.curriculum.checks.routes import (
    LEAST_DECISIONS,
    TooManyRoutesError,
    best_choice,
    exits,
    follow,
    in_cycle,
    nodes_by_id,
    reachable,
    routes,
    weakest_choice,
)
from cms.rules.curriculum.documents import Curriculum, DecisionDoc, OpenDoc, ScenarioDoc
from cms.rules.curriculum.source import Problem

STANDARD = Fraction(7, 10)


def check_graph(c: Curriculum) -> Iterator[Problem]:
    """6: every node is reachable and no cycle exists, so that every route ends at an ending."""
    for scenario in c.scenarios:
        if scenario.start in nodes_by_id(scenario):
            found = reachable(scenario)
            for node in scenario.nodes:
                if node.id not in found:
                    yield node.problem(f"No route leads to {node.id}; lead a choice here or remove it.", "id")
        looping = in_cycle(scenario)
        for node in scenario.nodes:
            if node.id in looping:
                yield node.problem(f"A route can come back to {node.id}; let it lead onward to an ending.", "id")
                break


def _walkable(scenario: ScenarioDoc) -> bool:
    """Whether routes can be walked; if not, another check says why."""
    nodes = nodes_by_id(scenario)
    resolved = scenario.start in nodes and all(target in nodes for node in scenario.nodes for target in exits(node))
    return resolved and not in_cycle(scenario)


def check_routes(c: Curriculum) -> Iterator[Problem]:
    """8: each route gives a verdict on each skill; the best gives 1.0 and can pass, the worst stays below
    0.70.
    """
    for scenario in c.scenarios:
        if _walkable(scenario):
            try:
                yield from _check_verdicts(scenario)
            except TooManyRoutesError:
                yield scenario.problem("This scenario has too many routes to check; join some of its branches.", "slug")
            yield from _check_best_and_worst(scenario)


def _check_verdicts(scenario: ScenarioDoc) -> Iterator[Problem]:
    """One problem per skill, on the first ending that a route without verdict reaches."""
    silent = set(scenario.skills)
    for route in routes(scenario):
        for skill in scenario.skills:
            if skill in silent and route.share(skill) is None:
                silent.discard(skill)
                via = " - ".join(choice.id for _, choice in route.taken)
                count = len(route.scored(skill))
                if count < LEAST_DECISIONS:
                    message = f"The route {via} scores {skill} in {count} of its decisions; score it in at least two."
                else:
                    message = (
                        f"On the route {via} all choices score {skill} alike; let the best differ from the lowest."
                    )
                yield route.ending.problem(message, "id")


def _check_best_and_worst(scenario: ScenarioDoc) -> Iterator[Problem]:
    best, worst = follow(scenario, best_choice), follow(scenario, weakest_choice)
    for index, skill in enumerate(scenario.skills):
        high, low = best.share(skill), worst.share(skill)
        if high is not None and high < 1:
            yield scenario.problem(
                f"Always the best choice must give 1.0 for {skill}; raise its scores.", "skills", index
            )
        if low is not None and low >= STANDARD:
            message = f"Always the weakest choice gives {float(low):.2f} for {skill}; keep it below 0.70."
            yield scenario.problem(message, "skills", index)
    if best.ending.pass_at is None:
        yield best.ending.problem("The best route ends here; add `pass_at` and `otherwise`, or end it elsewhere.", "id")


def check_best_choice(c: Curriculum) -> Iterator[Problem]:
    """7: the first choice is best in sum and on every skill scored, and is not critical."""
    for scenario in c.scenarios:
        for node in scenario.nodes:
            if not isinstance(node, DecisionDoc):
                continue
            first = node.choices[0]
            if first.critical:
                yield first.problem(
                    "The first choice is the author's best and cannot be critical; change it.", "critical"
                )
            for other in node.choices[1:]:
                if sum(other.score.values()) >= sum(first.score.values()):
                    yield other.problem(
                        f"{other.id} scores as high as the first choice; lower it, or store it first.",
                        "score",
                    )
                for skill in sorted({*first.score, *other.score}):
                    if other.score.get(skill, 0) > first.score.get(skill, 0):
                        message = f"{other.id} scores higher on {skill} than the first choice; lower it."
                        yield other.problem(message, "score", skill)


def check_skills_scored(c: Curriculum) -> Iterator[Problem]:
    """9: score and rubric skills belong to the scenario."""
    for scenario in c.scenarios:
        for node in scenario.nodes:
            if isinstance(node, OpenDoc):
                for index, skill in enumerate(node.rubric):
                    if skill not in scenario.skills:
                        yield node.problem(
                            f"{skill} is no skill of this scenario; remove it or add it.", "rubric", index
                        )
            elif isinstance(node, DecisionDoc):
                for choice in node.choices:
                    for skill in choice.score:
                        if skill not in scenario.skills:
                            message = f"{skill} is no skill of this scenario; remove it or add it."
                            yield choice.problem(message, "score", skill)


def check_confidence(c: Curriculum) -> Iterator[Problem]:
    """The first and the last decision of the best route ask "how sure?"."""
    for scenario in c.scenarios:
        if _walkable(scenario):
            decisions = [node for node, _ in follow(scenario, best_choice).taken]
            for node in dict.fromkeys((decisions[0].id, decisions[-1].id)) if decisions else ():
                decision = next(found for found in decisions if found.id == node)
                if not decision.ask_confidence:
                    message = "The first and the last decision ask how sure; add `ask_confidence: true` here."
                    yield decision.problem(message, "id")
