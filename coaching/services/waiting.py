"""What waits, or is under way, of the rows that helping owns: promises, challenges and sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Case, F, Q, QuerySet, Value, When

from coaching.models import Challenge, Commitment, Session
from coaching.policies import coached_by
from lms.api import Prepared, User
from lms.rules import waiting
from lms.rules.waiting import Waiting

_OF_PERSON = {
    "learner": "enrolment__person__full_name",
    "photo": "enrolment__person__photo_id",
    "zone": "enrolment__person__time_zone",
}
_PROMISE = {
    "kind": "as_kind",
    "enrolment": "enrolment_id",
    "title": "what",
    "since": "as_since",
    "about": "step_uid",
    "day": "by_on",
}
_CHALLENGE = {"kind": "as_kind", "enrolment": "enrolment_id", "since": "asked_at", "about": "about_uid"}
_SESSION = {
    "kind": "as_kind",
    "enrolment": "enrolment_id",
    "since": "planned_at",
    "about": "step_uid",
    "who": "coach__full_name",
    "called": "coach__preferred_name",
    "whom": "coach_id",
    "minutes": "minutes",
    "place": "place",
}


def promises_under_way() -> QuerySet[Commitment]:
    """Promises that are to be kept, since they were made, and those that wait to be confirmed, since they were done."""
    done = Q(status=Commitment.Status.DONE)
    return Commitment.objects.filter(status__in=[Commitment.Status.OPEN, Commitment.Status.DONE]).annotate(
        as_kind=Case(When(done, then=Value(waiting.CONFIRM)), default=Value(waiting.PROMISED)),
        as_since=Case(When(done, then=F("done_at")), default=F("made_at")),
    )


def promises_to_confirm() -> QuerySet[Commitment]:
    """Promises that were kept and that the coach has yet to confirm."""
    return promises_under_way().filter(status=Commitment.Status.DONE)


def challenges_asked() -> QuerySet[Challenge]:
    """Wishes to be seen early that nobody has answered."""
    rows = Challenge.objects.filter(status=Challenge.Status.ASKED)
    return rows.annotate(as_kind=Value(waiting.CHALLENGE))


def sessions_planned() -> QuerySet[Session]:
    """Sessions that lie ahead, or are over and not written down."""
    return Session.objects.filter(status=Session.Status.PLANNED).annotate(as_kind=Value(waiting.SESSION))


_promises_of_paths = Prepared(
    Waiting, lambda enrolments: promises_under_way().filter(enrolment__in=enrolments), **_PROMISE
)
_challenges_of_paths = Prepared(
    Waiting, lambda enrolments: challenges_asked().filter(enrolment__in=enrolments), **_CHALLENGE
)
_sessions_of_paths = Prepared(
    Waiting, lambda enrolments: sessions_planned().filter(enrolment__in=enrolments), **_SESSION
)


def waiting_in_helping(enrolments: Sequence[int]) -> list[Waiting]:
    """Promises, challenges and sessions of these paths, by id. Queries: 3, 0 for no path."""
    questions = (_promises_of_paths, _challenges_of_paths, _sessions_of_paths)
    return [row for question in questions for row in question(enrolments=enrolments)]


_promises_for_coach = Prepared(
    Waiting,
    lambda me, on: promises_to_confirm().filter(coached_by(User(pk=me), "enrolment", on)),
    **_PROMISE,
    **_OF_PERSON,
)
_challenges_for_coach = Prepared(
    Waiting,
    lambda me, on: challenges_asked().filter(coached_by(User(pk=me), "enrolment", on)).exclude(enrolment__person=me),
    **_CHALLENGE,
    **_OF_PERSON,
)


_sessions_for_coach = Prepared(
    Waiting,
    lambda me, on, until: sessions_planned().filter(
        Q(coach=me) | coached_by(User(pk=me), "enrolment", on), planned_at__lte=until
    ),
    **_SESSION,
    **_OF_PERSON,
)


def waiting_for_coach(coach: User, on: date) -> list[Waiting]:
    """Promises to confirm and challenges to answer of everybody whom this person coaches on a day. Queries: 2."""
    questions = (_promises_for_coach, _challenges_for_coach)
    return [row for question in questions for row in question(me=coach.pk, on=on)]


def sessions_for_coach(coach: User, on: date, until: datetime) -> list[Waiting]:
    """Sessions planned until a moment that this person gives, or that are of somebody whom they coach. Queries: 1."""
    return _sessions_for_coach(me=coach.pk, on=on, until=until)
