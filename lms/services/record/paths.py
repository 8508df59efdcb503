"""Which paths people are on, and what paths and roles ask for as they are published now.

Each question is answered with rows that are not read yet: who asks narrows them further.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from lms.models import Enrolment, Path, PathVersion, Requirement, RoleProfileVersion, Step, StepCompletion, User
from lms.policies.enrolments import path_can_be_shown_on, path_runs


def open_paths() -> QuerySet[Enrolment]:
    """Enrolments that are not over: running, or paused."""
    return Enrolment.objects.filter(status__in=Enrolment.OPEN)


def running_paths() -> QuerySet[Enrolment]:
    """Enrolments on which the learner goes on now: neither paused nor over."""
    return Enrolment.objects.filter(path_runs())


def paths_to_be_seen_on() -> QuerySet[Enrolment]:
    """Enrolments on which somebody can be seen: running ones, and completed ones whose role is still held."""
    return Enrolment.objects.filter(path_can_be_shown_on())


def paths_with_a_coach() -> QuerySet[Enrolment]:
    """Enrolments on which somebody is coached: open ones, and completed ones whose role is still held."""
    return open_paths() | paths_to_be_seen_on()


def paths_to_roles(holdings: QuerySet[Any, Any]) -> QuerySet[Enrolment]:
    """The completed paths that led to these roles, given as a queryset of ids of holdings."""
    return Enrolment.objects.filter(role_holding__in=holdings)


def enrolments_with_ids(ids: Iterable[int] | QuerySet[Any, Any]) -> QuerySet[Enrolment]:
    """The enrolments with these ids, given as a list or as a queryset of ids."""
    return Enrolment.objects.filter(pk__in=ids)


def enrolments_by_uid(uids: Iterable[UUID]) -> list[Enrolment]:
    """The enrolments with these uids. Queries: 1."""
    return list(Enrolment.objects.filter(uid__in=list(uids)).select_related("person", "path"))


def last_on_path(path: Path, person_ids: Iterable[int]) -> dict[int, Enrolment]:
    """By id of the person, the enrolment on a path that is open, or the last that was; nothing for who never was on it.
    Queries: 1.
    """
    rows = Enrolment.objects.filter(path=path, person__in=list(person_ids)).order_by("enrolled_at", "pk")
    return {row.person_id: row for row in sorted(rows, key=lambda row: row.is_open)}


def paths_with_step_to_do(person_id: int, kind: str, content_uid: UUID) -> QuerySet[Enrolment]:
    """Open enrolments of a person with a step of this kind about this content that is not done, each once."""
    done = StepCompletion.objects.filter(enrolment=OuterRef("pk"), step=OuterRef("path_version__steps"))
    about = {"path_version__steps__kind": kind, "path_version__steps__content_uid": content_uid}
    return open_paths().filter(~Exists(done), person=person_id, **about).distinct()


def completed_path_of(person: User) -> Enrolment | None:
    """The path that somebody completed, with its role; of several the one that began last. Queries: 1."""
    rows = person.enrolments.filter(status=Enrolment.Status.COMPLETED)
    return rows.select_related("path", "role_version__profile").first()


def newest_path_versions() -> QuerySet[PathVersion]:
    """Of each path on the site the version that was published last."""
    newest = PathVersion.objects.values("path").annotate(newest=Max("pk")).values("newest")
    return PathVersion.objects.filter(pk__in=newest, path__archived_at=None)


def newest_role_versions() -> QuerySet[RoleProfileVersion]:
    """Of each role on the site the version that was published last, by title. Queries: 1 when read."""
    newest = RoleProfileVersion.objects.values("profile").annotate(newest=Max("pk")).values("newest")
    rows = RoleProfileVersion.objects.filter(pk__in=newest, profile__archived_at=None)
    return rows.select_related("profile").order_by("profile__name_order", "pk")


def steps_of_versions(version_ids: Iterable[int] | QuerySet[Any, Any]) -> QuerySet[Step]:
    """The steps of these path versions."""
    return Step.objects.filter(version__in=version_ids)


def requirements_in_force() -> QuerySet[Requirement]:
    """What roles on the site ask for as they were published last, and what they ask of people on open paths."""
    current = Q(version__in=newest_role_versions().order_by().values("pk"))
    return Requirement.objects.filter(current | Q(version__in=open_paths().order_by().values("role_version")))
