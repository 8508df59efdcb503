"""Invariants 5 and, for calibration sets, 12."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from assessments.rules.calibration import LEAST_ITEMS, LEAST_KAPPA, MOST_BIAS, above_floors
from cms.rules.curriculum.documents import Curriculum
from cms.rules.curriculum.source import Problem

LEAST_VIGNETTES = 12


def check_rules(c: Curriculum) -> Iterator[Problem]:
    """5: the counts of an evidence rule can be met together."""
    for standard in c.demonstrations:
        rule = standard.rule
        for key in ("observers", "latest", "contexts"):
            if getattr(rule, key) > rule.observations:
                message = f"`{key}` must be at most {rule.observations}, the number of observations; lower it."
                yield rule.problem(message, key)
        if rule.contexts > len(standard.where):
            message = f"`contexts` must be at most {len(standard.where)}, the number of places in `where`; lower it."
            yield rule.problem(message, "contexts")
        room = rule.observations - (rule.observers - 1)
        if rule.max_from_coach > room:
            message = f"`max_from_coach` must be at most {room}, which leaves room for the other observers; lower it."
            yield rule.problem(message, "max_from_coach")


def check_indicators_cover_skills(c: Curriculum) -> Iterator[Problem]:
    """5: each skill of a standard has an indicator in it, and every indicator belongs to one of these
    skills.
    """
    for standard in c.demonstrations:
        owners = [ref.split("/")[0] for ref in standard.indicators]
        for index, skill in enumerate(standard.skills):
            if skill not in owners:
                yield standard.problem(
                    f"No indicator of {skill} is listed; add one or remove the skill.", "skills", index
                )
        for index, owner in enumerate(owners):
            if owner not in standard.skills:
                message = f"This standard does not list the skill {owner}; remove the indicator or add the skill."
                yield standard.problem(message, "indicators", index)


def check_expected_levels(c: Curriculum) -> Iterator[Problem]:
    """Days and levels rise, and the last level is the one that the standard grants."""
    for standard in c.demonstrations:
        steps = standard.expected_level_by_day
        for before, after in pairwise(steps):
            if after.day <= before.day or after.level <= before.level:
                yield after.problem("Days and levels must rise from entry to entry; change this one.")
        if steps and steps[-1].level != standard.grants:
            yield steps[-1].problem(f"The last level must be {standard.grants}, as in `grants`; change one.", "level")


def check_calibration_sets(c: Curriculum) -> Iterator[Problem]:
    """12: at least 12 vignettes, and each of the five levels among their references."""
    for calibration in c.calibration_sets:
        if len(calibration.items) < LEAST_VIGNETTES:
            yield calibration.problem(f"A set needs at least {LEAST_VIGNETTES} vignettes; add some.", "items")
        passing = calibration.passing
        if not above_floors(LEAST_ITEMS, passing.kappa, passing.max_bias):
            message = f"`kappa` must be at least {LEAST_KAPPA} and `max_bias` at most {MOST_BIAS}; change them."
            yield passing.problem(message, "kappa")
        if calibration.passing.min_items > len(calibration.items):
            message = f"`min_items` must be at most {len(calibration.items)}, the number of vignettes; lower it."
            yield calibration.passing.problem(message, "min_items")
        for level in sorted(set(range(1, 6)) - {item.reference for item in calibration.items}):
            yield calibration.problem(f"No vignette has reference {level}; add one.", "items")
