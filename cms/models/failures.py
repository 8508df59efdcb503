"""What became of publishing: compiled when, or failed why.

A *compilation* says which revision of a source the record holds; a live source without one for its live revision is
stale, and the sweep compiles it. A *compile failure* is shown to authors until a later compile succeeds.
"""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Compilation(models.Model):
    """The revision of a source from which the record was last written."""

    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    uid = models.UUIDField()
    revision_id = models.BigIntegerField(null=True)
    compiled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["content_type", "object_id"], name="compilation_once")]

    def __str__(self) -> str:
        return f"{self.uid} from revision {self.revision_id}"


class CompileFailure(models.Model):
    """A publish that the record could not take; open until ``resolved_at``."""

    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    uid = models.UUIDField()
    title = models.CharField(_("title"), max_length=255)
    message = models.TextField(_("message"))
    failed_at = models.DateTimeField(_("failed at"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)

    class Meta:
        ordering = ["-failed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id"], condition=Q(resolved_at=None), name="compile_failure_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.message}"
