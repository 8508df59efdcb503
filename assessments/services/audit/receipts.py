"""Receipts: whoever signs is told by mail what was signed in their name, from the ledger and not from the act.

So an event that somebody else wrote in their name, with the key and by every rule, still comes to the one person who
knows that it is not theirs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils.translation import gettext as _

from assessments.models import Receipt, SignOffEvent
from lms.api import LogEntry, heads_with, in_language_of, organisation, queue_mail, receipt_of
from lms.rules.lines import one_line
from lms.rules.said import at_hour, full_day

Signed = tuple[SignOffEvent, LogEntry | None]
"""An event, and its entry in the log."""
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
    attested: dict[int, list[Signed]] = {}
    for event, entry in _with_entries(keys):
        if not event.signer.is_active or event.kind == SignOffEvent.Kind.SUPERSEDED:
            continue
        if event.kind == SignOffEvent.Kind.HELD_BEFORE:
            attested.setdefault(event.signer_id, []).append((event, entry))
        else:
            by_itself(partial(_queue, [(event, entry)], at), f"of the event number {event.pk}")
    for signed in attested.values():
        by_itself(
            partial(_queue, signed, at), f"of the events number {', '.join(str(event.pk) for event, _ in signed)}"
        )
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


def _queue(signed: Sequence[Signed], at: datetime) -> None:
    with in_language_of(signed[0][0].signer):
        queue_mail(_mail(signed), at)


def _mail(signed: Sequence[Signed]) -> EmailMessage:
    """One mail about what one person signed: an event, or what they attested of many people at once."""
    event = signed[0][0]
    here = event.recorded_at.astimezone(event.signer.zone)
    body = _(
        "Hello %(person)s,\n\nthis was signed in your name at %(company)s, on %(when)s:\n\n%(signed)s\n\n"
        "Keep this mail. If it was not you who signed, tell an administrator and an auditor today.\n"
    ) % {
        "person": event.signer.get_short_name(),
        "company": organisation().name,
        "when": at_hour(full_day(here.date()), here),
        "signed": "\n\n".join(_said(*pair) for pair in signed),
    }
    subject = _("Signed in your name: %(words)s") % {"words": event.said}
    if len(signed) > 1:
        words = {"words": event.said, "n": len(signed) - 1}
        subject = _("Signed in your name: %(words)s, and %(n)s more") % words
    return EmailMessage(subject=one_line(subject), body=body, to=[event.signer.email])


def _said(event: SignOffEvent, entry: LogEntry | None) -> str:
    receipt = receipt_of(entry) if entry else _("This stands in no log of the ledger: tell them that too.")
    words = {"words": event.said, "learner": event.subject.full_name, "receipt": receipt}
    return _("%(words)s\nfor %(learner)s\n%(receipt)s") % words
