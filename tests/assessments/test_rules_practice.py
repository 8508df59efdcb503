"""The score rule visited-v1, the order of choices and the meters: properties, and every route of the real scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assessments.rules.practice import Score, meter_word, move_meters, score, shown_order, start_meters
from assessments.rules.specs import ChoiceSpec, MeterSpec, NodeSpec, ScenarioSpec
from assessments.services.practice.play import another_order
from tests.factories import basics, practice

SKILLS = ("a", "b")


def chain(decisions: list[list[dict[str, int]]], critical: frozenset[tuple[int, int]] = frozenset()) -> ScenarioSpec:
    """A scenario that is one decision after the other; ``decisions[n][m]`` is the score of choice m at decision n."""
    nodes = [
        NodeSpec(
            id=f"n{n}",
            choices=tuple(
                ChoiceSpec(f"c{m}", "", f"n{n + 1}", points, {}, "", (n, m) in critical)
                for m, points in enumerate(scores)
            ),
        )
        for n, scores in enumerate(decisions)
    ]
    nodes.append(NodeSpec(id=f"n{len(decisions)}", end="End", pass_at=0.7))
    return practice.scenario_spec(skills=SKILLS, nodes=tuple(nodes), start="n0")


points = st.dictionaries(st.sampled_from(SKILLS), st.integers(-2, 2))
decisions = st.lists(st.lists(points, min_size=3, max_size=3), min_size=1, max_size=6)


@given(decisions, st.data())
def test_shares_lie_between_0_and_1_whatever_the_author_wrote(rows: list[Any], data: st.DataObject) -> None:
    spec = chain(rows)
    taken = [(f"n{n}", f"c{data.draw(st.integers(0, 2))}") for n in range(len(rows))]
    result = score(spec, taken, spec.nodes[-1])
    for share in result.shares.values():
        assert share is None or 0 <= share <= 1
    assert result.mean is None or 0 <= result.mean <= 1
    assert set(result.to_standard) <= {skill for skill, share in result.shares.items() if share is not None}


@given(decisions)
def test_the_authors_best_gives_all_or_no_verdict(rows: list[Any]) -> None:
    spec = chain(rows)
    result = score(spec, [(f"n{n}", "c0") for n in range(len(rows))], spec.nodes[-1])
    assert set(result.shares.values()) <= {None, Fraction(1), Fraction(0)}


def test_one_decision_is_no_verdict_and_two_are() -> None:
    row = [{"a": 2}, {"a": 0}, {"a": -1}]
    one, two = chain([row]), chain([row, row])
    assert score(one, [("n0", "c0")], one.nodes[-1]).shares == {"a": None, "b": None}
    assert score(two, [("n0", "c0"), ("n1", "c1")], two.nodes[-1]).shares["a"] == Fraction(4, 6)


def test_no_verdict_anywhere_is_no_pass() -> None:
    spec = chain([[{}, {}, {}]] * 3)
    result = score(spec, [(f"n{n}", "c0") for n in range(3)], spec.nodes[-1])
    assert (result.mean, result.passed, result.to_standard) == (None, False, ())


def test_a_critical_choice_leaves_no_skill_to_standard() -> None:
    rows = [[{"a": 2}, {"a": 2}, {"a": -1}]] * 2
    clean, risky = chain(rows), chain(rows, frozenset({(0, 1)}))
    taken = [("n0", "c1"), ("n1", "c0")]
    assert score(clean, taken, clean.nodes[-1]).to_standard == ("a",)
    result = score(risky, taken, risky.nodes[-1])
    assert (result.shares["a"], result.critical, result.to_standard) == (1, ("c1",), ())


@pytest.mark.parametrize(("share", "to_standard"), [(Fraction(7, 10), True), (Fraction(699, 1000), False)])
def test_the_standard_is_070_exactly(share: Fraction, to_standard: bool) -> None:
    assert (Score({"a": share}, (), share, False).to_standard == ("a",)) is to_standard


@pytest.mark.parametrize("wrong", [[("nowhere", "c0")], [("n0", "nothing")]])
def test_a_trail_that_the_scenario_does_not_have_is_a_key_error(wrong: list[tuple[str, str]]) -> None:
    spec = chain([[{"a": 1}, {}, {}]])
    with pytest.raises(KeyError):
        score(spec, wrong, spec.nodes[-1])


# --- Every route of the starter curriculum, computed again from the file by other means -----------------------------


def routes(scenario: dict[str, Any]) -> Iterator[tuple[list[tuple[str, str]], dict[str, Any]]]:
    """Every way through, as (node, choice) pairs and the ending."""
    nodes = {node["id"]: node for node in scenario["nodes"]}

    def walk(name: str, taken: list[tuple[str, str]]) -> Iterator[tuple[list[tuple[str, str]], dict[str, Any]]]:
        node = nodes[name]
        if "end" in node:
            yield taken, node
        elif "choices" in node:
            for choice in node["choices"]:
                yield from walk(choice["to"], [*taken, (name, choice["id"])])
        else:
            yield from walk(node["to"], taken)

    yield from walk(scenario["start"], [])


def expected(scenario: dict[str, Any], taken: list[tuple[str, str]], ending: dict[str, Any]) -> dict[str, Any]:
    """README's rule word by word, in tenths of nothing: cross-multiplied integers, no Fraction and none of our code."""
    nodes = {node["id"]: node for node in scenario["nodes"]}
    shares: dict[str, tuple[int, int] | None] = {}
    critical = []
    for name, chosen in taken:
        critical += [c["id"] for c in nodes[name]["choices"] if c["id"] == chosen and c.get("critical")]
    for skill in scenario["skills"]:
        visited = [
            (nodes[name]["choices"], chosen)
            for name, chosen in taken
            if [1 for c in nodes[name]["choices"] if skill in c.get("score", {})]
        ]
        chosen_sum = sum(c.get("score", {}).get(skill, 0) for row, pick in visited for c in row if c["id"] == pick)
        lowest_sum = sum(sorted(c.get("score", {}).get(skill, 0) for c in row)[0] for row, _ in visited)
        best_sum = sum(row[0].get("score", {}).get(skill, 0) for row, _ in visited)
        up, down = chosen_sum - lowest_sum, best_sum - lowest_sum
        shares[skill] = None if len(visited) < 2 or down == 0 else (min(max(up, 0), down), down)
    verdicts = [pair for pair in shares.values() if pair]
    mean = sum(up / down for up, down in verdicts) / len(verdicts) if verdicts else None
    return {
        "shares": shares,
        "critical": critical,
        "passed": "pass_at" in ending and mean is not None and mean >= ending["pass_at"] - 1e-12,
        "to_standard": [s for s, pair in shares.items() if pair and 10 * pair[0] >= 7 * pair[1] and not critical],
    }


