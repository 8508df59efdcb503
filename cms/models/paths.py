"""Paths as authors write them: milestones with steps, and the role profile that the path leads to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from cms.blocks.base import number, slugs, stream_slugs
from cms.blocks.path import MilestonesBlock, NoPracticeBlock
from cms.rules.findings import Finding
from cms.rules.path_lint import PathFacts, check_path
from lms.rules.specs import LessonSpec, MilestoneSpec, PathSpec, StepSpec

from .base import ContentPage
from .courses import CoursePage, LessonPage, lesson_specs
from .panels import ChecksPanel
from .shelves import Shelf
from .sources import RoleProfileSource, SkillSource
from .standards import StandardPage

NOT_THERE = UUID("6f3d5b0e-52cb-4a5c-9d0c-5f6d1c6a7b10")
"""Keys that name nothing become a uid under this, so that the check finds and names them."""


class PathPage(ContentPage):
    """A path to a role."""

    about = models.TextField(gettext_lazy("about"), blank=True)
    role = models.ForeignKey(
        RoleProfileSource, models.PROTECT, null=True, related_name="paths", verbose_name=gettext_lazy("role profile")
    )
    milestones = StreamField(MilestonesBlock(), verbose_name=gettext_lazy("milestones"))
    no_practice = StreamField(NoPracticeBlock(), blank=True, verbose_name=gettext_lazy("skills without practice here"))

    kind = "path"
    shelf = Shelf.PATHS
    template = "cms/preview.html"
    preview_template = "cms/path_preview.html"
    parent_page_types = ["cms.SectionPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("about"),
        FieldPanel("role"),
        FieldPanel("milestones"),
        FieldPanel("no_practice"),
        ChecksPanel(heading=gettext_lazy("Can this path make the role ready?")),
    ]

    class Meta:
        verbose_name = gettext_lazy("path")
        verbose_name_plural = gettext_lazy("paths")

    def steps(self) -> Iterator[Any]:
        """All step blocks in order."""
        for milestone in self.milestones:
            yield from milestone.value["steps"]

    def recorded_blocks(self) -> Iterator[Any]:
        """Its milestones, then its steps."""
        yield from self.milestones
        yield from self.steps()

    def uid_of(self, block: Any) -> UUID:
        """What the record calls a milestone or step; one of a draft that has no id yet gets a uid from its key."""
        return super().uid_of(block) if block.id else _missing(block.value["key"] or "")

    def uids(self) -> dict[str, UUID]:
        """Uids of milestones and steps by key."""
        return {child.value["key"]: self.uid_of(child) for child in self.recorded_blocks() if child.id}

    def spec(self) -> PathSpec:
        """As compiled, with its wording. Queries: about 12 (targets by kind, lessons, their skills)."""
        uids = self.uids()
        lessons = lessons_of([child.value["target"] for child in self.steps() if child.block_type == "course"])
        milestones = tuple(
            MilestoneSpec(
                uid=self.uid_of(milestone),
                day=number(milestone.value["day"]),
                steps=tuple(_step(self.uid_of(child), child, uids, lessons) for child in milestone.value["steps"]),
                title=milestone.value["title"],
            )
            for milestone in self.milestones
        )
        return PathSpec(self.uid, self.slug, self.role.slug if self.role else "", milestones, self.title)

    def findings(self) -> Iterator[Finding]:
        spec = self.spec()
        yield from self._targets(spec)
        uids = self.uids()
        unknown = {_missing(key): key for key in _wanted_keys(self) if key not in uids}
        steps = list(self.steps())
        grants = {
            child.value["target"].uid: child.value["target"].grants
            for child in steps
            if isinstance(child.value.get("target"), StandardPage)
        }
        facts = PathFacts(
            names={uid: key for key, uid in uids.items()} | unknown,
            role=self.role.spec() if self.role else None,
            grants=grants,
            skills=set(SkillSource.objects.filter(live=True).values_list("slug", flat=True)),
            keys=[child.value["key"] for child in self.recorded_blocks()],
            excused=frozenset(slugs(child.value["skill"] for child in self.no_practice)),
        )
        yield from check_path(spec, facts)

    def _targets(self, spec: PathSpec) -> Iterator[Finding]:
        """What the steps are about is published, and stays."""
        if self.role is not None and not self.role.live:
            yield Finding(_("The role profile “%(title)s” is not published yet.") % {"title": self.role.title})
        for child, step in zip(self.steps(), spec.steps, strict=True):
            target, words = child.value.get("target"), {"key": child.value["key"]}
            if "target" not in child.value:
                continue
            if target is None:
                yield Finding(_("%(key)s: choose what it is about; what was chosen is gone.") % words)
                continue
            words["title"] = target.title
            if not target.live:
                yield Finding(_("%(key)s: “%(title)s” is not published yet.") % words)
            elif target.expire_at:
                yield Finding(_("%(key)s: “%(title)s” is set to expire; take that off first.") % words)
            elif step.kind == "course" and not step.lessons:
                yield Finding(_("%(key)s: the course “%(title)s” has no published lesson.") % words)


def lessons_of(courses: list[CoursePage | None]) -> dict[int, tuple[LessonSpec, ...]]:
    """Published lessons of courses in order, by the course's pk. Queries: at most 2."""
    paths = {course.path: course.pk for course in courses if course is not None}
    if not paths:
        return {}
    below = models.Q()
    for path in paths:
        below |= models.Q(path__startswith=path)
    lessons = list(LessonPage.objects.live().filter(below).order_by("path"))
    found: dict[int, list[LessonSpec]] = defaultdict(list)
    for lesson, spec in zip(lessons, lesson_specs(lessons), strict=True):
        found[paths[lesson.path[: -Page.steplen]]].append(spec)
    return {course: tuple(specs) for course, specs in found.items()}


