"""Specs of paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cms.blocks.base import number, slugs, stream_slugs
from cms.models import CoursePage, PathPage
from cms.models.paths import missing_uid
from lms.rules.specs import LessonSpec, MilestoneSpec, PathSpec, StepSpec

from .lessons import lessons_of


def path_spec(page: PathPage) -> PathSpec:
    """A path with its wording. Queries: about 12 (targets by kind, lessons, their skills)."""
    uids = page.uids()
    lessons = lessons_of([child.value["target"] for child in page.steps() if child.block_type == "course"])
    milestones = tuple(
        MilestoneSpec(
            uid=page.uid_of(milestone),
            day=number(milestone.value["day"]),
            steps=tuple(_step(page.uid_of(child), child, uids, lessons) for child in milestone.value["steps"]),
            title=milestone.value["title"],
        )
        for milestone in page.milestones
    )
    return PathSpec(page.uid, page.slug, page.role.slug if page.role else "", milestones, page.title)


def _step(uid: UUID, child: Any, uids: Mapping[str, UUID], lessons: Mapping[int, tuple[LessonSpec, ...]]) -> StepSpec:
    value, target = child.value, child.value.get("target")
    held = lessons.get(target.pk, ()) if isinstance(target, CoursePage) else ()
    return StepSpec(
        uid=uid,
        kind=child.block_type,
        content_uid=target.uid if target is not None else None,
        required=bool(value["required"]),
        start_day=number(value["start_day"]),
        due_day=number(value["due_day"]),
        minutes=number(value["minutes"]) or int(getattr(target, "minutes", 0)),
        skills=_skills(child.block_type, value, target, held),
        unlock=_unlock(value["unlock"], uids),
        lessons=held,
        title=value.get("title") or (target.title if target is not None else ""),
    )


def _skills(kind: str, value: Any, target: Any, lessons: tuple[LessonSpec, ...]) -> tuple[str, ...]:
    if "skills" in value:
        return slugs(value["skills"])
    if kind == "course":
        return tuple(dict.fromkeys(skill for lesson in lessons for skill in lesson.skills))
    if kind == "discussion":
        return slugs([target])
    if kind == "calibration":
        return slugs([target.skill]) if target is not None else ()
    return stream_slugs(target.skills) if hasattr(target, "skills") else ()


def _unlock(value: Any, uids: Mapping[str, UUID]) -> dict[str, Any] | None:
    """The stored form of ``lms.rules.unlock``."""
    leaves: list[dict[str, Any]] = []
    for leaf in value["leaves"]:
        if leaf.block_type in ("step", "milestone"):
            leaves.append({leaf.block_type: str(uids.get(leaf.value) or missing_uid(leaf.value or ""))})
        elif leaf.block_type == "day":
            leaves.append({"day": number(leaf.value)})
        elif leaf.value["skill"] is not None:
            gate = {"skill": leaf.value["skill"].slug, "gate": leaf.value["gate"]}
            level = number(leaf.value["level"])
            leaves.append(gate | ({"level": level} if level else {}))
    if not leaves:
        return None
    mode = value["mode"] or "all"
    return {mode: leaves} | ({"n": value["n"]} if mode == "n_of" else {})
