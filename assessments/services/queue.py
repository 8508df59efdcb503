"""The coach's queue: what waits for one person, whose learners they are, what is planned, how full their places are.

Everything that waits - encounters to watch, promises to confirm, decisions to countersign, sessions - is read in the
same UNION as the facts about the coach's learners; cases and their observations are two more questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from assessments.models import Case, Request
from assessments.policies import request_policy
from assessments.policies.cases import to_countersign
from assessments.rules.cells import Cell
from coaching.api import Challenge, CoachAssignment, CoachProfile, Commitment, Session, acting, coached_by, profile
from lms.api import Enrolment, News, User

from .news import notices_in, notices_part
from .readiness import PersonReadiness, readiness_of
from .team import cell_of
from .team_facts import TeamFacts, part, team_facts
from .team_words import line_of, name_of

OBSERVE, DECIDE, COLLECT, CONFIRM, COUNTERSIGN = "observe", "decide", "collect", "confirm", "countersign"
CHALLENGE, TAKE_OVER = "challenge", "take_over"
ORDER = (DECIDE, OBSERVE, TAKE_OVER, CHALLENGE, CONFIRM, COUNTERSIGN, COLLECT)
AHEAD = timedelta(days=7)
UNDER_WAY = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for the reader. ``uid`` is of what it is about: a request, case, commitment, challenge or
    event; ``of``: who was asked and is away.
    """

    kind: str
    uid: UUID
    person: str
    title: str
    since: datetime
    on: date | None = None
    accepted: bool = False
    of: str = ""
    case: Case | None = None


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
class MyLearner:
    """One of the reader's learners: the ladder of the skill that holds them, and a sentence."""

    enrolment: Enrolment
    line: str
    skill: str
    cell: Cell | None
    held_by: str
    needs_help: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """The whole queue, and what is new for the reader; ``facts`` are for ``progress_of_cases`` of the rows shown."""

    waiting: Sequence[Waiting]
    sessions: Sequence[Planned]
    learners: Sequence[MyLearner]
    profile: CoachProfile | None
    facts: TeamFacts
    news: News

    @property
    def oldest(self) -> Waiting | None:
        """What has waited longest."""
        return min((item for item in self.waiting if item.kind != COLLECT), key=lambda item: item.since, default=None)

    @property
    def asked(self) -> int:
        """How many things wait for the reader to act."""
        return sum(item.kind != COLLECT for item in self.waiting)


def queue_of(me: User, at: datetime) -> Queue:
    """What waits for somebody. Queries: 3 for a coach (learners, everything that waits, cases), 4 without a learner."""
    assignments = list(
        CoachAssignment.objects.filter(acting(me, at.date()))
        .select_related(
            "enrolment__person",
            "enrolment__path",
            "enrolment__role_version__profile",
            "coach__person",
            "coach__cover__person",
        )
        .order_by("enrolment__person__full_name", "pk")
    )
    mine = {row.enrolment_id: row.enrolment for row in assignments if row.enrolment.status in Enrolment.OPEN}
    profiles = [who for row in assignments for who in (row.coach, row.coach.cover) if who and who.person_id == me.pk]
    facts = team_facts(list(mine.values()), _for_me(me, at))
    cases = _cases(me) if mine else []
    waiting = [*_waiting(facts), *(_case_row(case) for case in cases)]
    waiting.sort(key=lambda item: (ORDER.index(item.kind), item.since))
    people = readiness_of(mine.values(), at, facts)
    return Queue(
        waiting,
        _sessions(facts),
        [_learner(found, at) for found in people],
        profiles[0] if profiles else _own_profile(me, at),
        facts,
        notices_in(facts),
    )


def _own_profile(me: User, at: datetime) -> CoachProfile | None:
    """The reader's own places, while they coach. Queries: 1."""
    own = profile(me)
    return own if own and (own.ended_on is None or own.ended_on > at.date()) else None


