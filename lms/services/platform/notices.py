"""Notices on the screen: what is new for somebody, and that they have seen it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet, Subquery
from django.utils.translation import gettext as _

from lms.errors import NotFound
from lms.models import Notice, User

from .acts import act, once

SHOWN = 5


@dataclass(frozen=True, slots=True)
class News:
    """What is new for somebody: the newest notices that they have not seen, and how many more of these there are."""

    notices: tuple[Notice, ...] = ()
    more: int = 0


def unread_notices(person: User) -> News:
    """What stands on the person's home. Queries: 1."""
    return news_of(newest_unread(person))


def newest_unread(person: User) -> QuerySet[Notice]:
    """The rows of ``unread_notices``, each with ``unread``: how many there are in all. Without an order of their own,
    so that a page that reads a UNION anyway has them in the same breath.
    """
    mine = Notice.objects.filter(person=person, read_at=None)
    count = mine.order_by().values("person").annotate(count=Count("pk")).values("count")
    newest = mine.values("pk")[:SHOWN]
    return mine.filter(pk__in=newest).order_by().annotate(unread=Subquery(count))


def news_of(rows: Iterable[Notice]) -> News:
    """The rows of ``newest_unread`` in order. Queries: those of the rows."""
    found = sorted(rows, key=lambda notice: (notice.created_at, notice.pk), reverse=True)
    return News(tuple(found), found[0].unread - len(found) if found else 0)  # type: ignore[attr-defined]


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
    if once(actor=actor, name="notices.read", key=key, at=at, about=notice_uid or actor.uid):
        chosen = mine.filter(uid=notice_uid) if notice_uid else mine.filter(created_at__lte=at)
        chosen.filter(read_at=None).update(read_at=at)
    return notice
