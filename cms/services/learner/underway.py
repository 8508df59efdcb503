"""What is under way on somebody's paths: encounters asked for, cases, promises, planned sessions. One UNION.

This is what a learner's pages need beside progress itself: whose turn it is on a step, and since when.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, QuerySet, Value

from assessments.api import Case, Request, waiting_countersign
from coaching.api import Challenge, CoachAssignment, Commitment, Session
from lms.api import Row, Union, union_part

REQUEST, DECIDE, COUNTERSIGN, CONFIRM = "request", "decide", "countersign", "confirm"
COLLECTING, PROMISED, SESSION = "collecting", "promised", "session"
CHALLENGE, PROPOSAL = "challenge", "proposal"
WITH_OTHERS = frozenset({REQUEST, DECIDE, COUNTERSIGN, CONFIRM, CHALLENGE, PROPOSAL})

# The columns of the UNION beside the kind, with the type that each has in every part of it.
COLUMNS: dict[str, models.Field] = {
    "enrolment": models.BigIntegerField(),
    "about": models.UUIDField(),
    "uid": models.UUIDField(),
    "who": models.CharField(),
    "called": models.CharField(),
    "what": models.CharField(),
    "state": models.CharField(),
    "at": models.DateTimeField(),
    "day": models.DateField(),
    "minutes": models.BigIntegerField(),
}
EMPTY = {name: Value("", field) for name, field in COLUMNS.items() if isinstance(field, models.CharField)}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing under way.

    ``about`` is a standard (request, collecting, decide, countersign, challenge) or a step (promised, confirm, session;
    None for one that stands for no step, and for a proposal); ``uid`` the case, commitment, session, challenge or
    assignment; ``who`` the observer, the session's coach or the coach who is proposed, ``called`` their preferred name.
    ``at``: since when it lies there, or when the session is; ``day``: for when it was promised or asked.
    """

    kind: str
    enrolment: int
    about: UUID | None
    uid: UUID
    who: str
    called: str
    what: str
    state: str
    at: datetime
    day: date | None
    minutes: int | None

    @property
    def name(self) -> str:
        """What the other person is called."""
        return self.called or self.who.split(" ")[0]

    def with_others(self, at: datetime) -> bool:
        """Whether somebody else has the next move; a session that is over waits for its coach to write it down."""
        return self.kind in WITH_OTHERS or (self.kind == SESSION and self.over(at))

    def over(self, at: datetime) -> bool:
        """Whether a planned session has had its time."""
        return self.kind == SESSION and self.at + timedelta(minutes=self.minutes or 0) < at


def underway_of(enrolment_ids: Iterable[int]) -> list[Item]:
    """Everything under way on these enrolments, the longest waiting first. Queries: 1, or 0 without an enrolment."""
    ids = list(enrolment_ids)
    rows = [Item(*row) for row in _underway(ids=ids)] if ids else []
    return sorted(rows, key=lambda item: (item.at, item.kind, str(item.uid)))


def _parts(ids: list[int]) -> list[QuerySet[Any, Row]]:
    case = {"enrolment": F("enrolment_id"), "about": F("standard_uid"), "uid": F("uid"), "what": F("version__title")}
    return [
        _part(
            REQUEST,
            Request.objects.filter(status__in=Request.WAITING, case__enrolment__in=ids),
            enrolment=F("case__enrolment_id"),
            about=F("case__standard_uid"),
            uid=F("case__uid"),
            who=F("observer__full_name"),
            called=F("observer__preferred_name"),
            what=F("case__version__title"),
            state=F("status"),
            at=F("made_at"),
            day=F("planned_on"),
        ),
        _part(DECIDE, Case.objects.filter(status="ready", enrolment__in=ids), **case, at=F("ready_at")),
        _part(COLLECTING, Case.objects.filter(status="collecting", enrolment__in=ids), **case, at=F("opened_at")),
        _part(
            COUNTERSIGN,
            waiting_countersign().filter(case__enrolment__in=ids),
            enrolment=F("case__enrolment_id"),
            about=F("version__standard_uid"),
            uid=F("case__uid"),
            what=F("version__title"),
            at=F("occurred_at"),
        ),
        _part(
            CHALLENGE,
            Challenge.objects.filter(status="asked", enrolment__in=ids),
            enrolment=F("enrolment_id"),
            about=F("about_uid"),
            uid=F("uid"),
            what=F("title"),
            at=F("asked_at"),
        ),
        _part(
            PROPOSAL,
            CoachAssignment.objects.filter(status="proposed", enrolment__in=ids),
            enrolment=F("enrolment_id"),
            uid=F("uid"),
            who=F("coach__person__full_name"),
            called=F("coach__person__preferred_name"),
            what=F("reason"),
            at=F("started_at"),
        ),
        _commitments(CONFIRM, ids, "done", "done_at"),
        _commitments(PROMISED, ids, "open", "made_at"),
        _part(
            SESSION,
            Session.objects.filter(status="planned", enrolment__in=ids),
            enrolment=F("enrolment_id"),
            about=F("step_uid"),
            uid=F("uid"),
            who=F("coach__full_name"),
            called=F("coach__preferred_name"),
            what=F("title"),
            state=F("place"),
            at=F("planned_at"),
            minutes=F("minutes"),
        ),
    ]


def _commitments(kind: str, ids: list[int], status: str, since: str) -> QuerySet[Any]:
    return _part(
        kind,
        Commitment.objects.filter(status=status, enrolment__in=ids),
        enrolment=F("enrolment_id"),
        about=F("step_uid"),
        uid=F("uid"),
        what=F("what"),
        at=F(since),
        day=F("by_on"),
    )


def _part(kind: str, rows: QuerySet[Any], **columns: Any) -> QuerySet[Any, Row]:
    """One part of the UNION: the columns that it has, empty texts and typed nulls for the others."""
    return union_part(COLUMNS, kind, rows, **EMPTY | columns)


_underway = Union(_parts)
