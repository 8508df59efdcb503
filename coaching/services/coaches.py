"""Who is the coach: the questions that everybody asks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Case, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from coaching.models import Absence, CoachAssignment, CoachProfile, StandingAssignment
from coaching.policies import acting, coached_by, help_policy, not_ended
from lms.api import Enrolment, Prepared, User, are_one, enrolments_with_ids, paths_with_a_coach, same_human
from lms.rules.waiting import PROPOSAL, Waiting

ACTIVE = CoachAssignment.Status.ACTIVE
STANDING = StandingAssignment.Status.ACTIVE
PRIMARY = CoachAssignment.Kind.PRIMARY
STANDING_COVER = "stands__coach__coach_profile__cover"


def coach_of(enrolment: Enrolment) -> User | None:
    """The coach of an enrolment, away or not; of a completed path the standing coach. Queries: 1."""
    if enrolment.role_holding_id is not None:
        rows = StandingAssignment.objects.filter(holding=enrolment.role_holding_id, status=STANDING)
        standing = rows.select_related("coach__coach_profile__cover__person").first()
        return standing.coach if standing else None
    rows_of_path = CoachAssignment.objects.filter(enrolment=enrolment, status=ACTIVE, kind=PRIMARY)
    row = rows_of_path.select_related("coach__person__coach_profile__cover__person").first()
    return row.coach.person if row else None


def profile_of(coach: User) -> CoachProfile | None:
    """Their coach profile, if they have one. Queries: 1 where it was not fetched."""
    return getattr(coach, "coach_profile", None)


def is_away(profile: CoachProfile, on: date) -> bool:
    """Whether the coach is away on that day, first and last day included."""
    begin, end = profile.away_from, profile.away_until
    return begin is not None and end is not None and begin <= on <= end


def stands_in(profile: CoachProfile, on: date) -> CoachProfile | None:
    """Who covers for the coach on that day; None when nobody does or nobody need."""
    cover = profile.cover if is_away(profile, on) else None
    return cover if cover and (cover.ended_on is None or cover.ended_on > on) else None


def present_coach(enrolment: Enrolment, on: date) -> User | None:
    """Who coaches on that day (UTC, by which it is decided who may sign): the cover while the coach is away (never the
    learner), else the coach. Queries: 1, or 2 while a cover stands in.
    """
    coach = coach_of(enrolment)
    if coach is None:
        return None
    profile = profile_of(coach)
    cover = stands_in(profile, on) if profile else None
    return cover.person if cover and not are_one(cover.person_id, enrolment.person_id) else coach


def is_coach_of(user: User, enrolment: Enrolment) -> bool:
    """Whether the user is the present coach, as coach or cover. Queries: 1."""
    return help_policy.queryset(user, "accompany").filter(pk=enrolment.pk).exists()


def active_assignments_of(coach: User, at: datetime) -> list[CoachAssignment]:
    """Assignments through which somebody coaches today, cover included, with path and learner. Queries: 1."""
    rows = CoachAssignment.objects.filter(acting(coach, at.date()))
    return list(
        rows.select_related("enrolment__person", "enrolment__path", "coach__person").order_by(
            "enrolment__person__name_order", "pk"
        )
    )


def learners_of(coach: User, at: datetime) -> list[Enrolment]:
    """Whom somebody coaches today, cover included, by name: on open paths, and as standing coach on completed ones.
    Queries: 1.
    """
    rows = paths_with_a_coach().filter(coached_by(coach, on=at.date()))
    return list(rows.select_related("person", "path").order_by("person__name_order", "pk"))


@dataclass(frozen=True, slots=True)
class AsCoach:
    """By which rows somebody was a coach: the uid of the assignment, of a standing coach's where ``standing``, and of
    the absence that they covered.
    """

    assignment: UUID
    absence: UUID | None = None
    standing: bool = False


def as_coach(user_id: int, enrolment_id: int, at: datetime) -> AsCoach | None:
    """As what somebody was the present coach at a moment, as coach or as cover; None when they were not. Queries: 1-4.

    Read from the rows that stand in the log, for what is signed at that moment.
    """
    then = CoachAssignment.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=at), enrolment_id=enrolment_id, started_at__lte=at
    )
    then = then.exclude(status__in=CoachAssignment.NOT_BEGUN)
    own = then.filter(coach__person_id=user_id).order_by("-kind", "pk").first()  # the coach before a cover
    if own:
        return AsCoach(own.uid)
    primary = then.filter(kind=PRIMARY)
    covered = _covered(user_id, Q(coach__in=primary.values("coach")), at)
    if covered is not None:
        return AsCoach(primary.get(coach=covered.coach_id).uid, covered.uid)
    return _as_standing_coach(user_id, enrolment_id, at)


def _covered(user_id: int, coach: Q, at: datetime) -> Absence | None:
    """The absence of such a coach that somebody covered at a moment. Queries: 1."""
    return Absence.objects.filter(
        Q(called_off_at=None) | Q(called_off_at__gt=at),
        coach,
        cover__person_id=user_id,
        said_at__lte=at,
        from_on__lte=at.date(),
        until_on__gte=at.date(),
    ).first()


def _as_standing_coach(user_id: int, enrolment_id: int, at: datetime) -> AsCoach | None:
    """The same in the role that a completed path led to. Queries: 1-2."""
    then = StandingAssignment.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=at), holding__completed_paths=enrolment_id, started_at__lte=at
    )
    row = then.order_by("-started_at", "pk").first()
    if row is None or row.coach_id == user_id:
        return AsCoach(row.uid, standing=True) if row else None
    covered = _covered(user_id, Q(coach__person=row.coach_id), at)
    return AsCoach(row.uid, covered.uid, standing=True) if covered else None


def assignments_of_coach(coach: CoachProfile) -> list[CoachAssignment]:
    """Whom somebody coaches now, by name. Queries: 1."""
    rows = CoachAssignment.objects.filter(coach=coach, status=ACTIVE).select_related("enrolment__person")
    return list(rows.order_by("enrolment__person__name_order", "pk"))


def coaches_by_enrolment(ids: Collection[int]) -> dict[int, list[User]]:
    """By id of an enrolment, who coaches it now, the coach before a cover. Queries: 1."""
    found: dict[int, list[User]] = {}
    rows = CoachAssignment.objects.filter(status=ACTIVE, enrolment__in=list(ids)).select_related("coach__person")
    for row in rows.order_by("-kind", "pk"):
        found.setdefault(row.enrolment_id, []).append(row.coach.person)
    return found


def coaches_by_learner(ids: Collection[int]) -> dict[int, list[User]]:
    """By id of a learner, who coaches them on an open path. Queries: 1."""
    found: dict[int, list[User]] = {}
    rows = CoachAssignment.objects.filter(status=ACTIVE, enrolment__person__in=list(ids))
    for row in rows.select_related("coach__person", "enrolment"):
        found.setdefault(row.enrolment.person_id, []).append(row.coach.person)
    return found


def coach_profile_of(person: User) -> CoachProfile | None:
    """Somebody's own coach profile, with their cover; None for everybody else. Queries: 1."""
    return CoachProfile.objects.filter(person=person).select_related("person", "cover__person").first()


