"""The structure of a path version as plain values, kept in memory because a version never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from lms.models import Milestone, Skill, Step, StepKind
from lms.rules.unlock import DayReached, Rule


@dataclass(frozen=True, slots=True)
class LessonInfo:
    """A lesson of a course step."""

    uid: UUID
    skills: tuple[str, ...]
    recalls: int


@dataclass(frozen=True, slots=True)
class StepInfo:
    """A step of a path version; ``rule`` always decides (without one of its own: the day it starts)."""

    id: int
    uid: UUID
    content_uid: UUID | None
    milestone: UUID
    kind: str
    title: str
    required: bool
    start_day: int
    due_day: int
    minutes: int
    skills: tuple[str, ...]
    lessons: tuple[LessonInfo, ...]
    rule: Rule

    @property
    def about(self) -> UUID | None:
        """What a wait for somebody else names: what is to be demonstrated, or the step itself."""
        return self.content_uid if self.kind == StepKind.DEMONSTRATION else self.uid


@dataclass(frozen=True, slots=True)
class MilestoneInfo:
    """A milestone with its steps."""

    uid: UUID
    day: int
    title: str
    steps: tuple[StepInfo, ...]


@dataclass(frozen=True, slots=True)
class PathStructure:
    """A whole path version. ``skill_ids`` has the primary key of every skill that it names; ``dues`` the due day and id
    of every required step that others may know about (practice is private), what is due first first.
    """

    version_id: int
    milestones: tuple[MilestoneInfo, ...]
    steps: Mapping[UUID, StepInfo]
    required: Mapping[UUID, frozenset[UUID]]
    lessons_by_skill: Mapping[str, tuple[LessonInfo, ...]]
    skill_ids: Mapping[str, int]
    dues: tuple[tuple[int, int], ...]

    @property
    def days(self) -> int:
        """The length of the path: the day of its last milestone."""
        return self.milestones[-1].day if self.milestones else 0

    def step_of_lesson(self, lesson_uid: UUID) -> StepInfo | None:
        """The first course step that holds the lesson."""
        return next(
            (step for step in self.steps.values() if any(item.uid == lesson_uid for item in step.lessons)), None
        )

    def steps_about(self, kind: str, content_uid: UUID) -> tuple[StepInfo, ...]:
        """Steps of a kind about one piece of content, in order."""
        return tuple(step for step in self.steps.values() if step.kind == kind and step.content_uid == content_uid)


@lru_cache(maxsize=256)
def structure_of(version_id: int) -> PathStructure:
    """The structure of a path version. Queries: 3 the first time in a process, then 0."""
    by_milestone: dict[int, list[StepInfo]] = {}
    milestones = list(Milestone.objects.filter(version_id=version_id))
    uids = {milestone.pk: milestone.uid for milestone in milestones}
    for row in Step.objects.filter(version_id=version_id):
        by_milestone.setdefault(row.milestone_id, []).append(_step(row, uids[row.milestone_id]))
    infos = tuple(
        MilestoneInfo(item.uid, item.day, item.title, tuple(by_milestone.get(item.pk, ()))) for item in milestones
    )
    steps = {step.uid: step for info in infos for step in info.steps}
    lessons: dict[str, dict[UUID, LessonInfo]] = {}
    named = {skill for step in steps.values() for skill in step.skills}
    for step in steps.values():
        for lesson in step.lessons:
            for skill in lesson.skills:
                lessons.setdefault(skill, {})[lesson.uid] = lesson
    return PathStructure(
        version_id,
        infos,
        steps,
        {info.uid: frozenset(step.uid for step in info.steps if step.required) for info in infos},
        {skill: tuple(found.values()) for skill, found in lessons.items()},
        dict(Skill.objects.filter(slug__in=named | lessons.keys()).values_list("slug", "pk")),
        tuple(
            sorted((row.due_day, row.id) for row in steps.values() if row.required and row.kind != StepKind.PRACTICE)
        ),
    )


def _step(row: Step, milestone: UUID) -> StepInfo:
    return StepInfo(
        id=row.pk,
        uid=row.uid,
        content_uid=row.content_uid,
        milestone=milestone,
        kind=row.kind,
        title=row.title,
        required=row.required,
        start_day=row.start_day,
        due_day=row.due_day,
        minutes=row.minutes,
        skills=tuple(row.skills),
        lessons=tuple(LessonInfo(UUID(item["uid"]), tuple(item["skills"]), item["recalls"]) for item in row.lessons),
        rule=Rule.from_json(row.unlock) or Rule.all_of(DayReached(row.start_day)),
    )
