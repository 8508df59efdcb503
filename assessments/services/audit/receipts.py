"""Receipts: whoever signs is told by mail what was signed in their name, from the ledger and not from the act.

So an event that somebody else wrote in their name, with the key and by every rule, still comes to the one person who
knows that it is not theirs.
"""

from __future__ import annotations

from datetime import datetime

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.models import Receipt, SignOffEvent
from lms.api import LogEntry, heads_with, in_language_of, organisation, queue_mail, receipt_of
from lms.rules.lines import one_line
from lms.rules.said import at_hour, full_day


@transaction.atomic
def mail_receipts(at: datetime, limit: int = 200) -> int:
    """Queue a mail for each event whose signer was not told yet, oldest first; returns how many events.

    Queries: 3 for any number, and 2 a mail.
    """
    waiting = SignOffEvent.objects.filter(receipt=None).select_related("signer", "subject").order_by("pk")
    events = list(waiting.select_for_update(skip_locked=True, of=("self",))[:limit])
    heads = heads_with({str(event.uid) for event in events})
    for event in events:
        if event.signer.is_active and event.kind != SignOffEvent.Kind.SUPERSEDED:
            with in_language_of(event.signer):
                queue_mail(_mail(event, heads.get(str(event.uid))), at)
    Receipt.objects.bulk_create([Receipt(event=event, queued_at=at) for event in events])
    return len(events)


def _mail(event: SignOffEvent, entry: LogEntry | None) -> EmailMessage:
    here = event.recorded_at.astimezone(event.signer.zone)
    body = _(
        "Hello %(person)s,\n\nthis was signed in your name at %(company)s, on %(when)s:\n\n%(words)s\n"
        "for %(learner)s\n\nKeep this mail. If it was not you who signed, tell an administrator and an auditor "
        "today.\n\n%(receipt)s\n"
    ) % {
        "person": event.signer.get_short_name(),
        "company": organisation().name,
        "when": at_hour(full_day(here.date()), here),
        "words": event.words,
        "learner": event.subject.full_name,
        "receipt": receipt_of(entry) if entry else _("This stands in no log of the ledger: tell them that too."),
    }
    subject = _("Signed in your name: %(words)s") % {"words": event.words}
    return EmailMessage(subject=one_line(subject), body=body, to=[event.signer.email])
