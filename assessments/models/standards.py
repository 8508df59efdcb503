"""Standards and calibration sets, as compiled.

A *standard* says what must be shown, with which evidence, and how far a sign-off on it may go. Cases, observations and
sign-offs point at the version they were made on.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.rules.calibration import LEAST_ITEMS, LEAST_KAPPA, MOST_BIAS


class StandardVersion(models.Model):
    """A standard as published once. ``spec`` is a ``StandardSpec`` as JSON (specification, indicators, rule...)."""

    class Risk(models.TextChoices):
        LOW = "low", _("low")
        STANDARD = "standard", _("standard")
        HIGH = "high", _("high")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    standard_uid = models.UUIDField()
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    title = models.CharField(max_length=160)
    spec = models.JSONField()
    """Format 1: ``assessments.rules.specs.StandardSpec``, as ``lms.rules.digest.plain`` writes it."""
    grants = models.PositiveSmallIntegerField()
    risk = models.CharField(max_length=8, choices=Risk.choices)
    valid_months = models.PositiveSmallIntegerField()
    published_at = models.DateTimeField()
    skills: models.ManyToManyField = models.ManyToManyField("lms.Skill", related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["standard_uid", "number"], name="standard_version_number_once"),
            models.CheckConstraint(condition=Q(grants__gte=1, grants__lte=5), name="standard_grants_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"


class CalibrationVersion(models.Model):
    """A calibration set as published once: vignettes with reference ratings, and what passes.

    ``decides``: a pass renews a grant. ``items``, ``kappa`` and ``max_bias`` stand beside the spec so that the database
    can hold it to the floors of ``assessments.rules.calibration``.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    set_uid = models.UUIDField()
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    skill = models.ForeignKey("lms.Skill", models.PROTECT, related_name="+")
    spec = models.JSONField()
    """Format 1: ``assessments.rules.specs.CalibrationSpec``, as ``lms.rules.digest.plain`` writes it."""
    items = models.PositiveSmallIntegerField()
    kappa = models.FloatField()
    max_bias = models.FloatField()
    decides = models.BooleanField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["set_uid", "number"], name="calibration_version_number_once"),
            models.CheckConstraint(
                condition=Q(decides=False) | Q(items__gte=LEAST_ITEMS, kappa__gte=LEAST_KAPPA, max_bias__lte=MOST_BIAS),
                name="calibration_version_decides_above_the_floors",
            ),
        ]

    def __str__(self) -> str:
        return f"Calibration {self.set_uid} v{self.number}"
