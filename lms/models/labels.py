"""Labels: what a piece of content is called today.

Wording is current for everybody at once, structure is not. Titles, summaries and minutes therefore stand beside the
versions, one row a piece of content and locale, rewritten by each publish.
"""

from __future__ import annotations

from django.db import models


class Label(models.Model):
    """The current title, summary and minutes of the content ``uid`` in one locale."""

    uid = models.UUIDField()
    locale = models.CharField(max_length=12, default="en")
    kind = models.CharField(max_length=16)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    minutes = models.PositiveSmallIntegerField(default=0)
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["uid", "locale"], name="label_once_per_locale")]

    def __str__(self) -> str:
        return self.title
