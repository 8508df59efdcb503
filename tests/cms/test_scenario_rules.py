"""The judge of scenarios against every way through them, walked one by one."""

from __future__ import annotations

from fractions import Fraction
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.rules.specs import ChoiceSpec, MeterSpec, NodeSpec, ScenarioSpec
from cms.rules.scenario_lint import check_scenario
from tests.scenario_walks import counted, routes, share, weakest

SKILLS = ("discovery", "trust")
METER = MeterSpec(0, -5, 5, ("a", "b", "c", "d", "e"))
points = st.dictionaries(st.sampled_from(SKILLS), st.integers(-2, 2))


@st.composite
def scenarios(draw: st.DrawFn) -> ScenarioSpec:
    """Up to five nodes that lead onward only, and one or two endings; whether scores make sense is left to chance."""
    count = draw(st.integers(1, 5))
    keys = [f"n{number}" for number in range(count)]
    endings = ["end", "other"]
    nodes = []
    for number, key in enumerate(keys):
        onward = st.sampled_from([*keys[number + 1 :], *endings])
        if draw(st.integers(0, 4)) == 0:
            nodes.append(NodeSpec(key, open="Write.", to=draw(onward)))
            continue
        choices = tuple(
            ChoiceSpec(f"{key}-{n}", "x" * (n + 1), draw(onward), draw(points), {}, "why") for n in range(3)
        )
        nodes.append(NodeSpec(key, says="x", choices=choices, ask_confidence=draw(st.booleans())))
    nodes += [
        NodeSpec(key, end="x", debrief="x", pass_at=0.7 if draw(st.booleans()) else None, otherwise="x")
        for key in endings
    ]
    meters = dict.fromkeys(("trust", "margin", "time"), METER)
    return ScenarioSpec(uuid4(), "slug", "Title", SKILLS, 5, "brief", "n0", meters, (), tuple(nodes))


def said(spec: ScenarioSpec) -> list[str]:
    return [str(finding) for finding in check_scenario(spec)]


@given(spec=scenarios())
@settings(max_examples=300, deadline=None)
def test_a_skill_without_a_verdict_on_some_route_is_found(spec: ScenarioSpec) -> None:
    found = said(spec)
    for skill in SKILLS:
        ways = [counted(taken, skill) for taken, _ in routes(spec)]
        too_few = min(len(way) for way in ways) < 2
        flat = any(
            all(len({choice.score.get(skill, 0) for choice in node.choices}) == 1 for node, _ in way) for way in ways
        )
        assert any(f"scores {skill} in" in sentence for sentence in found) == too_few
        assert any(f"all choices score {skill} alike" in sentence for sentence in found) == (flat and not too_few)


@given(spec=scenarios())
@settings(max_examples=300, deadline=None)
def test_the_weakest_way_is_scored_as_players_are(spec: ScenarioSpec) -> None:
    found, taken = said(spec), weakest(spec)
    for skill in SKILLS:
        reached = share(taken, skill)
        too_high = reached is not None and reached >= Fraction(7, 10)
        assert any(f"for {skill}; keep it below 0.70" in sentence for sentence in found) == too_high


@given(spec=scenarios())
@settings(max_examples=200, deadline=None)
def test_a_route_that_is_named_scores_the_skill_that_seldom(spec: ScenarioSpec) -> None:
    """The sentence names choices; whoever takes them finds what it says."""
    by_way = {" - ".join(choice.id for _, choice in taken) or ending.id: taken for taken, ending in routes(spec)}
    for sentence in said(spec):
        if sentence.startswith("The route ") and "scores" in sentence:
            way = sentence.removeprefix("The route ").partition(" scores ")[0]
            skill, _, rest = sentence.partition(" scores ")[2].partition(" in ")
            assert len(counted(by_way[way], skill)) == int(rest.split()[0])


@given(spec=scenarios())
@settings(max_examples=200, deadline=None)
def test_unreachable_nodes_are_named_each(spec: ScenarioSpec) -> None:
    met = {node.id for taken, ending in routes(spec) for node in (*(node for node, _ in taken), ending)}
    met |= {node.id for node in spec.nodes if node.open and _leads_on(spec, node.id)}
    missed = {node.id for node in spec.nodes} - met
    named = {sentence.split()[4].rstrip(";") for sentence in said(spec) if sentence.startswith("No route leads to")}
    assert named == missed


def _leads_on(spec: ScenarioSpec, key: str) -> bool:
    """Whether anything that can be met leads to this node."""
    waiting, seen = [spec.start], set()
    while waiting:
        here = waiting.pop()
        if here not in seen:
            seen.add(here)
            node = spec.node(here)
            waiting += [choice.to for choice in node.choices] + ([node.to] if node.to else [])
    return key in seen
