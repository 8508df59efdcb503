"""Recall: short questions at the end of lessons and courses, asked again after growing intervals.

Answers are private like practice. What leaves is a talk fact in the record: all questions of a lesson stand right.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models


class RecallVersion(models.Model):
    """A question as published once. ``owner_uid`` is the lesson or course that asks it; ``spec`` holds the key."""

    recall_uid = models.UUIDField()
    owner_uid = models.UUIDField(db_index=True)
    position = models.PositiveSmallIntegerField(default=0)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    spec = models.JSONField()
    """Format 1: ``assessments.rules.specs.RecallSpec``, as ``lms.rules.digest.plain`` writes it."""
    current = models.BooleanField(default=True)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["recall_uid", "number"], name="recall_version_number_once"),
            models.UniqueConstraint(
                fields=["recall_uid"], condition=models.Q(current=True), name="recall_one_current_version"
            ),
        ]

    def __str__(self) -> str:
        return f"Recall {self.recall_uid} v{self.number}"


class RecallAnswer(models.Model):
    """One answer; the latest to each question counts."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recall_answers")
    version = models.ForeignKey(RecallVersion, models.PROTECT, related_name="answers")
    recall_uid = models.UUIDField()
    option = models.CharField(max_length=40)
    right = models.BooleanField()
    answered_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "recall_uid", "-answered_at"])]

    def __str__(self) -> str:
        return f"{self.recall_uid} by {self.person_id}"


class ReviewCard(models.Model):
    """When a person is asked a question again. ``interval_days`` doubles with each right answer and falls back to 1."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="review_cards")
    recall_uid = models.UUIDField()
    due_on = models.DateField()
    interval_days = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "recall_uid"], name="review_card_once")]
        indexes = [models.Index(fields=["person", "due_on"])]

    def __str__(self) -> str:
        return f"{self.recall_uid} due {self.due_on}"
