"""Documents of the curriculum as raw stream data, complete and with stable ids, so that a second load compares equal.

A block's id is a uuid5 of its place in the curriculum (kind, slug, key), never of its text or position.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cms.rules.curriculum import documents as doc
from cms.rules.curriculum.specs import uid

Raw = dict[str, Any]
Keys = Mapping[str, int]


def block(kind: str, value: Any, *names: object) -> Raw:
    """One block of a stream."""
    return {"type": kind, "value": value, "id": str(uid(*names))}


def items(values: Iterable[Any], *names: object) -> list[Raw]:
    """The items of a list block."""
    return [block("item", value, *names, index) for index, value in enumerate(values)]


def rich(text: str) -> str:
    """Markdown with bold and italic only, as the rich text that Wagtail's editor would store."""
    safe = html.escape(text.strip(), quote=False)
    safe = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", safe, flags=re.DOTALL)
    safe = re.sub(r"\*(.+?)\*", r"<i>\1</i>", safe, flags=re.DOTALL)
    return "".join(f"<p>{part.strip()}</p>" for part in re.split(r"\n+", safe) if part.strip())


def skills(slugs: Iterable[str], keys: Keys, *names: object) -> list[Raw]:
    """A stream of skills."""
    return [block("skill", keys[slug], *names, "skill", slug) for slug in slugs]


def levels(skill: doc.SkillDoc) -> list[Raw]:
    """The bands of a skill."""
    return [
        block(
            "band",
            {
                "band": band,
                "indicators": items(
                    ({"key": item.id, "text": item.text} for item in found), "skill", skill.slug, band
                ),
            },
            "skill", skill.slug, "band", band,
        )
        for band, found in skill.levels.items()
    ]  # fmt: skip


def requirements(role: doc.RoleDoc, skill_keys: Keys, standard_keys: Keys) -> list[Raw]:
    """The lines of a role profile."""
    return [
        block(
            "requirement",
            {
                "skill": skill_keys[line.skill],
                "level": str(line.level),
                "weight": line.weight,
                "target_day": line.target_day,
                "critical": line.critical,
                "standard": standard_keys[line.standard] if line.standard else None,
            },
            "role", role.slug, line.skill,
        )
        for line in role.requires
    ]  # fmt: skip


def vignettes(found: doc.CalibrationSetDoc) -> list[Raw]:
    """The items of a calibration set."""
    return [
        block(
            "vignette",
            {"key": item.id, "vignette": item.vignette, "reference": str(item.reference), "why": item.why},
            "calibration", found.slug, item.id,
        )
        for item in found.items
    ]  # fmt: skip


def recall(found: doc.QuestionDoc, *names: object) -> Raw:
    """A recall question; its uid in the record follows from page and block id."""
    value = {"q": found.q, "a": found.a, "wrong": items(found.wrong, *names, found.id, "wrong"), "why": found.why}
    return block("recall", value, *names, "recall", found.id)


def body(lesson: doc.LessonDoc) -> list[Raw]:
    """The body of a lesson."""
    return [_body_block(item, lesson.slug, index) for index, item in enumerate(lesson.body)]


def _body_block(item: doc.AnyBlockDoc, slug: str, index: int) -> Raw:
    names = ("lesson", slug, index)
    match item:
        case doc.RecallDoc():
            return recall(item, "lesson", slug)
        case doc.ParagraphDoc(text=text):
            return block("paragraph", rich(text), *names)
        case doc.ExampleDoc(title=title, text=text):
            return block("example", {"title": title, "text": rich(text)}, *names)
        case doc.ContrastDoc(left=left, right=right):
            value = {
                name: {"title": side.title, "points": items(side.points, *names, name)}
                for name, side in (("left", left), ("right", right))
            }
            return block("contrast", value, *names)
        case doc.FigureDoc():
            return block("figure", _figure(item, names), *names)
        case doc.PauseDoc(prompt=prompt):
            return block("pause", {"prompt": prompt}, *names)
        case doc.TryItDoc(prompt=prompt, takes_minutes=minutes):
            return block("tryit", {"prompt": prompt, "takes_minutes": minutes}, *names)
        case doc.QuoteRuleDoc(text=text):
            return block("quote_rule", text, *names)


def _figure(figure: doc.FigureDoc, names: Sequence[object]) -> Raw:
    empty = {"text": "", "value": None, "total": False, "x": None, "y": None}
    points: list[Raw] = []
    for point in figure.data:
        held = {name: getattr(point, name) for name in ("label", "text", "value", "total", "x", "y")
                if hasattr(point, name)}  # fmt: skip
        points.append(empty | held)
    axes = {
        name: {"low": axis.low if axis else "", "high": axis.high if axis else ""}
        for name in ("x_axis", "y_axis")
        for axis in (getattr(figure, name, None),)
    }
    return {
        "kind": figure.kind,
        "title": figure.title,
        "alt": figure.alt,
        "unit": getattr(figure, "unit", ""),
        "data": items(points, *names, "data"),
        **axes,
    }
