"""The coach's queue: what waits for one person, whose learners they are, what is planned, how full their places are.

Two steps, so that the page costs little more for a coach of six hundred learners than for one of six: everything that
waits comes in one UNION of light rows (``queue_of``), and only for what stands on the page is more read (``shown_of``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case as Choose
from django.db.models import F, Q, QuerySet, When

from assessments.models import Case, Request
from assessments.policies.cases import to_countersign, to_take_over
from coaching.api import Challenge, CoachProfile, Commitment, Session, coached_by
from lms.api import Enrolment, News, Row, Union, User, news_of
from lms.rules.ladder import Ladder
from lms.rules.standing import NOT_YET

from .case_progress import Progressing, progress_of_cases
from .readiness import PersonReadiness, readiness_of
from .team_facts import NEWS, news_part, notice_of, part, team_facts
from .words import days_since, line_of

OBSERVE, DECIDE, COLLECT, CONFIRM, COUNTERSIGN = "observe", "decide", "collect", "confirm", "countersign"
CHALLENGE, TAKE_OVER = "challenge", "take_over"
SESSION, LEARNER, SEATS = "session", "learner", "seats"
ORDER = (DECIDE, OBSERVE, TAKE_OVER, CHALLENGE, CONFIRM, COUNTERSIGN, COLLECT)
CASES = (DECIDE, COLLECT)
AHEAD = timedelta(days=7)
UNDER_WAY = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for the reader. ``uid`` is of what it is about: a request, case, commitment, challenge or
    event; ``of``: who was asked and is away; ``zone``: where whoever it is about has their days.
    """

    kind: str
    uid: UUID
    person: str
    title: str
    since: datetime
    zone: ZoneInfo
    on: date | None = None
    accepted: bool = False
    of: str = ""

    def days(self, at: datetime) -> int:
        """How many days it has waited, as they count them."""
        return days_since(self.since, at, self.zone)


@dataclass(frozen=True, slots=True)
class Planned:
    """A session ahead."""

    uid: UUID
    person: str
    title: str
    at: datetime
    minutes: int
    place: str


@dataclass(frozen=True, slots=True)
class Seats:
    """The reader's places, and when they are away."""

    load: int
    capacity: int
    away_from: date | None
    away_until: date | None
    cover: str


@dataclass(frozen=True, slots=True)
class MyLearner:
    """One of the reader's learners: the ladder of the skill that holds them, and a sentence.

    ``not_yet``: title and next step of each other skill answered *not yet*; ``covers``: whose learner it
    is when the reader stands in.
    """

    enrolment: Enrolment
    line: str
    skill: str
    look: Ladder | None
    not_yet: tuple[tuple[str, str], ...]
    held_by: str
    needs_help: bool
    covers: str


@dataclass(frozen=True, slots=True)
class Queue:
    """The whole queue in order, and what is new for the reader; ``learners`` are ids of enrolments, by name."""

    waiting: Sequence[Waiting]
    sessions: Sequence[Planned]
    learners: Sequence[int]
    seats: Seats | None
    news: News

    @property
    def oldest(self) -> Waiting | None:
        """What has waited longest."""
        return min((item for item in self.waiting if item.kind != COLLECT), key=lambda item: item.since, default=None)

    @property
    def asked(self) -> int:
        """How many things wait for the reader to act."""
        return sum(item.kind != COLLECT for item in self.waiting)


@dataclass(frozen=True, slots=True)
class PagedQueue:
    """What stands on one page beside the rows: how far cases are, by uid, and the learners."""

    progress: Mapping[UUID, Progressing]
    learners: Sequence[MyLearner]


def queue_of(me: User, at: datetime) -> Queue:
    """What waits for somebody. Queries: 1."""
    by_kind: dict[str, list[Row]] = {}
    for row in _queue(me=me.pk, on=at.date(), since=at - UNDER_WAY, until=at + AHEAD):
        by_kind.setdefault(row[0], []).append(row)
    waiting = [_waiting(row) for kind in ORDER for row in by_kind.get(kind, ())]
    waiting.sort(key=lambda item: (ORDER.index(item.kind), item.since))
    sessions = [
        Planned(uid, person, title, moment, minutes, place or "")
        for _kind, _owner, uid, person, title, place, minutes, moment, *_rest in by_kind.get(SESSION, ())
    ]
    learners = sorted(by_kind.get(LEARNER, ()), key=lambda row: (row[3], row[1]))
    seats = [
        Seats(load, capacity, begin, end, cover or "")
        for _kind, load, _uid, cover, _other, _more, capacity, _at, begin, end, _zone in by_kind.get(SEATS, ())
    ]
    return Queue(
        waiting,
        sorted(sessions, key=lambda item: item.at),
        [row[1] for row in learners],
        seats[0] if seats else None,
        news_of([notice_of(row) for row in by_kind.get(NEWS, ())]),
    )