def _missing(key: str) -> UUID:
    return uuid5(NOT_THERE, key)


def _wanted_keys(page: PathPage) -> Iterator[str]:
    for child in page.steps():
        for leaf in child.value["unlock"]["leaves"]:
            if leaf.block_type in ("step", "milestone"):
                yield leaf.value or ""


def _step(uid: UUID, child: Any, uids: Mapping[str, UUID], lessons: Mapping[int, tuple[LessonSpec, ...]]) -> StepSpec:
    value, target = child.value, child.value.get("target")
    held = lessons.get(target.pk, ()) if isinstance(target, CoursePage) else ()
    return StepSpec(
        uid=uid,
        kind=child.block_type,
        content_uid=target.uid if target is not None else None,
        required=bool(value["required"]),
        start_day=number(value["start_day"]),
        due_day=number(value["due_day"]),
        minutes=number(value["minutes"]) or int(getattr(target, "minutes", 0)),
        skills=_skills(child.block_type, value, target, held),
        unlock=_unlock(value["unlock"], uids),
        lessons=held,
        title=value.get("title") or (target.title if target is not None else ""),
    )


def _skills(kind: str, value: Any, target: Any, lessons: tuple[LessonSpec, ...]) -> tuple[str, ...]:
    if "skills" in value:
        return slugs(value["skills"])
    if kind == "course":
        return tuple(dict.fromkeys(skill for lesson in lessons for skill in lesson.skills))
    if kind == "discussion":
        return slugs([target])
    if kind == "calibration":
        return slugs([target.skill]) if target is not None else ()
    return stream_slugs(target.skills) if hasattr(target, "skills") else ()


def _unlock(value: Any, uids: Mapping[str, UUID]) -> dict[str, Any] | None:
    """The stored form of ``lms.rules.unlock``."""
    leaves: list[dict[str, Any]] = []
    for leaf in value["leaves"]:
        if leaf.block_type in ("step", "milestone"):
            leaves.append({leaf.block_type: str(uids.get(leaf.value) or _missing(leaf.value or ""))})
        elif leaf.block_type == "day":
            leaves.append({"day": number(leaf.value)})
        elif leaf.value["skill"] is not None:
            gate = {"skill": leaf.value["skill"].slug, "gate": leaf.value["gate"]}
            level = number(leaf.value["level"])
            leaves.append(gate | ({"level": level} if level else {}))
    if not leaves:
        return None
    mode = value["mode"] or "all"
    return {mode: leaves} | ({"n": value["n"]} if mode == "n_of" else {})
