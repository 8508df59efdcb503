"""What leaves the record: notices on the screen and mail.

Both are rows written in the transaction of the fact that they tell of. A notice goes out by mail too: a worker writes
that mail, so that telling three hundred people costs the request one statement. A worker claims mail by lease, speaks
SMTP and notes the result; no request ever waits for a mail server.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lms.rules.notice_kind import kind_of
from lms.rules.target import Target

from .lines import OneLine


class Notice(models.Model):
    """What one person was told about something that happened: its kind and the words of the fact.

    ``words``, format 1: a flat object of text, numbers and truth values; days, instants and uids as text (ISO 8601).
    The kind (``lms.rules.notice_kind``) makes a sentence of them whenever somebody reads, and knows the page to go to.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    about = models.UUIDField(null=True, blank=True)
    words = models.JSONField(default=dict, blank=True)
    """Format 1: {name: text, number or truth value}; days, instants and uids as text (ISO 8601)."""
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mail_at = models.DateTimeField(help_text="When its mail is due; later than the notice in a kind that is collected.")
    mailed_at = models.DateTimeField(null=True, blank=True, help_text="When its mail was queued, or held back.")
    in_log = models.JSONField(default=list, blank=True, help_text="Uids of what it tells of that stands in the log.")
    """Format 1: uids, as text."""

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["person", "-created_at"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["mail_at", "id"], condition=Q(mailed_at=None), name="notice_to_mail"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(kind=""), name="notice_has_kind"),
            models.CheckConstraint(condition=Q(mail_at__gte=F("created_at")), name="notice_mail_after_notice"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"

    @property
    def text(self) -> str:
        """What it says, in the language that is active. Queries: 1 where the person is not loaded."""
        return kind_of(self.kind).text(self.words, self.person)

    @property
    def target(self) -> Target:
        """The page to go to."""
        return Target(kind_of(self.kind).leads_to, self.about)


class MailTurnedOff(models.Model):
    """A person who wants no mail of this kind; the notice on the screen stays."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_turned_off")
    kind = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="mail_turned_off_once"),
            models.CheckConstraint(condition=~Q(kind=""), name="mail_turned_off_has_kind"),
        ]

    def __str__(self) -> str:
        return self.kind


class Reminder(models.Model):
    """Something to tell a person when its time comes, unless it is called off before.

    ``kind``, ``about`` and ``words`` are those of the notice. ``claimed_until``: a worker is at it; one that dies gives
    it back when the lease ends.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=60)
    about = models.UUIDField()
    words = models.JSONField(default=dict, blank=True, help_text="As those of a notice.")
    """Format 1: {name: text, number or truth value}; days, instants and uids as text (ISO 8601)."""
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="reminder_waiting")]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "about", "due_at"], name="reminder_once"),
            models.CheckConstraint(condition=~Q(kind=""), name="reminder_has_kind"),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(done_at__gte=F("due_at")), name="reminder_done_when_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class OutgoingMail(models.Model):
    """One mail to one mailbox, kept until a worker has sent it. ``message`` is the whole RFC 5322 text."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sender = models.CharField(max_length=320)
    recipients = models.JSONField()
    """Format 1: addresses."""
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
