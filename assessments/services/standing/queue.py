"""The coach's queue: what waits for one person, whose learners they are, what is planned, how full their places are.

Two steps, so that the page costs little more for a coach of six hundred learners than for one of six: everything that
waits comes in a few prepared questions of light rows (``queue_of``), and only for what stands on the page is more read
(``shown_of``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.lookups import IsNull

from assessments.models import Case
from assessments.services.cases.examining import skills_of
from assessments.services.cases.waiting import waiting_for_judge
from coaching.api import Seats, coached_by, seats_of, sessions_for_coach, waiting_for_coach
from lms.api import Enrolment, Prepared, User, enrolments_with_ids, paths_with_a_coach, skills_by_slug
from lms.rules.ladder import Ladder
from lms.rules.standing import NOT_YET
from lms.rules.waiting import (
    CHALLENGE,
    COLLECT,
    CONFIRM,
    COUNTERSIGN,
    DECIDE,
    OBSERVE,
    REQUEST,
    TAKE_OVER,
    Waiting,
)

from .case_progress import Progressing, progress_of_cases
from .readiness import PersonReadiness, readiness_of
from .team_facts import skills_of_roles, team_facts
from .words import line_of

ORDER = (DECIDE, OBSERVE, TAKE_OVER, CHALLENGE, CONFIRM, COUNTERSIGN, COLLECT)
CASES = (DECIDE, COLLECT)
AHEAD = timedelta(days=7)
UNDER_WAY = timedelta(hours=2)


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
    """The whole queue in order; ``learners`` are ids of enrolments, by name, and ``of_learners`` everything that waits
    on their paths, whoever has it.
    """

    waiting: Sequence[Waiting]
    sessions: Sequence[Waiting]
    learners: Sequence[int]
    of_learners: Sequence[Waiting]
    seats: Seats | None

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


@dataclass(slots=True)
class _Learner:
    enrolment: int


def _my_learners(me: int, on: date) -> QuerySet[Enrolment]:
    rows = paths_with_a_coach().filter(coached_by(User(pk=me), on=on))
    return rows.order_by(IsNull(F("ended_at"), False), "person__name_order", "pk")  # completed paths come last


_learners = Prepared(_Learner, _my_learners, enrolment="pk")


def queue_of(me: User, at: datetime) -> Queue:
    """What waits for somebody. Queries: 8."""
    on = at.date()
    sessions = sessions_for_coach(me, on, at + AHEAD)
    rows = [*waiting_for_judge(me, on), *waiting_for_coach(me, on)]
    return Queue(
        sorted((row for row in rows if row.kind in ORDER), key=lambda row: (ORDER.index(row.kind), row.since)),
        sorted((row for row in sessions if row.whom == me.pk and row.since >= at - UNDER_WAY), key=_when),
        [row.enrolment for row in _learners(me=me.pk, on=on)],
        [replace(row, kind=REQUEST) if row.kind in (OBSERVE, TAKE_OVER) else row for row in (*rows, *sessions)],
        seats_of(me, on),
    )


def _when(row: Waiting) -> datetime:
    return row.since


def shown_of(
    me: User, rows: Iterable[Waiting], learners: Sequence[int], of_learners: Iterable[Waiting], at: datetime
) -> PagedQueue:
    """What the page says of these rows and these learners, by id; ``of_learners`` as in ``Queue``.

    Queries: 12, fewer when nothing of a kind is shown.
    """
    uids = [row.uid for row in rows if row.kind in CASES]
    cases = list(Case.objects.filter(uid__in=uids).select_related("version", "learner")) if uids else []
    people = enrolments_with_ids(learners).select_related("person", "path", "role_version__profile", "role_holding")
    enrolments = sorted(people, key=lambda item: learners.index(item.pk)) if learners else []
    mine = [row for row in of_learners if row.enrolment in learners]
    skills = skills_by_slug(skills_of(cases) | skills_of_roles(enrolments))
    titles = {slug: skill.title for slug, skill in skills.items()}
    facts = team_facts(enrolments, at.date(), [case.learner_id for case in cases], mine, titles)
    found = readiness_of(enrolments, at, facts)
    return PagedQueue(progress_of_cases(cases, me, facts, skills, at), [_learner(item, me) for item in found])


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
