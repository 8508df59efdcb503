"""What people were told: a kind that says just what a test gives it, and the sentences that somebody has read."""

from __future__ import annotations

from datetime import datetime

from lms import clock
from lms.api import Notice, NoticeKind, User, register_notices, tell

SAID = NoticeKind("tests.said", "%(text)s", "exchange")
COLLECTED = NoticeKind("tests.collected", "%(text)s", "exchange", digest=True)
URGENT = NoticeKind("tests.urgent", "%(text)s", "exchange", urgent=True)
register_notices([SAID, COLLECTED, URGENT])


def said(person: User, text: str, at: datetime | None = None) -> Notice:
    """A notice that says this and leads to the exchange."""
    tell(SAID, [person], words={"text": text}, at=at or clock.now())
    return Notice.objects.filter(person=person).latest("pk")


def told(person: User) -> list[str]:
    """What somebody was told, the oldest first, in the language that is active."""
    return [notice.text for notice in Notice.objects.filter(person=person).select_related("person").order_by("pk")]
