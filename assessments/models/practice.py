"""Practice: scenarios as compiled, and a person's attempts at them.

Practice is private. Nothing here is read by anybody but the learner; the only thing that leaves is the Try gate, as a
dated row of ``lms.SkillGate``. An attempt keeps its seed, so that the order of choices can be shown again, and the
scenario version that it was played on, so that a new version reaches only the next attempt.

A *try fact* says that a person practised a skill to standard twice, and since when. It is what the gate is rebuilt
from:
attempts may be deleted by the learner, the fact stays.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from lms.api import ManyLines


class ScenarioVersion(models.Model):
    """A scenario as it was published once; ``spec`` is a ``ScenarioSpec`` as JSON and holds the answer key."""

    scenario_uid = models.UUIDField()
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    title = models.CharField(max_length=160)
    spec = models.JSONField()
    """Format 1: ``assessments.rules.specs.ScenarioSpec``, as ``lms.rules.digest.plain`` writes it."""
    published_at = models.DateTimeField()
    skills: models.ManyToManyField = models.ManyToManyField("lms.Skill", related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scenario_uid", "number"], name="scenario_version_number_once")]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"


class Attempt(models.Model):
    """One run through a scenario. ``node`` is where it stands; ``result`` is written at the ending, never before."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="attempts")
    version = models.ForeignKey(ScenarioVersion, models.PROTECT, related_name="attempts")
    seed = models.BigIntegerField()
    node = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0, help_text="How many turns are behind.")
    meters = models.JSONField(default=dict)
    """Format 1: {name of the meter: whole number}."""
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)
    """Format: its ``rule``, visited-v1: shares by skill, critical, mean, passed, ending, to_standard. None before."""

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None, result=None) | Q(finished_at__isnull=False, result__isnull=False),
                name="attempt_result_only_when_finished",
            ),
        ]
        indexes = [models.Index(fields=["person", "-started_at"])]

    def __str__(self) -> str:
        return f"Attempt {self.uid}"


class AttemptChoice(models.Model):
    """One decision taken in an attempt, with the order in which the choices stood and how sure the person was."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="choices")
    position = models.PositiveSmallIntegerField()
    node = models.CharField(max_length=60)
    shown = models.JSONField(help_text="Choice ids in the order shown.")
    """Format 1: ids of choices."""
    choice = models.CharField(max_length=60)
    confidence = models.CharField(max_length=6, blank=True)
    chosen_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="attempt_choice_position_once"),
            models.UniqueConstraint(fields=["attempt", "node"], name="attempt_choice_node_once"),
            models.CheckConstraint(
                condition=Q(confidence__in=["", "sure", "think", "guess"]), name="attempt_choice_confidence_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node}: {self.choice}"


class OpenResponse(models.Model):
    """A written answer, and which look-fors the person found in it before seeing the exemplar."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="responses")
    position = models.PositiveSmallIntegerField()
    node = models.CharField(max_length=60)
    text = ManyLines()
    written_at = models.DateTimeField()
    marks = models.JSONField(null=True, blank=True, help_text="Ids of the look-fors that the person ticked.")
    """Format 1: ids of look-fors; None before marking."""

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["attempt", "node"], name="open_response_node_once")]

    def __str__(self) -> str:
        return f"Answer at {self.node}"


class TryFact(models.Model):
    """The person practised the skill to standard twice; written with the gate, and all that others may ever learn."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="try_facts")
    skill = models.ForeignKey("lms.Skill", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "skill"], name="try_fact_once_per_skill")]

    def __str__(self) -> str:
        return f"{self.person_id} tried {self.skill_id}"
