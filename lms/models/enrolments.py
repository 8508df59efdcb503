"""Enrolments: a person on a path.

An *enrolment* points at one path version and one role profile version; both stay until somebody moves the person,
having seen the impact. Pauses are rows: a paused day does not count as a day of the path. An enrolment is *withdrawn*
when the person leaves, and *taken back* when it should not be, or no longer; what was done on it stays.
"""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .enrolment_rules import EnrolmentRule
from .lines import OneLine
from .paths import Path, PathVersion
from .profiles import RoleProfileVersion


class Enrolment(models.Model):
    """One person on one path, from a start date.

    ``rule``: the rule that put them there, if one did; ``role_holding``: the role that the completed path led to.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")
        COMPLETED = "completed", _("completed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        TAKEN_BACK = "taken_back", _("taken back")

    class Background(models.TextChoices):
        GRADUATE = "graduate", _("Straight from study")
        CONSULTANCY = "consultancy", _("From a consultancy")
        INTERNAL = "internal", _("From inside the company")
        OTHER = "other", _("Other experience")

    OPEN = ("active", "paused")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="enrolments")
    path = models.ForeignKey(Path, models.PROTECT, related_name="enrolments")
    path_version = models.ForeignKey(PathVersion, models.PROTECT, related_name="enrolments")
    role_version = models.ForeignKey(RoleProfileVersion, models.PROTECT, related_name="enrolments")
    started_on = models.DateField()
    background = models.CharField(max_length=12, choices=Background.choices, default=Background.OTHER)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    enrolled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField()
    rule = models.ForeignKey(EnrolmentRule, models.PROTECT, null=True, blank=True, related_name="enrolments")
    ended_at = models.DateTimeField(null=True, blank=True)
    role_holding = models.ForeignKey(
        "lms.RoleHolding", models.PROTECT, null=True, blank=True, related_name="completed_paths"
    )
    taken_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    taken_back_reason = OneLine(max_length=200, blank=True)

    class Meta:
        ordering = ["-started_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "path"],
                condition=Q(status__in=["active", "paused"]),
                name="enrolment_open_once_per_path",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["active", "paused"], ended_at=None)
                | Q(status__in=["completed", "withdrawn", "taken_back"], ended_at__isnull=False),
                name="enrolment_ended_at_a_moment",
            ),
            models.CheckConstraint(
                condition=(Q(status="taken_back", taken_back_by__isnull=False) & ~Q(taken_back_reason=""))
                | (~Q(status="taken_back") & Q(taken_back_by=None, taken_back_reason="")),
                name="enrolment_taken_back_by_somebody_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["rule", "person"], condition=Q(rule__isnull=False), name="enrolment_once_by_its_rule"
            ),
            models.CheckConstraint(
                condition=Q(role_holding=None) | Q(status="completed"), name="enrolment_leads_to_a_role_when_completed"
            ),
        ]
        indexes = [models.Index(fields=["person", "status"])]

    def __str__(self) -> str:
        return f"{self.person} on {self.path}"

    @property
    def is_running(self) -> bool:
        """Whether the learner goes on now: the path is neither paused nor over."""
        return self.status == self.Status.ACTIVE

    @property
    def is_open(self) -> bool:
        """Whether the path runs or is paused: neither completed, withdrawn nor taken back."""
        return self.status in self.OPEN

    @property
    def is_taken_back(self) -> bool:
        """Whether somebody took it back."""
        return self.status == self.Status.TAKEN_BACK

    @property
    def is_completed(self) -> bool:
        """Whether the path was gone to its end."""
        return self.status == self.Status.COMPLETED

    def led_to_role_held_on(self, day: date) -> bool:
        """Whether it was completed and the role that it led to is held on a day."""
        return self.role_holding is not None and self.role_holding.holds_on(day)

    @property
    def is_paused(self) -> bool:
        """Whether the path stands still now."""
        return self.status == self.Status.PAUSED


class Pause(models.Model):
    """Days on which a person's path stood still: from ``from_on`` up to, not with, ``until_on`` (open: until
    further notice).
    """

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="pauses")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    reason = OneLine(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    leave = models.ForeignKey("lms.Leave", models.CASCADE, null=True, related_name="pauses")
    """The leave for which the path stands still, as every path of the person does; empty for a pause of its own."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(until_on=None, leave=None), name="pause_open_once"
            ),
            models.UniqueConstraint(fields=["enrolment", "leave"], name="pause_once_a_leave"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="pause_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on} - {self.until_on or '...'}"
