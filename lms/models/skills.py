"""Skills and their versions.

A *skill* is the lasting identity (family, slug). What it means - levels, indicators, the counter-example - is compiled
into immutable *skill versions* when an author publishes; a person's record points at the skill and at the version that
was current when it mattered.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .named import Named, NamedQuerySet


class Family(models.TextChoices):
    """The three families; a well-rounded person has a mix."""

    TECHNICAL = "Technical", _("Technical")
    DOMAIN = "Domain", _("Domain")
    SOFT = "Soft", _("Soft")


class Skill(Named):
    """A skill that people can be vouched for. ``title`` is the current one in the source locale."""

    NAMED_BY = ("title",)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(help_text="Never given again: versions and records name the skill by it.")
    family = models.CharField(max_length=12, choices=Family.choices)
    title = models.CharField(max_length=120)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = NamedQuerySet.as_manager()

    class Meta:
        ordering = ["family", "name_order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="skill_slug_once"),
            models.CheckConstraint(condition=Q(family__in=Family.values), name="skill_family_known"),
        ]

    def __str__(self) -> str:
        return self.title


class SkillVersion(models.Model):
    """What a skill meant from one publish to the next; never changed. ``spec`` is a ``SkillSpec`` as JSON."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    spec = models.JSONField()
    """Format 1: ``lms.rules.specs.SkillSpec``, as ``lms.rules.digest.plain`` writes it."""
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["skill", "number"], name="skill_version_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.skill} v{self.number}"