def _for_me(me: User, at: datetime) -> list[QuerySet[Any]]:
    """Parts of the UNION: what is new for this person and what is asked of them, whoever's learner it is about."""
    asked = Request.objects.filter(observer=me, status__in=Request.WAITING)
    promised = Commitment.objects.filter(coached_by(me, "enrolment"), status="done")
    planned = Session.objects.filter(
        coach=me, status="planned", planned_at__gte=at - UNDER_WAY, planned_at__lte=at + AHEAD
    )
    return [
        notices_part(me),
        part(
            OBSERVE,
            asked,
            uid=F("uid"),
            word=F("case__learner__full_name"),
            other=F("case__version__title"),
            more=F("status"),
            at=F("made_at"),
            day=F("planned_on"),
        ),
        part(
            TAKE_OVER,
            Request.objects.filter(request_policy.rows(me, "take over")),
            uid=F("uid"),
            word=F("case__learner__full_name"),
            other=F("case__version__title"),
            more=F("observer__full_name"),
            at=F("made_at"),
            day=F("planned_on"),
        ),
        part(
            "promised", promised, uid=F("uid"), word=F("enrolment__person__full_name"), other=F("what"), at=F("done_at")
        ),
        part(
            "early",
            Challenge.objects.filter(coached_by(me, "enrolment"), status="asked").exclude(enrolment__person=me),
            uid=F("uid"),
            word=F("enrolment__person__full_name"),
            other=F("title"),
            at=F("asked_at"),
        ),
        part(
            "flagged",
            to_countersign(me),
            uid=F("uid"),
            word=F("subject__full_name"),
            other=F("meaning"),
            at=F("occurred_at"),
        ),
        part(
            "session",
            planned,
            uid=F("uid"),
            word=F("enrolment__person__full_name"),
            other=F("title"),
            more=F("place"),
            number=F("minutes"),
            at=F("planned_at"),
        ),
    ]


def _waiting(facts: TeamFacts) -> list[Waiting]:
    kinds = {OBSERVE: OBSERVE, TAKE_OVER: TAKE_OVER, "promised": CONFIRM, "early": CHALLENGE, "flagged": COUNTERSIGN}
    return [
        Waiting(kinds[kind], uid, person, title, since, day, accepted=more == Request.Status.ACCEPTED, of=more or "")
        for kind, _owner, uid, person, title, more, _number, since, day, _until in facts.extra
        if kind in kinds
    ]


def _sessions(facts: TeamFacts) -> list[Planned]:
    found = [
        Planned(uid, person, title, at, minutes, place or "")
        for kind, _owner, uid, person, title, place, minutes, at, _day, _until in facts.extra
        if kind == "session"
    ]
    return sorted(found, key=lambda item: item.at)


def _cases(me: User) -> list[Case]:
    """Open cases of the reader's learners that have begun to gather something or wait for a decision. Queries: 1."""
    rows = Case.objects.filter(coached_by(me, "enrolment")).exclude(status=Case.Status.DECIDED).exclude(learner=me)
    return list(rows.select_related("learner", "version", "claimed_by").order_by("opened_at", "pk"))


def _case_row(case: Case) -> Waiting:
    ready = case.status == Case.Status.READY
    since = case.ready_at if ready and case.ready_at else case.opened_at
    return Waiting(DECIDE if ready else COLLECT, case.uid, case.learner.full_name, case.version.title, since, case=case)


def _learner(found: PersonReadiness, at: datetime) -> MyLearner:
    result, holder = found.readiness, found.held_by
    term = result.holder if result else None
    shown = cell_of(found, term) if term else None
    return MyLearner(
        enrolment=found.enrolment,
        line=line_of(found, at),
        skill=found.role.titles[term.required.skill] if term else "",
        cell=shown,
        held_by=name_of(holder) if holder else "",
        needs_help=found.bucket in ("blocked", "behind"),
    )
