"""What the programs that work unseen leave behind: that they live, what went through, and what failed.

A task of the worker is called with ids only. A call that failed is one row until the same call goes through, whether
the schedule makes it again or an administrator does.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q


class Heartbeat(models.Model):
    """When the worker, and when the schedule, last showed that it lives; one row each.

    The schedule writes its own; the worker's is written by a task that the schedule sends. A schedule that is silent
    therefore leaves a worker of which nothing is known.
    """

    class Of(models.TextChoices):
        WORKER = "worker"
        SCHEDULE = "schedule"

    name = models.CharField(max_length=20, choices=Of)
    beat_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="heartbeat_once"),
            models.CheckConstraint(condition=Q(name__in=["worker", "schedule"]), name="heartbeat_of_a_program"),
        ]

    def __str__(self) -> str:
        return self.name


class TaskRun(models.Model):
    """When a task last went through; one row a task, written once a minute at most."""

    task = models.CharField(max_length=120)
    done_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task"], name="task_run_once")]

    def __str__(self) -> str:
        return self.task


class FailedTask(models.Model):
    """A call of a task that failed; open until it went through (``done_at``).

    ``call``, format 1: [positional, named] arguments as JSON. ``failed_at``: the last time, of ``times``. ``asked_at``:
    when an administrator last had it tried again.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    task = models.CharField(max_length=120)
    call = models.CharField(max_length=500)
    since = models.DateTimeField()
    failed_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    error = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-failed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["task", "call"], condition=Q(done_at=None), name="failed_task_open_once"),
            models.CheckConstraint(condition=Q(times__gte=1), name="failed_task_failed"),
            models.CheckConstraint(condition=Q(failed_at__gte=F("since")), name="failed_task_since_it_first_failed"),
        ]

    def __str__(self) -> str:
        return self.task
