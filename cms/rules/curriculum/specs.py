"""From documents to the specs that publishing makes too, so that the same rules judge both.

Only for documents whose references resolve. Uids are those under which ``load_curriculum`` writes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from assessments.rules.specs import (
    CalibrationItemSpec,
    CalibrationSpec,
    ChoiceSpec,
    EvidenceLine,
    EvidenceRule,
    ExpectedLevel,
    LookForSpec,
    MeterSpec,
    NodeSpec,
    ScenarioSpec,
    SpeakerSpec,
    StandardSpec,
)
from cms.rules.curriculum.documents import (
    AnyItemDoc,
    AnyUnlockDoc,
    BlockDoc,
    CalibrationSetDoc,
    ContrastDoc,
    Curriculum,
    DayLeafDoc,
    DecisionDoc,
    DemonstrationDoc,
    ExampleDoc,
    FigureDoc,
    LessonDoc,
    NodeDoc,
    OpenDoc,
    ParagraphDoc,
    PathDoc,
    PauseDoc,
    QuadrantDoc,
    QuoteRuleDoc,
    RecallDoc,
    RoleDoc,
    ScenarioDoc,
    SkillDoc,
    SkillLeafDoc,
    StepPointDoc,
    TryItDoc,
)
from cms.rules.lesson_lint import BlockSpec, MarkSpec
from cms.rules.path_lint import PathContext
from lms.rules.specs import (
    IndicatorSpec,
    LessonSpec,
    MilestoneSpec,
    PathSpec,
    RequirementSpec,
    RoleProfileSpec,
    SkillSpec,
    StepSpec,
)

ROOT = uuid5(NAMESPACE_URL, "https://vouch.example/curriculum")
CONTENT = {
    "course": "course",
    "discussion": "skill",
    "practice": "scenario",
    "demonstration": "standard",
    "calibration": "calibration",
    "external": "external",
}
"""What a step of each kind is about."""


def uid(*names: object) -> UUID:
    """The lasting uid of a thing of the curriculum: ``uid("course", "customer-back")``."""
    return uuid5(ROOT, "/".join(str(name) for name in names))


def skill_spec(skill: SkillDoc) -> SkillSpec:
    levels = {band: tuple(IndicatorSpec(item.id, item.text) for item in found) for band, found in skill.levels.items()}
    return SkillSpec(
        uid("skill", skill.slug), skill.slug, skill.family, skill.title, skill.about, levels, skill.not_this
    )


def role_spec(role: RoleDoc) -> RoleProfileSpec:
    lines = tuple(
        RequirementSpec(
            line.skill,
            line.level,
            line.weight,
            line.target_day,
            line.critical,
            uid("standard", line.standard) if line.standard else None,
        )
        for line in role.requires
    )
    return RoleProfileSpec(uid("role", role.slug), role.slug, role.title, Decimal(str(role.threshold)), lines)


def standard_spec(standard: DemonstrationDoc) -> StandardSpec:
    words = {
        name: getattr(standard, name)
        for name in (
            "slug", "title", "skills", "grants", "risk", "signers", "where", "minutes", "about", "specification",
            "limits", "risk_if_fails", "indicators",
        )
    }  # fmt: skip
    return StandardSpec(
        uid=uid("standard", standard.slug),
        evidence=tuple(EvidenceLine(line.id, line.text) for line in standard.evidence),
        expected_level_by_day=tuple(ExpectedLevel(item.day, item.level) for item in standard.expected_level_by_day),
        rule=EvidenceRule(**dict(standard.rule)),
        **words,
        **dict(standard.validity),
    )


def calibration_spec(found: CalibrationSetDoc) -> CalibrationSpec:
    return CalibrationSpec(
        uid=uid("calibration", found.slug),
        slug=found.slug,
        title=found.slug,
        skill=found.skill,
        items=tuple(CalibrationItemSpec(item.id, item.vignette, item.reference, item.why) for item in found.items),
        **dict(found.passing),
    )


def scenario_spec(c: Curriculum, scenario: ScenarioDoc) -> ScenarioSpec:
    return ScenarioSpec(
        uid=uid("scenario", scenario.slug),
        slug=scenario.slug,
        title=scenario.title,
        skills=scenario.skills,
        minutes=scenario.minutes,
        brief=scenario.brief,
        start=scenario.start,
        meters={name: MeterSpec(**dict(meter)) for name, meter in scenario.meters.items()},
        speakers=tuple(SpeakerSpec(**dict(speaker)) for speaker in c.speakers),
        nodes=tuple(_node(node) for node in scenario.nodes),
    )


def _node(node: NodeDoc) -> NodeSpec:
    if isinstance(node, DecisionDoc):
        choices = tuple(ChoiceSpec(**dict(choice)) for choice in node.choices)
        return NodeSpec(**{**dict(node), "choices": choices})
    if isinstance(node, OpenDoc):
        look_for = tuple(LookForSpec(item.id, item.text) for item in node.look_for)
        return NodeSpec(node.id, open=node.task, rubric=node.rubric, look_for=look_for, to=node.to)
    return NodeSpec(**{**dict(node), "otherwise": node.otherwise or ""})


def lesson_blocks(lesson: LessonDoc) -> tuple[BlockSpec, ...]:
    return tuple(BlockSpec(block.type, tuple(_texts(block)), tuple(_marks(block))) for block in lesson.body)


def _texts(block: BlockDoc) -> Iterator[str]:
    match block:
        case ParagraphDoc() | QuoteRuleDoc():
            yield block.text
        case ExampleDoc():
            yield from (block.title, block.text)
        case ContrastDoc(left=left, right=right):
            yield from (left.title, *left.points, right.title, *right.points)
        case PauseDoc() | TryItDoc():
            yield block.prompt
        case RecallDoc():
            yield from (block.q, block.a, *block.wrong, block.why)
        case FigureDoc():
            yield from (block.title, block.alt, getattr(block, "unit", ""))
            if isinstance(block, QuadrantDoc):
                yield from (end for axis in (block.x_axis, block.y_axis) for end in (axis.low, axis.high))
            for point in block.data:
                yield from (point.label, point.text) if isinstance(point, StepPointDoc) else (point.label,)


def _marks(block: BlockDoc) -> Iterator[MarkSpec]:
    """The marks of a figure that has a scale; places in a quadrant may share a label."""
    if isinstance(block, FigureDoc) and not isinstance(block, QuadrantDoc):
        for point in block.data:
            yield MarkSpec(point.label, getattr(point, "value", None), getattr(point, "total", False))


def path_spec(c: Curriculum, path: PathDoc) -> tuple[PathSpec, PathContext]:
    """A path, and what the rules need to know beside it."""
    roles = {role.slug: role_spec(role) for role in c.roles}
    names = {uid("path", path.slug, "milestone", item.id): item.id for item in path.milestones}
    names |= {uid("path", path.slug, "step", item.id): item.id for item in path.items}
    for item in path.items:
        for leaf in item.unlock.leaves if item.unlock else ():
            if leaf.kind in ("step", "milestone"):
                names[uid("path", path.slug, leaf.kind, leaf.ref)] = leaf.ref
    milestones = tuple(
        MilestoneSpec(
            uid("path", path.slug, "milestone", milestone.id),
            milestone.day,
            tuple(_step(c, path, item) for item in milestone.items),
            milestone.title,
        )
        for milestone in path.milestones
    )
    facts = PathContext(
        names=names,
        role=roles.get(path.role),
        grants={uid("standard", standard.slug): standard.grants for standard in c.demonstrations},
        skills={skill.slug for skill in c.skills},
        excused=tuple(item.skill for item in path.no_practice_on_path),
    )
    return PathSpec(uid("path", path.slug), path.slug, path.role, milestones, path.title), facts


def _step(c: Curriculum, path: PathDoc, item: AnyItemDoc) -> StepSpec:
    lessons = tuple(
        LessonSpec(uid("lesson", lesson.slug), lesson.skills, len(lesson.recall))
        for course in c.courses
        if item.kind == "course" and course.slug == item.ref
        for lesson in course.lessons
    )
    return StepSpec(
        uid=uid("path", path.slug, "step", item.id),
        kind=item.kind,
        content_uid=uid(CONTENT[item.kind], item.ref) if item.ref else None,
        required=item.required,
        start_day=item.start_day,
        due_day=item.due_day,
        minutes=item.minutes,
        skills=item.skills or tuple(_skills_of(c, item)),
        unlock=_unlock(path, item.unlock),
        lessons=lessons,
        title=item.title or "",
    )


def _skills_of(c: Curriculum, item: AnyItemDoc) -> Collection[str]:
    """The skills of what a step is about."""
    found: Mapping[str, Mapping[str, Collection[str]]] = {
        "course": {course.slug: course.skills for course in c.courses},
        "discussion": {skill.slug: (skill.slug,) for skill in c.skills},
        "practice": {scenario.slug: scenario.skills for scenario in c.scenarios},
        "demonstration": {standard.slug: standard.skills for standard in c.demonstrations},
        "calibration": {found.slug: (found.skill,) for found in c.calibration_sets},
    }
    return found.get(item.kind, {}).get(item.ref, ())


def _unlock(path: PathDoc, unlock: AnyUnlockDoc | None) -> dict[str, Any] | None:
    """The stored form of ``lms.rules.unlock``."""
    if unlock is None:
        return None
    leaves: list[dict[str, Any]] = []
    for leaf in unlock.leaves:
        if isinstance(leaf, SkillLeafDoc):
            leaves.append({"skill": leaf.skill, "gate": leaf.gate, "level": leaf.level})
        elif isinstance(leaf, DayLeafDoc):
            leaves.append({"day": leaf.day})
        else:
            leaves.append({leaf.kind: str(uid("path", path.slug, leaf.kind, leaf.ref))})
    return {unlock.mode: leaves} | ({"n": unlock.needed} if unlock.mode == "n_of" else {})
