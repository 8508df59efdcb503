"""File 2 without its courses: the exchange, paths with unlocks, standards of demonstration, calibration."""

from __future__ import annotations

from dataclasses import dataclass

from cms.rules.curriculum.documents.base import Doc

KINDS_WITH_REF = ("course", "discussion", "practice", "demonstration", "calibration", "external")
KINDS_WITH_SKILLS = ("session", "commitment")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptDoc(Doc):
    """What the exchange asks about a skill."""

    skill: str
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalDoc(Doc):
    """Training that lives elsewhere. It counts for the path and opens no gate."""

    slug: str
    title: str
    about: str
    minutes: int
    done_by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafDoc(Doc):
    """One condition. ``kind`` is step or milestone (``ref`` is its id), skill (with gate and level) or day."""

    kind: str
    ref: str = ""
    gate: str | None = None
    level: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockDoc(Doc):
    """``mode`` is all, any or n_of; ``n`` goes with n_of only."""

    mode: str
    leaves: tuple[LeafDoc, ...]
    n: int | None = None

    @property
    def needed(self) -> int:
        """How many leaves must hold."""
        return {"all": len(self.leaves), "any": 1}.get(self.mode, self.n or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDoc(Doc):
    """A step of a path. ``ref`` names one thing, or is empty for sessions and commitments, which list
    ``skills``.
    """

    id: str
    kind: str
    ref: str
    skills: tuple[str, ...]
    title: str | None
    required: bool
    start_day: int
    due_day: int
    minutes: int
    unlock: UnlockDoc | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneDoc(Doc):
    id: str
    day: int
    title: str
    items: tuple[ItemDoc, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPracticeDoc(Doc):
    """A required skill that this path does not practise, and why."""

    skill: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathDoc(Doc):
    """``minutes`` sums the required items, ``minutes_optional`` the others."""

    slug: str
    title: str
    role: str
    minutes: int
    minutes_optional: int
    no_practice_on_path: tuple[NoPracticeDoc, ...]
    milestones: tuple[MilestoneDoc, ...]

    @property
    def items(self) -> tuple[ItemDoc, ...]:
        return tuple(item for milestone in self.milestones for item in milestone.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceDoc(Doc):
    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedLevelDoc(Doc):
    day: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDoc(Doc):
    """The evidence rule: minimum counts, the level that the ``latest`` must reach, and how many the coach
    may give.
    """

    observations: int
    observers: int
    contexts: int
    at_least: int
    latest: int
    window_days: int
    max_from_coach: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityDoc(Doc):
    valid_months: int
    use_every_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemonstrationDoc(Doc):
    """A standard. ``grants`` is the highest entrustment level that a sign-off on it may give per listed
    skill.
    """

    slug: str
    title: str
    skills: tuple[str, ...]
    grants: int
    risk: str
    signers: int
    where: tuple[str, ...]
    minutes: int
    about: str
    specification: str
    limits: str
    risk_if_fails: str
    indicators: tuple[str, ...]
    evidence: tuple[EvidenceDoc, ...]
    expected_level_by_day: tuple[ExpectedLevelDoc, ...]
    rule: RuleDoc
    validity: ValidityDoc


@dataclass(frozen=True, slots=True, kw_only=True)
class PassDoc(Doc):
    """When a calibration is passed. Below ``min_items`` the set teaches and decides nothing."""

    kappa: float
    max_bias: float
    min_items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VignetteDoc(Doc):
    id: str
    vignette: str
    reference: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationSetDoc(Doc):
    slug: str
    skill: str
    passing: PassDoc
    items: tuple[VignetteDoc, ...]
