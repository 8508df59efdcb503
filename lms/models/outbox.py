"""What leaves the record: notices on the screen and mail.

Both are rows written in the transaction of the fact that they tell of. A notice goes out by mail too: a worker writes
that mail, so that telling three hundred people costs the request one statement. A worker claims mail by lease, speaks
SMTP and notes the result; no request ever waits for a mail server.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from .lines import OneLine


class Notice(models.Model):
    """A sentence for one person about something that happened, with the place to go."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    text = OneLine(max_length=300)
    url = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True, help_text="When its mail was queued.")
    in_log = models.JSONField(default=list, blank=True, help_text="Uids of what it tells of that stands in the log.")

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["person", "-created_at"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["id"], condition=Q(mailed_at=None), name="notice_to_mail"),
        ]

    def __str__(self) -> str:
        return self.text


class OutgoingMail(models.Model):
    """One mail to one mailbox, kept until a worker has sent it. ``message`` is the whole RFC 5322 text."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sender = models.CharField(max_length=320)
    recipients = models.JSONField()
    subject = OneLine(max_length=255)
    message = models.TextField()
    created_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(sent_at=None, given_up_at=None), name="outgoing_mail_waiting"
            )
        ]

    def __str__(self) -> str:
        return self.subject