def coaches_to_choose(on: date) -> list[CoachProfile]:
    """Everybody who coaches, those with most room first. Queries: 1."""
    rows = CoachProfile.objects.filter(not_ended("", on), person__is_active=True)
    found = list(rows.select_related("person", "cover__person"))
    return sorted(found, key=lambda row: (row.load >= row.capacity, row.load - row.capacity, row.person.name_order))


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


@dataclass(slots=True)
class _Assignment:
    """An enrolment with one of its coaches: the present one (of a completed path the standing one), or one who is
    proposed; without any, ``uid`` is None.
    ``since``: when the last coach before went, or the path began for the record.
    """

    enrolment: int
    since: datetime
    uid: UUID | None
    status: str | None
    reason: str | None
    started_at: datetime | None
    name: str | None
    called: str | None
    cover: str | None
    away_from: date | None
    away_until: date | None


def _assigned(enrolments: list[int], on: date) -> QuerySet[Enrolment]:
    before = CoachAssignment.objects.filter(enrolment=OuterRef("pk"), kind=PRIMARY, ended_at__isnull=False)
    present = Q(coach_assignments__status=ACTIVE, coach_assignments__kind=PRIMARY)
    proposed = Q(coach_assignments__status=CoachAssignment.Status.PROPOSED)
    standing = Q(role_holding__standing_assignments__status=STANDING)
    return enrolments_with_ids(enrolments).annotate(
        held=FilteredRelation("coach_assignments", condition=present | proposed),
        stands=FilteredRelation("role_holding__standing_assignments", condition=standing),
        as_since=Coalesce(Subquery(before.order_by("-ended_at").values("ended_at")[:1]), F("enrolled_at")),
        as_uid=Coalesce("held__uid", "stands__uid"),
        as_status=Coalesce("held__status", "stands__status"),
        as_reason=Coalesce("held__reason", "stands__reason"),
        as_started_at=Coalesce("held__started_at", "stands__started_at"),
        as_name=Coalesce("held__coach__person__full_name", "stands__coach__full_name"),
        as_called=Coalesce("held__coach__person__preferred_name", "stands__coach__preferred_name"),
        as_cover=Case(
            When(_may_cover("held__coach__cover", on), then=F("held__coach__cover__person__full_name")),
            When(_may_cover(STANDING_COVER, on), then=F(f"{STANDING_COVER}__person__full_name")),
            default=Value(""),
        ),
        as_away_from=Coalesce("held__coach__away_from", "stands__coach__coach_profile__away_from"),
        as_away_until=Coalesce("held__coach__away_until", "stands__coach__coach_profile__away_until"),
    )


