"""The mail backend: mail is a row first, in the transaction of the fact that it tells of."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from lms.api import queue_mail


class OutboxBackend(BaseEmailBackend):
    """Writes one OutgoingMail a message; the worker sends it through ``VOUCH_SMTP_BACKEND``."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue all; never speaks to a mail server. Queries: 1 a message."""
        for message in email_messages:
            queue_mail(message)
        return len(email_messages)
