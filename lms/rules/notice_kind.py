"""What a notice is about: its kind, which says it in the language of whoever reads, when they read it.

A notice keeps its kind and the words of the fact (names, titles, days as plain values). The code of a kind is stored
for ever; the sentence may be put better at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Protocol
from uuid import UUID

from .lines import one_line, shorten
from .said import at_hour, full_day, short_day

LONGEST = 300
Words = Mapping[str, Any]


class Reader(Protocol):
    """Who reads: days and times are said as their own clock has them."""

    @property
    def zone(self) -> tzinfo: ...


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """``code``: the app and a name. ``sentence``: a text with places for the words, or a function of words and reader.

    ``leads_to``: the kind of page to go to (``lms.rules.target``).
    ``urgent``: its mail leaves at once. ``digest``: its mail waits for the reader's next morning, together with others.
    ``mail``: what somebody reads who may turn off the mail of this kind; "" where nobody may.
    """

    code: str
    sentence: Any
    leads_to: str
    urgent: bool = False
    digest: bool = False
    mail: Any = ""

    def text(self, words: Words, reader: Reader) -> str:
        """What is said, in the language that is active; one line of at most 300 characters."""
        said = self.sentence(words, reader) if callable(self.sentence) else str(self.sentence) % words
        return shorten(one_line(said), LONGEST)


_kinds: dict[str, NoticeKind] = {}


def register_notices(kinds: Iterable[NoticeKind]) -> None:
    """Say what an app tells people; from ``AppConfig.ready()``. Registering again replaces."""
    _kinds.update({kind.code: kind for kind in kinds})


def kind_of(code: str) -> NoticeKind:
    """The kind with this code. KeyError for one that nobody registered."""
    return _kinds[code]


def all_kinds() -> list[NoticeKind]:
    """Every kind, by code."""
    return sorted(_kinds.values(), key=lambda kind: kind.code)


def plain_words(words: Mapping[str, Any]) -> dict[str, Any]:
    """Words as a notice keeps them: text, numbers, truth; days, instants and uids as text."""
    return {name: str(value) if isinstance(value, UUID) else _iso(value) for name, value in words.items()}


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


# --- For sentences -----------------------------------------------------------------------------------------------


def said_day(value: str) -> str:
    """A day among the words: 30 April 2027."""
    return full_day(date.fromisoformat(value))


def said_when(value: str, reader: Reader) -> str:
    """An instant among the words, on the reader's own clock: 30 April, 15:30."""
    here = datetime.fromisoformat(value).astimezone(reader.zone)
    return at_hour(short_day(here), here)
