"""From a folder to a ``Curriculum``, with every problem that can be found in one go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from cms.rules.curriculum.checks import check_curriculum, part_of
from cms.rules.curriculum.documents import (
    CourseDoc,
    Curriculum,
    Doc,
    FrameFile,
    LearningFile,
    LessonDoc,
    LessonsFile,
    ListedCourseDoc,
    PeopleFile,
    ProgrammeFile,
    ScenariosFile,
    WrittenLessonDoc,
)
from cms.rules.curriculum.files import FRAME, LEARNING, LESSONS, PEOPLE, PROGRAMME, SCENARIOS
from cms.rules.curriculum.sentences import validate
from cms.rules.curriculum.source import Problem, load

D = TypeVar("D", bound=Doc)


def read_curriculum(folder: Path) -> tuple[Curriculum | None, list[Problem]]:
    """Read and check the curriculum in ``folder``; load it only when the list of problems is empty.

    Problems come sorted by file and line. The curriculum is ``None`` when the form of any file is wrong
    (not YAML, unknown or missing keys, wrong types); it is there, for tools that look at drafts, when only
    its meaning is: a dangling reference, days that do not rise. Files of wrong form do not hide what is
    wrong in others: each check runs when the files it reads are in form. Raises nothing for bad input.
    """
    problems: list[Problem] = []
    curriculum = _read(folder, problems)
    malformed = {part_of(problem.file) for problem in problems}
    problems.extend(check_curriculum(curriculum, without=malformed))
    return (None if malformed else curriculum), sorted(set(problems))


def _read(folder: Path, problems: list[Problem]) -> Curriculum:
    learning = _file(folder, LEARNING, LearningFile, problems)
    files = (
        _file(folder, FRAME, FrameFile, problems),
        learning,
        _file(folder, SCENARIOS, ScenariosFile, problems),
        _file(folder, PROGRAMME, ProgrammeFile, problems),
        _file(folder, PEOPLE, PeopleFile, problems),
    )
    parts = {name: value for file in files if file is not None for name, value in file}
    courses = _courses(folder, learning, problems)
    problems.extend(_stray_files(folder, learning))
    return Curriculum(**{**parts, "courses": courses})


def _file(folder: Path, name: str, kind: type[D], problems: list[Problem]) -> D | None:
    """One file as a document; none when its form is wrong."""
    node, found = load(folder, name)
    document = None
    if node is not None:
        document, wrong = validate(kind, name, node)
        found += wrong
    problems.extend(found)
    return None if found else document


def _courses(folder: Path, learning: LearningFile | None, problems: list[Problem]) -> tuple[CourseDoc, ...]:
    """The courses with their lessons. Without the list of courses, only the form of the lessons is looked at."""
    if learning is None:
        for path in sorted((folder / LESSONS).glob("*.yaml")):
            _file(folder, f"{LESSONS}/{path.name}", LessonsFile, problems)
        return ()
    courses = []
    for listed in learning.courses:
        file = f"{LESSONS}/{listed.slug}.yaml"
        written = _file(folder, file, LessonsFile, problems)
        if written is not None:
            problems.extend(_differences(listed, written, file))
        courses.append(_merged(listed, written.lessons if written is not None else ()))
    return tuple(courses)


def _merged(listed: ListedCourseDoc, written: Sequence[WrittenLessonDoc]) -> CourseDoc:
    """The course with its written lessons in the listed order. Differences are for ``_differences`` to name."""
    by_slug = {lesson.slug: lesson for lesson in written}
    lessons = tuple(
        by_slug[stub.slug].become(LessonDoc, title=stub.title, gist=stub.gist)
        for stub in listed.lessons
        if stub.slug in by_slug
    )
    return listed.become(CourseDoc, lessons=lessons)


def _differences(listed: ListedCourseDoc, written: LessonsFile, file: str) -> Iterator[Problem]:
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
    for written_lesson in written.lessons:
        if written_lesson.slug not in ours:
            yield written_lesson.problem(
                f"The lesson {written_lesson.slug} is not in {listed.file}; add it there or remove it.", "slug"
            )
    if ours.keys() == theirs.keys() and list(ours) != list(theirs):
        moved = next(lesson for lesson, wanted in zip(written.lessons, ours, strict=False) if lesson.slug != wanted)
        yield moved.problem(f"The lessons stand in another order than in {listed.file}; use the same order.", "slug")


def _stray_files(folder: Path, learning: LearningFile | None) -> Iterator[Problem]:
    """A file that nothing reads is most likely misnamed."""
    known = {FRAME, LEARNING, SCENARIOS, PROGRAMME, PEOPLE}
    for path in sorted(folder.glob("*.yaml")):
        if path.name not in known:
            yield Problem(path.name, 1, "This file belongs to nothing; rename or remove it.")
    if learning is None:
        return
    courses = {course.slug for course in learning.courses}
    for path in sorted((folder / LESSONS).glob("*.yaml")):
        if path.stem not in courses:
            message = "No course has this name; name the file after the slug of a course, or remove it."
            yield Problem(f"{LESSONS}/{path.name}", 1, message)
