"""Courses and their lessons: a lesson is a list of blocks of eight types."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Tag

from cms.rules.curriculum.documents.base import Doc, by
from cms.rules.curriculum.documents.values import Number, Slug, Text, Whole, YesNo, entries
from cms.rules.numbers import LARGEST, MOST_MINUTES, MOST_TO_TRY

Slugs = Annotated[tuple[Slug, ...], entries(1)]
Amount = Annotated[Number, Field(ge=-LARGEST, le=LARGEST)]
Percent = Annotated[Number, Field(ge=0, le=100)]


class QuestionDoc(Doc):
    """A recall question. ``a`` is right, the two in ``wrong`` are not."""

    id: Slug
    q: Text
    a: Text
    wrong: Annotated[tuple[Text, ...], entries(2, 2)]
    why: Text


class BlockDoc(Doc):
    """A part of a lesson."""

    type: Text


class RecallDoc(QuestionDoc, BlockDoc):
    """A recall question within a lesson."""


class ParagraphDoc(BlockDoc):
    """``text`` is Markdown with bold and italic only."""

    text: Text


class ExampleDoc(BlockDoc):
    title: Text
    text: Text


class SideDoc(Doc):
    """One column of a contrast."""

    title: Text
    points: Annotated[tuple[Text, ...], entries(1)]


class ContrastDoc(BlockDoc):
    left: SideDoc
    right: SideDoc


class PointDoc(Doc):
    """A mark of a figure."""

    label: Text


class ValuePointDoc(PointDoc):
    """A point of a line, or a bar."""

    value: Amount


class BarPointDoc(ValuePointDoc):
    """A bar with ``total`` closes a waterfall: it is drawn from zero."""

    total: YesNo = False


class StepPointDoc(PointDoc):
    text: Text


class PlacePointDoc(PointDoc):
    """A place in a quadrant; ``x`` and ``y`` are 0-100."""

    x: Percent
    y: Percent


class AxisDoc(Doc):
    low: Text
    high: Text


class FigureDoc(BlockDoc):
    kind: Text
    title: Text
    alt: Text
    data: tuple[PointDoc, ...]


class BarsDoc(FigureDoc):
    unit: Text
    data: Annotated[tuple[BarPointDoc, ...], entries(2)]


class LineDoc(FigureDoc):
    unit: Text
    data: Annotated[tuple[ValuePointDoc, ...], entries(2)]


class StepsDoc(FigureDoc):
    data: Annotated[tuple[StepPointDoc, ...], entries(2)]


class QuadrantDoc(FigureDoc):
    data: Annotated[tuple[PlacePointDoc, ...], entries(2)]
    x_axis: AxisDoc
    y_axis: AxisDoc


AnyFigureDoc = Annotated[
    Annotated[BarsDoc, Tag("~bar")]
    | Annotated[LineDoc, Tag("~line")]
    | Annotated[StepsDoc, Tag("~steps")]
    | Annotated[QuadrantDoc, Tag("~quadrant")],
    by("kind", {kind: kind for kind in ("bar", "line", "steps", "quadrant")}),
]


class PauseDoc(BlockDoc):
    """A private question to think about."""

    prompt: Text


class TryItDoc(BlockDoc):
    """``takes_minutes`` comes on top of the minutes of the lesson."""

    prompt: Text
    takes_minutes: Annotated[Whole, Field(ge=1, le=MOST_TO_TRY)]


class QuoteRuleDoc(BlockDoc):
    text: Text


BLOCKS = ("paragraph", "example", "contrast", "figure", "pause", "tryit", "recall", "quote_rule")
AnyBlockDoc = Annotated[
    Annotated[ParagraphDoc, Tag("~paragraph")]
    | Annotated[ExampleDoc, Tag("~example")]
    | Annotated[ContrastDoc, Tag("~contrast")]
    | Annotated[AnyFigureDoc, Tag("~figure")]
    | Annotated[PauseDoc, Tag("~pause")]
    | Annotated[TryItDoc, Tag("~tryit")]
    | Annotated[RecallDoc, Tag("~recall")]
    | Annotated[QuoteRuleDoc, Tag("~quote_rule")],
    by("type", {name: name for name in BLOCKS}),
]


class ListedLessonDoc(Doc):
    """A lesson in the list of courses."""

    slug: Slug
    title: Text
    gist: Text


class WrittenLessonDoc(Doc):
    """A lesson in a file of its own course."""

    slug: Slug
    title: Text
    skills: Slugs
    minutes: Annotated[Whole, Field(ge=4, le=8)]
    outcome: Text
    body: Annotated[tuple[AnyBlockDoc, ...], entries(1)]

    @property
    def recall(self) -> tuple[RecallDoc, ...]:
        return tuple(block for block in self.body if isinstance(block, RecallDoc))

    @property
    def try_it_minutes(self) -> int:
        return sum(block.takes_minutes for block in self.body if isinstance(block, TryItDoc))


class LessonDoc(WrittenLessonDoc):
    """A lesson, from both its places: title and ``gist`` from the list of courses, the rest from its own file."""

    gist: Text


class LessonsFile(Doc):
    """What one file in lessons/ holds."""

    course: Slug
    lessons: Annotated[tuple[WrittenLessonDoc, ...], entries(1)]


class CourseBase(Doc):
    """``minutes`` cover lessons, try-its, recall and discussion."""

    slug: Slug
    title: Text
    skills: Slugs
    minutes: Annotated[Whole, Field(ge=1, le=MOST_MINUTES)]
    recall: Annotated[tuple[QuestionDoc, ...], entries(1)]


class ListedCourseDoc(CourseBase):
    """A course as 2-learning.yaml has it."""

    lessons: Annotated[tuple[ListedLessonDoc, ...], entries(1)]


class CourseDoc(CourseBase):
    """A course with its lessons."""

    lessons: tuple[LessonDoc, ...]
