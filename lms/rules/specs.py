"""What publishing hands down to the record: plain frozen descriptions, made by ``cms.services``, stored as versions.

Skills are named by slug, all other content by UUID. A field with ``metadata={"digest": False}`` is wording: it is
current for everybody
at once and stands outside the digest (see ``structure``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from .digest import plain

WORDING: Mapping[str, Any] = {"digest": False}


@dataclass(frozen=True, slots=True)
class IndicatorSpec:
    """One observable sign of a skill at a band."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class SkillSpec:
    """A skill: ``levels`` maps Foundation, Practitioner and Lead to their indicators."""

    uid: UUID
    slug: str
    family: str
    title: str
    about: str
    levels: Mapping[str, tuple[IndicatorSpec, ...]]
    not_this: str
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class RequirementSpec:
    """One line of a role profile; level 1-5, weight a whole number, target_day in days of the path."""

    skill: str
    level: int
    weight: int
    target_day: int
    critical: bool = False
    standard: UUID | None = None


@dataclass(frozen=True, slots=True)
class RoleProfileSpec:
    """A role profile; threshold is a share 0-1 of weight."""

    uid: UUID
    slug: str
    title: str
    threshold: Decimal
    requires: tuple[RequirementSpec, ...]


@dataclass(frozen=True, slots=True)
class LessonSpec:
    """A lesson of a course step: its tags and how many recall questions it asks."""

    uid: UUID
    skills: tuple[str, ...]
    recalls: int


@dataclass(frozen=True, slots=True)
class StepSpec:
    """A step of a path; ``unlock`` in the stored form of ``lms.rules.unlock``; minutes for the whole step."""

    uid: UUID
    kind: str
    content_uid: UUID | None
    required: bool
    start_day: int
    due_day: int
    minutes: int
    skills: tuple[str, ...]
    unlock: Mapping[str, Any] | None = None
    lessons: tuple[LessonSpec, ...] = ()
    title: str = field(default="", metadata=WORDING)


@dataclass(frozen=True, slots=True)
class MilestoneSpec:
    """A milestone with its steps in order."""

    uid: UUID
    day: int
    steps: tuple[StepSpec, ...]
    title: str = field(default="", metadata=WORDING)


@dataclass(frozen=True, slots=True)
class PathSpec:
    """A path; ``role`` is the slug of the role profile it leads to."""

    uid: UUID
    slug: str
    role: str
    milestones: tuple[MilestoneSpec, ...]
    title: str = field(default="", metadata=WORDING)

    @property
    def steps(self) -> tuple[StepSpec, ...]:
        """All steps in order."""
        return tuple(step for milestone in self.milestones for step in milestone.steps)


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """What a piece of content is called now, in one locale."""

    uid: UUID
    kind: str
    title: str
    locale: str = "en"
    summary: str = ""
    minutes: int = 0


def structure(spec: Any) -> Any:
    """The spec as plain values without its wording: what the digest of a version is taken over."""
    if dataclasses.is_dataclass(spec) and not isinstance(spec, type):
        return {
            item.name: structure(getattr(spec, item.name))
            for item in dataclasses.fields(spec)
            if item.metadata.get("digest", True)
        }
    if isinstance(spec, tuple):
        return [structure(item) for item in spec]
    return plain(spec)
