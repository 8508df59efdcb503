"""File 3: practice scenarios. A scenario is a graph of decisions, written answers and endings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cms.rules.curriculum.documents.base import Doc

METERS = ("trust", "margin", "time")
MOODS = ("warm", "even", "cold")
SCORE_RULE = "visited-v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerDoc(Doc):
    id: str
    name: str
    role: str
    portrait: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterDoc(Doc):
    """Shown in ``words`` (five, worst to best); decides nothing."""

    start: int
    min: int
    max: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceDoc(Doc):
    """``score`` per skill and ``state`` per meter; a skill or meter that is absent counts as 0."""

    id: str
    text: str
    to: str
    score: Mapping[str, int]
    state: Mapping[str, int]
    why: str
    critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionDoc(Doc):
    """The choice stored first is the author's best."""

    id: str
    speaker: str
    mood: str
    says: str
    choices: tuple[ChoiceDoc, ...]
    ask_confidence: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LookForDoc(Doc):
    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDoc(Doc):
    """A written answer; it does not count in the score."""

    id: str
    task: str
    rubric: tuple[str, ...]
    look_for: tuple[LookForDoc, ...]
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingDoc(Doc):
    """An ending without ``pass_at`` is never a pass; ``otherwise`` is the text when the share stays below
    it.
    """

    id: str
    end: str
    debrief: str
    pass_at: float | None = None
    otherwise: str | None = None


NodeDoc = DecisionDoc | OpenDoc | EndingDoc


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioDoc(Doc):
    slug: str
    title: str
    skills: tuple[str, ...]
    minutes: int
    brief: str
    start: str
    meters: Mapping[str, MeterDoc]
    nodes: tuple[NodeDoc, ...]
