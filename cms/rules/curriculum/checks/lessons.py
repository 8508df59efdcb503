"""Invariants 10 and 11, what only files can tell of them: Markdown, minutes, and recall over the whole curriculum."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cms.rules.curriculum.documents import (
    CourseDoc,
    Curriculum,
    ExampleDoc,
    LessonDoc,
    ParagraphDoc,
    QuestionDoc,
    RecallDoc,
)
from cms.rules.curriculum.source import Problem

_OTHER_MARKDOWN = re.compile(r"`|</?[a-zA-Z]|\]\(|^\s*(#|>|[-*+] |[0-9]+\. )", re.MULTILINE)


def _lessons(c: Curriculum) -> Iterator[LessonDoc]:
    for course in c.courses:
        yield from course.lessons


def check_markdown(c: Curriculum) -> Iterator[Problem]:
    """Paragraphs and examples use bold and italic, and no other Markdown."""
    for lesson in _lessons(c):
        for block in lesson.body:
            if isinstance(block, ParagraphDoc | ExampleDoc):
                if found := _OTHER_MARKDOWN.search(block.text):
                    message = f"Only **bold** and *italic* are used in texts; remove {found.group().strip()!r}."
                    yield block.problem(message, "text")
                if block.text.count("**") % 2:
                    yield block.problem("A ** has no partner in this text; close the bold words.", "text")


def check_course_minutes(c: Curriculum) -> Iterator[Problem]:
    """10: lessons and try-its fit into the minutes of their course."""
    for course in c.courses:
        needed = sum(lesson.minutes + lesson.try_it_minutes for lesson in course.lessons)
        if needed > course.minutes:
            yield course.problem(f"The lessons and try-its take {needed} minutes; raise `minutes` to that.", "minutes")


def check_recall_options(c: Curriculum) -> Iterator[Problem]:
    """11: the three options of a recall differ."""
    for recall in (*_course_recall(c.courses), *_lesson_recall(c.courses)):
        options = [option.casefold() for option in (recall.a, *recall.wrong)]
        if len(set(options)) < len(options):
            yield recall.problem("Two options of this recall are the same; change one.", "wrong")


def check_longest_answers(c: Curriculum) -> Iterator[Problem]:
    """11: the right answer is the longest in at most a third, in courses and in lessons alike."""
    for found, where in ((_course_recall(c.courses), "courses"), (_lesson_recall(c.courses), "lessons")):
        recalls = list(found)
        longest = [recall for recall in recalls if is_longest(recall)]
        for recall in longest[len(recalls) // 3 :]:
            message = (
                f"The right answer is the longest in {len(longest)} of {len(recalls)} recalls of "
                f"the {where}, more than a third; "
                "shorten it here or lengthen a wrong one."
            )
            yield recall.problem(message, "a")


def is_longest(recall: QuestionDoc) -> bool:
    """Whether the right answer is at least as long as both wrong ones."""
    return len(recall.a) >= max(len(option) for option in recall.wrong)


def _course_recall(courses: Iterable[CourseDoc]) -> Iterator[QuestionDoc]:
    for course in courses:
        yield from course.recall


def _lesson_recall(courses: Iterable[CourseDoc]) -> Iterator[RecallDoc]:
    for course in courses:
        for lesson in course.lessons:
            yield from lesson.recall
