"""Observations: what one observer saw once.

*What I saw* is written first (``written_at``); then each indicator of the skills is marked, and how much supervision
was
needed is said per skill, looking back. "No opportunity" differs from "not seen". An observation is never changed.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .cases import Case, Request
from .standards import StandardVersion


class Observation(models.Model):
    """One encounter, seen by one person. ``request`` is empty for *I just saw this*."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="observations_of")
    observer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="observations_by")
    version = models.ForeignKey(StandardVersion, models.PROTECT, related_name="observations")
    case = models.ForeignKey(Case, models.PROTECT, related_name="observations")
    request = models.OneToOneField(Request, models.PROTECT, null=True, blank=True, related_name="observation")
    context = models.CharField(max_length=80)
    customer = models.ForeignKey("lms.Customer", models.PROTECT, null=True, blank=True, related_name="+")
    customer_name = models.CharField(max_length=160, blank=True, help_text="What the customer was called that day.")
    what_i_saw = models.TextField()
    written_at = models.DateTimeField(help_text="When what was seen was set down, before any rating was shown.")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    digest = models.CharField(max_length=64, help_text="Fingerprint of all that it says, ratings and marks included.")

    class Meta:
        ordering = ["-occurred_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(person=F("observer")), name="observation_not_of_oneself"),
            models.CheckConstraint(condition=~Q(what_i_saw=""), name="observation_says_what_was_seen"),
            models.CheckConstraint(condition=Q(occurred_at__lte=F("recorded_at")), name="observation_recorded_after"),
            models.CheckConstraint(
                condition=Q(written_at__lt=F("recorded_at")), name="observation_written_before_rating"
            ),
            # The moment is sealed with the words, so this is: one seal, one observation.
            models.UniqueConstraint(fields=["person", "observer", "written_at"], name="observation_once_per_seal"),
        ]

    def __str__(self) -> str:
        return f"Observation {self.uid}"


class ObservationSkill(models.Model):
    """How much supervision one skill needed in the encounter (1-5, looking back)."""

    observation = models.ForeignKey(Observation, models.CASCADE, related_name="ratings")
    skill = models.ForeignKey("lms.Skill", models.PROTECT, related_name="+")
    supervision = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["observation", "skill"], name="observation_skill_once"),
            models.CheckConstraint(
                condition=Q(supervision__gte=1, supervision__lte=5), name="observation_supervision_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.skill_id}: {self.supervision}"


class ObservationIndicator(models.Model):
    """What was seen of one indicator."""

    class Mark(models.TextChoices):
        SEEN = "seen", _("Seen")
        PARTLY = "partly", _("Partly")
        NOT_SEEN = "not_seen", _("Not seen")
        NO_OPPORTUNITY = "no_opportunity", _("No opportunity")

    observation = models.ForeignKey(Observation, models.CASCADE, related_name="indicators")
    skill = models.ForeignKey("lms.Skill", models.PROTECT, related_name="+")
    indicator = models.CharField(max_length=60)
    mark = models.CharField(max_length=14, choices=Mark.choices, default=Mark.NO_OPPORTUNITY)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["observation", "skill", "indicator"], name="observation_indicator_once"),
            models.CheckConstraint(
                condition=Q(mark__in=["seen", "partly", "not_seen", "no_opportunity"]),
                name="observation_mark_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.mark}"
