"""Notices on the screen: what is new for somebody, and that they have seen it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lms.errors import NotFound
from lms.models import Notice, User

from .acts import once

SHOWN = 5


def unread_notices(person: User, limit: int = SHOWN) -> list[Notice]:
    """The newest notices that the person has not seen, one more than ``limit`` if there are more. Queries: 1."""
    return list(Notice.objects.filter(person=person, read_at=None)[: limit + 1])


@transaction.atomic
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
