"""Commitments: dated promises to use a skill with a named customer.

The learner says what, for whom and by when, does it, and tells what happened; the coach confirms skill by skill. A
confirmed skill opens Do.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.api import ManyLines, OneLine


class Commitment(models.Model):
    """One promise of a learner."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done, waiting for the coach")
        CONFIRMED = "confirmed", _("confirmed")
        DROPPED = "dropped", _("dropped")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey("lms.Enrolment", models.PROTECT, related_name="commitments")
    step_uid = models.UUIDField(null=True, blank=True)
    what = OneLine(max_length=300)
    customer = models.ForeignKey("lms.Customer", models.PROTECT, null=True, blank=True, related_name="commitments")
    by_on = models.DateField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    made_at = models.DateTimeField()
    report = ManyLines(blank=True, help_text="What happened, in the learner's words.")
    done_at = models.DateTimeField(null=True, blank=True)
    note = ManyLines(blank=True, help_text="What the coach says about it, to the learner.")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["by_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "step_uid"],
                condition=Q(step_uid__isnull=False) & ~Q(status="dropped"),
                name="commitment_once_per_step",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "done"], closed_at=None)
                | Q(status__in=["confirmed", "dropped"], closed_at__isnull=False),
                name="commitment_closed_at_a_moment",
            ),
            models.CheckConstraint(condition=~Q(what=""), name="commitment_says_what"),
        ]

    def __str__(self) -> str:
        return self.what


class CommitmentSkill(models.Model):
    """A skill that the commitment uses, and when the coach confirmed it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="skills")
    skill = models.ForeignKey("lms.Skill", models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["commitment", "skill"], name="commitment_skill_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="commitment_skill_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id}: {self.skill}"
