"""Permanent links to what helping keeps, and to people and their paths, which coaches find at their own pages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from coaching.policies import commitment_policy, help_policy, post_policy, session_policy, thread_policy
from lms.api import Enrolment, User, found_by_policy, people_policy
from lms.rules.target import Target


def _enrolment(person: User, uid: UUID, at: datetime) -> Target | None:
    enrolment = help_policy.queryset(person, "view").filter(uid=uid).select_related("person").first()
    if enrolment is None:
        return None
    if enrolment.person_id == person.pk:
        return Target("own path", query=(("path", enrolment.uid),))
    if help_policy.queryset(person, "accompany").filter(pk=enrolment.pk).exists():
        return Target("coached learner", enrolment.uid)
    return Target("readiness", enrolment.person.uid)


def _person(person: User, uid: UUID, at: datetime) -> Target | None:
    if uid == person.uid:
        return Target("today")
    if people_policy.queryset(person, "view").filter(uid=uid).exists():
        return Target("readiness", uid)
    enrolments = help_policy.queryset(person, "accompany").filter(person__uid=uid, status__in=Enrolment.OPEN)
    coached = enrolments.values_list("uid", flat=True).first()
    return Target("coached learner", coached) if coached else None


def _post(person: User, uid: UUID, at: datetime) -> Target | None:
    thread = post_policy.queryset(person, "view").filter(uid=uid).values_list("thread__uid", flat=True).first()
    return Target("thread", thread, part=f"post-{uid}") if thread else None


FINDERS = {
    "session": found_by_policy(session_policy, "session"),
    "commitment": found_by_policy(commitment_policy, "commitment"),
    "thread": found_by_policy(thread_policy, "thread"),
    "post": _post,
    "enrolment": _enrolment,
    "person": _person,
}
