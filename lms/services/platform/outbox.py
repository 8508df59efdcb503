"""Mail and notices: rows written with the fact, sent by the worker under a lease."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from lms.clock import now
from lms.models import LogEntry, Notice, OutgoingMail, User
from lms.rules.lines import one_line

from .language import Sentence, language_of, said_in

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 8


def queue_mail(message: EmailMessage, at: datetime | None = None) -> OutgoingMail:
    """Keep a message for the worker. Header injection is refused by Django while the text is made. Queries: 1."""
    row = _row(message, at or now())
    row.save(force_insert=True)
    return row


def _row(message: EmailMessage, at: datetime) -> OutgoingMail:
    return OutgoingMail(
        sender=message.from_email,
        recipients=message.recipients(),
        subject=str(message.subject)[:255],
        message=message.message().as_string(),
        created_at=at,
    )


def notify(people: Iterable[User], sentence: Sentence, url: str, at: datetime, in_log: Iterable[UUID] = ()) -> None:
    """Tell people something, on the screen and soon by mail, in the transaction of the fact. Queries: 1.

    ``sentence`` makes the text: it is called once for each language that somebody here reads. ``in_log``: uids of what
    it tells of that stands in the record's log; the mail carries the head of the log that includes them.
    """
    uids = [str(uid) for uid in in_log]
    people = [person for person in people if person.is_active]
    texts = {language: said_in(language, sentence) for language in {language_of(person) for person in people}}
    Notice.objects.bulk_create(
        [
            Notice(person=person, text=texts[language_of(person)], url=url, created_at=at, in_log=uids)
            for person in people
        ]
    )


@transaction.atomic
def mail_notices(at: datetime | None = None, limit: int = 200) -> int:
    """Queue a mail for each notice that has none yet, oldest first; returns how many. Queries: 4, for any number.

    Rows are locked and skipped when locked, so that two workers never queue one notice twice.
    """
    waiting = Notice.objects.filter(mailed_at=None).select_related("person").order_by("pk")
    notices = list(waiting.select_for_update(skip_locked=True, of=("self",))[:limit])
    heads = heads_with({uid for notice in notices for uid in notice.in_log})
    mails = [_mail_of(notice, heads) for notice in notices if notice.person.is_active]
    OutgoingMail.objects.bulk_create(mails)
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=at or now())
    return len(mails)


def _mail_of(notice: Notice, heads: Mapping[str, LogEntry]) -> OutgoingMail:
    body = f"{notice.text}\n\n{settings.VOUCH_BASE_URL.rstrip('/')}{notice.url}\n"
    found = [heads[uid] for uid in notice.in_log if uid in heads]
    if found:
        last = max(found, key=lambda entry: entry.number)
        body = f"{body}\n{said_in(language_of(notice.person), lambda: receipt_of(last))}\n"
    subject = one_line(notice.text)  # a line break in a name must not keep everybody's mail from going out
    return _row(EmailMessage(subject=subject, body=body, to=[notice.person.email]), notice.created_at)


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
