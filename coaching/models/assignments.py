"""Coach assignments: whose learner is whose.

An enrolment has at most one active primary coach, held by a constraint. Handing over ends one row and starts another,
so that the record says who was the coach on any day.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.api import OneLine

from .profiles import CoachProfile


class CoachAssignment(models.Model):
    """A coach for one enrolment, from a moment to a moment."""

    class Kind(models.TextChoices):
        PRIMARY = "primary", _("coach")
        COVER = "cover", _("cover")

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ACTIVE = "active", _("active")
        HANDED_OVER = "handed_over", _("handed over")
        ENDED = "ended", _("ended")
        DECLINED = "declined", _("declined")

    NOT_BEGUN = ("proposed", "declined")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey("lms.Enrolment", models.PROTECT, related_name="coach_assignments")
    coach = models.ForeignKey(CoachProfile, models.PROTECT, related_name="assignments")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PRIMARY)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = OneLine(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(kind="primary", status="active"),
                name="assignment_one_active_primary",
            ),
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(status="proposed"), name="assignment_one_proposal"
            ),
            models.UniqueConstraint(
                fields=["enrolment", "coach"], condition=Q(status="active"), name="assignment_coach_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "active"], ended_at=None)
                | Q(status__in=["handed_over", "ended", "declined"], ended_at__isnull=False),
                name="assignment_ended_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coach.person} for {self.enrolment}"

    @property
    def has_begun(self) -> bool:
        """Whether the coach ever coached by it: a proposal alone, or one that was declined, does not begin."""
        return self.status not in self.NOT_BEGUN
