"""Can this scenario be played to an end, and does its score mean something? Pure, over the nodes of a scenario.

Every node can be reached, no way leads in a circle, every way ends; decisions have three choices with the author's
best first; and on every way each skill is scored in at least two decisions, or there would be no verdict on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from .findings import Finding

if TYPE_CHECKING:
    from assessments.rules.specs import NodeSpec, ScenarioSpec

MIN_DECISIONS = 2


def check_scenario(spec: ScenarioSpec) -> Iterator[Finding]:
    """Everything that stands in the way, and advice. Linear in nodes, choices and skills."""
    nodes = {node.id: node for node in spec.nodes}
    yield from _check_keys(spec)
    yield from _check_meters(spec)
    for node in spec.nodes:
        yield from _check_node(spec, node, nodes)
    yield from _check_length_of_best(spec)
    if spec.start not in nodes:
        yield Finding(_("The start %(key)s is not a node.") % {"key": spec.start or "-"})
        return
    reached = _reachable(spec.start, nodes)
    for key in nodes:
        if key not in reached:
            yield Finding(_("No way leads to %(key)s.") % {"key": key}, where=key)
    if not any(nodes[key].kind == "ending" for key in reached):
        yield Finding(_("No way reaches an ending."))
    order = _order(spec.start, nodes)
    if order is None:
        yield Finding(_("A way leads back to a node that was already visited: open the circle."))
        return
    yield from _check_verdicts(spec, order, nodes)


def exits(node: NodeSpec) -> tuple[str, ...]:
    """Keys of the nodes that may follow."""
    return tuple(choice.to for choice in node.choices) if node.choices else (node.to,) if node.open else ()


def _check_keys(spec: ScenarioSpec) -> Iterator[Finding]:
    for key, times in Counter(node.id for node in spec.nodes).items():
        if times > 1:
            yield Finding(_("The key %(key)s names several nodes.") % {"key": key}, where=key)


def _check_meters(spec: ScenarioSpec) -> Iterator[Finding]:
    if set(spec.meters) != {"trust", "margin", "time"}:
        yield Finding(_("A scenario has three meters: trust, margin and time."))
    for name, meter in spec.meters.items():
        if not meter.min <= meter.start <= meter.max or meter.min == meter.max or len(meter.words) != 5:
            yield Finding(_("The meter %(name)s starts between its limits and has five words.") % {"name": name})


def _check_node(spec: ScenarioSpec, node: NodeSpec, nodes: Mapping[str, NodeSpec]) -> Iterator[Finding]:
    words = {"key": node.id}
    for target in exits(node):
        if target not in nodes:
            yield Finding(
                _("%(key)s leads to %(to)s, which is not a node.") % {**words, "to": target or "-"}, where=node.id
            )
    for skill in sorted({name for choice in node.choices for name in choice.score} | set(node.rubric)):
        if skill not in spec.skills:
            yield Finding(
                _("%(key)s is about %(skill)s, which the scenario does not list.") % {**words, "skill": skill},
                where=node.id,
            )
    if node.kind == "decision":
        yield from _check_decision(node)
    if node.kind == "ending" and node.pass_at is not None and not node.otherwise:
        yield Finding(_("%(key)s has a pass mark: write what happens below it.") % words, where=node.id)


def _check_decision(node: NodeSpec) -> Iterator[Finding]:
    words = {"key": node.id}
    if len(node.choices) != 3:
        yield Finding(_("%(key)s needs exactly three choices.") % words, where=node.id)
        return
    if len({choice.id for choice in node.choices}) != 3:
        yield Finding(_("The choices of %(key)s need different keys.") % words, where=node.id)
    best = node.choices[0]
    if best.critical:
        yield Finding(_("The first choice of %(key)s is your best; it cannot be critical.") % words, where=node.id)
    scored = {skill for choice in node.choices for skill in choice.score}
    for skill in sorted(scored):
        if best.score.get(skill, 0) < max(choice.score.get(skill, 0) for choice in node.choices):
            yield Finding(
                _("In %(key)s another choice scores more for %(skill)s than your best, the first.")
                % {**words, "skill": skill},
                where=node.id,
            )
    if not scored:
        yield Finding(_("%(key)s scores no skill.") % words, refuses=False, where=node.id)
    if any(not -2 <= points <= 2 for choice in node.choices for points in choice.score.values()):
        yield Finding(_("Scores in %(key)s lie between -2 and 2.") % words, where=node.id)


def _check_length_of_best(spec: ScenarioSpec) -> Iterator[Finding]:
    """Players notice when the longest answer is the right one."""
    decisions = [node for node in spec.nodes if len(node.choices) == 3]
    longest = [node for node in decisions if len(node.choices[0].text) >= max(len(c.text) for c in node.choices)]
    if len(decisions) > 2 and len(longest) == len(decisions):
        yield Finding(_("The best choice is the longest in every decision; players notice."), refuses=False)


def _reachable(start: str, nodes: Mapping[str, NodeSpec]) -> set[str]:
    found, waiting = set(), [start]
    while waiting:
        key = waiting.pop()
        if key in nodes and key not in found:
            found.add(key)
            waiting.extend(exits(nodes[key]))
    return found


def _order(start: str, nodes: Mapping[str, NodeSpec]) -> list[str] | None:
    """The reachable nodes, each after all that it leads to; None when there is a circle."""
    done: list[str] = []
    state: dict[str, int] = {}
    stack = [(start, iter(exits(nodes[start])))]
    state[start] = 1
    while stack:
        key, rest = stack[-1]
        target = next(rest, None)
        if target is None:
            state[key] = 2
            done.append(key)
            stack.pop()
        elif target in nodes and state.get(target) == 1:
            return None
        elif target in nodes and target not in state:
            state[target] = 1
            stack.append((target, iter(exits(nodes[target]))))
    return done


def _check_verdicts(spec: ScenarioSpec, order: list[str], nodes: Mapping[str, NodeSpec]) -> Iterator[Finding]:
    """The fewest decisions that score a skill on any way from the start: fewer than two give no verdict."""
    for skill in spec.skills:
        fewest: dict[str, int] = {}
        for key in order:
            node = nodes[key]
            here = int(any(skill in choice.score for choice in node.choices))
            after = [fewest[target] for target in exits(node) if target in fewest]
            fewest[key] = here + min(after, default=0)
        if fewest[order[-1]] < MIN_DECISIONS:
            yield Finding(
                _("On some way %(skill)s is scored in fewer than two decisions: no verdict there.") % {"skill": skill}
            )
