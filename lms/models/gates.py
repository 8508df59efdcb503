"""Skill gates: the one place where every floor reads which gates are open.

A *skill gate* is written by the floor that knows (talk here, do by coaching and assessments, try and show by
assessments), inside its own transaction, one row a source. It is a materialised fold over the events: ``rebuild_gates``
computes it again and compares. A revoked source loses its row.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from lms.rules.ladder import NAMES

from .skills import Skill


class SkillGate(models.Model):
    """A gate that is open for a person on a skill because of one source (``enrolment:<uid>``, ``event:<id>``...)."""

    class Gate(models.TextChoices):
        TALK = "talk", NAMES["talk"]
        TRY = "try", NAMES["try"]
        DO = "do", NAMES["do"]
        SHOW = "show", NAMES["show"]

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="skill_gates")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+")
    gate = models.CharField(max_length=4, choices=Gate.choices)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    standard_uid = models.UUIDField(null=True, blank=True)
    opened_at = models.DateTimeField()
    valid_until = models.DateField(null=True, blank=True, help_text="The last day on which it counts.")
    source = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "skill", "gate", "source"], name="skill_gate_once_per_source"),
            models.CheckConstraint(
                # "Not empty" is said too: a comparison with nothing is no refusal to SQL.
                condition=Q(gate="show", level__isnull=False, level__gte=1, level__lte=5, standard_uid__isnull=False)
                | Q(gate__in=["talk", "try", "do"], level=None, standard_uid=None),
                name="skill_gate_level_only_for_show",
            ),
        ]
        indexes = [models.Index(fields=["person", "skill"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.skill_id} {self.gate}"
