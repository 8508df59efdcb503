"""Standing coaches: who is there for somebody that holds a role, after the path and apart from any.

A standing coach takes none of the places of the coach list, and has the authority to decide renewals. At most one is
active for a role that somebody holds; handing over ends one row and starts another.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.api import OneLine


class StandingAssignment(models.Model):
    """Somebody is the standing coach of a person in a role that they hold, from a moment to a moment."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        HANDED_OVER = "handed_over", _("handed over")
        ENDED = "ended", _("ended")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    holding = models.ForeignKey("lms.RoleHolding", models.PROTECT, related_name="standing_assignments")
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="standing_assignments")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = OneLine(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["holding"], condition=Q(status="active"), name="standing_assignment_one_active"
            ),
            models.CheckConstraint(
                condition=Q(status="active", ended_at=None)
                | Q(status__in=["handed_over", "ended"], ended_at__isnull=False),
                name="standing_assignment_ended_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coach} for holding {self.holding_id}"
