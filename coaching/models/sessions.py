"""Coach sessions: planned talks of a coach and a learner.

Shared notes are for both; private notes are the coach's own and shown to nobody else, ever.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.api import ManyLines, OneLine


class Session(models.Model):
    """One planned talk. ``step_uid`` names the step of the path that it stands for, if any."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        HELD = "held", _("held")
        MISSED = "missed", _("missed")
        CANCELLED = "cancelled", _("cancelled")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey("lms.Enrolment", models.PROTECT, related_name="sessions")
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sessions_given")
    step_uid = models.UUIDField(null=True, blank=True)
    title = OneLine(max_length=160)
    planned_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=30)
    place = OneLine(max_length=160, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLANNED)
    held_at = models.DateTimeField(null=True, blank=True)
    shared_notes = ManyLines(blank=True)
    private_notes = ManyLines(blank=True)
    skills: models.ManyToManyField = models.ManyToManyField("lms.Skill", related_name="+", blank=True)

    class Meta:
        ordering = ["planned_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="held", held_at__isnull=False) | (~Q(status="held") & Q(held_at=None)),
                name="session_held_at_a_moment",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "step_uid"],
                condition=Q(status__in=["planned", "held"], step_uid__isnull=False),
                name="session_once_per_step",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_planned(self) -> bool:
        """Whether it is still to be held: neither held nor missed nor cancelled."""
        return self.status == self.Status.PLANNED
