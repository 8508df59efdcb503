"""What a person has done.

A *lesson completion* belongs to the person: a lesson read once counts on every path. A *step completion* belongs to an
enrolment. A *talk fact* is written by the floors above: an example was accepted, or all recall questions of a lesson
stand answered right. A recall fact ends when a later answer is wrong; nothing else here ever changes.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .enrolments import Enrolment
from .lines import OneLine
from .paths import Step
from .skills import Skill


class LessonCompletion(models.Model):
    """The person finished reading a lesson."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="lesson_completions")
    lesson_uid = models.UUIDField()
    completed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "lesson_uid"], name="lesson_completed_once")]

    def __str__(self) -> str:
        return f"{self.person_id} read {self.lesson_uid}"


class StepCompletion(models.Model):
    """A step is done; ``by`` is the person whose act completed it (the learner, the coach, the manager)."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="step_completions")
    step = models.ForeignKey(Step, models.PROTECT, related_name="completions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    completed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "step"], name="step_completed_once")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} did {self.step_id}"


class TalkFact(models.Model):
    """One of the two things that can open Talk, beside the lessons themselves."""

    class Kind(models.TextChoices):
        EXAMPLE = "example", _("An example was accepted in the exchange")
        RECALL = "recall", _("All recall questions of a lesson stand answered right")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="talk_facts")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    skill = models.ForeignKey(Skill, models.PROTECT, null=True, blank=True, related_name="+")
    lesson_uid = models.UUIDField(null=True, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="example", skill__isnull=False, lesson_uid=None, ended_at=None)
                | Q(kind="recall", skill=None, lesson_uid__isnull=False),
                name="talk_fact_is_example_or_recall",
            ),
            models.UniqueConstraint(
                fields=["person", "skill"], condition=Q(kind="example"), name="talk_example_once_per_skill"
            ),
            models.UniqueConstraint(
                fields=["person", "lesson_uid"],
                condition=Q(kind="recall", ended_at=None),
                name="talk_recall_open_once_per_lesson",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="talk_fact_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind}"


class Waiver(models.Model):
    """A step that this person need not do, with the reason; it counts as met for unlocking, never as evidence."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="waivers")
    step = models.ForeignKey(Step, models.PROTECT, related_name="+")
    reason = OneLine(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    waived_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "step"], name="waiver_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_needs_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} need not do {self.step_id}"


class Opening(models.Model):
    """A step that is open to this person in spite of its lock. It opens the door only: what is asked there stays.

    Written by the floors above (an accepted challenge), with the reason of whoever allowed it.
    """

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="openings")
    step = models.ForeignKey(Step, models.PROTECT, related_name="+")
    reason = OneLine(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "step"], name="opening_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="opening_needs_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} may begin {self.step_id}"


class Extension(models.Model):
    """A later day of the path on which one step is due, with the reason: a pause moves it as it moves every other day.
    The latest day counts.
    """

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="extensions")
    step = models.ForeignKey(Step, models.PROTECT, related_name="+")
    due_day = models.IntegerField(help_text="A day of the path.")
    reason = OneLine(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    extended_at = models.DateTimeField()

    class Meta:
        ordering = ["extended_at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="extension_needs_reason")]

    def __str__(self) -> str:
        return f"{self.step_id} until day {self.due_day}"
