"""Invariants 2, 3 and 4: a path can make its role ready, and its days and minutes add up."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from cms.rules.curriculum.documents import Curriculum, PathDoc, RequirementDoc, RoleDoc
from cms.rules.curriculum.source import Problem

LAST_DAY_OF_FIRST_SESSION = 7
LONGEST_GAP_BETWEEN_SESSIONS = 17


def _with_roles(c: Curriculum) -> Iterator[tuple[PathDoc, RoleDoc]]:
    roles = {role.slug: role for role in c.roles}
    for path in c.paths:
        if path.role in roles:
            yield path, roles[path.role]


def check_path_makes_ready(c: Curriculum) -> Iterator[Problem]:
    """2: for every requirement a demonstration on the path lists the skill, grants enough, and is due in
    time.
    """
    for path, role in _with_roles(c):
        for requirement in role.requires:
            yield from _check_requirement(c, path, requirement)


def _check_requirement(c: Curriculum, path: PathDoc, requirement: RequirementDoc) -> Iterator[Problem]:
    skill, level = requirement.skill, requirement.level
    standards = {standard.slug: standard for standard in c.demonstrations if skill in standard.skills}
    items = [item for item in path.items if item.kind == "demonstration" and item.ref in standards]
    if requirement.standard:
        items = [item for item in items if item.ref == requirement.standard]
    if not items:
        wanted = requirement.standard or f"a standard that lists {skill}"
        yield path.problem(f"No demonstration on this path is for {skill}; add {wanted}.", "slug")
        return
    granting = [item for item in items if standards[item.ref].grants >= level]
    if not granting:
        standard = standards[items[0].ref]
        message = f"The path {path.slug} needs level {level} in {skill}, which this does not grant; raise `grants`."
        yield standard.problem(message, "grants")
    elif all(item.due_day > requirement.target_day for item in granting):
        message = f"{skill} must be shown by day {requirement.target_day}; let this demonstration be due by then."
        yield granting[0].problem(message, "due_day")


def check_talk_on_path(c: Curriculum) -> Iterator[Problem]:
    """3: for every required skill a lesson on the path is tagged with it."""
    courses = {course.slug: course for course in c.courses}
    for path, role in _with_roles(c):
        tags = {
            skill
            for item in path.items
            if item.kind == "course" and item.ref in courses
            for lesson in courses[item.ref].lessons
            for skill in lesson.skills
        }
        for requirement in role.requires:
            if requirement.skill not in tags:
                message = f"No lesson on this path is tagged {requirement.skill}; add a course that has one."
                yield path.problem(message, "slug")


def check_practice_on_path(c: Curriculum) -> Iterator[Problem]:
    """3: for every required skill the path has a practice, or says why not; critical skills have no such
    way out.
    """
    scenarios = {scenario.slug: scenario for scenario in c.scenarios}
    for path, role in _with_roles(c):
        practised = {
            skill
            for item in path.items
            if item.kind == "practice" and item.ref in scenarios
            for skill in scenarios[item.ref].skills
        }
        excused = {exception.skill for exception in path.no_practice_on_path}
        for requirement in role.requires:
            if requirement.skill not in practised | excused:
                message = (
                    f"No practice on this path is for {requirement.skill}; add one or say why in `no_practice_on_path`."
                )
                yield path.problem(message, "slug")
        for exception in path.no_practice_on_path:
            needed = role.requirement(exception.skill)
            if exception.skill in practised or not needed:
                yield exception.problem(f"{exception.skill} needs no exception on this path; remove it.", "skill")
            elif needed.critical:
                yield exception.problem(f"{exception.skill} is critical; add a practice instead.", "skill")


def check_days(c: Curriculum) -> Iterator[Problem]:
    """4: milestone days rise; an item starts before it is due, and is due by the day of its milestone."""
    for path in c.paths:
        last = 0
        for milestone in path.milestones:
            if milestone.day <= last:
                yield milestone.problem(f"The days of milestones must rise; set a day after {last}.", "day")
            last = milestone.day
            for item in milestone.items:
                if item.start_day > item.due_day:
                    yield item.problem("`start_day` must not lie after `due_day`; change one.", "start_day")
                if item.due_day > milestone.day:
                    yield item.problem(
                        f"`due_day` must be at most {milestone.day}, the day of the milestone.", "due_day"
                    )


def check_item_minutes(c: Curriculum) -> Iterator[Problem]:
    """4: the minutes of an item equal those of what it refers to."""
    minutes: dict[tuple[str, str], int] = {}
    minutes.update({("course", course.slug): course.minutes for course in c.courses})
    minutes.update({("practice", scenario.slug): scenario.minutes for scenario in c.scenarios})
    minutes.update({("demonstration", standard.slug): standard.minutes for standard in c.demonstrations})
    minutes.update({("external", external.slug): external.minutes for external in c.externals})
    for path in c.paths:
        for item in path.items:
            wanted = minutes.get((item.kind, item.ref), item.minutes)
            if item.minutes != wanted:
                yield item.problem(f"`minutes` must be {wanted}, like those of {item.ref}; change one.", "minutes")


def check_path_minutes(c: Curriculum) -> Iterator[Problem]:
    """4: the minutes of a path are the sums of its items."""
    for path in c.paths:
        required = sum(item.minutes for item in path.items if item.required)
        optional = sum(item.minutes for item in path.items if not item.required)
        if path.minutes != required:
            yield path.problem(f"`minutes` must be {required}, the sum of the required items; change it.", "minutes")
        if path.minutes_optional != optional:
            message = f"`minutes_optional` must be {optional}, the sum of the other items; change it."
            yield path.problem(message, "minutes_optional")


def check_sessions(c: Curriculum) -> Iterator[Problem]:
    """4: the first coach session is due in week one, and each later one at most 17 days after the one
    before.
    """
    for path in c.paths:
        sessions = sorted((item for item in path.items if item.kind == "session"), key=lambda item: item.due_day)
        if not sessions:
            yield path.problem("This path has no session with a coach; add one in the first week.", "slug")
        elif sessions[0].due_day > LAST_DAY_OF_FIRST_SESSION:
            message = f"The first session must be due by day {LAST_DAY_OF_FIRST_SESSION}; let it be earlier."
            yield sessions[0].problem(message, "due_day")
        for before, after in pairwise(sessions):
            gap = after.due_day - before.due_day
            if gap > LONGEST_GAP_BETWEEN_SESSIONS:
                message = (
                    f"{gap} days lie between this session and {before.id}; add one between, at most 17 days apart."
                )
                yield after.problem(message, "due_day")
