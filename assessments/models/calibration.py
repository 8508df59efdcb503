"""Calibration: somebody rated the vignettes of a set, once through."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from .standards import CalibrationVersion


class CalibrationAttempt(models.Model):
    """One attempt at one version of a set: all ratings at once, and what came of them. Never changed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="calibrations")
    version = models.ForeignKey(CalibrationVersion, models.PROTECT, related_name="attempts")
    ratings = models.JSONField(help_text="Supervision needed 1-5 by id of the vignette.")
    """Format 1: {id of the vignette: supervision needed, 1-5}."""
    kappa = models.DecimalField(max_digits=4, decimal_places=3)
    bias = models.DecimalField(max_digits=4, decimal_places=3)
    passed = models.BooleanField()
    for_learning = models.BooleanField(
        help_text="The person could know the references: they may edit the set, or did within a year. Renews nothing."
    )
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["-taken_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kappa__gte=-1, kappa__lte=1), name="calibration_kappa_in_range"),
            models.CheckConstraint(condition=Q(bias__gte=-4, bias__lte=4), name="calibration_bias_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.version}"
