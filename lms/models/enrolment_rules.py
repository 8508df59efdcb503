"""Rules that enrol: whoever begins here and belongs to a team, a location or a job title is put on a path.

A *rule* is switched on once and switched off once; another one is a row of its own, so that each enrolment can name the
rule that it came from, as it was then.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from .lines import OneLine
from .locations import Location
from .paths import Path
from .teams import Team


class EnrolmentRule(models.Model):
    """For one team with the teams below it, one location or one job title: the path on which joiners begin.

    Joiners are those whose first day here is ``joined_from_on`` or later. ``days_after``: how many days after that
    first day the path begins.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="rules")
    job = OneLine(max_length=120, blank=True)
    path = models.ForeignKey(Path, models.PROTECT, related_name="rules")
    joined_from_on = models.DateField()
    days_after = models.PositiveSmallIntegerField(default=0)
    switched_on_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    switched_on_at = models.DateTimeField()
    switched_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    switched_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-switched_on_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(team__isnull=False, location=None, job="")
                | Q(team=None, location__isnull=False, job="")
                | (Q(team=None, location=None) & ~Q(job="")),
                name="enrolment_rule_for_one_group",
            ),
            models.CheckConstraint(condition=Q(days_after__lte=365), name="enrolment_rule_begins_within_a_year"),
            models.CheckConstraint(
                condition=Q(switched_off_at=None, switched_off_by=None)
                | Q(
                    switched_off_by__isnull=False,
                    switched_off_at__isnull=False,
                    switched_off_at__gt=F("switched_on_at"),
                ),
                name="enrolment_rule_switched_off_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["team", "path"],
                condition=Q(switched_off_at=None, team__isnull=False),
                name="enrolment_rule_on_once_for_a_team",
            ),
            models.UniqueConstraint(
                fields=["location", "path"],
                condition=Q(switched_off_at=None, location__isnull=False),
                name="enrolment_rule_on_once_for_a_location",
            ),
            models.UniqueConstraint(
                Lower("job"),
                "path",
                condition=Q(switched_off_at=None) & ~Q(job=""),
                name="enrolment_rule_on_once_for_a_job",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team or self.location or self.job}: {self.path}"

    @property
    def is_on(self) -> bool:
        """Whether it enrols whoever comes."""
        return self.switched_off_at is None
