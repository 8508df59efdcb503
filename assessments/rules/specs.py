"""What publishing hands down to assessments: scenarios, recall questions, standards and calibration sets.

``from_json`` reads back what ``lms.rules.digest.plain`` wrote into a version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MeterSpec:
    """A state meter: whole numbers between min and max, shown as one of five words in equal bands."""

    start: int
    min: int
    max: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChoiceSpec:
    """One choice; ``score`` per skill slug (-2..2, absent 0), ``state`` per meter (change, absent 0)."""

    id: str
    text: str
    to: str
    score: Mapping[str, int]
    state: Mapping[str, int]
    why: str
    critical: bool = False


@dataclass(frozen=True, slots=True)
class LookForSpec:
    """One thing to look for in a written answer."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """A node: a decision (``choices``, the author's best first), a written answer (``open``) or an ending (``end``)."""

    id: str
    speaker: str = ""
    mood: str = "even"
    says: str = ""
    ask_confidence: bool = False
    choices: tuple[ChoiceSpec, ...] = ()
    open: str = ""
    rubric: tuple[str, ...] = ()
    look_for: tuple[LookForSpec, ...] = ()
    to: str = ""
    end: str = ""
    debrief: str = ""
    pass_at: float | None = None
    otherwise: str = ""

    @property
    def kind(self) -> str:
        """decision, open or ending."""
        return "decision" if self.choices else "open" if self.open else "ending"

    def choice(self, choice_id: str) -> ChoiceSpec | None:
        """The choice with that id."""
        return next((choice for choice in self.choices if choice.id == choice_id), None)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the stored form."""
        return cls(
            **{
                **data,
                "choices": tuple(ChoiceSpec(**item) for item in data["choices"]),
                "rubric": tuple(data["rubric"]),
                "look_for": tuple(LookForSpec(**item) for item in data["look_for"]),
            }
        )


@dataclass(frozen=True, slots=True)
class SpeakerSpec:
    """Who speaks in a scenario; ``portrait`` names a drawing."""

    id: str
    name: str
    role: str
    portrait: str


@dataclass(frozen=True, slots=True)
class ScenarioSpec:
    """A practice scenario."""

    uid: UUID
    slug: str
    title: str
    skills: tuple[str, ...]
    minutes: int
    brief: str
    start: str
    meters: Mapping[str, MeterSpec]
    speakers: tuple[SpeakerSpec, ...]
    nodes: tuple[NodeSpec, ...]

    def node(self, node_id: str) -> NodeSpec:
        """The node with that id; KeyError when there is none."""
        for node in self.nodes:
            if node.id == node_id:
                return node
        raise KeyError(node_id)

    def speaker(self, speaker_id: str) -> SpeakerSpec | None:
        """The speaker with that id."""
        return next((speaker for speaker in self.speakers if speaker.id == speaker_id), None)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the stored form."""
        return cls(
            **{
                **data,
                "uid": UUID(data["uid"]),
                "skills": tuple(data["skills"]),
                "meters": {
                    name: MeterSpec(**{**meter, "words": tuple(meter["words"])})
                    for name, meter in data["meters"].items()
                },
                "speakers": tuple(SpeakerSpec(**item) for item in data["speakers"]),
                "nodes": tuple(NodeSpec.from_json(item) for item in data["nodes"]),
            }
        )


@dataclass(frozen=True, slots=True)
class RecallSpec:
    """A recall question: ``a`` is right, ``wrong`` has two others, ``why`` is told after answering."""

    uid: UUID
    q: str
    a: str
    wrong: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class EvidenceRule:
    """The evidence rule of a standard as data (curriculum README, ``rule``)."""

    observations: int
    observers: int
    contexts: int
    at_least: int
    latest: int
    window_days: int
    max_from_coach: int


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One piece of evidence that the standard asks for."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class ExpectedLevel:
    """Which level is to be expected by which day of the new-hire path; guidance only."""

    day: int
    level: int


@dataclass(frozen=True, slots=True)
class StandardSpec:
    """A standard. ``indicators`` are "skill/indicator" ids; ``grants`` is the ceiling 1-5;."""

    uid: UUID
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
    evidence: tuple[EvidenceLine, ...]
    expected_level_by_day: tuple[ExpectedLevel, ...]
    rule: EvidenceRule
    valid_months: int
    use_every_months: int

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the stored form."""
        return cls(
            **{
                **data,
                "uid": UUID(data["uid"]),
                "skills": tuple(data["skills"]),
                "where": tuple(data["where"]),
                "indicators": tuple(data["indicators"]),
                "evidence": tuple(EvidenceLine(**item) for item in data["evidence"]),
                "expected_level_by_day": tuple(ExpectedLevel(**item) for item in data["expected_level_by_day"]),
                "rule": EvidenceRule(**data["rule"]),
            }
        )


@dataclass(frozen=True, slots=True)
class CalibrationItemSpec:
    """One vignette with its reference rating (supervision needed, 1-5) and the reason."""

    id: str
    vignette: str
    reference: int
    why: str


@dataclass(frozen=True, slots=True)
class CalibrationSpec:
    """A calibration set; ``kappa`` is quadratic weighted, at least; ``max_bias`` the mean difference, absolute, at
    most.
    """

    uid: UUID
    slug: str
    title: str
    skill: str
    kappa: float
    max_bias: float
    min_items: int
    items: tuple[CalibrationItemSpec, ...]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the stored form."""
        items = tuple(CalibrationItemSpec(**item) for item in data["items"])
        return cls(**{**data, "uid": UUID(data["uid"]), "items": items})
