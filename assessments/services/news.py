"""The reader's notices, read in the one UNION of the queue and of the team, whose pages have no query to spare."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from lms.api import News, Notice, User, newest_unread, news_of

from .team_facts import TeamFacts, part

NOTICE = "notice"


def notices_part(reader: User) -> QuerySet[Any]:
    """What is new for the reader, as a part of the UNION."""
    columns = {"owner": F("pk"), "uid": F("uid"), "word": F("text"), "other": F("url"), "number": F("unread")}
    return part(NOTICE, newest_unread(reader), **columns, at=F("created_at"))


def notices_in(facts: TeamFacts) -> News:
    """The notices among the facts that were read with ``notices_part``. Queries: 0."""
    found = []
    for kind, pk, uid, text, url, _more, unread, at, _day, _until in facts.extra:
        if kind == NOTICE:
            notice = Notice(pk=pk, uid=uid, text=text, url=url, created_at=at)
            notice.unread = unread  # type: ignore[attr-defined]
            found.append(notice)
    return news_of(found)
