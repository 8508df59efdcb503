"""Paths, as compiled.

An author's path page is compiled into a *path version*: milestones in order, each with *steps*. A step's ``uid``
follows from its page and its block there, so that a person's completion survives an edit and a copy of the page has
steps of its own; ``content_uid`` names what the step is about (a course, a scenario, a standard). A course step also
lists its lessons with their tags, which is all that the Talk rule needs. Nothing here changes after publishing; titles
are as of that day, today's stand in ``Label``. Skills are named by slug.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .named import Named, NamedQuerySet
from .profiles import RoleProfile


class StepKind(models.TextChoices):
    """The eight kinds of step; when each is done stands in the curriculum's README."""

    COURSE = "course", _("Course")
    DISCUSSION = "discussion", _("Discussion")
    PRACTICE = "practice", _("Practice")
    SESSION = "session", _("Coach session")
    COMMITMENT = "commitment", _("Commitment")
    DEMONSTRATION = "demonstration", _("Demonstration")
    CALIBRATION = "calibration", _("Calibration")
    EXTERNAL = "external", _("External training")


class Path(Named):
    """The lasting identity of a path; ``uid`` is the translation key of its page."""

    NAMED_BY = ("title",)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField()
    title = models.CharField(max_length=160)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = NamedQuerySet.as_manager()

    class Meta:
        ordering = ["name_order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["slug"], condition=Q(archived_at=None), name="path_slug_once_on_the_site")
        ]

    def __str__(self) -> str:
        return self.title


class PathVersion(models.Model):
    """A path as it was published once. ``role_profile`` is the role it leads to."""

    path = models.ForeignKey(Path, models.PROTECT, related_name="versions")
    role_profile = models.ForeignKey(RoleProfile, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["path", "number"], name="path_version_number_once")]

    def __str__(self) -> str:
        return f"{self.path} v{self.number}"


class Milestone(models.Model):
    """A dated promise in the first person: "I can explain how we work"."""

    version = models.ForeignKey(PathVersion, models.CASCADE, related_name="milestones")
    uid = models.UUIDField()
    position = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField(help_text="Days after the start by which it is due.")
    title = models.CharField(max_length=160)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "uid"], name="milestone_uid_once")]

    def __str__(self) -> str:
        return self.title


class Step(models.Model):
    """One thing to do. ``unlock`` is a rule as JSON (``lms.rules.unlock``) or null: open from ``start_day``."""

    version = models.ForeignKey(PathVersion, models.CASCADE, related_name="steps")
    milestone = models.ForeignKey(Milestone, models.CASCADE, related_name="steps")
    uid = models.UUIDField()
    content_uid = models.UUIDField(null=True, blank=True)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=StepKind.choices)
    title = models.CharField(max_length=200, blank=True)
    required = models.BooleanField(default=True)
    start_day = models.PositiveSmallIntegerField()
    due_day = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    unlock = models.JSONField(null=True, blank=True)
    """Format 1: the rule of ``lms.rules.unlock``, {"all"|"any"|"n_of": [leaf], "n": number}; None for no lock."""
    skills = models.JSONField(default=list, help_text="Slugs.")
    """Format 1: slugs."""
    lessons = models.JSONField(default=list, help_text="Of a course step: uid, skills (slugs), recalls (how many).")
    """Format 1: [{"uid", "skills": [slug], "recalls": number}], as ``lms.rules.specs.LessonSpec``."""

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "uid"], name="step_uid_once"),
            models.CheckConstraint(condition=Q(start_day__lte=F("due_day")), name="step_starts_before_due"),
            models.CheckConstraint(condition=Q(kind__in=StepKind.values), name="step_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=["session", "commitment"]) | Q(content_uid__isnull=False),
                name="step_has_content",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.title or self.content_uid}"
