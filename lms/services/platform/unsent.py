"""Mail that did not leave: what waits, and what was given up after the last try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext as _

from lms.errors import Conflict
from lms.models import Notice, OutgoingMail, User
from lms.policies.operations import outgoing_mail_policy

from .acts import act, claim_key
from .outbox import wake_the_worker
from .work import SHOWN_FOR


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """What waits to be sent: how many, since when the oldest waits, what the mail server last answered."""

    count: int
    since: datetime | None
    error: str


def mail_waiting() -> WaitingMail:
    """Mails that wait for the worker or for another try, and notices whose mail was not even written.

    Queries: 2, or 3 where the mail server refused.
    """
    mails = OutgoingMail.objects.filter(sent_at=None, given_up_at=None)
    notices = Notice.objects.filter(mailed_at=None)
    queued = mails.aggregate(n=Count("pk"), since=Min("created_at"))
    unwritten = notices.aggregate(since=Min("mail_at"))
    instants = [instant for instant in (queued["since"], unwritten["since"]) if instant is not None]
    error = mails.exclude(last_error="").order_by("-attempts").values_list("last_error", flat=True).first()
    return WaitingMail(queued["n"], min(instants, default=None), error or "")


@dataclass(frozen=True, slots=True)
class UnsentMail:
    """A mail that was given up, to whom it is addressed, and whose address that is now."""

    mail: OutgoingMail
    address: str
    person: User | None


def unsent_mail(at: datetime, limit: int = 100) -> list[UnsentMail]:
    """What was given up in the last days, the newest first, without a word of what it says. Queries: 2."""
    mails = list(mail_given_up(at).only("uid", "recipients", "given_up_at", "last_error")[:limit])
    addressed = [(mail, ", ".join(mail.recipients)) for mail in mails]
    here = {person.email: person for person in User.objects.filter(email__in={address for _mail, address in addressed})}
    return [UnsentMail(mail, address, here.get(address)) for mail, address in addressed]


def mail_given_up(at: datetime) -> QuerySet[OutgoingMail]:
    """What was given up in the last days and not tried again since, the newest first."""
    return OutgoingMail.objects.filter(sent_at=None, given_up_at__gt=at - SHOWN_FOR).order_by("-given_up_at", "-pk")


@act
def try_mail_again(*, actor: User, mail_uid: UUID, key: UUID, at: datetime) -> OutgoingMail:
    """Let a mail that was given up wait for the worker once more, with as many tries as a new one.

    Raises NotFound, Conflict (it was sent, or waits already).
    """
    row = outgoing_mail_policy.get(actor, "try_again", uid=mail_uid, lock=True)
    if not claim_key(actor=actor, name="mail.try_again", key=key, at=at, about=row.uid):
        return row
    given_up = OutgoingMail.objects.filter(pk=row.pk, sent_at=None, given_up_at__isnull=False)
    if not given_up.update(given_up_at=None, leased_until=None, attempts=0):
        raise Conflict(_("This mail was sent, or waits to be sent already."))
    wake_the_worker()
    row.refresh_from_db()
    return row
