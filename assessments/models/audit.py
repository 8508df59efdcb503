"""What is kept of verifying the ledger, and what was erased from it.

An *anchor* says how long the log was and what its head was when it was verified; each names the one before. A *receipt*
says that who signed was told what was signed in their name. An *erasure* is an event of two administrators who let
names and comments of a person's sign-offs go; without one a missing text is a finding. All of them are added once and
never changed (``assessments.services.ledger.triggers``).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lms.api import OneLine

from .ledger import SignOffEvent


class Anchor(models.Model):
    """The log on one day: ``entries`` and ``head``; how many findings there were, and a hash of their text."""

    number = models.PositiveIntegerField(primary_key=True)
    taken_at = models.DateTimeField()
    entries = models.PositiveBigIntegerField()
    head = models.CharField(max_length=64)
    events = models.PositiveBigIntegerField()
    findings = models.PositiveIntegerField()
    findings_hash = models.CharField(max_length=64)
    before = models.CharField(max_length=64, help_text="The hash of the anchor before.")
    this_hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.CheckConstraint(condition=Q(number__gte=1), name="anchor_begins_with_1")]

    def __str__(self) -> str:
        return f"Anchor {self.number}: {self.entries} entries"


class Receipt(models.Model):
    """Who signed was told by mail what was signed in their name."""

    event = models.OneToOneField(SignOffEvent, models.PROTECT, related_name="receipt")
    queued_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Receipt of event {self.event_id}"


class ErasureRequest(models.Model):
    """An administrator asks that the texts of somebody's sign-offs be erased; another one agrees or says no."""

    class Status(models.TextChoices):
        ASKED = "asked"
        DONE = "done"
        REFUSED = "refused"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = OneLine(max_length=300)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ASKED)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(status="asked"), name="erasure_asked_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="erasure_request_needs_reason"),
            models.CheckConstraint(condition=~Q(asked_by=F("person")), name="erasure_not_asked_for_oneself"),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("person")), name="erasure_not_answered_for_oneself"
            ),
            models.CheckConstraint(
                condition=Q(status="asked", answered_by=None, answered_at=None)
                | Q(status__in=["done", "refused"], answered_by__isnull=False, answered_at__isnull=False),
                name="erasure_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="done") | ~Q(answered_by=F("asked_by")), name="erasure_by_two_administrators"
            ),
        ]

    def __str__(self) -> str:
        return f"Erasure of {self.person_id}: {self.status}"


class Erasure(models.Model):
    """ERASED: two administrators let the texts of a person's sign-offs go, all at once."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = OneLine(max_length=300)
    erased_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(asked_by=F("agreed_by")), name="erased_by_two"),
            models.CheckConstraint(
                condition=~Q(asked_by=F("person")) & ~Q(agreed_by=F("person")), name="erased_not_by_oneself"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="erased_with_reason"),
        ]

    def __str__(self) -> str:
        return f"Texts of {self.person_id} erased"


class ErasedText(models.Model):
    """One text that an erasure names; only such a text may be deleted."""

    erasure = models.ForeignKey(Erasure, models.PROTECT, related_name="texts")
    event = models.ForeignKey(SignOffEvent, models.PROTECT, related_name="erased_texts")
    name = models.CharField(max_length=24)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "name"], name="text_erased_once")]

    def __str__(self) -> str:
        return f"{self.name} of event {self.event_id}"
