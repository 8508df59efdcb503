"""Library sources to versions: skills, role profiles, training elsewhere, calibration sets, speakers."""

from __future__ import annotations

from datetime import datetime

from assessments.api import publish_calibration
from cms.models import CalibrationSource, ExternalSource, RoleProfileSource, SkillSource, SpeakerSource
from cms.services.authoring.specs import calibration_spec, role_spec, skill_spec
from coaching.api import set_prompt
from lms.api import publish_role_profile, publish_skill, set_labels, skill_ids
from lms.rules.specs import LabelSpec


def compile_skill(source: SkillSource, at: datetime) -> int:
    """A skill version, its label, and its prompt in the exchange."""
    version = publish_skill(skill_spec(source), at)
    set_prompt(skill_ids()[source.slug], source.prompt, at)
    labels = set_labels([LabelSpec(source.uid, "skill", source.title, summary=source.about)])
    return int(version is not None) + labels


def compile_role(source: RoleProfileSource, at: datetime) -> int:
    """A role profile version. Raises KeyError for a skill that the record does not know."""
    return int(publish_role_profile(role_spec(source), at) is not None)


def compile_external(source: ExternalSource, at: datetime) -> int:
    """A label: there is nothing to compile in training that lives elsewhere."""
    return set_labels([LabelSpec(source.uid, "external", source.title, summary=source.about, minutes=source.minutes)])


def compile_calibration(source: CalibrationSource, at: datetime) -> int:
    """A version of the calibration set, and its label."""
    version = publish_calibration(calibration_spec(source), at)
    return int(version is not None) + set_labels([LabelSpec(source.uid, "calibration", source.title)])


def compile_speaker(source: SpeakerSource, at: datetime) -> int:
    """A speaker is part of the scenarios in which they speak; these are compiled after it."""
    return 0
