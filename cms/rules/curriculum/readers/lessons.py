"""Readers of courses in 2-learning.yaml and of lessons/<course>.yaml, and how the two become one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from cms.rules.curriculum.documents import (
    AxisDoc,
    BlockDoc,
    ContrastDoc,
    CourseDoc,
    ExampleDoc,
    FigureDoc,
    LessonDoc,
    ParagraphDoc,
    PauseDoc,
    PlacePointDoc,
    PointDoc,
    QuoteRuleDoc,
    RecallDoc,
    SideDoc,
    StepPointDoc,
    TryItDoc,
    ValuePointDoc,
)
from cms.rules.curriculum.fields import Fields, Place, list_of, number, one_of, slug, text, whole, yes_no
from cms.rules.curriculum.source import Problem
from cms.rules.numbers import LARGEST, MOST_MINUTES, MOST_TO_TRY


@dataclass(frozen=True, slots=True)
class LessonFile:
    """What one file in lessons/ holds; the gists are still empty."""

    course: str
    lessons: tuple[LessonDoc, ...]


def course(place: Place) -> CourseDoc:
    """A course of 2-learning.yaml; its lessons so far have slug, title and gist only."""
    with place.mapping() as m:
        return CourseDoc(
            at=m.at,
            slug=m.get("slug", slug),
            title=m.get("title", text),
            skills=m.get("skills", list_of(slug, 1)),
            minutes=m.get("minutes", whole(1, MOST_MINUTES)),
            lessons=m.get("lessons", list_of(_listed_lesson, 1)),
            recall=m.get("recall", list_of(_course_recall, 1)),
        )


def _listed_lesson(place: Place) -> LessonDoc:
    with place.mapping() as m:
        return LessonDoc(
            at=m.at,
            slug=m.get("slug", slug),
            title=m.get("title", text),
            gist=m.get("gist", text),
            skills=(),
            minutes=0,
            outcome="",
            body=(),
        )


def lesson_file(place: Place) -> LessonFile:
    with place.mapping() as m:
        return LessonFile(m.get("course", slug), m.get("lessons", list_of(_lesson, 1)))


def _lesson(place: Place) -> LessonDoc:
    with place.mapping() as m:
        return LessonDoc(
            at=m.at,
            slug=m.get("slug", slug),
            title=m.get("title", text),
            gist="",
            skills=m.get("skills", list_of(slug, 1)),
            minutes=m.get("minutes", whole(4, 8)),
            outcome=m.get("outcome", text),
            body=m.get("body", list_of(_block, 1)),
        )


def merge(listed: CourseDoc, written: LessonFile) -> CourseDoc:
    """The course with its written lessons in the listed order. Differences are for ``differences`` to name."""
    by_slug = {lesson.slug: lesson for lesson in written.lessons}
    lessons = (
        replace(by_slug[stub.slug], title=stub.title, gist=stub.gist) if stub.slug in by_slug else stub
        for stub in listed.lessons
    )
    return replace(listed, lessons=tuple(lessons))


def differences(listed: CourseDoc, written: LessonFile, file: str) -> Iterator[Problem]:
    """Where a lesson file does not have the same lessons, in the same order, as the list of courses."""
    if written.course != listed.slug:
        yield Problem(file, 1, f"`course` must be {listed.slug}, like the name of the file; change one of them.")
    theirs = {lesson.slug: lesson for lesson in written.lessons}
    ours = {lesson.slug: lesson for lesson in listed.lessons}
    for lesson in listed.lessons:
        if lesson.slug not in theirs:
            yield lesson.problem(
                f"The lesson {lesson.slug} is not written; add it to {file} or remove it here.", "slug"
            )
        elif theirs[lesson.slug].title != lesson.title:
            message = f"The title differs from {lesson.title!r} in {lesson.file}; use the same title in both."
            yield theirs[lesson.slug].problem(message, "title")
    for lesson in written.lessons:
        if lesson.slug not in ours:
            yield lesson.problem(
                f"The lesson {lesson.slug} is not in {listed.file}; add it there or remove it.", "slug"
            )
    if ours.keys() == theirs.keys() and list(ours) != list(theirs):
        moved = next(lesson for lesson, wanted in zip(written.lessons, ours, strict=False) if lesson.slug != wanted)
        yield moved.problem(f"The lessons stand in another order than in {listed.file}; use the same order.", "slug")


def _recall_fields(m: Fields) -> RecallDoc:
    return RecallDoc(
        at=m.at,
        id=m.get("id", slug),
        q=m.get("q", text),
        a=m.get("a", text),
        wrong=m.get("wrong", list_of(text, 2, 2)),
        why=m.get("why", text),
    )


def _course_recall(place: Place) -> RecallDoc:
    with place.mapping() as m:
        return _recall_fields(m)


def _contrast(m: Fields) -> ContrastDoc:
    return ContrastDoc(at=m.at, left=m.get("left", _side), right=m.get("right", _side))


def _side(place: Place) -> SideDoc:
    with place.mapping() as m:
        return SideDoc(at=m.at, title=m.get("title", text), points=m.get("points", list_of(text, 1)))


def _figure(m: Fields) -> FigureDoc:
    kind = m.get("kind", one_of(*_POINTS))
    charted, placed = kind in ("bar", "line"), kind == "quadrant"
    if not kind:
        m.accept_all()
    return FigureDoc(
        at=m.at,
        kind=kind,
        title=m.get("title", text),
        alt=m.get("alt", text),
        data=m.get("data", list_of(_POINTS[kind], 2)) if kind else (),
        unit=m.get("unit", text) if charted else None,
        x_axis=m.get("x_axis", _axis) if placed else None,
        y_axis=m.get("y_axis", _axis) if placed else None,
    )


def _axis(place: Place) -> AxisDoc:
    with place.mapping() as m:
        return AxisDoc(at=m.at, low=m.get("low", text), high=m.get("high", text))


def _bar(place: Place) -> PointDoc:
    with place.mapping() as m:
        total = m.maybe("total", yes_no) or False
        return ValuePointDoc(
            at=m.at, label=m.get("label", text), value=m.get("value", number(-LARGEST, LARGEST)), total=total
        )


def _line_point(place: Place) -> PointDoc:
    with place.mapping() as m:
        return ValuePointDoc(at=m.at, label=m.get("label", text), value=m.get("value", number(-LARGEST, LARGEST)))


def _step(place: Place) -> PointDoc:
    with place.mapping() as m:
        return StepPointDoc(at=m.at, label=m.get("label", text), text=m.get("text", text))


def _place(place: Place) -> PointDoc:
    share = number(0, 100)
    with place.mapping() as m:
        return PlacePointDoc(at=m.at, label=m.get("label", text), x=m.get("x", share), y=m.get("y", share))


_POINTS: dict[str, Callable[[Place], PointDoc]] = {
    "bar": _bar,
    "line": _line_point,
    "steps": _step,
    "quadrant": _place,
}

_BLOCKS: dict[str, Callable[[Fields], BlockDoc]] = {
    "paragraph": lambda m: ParagraphDoc(at=m.at, text=m.get("text", text)),
    "example": lambda m: ExampleDoc(at=m.at, title=m.get("title", text), text=m.get("text", text)),
    "contrast": _contrast,
    "figure": _figure,
    "pause": lambda m: PauseDoc(at=m.at, prompt=m.get("prompt", text)),
    "tryit": lambda m: TryItDoc(
        at=m.at, prompt=m.get("prompt", text), takes_minutes=m.get("takes_minutes", whole(1, MOST_TO_TRY))
    ),
    "recall": _recall_fields,
    "quote_rule": lambda m: QuoteRuleDoc(at=m.at, text=m.get("text", text)),
}


def _block(place: Place) -> BlockDoc:
    with place.mapping() as m:
        kind = m.get("type", one_of(*_BLOCKS))
        if not kind:
            m.accept_all()
            return ParagraphDoc(text="")
        return _BLOCKS[kind](m)
