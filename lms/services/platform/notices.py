"""Notices on the screen: what is new for somebody, and that they have seen it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet, Subquery
from django.utils.translation import gettext as _

from lms.errors import NotFound
from lms.models import Notice, User

from .acts import act, claim_key
from .prepared import Prepared

SHOWN = 5


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice that somebody has not seen; ``unread``: how many there are of these in all."""

    pk: int
    uid: UUID
    text: str
    url: str
    created_at: datetime
    unread: int


@dataclass(frozen=True, slots=True)
class News:
    """What is new for somebody: the newest notices that they have not seen, and how many more of these there are."""

    notices: tuple[NewNotice, ...] = ()
    more: int = 0


def _newest_unread(person: int) -> QuerySet[Notice]:
    mine = Notice.objects.filter(person=person, read_at=None)
    count = mine.order_by().values("person").annotate(count=Count("pk")).values("count")
    return mine.order_by("-created_at", "-pk").annotate(unread=Subquery(count))[:SHOWN]


_new = Prepared(NewNotice, _newest_unread)


def unread_notices(person: User) -> News:
    """What stands on the person's home. Queries: 1."""
    found = _new(person=person.pk)
    return News(tuple(found), found[0].unread - len(found) if found else 0)


def notices_of(person: User) -> QuerySet[Notice]:
    """All that the person was ever told, the newest first."""
    return Notice.objects.filter(person=person)


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
