"""Can this scenario be played to an end, and does its score mean something? Pure, over the nodes of a scenario.

Every node can be reached, no way leads in a circle, every way ends; decisions have three choices with the author's
best first; on every way each skill is scored in at least two decisions, or there would be no verdict on it; and who
always chooses worst is told so. Linear in nodes, choices and skills.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from assessments.rules.practice import MIN_DECISIONS, STANDARD, score

from .findings import Finding

if TYPE_CHECKING:
    from assessments.rules.specs import ChoiceSpec, NodeSpec, ScenarioSpec

Nodes = Mapping[str, "NodeSpec"]


def check_scenario(spec: ScenarioSpec) -> Iterator[Finding]:
    """Everything that stands in the way, and advice."""
    nodes = {node.id: node for node in spec.nodes}
    yield from _check_keys(spec)
    yield from _check_meters(spec)
    for index, node in enumerate(spec.nodes):
        yield from _check_node(spec, index, node, nodes)
    yield from _check_length_of_best(spec)
    if spec.start not in nodes:
        yield Finding(_("The start %(key)s is not a node.") % {"key": spec.start or "-"}, where=("start",))
        return
    reached = _reachable(spec.start, nodes)
    for index, node in enumerate(spec.nodes):
        if node.id not in reached:
            words = {"key": node.id}
            yield Finding(
                _("No route leads to %(key)s; lead a choice here or remove it.") % words, where=("nodes", index)
            )
    if not any(nodes[key].kind == "ending" for key in reached):
        yield Finding(_("No way reaches an ending."), where=("nodes",))
    order, circle = _order(spec.start, nodes)
    if circle:
        index, key = next((index, node.id) for index, node in enumerate(spec.nodes) if node.id in circle)
        words = {"key": key}
        yield Finding(
            _("A route can come back to %(key)s; let it lead onward to an ending.") % words, where=("nodes", index)
        )
        return
    yield from _check_verdicts(spec, order, nodes)
    if all(target in nodes for key in reached for target in exits(nodes[key])):
        yield from _check_best_and_worst(spec, nodes)


def exits(node: NodeSpec) -> tuple[str, ...]:
    """Keys of the nodes that may follow."""
    return tuple(choice.to for choice in node.choices) if node.choices else (node.to,) if node.open else ()


def _check_keys(spec: ScenarioSpec) -> Iterator[Finding]:
    for key, times in Counter(node.id for node in spec.nodes).items():
        if times > 1:
            yield Finding(_("The key %(key)s names several nodes.") % {"key": key}, where=("nodes",))


def _check_meters(spec: ScenarioSpec) -> Iterator[Finding]:
    if set(spec.meters) != {"trust", "margin", "time"}:
        yield Finding(_("A scenario has three meters: trust, margin and time."), where=("meters",))
    for name, meter in spec.meters.items():
        if not meter.min <= meter.start <= meter.max or meter.min == meter.max or len(meter.words) != 5:
            yield Finding(
                _("The meter %(name)s starts between its limits and has five words.") % {"name": name},
                where=("meters", name),
            )


def _check_node(spec: ScenarioSpec, index: int, node: NodeSpec, nodes: Nodes) -> Iterator[Finding]:
    words = {"key": node.id}
    for target in dict.fromkeys(exits(node)):
        if target not in nodes:
            yield Finding(
                _("%(key)s leads to %(to)s, which is not a node.") % {**words, "to": target or "-"},
                where=("nodes", index),
            )
    for number, skill in enumerate(node.rubric):
        if skill not in spec.skills:
            yield _no_skill_here(node, skill, ("nodes", index, "rubric", number))
    for number, choice in enumerate(node.choices):
        for skill in choice.score:
            if skill not in spec.skills:
                yield _no_skill_here(node, skill, ("nodes", index, "choices", number, "score", skill))
    if node.kind == "decision":
        yield from _check_decision(index, node)
    if node.kind == "ending" and node.pass_at is not None and not node.otherwise:
        yield Finding(_("%(key)s has a pass mark: write what happens below it.") % words, where=("nodes", index))


def _no_skill_here(node: NodeSpec, skill: str, where: tuple[str | int, ...]) -> Finding:
    words = {"key": node.id, "skill": skill}
    return Finding(_("%(key)s: %(skill)s is no skill of this scenario; remove it or add it.") % words, where=where)


def _check_decision(index: int, node: NodeSpec) -> Iterator[Finding]:
    here, words = ("nodes", index), {"key": node.id}
    if len(node.choices) != 3:
        yield Finding(_("%(key)s needs exactly three choices.") % words, where=here)
        return
    if len({choice.id for choice in node.choices}) != 3:
        yield Finding(_("The choices of %(key)s need different keys.") % words, where=here)
    best = node.choices[0]
    if best.critical:
        yield Finding(
            _("%(key)s: the first choice is the author's best and cannot be critical; change it.") % words,
            where=(*here, "choices", 0, "critical"),
        )
    for number, choice in enumerate(node.choices[1:], 1):
        yield from _compare_with_best((*here, "choices", number, "score"), node, choice)
    if not any(choice.score for choice in node.choices):
        yield Finding(_("%(key)s scores no skill.") % words, refuses=False, where=here)
    if any(not -2 <= points <= 2 for choice in node.choices for points in choice.score.values()):
        yield Finding(_("Scores in %(key)s lie between -2 and 2.") % words, where=here)


def _compare_with_best(here: tuple[str | int, ...], node: NodeSpec, choice: ChoiceSpec) -> Iterator[Finding]:
    """The first choice is best in sum, and on each skill at least as good as the others."""
    best, words = node.choices[0], {"key": node.id, "choice": choice.id}
    scored = any(option.score for option in node.choices)
    if scored and sum(choice.score.values()) >= sum(best.score.values()):
        yield Finding(
            _("%(key)s: %(choice)s scores as high as the first choice; lower it, or store it first.") % words,
            where=here,
        )
    for skill in sorted({*best.score, *choice.score}):
        if choice.score.get(skill, 0) > best.score.get(skill, 0):
            words["skill"] = skill
            yield Finding(
                _("%(key)s: %(choice)s scores higher on %(skill)s than the first choice; lower it.") % words,
                where=(*here, skill),
            )


def _check_length_of_best(spec: ScenarioSpec) -> Iterator[Finding]:
    """Players notice when the longest answer is the right one."""
    decisions = [node for node in spec.nodes if len(node.choices) == 3]
    longest = [node for node in decisions if len(node.choices[0].text) >= max(len(c.text) for c in node.choices)]
    if len(decisions) > 2 and len(longest) == len(decisions):
        yield Finding(
            _("The best choice is the longest in every decision; players notice."), refuses=False, where=("nodes",)
        )


def _reachable(start: str, nodes: Nodes) -> set[str]:
    found, waiting = set(), [start]
    while waiting:
        key = waiting.pop()
        if key in nodes and key not in found:
            found.add(key)
            waiting.extend(exits(nodes[key]))
    return found


def _order(start: str, nodes: Nodes) -> tuple[list[str], set[str]]:
    """The reachable nodes, each after all that it leads to; and the nodes of a circle, when there is one."""
    done: list[str] = []
    state = {start: 1}
    stack = [(start, iter(exits(nodes[start])))]
    while stack:
        key, rest = stack[-1]
        target = next(rest, None)
        if target is None:
            state[key] = 2
            done.append(key)
            stack.pop()
        elif target in nodes and state.get(target) == 1:
            path = [visited for visited, _rest in stack]
            return done, set(path[path.index(target) :])
        elif target in nodes and target not in state:
            state[target] = 1
            stack.append((target, iter(exits(nodes[target]))))
    return done, set()


def _check_verdicts(spec: ScenarioSpec, order: list[str], nodes: Nodes) -> Iterator[Finding]:
    """No way from the start scores a skill in fewer than two decisions, or by choices that all score alike."""
    for number, skill in enumerate(spec.skills):

        def decides(node: NodeSpec, skill: str = skill) -> int:
            return int(any(skill in choice.score for choice in node.choices))

        def spread(node: NodeSpec, skill: str = skill) -> int:
            points = [choice.score.get(skill, 0) for choice in node.choices]
            return max(points) - min(points) if points else 0

        fewest, way = _least(order, nodes, decides)
        if fewest < MIN_DECISIONS:
            words = {"way": way.taken, "skill": skill, "count": fewest}
            yield Finding(
                _("The route %(way)s scores %(skill)s in %(count)d of its decisions; score it in at least two.")
                % words,
                where=_ending(spec, way) or ("skills", number),
            )
            continue
        widest, way = _least(order, nodes, spread)
        if not widest:
            words = {"way": way.taken, "skill": skill}
            yield Finding(
                _("On the route %(way)s all choices score %(skill)s alike; let the best differ from the lowest.")
                % words,
                where=_ending(spec, way) or ("skills", number),
            )


class _Way:
    """A way through the scenario: the keys of its nodes, and the choices taken."""

    def __init__(self, keys: list[str], nodes: Nodes) -> None:
        self.last = keys[-1]
        pairs = pairwise(keys)
        choices = (next((c.id for c in nodes[a].choices if c.to == b), "") for a, b in pairs)
        self.taken = " - ".join(filter(None, choices)) or self.last


def _least(order: list[str], nodes: Nodes, cost: Callable[[NodeSpec], int]) -> tuple[int, _Way]:
    """The least sum of ``cost`` on any way from the start, and such a way."""
    least: dict[str, int] = {}
    onward: dict[str, str] = {}
    for key in order:
        after = [target for target in exits(nodes[key]) if target in least]
        if after:
            onward[key] = min(after, key=lambda target: least[target])
        least[key] = cost(nodes[key]) + (least[onward[key]] if after else 0)
    keys = [order[-1]]
    while keys[-1] in onward:
        keys.append(onward[keys[-1]])
    return least[order[-1]], _Way(keys, nodes)


def _ending(spec: ScenarioSpec, way: _Way) -> tuple[str | int, ...]:
    return next((("nodes", index) for index, node in enumerate(spec.nodes) if node.id == way.last), ())


def _check_best_and_worst(spec: ScenarioSpec, nodes: Nodes) -> Iterator[Finding]:
    """Who always chooses best can pass; who always chooses worst does not reach the standard, whatever the skill."""
    decisions, ending = _follow(spec, nodes, lambda node: node.choices[0])
    if ending.pass_at is None:
        yield Finding(
            _("The best route ends here, at %(key)s, without a pass mark; add one, or end it elsewhere.")
            % {"key": ending.id},
            where=_ending(spec, _Way([ending.id], nodes)),
        )
    first_and_last = dict.fromkeys((decisions[0][0].id, decisions[-1][0].id)) if decisions else {}
    for index, node in enumerate(spec.nodes):
        if node.id in first_and_last and not node.ask_confidence:
            yield Finding(
                _("%(key)s: the first and the last decision ask how sure; let this one ask, too.") % {"key": node.id},
                refuses=False,
                where=("nodes", index),
            )
    decisions, ending = _follow(spec, nodes, lambda node: min(node.choices, key=lambda c: sum(c.score.values())))
    shares = score(spec, [(node.id, choice.id) for node, choice in decisions], ending).shares
    for number, skill in enumerate(spec.skills):
        share = shares[skill]
        if share is not None and share >= STANDARD:
            words = {"share": f"{float(share):.2f}", "skill": skill, "standard": f"{float(STANDARD):.2f}"}
            yield Finding(
                _("Always the weakest choice gives %(share)s for %(skill)s; keep it below %(standard)s.") % words,
                where=("skills", number),
            )


def _follow(
    spec: ScenarioSpec, nodes: Nodes, pick: Callable[[NodeSpec], ChoiceSpec]
) -> tuple[list[tuple[NodeSpec, ChoiceSpec]], NodeSpec]:
    """The decisions and the ending of who decides by ``pick``. There is no circle and every exit leads somewhere."""
    taken: list[tuple[NodeSpec, ChoiceSpec]] = []
    node = nodes[spec.start]
    while node.kind != "ending":
        if node.choices:
            choice = pick(node)
            taken.append((node, choice))
            node = nodes[choice.to]
        else:
            node = nodes[node.to]
    return taken, node
