"""Receipts: whoever signs is told by mail what was signed in their name, from the ledger and not from the act.

So an event that somebody else wrote in their name, with the key and by every rule, still comes to the one person who
knows that it is not theirs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils.translation import gettext as _

from assessments.models import Receipt, SignOffEvent
from lms.api import LogEntry, heads_with, in_language_of, organisation, queue_mail, receipt_of
from lms.rules.lines import one_line
from lms.rules.said import at_hour, full_day

logger = logging.getLogger(__name__)
LOCK = 0x5265636569
"""The number of the advisory lock."""


@transaction.atomic
def mail_receipts(at: datetime, limit: int = 200) -> int:
    """Queue a mail for each event whose signer was not told yet, oldest first; returns how many events.

    An event that cannot be read keeps nobody else's mail away: verification names it. Queries: 4 for any number, and 2
    a mail.
    """
    if not _alone():
        return 0
    keys = list(SignOffEvent.objects.filter(receipt=None).order_by("pk").values_list("pk", flat=True)[:limit])
    for event, entry in _with_entries(keys):
        if event.signer.is_active and event.kind != SignOffEvent.Kind.SUPERSEDED:
            by_itself(partial(_queue, event, entry, at), f"of the event number {event.pk}")
    Receipt.objects.bulk_create([Receipt(event_id=key, queued_at=at) for key in keys])
    return len(keys)


def _alone() -> bool:
    """Whether no other worker tells of events until this transaction ends. SQLite has one writer anyway. Queries: 1.

    Not by locking the events: to lock a row takes the right to change it, which the role of the worker has not.
    """
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _with_entries(keys: list[int]) -> list[tuple[SignOffEvent, LogEntry | None]]:
    """These events and their entries in the log. Where one cannot be read, each is read by itself. Queries: 2."""
    try:
        found = SignOffEvent.objects.filter(pk__in=keys).select_related("signer", "subject", "skill", "about__skill")
        events = list(found.order_by("pk"))
        heads = heads_with({str(event.uid) for event in events})
    except Exception:  # an odd row is among them
        if len(keys) > 1:
            return [pair for key in keys for pair in _with_entries([key])]
        logger.exception("Nobody could be told of the event number %s.", keys[0])
        return []
    return [(event, heads.get(str(event.uid))) for event in events]


def by_itself(tell: Callable[[], object], what: str) -> None:
    """All of it or nothing: somebody who cannot be told, because of whatever stands in a row, keeps nobody else's mail
    away. The log has the reason.
    """
    try:
        with transaction.atomic():
            tell()
    except Exception:  # whatever stands in a row that somebody wrote
        logger.exception("Somebody could not be told %s", what)


def _queue(event: SignOffEvent, entry: LogEntry | None, at: datetime) -> None:
    with in_language_of(event.signer):
        queue_mail(_mail(event, entry), at)


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
        "words": event.said,
        "learner": event.subject.full_name,
        "receipt": receipt_of(entry) if entry else _("This stands in no log of the ledger: tell them that too."),
    }
    subject = _("Signed in your name: %(words)s") % {"words": event.said}
    return EmailMessage(subject=one_line(subject), body=body, to=[event.signer.email])
