"""Skills, and what they meant from one publish to the next; answered with rows that are not read yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from lms.models import Skill, SkillVersion


def skills_in_use() -> QuerySet[Skill]:
    """Skills on the site, by family and title: not those that were retired."""
    return Skill.objects.filter(archived_at=None)


def skills_named(slugs: Iterable[str]) -> QuerySet[Skill]:
    """The skills with these slugs, by family and title, retired ones too."""
    return Skill.objects.filter(slug__in=set(slugs))


def skills_with_ids(ids: Iterable[int] | QuerySet[Any, Any]) -> QuerySet[Skill]:
    """The skills with these ids, by family and title, retired ones too."""
    return Skill.objects.filter(pk__in=ids)


def skill_versions(slugs: Iterable[str]) -> QuerySet[SkillVersion]:
    """Every version of the skills with these slugs, with the skill, oldest first."""
    return SkillVersion.objects.filter(skill__slug__in=set(slugs)).select_related("skill").order_by("number")
