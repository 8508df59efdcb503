"""What a well-formed curriculum must also fulfil: the numbered invariants of ``curriculum/README.md``.

| invariant | where |
|---|---|
| 1 references, unique keys (unknown and duplicate keys: ``source`` and ``documents``) | ``keys``, ``references`` |
| 2 to 10 and 12: what may be published | ``judged``, by the rules of publishing |
| 4 minutes | ``minutes`` |
| 10 Markdown and minutes, 11 recall | ``lessons`` |
| 12 observers and signers, 13 gates, sign-offs, readiness, capacity | ``people`` |

A check is a function from a ``Curriculum`` to problems. It stays silent about what another check reports.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from cms.rules.curriculum.checks import judged, keys, lessons, minutes, people, references
from cms.rules.curriculum.documents import Curriculum
from cms.rules.curriculum.files import FRAME, LEARNING, LESSONS, PEOPLE, PROGRAMME, SCENARIOS
from cms.rules.curriculum.source import Problem

__all__ = ["CHECKS", "DANGLING", "JUDGED", "check_curriculum", "part_of"]

Check = Callable[[Curriculum], Iterator[Problem]]
Checks = tuple[tuple[Check, frozenset[str]], ...]

# Every check with the parts that it reads; it runs when these are in form.
DANGLING: Checks = (
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
)
CHECKS: Checks = (
    (minutes.check_item_minutes, frozenset({LEARNING, SCENARIOS})),
    (minutes.check_path_minutes, frozenset({LEARNING})),
    (lessons.check_markdown, frozenset({LEARNING, LESSONS})),
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
# The rules of publishing, with the parts that make the specs; they run when these are in form and all that they refer
# to is there.
JUDGED: Checks = (
    (judged.judge_skills, frozenset({FRAME})),
    (judged.judge_roles, frozenset({FRAME, LEARNING})),
    (judged.judge_standards, frozenset({FRAME, LEARNING})),
    (judged.judge_calibration_sets, frozenset({LEARNING})),
    (judged.judge_lessons, frozenset({LEARNING, LESSONS})),
    (judged.judge_scenarios, frozenset({SCENARIOS})),
    (judged.judge_paths, frozenset({FRAME, LEARNING, LESSONS, SCENARIOS})),
)


def check_curriculum(curriculum: Curriculum, *, without: Collection[str] = ()) -> list[Problem]:
    """Run every check that does not read one of the parts in ``without`` (those whose form is wrong)."""
    dangling = _run(DANGLING, curriculum, without)
    unfit = {*without, *(part_of(problem.file) for problem in dangling)}
    return dangling + _run(CHECKS, curriculum, without) + _run(JUDGED, curriculum, unfit)


def part_of(file: str) -> str:
    """The part of the curriculum that a file belongs to: itself, or all lessons."""
    return LESSONS if file.startswith(f"{LESSONS}/") else file


def _run(checks: Checks, curriculum: Curriculum, without: Collection[str]) -> list[Problem]:
    return [problem for check, parts in checks if parts.isdisjoint(without) for problem in check(curriculum)]
