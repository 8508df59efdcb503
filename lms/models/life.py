"""How somebody's time at the company goes: away for a while, and gone.

A *leave* is a stretch of days away from work, from its first day up to, not with, the day on which they were back. A
*departure* is an end: planned for a last day, then carried out, or of somebody who never came. Whoever comes back has
another stretch of time here, and another departure when that one ends.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .lines import OneLine


class Leave(models.Model):
    """Somebody is away from ``from_on``. ``until_on``: the last day as it is planned, empty while nobody knows;
    ``back_on``: the day on which they were back, empty until somebody wrote it down.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="leaves")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    back_on = models.DateField(null=True)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)
    """When the day of return was written down."""

    class Meta:
        ordering = ["-from_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(back_on=None), name="leave_open_once"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="leave_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(back_on=None) | Q(back_on__gte=F("from_on")), name="leave_back_after_start"
            ),
            models.CheckConstraint(
                condition=Q(back_on=None, returned_at=None) | Q(back_on__isnull=False, returned_at__isnull=False),
                name="leave_return_written_down_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} away from {self.from_on}"


def nothing_undone() -> dict[str, list[object]]:
    """What a departure keeps before it is carried out."""
    return {}


class Departure(models.Model):
    """Somebody's time here ends. ``ended_at``: when their account closed, empty while that lies ahead. ``last_day`` is
    empty of somebody who never came. ``returned_at``: when the account was opened again.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="departures")
    started_on = models.DateField(null=True)
    """The first day of the time that ended."""
    last_day = models.DateField(null=True)
    reason = OneLine(max_length=300)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    closed = models.JSONField(default=nothing_undone)
    """Format 1: {"memberships": [[uid, last day before]], "enrolments": [uid], "roles": [uid]}: what was open, for
    taking back.
    """
    returned_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-planned_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(returned_at=None), name="departure_open_once"),
            models.CheckConstraint(condition=~Q(planned_by=F("person")), name="departure_not_by_oneself"),
            models.CheckConstraint(condition=~Q(reason=""), name="departure_has_a_reason"),
            models.CheckConstraint(
                condition=Q(last_day__isnull=False) | Q(ended_at__isnull=False), name="departure_planned_for_a_day"
            ),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(started_on=None) | Q(last_day__gte=F("started_on")),
                name="departure_after_the_first_day",
            ),
            models.CheckConstraint(
                condition=Q(returned_at=None, returned_by=None)
                | Q(returned_at__isnull=False, returned_at__gte=F("ended_at"), returned_by__isnull=False),
                name="departure_returned_after_it_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} until {self.last_day}"
