"""What an event said on its day, in words: is it what its kind, its level and its skill say?

The words are whoever wrote the event's, in one of the languages of this installation; the title is the one under which
the skill was published then, which stands in the log.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from assessments.models import SignOffEvent
from assessments.rules.ledger import words_of
from lms.api import said_in

from .finding import LedgerFinding, guarded
from .log import Log
from .records import Records, name_of_event
from .versions import SkillsThen

LONGEST = 200


def check_words(records: Records, log: Log) -> Iterator[LedgerFinding]:
    """Compare the words of every event. Queries: 0."""
    skills = SkillsThen(records, log)
    for event in records.all(SignOffEvent):
        where = name_of_event(event)
        place = log.number("event", event.uid) or len(log.heads)
        yield from guarded(where, _check, where, event, skills.named(event.skill, "title", place))


def _check(where: str, event: SignOffEvent, title: str) -> Iterator[LedgerFinding]:
    about = event.about.words if event.about else ""
    for language, _name in settings.LANGUAGES:
        if event.words == said_in(language, lambda: words_of(event.kind, title, event.level, about))[:LONGEST]:
            return
    yield LedgerFinding(where, "says in words something else than its kind, level and skill")
