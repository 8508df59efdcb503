"""Courses and their lessons: a lesson is a list of blocks of eight types."""

from __future__ import annotations

from dataclasses import dataclass

from cms.rules.curriculum.documents.base import Doc


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallDoc(Doc):
    """A recall question, of a course or as a block of a lesson. ``a`` is right, the two in ``wrong`` are
    not.
    """

    id: str
    q: str
    a: str
    wrong: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParagraphDoc(Doc):
    """``text`` is Markdown with bold and italic only."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleDoc(Doc):
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SideDoc(Doc):
    """One column of a contrast."""

    title: str
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastDoc(Doc):
    left: SideDoc
    right: SideDoc


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuePointDoc(Doc):
    """A bar or a point of a line. A bar with ``total`` closes a waterfall: it is drawn from zero."""

    label: str
    value: float
    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPointDoc(Doc):
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePointDoc(Doc):
    """A place in a quadrant; ``x`` and ``y`` are 0-100."""

    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisDoc(Doc):
    low: str
    high: str


PointDoc = ValuePointDoc | StepPointDoc | PlacePointDoc


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureDoc(Doc):
    """``kind`` is bar, line, steps or quadrant; ``unit`` goes with bar and line, the axes with quadrant."""

    kind: str
    title: str
    alt: str
    data: tuple[PointDoc, ...]
    unit: str | None = None
    x_axis: AxisDoc | None = None
    y_axis: AxisDoc | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseDoc(Doc):
    """A private question to think about."""

    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TryItDoc(Doc):
    """``takes_minutes`` comes on top of the minutes of the lesson."""

    prompt: str
    takes_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRuleDoc(Doc):
    text: str


BlockDoc = ParagraphDoc | ExampleDoc | ContrastDoc | FigureDoc | PauseDoc | TryItDoc | RecallDoc | QuoteRuleDoc


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonDoc(Doc):
    """A lesson, from both its places: ``gist`` from the list of courses, the rest (and ``at``) from its own
    file.
    """

    slug: str
    title: str
    gist: str
    skills: tuple[str, ...]
    minutes: int
    outcome: str
    body: tuple[BlockDoc, ...]

    @property
    def recall(self) -> tuple[RecallDoc, ...]:
        return tuple(block for block in self.body if isinstance(block, RecallDoc))

    @property
    def try_it_minutes(self) -> int:
        return sum(block.takes_minutes for block in self.body if isinstance(block, TryItDoc))


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseDoc(Doc):
    """``minutes`` cover lessons, try-its, recall and discussion."""

    slug: str
    title: str
    skills: tuple[str, ...]
    minutes: int
    lessons: tuple[LessonDoc, ...]
    recall: tuple[RecallDoc, ...]