def test_all_routes_of_the_curriculum_score_as_the_rule_says() -> None:
    files = yaml.safe_load((practice.CURRICULUM / "3-scenarios.yaml").read_text())["scenarios"]
    counted = 0
    for row, spec in zip(files, practice.curriculum_scenarios(), strict=True):
        for taken, ending in routes(row):
            counted += 1
            want = expected(row, taken, ending)
            got = score(spec, taken, spec.node(ending["id"]))
            assert {s: None if v is None else (v.numerator, v.denominator) for s, v in got.shares.items()} == {
                s: None if v is None else (Fraction(*v).numerator, Fraction(*v).denominator)
                for s, v in want["shares"].items()
            }, (row["slug"], taken)
            assert list(got.critical) == want["critical"]
            assert got.passed == want["passed"], (row["slug"], taken)
            assert list(got.to_standard) == want["to_standard"]
    assert counted == 286


# --- Order and meters -----------------------------------------------------------------------------------------------


@given(st.integers(0, 2**48 - 1))
def test_an_order_holds_every_choice_once_and_is_the_seeds_own(seed: int) -> None:
    node = practice.scenario_spec().node("first")
    order = shown_order(node, seed)
    assert sorted(order) == sorted(choice.id for choice in node.choices)
    assert order == shown_order(node, seed)


def test_every_place_is_as_likely_for_the_best_choice() -> None:
    node = practice.scenario_spec().node("first")
    places = [shown_order(node, seed).index("first-best") for seed in range(3000)]
    for place in (0, 1, 2):
        assert 850 < places.count(place) < 1150


@given(st.integers(-20, 20), st.integers(-4, 4))
def test_meters_stay_within_their_limits(change: int, start: int) -> None:
    spec = practice.scenario_spec(
        meters={"trust": MeterSpec(start, -4, 4, ("gone", "thin", "cautious", "growing", "solid"))}
    )
    choice = ChoiceSpec("c", "", "", {}, {"trust": change}, "")
    now = move_meters(spec, start_meters(spec), choice)
    assert now == {"trust": max(-4, min(4, start + change))}


def test_the_words_of_a_meter_are_five_equal_bands() -> None:
    meter = MeterSpec(0, 0, 10, ("gone", "thin", "cautious", "growing", "solid"))
    assert [meter_word(meter, value) for value in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)] == [
        *["gone"] * 2,
        *["thin"] * 2,
        *["cautious"] * 2,
        *["growing"] * 2,
        *["solid"] * 3,
    ]


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        ({"x": ["a", "b"]}, {"x": ["a", "b"]}, False),
        ({"x": ["a", "b"]}, {"x": ["b", "a"]}, True),
        ({"x": ["a", "b"], "y": ["c", "d"]}, {"x": ["a", "b"], "y": ["d", "c"]}, True),
        ({"x": ["a", "b"], "y": ["c", "d"]}, {"x": ["a", "b"], "z": ["d", "c"]}, False),
        ({"x": ["a", "b"]}, {"z": ["a", "b"]}, True),
    ],
)
def test_another_order_is_one_at_a_decision_that_both_came_by(one: Any, other: Any, differs: bool) -> None:
    assert another_order(one, other) is differs
    assert another_order(other, one) is differs


def test_the_uid_of_a_factory_scenario_is_stable() -> None:
    assert practice.scenario_spec().uid == basics.uid("quay")
