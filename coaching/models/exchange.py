"""The exchange: questions, answers and examples, by skill.

A *thread* belongs to a skill; one thread a skill is the *prompt* that authors wrote. A *post* is a question, an answer
or an example. The asker accepts an answer; a coach or an observer of the skill accepts an example, which is one of the
two ways to open Talk. A moderator may hide a post; it stays in the record with the reason.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.api import ManyLines, OneLine


class Thread(models.Model):
    """A question with its answers, or the prompt of a skill with its contributions."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    skill = models.ForeignKey("lms.Skill", models.PROTECT, related_name="threads")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="threads")
    title = OneLine(max_length=300)
    is_prompt = models.BooleanField(default=False)
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["skill"], condition=Q(is_prompt=True), name="thread_one_prompt_per_skill"),
            models.CheckConstraint(
                condition=Q(is_prompt=True, author=None) | Q(is_prompt=False, author__isnull=False),
                name="thread_prompt_has_no_author",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Post(models.Model):
    """One contribution."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("Question")
        ANSWER = "answer", _("Answer")
        EXAMPLE = "example", _("Example")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    thread = models.ForeignKey(Thread, models.PROTECT, related_name="posts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    body = ManyLines()
    posted_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    hidden_reason = OneLine(max_length=300, blank=True)

    class Meta:
        ordering = ["posted_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hidden_at=None, hidden_by=None, hidden_reason="")
                | Q(hidden_at__isnull=False, hidden_by__isnull=False) & ~Q(hidden_reason=""),
                name="post_hidden_by_somebody_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, kind__in=["answer", "example"]),
                name="post_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(kind="example") | Q(accepted_by=None) | ~Q(accepted_by=F("author")),
                name="post_example_not_accepted_by_author",
            ),
            models.CheckConstraint(condition=~Q(body=""), name="post_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.author_id}"