def _may_cover(cover: str, on: date) -> Q:
    """Whether the coach profile at ``cover`` is one that may stand in on a day: it holds, and is not the learner's."""
    return not_ended(f"{cover}__", on) & Q(**{f"{cover}__isnull": False}) & ~same_human(f"{cover}__person", "person")


_assignments = Prepared(
    _Assignment,
    _assigned,
    enrolment="pk",
    since="as_since",
    uid="as_uid",
    status="as_status",
    reason="as_reason",
    started_at="as_started_at",
    name="as_name",
    called="as_called",
    cover="as_cover",
    away_from="as_away_from",
    away_until="as_away_until",
)


@dataclass(frozen=True, slots=True)
class Coaches:
    """Who coaches paths, by id of the enrolment; since when nobody does; who is proposed and waits for the manager."""

    present: Mapping[int, CoachFact]
    nobody_since: Mapping[int, datetime]
    proposed: Sequence[Waiting]


def coaches_on(enrolment_ids: Sequence[int], on: date) -> Coaches:
    """Who coaches these paths on a day (UTC), and who does not. Queries: 1, 0 for no path."""
    present: dict[int, CoachFact] = {}
    since: dict[int, datetime] = {}
    proposed: list[Waiting] = []
    for row in _assignments(enrolments=enrolment_ids, on=on):
        since[row.enrolment] = row.since
        if row.status == ACTIVE:
            present[row.enrolment] = CoachFact(row.name or "", row.cover or "", row.away_from, row.away_until)
        elif row.uid and row.started_at:
            named = (row.reason or "", row.started_at, None, row.name or "", row.called or "")
            proposed.append(Waiting(PROPOSAL, row.uid, row.enrolment, *named))
    return Coaches(present, {pk: day for pk, day in since.items() if pk not in present}, proposed)
