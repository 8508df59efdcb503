"""What waits for somebody, or is under way, on a path: one shape for the queue, the team, Today and the invoice.

The rows belong to the floors above: each says which of its rows wait, and answers with these.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from lms import clock

# Asked to be watched: of somebody else, of the reader, of somebody who is away and whom the reader covers for.
REQUEST, OBSERVE, TAKE_OVER = "request", "observe", "take_over"
# A case: with all that it needs, still gathering, decided and flagged.
DECIDE, COLLECT, COUNTERSIGN = "decide", "collect", "countersign"
# A promise: done and to be confirmed, made and to be kept.
CONFIRM, PROMISED = "confirm", "promised"
SESSION, CHALLENGE, PROPOSAL = "session", "challenge", "proposal"

WITH_OTHERS = frozenset({REQUEST, OBSERVE, TAKE_OVER, DECIDE, COUNTERSIGN, CONFIRM, CHALLENGE, PROPOSAL})


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits or is under way.

    ``uid``: of the request, case, promise, session, challenge, proposed assignment or event; ``about``: the standard or
    step, None for what stands for no step; ``title``: what it is called; ``since``: from when it waits, and of a
    session when it begins; ``who``: the observer, the session's coach or the proposed one, "" where it is whoever
    coaches, ``called`` their preferred name, ``whom`` their id; ``day``: for when it was promised or asked; ``case``:
    of a request or a countersign; ``learner``, ``photo``, ``zone``: whom it is about, the id of their photo, and where
    they have their days, where that is asked.
    """

    kind: str
    uid: UUID
    enrolment: int
    title: str
    since: datetime
    about: UUID | None = None
    who: str = ""
    called: str = ""
    whom: int | None = None
    day: date | None = None
    accepted: bool = False
    minutes: int = 0
    place: str = ""
    case: UUID | None = None
    learner: str = ""
    photo: UUID | None = None
    zone: str = ""

    @property
    def name(self) -> str:
        """What the other person is called."""
        return self.called or self.who.split(" ")[0]

    @property
    def waits_from(self) -> datetime:
        """From when somebody else has the next move: a session waits to be written down once it is over."""
        return self.since + timedelta(minutes=self.minutes) if self.kind == SESSION else self.since

    def over(self, at: datetime) -> bool:
        """Whether a planned session has had its time."""
        return self.kind == SESSION and self.waits_from <= at

    def with_others(self, at: datetime) -> bool:
        """Whether somebody else than the learner has the next move."""
        return self.kind in WITH_OTHERS or self.over(at)

    def days(self, at: datetime) -> int:
        """How many days it has waited, as whoever it is about counts them."""
        return days_since(self.since, at, ZoneInfo(self.zone))


def days_since(since: datetime, at: datetime, zone: tzinfo) -> int:
    """How many days something has waited, as a calendar there counts them: since yesterday evening is one day."""
    return (clock.today(zone, at) - clock.today(zone, since)).days
