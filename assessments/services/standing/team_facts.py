"""What varies about people on their paths, read at once for any number of them.

Gates, pauses, the coach, and everything that lies with somebody else - an encounter asked for, a wish to be seen early,
a case ready to decide, a promise to confirm, a session to write down, a coach to choose - come in one UNION: the
team's page and the coach's queue ask once, for one person and for three thousand. What roles ask for and path
structures never change and stay in memory; what a skill is called may change any day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from assessments import models as judged
from coaching.api import Challenge, CoachAssignment, Commitment, Session, not_ended
from lms.api import (
    Enrolment,
    News,
    Notice,
    Pause,
    Requirement,
    Row,
    SkillGate,
    Union,
    User,
    Waiver,
    managers_of_each,
    newest_unread,
    news_of,
    union_part,
)
from lms.rules.gates import OpenGate

# The columns of the UNION beside the kind, with the type that each has in every part of it.
COLUMNS: dict[str, models.Field] = {
    "owner": models.BigIntegerField(),
    "uid": models.UUIDField(),
    "word": models.CharField(),
    "other": models.CharField(),
    "more": models.CharField(),
    "number": models.BigIntegerField(),
    "at": models.DateTimeField(),
    "day": models.DateField(),
    "until": models.DateField(),
    "zone": models.CharField(),
}
AT_ONCE = 4096
NEWS = "notice"


@dataclass(frozen=True, slots=True)
class Wait:
    """Something of an enrolment that lies with somebody else. ``about`` is a standard or a step; ``since`` lies ahead
    for a session that is to come: it waits to be written down from its end on.
    """

    kind: str
    about: UUID
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class CoachFact:
    """Who coaches an enrolment, and who does on the days when they are away."""

    name: str
    cover: str
    away_from: date | None
    away_until: date | None

    def on(self, day: date) -> str:
        """The name of the present coach on a day (UTC: that of who may sign)."""
        away = self.away_from and self.away_until and self.away_from <= day <= self.away_until
        return self.cover if away and self.cover else self.name


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """Gates by person id; pauses, waits, coaches and waived steps by enrolment id; ``uncoached`` names who is to
    choose a coach, and since when. ``titles``: of the skills that the roles ask for, by slug.
    """

    gates: dict[int, list[OpenGate]] = field(default_factory=lambda: defaultdict(list))
    pauses: dict[int, list[tuple[date, date | None]]] = field(default_factory=lambda: defaultdict(list))
    waits: dict[int, list[Wait]] = field(default_factory=lambda: defaultdict(list))
    coaches: dict[int, CoachFact] = field(default_factory=dict)
    waived: dict[int, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    uncoached: dict[int, Wait] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    @property
    def news(self) -> News:
        """What is new for the reader whom the facts were read for."""
        return news_of(self.notices)


def part(kind: str, rows: QuerySet[Any], **columns: Any) -> QuerySet[Any, Row]:
    """One part of the UNION: the columns that it has, typed nulls for the others."""
    return union_part(COLUMNS, kind, rows, **columns)


def team_facts(
    enrolments: Sequence[Enrolment], on: date, reader: User | None = None, others: Iterable[int] = ()
) -> TeamFacts:
    """The facts about these enrolments on a day (UTC), and in the same breath what is new for ``reader``; of the people
    in ``others`` only their gates.

    Queries: 1 for up to 4,096 enrolments, and 1 more when somebody among them has no coach.
    """
    found = TeamFacts()
    others = set(others)
    for start in range(0, len(enrolments) or 1, AT_ONCE):
        some = enrolments[start : start + AT_ONCE]
        ids, people = [item.pk for item in some], sorted({item.person_id for item in some} | others)
        roles = sorted({item.role_version_id for item in some})
        others = set()
        if reader and not start:
            _read(_facts_and_news(ids=ids, people=people, roles=roles, on=on, reader=reader.pk), found)
        elif people:
            _read(_facts(ids=ids, people=people, roles=roles, on=on), found)
    if found.uncoached:
        _name_managers(enrolments, on, found)
    return found


def _name_managers(enrolments: Iterable[Enrolment], on: date, found: TeamFacts) -> None:
    """Say who is to choose a coach: the first by name of those who manage the person. Queries: 1."""
    alone = {item.pk: item.person_id for item in enrolments if item.pk in found.uncoached}
    managers = managers_of_each(set(alone.values()), on)
    for enrolment, person in alone.items():
        if managers[person]:
            found.uncoached[enrolment] = replace(found.uncoached[enrolment], name=managers[person][0].full_name)


def _parts(*, ids: list[int], people: list[int], roles: list[int], on: date) -> list[QuerySet[Any, Row]]:
    return [
        part(
            "gate",
            SkillGate.objects.filter(person__in=people),
            owner=F("person_id"),
            uid=F("standard_uid"),
            word=F("skill__slug"),
            other=F("gate"),
            number=F("level"),
            until=F("valid_until"),
        ),
        part("skill", Requirement.objects.filter(version__in=roles), word=F("skill__slug"), other=F("skill__title")),
        part(
            "pause",
            Pause.objects.filter(enrolment__in=ids),
            owner=F("enrolment_id"),
            day=F("from_on"),
            until=F("until_on"),
        ),
        part(
            "coach",
            CoachAssignment.objects.filter(enrolment__in=ids, status="active", kind="primary"),
            owner=F("enrolment_id"),
            word=F("coach__person__full_name"),
            other=Case(When(_may_cover(on), then=F("coach__cover__person__full_name")), default=Value("")),
            day=F("coach__away_from"),
            until=F("coach__away_until"),
        ),
        part(
            "request",
            judged.Request.objects.filter(status__in=judged.Request.WAITING, case__enrolment__in=ids),
            owner=F("case__enrolment_id"),
            uid=F("case__standard_uid"),
            word=F("observer__full_name"),
            at=F("made_at"),
        ),
        part(
            "decide",
            judged.Case.objects.filter(status=judged.Case.Status.READY, enrolment__in=ids),
            owner=F("enrolment_id"),
            uid=F("standard_uid"),
            at=F("ready_at"),
        ),
        part(
            "confirm",
            Commitment.objects.filter(status="done", step_uid__isnull=False, enrolment__in=ids),
            owner=F("enrolment_id"),
            uid=F("step_uid"),
            at=F("done_at"),
        ),
        part(
            "challenge",
            Challenge.objects.filter(status="asked", enrolment__in=ids),
            owner=F("enrolment_id"),
            uid=F("about_uid"),
            at=F("asked_at"),
        ),
        part(
            "session",
            Session.objects.filter(status="planned", step_uid__isnull=False, enrolment__in=ids),
            owner=F("enrolment_id"),
            uid=F("step_uid"),
            word=F("coach__full_name"),
            number=F("minutes"),
            at=F("planned_at"),
        ),
        part(
            "uncoached",
            _uncoached(ids),
            owner=F("pk"),
            uid=F("uid"),
            at=F("without_since"),
        ),
        part("waived", Waiver.objects.filter(enrolment__in=ids), owner=F("enrolment_id"), uid=F("step__uid")),
    ]


def _may_cover(on: date) -> Q:
    """Whoever covers for a coach stands in unless they are the learner, or coach no longer themselves."""
    return not_ended("coach__cover__", on) & ~Q(coach__cover__person=F("enrolment__person"))


def _uncoached(ids: list[int]) -> QuerySet[Enrolment]:
    """Enrolments that nobody coaches, and since when."""
    held = CoachAssignment.objects.filter(enrolment=OuterRef("pk"), status="active", kind="primary")
    before = CoachAssignment.objects.filter(enrolment=OuterRef("pk"), ended_at__isnull=False, kind="primary")
    return Enrolment.objects.filter(~Exists(held), pk__in=ids).annotate(
        without_since=Coalesce(Subquery(before.order_by("-ended_at").values("ended_at")[:1]), F("enrolled_at")),
    )


def _with_news(
    *, ids: list[int], people: list[int], roles: list[int], on: date, reader: int
) -> list[QuerySet[Any, Row]]:
    return [*_parts(ids=ids, people=people, roles=roles, on=on), news_part(reader)]


def news_part(reader: int) -> QuerySet[Any, Row]:
    """What is new for somebody, as a part of the UNION."""
    columns = {"owner": F("pk"), "uid": F("uid"), "word": F("text"), "other": F("url"), "number": F("unread")}
    return part(NEWS, newest_unread(User(pk=reader)), **columns, at=F("created_at"))


_facts, _facts_and_news = Union(_parts), Union(_with_news)


def _read(rows: Iterable[tuple[Any, ...]], found: TeamFacts) -> None:
    for row in rows:
        kind, owner, uid, word, other, _more, number, at, day, until, _zone = row
        match kind:
            case "gate":
                found.gates[owner].append(OpenGate(word, other, number, uid, until))
            case "skill":
                found.titles[word] = other
            case "pause":
                found.pauses[owner].append((day, until))
            case "coach":
                found.coaches[owner] = CoachFact(word, other or "", day, until)
            case "request" | "decide" | "confirm" | "challenge":
                found.waits[owner].append(Wait(kind, uid, word or "", at))
            case "session":
                found.waits[owner].append(Wait(kind, uid, word, at + timedelta(minutes=number)))
            case "uncoached":
                found.uncoached[owner] = Wait(kind, uid, "", at)
            case "waived":
                found.waived[owner].add(uid)
            case "notice":
                found.notices.append(notice_of(row))


def notice_of(row: Row) -> Notice:
    """The notice that a row of ``news_part`` stands for."""
    _kind, pk, uid, text, url, _more, unread, at, *_rest = row
    notice = Notice(pk=pk, uid=uid, text=text, url=url, created_at=at)
    notice.unread = unread  # type: ignore[attr-defined]
    return notice
