"""Publishing into the record: specs come down from the page tree, immutable versions are written here.

Each function compares digests and writes nothing when nothing changed. A version is never edited.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lms.errors import Conflict
from lms.models import (
    Label,
    Milestone,
    Path,
    PathVersion,
    Requirement,
    RoleProfile,
    RoleProfileVersion,
    Skill,
    SkillVersion,
    Step,
)
from lms.rules.digest import digest, plain
from lms.rules.specs import LabelSpec, PathSpec, RoleProfileSpec, SkillSpec, structure
from lms.services.platform.log import log_row, recording
from lms.services.platform.short_names import taken

M = TypeVar("M", Skill, RoleProfile, Path)


def next_number(versions: QuerySet[Any], fingerprint: str) -> int | None:
    """The number that a new version gets, or None when the latest already has this digest. Queries: 1."""
    latest = versions.order_by("-number").values_list("number", "digest").first()
    if latest is None:
        return 1
    return None if latest[1] == fingerprint else latest[0] + 1


@recording()
def publish_skill(spec: SkillSpec, at: datetime) -> SkillVersion | None:
    """Write the skill and, if its meaning changed, a new version of it. Queries: at most 6.

    Raises Conflict (short name).
    """
    skill = _identity(Skill, spec.uid, slug=spec.slug, family=spec.family, title=spec.title, archived_at=None)
    fingerprint = digest(structure(spec))
    number = next_number(skill.versions.all(), fingerprint)
    if number is None:
        return None
    version = SkillVersion.objects.create(
        skill=skill, number=number, digest=fingerprint, spec=plain(spec), published_at=at
    )
    log_row(version)
    return version


@recording()
def publish_role_profile(spec: RoleProfileSpec, at: datetime) -> RoleProfileVersion | None:
    """Write the role profile and, if a requirement changed, a new version.

    Raises Conflict (short name), KeyError (unknown skill).
    """
    profile = _identity(RoleProfile, spec.uid, slug=spec.slug, title=spec.title, archived_at=None)
    fingerprint = digest({"threshold": spec.threshold.normalize(), "requires": structure(spec)["requires"]})
    number = next_number(profile.versions.all(), fingerprint)
    if number is None:
        return None
    version = RoleProfileVersion.objects.create(
        profile=profile, number=number, digest=fingerprint, threshold=spec.threshold, published_at=at
    )
    skills = skill_ids()
    Requirement.objects.bulk_create(
        Requirement(
            version=version,
            skill_id=skills[line.skill],
            position=position,
            level=line.level,
            weight=line.weight,
            critical=line.critical,
            target_day=line.target_day,
            standard_uid=line.standard,
        )
        for position, line in enumerate(spec.requires)
    )
    log_row(version)
    return version


@transaction.atomic
def publish_path(spec: PathSpec, at: datetime) -> PathVersion | None:
    """Write the path and, if its structure changed, a new version with milestones and steps.

    Raises Conflict (short name).
    """
    path = _identity(Path, spec.uid, slug=spec.slug, title=spec.title, archived_at=None)
    fingerprint = digest(structure(spec))
    number = next_number(path.versions.all(), fingerprint)
    if number is None:
        return None
    role = RoleProfile.objects.get(slug=spec.role, archived_at=None)
    version = PathVersion.objects.create(
        path=path, role_profile=role, number=number, digest=fingerprint, published_at=at
    )
    position = 0
    for place, milestone_spec in enumerate(spec.milestones):
        milestone = Milestone.objects.create(
            version=version, uid=milestone_spec.uid, position=place, day=milestone_spec.day, title=milestone_spec.title
        )
        steps = []
        for step in milestone_spec.steps:
            fields = plain(step) | {"uid": step.uid, "content_uid": step.content_uid}
            steps.append(Step(version=version, milestone=milestone, position=position, **fields))
            position += 1
        Step.objects.bulk_create(steps)
    return version


def require_own_parts(spec: PathSpec) -> None:
    """Raise Conflict when a milestone or step is one of another path: people's completions name them. Queries: 2."""
    for model, uids in (
        (Milestone, [milestone.uid for milestone in spec.milestones]),
        (Step, [step.uid for step in spec.steps]),
    ):
        others = model._default_manager.filter(uid__in=uids).exclude(version__path__uid=spec.uid)
        if title := others.values_list("version__path__title", flat=True).first():
            raise Conflict(
                _("A part of this path is counted as a part of “%(title)s”. Add it anew.") % {"title": title}
            )


@transaction.atomic
def set_labels(labels: Iterable[LabelSpec]) -> int:
    """Make these the current titles; returns how many rows changed. Queries: 1, and 1 a change."""
    wanted = {(label.uid, label.locale): label for label in labels}
    rows = Label.objects.filter(uid__in={uid for uid, _ in wanted})
    known = {(row.uid, row.locale): row for row in rows}
    changed = 0
    for key, label in wanted.items():
        fields = {
            "kind": label.kind,
            "title": label.title,
            "summary": label.summary,
            "minutes": label.minutes,
            "live": True,
        }
        row = known.get(key)
        if row is None:
            Label.objects.create(uid=label.uid, locale=label.locale, **fields)
        elif any(getattr(row, name) != value for name, value in fields.items()):
            Label.objects.filter(pk=row.pk).update(**fields)
        else:
            continue
        changed += 1
    return changed


def retire_content(uid: UUID, at: datetime) -> None:
    """The content left the site: its label is no longer live; a skill, role or path with this uid is archived."""
    Label.objects.filter(uid=uid).update(live=False)
    for model in (Skill, RoleProfile, Path):
        model.objects.filter(uid=uid, archived_at=None).update(archived_at=at)


def skill_version_now(skill: Skill) -> list[object]:
    """Number and digest of what a skill means now; empty before it was ever published. Queries: 1."""
    return list(skill.versions.order_by("-number").values_list("number", "digest").first() or ())


def skill_ids() -> dict[str, int]:
    """Primary keys of all skills by slug. Queries: 1."""
    return dict(Skill.objects.values_list("slug", "pk"))


def _identity(model: type[M], uid: UUID, *, slug: str, **fields: Any) -> M:
    """The row with that uid, made or brought up to date; untouched when nothing changed.

    Raises Conflict when the short name is another's.
    """
    row = model._default_manager.filter(uid=uid).first() or model(uid=uid)
    fields["slug"] = slug
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    if not changed and row.pk:
        return row
    if why := taken(model, slug, uid):
        raise Conflict(why)
    for name in changed:
        setattr(row, name, fields[name])
    row.save(update_fields=changed if row.pk else None)
    return row
