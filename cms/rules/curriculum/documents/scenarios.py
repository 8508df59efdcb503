"""File 3: practice scenarios. A scenario is a graph of decisions, written answers and endings."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, Tag, model_validator

from cms.rules.curriculum.documents.base import Doc, by_key, keyed
from cms.rules.curriculum.documents.values import Maybe, Share, Slug, Text, Whole, YesNo, entries, one_of, wrong
from cms.rules.numbers import MOST_MINUTES

METERS = ("trust", "margin", "time")
MOODS = ("warm", "even", "cold")
SCORE_RULE = "visited-v1"

MeterValue = Annotated[Whole, Field(ge=-100, le=100)]


class SpeakerDoc(Doc):
    id: Slug
    name: Text
    role: Text
    portrait: Slug


class MeterDoc(Doc):
    """Shown in ``words`` (five, worst to best); decides nothing."""

    start: MeterValue
    min: MeterValue
    max: MeterValue
    words: Annotated[tuple[Text, ...], entries(5, 5)]

    @model_validator(mode="after")
    def _starts_within(self) -> Self:
        if not (self.min <= self.start <= self.max and self.min < self.max):
            raise wrong("A meter must start between `min` and `max`, and `min` must be lower; change the numbers.")
        return self


class ChoiceDoc(Doc):
    """``score`` per skill and ``state`` per meter; a skill or meter that is absent counts as 0."""

    id: Slug
    text: Text
    to: Slug
    score: dict[str, Annotated[Whole, Field(ge=-2, le=2)]]
    state: Annotated[dict[str, MeterValue], keyed(*METERS)]
    why: Text
    critical: YesNo = False


class DecisionDoc(Doc):
    """The choice stored first is the author's best."""

    id: Slug
    speaker: Slug
    mood: Annotated[Text, one_of(*MOODS)]
    says: Text
    choices: Annotated[tuple[ChoiceDoc, ...], entries(3, 3)]
    ask_confidence: YesNo = False


class LookForDoc(Doc):
    id: Slug
    text: Text


class OpenDoc(Doc):
    """A written answer; it does not count in the score."""

    id: Slug
    task: Text = Field(alias="open")
    rubric: Annotated[tuple[Slug, ...], entries(1)]
    look_for: Annotated[tuple[LookForDoc, ...], entries(4, 4)]
    to: Slug


class EndingDoc(Doc):
    """An ending without ``pass_at`` is never a pass; ``otherwise`` is the text when the share stays below it."""

    together = ((("pass_at", "otherwise"), ("pass_at", "otherwise")),)

    id: Slug
    end: Text
    debrief: Text
    pass_at: Maybe[Share] = None
    otherwise: Maybe[Text] = None


NodeDoc = DecisionDoc | OpenDoc | EndingDoc


def _form(node: NodeDoc) -> str:
    return {DecisionDoc: "choices", OpenDoc: "open", EndingDoc: "end"}[type(node)]


AnyNodeDoc = Annotated[
    Annotated[DecisionDoc, Tag("~choices")] | Annotated[OpenDoc, Tag("~open")] | Annotated[EndingDoc, Tag("~end")],
    by_key(
        "A node must have exactly one of choices, open or end; keep the one that says what it is.",
        "choices", "open", "end",
        of=_form,
    ),
]  # fmt: skip


class ScenarioDoc(Doc):
    slug: Slug
    title: Text
    skills: Annotated[tuple[Slug, ...], entries(1)]
    minutes: Annotated[Whole, Field(ge=1, le=MOST_MINUTES)]
    brief: Text
    start: Slug
    meters: Annotated[dict[str, MeterDoc], keyed(*METERS, every=True)]
    nodes: Annotated[tuple[AnyNodeDoc, ...], entries(1)]


class ScenariosFile(Doc):
    """3-scenarios.yaml."""

    score_rule: Annotated[Text, one_of(SCORE_RULE)]
    speakers: Annotated[tuple[SpeakerDoc, ...], entries(1)] = Field(alias="people")
    scenarios: Annotated[tuple[ScenarioDoc, ...], entries(1)]
