"""Specs of the library: skills, role profiles, calibration sets and speakers."""

from __future__ import annotations

from decimal import Decimal

from assessments.rules.specs import CalibrationItemSpec, CalibrationSpec, SpeakerSpec
from cms.blocks.base import number
from cms.models import CalibrationSource, RoleProfileSource, SkillSource, SpeakerSource
from lms.rules.specs import IndicatorSpec, RequirementSpec, RoleProfileSpec, SkillSpec


def skill_spec(source: SkillSource) -> SkillSpec:
    """A skill with its bands. Queries: 0."""
    levels = {
        band.value["band"]: tuple(IndicatorSpec(item["key"], item["text"]) for item in band.value["indicators"])
        for band in source.levels
    }
    return SkillSpec(
        source.uid,
        source.slug,
        source.family,
        source.title,
        source.about,
        levels,
        source.not_this,
        source.prompt,
    )


def role_spec(source: RoleProfileSource) -> RoleProfileSpec:
    """A role profile with its requirements. Queries: at most 2 (skills, standards)."""
    lines = [child.value for child in source.requires]
    return RoleProfileSpec(
        source.uid,
        source.slug,
        source.title,
        Decimal(source.threshold),
        tuple(
            RequirementSpec(
                skill=line["skill"].slug,
                level=number(line["level"]),
                weight=number(line["weight"], 1),
                target_day=number(line["target_day"]),
                critical=bool(line["critical"]),
                standard=line["standard"].translation_key if line["standard"] else None,
            )
            for line in lines
            if line["skill"]
        ),
    )


def calibration_spec(source: CalibrationSource) -> CalibrationSpec:
    """A calibration set with its vignettes. Queries: at most 1 (the skill)."""
    return CalibrationSpec(
        uid=source.uid,
        slug=source.slug,
        title=source.title,
        skill=source.skill.slug if source.skill else "",
        kappa=source.kappa,
        max_bias=source.max_bias,
        min_items=source.min_items,
        items=tuple(
            CalibrationItemSpec(
                child.value["key"], child.value["vignette"], number(child.value["reference"]), child.value["why"]
            )
            for child in source.items
        ),
    )


def speaker_spec(source: SpeakerSource) -> SpeakerSpec:
    """Somebody who speaks in scenarios. Queries: 0."""
    return SpeakerSpec(source.slug, source.title, source.role, source.portrait)
