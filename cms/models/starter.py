"""How the library of an installation began: with the starter curriculum, or empty.

There is one row at most. For the starter curriculum it is the work of the worker, too: it waits, runs, and is done or
has failed. A worker that runs holds the row (``run``) and is heard of with each piece; whoever finds that it was silent
for too long takes the row over.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class StarterCurriculum(models.Model):
    """The choice, and how far its load is. A constraint holds it to one row, so that there is one load at a time."""

    class State(models.TextChoices):
        EMPTY = "empty", _("begun empty")
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    state = models.CharField(max_length=8, choices=State.choices)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    run = models.UUIDField(null=True)
    """Which run of a worker holds it."""
    heard_at = models.DateTimeField(null=True)
    """When a worker was last heard of; once it is done, when that was."""
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    """Of how many pieces; 0 before a worker has read the files."""
    failure = models.TextField(blank=True)
    """The sentence of the failure."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="starter_curriculum_is_one"),
            models.CheckConstraint(
                condition=Q(state__in=["empty", "waiting", "running", "done", "failed"]),
                name="starter_curriculum_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="running", run__isnull=False, heard_at__isnull=False)
                | (~Q(state="running") & Q(run=None)),
                name="starter_curriculum_runs_in_one_worker",
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="starter_curriculum_done_within_total"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(done=F("total"), heard_at__isnull=False),
                name="starter_curriculum_done_is_whole",
            ),
            models.CheckConstraint(
                condition=(Q(state="failed") & ~Q(failure="")) | (~Q(state="failed") & Q(failure="")),
                name="starter_curriculum_failed_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}, {self.done} of {self.total}"
