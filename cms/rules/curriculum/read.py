"""From a folder to a ``Curriculum``, with every problem that can be found in one go."""

from __future__ import annotations

from pathlib import Path

from cms.rules.curriculum.checks import check_curriculum
from cms.rules.curriculum.documents import CourseDoc, Curriculum
from cms.rules.curriculum.documents.scenarios import SCORE_RULE
from cms.rules.curriculum.fields import Fields, Place, list_of, one_of
from cms.rules.curriculum.files import FRAME, LEARNING, LESSONS, PEOPLE, PROGRAMME, SCENARIOS
from cms.rules.curriculum.readers import frame, learning, lessons, people, programme, scenarios
from cms.rules.curriculum.source import Problem, load


def read_curriculum(folder: Path) -> tuple[Curriculum | None, list[Problem]]:
    """Read and check the curriculum in ``folder``; load it only when the list of problems is empty.

    Problems come sorted by file and line. The curriculum is ``None`` when the form of any file is wrong
    (not YAML, unknown or missing keys, wrong types); it is there, for tools that look at drafts, when only
    its meaning is: a dangling reference, days that do not rise. Files of wrong form do not hide what is
    wrong in others: each check runs when the files it reads are in form. Raises nothing for bad input.
    """
    problems: list[Problem] = []
    curriculum = _read(folder, problems)
    malformed = {LESSONS if problem.file.startswith(f"{LESSONS}/") else problem.file for problem in problems}
    problems.extend(check_curriculum(curriculum, without=malformed))
    return (None if malformed else curriculum), sorted(set(problems))


def _read(folder: Path, problems: list[Problem]) -> Curriculum:
    with _open(folder, FRAME, problems) as one, _open(folder, LEARNING, problems) as two:
        listed = two.get("courses", list_of(lessons.course, 1))
        courses = tuple(_with_lessons(folder, course, problems) for course in listed)
        _note_stray_files(folder, {course.slug for course in listed}, problems)
        with (
            _open(folder, SCENARIOS, problems) as three,
            _open(folder, PROGRAMME, problems) as four,
            _open(folder, PEOPLE, problems) as five,
        ):
            return Curriculum(
                scales=one.get("scales", frame.scales),
                gates=one.get("gates", frame.gates),
                skills=one.get("skills", list_of(frame.skill, 1)),
                roles=one.get("roles", list_of(frame.role, 1)),
                courses=courses,
                prompts=two.get("exchange_prompts", list_of(learning.prompt, 1)),
                externals=two.get("externals", list_of(learning.external)),
                paths=two.get("paths", list_of(learning.path, 1)),
                demonstrations=two.get("demonstrations", list_of(learning.demonstration, 1)),
                calibration_sets=two.get("calibration_sets", list_of(learning.calibration_set)),
                score_rule=three.get("score_rule", one_of(SCORE_RULE)),
                speakers=three.get("people", list_of(scenarios.speaker, 1)),
                scenarios=three.get("scenarios", list_of(scenarios.scenario, 1)),
                customers=four.get("customers", list_of(programme.customer, 1)),
                programme=four.get("programme", programme.programme),
                needs=four.get("needs", list_of(programme.need, 1)),
                cohort=four.get("cohort", programme.cohort),
                company=five.get("company", people.company),
                teams=five.get("teams", list_of(people.team, 1)),
                people=five.get("people", list_of(people.person, 1)),
            )


def _open(folder: Path, file: str, problems: list[Problem]) -> Fields:
    node, found = load(folder, file)
    problems.extend(found)
    return Place(file, file, node, problems).mapping()


def _with_lessons(folder: Path, course: CourseDoc, problems: list[Problem]) -> CourseDoc:
    """The course with what its own file in ``lessons/`` holds."""
    if not course.slug:
        return course
    file = f"{LESSONS}/{course.slug}.yaml"
    node, found = load(folder, file)
    written = lessons.lesson_file(Place(file, file, node, found))
    if not found:
        found.extend(lessons.differences(course, written, file))
    problems.extend(found)
    return lessons.merge(course, written)


def _note_stray_files(folder: Path, courses: set[str], problems: list[Problem]) -> None:
    """A file that nothing reads is most likely misnamed."""
    known = {FRAME, LEARNING, SCENARIOS, PROGRAMME, PEOPLE}
    for path in sorted(folder.glob("*.yaml")):
        if path.name not in known:
            problems.append(Problem(path.name, 1, "This file belongs to nothing; rename or remove it."))
    if "" in courses or not courses:
        return
    for path in sorted((folder / LESSONS).glob("*.yaml")):
        if path.stem not in courses:
            message = "No course has this name; name the file after the slug of a course, or remove it."
            problems.append(Problem(f"{LESSONS}/{path.name}", 1, message))
