"""What a well-formed curriculum must also fulfil: the numbered invariants of ``curriculum/README.md``.

| invariant | where |
|---|---|
| 1 references, unique keys (unknown and duplicate keys: ``source`` and ``fields``) | ``keys``, ``references`` |
| 2 paths make roles ready, 3 Talk and practice, 4 days, minutes, unlocks | ``paths``, ``unlocks`` |
| 5 evidence rules, 12 calibration sets | ``standards`` |
| 6 and 8 routes, 7 and 9 choices and scores (limits of numbers: ``readers``) | ``scenarios``, over ``routes`` |
| 10 lessons, 11 recall | ``lessons`` |
| 12 observers and signers, 13 gates, sign-offs, readiness, capacity | ``people`` |

A check is a function from a ``Curriculum`` to problems. It stays silent about what another check reports.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from cms.rules.curriculum.checks import (
    keys,
    lessons,
    paths,
    people,
    references,
    scenarios,
    standards,
    unlocks,
)
from cms.rules.curriculum.documents import Curriculum
from cms.rules.curriculum.files import FRAME, LEARNING, LESSONS, PEOPLE, PROGRAMME, SCENARIOS
from cms.rules.curriculum.source import Problem

__all__ = ["CHECKS", "check_curriculum"]

Check = Callable[[Curriculum], Iterator[Problem]]

# Every check with the parts that it reads; it runs when these are in form.
CHECKS: tuple[tuple[Check, frozenset[str]], ...] = (
    (keys.check_unique_frame, frozenset({FRAME})),
    (keys.check_unique_learning, frozenset({LEARNING})),
    (keys.check_unique_lessons, frozenset({LEARNING, LESSONS})),
    (keys.check_unique_scenarios, frozenset({SCENARIOS})),
    (keys.check_unique_programme, frozenset({PROGRAMME})),
    (keys.check_unique_people, frozenset({PEOPLE})),
    (references.check_requirements, frozenset({FRAME, LEARNING})),
    (references.check_courses, frozenset({FRAME, LEARNING, LESSONS})),
    (references.check_prompts, frozenset({FRAME, LEARNING})),
    (references.check_items, frozenset({FRAME, LEARNING, SCENARIOS})),
    (references.check_standards, frozenset({FRAME, LEARNING})),
    (references.check_scenarios, frozenset({FRAME, SCENARIOS})),
    (references.check_programme, frozenset({FRAME, LEARNING, PROGRAMME, PEOPLE})),
    (references.check_people, frozenset({FRAME, LEARNING, PEOPLE})),
    (references.check_hierarchies, frozenset({PEOPLE})),
    (references.check_states, frozenset({FRAME, LEARNING, SCENARIOS, PROGRAMME, PEOPLE})),
    (paths.check_path_makes_ready, frozenset({FRAME, LEARNING})),
    (paths.check_talk_on_path, frozenset({FRAME, LEARNING, LESSONS})),
    (paths.check_practice_on_path, frozenset({FRAME, LEARNING, SCENARIOS})),
    (paths.check_days, frozenset({LEARNING})),
    (paths.check_item_minutes, frozenset({LEARNING, SCENARIOS})),
    (paths.check_path_minutes, frozenset({LEARNING})),
    (paths.check_sessions, frozenset({LEARNING})),
    (unlocks.check_unlocks_point_back, frozenset({FRAME, LEARNING})),
    (unlocks.check_items_open, frozenset({LEARNING, SCENARIOS})),
    (standards.check_rules, frozenset({LEARNING})),
    (standards.check_indicators_cover_skills, frozenset({LEARNING})),
    (standards.check_expected_levels, frozenset({LEARNING})),
    (standards.check_calibration_sets, frozenset({LEARNING})),
    (scenarios.check_graph, frozenset({SCENARIOS})),
    (scenarios.check_routes, frozenset({SCENARIOS})),
    (scenarios.check_best_choice, frozenset({SCENARIOS})),
    (scenarios.check_skills_scored, frozenset({SCENARIOS})),
    (scenarios.check_confidence, frozenset({SCENARIOS})),
    (lessons.check_blocks, frozenset({LEARNING, LESSONS})),
    (lessons.check_lengths, frozenset({LEARNING, LESSONS})),
    (lessons.check_markdown, frozenset({LEARNING, LESSONS})),
    (lessons.check_totals, frozenset({LEARNING, LESSONS})),
    (lessons.check_course_minutes, frozenset({LEARNING, LESSONS})),
    (lessons.check_recall_options, frozenset({LEARNING, LESSONS})),
    (lessons.check_longest_answers, frozenset({LEARNING, LESSONS})),
    (people.check_observers, frozenset({LEARNING, PEOPLE})),
    (people.check_signers, frozenset({LEARNING, PEOPLE})),
    (people.check_signoff_levels, frozenset({LEARNING, PEOPLE})),
    (people.check_gates, frozenset({FRAME, LEARNING, PEOPLE})),
    (people.check_expected_readiness, frozenset({FRAME, PEOPLE})),
    (people.check_capacity, frozenset({PEOPLE})),
)


def check_curriculum(curriculum: Curriculum, *, without: Collection[str] = ()) -> list[Problem]:
    """Run every check that does not read one of the parts in ``without`` (those whose form is wrong)."""
    return [problem for check, parts in CHECKS if parts.isdisjoint(without) for problem in check(curriculum)]
