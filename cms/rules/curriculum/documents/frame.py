"""File 1: scales, gates, skills and roles.

A *skill* has indicators in three bands. A *role* requires skills at an entrustment level, each with a
weight; a *critical* requirement must be met whatever share of the weight is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from cms.rules.curriculum.documents.base import Doc, keyed
from cms.rules.curriculum.documents.values import Maybe, Share, Slug, Text, Whole, YesNo, entries, one_of, wrong
from cms.rules.numbers import LAST_DAY

BANDS = ("Foundation", "Practitioner", "Lead")
FAMILIES = ("Technical", "Domain", "Soft")
GATES = ("talk", "try", "do", "show")


def _in_order(bands: tuple[str, ...]) -> tuple[str, ...]:
    if bands != BANDS:
        raise wrong(f"`{{name}}` must be {', '.join(BANDS)} in this order; change it back.")
    return bands


def _rising(gates: Mapping[str, int]) -> Mapping[str, int]:
    values = [gates[gate] for gate in GATES]
    if values != sorted(set(values)) or values[-1] != 100:
        raise wrong("The values of the gates must rise from talk to show, and show must be 100; change them.")
    return gates


def _must_be_true(value: bool) -> bool:
    if not value:
        raise wrong("`{name}` must be true: the Talk gate rests on tagged lessons; change it.")
    return value


FiveWords = Annotated[dict[int, Text], keyed("1", "2", "3", "4", "5", every=True)]
Level = Annotated[Whole, Field(ge=1, le=5)]
Day = Annotated[Whole, Field(ge=1, le=LAST_DAY)]
Gates = Annotated[dict[str, Annotated[Whole, Field(ge=1, le=100)]], keyed(*GATES, every=True), AfterValidator(_rising)]
"""The value of each gate, rising to 100."""


class Scales(Doc):
    """The words of the three scales. ``supervision_needed`` looks back, ``entrustment`` ahead; both have keys 1-5."""

    skill_level: Annotated[tuple[Text, ...], entries(), AfterValidator(_in_order)]
    supervision_needed: FiveWords
    entrustment: FiveWords


class IndicatorDoc(Doc):
    """One thing that can be seen when somebody has the skill."""

    id: Slug
    text: Text


class TalkDoc(Doc):
    """What opens the Talk gate: tagged lessons, and examples accepted or a share of recall answers right."""

    courses: Annotated[tuple[Slug, ...], entries(1)]
    lessons_tagged: Annotated[YesNo, AfterValidator(_must_be_true)]
    contribution: Annotated[dict[str, Annotated[Whole, Field(ge=1)]], keyed("example", every=True)]
    or_recall: Share


class SkillDoc(Doc):
    slug: Slug
    family: Annotated[Text, one_of(*FAMILIES)]
    title: Text
    about: Text
    levels: Annotated[dict[str, Annotated[tuple[IndicatorDoc, ...], entries(2, 2)]], keyed(*BANDS, every=True)]
    not_this: Text
    talk: TalkDoc

    @property
    def indicators(self) -> tuple[IndicatorDoc, ...]:
        return tuple(indicator for band in BANDS for indicator in self.levels[band])


class RequirementDoc(Doc):
    """``standard`` names the demonstration that alone satisfies a critical requirement."""

    skill: Slug
    level: Level
    weight: Annotated[Whole, Field(ge=1, le=1000)]
    target_day: Day
    critical: YesNo = False
    standard: Maybe[Slug] = None


class RoleDoc(Doc):
    """``threshold`` is the share of weight (0-1) that must be met."""

    slug: Slug
    title: Text
    threshold: Share
    requires: Annotated[tuple[RequirementDoc, ...], entries(1)]

    def requirement(self, skill: str) -> RequirementDoc | None:
        return next((requirement for requirement in self.requires if requirement.skill == skill), None)


class FrameFile(Doc):
    """1-skills.yaml. ``gates`` maps talk, try, do and show to their value."""

    scales: Scales
    gates: Gates
    skills: Annotated[tuple[SkillDoc, ...], entries(1)]
    roles: Annotated[tuple[RoleDoc, ...], entries(1)]
