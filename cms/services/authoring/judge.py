"""What stands in the way of publishing, and advice.

The rules of ``cms.rules`` over the specs of a piece of content, and what only the site knows: whether that on which it
rests is published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from cms.blocks.base import slugs, stream_slugs
from cms.models import (
    CalibrationSource,
    Content,
    LessonPage,
    PathPage,
    RoleProfileSource,
    ScenarioPage,
    SkillSource,
    StandardPage,
)
from cms.models.paths import missing_uid
from cms.rules.findings import Finding
from cms.rules.lesson_lint import check_lesson
from cms.rules.path_lint import PathContext, check_path, placed_steps
from cms.rules.scenario_lint import check_scenario
from cms.rules.source_lint import check_calibration, check_role, check_skill, check_standard
from lms.rules.specs import PathSpec

from .specs import calibration_spec, lesson_blocks, path_spec, role_spec, scenario_spec, skill_spec, standard_spec


def findings_of(content: Content) -> Iterator[Finding]:
    """What the rules say about this content as it is now, a draft too. Reads only; cheap."""
    judge = JUDGES.get(type(content))
    if judge is not None:
        yield from judge(content)


def _skill(source: SkillSource) -> Iterator[Finding]:
    yield from check_skill(skill_spec(source))


def _role(source: RoleProfileSource) -> Iterator[Finding]:
    standards = [child.value["standard"] for child in source.requires if child.value["standard"] is not None]
    skills_of = {standard.translation_key: stream_slugs(standard.specific.skills) for standard in standards}
    yield from check_role(role_spec(source), skills_of)
    for number, child in enumerate(source.requires):
        for name in ("skill", "standard"):
            target = child.value[name]
            if target is not None and not target.live:
                yield _not_published(target.title, "requires", number, name)


def _calibration(source: CalibrationSource) -> Iterator[Finding]:
    if source.skill is None or not source.skill.live:
        yield Finding(_("Choose a skill that is published."), where=("skill",))
    yield from check_calibration(calibration_spec(source))


def _scenario(page: ScenarioPage) -> Iterator[Finding]:
    yield from _unpublished_skills(page.skills)
    for speaker in page.speakers():
        if not speaker.live:
            yield _not_published(speaker.title, "nodes")
    yield from check_scenario(scenario_spec(page))


def _standard(page: StandardPage) -> Iterator[Finding]:
    yield from _unpublished_skills(page.skills)
    known = {key for child in page.skills if child.value for key in child.value.indicator_keys()}
    yield from check_standard(standard_spec(page), known)


def _lesson(page: LessonPage) -> Iterator[Finding]:
    if not stream_slugs(page.skills):
        yield Finding(_("No skill is tagged: this lesson opens no Talk gate."), refuses=False, where=("skills",))
    yield from check_lesson(lesson_blocks(page), lambda kind: f"“{page.body.stream_block.child_blocks[kind].label}”")
    yield from _unpublished_skills(page.skills)


def _path(page: PathPage) -> Iterator[Finding]:
    spec = path_spec(page)
    yield from _targets(page, spec)
    uids = page.uids()
    unknown = {missing_uid(key): key for key in _wanted_keys(page) if key not in uids}
    grants = {
        child.value["target"].uid: child.value["target"].grants
        for child in page.steps()
        if isinstance(child.value.get("target"), StandardPage)
    }
    facts = PathContext(
        names={uid: key for key, uid in uids.items()} | unknown,
        role=role_spec(page.role) if page.role else None,
        grants=grants,
        skills=set(SkillSource.objects.filter(live=True).values_list("slug", flat=True)),
        keys=[child.value["key"] for child in page.recorded_blocks()],
        excused=slugs(child.value["skill"] for child in page.no_practice),
    )
    yield from check_path(spec, facts)


def _targets(page: PathPage, spec: PathSpec) -> Iterator[Finding]:
    """What the steps are about is published, and stays."""
    if page.role is not None and not page.role.live:
        sentence = _("The role profile “%(title)s” is not published yet.") % {"title": page.role.title}
        yield Finding(sentence, where=("role",))
    for child, placed in zip(page.steps(), placed_steps(spec), strict=True):
        if "target" not in child.value:
            continue
        sentence = _about_target(child, bool(placed.step.lessons))
        if sentence:
            yield Finding(sentence, where=placed.where)


def _about_target(child: Any, has_lessons: bool) -> str:
    """What is wrong with what a step is about; "" when nothing is."""
    target, words = child.value["target"], {"key": child.value["key"]}
    if target is None:
        return _("%(key)s: choose what it is about; what was chosen is gone.") % words
    words["title"] = target.title
    if not target.live:
        return _("%(key)s: “%(title)s” is not published yet.") % words
    if target.expire_at:
        return _("%(key)s: “%(title)s” is set to expire; take that off first.") % words
    if child.block_type == "course" and not has_lessons:
        return _("%(key)s: the course “%(title)s” has no published lesson.") % words
    return ""


def _wanted_keys(page: PathPage) -> Iterator[str]:
    for child in page.steps():
        for leaf in child.value["unlock"]["leaves"]:
            if leaf.block_type in ("step", "milestone"):
                yield leaf.value or ""


def _unpublished_skills(stream: Iterable[Any]) -> Iterator[Finding]:
    """A skill must be in the record before anything is tagged with it."""
    for number, child in enumerate(stream):
        if child.value is not None and not child.value.live:
            sentence = _("The skill “%(title)s” is not published yet.") % {"title": child.value.title}
            yield Finding(sentence, where=("skills", number))


def _not_published(title: str, *where: str | int) -> Finding:
    return Finding(_("“%(title)s” is not published yet.") % {"title": title}, where=where)


JUDGES: dict[type[Content], Callable[[Any], Iterator[Finding]]] = {
    SkillSource: _skill,
    RoleProfileSource: _role,
    CalibrationSource: _calibration,
    ScenarioPage: _scenario,
    StandardPage: _standard,
    LessonPage: _lesson,
    PathPage: _path,
}
