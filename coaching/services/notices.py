"""Telling people what happened, in their own hours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from lms.api import User, notify
from lms.rules.said import at_hour, short_day

LONGEST = 300


def one_line(text: str) -> str:
    """Text on one line: titles and sentences that become the subject of a mail."""
    return " ".join(str(text).split())


def shorten(text: str, length: int) -> str:
    """One line of at most so many characters."""
    text = one_line(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def when(moment: datetime, reader: User) -> str:
    """A moment as the reader's own clock says it."""
    here = moment.astimezone(reader.zone)
    return at_hour(short_day(here), here)


def tell(people: Iterable[User | None], sentence: str, place: str, at: datetime, *args: Any) -> None:
    """Tell these people, on the screen and by mail; ``place`` is a URL name for ``args``. Queries: 1 and 1 a head."""
    found = {person.pk: person for person in people if person is not None}
    if found:
        notify(found.values(), shorten(sentence, LONGEST), reverse(place, args=args), at)
