"""Invariants 10 and 11: what a lesson holds, how long it is, and recall that cannot be guessed from length."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction

from cms.rules.curriculum.documents import (
    BlockDoc,
    ContrastDoc,
    CourseDoc,
    Curriculum,
    ExampleDoc,
    FigureDoc,
    LessonDoc,
    ParagraphDoc,
    PauseDoc,
    PlacePointDoc,
    QuoteRuleDoc,
    RecallDoc,
    StepPointDoc,
    TryItDoc,
    ValuePointDoc,
)
from cms.rules.curriculum.source import Problem

BODY_WORDS = (300, 500)
PARAGRAPH_WORDS = (60, 160)
NEEDED: tuple[tuple[str, tuple[type[BlockDoc], ...]], ...] = (
    ("a paragraph", (ParagraphDoc,)),
    ("an example", (ExampleDoc,)),
    ("a recall", (RecallDoc,)),
    ("a quote_rule", (QuoteRuleDoc,)),
    ("a pause or a tryit", (PauseDoc, TryItDoc)),
    ("a contrast or a figure", (ContrastDoc, FigureDoc)),
)
_WORD = re.compile(r"\w[\w'’,.-]*")
_OTHER_MARKDOWN = re.compile(r"`|</?[a-zA-Z]|\]\(|^\s*(#|>|[-*+] |[0-9]+\. )", re.MULTILINE)


def words(text: str) -> int:
    """How many words a text has; figures count, signs that stand alone do not."""
    return len(_WORD.findall(text))


def body_words(lesson: LessonDoc) -> int:
    """The words that a reader meets in the body of a lesson, answers and alternatives included."""
    return sum(words(text) for block in lesson.body for text in _texts(block))


def _texts(block: BlockDoc) -> Iterator[str]:
    match block:
        case ParagraphDoc() | QuoteRuleDoc():
            yield block.text
        case ExampleDoc():
            yield from (block.title, block.text)
        case ContrastDoc(left=left, right=right):
            yield from (left.title, *left.points, right.title, *right.points)
        case PauseDoc() | TryItDoc():
            yield block.prompt
        case RecallDoc():
            yield from (block.q, block.a, *block.wrong, block.why)
        case FigureDoc():
            yield from (block.title, block.alt, block.unit or "")
            yield from (end for axis in (block.x_axis, block.y_axis) if axis for end in (axis.low, axis.high))
            for point in block.data:
                yield from (point.label, point.text) if isinstance(point, StepPointDoc) else (point.label,)


def _lessons(c: Curriculum) -> Iterator[LessonDoc]:
    for course in c.courses:
        yield from course.lessons


def check_blocks(c: Curriculum) -> Iterator[Problem]:
    """10: the blocks that no lesson goes without."""
    for lesson in _lessons(c):
        for wanted, types in NEEDED:
            if not any(isinstance(block, types) for block in lesson.body):
                yield lesson.problem(f"The lesson {lesson.slug} lacks {wanted}; add one.", "slug")


def check_lengths(c: Curriculum) -> Iterator[Problem]:
    """10: 300-500 words in a body, 60-160 in a paragraph."""
    for lesson in _lessons(c):
        total = body_words(lesson)
        if not BODY_WORDS[0] <= total <= BODY_WORDS[1]:
            message = f"The body of {lesson.slug} has {total} words; bring it to {BODY_WORDS[0]}-{BODY_WORDS[1]}."
            yield lesson.problem(message, "slug")
        for block in lesson.body:
            if isinstance(block, ParagraphDoc):
                count = words(block.text)
                if not PARAGRAPH_WORDS[0] <= count <= PARAGRAPH_WORDS[1]:
                    message = (
                        f"This paragraph has {count} words; bring it to {PARAGRAPH_WORDS[0]}-{PARAGRAPH_WORDS[1]}."
                    )
                    yield block.problem(message, "text")


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


def check_totals(c: Curriculum) -> Iterator[Problem]:
    """10: a total bar equals the sum of the bars before it; one axis mark per point."""
    for lesson in _lessons(c):
        for figure in lesson.body:
            if not isinstance(figure, FigureDoc):
                continue
            running = Fraction(0)
            for point in figure.data:
                if isinstance(point, ValuePointDoc):
                    value = Fraction(str(point.value))
                    if point.total and value != running:
                        message = f"This total must be {float(running):g}, the sum of the bars before it; change it."
                        yield point.problem(message, "value")
                    elif not point.total:
                        running += value
            for label, count in Counter(point.label for point in figure.data).items():
                if count > 1 and not any(isinstance(point, PlacePointDoc) for point in figure.data):
                    yield figure.problem(f"The label {label!r} stands {count} times; make the labels differ.", "data")


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


def is_longest(recall: RecallDoc) -> bool:
    """Whether the right answer is at least as long as both wrong ones."""
    return len(recall.a) >= max(len(option) for option in recall.wrong)


def _course_recall(courses: Iterable[CourseDoc]) -> Iterator[RecallDoc]:
    for course in courses:
        yield from course.recall


def _lesson_recall(courses: Iterable[CourseDoc]) -> Iterator[RecallDoc]:
    for course in courses:
        for lesson in course.lessons:
            yield from lesson.recall
