"""Telling people something when its time comes: planned with the fact, called off with it, said once by the sweep."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from lms.models import Reminder, User
from lms.rules.notice_kind import NoticeKind, kind_of, plain_words

from .notices import tell

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)


def remind(
    kind: NoticeKind, people: Iterable[User], *, about: UUID, words: Mapping[str, Any], due_at: datetime, at: datetime
) -> None:
    """Tell these people at ``due_at``, in the transaction of the fact; nothing for an instant that has passed.

    What is planned already stays as it is. Queries: 0 or 1.
    """
    if due_at > at:
        rows = [
            Reminder(person=person, kind=kind.code, about=about, words=plain_words(words), due_at=due_at)
            for person in people
        ]
        Reminder.objects.bulk_create(rows, ignore_conflicts=True)


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """Something to tell a person at ``due_at``."""

    person: User
    kind: NoticeKind
    about: UUID
    words: Mapping[str, Any]
    due_at: datetime


def plan_reminders(planned: Iterable[PlannedReminder]) -> None:
    """Plan these, due already or later; what is planned or was said already stays as it is. For sweeps, which find the
    same again. Queries: 1 for 500.
    """
    rows = [
        Reminder(
            person=one.person, kind=one.kind.code, about=one.about, words=plain_words(one.words), due_at=one.due_at
        )
        for one in planned
    ]
    Reminder.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def call_off_reminders(kind: NoticeKind, about: Iterable[UUID]) -> None:
    """What was to be said about these is not said any more. Queries: 1-2."""
    Reminder.objects.filter(kind=kind.code, about__in=list(about), done_at=None).delete()


def say_reminders(at: datetime, limit: int = 500) -> int:
    """Say what is due, and return how many reminders that were.

    Each is claimed by one conditional UPDATE (a lease of two minutes) and said in one transaction with the note that it
    is done: two workers say it once, one that dies gives it back, and one that cannot be said keeps nothing else away.
    """
    waiting = Q(done_at=None, due_at__lte=at) & (Q(claimed_until=None) | Q(claimed_until__lte=at))
    said = 0
    for pk in Reminder.objects.filter(waiting).values_list("pk", flat=True)[:limit]:
        if Reminder.objects.filter(waiting, pk=pk).update(claimed_until=at + LEASE):
            try:
                said += _say(pk, at)
            except Exception:  # a kind that is gone, a row that somebody wrote
                logger.exception("The reminder %s could not be said.", pk)
    return said


@transaction.atomic
def _say(pk: int, at: datetime) -> int:
    row = Reminder.objects.select_related("person").get(pk=pk)
    done = Reminder.objects.filter(pk=pk, done_at=None).update(done_at=at)
    if done:
        tell(kind_of(row.kind), [row.person], about=row.about, words=row.words, at=at)
    return done
