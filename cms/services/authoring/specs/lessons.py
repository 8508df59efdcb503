"""What the record keeps of lessons and courses: tags, and recall questions. Their wording is read live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.utils.html import strip_tags
from wagtail.models import Page

from assessments.rules.specs import RecallSpec
from cms.models import CoursePage, LessonPage, SkillSource
from cms.rules.lesson_lint import BlockSpec, MarkSpec
from lms.rules.specs import LessonSpec


def recall_specs(page: CoursePage | LessonPage) -> list[RecallSpec]:
    """The recall questions of a page, in order."""
    return [
        RecallSpec(
            uid=page.uid_of(child),
            q=child.value["q"],
            a=child.value["a"],
            wrong=tuple(child.value["wrong"]),
            why=child.value["why"],
        )
        for child in page.recorded_blocks()
    ]


def lesson_specs(lessons: Iterable[LessonPage]) -> list[LessonSpec]:
    """What a path version keeps of lessons: tags, and how many questions they ask. Queries: 1 for all tags."""
    pages = list(lessons)
    tags = {page.pk: [block["value"] for block in page.skills.raw_data] for page in pages}
    slugs = dict(
        SkillSource.objects.filter(pk__in={pk for found in tags.values() for pk in found}).values_list("pk", "slug")
    )
    return [
        LessonSpec(
            page.uid,
            tuple(dict.fromkeys(slugs[pk] for pk in tags[page.pk] if pk in slugs)),
            sum(block["type"] == "recall" for block in page.body.raw_data),
        )
        for page in pages
    ]


def lessons_of(courses: list[CoursePage | None]) -> dict[int, tuple[LessonSpec, ...]]:
    """Published lessons of courses in order, by the course's pk. Queries: at most 2."""
    paths = {course.path: course.pk for course in courses if course is not None}
    if not paths:
        return {}
    below = models.Q()
    for path in paths:
        below |= models.Q(path__startswith=path)
    lessons = list(LessonPage.objects.live().filter(below).order_by("path"))
    found: dict[int, list[LessonSpec]] = defaultdict(list)
    for lesson, spec in zip(lessons, lesson_specs(lessons), strict=True):
        found[paths[lesson.path[: -Page.steplen]]].append(spec)
    return {course: tuple(specs) for course, specs in found.items()}


def lesson_blocks(page: LessonPage) -> tuple[BlockSpec, ...]:
    """The blocks of a lesson with their words, a draft's too. Queries: 0."""
    return tuple(
        BlockSpec(child.block_type, tuple(filter(None, _texts(child.block_type, child.value))), _marks(child))
        for child in page.body
    )


def _texts(kind: str, value: Any) -> Iterator[str]:
    """What a reader meets in a block, as plain text."""
    match kind:
        case "paragraph":
            yield plain_text(value)
        case "quote_rule":
            yield value
        case "example":
            yield from (value["title"], plain_text(value["text"]))
        case "contrast":
            for side in (value["left"], value["right"]):
                yield from (side["title"], *side["points"])
        case "pause" | "tryit":
            yield value["prompt"]
        case "recall":
            yield from (value["q"], value["a"], *value["wrong"], value["why"])
        case "figure":
            yield from (value["title"], value["alt"], value["unit"])
            if value["kind"] == "quadrant":
                yield from (axis[end] for axis in (value["x_axis"], value["y_axis"]) for end in ("low", "high"))
            for point in value["data"]:
                yield from (point["label"], point["text"]) if value["kind"] == "steps" else (point["label"],)


def plain_text(value: Any) -> str:
    """Rich text without its markup; a tag between two words is a space."""
    return strip_tags(value.source.replace("<", " <")) if value else ""


def _marks(child: Any) -> tuple[MarkSpec, ...]:
    if child.block_type != "figure" or child.value["kind"] == "quadrant":
        return ()
    scaled = child.value["kind"] in ("bar", "line")
    return tuple(
        MarkSpec(point["label"], point["value"] if scaled else None, bool(point["total"] and scaled))
        for point in child.value["data"]
    )
