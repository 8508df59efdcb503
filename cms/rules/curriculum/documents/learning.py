"""File 2: courses, the exchange, paths with unlocks, standards of demonstration, calibration."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, Tag

from cms.rules.curriculum.documents.base import Doc, by, by_key
from cms.rules.curriculum.documents.frame import Day, Level
from cms.rules.curriculum.documents.lessons import ListedCourseDoc
from cms.rules.curriculum.documents.values import (
    Maybe,
    Number,
    Share,
    Slug,
    Text,
    Whole,
    YesNo,
    entries,
    matching,
    one_of,
)
from cms.rules.numbers import MOST_ITEMS, MOST_MINUTES, MOST_MONTHS, MOST_OBSERVATIONS

KINDS_WITH_REF = ("course", "discussion", "practice", "demonstration", "calibration", "external")
KINDS_WITH_SKILLS = ("session", "commitment")

Minutes = Annotated[Whole, Field(ge=1, le=MOST_MINUTES)]
Count = Annotated[Whole, Field(ge=1, le=MOST_OBSERVATIONS)]
Months = Annotated[Whole, Field(ge=1, le=MOST_MONTHS)]


class PromptDoc(Doc):
    """What the exchange asks about a skill."""

    skill: Slug
    prompt: Text


class ExternalDoc(Doc):
    """Training that lives elsewhere. It counts for the path and opens no gate."""

    slug: Slug
    title: Text
    about: Text
    minutes: Minutes
    done_by: Annotated[Text, one_of("manager")]
    note: Text


class LeafDoc(Doc):
    """One condition. ``kind`` is step or milestone (``ref`` is its id), skill (``ref`` is its slug) or day."""

    kind: ClassVar[str]

    @property
    def ref(self) -> str:
        return str(getattr(self, self.kind))


class StepLeafDoc(LeafDoc):
    kind: ClassVar[str] = "step"
    step: Slug


class MilestoneLeafDoc(LeafDoc):
    kind: ClassVar[str] = "milestone"
    milestone: Slug


class SkillLeafDoc(LeafDoc):
    kind: ClassVar[str] = "skill"
    skill: Slug
    gate: Annotated[Text, one_of("try", "do", "show")]
    level: Level


class DayLeafDoc(LeafDoc):
    kind: ClassVar[str] = "day"
    day: Day

    @property
    def ref(self) -> str:
        return ""


AnyLeafDoc = Annotated[
    Annotated[StepLeafDoc, Tag("~step")]
    | Annotated[MilestoneLeafDoc, Tag("~milestone")]
    | Annotated[SkillLeafDoc, Tag("~skill")]
    | Annotated[DayLeafDoc, Tag("~day")],
    by_key(
        "A condition must have exactly one of step, milestone, skill or day; write one condition per brace.",
        "step", "milestone", "skill", "day",
        of=lambda leaf: leaf.kind,
    ),
]  # fmt: skip
Leaves = Annotated[tuple[AnyLeafDoc, ...], entries(1)]


class UnlockDoc(Doc):
    """So many leaves must hold: ``needed`` of them."""

    mode: ClassVar[str]
    leaves: Leaves

    @property
    def needed(self) -> int:
        return len(self.leaves)


class AllOfDoc(UnlockDoc):
    mode: ClassVar[str] = "all"
    leaves: Leaves = Field(alias="all")


class AnyOfDoc(UnlockDoc):
    mode: ClassVar[str] = "any"
    leaves: Leaves = Field(alias="any")

    @property
    def needed(self) -> int:
        return 1


class SomeOfDoc(UnlockDoc):
    mode: ClassVar[str] = "n_of"
    leaves: Leaves = Field(alias="n_of")
    n: Annotated[Whole, Field(ge=1)]

    @property
    def needed(self) -> int:
        return self.n


AnyUnlockDoc = Annotated[
    Annotated[AllOfDoc, Tag("~all")] | Annotated[AnyOfDoc, Tag("~any")] | Annotated[SomeOfDoc, Tag("~n_of")],
    by_key(
        "An unlock must have exactly one of all, any or n_of; keep one of them.",
        "all", "any", "n_of",
        of=lambda unlock: unlock.mode,
    ),
]  # fmt: skip


class ItemDoc(Doc):
    """A step of a path."""

    id: Slug
    kind: Text
    required: YesNo
    start_day: Day
    due_day: Day
    minutes: Minutes
    unlock: Maybe[AnyUnlockDoc] = None


class TargetItemDoc(ItemDoc):
    """A step that is about one thing, and has its title and skills."""

    ref: Slug
    skills: ClassVar[tuple[str, ...]] = ()
    title: ClassVar[str | None] = None


class SkillsItemDoc(ItemDoc):
    """A session or a commitment: it has a title of its own and lists skills."""

    skills: Annotated[tuple[Slug, ...], entries(1)] = Field(alias="ref")
    title: Text
    ref: ClassVar[str] = ""


AnyItemDoc = Annotated[
    Annotated[TargetItemDoc, Tag("~target")] | Annotated[SkillsItemDoc, Tag("~skills")],
    by("kind", dict.fromkeys(KINDS_WITH_REF, "target") | dict.fromkeys(KINDS_WITH_SKILLS, "skills")),
]


class MilestoneDoc(Doc):
    id: Slug
    day: Day
    title: Text
    items: Annotated[tuple[AnyItemDoc, ...], entries(1)]


class NoPracticeDoc(Doc):
    """A required skill that this path does not practise, and why."""

    skill: Slug
    reason: Text


class PathDoc(Doc):
    """``minutes`` sums the required items, ``minutes_optional`` the others."""

    slug: Slug
    title: Text
    role: Slug
    minutes: Annotated[Whole, Field(ge=0)]
    minutes_optional: Annotated[Whole, Field(ge=0)]
    no_practice_on_path: Annotated[tuple[NoPracticeDoc, ...], entries()]
    milestones: Annotated[tuple[MilestoneDoc, ...], entries(1)]

    @property
    def items(self) -> tuple[TargetItemDoc | SkillsItemDoc, ...]:
        return tuple(item for milestone in self.milestones for item in milestone.items)


class EvidenceDoc(Doc):
    id: Slug
    text: Text


class ExpectedLevelDoc(Doc):
    day: Day
    level: Level


class RuleDoc(Doc):
    """The evidence rule: minimum counts, the level that the ``latest`` must reach, and how many the coach may give."""

    observations: Count
    observers: Count
    contexts: Count
    at_least: Level
    latest: Count
    window_days: Day
    max_from_coach: Annotated[Whole, Field(ge=0, le=MOST_OBSERVATIONS)]


class ValidityDoc(Doc):
    valid_months: Months
    use_every_months: Months


class DemonstrationDoc(Doc):
    """A standard. ``grants`` is the highest entrustment level that a sign-off on it may give per listed skill."""

    slug: Slug
    title: Text
    skills: Annotated[tuple[Slug, ...], entries(1)]
    grants: Level
    risk: Annotated[Text, one_of("low", "standard", "high")]
    signers: Annotated[Whole, Field(ge=1, le=1)]
    where: Annotated[tuple[Text, ...], entries(1)]
    minutes: Minutes
    about: Text
    specification: Text
    limits: Text
    risk_if_fails: Text
    indicators: Annotated[
        tuple[
            Annotated[
                Text, matching(r"[a-z0-9-]+/[a-z0-9-]+", "a skill and an indicator such as discovery/plays-back", 200)
            ],
            ...,
        ],
        entries(1),
    ]
    evidence: Annotated[tuple[EvidenceDoc, ...], entries(1)]
    expected_level_by_day: Annotated[tuple[ExpectedLevelDoc, ...], entries(1)]
    rule: RuleDoc
    validity: ValidityDoc


class PassDoc(Doc):
    """When a calibration is passed. Below ``min_items`` the set teaches and decides nothing."""

    kappa: Share
    max_bias: Annotated[Number, Field(ge=0, le=4)]
    min_items: Annotated[Whole, Field(ge=1, le=MOST_ITEMS)]


class VignetteDoc(Doc):
    id: Slug
    vignette: Text
    reference: Level
    why: Text


class CalibrationSetDoc(Doc):
    slug: Slug
    skill: Slug
    passing: PassDoc = Field(alias="pass")
    items: Annotated[tuple[VignetteDoc, ...], entries(1)]


class LearningFile(Doc):
    """2-learning.yaml."""

    courses: Annotated[tuple[ListedCourseDoc, ...], entries(1)]
    prompts: Annotated[tuple[PromptDoc, ...], entries(1)] = Field(alias="exchange_prompts")
    externals: Annotated[tuple[ExternalDoc, ...], entries()]
    paths: Annotated[tuple[PathDoc, ...], entries(1)]
    demonstrations: Annotated[tuple[DemonstrationDoc, ...], entries(1)]
    calibration_sets: Annotated[tuple[CalibrationSetDoc, ...], entries()]
