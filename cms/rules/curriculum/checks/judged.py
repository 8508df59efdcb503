"""What publishing asks for, too: the documents as specs, the rules of publishing over them, and the lines of what they
find.

Advice stops a load like a refusal: nobody reads a panel beside a file. It runs when all references resolve.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cms.rules.curriculum.documents import Curriculum, Doc
from cms.rules.curriculum.source import Problem
from cms.rules.curriculum.specs import (
    calibration_spec,
    lesson_blocks,
    path_spec,
    role_spec,
    scenario_spec,
    skill_spec,
    standard_spec,
    uid,
)
from cms.rules.findings import Finding, Where
from cms.rules.lesson_lint import check_lesson
from cms.rules.path_lint import check_path
from cms.rules.scenario_lint import check_scenario
from cms.rules.source_lint import check_calibration, check_role, check_skill, check_standard

KEYS = {"steps": "items", "no_practice": "no_practice_on_path"}
"""What a spec calls otherwise than its document."""


def judge_skills(c: Curriculum) -> Iterator[Problem]:
    for skill in c.skills:
        yield from problems(skill, check_skill(skill_spec(skill)))


def judge_roles(c: Curriculum) -> Iterator[Problem]:
    skills_of = {uid("standard", standard.slug): standard.skills for standard in c.demonstrations}
    for role in c.roles:
        yield from problems(role, check_role(role_spec(role), skills_of))


def judge_standards(c: Curriculum) -> Iterator[Problem]:
    indicators = {skill.slug: {f"{skill.slug}/{item.id}" for item in skill.indicators} for skill in c.skills}
    for standard in c.demonstrations:
        known = {key for skill in standard.skills for key in indicators.get(skill, ())}
        yield from problems(standard, check_standard(standard_spec(standard), known))


def judge_calibration_sets(c: Curriculum) -> Iterator[Problem]:
    for found in c.calibration_sets:
        yield from problems(found, check_calibration(calibration_spec(found)))


def judge_lessons(c: Curriculum) -> Iterator[Problem]:
    for course in c.courses:
        for lesson in course.lessons:
            yield from problems(lesson, check_lesson(lesson_blocks(lesson), lambda kind: f"a {kind}"))


def judge_scenarios(c: Curriculum) -> Iterator[Problem]:
    for scenario in c.scenarios:
        yield from problems(scenario, check_scenario(scenario_spec(c, scenario)))


def judge_paths(c: Curriculum) -> Iterator[Problem]:
    standards = {standard.slug: standard for standard in c.demonstrations}
    for path in c.paths:
        spec, facts = path_spec(c, path)
        yield from problems(path, check_path(spec, facts), standards)


def problems(doc: Doc, findings: Iterable[Finding], content: Mapping[str, Doc] | None = None) -> Iterator[Problem]:
    """What was found in a document, each on its line. ``content``: what a step's ``ref`` leads to."""
    for finding in findings:
        yield _problem(doc, finding.message, finding.where, content or {})


def _problem(doc: Doc, message: str, where: Where, content: Mapping[str, Doc]) -> Problem:
    """Follow ``where`` through the documents as far as it leads; the key and the entry on the way are the line."""
    here: Any = doc
    key, entry = "", None
    for part in where:
        if isinstance(here, Doc):
            name = KEYS.get(str(part), str(part))
            if name == "content":
                doc = here = content[getattr(here, "ref", "")]
                key, entry = "", None
                continue
            if not hasattr(here, name):
                inner = getattr(here, "passing", None)
                if not hasattr(inner, name):
                    break
                here = inner
            doc, field = here, type(here).model_fields.get(name)
            key, entry, here = (field.alias if field and field.alias else name), None, getattr(here, name)
        elif isinstance(here, tuple | dict):
            entry, here = part, here[part]  # type: ignore[index]
        if isinstance(here, Doc):
            doc, key, entry = here, "", None
    return doc.problem(message, key, entry)
