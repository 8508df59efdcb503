"""Specs of scenarios. Tolerant of drafts, strict about nothing: ``cms.rules.scenario_lint`` is."""

from __future__ import annotations

from typing import Any

from assessments.rules.specs import ChoiceSpec, LookForSpec, MeterSpec, NodeSpec, ScenarioSpec
from cms.blocks.base import number, slugs, stream_slugs
from cms.models import ScenarioPage

from .library import speaker_spec


def scenario_spec(page: ScenarioPage) -> ScenarioSpec:
    """A scenario with its nodes. Queries: at most 5 (skills, speakers)."""
    return ScenarioSpec(
        uid=page.uid,
        slug=page.slug,
        title=page.title,
        skills=stream_slugs(page.skills),
        minutes=page.minutes,
        brief=page.brief,
        start=page.start,
        meters=_meters(page.meters),
        speakers=tuple(speaker_spec(speaker) for speaker in page.speakers()),
        nodes=_nodes(page.nodes),
    )


def _meters(value: Any) -> dict[str, MeterSpec]:
    """The meters by name; what a draft leaves open counts as 0."""
    return {
        child.value["name"]: MeterSpec(
            start=number(child.value["start"]),
            min=number(child.value["min"]),
            max=number(child.value["max"]),
            words=tuple(child.value["words"]),
        )
        for child in value
        if child.value["name"]
    }


def _nodes(value: Any) -> tuple[NodeSpec, ...]:
    """The nodes as specs; tolerant of drafts, strict about nothing (``cms.rules.scenario_lint`` is)."""
    readers = {"decision": _decision, "written": _written, "ending": _ending}
    return tuple(readers[child.block_type](child.value) for child in value)


def _decision(value: Any) -> NodeSpec:
    speaker = value["speaker"]
    return NodeSpec(
        id=value["key"],
        speaker=speaker.slug if speaker else "",
        mood=value["mood"] or "even",
        says=value["says"],
        ask_confidence=bool(value["ask_confidence"]),
        choices=tuple(_choice(choice) for choice in value["choices"]),
    )


def _choice(value: Any) -> ChoiceSpec:
    return ChoiceSpec(
        id=value["key"],
        text=value["text"],
        to=value["to"],
        score={line["skill"].slug: number(line["points"]) for line in value["score"] if line["skill"]},
        state={name: change for name, change in value["state"].items() if change is not None},
        why=value["why"],
        critical=bool(value["critical"]),
    )


def _written(value: Any) -> NodeSpec:
    return NodeSpec(
        id=value["key"],
        open=value["task"] or "…",
        rubric=slugs(value["rubric"]),
        look_for=tuple(LookForSpec(item["key"], item["text"]) for item in value["look_for"]),
        to=value["to"],
    )


def _ending(value: Any) -> NodeSpec:
    return NodeSpec(
        id=value["key"],
        end=value["end"],
        debrief=value["debrief"],
        pass_at=value["pass_at"],
        otherwise=value["otherwise"] or "",
    )
