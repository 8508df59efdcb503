"""What publishing hands to the record: each kind of content as the frozen spec of ``lms.rules.specs`` or
``assessments.rules.specs``. The files of a curriculum make the same ones (``cms.rules.curriculum.specs``).
"""

from collections.abc import Callable
from typing import Any

from cms.models import CalibrationSource, PathPage, RoleProfileSource, ScenarioPage, SkillSource, StandardPage

from .lessons import lesson_blocks, recall_specs
from .library import calibration_spec, role_spec, skill_spec
from .paths import path_spec
from .scenarios import scenario_spec
from .standards import standard_spec

__all__ = [
    "calibration_spec",
    "lesson_blocks",
    "path_spec",
    "recall_specs",
    "role_spec",
    "scenario_spec",
    "skill_spec",
    "spec_of",
    "standard_spec",
]

SPECS: dict[type, Callable[[Any], Any]] = {
    SkillSource: skill_spec,
    RoleProfileSource: role_spec,
    CalibrationSource: calibration_spec,
    ScenarioPage: scenario_spec,
    StandardPage: standard_spec,
    PathPage: path_spec,
}


def spec_of(content: object) -> Any:
    """The spec of a piece of content; None for a kind that has none (lessons are read live)."""
    make = SPECS.get(type(content))
    return make(content) if make is not None else None
