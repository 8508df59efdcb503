"""Role holdings: who holds which role, from which day to which, apart from any path that led there."""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .profiles import RoleProfileVersion


class RoleHolding(models.Model):
    """Somebody holds a role from ``from_on``, up to and with ``until_on`` when that is known.

    A completed path leads to one (``Enrolment.role_holding``); what was held before stands on no path.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="role_holdings")
    role_version = models.ForeignKey(RoleProfileVersion, models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-from_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role_version"], condition=Q(until_on=None), name="role_holding_open_once"
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="role_holding_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(made_by=F("person")), name="role_holding_not_by_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} holds {self.role_version_id} from {self.from_on}"

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)
