"""Telling people what happened, in their own hours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from lms import clock
from lms.api import User, notify
from lms.rules.lines import shorten
from lms.rules.said import at_hour, short_day

LONGEST = 300


def when(moment: datetime, reader: User) -> str:
    """A moment as the reader's own clock says it."""
    here = clock.local(moment, reader.zone)
    return at_hour(short_day(here), here)


def tell(people: Iterable[User | None], sentence: Callable[[], str], place: str, at: datetime, *args: Any) -> None:
    """Tell these people, on the screen and by mail, each in their language; ``place`` is a URL name for ``args``.

    ``sentence`` makes the text; names of days belong inside it. Queries: 1.
    """
    found = {person.pk: person for person in people if person is not None}
    if found:
        notify(found.values(), lambda: shorten(sentence(), LONGEST), reverse(place, args=args), at)
