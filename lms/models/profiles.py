"""Role profiles: what a role asks for.

A *role profile* has versions; a version has *requirements* (skill, level, weight). An enrolment points at one version,
so that a changed profile changes readiness for the next learner only.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from .named import Named, NamedQuerySet
from .skills import Skill


class RoleProfile(Named):
    """A role that somebody can become ready for."""

    NAMED_BY = ("title",)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField()
    title = models.CharField(max_length=120)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = NamedQuerySet.as_manager()

    class Meta:
        ordering = ["name_order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["slug"], condition=Q(archived_at=None), name="role_slug_once_on_the_site")
        ]

    def __str__(self) -> str:
        return self.title


class RoleProfileVersion(models.Model):
    """What the role asked for from one publish to the next; never changed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    profile = models.ForeignKey(RoleProfile, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    threshold = models.DecimalField(max_digits=3, decimal_places=2, help_text="Share of weight that must be met, 0-1.")
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "number"], name="role_version_number_once"),
            models.CheckConstraint(condition=Q(threshold__gte=0, threshold__lte=1), name="role_threshold_is_share"),
        ]

    def __str__(self) -> str:
        return f"{self.profile} v{self.number}"


class Requirement(models.Model):
    """One line of a role profile version. ``standard_uid`` names the only standard that satisfies a critical line."""

    version = models.ForeignKey(RoleProfileVersion, models.CASCADE, related_name="requirements")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField()
    weight = models.PositiveSmallIntegerField()
    critical = models.BooleanField(default=False)
    target_day = models.PositiveSmallIntegerField()
    standard_uid = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "skill"], name="requirement_skill_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="requirement_level_1_to_5"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="requirement_weighs_something"),
            models.CheckConstraint(
                condition=Q(standard_uid=None) | Q(critical=True), name="requirement_standard_only_if_critical"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.skill} at {self.level}"
