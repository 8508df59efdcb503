"""Factories for the nouns of helping; lms nouns come from ``tests.factories``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from coaching.api import (
    CoachAssignment,
    CoachProfile,
    Commitment,
    CommitmentSkill,
    ObserverGrant,
    Post,
    Session,
    Thread,
    set_prompt,
)
from lms.api import LEARNING_ADMINISTRATORS, Customer, Enrolment, Skill, User
from tests import factories as f

NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
"""A week into the path of ``scene``: the moment at which acts take place here."""

FAR = date(2126, 1, 1)


def coach(name: str = "", capacity: int = 3, **fields: Any) -> User:
    """Somebody who coaches."""
    who = f.person(name or "Coach")
    CoachProfile.objects.create(person=who, capacity=capacity, languages=["en"], **fields)
    return who


def assigned(enrolment: Enrolment, who: User, kind: str = "primary", at: datetime = f.MONDAY) -> CoachAssignment:
    """An active assignment, counted in the coach's load."""
    profile = CoachProfile.objects.get(person=who)
    CoachProfile.objects.filter(pk=profile.pk).update(load=profile.load + 1)
    fields = {"kind": kind, "assigned_by": enrolment.enrolled_by, "started_at": at}
    return f.logged(CoachAssignment.objects.create(enrolment=enrolment, coach=profile, **fields))


def grant(who: User, *skills: str, until_on: date = FAR, **fields: Any) -> None:
    """Open founding grants."""
    giver = f.person("Giver")
    for slug in skills:
        values = {"granted_at": f.MONDAY, "until_on": until_on, "granted_by": giver, "reason": "Known.", **fields}
        f.logged(ObserverGrant.objects.create(person=who, skill=f.skill(slug), **values))


def prompt(skill: str) -> Thread:
    """The prompt of a skill."""
    made = set_prompt(f.skill(skill).pk, f"What have you seen of {skill}?", f.MONDAY)
    assert made
    return made


def question(skill: str, author: User, title: str = "How?", at: datetime = f.MONDAY) -> Thread:
    """A question of somebody."""
    made = Thread.objects.create(skill=f.skill(skill), author=author, title=title, opened_at=at)
    post(made, author, Post.Kind.QUESTION, at=at)
    return made


def post(thread: Thread, author: User, kind: str = "answer", body: str = "Like this.", at: datetime = NOON) -> Post:
    """A contribution."""
    return Post.objects.create(thread=thread, author=author, kind=kind, body=body, posted_at=at)


def session(enrolment: Enrolment, who: User, planned_at: datetime, **fields: Any) -> Session:
    """A planned session."""
    return Session.objects.create(
        enrolment=enrolment, coach=who, title=fields.pop("title", "A talk"), planned_at=planned_at, **fields
    )


def commitment(enrolment: Enrolment, *skills: str, status: str = "open", **fields: Any) -> Commitment:
    """A promise."""
    if status == "done":
        fields = {"report": "They called back.", "done_at": NOON} | fields
    made = Commitment.objects.create(
        enrolment=enrolment,
        what=fields.pop("what", "Play back before I propose."),
        by_on=fields.pop("by_on", date(2026, 3, 20)),
        status=status,
        made_at=NOON,
        **fields,
    )
    for slug in skills:
        CommitmentSkill.objects.create(commitment=made, skill=f.skill(slug))
    return made


@dataclass
class Scene:
    """A learner on a path with one step of each kind that helping knows, and everybody around them."""

    learner: User
    coach: User
    other_coach: User
    manager: User
    other_manager: User
    administrator: User
    outsider: User
    enrolment: Enrolment
    customer: Customer
    skills: Sequence[Skill]


def scene() -> Scene:
    """Steps ``talk-it-over`` (session), ``promise`` (commitment), ``discuss`` (discussion), ``later`` (locked)."""
    listening, trust = f.skill("listening"), f.skill("trust")
    version = f.path(
        f.step("session", "talk-it-over", skills=["listening"]),
        f.step("commitment", "promise", skills=["listening", "trust"]),
        f.step("discussion", "discuss", content_uid=listening.uid, skills=["listening"]),
        f.step("session", "later", start_day=60, due_day=80),
        role_version=f.role(f.requires("listening"), f.requires("trust")),
    )
    learner, manager = f.person("Lea Learner"), f.person("Max Manager")
    f.team(learner, manager=manager)
    enrolment = f.enrolment(learner, version, started_on=f.MONDAY.date())
    mine, other = coach("Cora Coach"), coach("Otto Other")
    assigned(enrolment, mine)
    other_manager = f.person("Moa Manager")
    f.team(f.person("Theirs"), manager=other_manager)
    return Scene(
        learner=learner,
        coach=mine,
        other_coach=other,
        manager=manager,
        other_manager=other_manager,
        administrator=f.in_group(LEARNING_ADMINISTRATORS, f.person("Ada Administrator")),
        outsider=f.person("Olga Outsider"),
        enrolment=enrolment,
        customer=f.customer("castell"),
        skills=(listening, trust),
    )


def fresh(user: User) -> User:
    """The same person as a new request sees them, without what was kept for the last one."""
    return User.objects.get(pk=user.pk)


def soon(hours: float = 24) -> datetime:
    """Some hours after ``NOON``."""
    return NOON + timedelta(hours=hours)
