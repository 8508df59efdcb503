"""Raw stream data of scenarios, standards and paths (see ``raw``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cms.rules.curriculum import documents as doc

from .raw import Keys, Raw, block, items


def meters(scenario: doc.ScenarioDoc) -> list[Raw]:
    """Trust, margin and time."""
    names = ("scenario", scenario.slug, "meter")
    return [
        block(
            "meter",
            {
                "name": name,
                "start": meter.start,
                "min": meter.min,
                "max": meter.max,
                "words": items(meter.words, *names, name),
            },
            *names,
            name,
        )
        for name, meter in scenario.meters.items()
    ]


def nodes(scenario: doc.ScenarioDoc, skill_keys: Keys, speaker_keys: Keys) -> list[Raw]:
    """The graph."""
    return [_node(node, scenario.slug, skill_keys, speaker_keys) for node in scenario.nodes]


def _node(node: doc.NodeDoc, slug: str, skill_keys: Keys, speaker_keys: Keys) -> Raw:
    names = ("scenario", slug, "node", node.id)
    match node:
        case doc.DecisionDoc():
            value = {
                "key": node.id,
                "speaker": speaker_keys[node.speaker],
                "mood": node.mood,
                "says": node.says,
                "ask_confidence": node.ask_confidence,
                "choices": items((_choice(choice, skill_keys, *names) for choice in node.choices), *names, "choice"),
            }
            return block("decision", value, *names)
        case doc.OpenDoc():
            look_for = ({"key": item.id, "text": item.text} for item in node.look_for)
            value = {
                "key": node.id,
                "task": node.task,
                "rubric": items((skill_keys[skill] for skill in node.rubric), *names, "rubric"),
                "look_for": items(look_for, *names, "look-for"),
                "to": node.to,
            }
            return block("written", value, *names)
        case doc.EndingDoc():
            value = {
                "key": node.id,
                "end": node.end,
                "debrief": node.debrief,
                "pass_at": node.pass_at,
                "otherwise": node.otherwise or "",
            }
            return block("ending", value, *names)


def _choice(choice: doc.ChoiceDoc, skill_keys: Keys, *names: object) -> Raw:
    score = ({"skill": skill_keys[skill], "points": points} for skill, points in choice.score.items())
    return {
        "key": choice.id,
        "text": choice.text,
        "to": choice.to,
        "score": items(score, *names, choice.id),
        "state": {name: choice.state.get(name) for name in ("trust", "margin", "time")},
        "critical": choice.critical,
        "why": choice.why,
    }


def where(standard: doc.DemonstrationDoc) -> list[Raw]:
    """Permitted contexts."""
    return [block("context", context, "standard", standard.slug, "where", context) for context in standard.where]


def indicators(standard: doc.DemonstrationDoc) -> list[Raw]:
    """Indicators, as skill/indicator."""
    return [block("indicator", key, "standard", standard.slug, "indicator", key) for key in standard.indicators]


def evidence(standard: doc.DemonstrationDoc) -> list[Raw]:
    """Evidence lines."""
    return [
        block("line", {"key": line.id, "text": line.text}, "standard", standard.slug, "evidence", line.id)
        for line in standard.evidence
    ]


def expected(standard: doc.DemonstrationDoc) -> list[Raw]:
    """Expected levels by day."""
    return [
        block("expected", {"day": item.day, "level": str(item.level)}, "standard", standard.slug, "expected", item.day)
        for item in standard.expected_level_by_day
    ]


def milestones(path: doc.PathDoc, targets: Mapping[str, Keys]) -> list[Raw]:
    """Milestones and steps. ``targets`` maps a kind of step to primary keys by slug, ``skill`` among them."""
    return [
        block(
            "milestone",
            {
                "key": milestone.id,
                "title": milestone.title,
                "day": milestone.day,
                "steps": [_step(item, path.slug, targets) for item in milestone.items],
            },
            "path", path.slug, "milestone", milestone.id,
        )
        for milestone in path.milestones
    ]  # fmt: skip


def _step(item: doc.AnyItemDoc, path: str, targets: Mapping[str, Keys]) -> Raw:
    names = ("path", path, "step", item.id)
    own: dict[str, Any]
    if item.kind in ("session", "commitment"):
        found = (targets["skill"][skill] for skill in item.skills)
        own = {"title": item.title or "", "skills": items(found, *names, "skill")}
        minutes: int | None = item.minutes
    else:
        own = {"target": targets[item.kind][item.ref]}
        # Those of what it is about, where that has any; a discussion or calibration says its own.
        minutes = item.minutes if item.kind in ("discussion", "calibration") else None
    value = {
        **own,
        "key": item.id,
        "required": item.required,
        "start_day": item.start_day,
        "due_day": item.due_day,
        "minutes": minutes,
        "unlock": _unlock(item.unlock, names, targets["skill"]),
    }
    return block(item.kind, value, *names)


def _unlock(unlock: doc.AnyUnlockDoc | None, names: tuple[object, ...], skill_keys: Keys) -> Raw:
    if unlock is None:
        return {"mode": "all", "n": None, "leaves": []}
    leaves = []
    for leaf in unlock.leaves:
        name = (*names, "unlock", leaf.kind, leaf.ref, getattr(leaf, "gate", None), getattr(leaf, "day", None))
        match leaf:
            case doc.SkillLeafDoc():
                value: object = {"skill": skill_keys[leaf.skill], "gate": leaf.gate, "level": str(leaf.level)}
            case doc.DayLeafDoc():
                value = leaf.day
            case _:
                value = leaf.ref
        leaves.append(block(leaf.kind, value, *name))
    return {"mode": unlock.mode, "n": getattr(unlock, "n", None), "leaves": leaves}


def no_practice(path: doc.PathDoc, skill_keys: Keys) -> list[Raw]:
    """Required skills that the path does not practise."""
    return [
        block("skill", {"skill": skill_keys[item.skill], "reason": item.reason}, "path", path.slug, "none", item.skill)
        for item in path.no_practice_on_path
    ]
