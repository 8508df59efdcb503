"""File 1: scales, gates, skills and roles.

A *skill* has indicators in three bands. A *role* requires skills at an entrustment level, each with a
weight; a *critical* requirement must be met whatever share of the weight is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cms.rules.curriculum.documents.base import Doc

BANDS = ("Foundation", "Practitioner", "Lead")
FAMILIES = ("Technical", "Domain", "Soft")
GATES = ("talk", "try", "do", "show")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scales(Doc):
    """The words of the three scales. ``supervision_needed`` looks back, ``entrustment`` ahead; both have
    keys 1-5.
    """

    skill_level: tuple[str, ...]
    supervision_needed: Mapping[int, str]
    entrustment: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorDoc(Doc):
    """One thing that can be seen when somebody has the skill."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkDoc(Doc):
    """What opens the Talk gate: tagged lessons, and ``examples`` accepted or a share of recall answers
    right.
    """

    courses: tuple[str, ...]
    lessons_tagged: bool
    examples: int
    or_recall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillDoc(Doc):
    slug: str
    family: str
    title: str
    about: str
    levels: Mapping[str, tuple[IndicatorDoc, ...]]
    not_this: str
    talk: TalkDoc

    @property
    def indicators(self) -> tuple[IndicatorDoc, ...]:
        return tuple(indicator for band in self.levels.values() for indicator in band)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementDoc(Doc):
    """``standard`` names the demonstration that alone satisfies a critical requirement."""

    skill: str
    level: int
    weight: int
    target_day: int
    critical: bool = False
    standard: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDoc(Doc):
    """``threshold`` is the share of weight (0-1) that must be met."""

    slug: str
    title: str
    threshold: float
    requires: tuple[RequirementDoc, ...]

    def requirement(self, skill: str) -> RequirementDoc | None:
        return next((requirement for requirement in self.requires if requirement.skill == skill), None)
