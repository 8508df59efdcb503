"""Mail and notices: rows written with the fact, sent by the worker under a lease."""

from __future__ import annotations

import email
import email.policy
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.addresses import web_address_of
from lms.clock import now
from lms.models import LogEntry, MailTurnedOff, Notice, OutgoingMail
from lms.rules.notice_kind import kind_of

from .language import in_language_of

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 8

_wake_up: list[Callable[[], object]] = []


def register_wake_up(wake: Callable[[], object]) -> None:
    """Say how the worker is woken; from ``AppConfig.ready()``. Registering again replaces."""
    _wake_up[:] = [wake]


def queue_mail(message: EmailMessage, at: datetime | None = None) -> OutgoingMail:
    """Keep a message for the worker. Header injection is refused by Django while the text is made. Queries: 1."""
    row = mail_row(message, at or now())
    row.save(force_insert=True)
    wake_the_worker()
    return row


def mail_row(message: EmailMessage, at: datetime) -> OutgoingMail:
    """A message as it is kept, unsaved: for who keeps many at once and wakes the worker."""
    return OutgoingMail(
        sender=message.from_email,
        recipients=message.recipients(),
        subject=str(message.subject)[:255],
        message=message.message().as_string(),
        created_at=at,
    )


def wake_the_worker() -> None:
    """Have the worker send what waits as soon as this transaction is committed, once however often it is asked.

    A wake-up only: where no broker answers, the sweep finds the rows (ADR 4).
    """
    if not any(hook is _send_wake_up for _names, hook, _robust in transaction.get_connection().run_on_commit):
        transaction.on_commit(_send_wake_up)


def _send_wake_up() -> None:
    try:
        for wake in _wake_up:
            wake()
    except Exception:  # whatever is wrong with the broker, the act is done and the row waits
        logger.warning("The worker could not be woken; the sweep sends what waits.", exc_info=True)


@transaction.atomic
def mail_notices(at: datetime | None = None, limit: int = 200) -> int:
    """Queue the mail that is due for notices that have none yet, oldest first; returns how many. Queries: 5, for any
    number.

    A kind that is collected comes as one mail a person; whoever turned a kind off gets none. Rows are locked and
    skipped when locked, so that two workers never queue one notice twice.
    """
    at = at or now()
    waiting = Notice.objects.filter(mailed_at=None, mail_at__lte=at).select_related("person").order_by("mail_at", "pk")
    notices = list(waiting.select_for_update(skip_locked=True, of=("self",))[:limit])
    off = set(MailTurnedOff.objects.filter(person__in={n.person_id for n in notices}).values_list("person", "kind"))
    heads = heads_with({uid for notice in notices for uid in notice.in_log})
    wanted = [notice for notice in notices if notice.person.is_active and (notice.person_id, notice.kind) not in off]
    mails = [_mail_of(group, heads) for group in _together(wanted)]
    OutgoingMail.objects.bulk_create(mails)
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=at)
    return len(mails)


def _together(notices: Iterable[Notice]) -> list[list[Notice]]:
    """Notices that share a mail: those that are collected, of one person; each other one by itself."""
    groups: dict[object, list[Notice]] = {}
    for notice in notices:
        collected = kind_of(notice.kind).digest
        groups.setdefault((notice.person_id, notice.mail_at) if collected else notice.pk, []).append(notice)
    return list(groups.values())


def _mail_of(notices: Sequence[Notice], heads: Mapping[str, LogEntry]) -> OutgoingMail:
    person = notices[0].person
    with in_language_of(person):
        texts = [notice.text for notice in notices]
        addresses = [web_address_of(notice.target) for notice in notices]
        body = "\n".join(f"{text}\n\n{address}\n" for text, address in zip(texts, addresses, strict=True))
        found = [heads[uid] for notice in notices for uid in notice.in_log if uid in heads]
        if found:
            body = f"{body}\n{receipt_of(max(found, key=lambda entry: entry.number))}\n"
        count = len(texts)
        subject = texts[0] if count == 1 else ngettext("%(n)s notice", "%(n)s notices", count) % {"n": count}
    return mail_row(EmailMessage(subject=subject, body=body, to=[person.email]), notices[-1].created_at)


def heads_with(uids: Collection[str]) -> dict[str, LogEntry]:
    """The newest entry of the log about each of these. Queries: 1, or 0 for none."""
    rows = LogEntry.objects.filter(about__in=uids).order_by("number") if uids else ()
    return {str(entry.about): entry for entry in rows}


def receipt_of(entry: LogEntry) -> str:
    """The receipt that a mail carries: the head of the log that includes the entry, and how it is checked."""
    return _(
        "Receipt of the ledger: %(receipt)s\nWhoever runs Vouch can check it: manage.py verify_signoffs --receipt "
        "%(receipt)s"
    ) % {"receipt": f"{entry.number}:{entry.this_hash}"}


class Parsed(EmailMessage):
    """A queued message on its way out: recipients and text exactly as they were queued."""

    def __init__(self, row: OutgoingMail) -> None:
        super().__init__(row.subject, "", row.sender, row.recipients)
        self.row = row

    def message(self, *, policy: email.policy.Policy | None = None) -> email.message.Message:  # type: ignore[override]
        """The stored text, read as the bytes that go out: read as letters, it could hold none beyond ASCII."""
        return email.message_from_bytes(self.row.message.encode(), policy=policy or email.policy.SMTP)


def send_waiting(at: datetime | None = None, limit: int = 50) -> int:
    """Send what waits, the mails of new notices included, and return how many went out.

    Each mail is claimed by one conditional UPDATE (a lease of two minutes), so that two workers never send one mail
    and a worker that dies gives it back. A failure is tried again after a growing pause, eight times at most.
    """
    at = at or now()
    mail_notices(at)
    waiting = Q(sent_at=None, given_up_at=None) & (Q(leased_until=None) | Q(leased_until__lte=at))
    sent = 0
    for pk in OutgoingMail.objects.filter(waiting).values_list("pk", flat=True)[:limit]:
        claimed = OutgoingMail.objects.filter(waiting, pk=pk).update(
            leased_until=at + LEASE, attempts=F("attempts") + 1
        )
        if claimed:
            sent += _send(OutgoingMail.objects.get(pk=pk), at)
    return sent


def _send(row: OutgoingMail, at: datetime) -> int:
    mine = OutgoingMail.objects.filter(pk=row.pk, sent_at=None)
    try:
        get_connection(settings.VOUCH_SMTP_BACKEND).send_messages([Parsed(row)])
    except Exception as error:
        pause = timedelta(seconds=30 * 2**row.attempts)
        gave_up = at if row.attempts >= MAX_ATTEMPTS else None
        mine.update(leased_until=at + pause, last_error=str(error)[:300], given_up_at=gave_up)
        return 0
    return mine.update(sent_at=at, last_error="")