def shown_of(me: User, rows: Iterable[Waiting], learners: Sequence[int], at: datetime) -> PagedQueue:
    """What the page says of these rows and these learners. Queries: 4, fewer when nothing of a kind is shown."""
    uids = [row.uid for row in rows if row.kind in CASES]
    cases = list(Case.objects.filter(uid__in=uids).select_related("version", "learner")) if uids else []
    people = Enrolment.objects.filter(pk__in=learners).select_related("person", "path", "role_version__profile")
    enrolments = sorted(people, key=lambda item: learners.index(item.pk)) if learners else []
    facts = team_facts(enrolments, at.date(), others=[case.learner_id for case in cases])
    found = readiness_of(enrolments, at, facts)
    return PagedQueue(progress_of_cases(cases, me, facts, at), [_learner(item, me) for item in found])


def _parts(*, me: int, on: date, since: datetime, until: datetime) -> list[QuerySet[Any, Row]]:
    """What is asked of somebody, whoever's learner it is about; their learners, sessions, places and notices."""
    reader = User(pk=me)
    mine, encounter = coached_by(reader, "enrolment", on), {"uid": F("uid"), "at": F("made_at"), "day": F("planned_on")}
    learner = {"word": F("case__learner__full_name"), "zone": F("case__learner__time_zone")}
    of_case = {**learner, "other": F("case__version__title")}
    person, zone = F("enrolment__person__full_name"), F("enrolment__person__time_zone")
    cases = Case.objects.filter(mine).exclude(learner=reader)
    return [
        news_part(me),
        part(
            OBSERVE,
            Request.objects.filter(observer=reader, status__in=Request.WAITING),
            **encounter,
            **of_case,
            more=F("status"),
        ),
        part(
            TAKE_OVER,
            Request.objects.filter(to_take_over(reader, on)),
            **encounter,
            **of_case,
            more=F("observer__full_name"),
        ),
        part(
            CONFIRM,
            Commitment.objects.filter(mine, status="done"),
            uid=F("uid"),
            word=person,
            other=F("what"),
            at=F("done_at"),
            zone=zone,
        ),
        part(
            CHALLENGE,
            Challenge.objects.filter(mine, status="asked").exclude(enrolment__person=reader),
            uid=F("uid"),
            word=person,
            other=F("title"),
            at=F("asked_at"),
            zone=zone,
        ),
        part(
            COUNTERSIGN,
            to_countersign(reader, on),
            uid=F("uid"),
            word=F("subject__full_name"),
            other=F("words"),
            at=F("occurred_at"),
            zone=F("subject__time_zone"),
        ),
        *(
            part(
                kind,
                cases.filter(status=status),
                uid=F("uid"),
                word=F("learner__full_name"),
                other=F("version__title"),
                at=waits_since,
                zone=F("learner__time_zone"),
            )
            for kind, status, waits_since in (
                (DECIDE, Case.Status.READY, Choose(When(ready_at=None, then="opened_at"), default="ready_at")),
                (COLLECT, Case.Status.COLLECTING, F("opened_at")),
            )
        ),
        part(
            SESSION,
            Session.objects.filter(coach=reader, status="planned", planned_at__gte=since, planned_at__lte=until),
            uid=F("uid"),
            word=person,
            other=F("title"),
            more=F("place"),
            number=F("minutes"),
            at=F("planned_at"),
        ),
        part(
            LEARNER,
            Enrolment.objects.filter(coached_by(reader, on=on), status__in=Enrolment.OPEN),
            owner=F("pk"),
            word=F("person__name_order"),
        ),
        part(
            SEATS,
            CoachProfile.objects.filter(Q(ended_on=None) | Q(ended_on__gt=on), person=reader),
            owner=F("load"),
            word=F("cover__person__full_name"),
            number=F("capacity"),
            day=F("away_from"),
            until=F("away_until"),
        ),
    ]


_queue = Union(_parts)


def _waiting(row: Row) -> Waiting:
    kind, _owner, uid, person, title, more, _number, since, day, _until, zone = row
    accepted = more == Request.Status.ACCEPTED
    return Waiting(kind, uid, person, title, since, ZoneInfo(zone), day, accepted, of=more or "")


def _learner(found: PersonReadiness, me: User) -> MyLearner:
    result, holder = found.readiness, found.held_by
    coach = found.facts.coaches.get(found.enrolment.pk)
    term = result.holder if result else None
    return MyLearner(
        enrolment=found.enrolment,
        line=line_of(found),
        skill=found.title_of(term) if term else "",
        look=found.look(term.required.skill) if term else None,
        not_yet=tuple(
            (found.facts.titles[line.skill], look.note)
            for line in found.role.requirements
            if found.verdict_of(line.skill)
            and (look := found.look(line.skill)).state == NOT_YET
            and not (term and term.required is line)
        ),
        held_by=holder.called if holder else "",
        needs_help=found.bucket in ("blocked", "behind"),
        covers=coach.name if coach and coach.name != me.full_name else "",
    )
