"""What waits, or is under way, of the rows that judging owns: requests, open cases, and decisions to countersign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Case as Choose
from django.db.models import F, Q, QuerySet, Value, When

from assessments.models import Case, Request, SignOffEvent
from assessments.policies.cases import to_countersign, to_take_over, waiting_countersign
from coaching.api import coached_by
from lms.api import Prepared, User
from lms.rules import waiting
from lms.rules.waiting import Waiting

_REQUEST = {
    "kind": "as_kind",
    "enrolment": "case__enrolment_id",
    "title": "case__version__title",
    "since": "made_at",
    "about": "case__standard_uid",
    "who": "observer__full_name",
    "called": "observer__preferred_name",
    "whom": "observer_id",
    "day": "planned_on",
    "accepted": "as_accepted",
    "case": "case__uid",
}
_CASE = {
    "kind": "as_kind",
    "enrolment": "enrolment_id",
    "title": "version__title",
    "since": "as_since",
    "about": "standard_uid",
    "case": "uid",
}


def waiting_requests() -> QuerySet[Request]:
    """Requests that somebody has yet to answer, or to write down what they saw."""
    accepted = Choose(When(status=Request.Status.ACCEPTED, then=Value(True)), default=Value(False))
    rows = Request.objects.filter(status__in=Request.WAITING)
    return rows.annotate(as_kind=Value(waiting.REQUEST), as_accepted=accepted)


def open_cases() -> QuerySet[Case]:
    """Cases that wait to be decided, since they are ready, and those that still gather evidence, since they began."""
    ready = Q(status=Case.Status.READY)
    return Case.objects.filter(status__in=[Case.Status.READY, Case.Status.COLLECTING]).annotate(
        as_kind=Choose(When(ready, then=Value(waiting.DECIDE)), default=Value(waiting.COLLECT)),
        as_since=Choose(When(ready & Q(ready_at__isnull=False), then=F("ready_at")), default=F("opened_at")),
    )


_requests_of_paths = Prepared(
    Waiting, lambda enrolments: waiting_requests().filter(case__enrolment__in=enrolments), **_REQUEST
)
_cases_of_paths = Prepared(Waiting, lambda enrolments: open_cases().filter(enrolment__in=enrolments), **_CASE)


_countersigns_of_paths = Prepared(
    Waiting,
    lambda enrolments: (
        waiting_countersign().filter(case__enrolment__in=enrolments).annotate(as_kind=Value(waiting.COUNTERSIGN))
    ),
    kind="as_kind",
    enrolment="case__enrolment_id",
    title="version__title",
    since="occurred_at",
    about="version__standard_uid",
    case="case__uid",
)


def countersigns_of(enrolments: Sequence[int]) -> list[Waiting]:
    """Decisions on these paths, by id, that wait for a second person. Queries: 1, 0 for no path."""
    return _countersigns_of_paths(enrolments=enrolments)


def waiting_in_judging(enrolments: Sequence[int]) -> list[Waiting]:
    """Requests and open cases of these paths, by id. Queries: 2, 0 for no path."""
    return [*_requests_of_paths(enrolments=enrolments), *_cases_of_paths(enrolments=enrolments)]


def _asked_of(me: int, on: date) -> QuerySet[Request]:
    """Requests to this person or to whom they cover for, and those of everybody whom they coach."""
    reader = User(pk=me)
    instead = to_take_over(reader, on)
    rows = waiting_requests().filter(Q(observer=me) | instead | coached_by(reader, "case__enrolment", on))
    return rows.annotate(
        as_kind=Choose(
            When(observer=me, then=Value(waiting.OBSERVE)),
            When(instead, then=Value(waiting.TAKE_OVER)),
            default=Value(waiting.REQUEST),
        )
    )


_requests_for = Prepared(
    Waiting,
    _asked_of,
    **_REQUEST,
    learner="case__learner__full_name",
    photo="case__learner__photo_id",
    zone="case__learner__time_zone",
)
_cases_for = Prepared(
    Waiting,
    lambda me, on: open_cases().filter(coached_by(User(pk=me), "enrolment", on)).exclude(learner=me),
    **_CASE,
    learner="learner__full_name",
    photo="learner__photo_id",
    zone="learner__time_zone",
)


def _to_countersign(me: int, on: date) -> QuerySet[SignOffEvent]:
    return to_countersign(User(pk=me), on).annotate(as_kind=Value(waiting.COUNTERSIGN))


_countersigns_for = Prepared(
    Waiting,
    _to_countersign,
    kind="as_kind",
    enrolment="case__enrolment_id",
    title="words",
    since="occurred_at",
    case="case__uid",
    learner="subject__full_name",
    photo="subject__photo_id",
    zone="subject__time_zone",
)


def waiting_for_judge(person: User, on: date) -> list[Waiting]:
    """Requests to this person and to whom they cover for (OBSERVE, TAKE_OVER), decisions that they may countersign, and
    requests and cases of everybody whom they coach on a day. Queries: 3.
    """
    questions = (_requests_for, _cases_for, _countersigns_for)
    return [row for question in questions for row in question(me=person.pk, on=on)]
