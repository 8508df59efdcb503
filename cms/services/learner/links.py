"""Permanent links: from a uid to the page that shows the thing to this person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page

from assessments.api import Case, Request, SignOffEvent, case_policy, request_policy, signoff_policy
from coaching.api import (
    Commitment,
    Post,
    Session,
    Thread,
    commitment_policy,
    help_policy,
    post_policy,
    session_policy,
    thread_policy,
)
from lms.api import (
    Enrolment,
    Label,
    Milestone,
    Notice,
    Path,
    RoleProfile,
    Skill,
    Step,
    StepKind,
    User,
    address_of,
    paths_of,
    people_policy,
)
from lms.errors import NotFound

from .lessons import may_read_any
from .step_pages import place_of_step

Finder = Callable[[User, UUID, datetime], str | None]


def place_of(person: User, uid: UUID, at: datetime) -> str:
    """The address at which the person sees what this uid names.

    Raises NotFound (nothing, or nothing of theirs), NotAllowed (a step of theirs that is closed). Queries: at most 9.
    """
    for kind in _kinds(uid):
        found = FINDERS[kind](person, uid, at)
        if found:
            return found
    raise NotFound(_("This link leads to nothing that you can see. It may be old, or somebody else’s."))


def _kinds(uid: UUID) -> list[str]:
    """What goes by this uid in the record. Queries: 1."""
    models: Iterable[tuple[str, QuerySet[Any], str]] = (
        ("content", Label.objects.exclude(kind__in=["skill", "step"]), "uid"),
        ("skill", Skill.objects.all(), "uid"),
        ("step", Step.objects.all(), "uid"),
        ("mine", Milestone.objects.all(), "uid"),
        ("mine", Path.objects.all(), "uid"),
        ("mine", RoleProfile.objects.all(), "uid"),
        ("enrolment", Enrolment.objects.all(), "uid"),
        ("notice", Notice.objects.all(), "uid"),
        ("person", User.objects.all(), "uid"),
        ("session", Session.objects.all(), "uid"),
        ("commitment", Commitment.objects.all(), "uid"),
        ("thread", Thread.objects.all(), "uid"),
        ("post", Post.objects.all(), "uid"),
        ("case", Case.objects.all(), "uid"),
        ("request", Request.objects.all(), "uid"),
        ("signoff", SignOffEvent.objects.all(), "uid"),
    )
    parts = [
        rows.order_by().filter(**{name: uid}).values_list(Value(kind, output_field=CharField()), F(name))
        for kind, rows, name in models
    ]
    found = {kind for kind, _uid in parts[0].union(*parts[1:])}
    return [kind for kind in FINDERS if kind in found]


def _content(person: User, uid: UUID, at: datetime) -> str | None:
    """Something that authors wrote: the reader's own step about it, or the editor of it for authors."""
    paths = paths_of(person, at)
    for path in paths:
        for state in path.steps:
            if uid in {lesson.uid for lesson in state.step.lessons}:
                return reverse("lesson", args=[uid])
            if state.step.kind != StepKind.DISCUSSION and state.step.content_uid == uid:
                return place_of_step(person, state.step.uid, at)
        if uid == path.enrolment.path.uid or uid in path.structure.required:
            return _own_path(path.enrolment)
    return _editor(person, uid)


def _editor(person: User, uid: UUID) -> str | None:
    """Where authors change it; None for everybody else."""
    if not may_read_any(person):
        return None
    pk = Page.objects.filter(translation_key=uid).order_by("pk").values_list("pk", flat=True).first()
    return reverse("wagtailadmin_pages:edit", args=[pk]) if pk else None


def _skill(person: User, uid: UUID, at: datetime) -> str | None:
    slug = Skill.objects.filter(uid=uid, archived_at=None).values_list("slug", flat=True).first()
    return reverse("skill", args=[slug]) if slug else None


def _step(person: User, uid: UUID, at: datetime) -> str | None:
    return place_of_step(person, uid, at)


def _mine(person: User, uid: UUID, at: datetime) -> str | None:
    """A milestone, path or role of the person's own path."""
    for path in paths_of(person, at):
        own = {path.enrolment.path.uid, path.enrolment.role_version.profile.uid, *path.structure.required}
        if uid in own:
            return _own_path(path.enrolment)
    return _editor(person, uid)


def _own_path(enrolment: Enrolment) -> str:
    return f"{reverse('path')}?path={enrolment.uid}"


def _enrolment(person: User, uid: UUID, at: datetime) -> str | None:
    enrolment = help_policy.queryset(person, "view").filter(uid=uid).select_related("person").first()
    if enrolment is None:
        return None
    if enrolment.person_id == person.pk:
        return _own_path(enrolment)
    if help_policy.queryset(person, "accompany").filter(pk=enrolment.pk).exists():
        return reverse("coach_person", args=[enrolment.uid])
    return reverse("person_readiness", args=[enrolment.person.uid])


def _notice(person: User, uid: UUID, at: datetime) -> str | None:
    notice = Notice.objects.filter(person=person, uid=uid).first()
    return address_of(notice.kind, notice.about) if notice else None


def _person(person: User, uid: UUID, at: datetime) -> str | None:
    if uid == person.uid:
        return reverse("today")
    if people_policy.queryset(person, "view").filter(uid=uid).exists():
        return reverse("person_readiness", args=[uid])
    enrolments = help_policy.queryset(person, "accompany").filter(person__uid=uid, status__in=Enrolment.OPEN)
    coached = enrolments.values_list("uid", flat=True).first()
    return reverse("coach_person", args=[coached]) if coached else None


def _post(person: User, uid: UUID, at: datetime) -> str | None:
    thread = post_policy.queryset(person, "view").filter(uid=uid).values_list("thread__uid", flat=True).first()
    return f"{reverse('exchange_thread', args=[thread])}#post-{uid}" if thread else None


def _request(person: User, uid: UUID, at: datetime) -> str | None:
    found = request_policy.queryset(person, "view").filter(uid=uid).values_list("observer_id", "case__uid").first()
    if found is None:
        return None
    return reverse("observe", args=[uid]) if found[0] == person.pk else reverse("case", args=[found[1]])


def _by_policy(policy: Any, name: str) -> Finder:
    """A thing that has one page for everybody who may see it."""

    def find(person: User, uid: UUID, at: datetime) -> str | None:
        return reverse(name, args=[uid]) if policy.queryset(person, "view").filter(uid=uid).exists() else None

    return find


FINDERS: dict[str, Finder] = {
    "content": _content,
    "step": _step,
    "skill": _skill,
    "mine": _mine,
    "enrolment": _enrolment,
    "notice": _notice,
    "person": _person,
    "session": _by_policy(session_policy, "session"),
    "commitment": _by_policy(commitment_policy, "commitment"),
    "thread": _by_policy(thread_policy, "exchange_thread"),
    "post": _post,
    "case": _by_policy(case_policy, "case"),
    "request": _request,
    "signoff": _by_policy(signoff_policy, "signoff"),
}
