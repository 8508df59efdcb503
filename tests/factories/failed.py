"""What failed: a call of a task, and a mail that no server took. Without a word, so that a page shows its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.mail import EmailMessage

from lms import clock
from lms.api import OutgoingMail, queue_mail
from lms.models import FailedTask


def task(name: str = "assessments.tasks.verify_ledger", call: str = "[[],{}]", **fields: Any) -> FailedTask:
    """A call that failed an hour ago."""
    ago = clock.now() - timedelta(hours=1)
    return FailedTask.objects.get_or_create(
        task=name, call=call, done_at=None, defaults={"since": ago, "failed_at": ago, "error": "28"} | fields
    )[0]


def mail(to: str = "lea.somer@example.com", subject: str = "7", **fields: Any) -> OutgoingMail:
    """A mail that was given up an hour ago, after the last try."""
    ago = clock.now() - timedelta(hours=1)
    row = queue_mail(EmailMessage(subject, "8", to=[to]), ago)
    given_up = {"given_up_at": ago, "attempts": 8, "last_error": "550 5.1.1"} | fields
    OutgoingMail.objects.filter(pk=row.pk).update(**given_up)
    row.refresh_from_db()
    return row
