"""The list of coaches for L&D: who has places free, who is away, whom they coach, and what they may observe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast

from coaching.models import CoachAssignment, CoachProfile, ObserverGrant, Session
from coaching.policies import coach_profile_policy, not_ended, unlapsed
from lms.api import User, named_like

from .coaches import ACTIVE
from .profiles import require_coaches
from .standing import standing_of_coach

SHOWN: Mapping[str, Callable[[date], Q]] = {
    "": lambda on: not_ended("", on),
    "free": lambda on: not_ended("", on) & Q(load__lt=F("capacity")),
    "before": lambda on: Q(ended_on__lte=on),
}
"""Whom the list shows: who coaches, who of them has a free place, who coached before."""
PRESENCES: Mapping[str, Callable[[date], Q]] = {
    "here": lambda on: Q(away_from=None) | Q(away_from__gt=on) | Q(away_until__lt=on),
    "away": lambda on: Q(away_until__gte=on),
}
"""Who is here today, and who is away today or later."""


@dataclass(frozen=True, slots=True)
class CoachLine:
    """A coach, with the assignments through which they coach, by learner, and what they may observe, by skill."""

    profile: CoachProfile
    learners: Sequence[CoachAssignment]
    grants: Sequence[ObserverGrant]


def coaches_to_manage(
    actor: User, *, show: str = "", presence: str = "", language: str = "", words: str = "", on: date
) -> QuerySet[CoachProfile]:
    """Coaches that the actor may see, by name: of SHOWN, of PRESENCES, who speak a language, by words of the name."""
    found = coach_profile_policy.queryset(actor, "view").filter(SHOWN[show](on), named_like(words, "person__"))
    if presence:
        found = found.filter(PRESENCES[presence](on))
    if language:
        found = found.annotate(spoken=Cast("languages", TextField())).filter(spoken__contains=f'"{language}"')
    return found.select_related("person", "cover__person").order_by("person__name_order", "pk")


def coach_lines(profiles: Iterable[CoachProfile], on: date) -> list[CoachLine]:
    """These coaches with whom they coach and what they may observe on a day. Queries: 2."""
    rows = list(profiles)
    learners: dict[int, list[CoachAssignment]] = {row.pk: [] for row in rows}
    grants: dict[int, list[ObserverGrant]] = {row.person_id: [] for row in rows}
    held = CoachAssignment.objects.filter(coach__in=list(learners), status=ACTIVE).select_related("enrolment__person")
    for assignment in held.order_by("enrolment__person__name_order", "pk"):
        learners[assignment.coach_id].append(assignment)
    observed = ObserverGrant.objects.filter(unlapsed(on), person__in=list(grants)).select_related("skill")
    for grant in observed.order_by("skill__name_order", "pk"):
        grants[grant.person_id].append(grant)
    return [CoachLine(row, learners[row.pk], grants[row.person_id]) for row in rows]


def languages_of_coaches(on: date) -> list[str]:
    """The codes of the languages that coaches speak. Queries: 1."""
    spoken = CoachProfile.objects.filter(not_ended("", on)).values_list("languages", flat=True)
    return sorted({code for codes in spoken for code in codes})


@dataclass(frozen=True, slots=True)
class CoachEnding:
    """What ends with a coach: whom they coach, who was to be theirs, whose standing coach they are, for whom they stand
    in, how many sessions.
    """

    profile: CoachProfile
    learners: Sequence[str]
    proposed: Sequence[str]
    standing: Sequence[str]
    covers: Sequence[str]
    sessions: int


def coach_ending(actor: User, person_uid: UUID, at: datetime) -> CoachEnding:
    """What ``end_coach`` would end, for the question before it. Raises NotFound, NotAllowed, Conflict (coaches no
    more). Queries: 6-7.
    """
    profile = coach_profile_policy.get(actor, "manage", person__uid=person_uid, related=("person",))
    require_coaches(profile, at)
    named = CoachAssignment.objects.filter(coach=profile, ended_at=None).order_by("enrolment__person__name_order", "pk")
    rows = list(named.values_list("status", "enrolment__person__full_name"))
    covers = CoachProfile.objects.filter(cover=profile, away_until__gte=at.date()).order_by("person__name_order", "pk")
    return CoachEnding(
        profile,
        [name for status, name in rows if status == ACTIVE],
        [name for status, name in rows if status != ACTIVE],
        [row.holding.person.full_name for row in standing_of_coach(profile.person)],
        list(covers.values_list("person__full_name", flat=True)),
        Session.objects.filter(coach=profile.person, status=Session.Status.PLANNED).count(),
    )
