"""Scenarios and recall questions, as an author would publish them.

Apart from ``judging``, as in the product: practice is private, and nobody judges it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from assessments.api import publish_recalls, publish_scenario
from assessments.models import RecallVersion, ScenarioVersion
from assessments.rules.specs import ChoiceSpec, LookForSpec, MeterSpec, NodeSpec, RecallSpec, ScenarioSpec, SpeakerSpec
from tests.factories import basics, paths

CURRICULUM = Path(__file__).resolve().parents[2] / "curriculum"


def _choices(node: str, skills: Sequence[str], best: str, weak: str, bad: str) -> tuple[ChoiceSpec, ...]:
    """Three choices of a decision, the best first, scoring every skill 2, 0 and -1; ids ``<node>-best|weak|bad``."""
    rows = (("best", best, 2, 2, False), ("weak", weak, 0, -1, False), ("bad", bad, -1, -3, True))
    return tuple(
        ChoiceSpec(
            id=f"{node}-{name}",
            text=f"Text of {node}-{name}.",
            to=to,
            score=dict.fromkeys(skills, points) if points else {},
            state={"trust": trust},
            why=f"Reason of {node}-{name}.",
            critical=risky,
        )
        for name, to, points, trust, risky in rows
    )


def scenario_spec(slug: str = "quay", skills: Sequence[str] = ("listening", "repair"), **fields: Any) -> ScenarioSpec:
    """first (asks how sure) > second > third (asks) > write > won; a weak first leads aside, the worst to lost."""
    decisions = (
        ("first", "second", "aside", "lost", True),
        ("aside", "second", "second", "lost", False),
        ("second", "third", "third", "third", False),
        ("third", "write", "write", "write", True),
    )
    nodes = [
        NodeSpec(
            id=name,
            speaker="ines",
            mood="cold",
            says=f"Words at {name}.",
            ask_confidence=asks,
            choices=_choices(name, skills, *ways),
        )
        for name, *ways, asks in decisions
    ]
    nodes += [
        NodeSpec(
            id="write",
            open="Task at write.",
            rubric=tuple(skills[:1]),
            look_for=tuple(LookForSpec(f"look-{n}", f"Look-for {n}.") for n in (1, 2, 3, 4)),
            to="won",
        ),
        NodeSpec(id="won", end="End at won.", debrief="Debrief at won.", pass_at=0.7, otherwise="Otherwise at won."),
        NodeSpec(id="lost", end="End at lost.", debrief="Debrief at lost."),
    ]
    values: dict[str, Any] = {
        "uid": basics.uid(slug),
        "slug": slug,
        "title": slug.replace("-", " ").capitalize(),
        "skills": tuple(skills),
        "minutes": 10,
        "brief": f"Brief of {slug}.",
        "start": "first",
        "meters": {"trust": MeterSpec(0, -4, 4, ("gone", "thin", "cautious", "growing", "solid"))},
        "speakers": (SpeakerSpec("ines", "Ines Calder", "Operations director", "portrait-ines-calder"),),
        "nodes": tuple(nodes),
    }
    return ScenarioSpec(**{**values, **fields})


def scenario(spec: ScenarioSpec | None = None, at: datetime = basics.MONDAY, **fields: Any) -> ScenarioVersion:
    """A published scenario; makes its skills."""
    spec = spec or scenario_spec(**fields)
    for slug in spec.skills:
        paths.skill(slug)
    publish_scenario(spec, at)
    return ScenarioVersion.objects.filter(scenario_uid=spec.uid).latest("number")


def curriculum_scenarios() -> list[ScenarioSpec]:
    """The scenarios of the starter curriculum, read plainly."""
    data = yaml.safe_load((CURRICULUM / "3-scenarios.yaml").read_text())
    speakers = tuple(SpeakerSpec(**person) for person in data["people"])
    return [_scenario_of(row, speakers) for row in data["scenarios"]]


def _scenario_of(row: dict[str, Any], speakers: tuple[SpeakerSpec, ...]) -> ScenarioSpec:
    nodes = tuple(
        NodeSpec(
            **{
                **node,
                "choices": tuple(ChoiceSpec(**{"score": {}, "state": {}, **item}) for item in node.get("choices", ())),
                "rubric": tuple(node.get("rubric", ())),
                "look_for": tuple(LookForSpec(**item) for item in node.get("look_for", ())),
            }
        )
        for node in row["nodes"]
    )
    meters = {name: MeterSpec(**{**meter, "words": tuple(meter["words"])}) for name, meter in row["meters"].items()}
    used = {node.speaker for node in nodes}
    return ScenarioSpec(
        **{
            **row,
            "uid": basics.uid(row["slug"]),
            "skills": tuple(row["skills"]),
            "meters": meters,
            "speakers": tuple(speaker for speaker in speakers if speaker.id in used),
            "nodes": nodes,
        }
    )


def recall_spec(name: str, **fields: Any) -> RecallSpec:
    """A question whose texts say what they are."""
    values: dict[str, Any] = {
        "uid": basics.uid(name),
        "q": f"Question {name}?",
        "a": f"Good text of {name}.",
        "wrong": (f"First text of {name}.", f"Other text of {name}."),
        "why": f"Reason of {name}.",
    }
    return RecallSpec(**{**values, **fields})


def published_recalls(owner_uid: UUID, *specs: RecallSpec, at: datetime = basics.MONDAY) -> list[RecallVersion]:
    """What a lesson or course asks now."""
    publish_recalls(owner_uid, specs, at)
    return list(RecallVersion.objects.filter(owner_uid=owner_uid, current=True))
