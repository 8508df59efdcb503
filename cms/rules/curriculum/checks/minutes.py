"""Invariant 4, on minutes: those of an item are those of what it is about, and those of a path their sum.

Only files can get this wrong: a path in the editor has the minutes of its steps.
"""

from __future__ import annotations

from collections.abc import Iterator

from cms.rules.curriculum.documents import Curriculum
from cms.rules.curriculum.source import Problem


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
