"""Blocks: what they accept in a draft and when publishing, how they render, and the pure checks behind them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from wagtail import blocks

from assessments.rules.specs import ChoiceSpec, MeterSpec, NodeSpec, ScenarioSpec
from cms.blocks.base import KeyBlock, SkillsBlock, WholeBlock
from cms.blocks.lesson import FigureBlock, LessonBodyBlock, RecallBlock
from cms.blocks.path import StepsBlock
from cms.rules.scenario_lint import check_scenario
from lms.api import StepKind
from tests.factories import basics, cms


def clean(block: blocks.Block, value: Any, *, draft: bool = False) -> Any:
    """Clean as the editor does: for a draft, or for publishing."""
    value = block.normalize(value)
    return block.clean_deferred(value) if draft else block.clean(value)


def said(error: ValidationError) -> str:
    return str(getattr(error, "non_block_errors", None) or error.messages)


# --- Drafts take anything, publishing is strict -------------------------------------------------------------------


@pytest.mark.parametrize("key", ["Meet", "meet coach", "-meet", "meet--coach", "meet_coach"])
def test_a_key_is_kebab_case_when_publishing(key: str) -> None:
    assert clean(KeyBlock(), key, draft=True) == key
    with pytest.raises(ValidationError, match="small letters"):
        clean(KeyBlock(), key)
    assert clean(KeyBlock(), "meet-your-coach-2") == "meet-your-coach-2"


def test_a_number_keeps_its_limits_when_publishing() -> None:
    block = WholeBlock(low=1, high=5)
    assert clean(block, 9, draft=True) == 9
    with pytest.raises(ValidationError, match="from 1 to 5"):
        clean(block, 9)
    assert clean(block, 5) == 5


def recall(**fields: Any) -> dict[str, Any]:
    return {"q": "Why?", "a": "So", "wrong": ["No", "Yes"], "why": "Since.", **fields}


@pytest.mark.parametrize("wrong", [["No"], ["No", "So"], ["No", "No"], ["No", "Yes", "Perhaps"]])
def test_a_recall_question_has_three_different_answers(wrong: list[str]) -> None:
    assert clean(RecallBlock(), recall(wrong=wrong), draft=True)["a"] == "So"
    with pytest.raises(ValidationError):
        clean(RecallBlock(), recall(wrong=wrong))
    assert list(clean(RecallBlock(), recall())["wrong"]) == ["No", "Yes"]


def figure(kind: str, *data: dict[str, Any]) -> dict[str, Any]:
    point = {"label": "One", "text": "", "value": None, "total": False, "x": None, "y": None}
    ends = {"low": "", "high": ""}
    return {
        "kind": kind, "title": "A figure", "alt": "In words.", "unit": "", "x_axis": ends, "y_axis": ends,
        "data": [point | item for item in data],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "right"),
    [("bar", {"value": 0.0}), ("line", {"value": 3.5}), ("steps", {"text": "x"}), ("quadrant", {"x": 1.0, "y": 0.0})],
)
def test_a_figure_needs_what_its_kind_draws(kind: str, right: dict[str, Any]) -> None:
    assert clean(FigureBlock(), figure(kind, right))["kind"] == kind
    assert clean(FigureBlock(), figure(kind, {}), draft=True)["kind"] == kind
    with pytest.raises(ValidationError) as caught:
        clean(FigureBlock(), figure(kind, {}))
    assert "Each mark" in said(caught.value)


@pytest.mark.parametrize(
    ("kind", "right"),
    [("bar", {"value": -2.0}), ("line", {"value": 3.5}), ("steps", {"text": "x"}), ("quadrant", {"x": 1.0, "y": 9.0})],
)
def test_a_figure_renders_and_leaves_out_unfinished_marks(kind: str, right: dict[str, Any]) -> None:
    block = FigureBlock()
    html = block.bind(block.normalize(figure(kind, right, {"label": "Unfinished"}))).render({"id": "x"})
    assert 'id="b-x"' in html
    assert "One" in html or kind == "line"
    assert "Unfinished" not in html


def test_the_stream_is_marked_when_it_was_cleaned_for_publishing() -> None:
    block = SkillsBlock(required=False)
    assert clean(block, [], draft=True).for_publishing is False
    assert clean(block, []).for_publishing is True
    assert not hasattr(block.normalize([]), "for_publishing")


# --- The set of blocks --------------------------------------------------------------------------------------------


def test_there_is_a_block_for_every_kind_of_step() -> None:
    assert set(StepsBlock().child_blocks) == set(StepKind.values)


def test_every_lesson_block_has_a_template_and_learning_blocks_a_preview() -> None:
    for name, block in LessonBodyBlock().child_blocks.items():
        assert block.get_template() == f"blocks/{name}.html"
        if name not in ("image", "document", "resource"):
            assert block.is_previewable, name
            html = block.bind(block.get_preview_value()).render({"id": "preview"})
            assert html.strip(), name


def test_text_is_escaped_wherever_an_author_may_write_it() -> None:
    evil = "<script>alert(1)</script>"
    block = LessonBodyBlock()
    values: dict[str, Any] = {
        "quote_rule": evil,
        "pause": {"prompt": evil},
        "tryit": {"prompt": evil, "takes_minutes": 1},
        "contrast": {"left": {"title": evil, "points": [evil]}, "right": {"title": evil, "points": [evil]}},
        "recall": recall(q=evil, a=evil, why=evil, wrong=[evil, "x"]),
        "figure": figure("steps", {"label": evil, "text": evil}) | {"title": evil, "alt": evil},
    }
    for name, value in values.items():
        child = block.child_blocks[name]
        html = child.bind(child.normalize(value)).render({"id": "x", "show_key": True})
        assert "<script" not in html, name
        assert "&lt;script" in html, name


# --- The linter of scenarios --------------------------------------------------------------------------------------


def option(key: str, to: str, points: int = 0, **fields: Any) -> ChoiceSpec:
    return ChoiceSpec(key, key, to, {"s": points}, {}, "Since.", **fields)


def decide(key: str, to: str, *choices: ChoiceSpec) -> NodeSpec:
    found = choices or (option("a", to, 2), option("bb", to, 0), option("c", to, -2))
    return NodeSpec(id=key, speaker="x", says="?", choices=found)


def graph(*nodes: NodeSpec, start: str = "one", skills: tuple[str, ...] = ("s",)) -> ScenarioSpec:
    meter = MeterSpec(0, -4, 4, tuple("abcde"))
    meters = dict.fromkeys(("trust", "margin", "time"), meter)
    return ScenarioSpec(basics.uid("x"), "x", "X", skills, 10, "B", start, meters, (), nodes)


END = NodeSpec(id="end", end="Over.", debrief="Look.", pass_at=0.7, otherwise="Hm.")


def remarks(spec: ScenarioSpec) -> str:
    return " ".join(str(finding) for finding in check_scenario(spec) if finding.refuses)


def test_a_sound_graph_has_no_remarks() -> None:
    assert remarks(graph(decide("one", "two"), decide("two", "end"), END)) == ""


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (
            graph(decide("one", "two"), decide("two", "end"), END, NodeSpec(id="far", end="x", debrief="")),
            "No route leads to far",
        ),
        (graph(decide("one", "two"), decide("two", "one"), END), "No way reaches an ending"),
        (
            graph(
                decide("one", "two"),
                decide("two", "", option("a", "one", 2), option("b", "end"), option("c", "end")),
                END,
            ),
            "A route can come back to one",
        ),
        (graph(decide("one", "two"), decide("two", "gone"), END), "two leads to gone"),
        (graph(decide("one", "two"), decide("two", "end")), "two leads to end"),
        (graph(END, start="nope"), "The start nope is not a node"),
        (
            graph(decide("one", "end", option("a", "end", 2), option("b", "end")), END),
            "one needs exactly three choices",
        ),
        (
            graph(decide("one", "end", option("a", "end", 0), option("b", "end", 2), option("c", "end")), END),
            "b scores higher on s than the first choice",
        ),
        (
            graph(
                decide("one", "end", option("a", "end", 2, critical=True), option("b", "end"), option("c", "end")), END
            ),
            "cannot be critical",
        ),
        (graph(decide("one", "end"), END), "scores s in 1 of its decisions"),
        (graph(decide("one", "two"), decide("two", "end"), END, skills=()), "s is no skill of this scenario"),
        (graph(decide("one", "two"), decide("two", "end"), decide("two", "end"), END), "names several nodes"),
    ],
)
def test_the_linter_names_what_is_wrong(spec: ScenarioSpec, sentence: str) -> None:
    assert sentence in remarks(spec)


def test_a_short_cut_past_a_scored_decision_is_found() -> None:
    """The best way scores the skill twice, a side way only once: no verdict for whoever takes it."""
    first = decide("one", "", option("a", "two", 2), option("b", "two"), option("c", "end"))
    assert "The route c scores s in 1 of its decisions" in remarks(graph(first, decide("two", "end"), END))


def test_the_linter_takes_a_long_chain() -> None:
    nodes = [decide(f"n{number}", f"n{number + 1}") for number in range(2_000)]
    end = NodeSpec(id="n2000", end="x", debrief="", pass_at=0.7, otherwise="x")
    assert remarks(graph(*nodes, end, start="n0")) == ""


@pytest.mark.django_db
def test_a_draft_scenario_with_holes_can_be_read() -> None:
    frame = cms.site()
    skill = cms.skill_source()
    node = cms.decision_block("one", "", skill, cms.speaker_source())
    node["value"] |= {"speaker": None, "says": ""}
    page = cms.scenario_page(frame, skill, live=False, nodes=[node, cms.raw("written", {
        "key": "", "task": "", "rubric": [], "look_for": [], "to": "",
    })])  # fmt: skip
    assert any(finding.refuses for finding in page.findings())
