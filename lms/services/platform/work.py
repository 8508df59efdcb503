"""Work that nobody sees: whether schedule and worker live, when each task last went through, and which call failed.

The worker tells (``lms.receivers``); an administrator reads it on the page Operations and has what failed tried again.
A message of the broker is only a wake-up: a call that was lost can be asked for again (ADR 4).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from lms.errors import Conflict
from lms.models import FailedTask, Heartbeat, TaskRun, User
from lms.policies.operations import failed_task_policy

from .acts import act, claim_key

logger = logging.getLogger(__name__)

WORKER, SCHEDULE = Heartbeat.Of.WORKER, Heartbeat.Of.SCHEDULE
SHOWN_FOR = timedelta(days=7)
NOTED_EVERY = timedelta(minutes=1)
LONGEST_CALL = 500

_work: dict[str, Any] = {}
_send: list[Callable[[str, list[Any], dict[str, Any]], object]] = []


def register_work(work: Mapping[str, Any]) -> None:
    """Say what tasks of an app do, by their names; from ``AppConfig.ready()``. Registering again replaces."""
    _work.update(work)


def register_sender(send: Callable[[str, list[Any], dict[str, Any]], object]) -> None:
    """Say how a task is sent to the worker, by name and arguments; from ``AppConfig.ready()``. Again replaces."""
    _send[:] = [send]


def known_work() -> dict[str, Any]:
    """What each task does, by its name."""
    return dict(_work)


# --- What the worker and the schedule tell


def note_life(name: str, at: datetime) -> None:
    """The worker or the schedule lives. Queries: 1, the first time 2."""
    if not Heartbeat.objects.filter(name=name).update(beat_at=at):
        Heartbeat.objects.bulk_create([Heartbeat(name=name, beat_at=at)], ignore_conflicts=True)


def note_done(task: str, call: str, at: datetime) -> None:
    """A call of a task went through: what failed of it before is closed. Queries: 2-3, the first time 4."""
    FailedTask.objects.filter(task=task, call=call, done_at=None).update(done_at=at)
    noted = TaskRun.objects.filter(task=task)
    if noted.filter(done_at__gt=at - NOTED_EVERY, done_at__lte=at).exists():
        return
    if not noted.update(done_at=at):
        TaskRun.objects.bulk_create([TaskRun(task=task, done_at=at)], ignore_conflicts=True)


def note_failed(task: str, call: str, error: str, at: datetime) -> None:
    """A call of a task failed, for the first time or again. Queries: 1, the first time 4."""
    again = FailedTask.objects.filter(task=task, call=call, done_at=None)
    values = {"failed_at": at, "error": error}
    if len(call) > LONGEST_CALL:
        logger.error("A call of %s is too long to be kept: tasks are given ids only.", task)
    elif not again.update(times=F("times") + 1, **values):
        try:
            with transaction.atomic():
                FailedTask.objects.create(task=task, call=call, since=at, **values)
        except IntegrityError:  # another worker was faster
            again.update(times=F("times") + 1, **values)


def call_of(positional: Sequence[Any], named: Mapping[str, Any]) -> str:
    """The arguments of a call as they are kept: the same call has the same text."""
    return json.dumps([list(positional), dict(named)], sort_keys=True, separators=(",", ":"))


# --- What administrators read


@dataclass(frozen=True, slots=True)
class LastRun:
    """What a task does, and when it last went through."""

    task: str
    says: Any
    done_at: datetime | None


def last_beat(name: str) -> datetime | None:
    """When the worker or the schedule was last heard of. Queries: 1."""
    return Heartbeat.objects.filter(name=name).values_list("beat_at", flat=True).first()


def last_runs() -> list[LastRun]:
    """Every task that is known, as each was registered. Queries: 1."""
    done = dict(TaskRun.objects.values_list("task", "done_at"))
    return [LastRun(task, says, done.get(task)) for task, says in _work.items()]


def failed_work(at: datetime) -> QuerySet[FailedTask]:
    """Calls that failed in the last days and have not gone through since, the newest first."""
    return FailedTask.objects.filter(done_at=None, failed_at__gt=at - SHOWN_FOR)


# --- What they do


@act
def try_task_again(*, actor: User, task_uid: UUID, key: UUID, at: datetime) -> FailedTask:
    """Send a call that failed to the worker once more, when this is committed.

    Raises NotFound, Conflict (it went through meanwhile; nobody knows such work any more).
    """
    row = failed_task_policy.get(actor, "try_again", uid=task_uid, lock=True)
    if not claim_key(actor=actor, name="task.try_again", key=key, at=at, about=row.uid):
        return row
    if row.done_at is not None:
        raise Conflict(_("This went through meanwhile. There is nothing to try again."))
    if row.task not in _work:
        raise Conflict(_("This version of Vouch knows no such work any more: %(task)s.") % {"task": row.task})
    row.asked_at = at
    row.save(update_fields=["asked_at"])
    transaction.on_commit(partial(_send_again, row.task, row.call))
    return row


def _send_again(task: str, call: str) -> None:
    positional, named = json.loads(call)
    try:
        for send in _send:
            send(task, positional, named)
    except Exception:  # whatever is wrong with the broker, the row says that it was asked for, and it can be again
        logger.warning("The worker could not be asked to try %s again.", task, exc_info=True)
