"""What people go along: skills, role profiles, steps, paths; and enrolments on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lms.api import (
    Enrolment,
    PathVersion,
    RoleProfileVersion,
    Skill,
    User,
    open_gate,
    publish_path,
    publish_role_profile,
    publish_skill,
    record_completion,
    recording,
    structure_of,
)
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
from tests.factories import basics, people


def skill(slug: str = "", family: str = "Soft", at: datetime = basics.PUBLISHED) -> Skill:
    """A published skill with two indicators a band (``f-1``, ``f-2``...); the same slug gives the same skill."""
    slug = slug or f"skill-{next(basics.numbers)}"
    if made := Skill.objects.filter(slug=slug, family=family, archived_at=None).first():
        return made
    levels = {
        band: tuple(IndicatorSpec(f"{band[0].lower()}-{n}", f"{band} sign {n} of {slug}.") for n in (1, 2))
        for band in ("Foundation", "Practitioner", "Lead")
    }
    title = slug.replace("-", " ").capitalize()
    publish_skill(
        SkillSpec(basics.uid(slug), slug, family, title, f"About {slug}.", levels, "Not this.", "A prompt?"), at
    )
    return Skill.objects.get(slug=slug)


def role(
    *requires: RequirementSpec, slug: str = "", threshold: str = "0.85", at: datetime = basics.PUBLISHED
) -> RoleProfileVersion:
    """A published role profile; makes the skills that it requires."""
    slug = slug or f"role-{next(basics.numbers)}"
    for line in requires:
        skill(line.skill, at=at)
    spec = RoleProfileSpec(basics.uid(slug), slug, slug.capitalize(), Decimal(threshold), requires)
    publish_role_profile(spec, at)
    return RoleProfileVersion.objects.filter(profile__slug=slug).latest("number")


def requires(skill: str, level: int = 3, weight: int = 1, **fields: Any) -> RequirementSpec:
    """One line of a role profile."""
    return RequirementSpec(skill, level, weight, fields.pop("target_day", 60), **fields)


def step(kind: str, name: str = "", **fields: Any) -> StepSpec:
    """A step that is open from the first day; its uid comes from ``name``, its content's from ``content``."""
    name = name or f"{kind}-{next(basics.numbers)}"
    content = fields.pop("content", None)
    no_content = kind in ("session", "commitment")
    return StepSpec(
        uid=basics.uid(name),
        kind=kind,
        content_uid=fields.pop("content_uid", None if no_content else basics.uid(content or f"content of {name}")),
        required=fields.pop("required", True),
        start_day=fields.pop("start_day", 1),
        due_day=fields.pop("due_day", 30),
        minutes=fields.pop("minutes", 10),
        skills=tuple(fields.pop("skills", ())),
        title=fields.pop("title", name.replace("-", " ").capitalize()),
        **fields,
    )


def lesson(name: str, *skills: str, recalls: int = 0) -> LessonSpec:
    """A lesson of a course step."""
    return LessonSpec(basics.uid(name), skills, recalls)


def path(
    *steps: StepSpec | Sequence[StepSpec],
    role_version: RoleProfileVersion | None = None,
    slug: str = "",
    at: datetime = basics.PUBLISHED,
) -> PathVersion:
    """A published path: each argument that is a list is a milestone, single steps together make one (day 30, 60...)."""
    slug = slug or f"path-{next(basics.numbers)}"
    groups = [list(item) for item in steps if not isinstance(item, StepSpec)]
    single = [item for item in steps if isinstance(item, StepSpec)]
    groups += [single] if single else []
    for spec in (item for group in groups for item in group):
        for name in {*spec.skills, *(tag for found in spec.lessons for tag in found.skills)}:
            skill(name, at=at)
    milestones = tuple(
        MilestoneSpec(basics.uid(f"{slug}-{n}"), 30 * (n + 1), tuple(group), f"Milestone {n + 1}")
        for n, group in enumerate(groups)
    )
    role_version = role_version or role(requires(f"skill-of-{slug}"))
    publish_path(PathSpec(basics.uid(slug), slug, role_version.profile.slug, milestones, slug.capitalize()), at)
    return PathVersion.objects.filter(path__slug=slug).latest("number")


def enrolment(who: User, version: PathVersion, started_on: date = date(2026, 3, 1), **fields: Any) -> Enrolment:
    """A person on a path version, enrolled by somebody else."""
    profile = RoleProfileVersion.objects.filter(profile=version.role_profile_id).latest("number")
    return Enrolment.objects.create(
        person=who,
        path=version.path,
        path_version=version,
        role_version=profile,
        started_on=started_on,
        enrolled_by=fields.pop("enrolled_by", None) or people.person("Enroller"),
        enrolled_at=basics.MONDAY,
        **fields,
    )


def completed(row: Enrolment, at: datetime) -> Enrolment:
    """Every step of the path is done and Try is open for its skills, which completes it."""
    structure = structure_of(row.path_version_id)
    with recording():
        for skill_id in structure.skill_ids.values():
            open_gate(person_id=row.person_id, skill_id=skill_id, gate="try", source="try:here", at=at)
        for done in structure.steps.values():
            record_completion(enrolment=row, step=done, by=row.person, at=at)
    row.refresh_from_db()
    return row
