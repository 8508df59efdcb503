"""Invariant 1, first half: slugs are unique within their kind, ids within their parent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter

from cms.rules.curriculum.documents import Curriculum, DecisionDoc, Doc, OpenDoc
from cms.rules.curriculum.source import Problem


def twice(docs: Iterable[Doc], key: str, within: str) -> Iterator[Problem]:
    """Documents whose ``key`` an earlier one has too; an optional key that is absent is no key."""
    seen: dict[str, Doc] = {}
    for doc in docs:
        value = attrgetter(key)(doc)
        if value in seen:
            message = f"The {key} {value} is used twice within {within} (first on line {seen[value].line}); change one."
            yield doc.problem(message, key)
        elif value is not None:
            seen[value] = doc


def repeated(doc: Doc, key: str) -> Iterator[Problem]:
    """Entries that stand twice in a list of plain words."""
    values: tuple[str, ...] = attrgetter(key)(doc)
    for index, value in enumerate(values):
        if value in values[:index]:
            yield doc.problem(f"`{key}` names {value} twice; remove one.", key, index)


def check_unique_frame(c: Curriculum) -> Iterator[Problem]:
    yield from twice(c.skills, "slug", "the skills")
    yield from twice(c.roles, "slug", "the roles")
    for skill in c.skills:
        yield from twice(skill.indicators, "id", f"the skill {skill.slug}")
        yield from repeated(skill.talk, "courses")
    for role in c.roles:
        yield from twice(role.requires, "skill", f"the role {role.slug}")


def check_unique_learning(c: Curriculum) -> Iterator[Problem]:
    for docs, kind in (
        (c.courses, "courses"),
        (c.externals, "externals"),
        (c.paths, "paths"),
        (c.demonstrations, "demonstrations"),
        (c.calibration_sets, "calibration sets"),
    ):
        yield from twice(docs, "slug", f"the {kind}")
    yield from twice(c.prompts, "skill", "the exchange prompts")
    for course in c.courses:
        yield from twice(course.recall, "id", f"the course {course.slug}")
        yield from repeated(course, "skills")
    for path in c.paths:
        yield from twice(path.milestones, "id", f"the path {path.slug}")
        yield from twice(path.items, "id", f"the path {path.slug}")
        for item in path.items:
            for index, skill in enumerate(item.skills):
                if skill in item.skills[:index]:
                    yield item.problem(f"`ref` names {skill} twice; remove one.", "ref", index)
    for standard in c.demonstrations:
        yield from twice(standard.evidence, "id", f"the standard {standard.slug}")
        for key in ("skills", "where", "indicators"):
            yield from repeated(standard, key)
    for calibration in c.calibration_sets:
        yield from twice(calibration.items, "id", f"the set {calibration.slug}")


def check_unique_lessons(c: Curriculum) -> Iterator[Problem]:
    yield from twice((lesson for course in c.courses for lesson in course.lessons), "slug", "all lessons")
    for course in c.courses:
        for lesson in course.lessons:
            yield from twice(lesson.recall, "id", f"the lesson {lesson.slug}")
            yield from repeated(lesson, "skills")


def check_unique_scenarios(c: Curriculum) -> Iterator[Problem]:
    yield from twice(c.speakers, "id", "the people of the scenarios")
    yield from twice(c.scenarios, "slug", "the scenarios")
    for scenario in c.scenarios:
        yield from repeated(scenario, "skills")
        yield from twice(scenario.nodes, "id", f"the scenario {scenario.slug}")
        for node in scenario.nodes:
            if isinstance(node, DecisionDoc):
                yield from twice(node.choices, "id", f"the node {node.id}")
            elif isinstance(node, OpenDoc):
                yield from twice(node.look_for, "id", f"the node {node.id}")
                yield from repeated(node, "rubric")


def check_unique_programme(c: Curriculum) -> Iterator[Problem]:
    yield from twice(c.customers, "slug", "the customers")
    yield from twice(c.needs, "id", "the needs")
    for key in ("success_measures", "milestones", "incentives_changed", "stopped", "monthly_rhythm.agenda"):
        yield from twice(attrgetter(key)(c.programme), "id", f"`{key.rsplit('.')[-1]}`")
    yield from repeated(c.cohort, "members")


def check_unique_people(c: Curriculum) -> Iterator[Problem]:
    yield from twice(c.teams, "slug", "the teams")
    for key in ("id", "email", "account"):
        yield from twice(c.people, key, "the people")
    for person in c.people:
        for key in ("languages", "duties", "observes"):
            yield from repeated(person, key)
