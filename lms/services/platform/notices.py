"""The door through which people are told something, and what they do with it: see it, open it, turn its mail off.

A notice is a row in the transaction of the fact. Its sentence is made when it is read or mailed, in the language and
hours of whoever reads (``lms.rules.notice_kind``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Subquery
from django.utils.translation import gettext as _

from lms.errors import Invalid, NotFound
from lms.models import MailTurnedOff, Notice, User
from lms.rules.notice_kind import NoticeKind, all_kinds, kind_of, plain_words

from .acts import act, claim_key
from .outbox import wake_the_worker
from .prepared import Prepared

SHOWN = 5
AT_ONCE = 500
MORNING = time(7)
"""When the mail of kinds that are collected leaves, on the reader's own clock."""


def tell(
    kind: NoticeKind,
    to: Iterable[User | None],
    *,
    about: UUID | None = None,
    words: Mapping[str, Any] | None = None,
    at: datetime,
    in_log: Iterable[UUID] = (),
) -> None:
    """Tell people something, on the screen and by mail, in the transaction of the fact. Queries: 1, or 0 for nobody.

    ``about``: the uid of the page's own row, where the kind's page takes one. ``words``: what the sentence names; days,
    instants and uids may stand among them. ``in_log``: uids of what it tells of that stands in the record's log; the
    mail carries the head of the log that includes them. Whoever appears twice is told once, and nobody is told whose
    account has ended.
    """
    people = {person.pk: person for person in to if person is not None}
    tell_each(kind, [Telling(person, words or {}, about) for person in people.values()], at=at, in_log=in_log)


@dataclass(frozen=True, slots=True)
class Telling:
    """What one of many people is told; see ``tell``."""

    to: User
    words: Mapping[str, Any]
    about: UUID | None = None


def tell_each(kind: NoticeKind, told: Iterable[Telling], *, at: datetime, in_log: Iterable[UUID] = ()) -> None:
    """Tell many people something of one kind, each in words of their own; as ``tell``.

    Queries: 1 for 500, 0 for nobody.
    """
    here, uids = [each for each in told if each.to.is_active], [str(uid) for uid in in_log]
    if not here:
        return
    Notice.objects.bulk_create(
        [
            Notice(
                person=each.to,
                kind=kind.code,
                about=each.about,
                words=plain_words(each.words),
                created_at=at,
                mail_at=next_morning(each.to, at) if kind.digest else at,
                in_log=uids,
            )
            for each in here
        ],
        batch_size=AT_ONCE,
    )
    if kind.urgent:
        wake_the_worker()


def next_morning(person: User, at: datetime) -> datetime:
    """The next seven o'clock in the morning on the person's own clock."""
    here = at.astimezone(person.zone)
    day = here.date() if here.time() < MORNING else here.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, person.zone)


@dataclass(frozen=True, slots=True)
class _NewRow:
    """A notice that somebody has not seen; ``unread``: how many there are of these in all."""

    pk: int
    uid: UUID
    kind: str
    words: dict[str, Any]
    created_at: datetime
    unread: int


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice that somebody has not seen, as they read it."""

    uid: UUID
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """What is new for somebody: the newest notices that they have not seen, and how many more of these there are."""

    notices: tuple[NewNotice, ...] = ()
    more: int = 0


def _newest_unread(person: int) -> QuerySet[Notice]:
    mine = Notice.objects.filter(person=person, read_at=None)
    count = mine.order_by().values("person").annotate(count=Count("pk")).values("count")
    return mine.order_by("-created_at", "-pk").annotate(unread=Subquery(count))[:SHOWN]


_new = Prepared(_NewRow, _newest_unread)


def unread_notices(person: User) -> News:
    """What stands on the person's home, in the language that is active. Queries: 1."""
    found = _new(person=person.pk)
    notices = (NewNotice(row.uid, kind_of(row.kind).text(row.words, person), row.created_at) for row in found)
    return News(tuple(notices), found[0].unread - len(found) if found else 0)


def notices_of(person: User) -> QuerySet[Notice]:
    """All that the person was ever told, the newest first."""
    return Notice.objects.filter(person=person).select_related("person")


@act
def read_notices(*, actor: User, notice_uid: UUID | None = None, key: UUID, at: datetime) -> Notice | None:
    """The person has seen one notice (returned), or all that stood there until now. Raises NotFound (not theirs)."""
    mine = Notice.objects.filter(person=actor)
    notice = mine.filter(uid=notice_uid).first() if notice_uid else None
    if notice_uid and notice is None:
        raise NotFound(_("This notice is gone."))
    if claim_key(actor=actor, name="notices.read", key=key, at=at, about=notice_uid or actor.uid):
        chosen = mine.filter(uid=notice_uid) if notice_uid else mine.filter(created_at__lte=at)
        chosen.filter(read_at=None).update(read_at=at)
    return notice


# --- Which mail somebody wants


@dataclass(frozen=True, slots=True)
class MailChoice:
    """Mail that somebody may turn off: what it is about, the kinds of notices, and whether it comes now."""

    words: str
    kinds: tuple[str, ...]
    comes: bool = True

    @property
    def code(self) -> str:
        """By which a form names it."""
        return self.kinds[0]


def mail_choices(person: User) -> list[MailChoice]:
    """What somebody may turn the mail of off, in the language that is active. Queries: 1."""
    off = set(MailTurnedOff.objects.filter(person=person).values_list("kind", flat=True))
    return [MailChoice(choice.words, choice.kinds, off.isdisjoint(choice.kinds)) for choice in _optional()]


@act
def choose_mail(*, actor: User, wanted: Collection[str], key: UUID, at: datetime) -> None:
    """From now on somebody gets the mail that they want, by the codes of the choices; other mail they always get.

    Raises Invalid (no such choice). Queries: 4.
    """
    choices = _optional()
    if not set(wanted) <= {choice.code for choice in choices}:
        raise Invalid(wanted=_("This choice is not offered any more. Open the page again."))
    off = {kind for choice in choices if choice.code not in wanted for kind in choice.kinds}
    if claim_key(actor=actor, name="notices.mail", key=key, at=at, about=actor.uid):
        MailTurnedOff.objects.filter(person=actor).exclude(kind__in=off).delete()
        rows = [MailTurnedOff(person=actor, kind=code) for code in sorted(off)]
        MailTurnedOff.objects.bulk_create(rows, ignore_conflicts=True)


def _optional() -> list[MailChoice]:
    """Kinds whose mail may be turned off; those about which the same is said are one choice."""
    found: dict[str, list[str]] = {}
    for kind in all_kinds():
        if kind.mail:
            found.setdefault(str(kind.mail), []).append(kind.code)
    return [MailChoice(words, tuple(codes)) for words, codes in found.items()]
