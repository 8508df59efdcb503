"""Everything together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cms.rules.curriculum.documents.frame import RoleDoc, Scales, SkillDoc
from cms.rules.curriculum.documents.learning import (
    CalibrationSetDoc,
    DemonstrationDoc,
    ExternalDoc,
    PathDoc,
    PromptDoc,
)
from cms.rules.curriculum.documents.lessons import CourseDoc
from cms.rules.curriculum.documents.people import CompanyDoc, PersonDoc, TeamDoc
from cms.rules.curriculum.documents.programme import CohortDoc, CustomerDoc, NeedDoc, ProgrammeDoc
from cms.rules.curriculum.documents.scenarios import ScenarioDoc, SpeakerDoc

NOT_READ: Any = None
"""In the place of what a file of wrong form would hold; no check asks for it (``checks.CHECKS``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curriculum:
    """The whole curriculum, in the order of its files. ``gates`` maps talk, try, do and show to their value."""

    scales: Scales = NOT_READ
    gates: Mapping[str, int] = field(default_factory=dict)
    skills: tuple[SkillDoc, ...] = ()
    roles: tuple[RoleDoc, ...] = ()
    courses: tuple[CourseDoc, ...] = ()
    prompts: tuple[PromptDoc, ...] = ()
    externals: tuple[ExternalDoc, ...] = ()
    paths: tuple[PathDoc, ...] = ()
    demonstrations: tuple[DemonstrationDoc, ...] = ()
    calibration_sets: tuple[CalibrationSetDoc, ...] = ()
    score_rule: str = ""
    speakers: tuple[SpeakerDoc, ...] = ()
    scenarios: tuple[ScenarioDoc, ...] = ()
    customers: tuple[CustomerDoc, ...] = ()
    programme: ProgrammeDoc = NOT_READ
    needs: tuple[NeedDoc, ...] = ()
    cohort: CohortDoc = NOT_READ
    company: CompanyDoc = NOT_READ
    teams: tuple[TeamDoc, ...] = ()
    people: tuple[PersonDoc, ...] = ()
