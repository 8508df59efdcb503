"""Challenges: "I can already do this". A learner asks to be seen before the path would open a demonstration.

The coach says yes or no, with words. A yes opens the door and nothing else: the standard asks of everybody the same.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.api import OneLine


class Challenge(models.Model):
    """One wish to be seen early. ``about_uid`` is the standard that the step is about."""

    class Status(models.TextChoices):
        ASKED = "asked", _("asked")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey("lms.Enrolment", models.PROTECT, related_name="challenges")
    step_uid = models.UUIDField()
    about_uid = models.UUIDField()
    title = OneLine(max_length=160)
    why = models.CharField(max_length=1000, help_text="What makes the learner sure, in their words.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ASKED)
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="challenges_answered"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = OneLine(max_length=300, blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "step_uid"],
                condition=Q(status__in=["asked", "accepted"]),
                name="challenge_once_per_step",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="challenge_says_why"),
            models.CheckConstraint(
                condition=Q(status="asked", answered_at=None) | (~Q(status="asked") & Q(answered_at__isnull=False)),
                name="challenge_answered_at_a_moment",
            ),
            models.CheckConstraint(
                condition=(Q(status__in=["accepted", "declined"], answered_by__isnull=False) & ~Q(answer=""))
                | Q(status__in=["asked", "withdrawn"], answered_by=None),
                name="challenge_answered_by_somebody_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.title}"
