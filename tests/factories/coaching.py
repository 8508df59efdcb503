"""Coaches, grants, and what helpers do: prompts, questions, sessions, commitments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from coaching.api import (
    CoachAssignment,
    CoachProfile,
    Commitment,
    CommitmentSkill,
    ObserverGrant,
    Post,
    Session,
    StandingAssignment,
    Thread,
    set_prompt,
)
from lms import clock
from lms.api import LEARNING_ADMINISTRATORS, Customer, Enrolment, RoleHolding, Skill, User
from tests.factories import basics, paths, people

A_MONTH_BEFORE = basics.MONDAY - timedelta(days=30)
YEAR_LATER = date(2027, 1, 31)
FAR = date(2126, 1, 1)


def coach_profile(who: User | None = None, **fields: Any) -> CoachProfile:
    """What makes somebody a coach."""
    values = {"capacity": 6, "languages": ["en"], **fields}
    return CoachProfile.objects.create(person=who or people.person("Coach"), **values)


def coach(name: str = "Coach", **fields: Any) -> User:
    """Somebody who coaches."""
    return coach_profile(people.person(name), **fields).person


def assign(enrolment: Enrolment, who: User, at: datetime = A_MONTH_BEFORE, **fields: Any) -> CoachAssignment:
    """The coach of a learner, counted in the coach's load."""
    profile = CoachProfile.objects.get(person=who)
    CoachProfile.objects.filter(pk=profile.pk).update(load=profile.load + 1)
    values: dict[str, Any] = {"assigned_by": people.granter(), "started_at": at, **fields}
    return basics.logged(CoachAssignment.objects.create(enrolment=enrolment, coach=profile, **values))


def stands_by(holding: RoleHolding, who: User, at: datetime | None = None, **fields: Any) -> StandingAssignment:
    """The standing coach of somebody in a role that they hold."""
    values: dict[str, Any] = {"assigned_by": people.granter(), "started_at": at or clock.now(), **fields}
    return basics.logged(StandingAssignment.objects.create(holding=holding, coach=who, **values))


def grant(who: User, *skills: str, **fields: Any) -> list[ObserverGrant]:
    """The right to observe these skills, for a year from a month before MONDAY; makes the skills."""
    values = {"granted_at": A_MONTH_BEFORE, "until_on": YEAR_LATER, "reason": "Knows the work.", **fields}
    if values.get("basis") == "calibrated":
        values.setdefault("attempt_uid", basics.key())
    else:
        values.setdefault("granted_by", people.granter())
    known = {row.slug: row for row in Skill.objects.filter(slug__in=skills, archived_at=None)}
    asked = [known.get(slug) or paths.skill(slug) for slug in skills]
    return [basics.logged(ObserverGrant.objects.create(person=who, skill=skill, **values)) for skill in asked]


def grant_for_long(who: User, *skills: str, **fields: Any) -> list[ObserverGrant]:
    """Longer than the rules allow, for pages and policies, which read the clock."""
    return grant(who, *skills, until_on=FAR, **fields)


def observer(*skills: str, name: str = "", **fields: Any) -> User:
    """Somebody with a grant for each of these skills."""
    who = people.person(name)
    grant(who, *skills, **fields)
    return who


def prompt(skill: str) -> Thread:
    """The prompt of a skill."""
    made = set_prompt(paths.skill(skill).pk, f"What have you seen of {skill}?", basics.MONDAY)
    assert made
    return made


def question(skill: str, author: User, title: str = "How?", at: datetime = basics.MONDAY) -> Thread:
    """A question of somebody."""
    made = Thread.objects.create(skill=paths.skill(skill), author=author, title=title, opened_at=at)
    post(made, author, Post.Kind.QUESTION, at=at)
    return made


def post(
    thread: Thread, author: User, kind: str = "answer", body: str = "Like this.", at: datetime = basics.NOON
) -> Post:
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
        fields = {"report": "They called back.", "done_at": basics.NOON} | fields
    made = Commitment.objects.create(
        enrolment=enrolment,
        what=fields.pop("what", "Play back before I propose."),
        by_on=fields.pop("by_on", date(2026, 3, 20)),
        status=status,
        made_at=basics.NOON,
        **fields,
    )
    for slug in skills:
        CommitmentSkill.objects.create(commitment=made, skill=paths.skill(slug))
    return made


@dataclass
class HelpScene:
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


def help_scene() -> HelpScene:
    """Steps ``talk-it-over`` (session), ``promise`` (commitment), ``discuss`` (discussion), ``later`` (locked)."""
    listening, trust = paths.skill("listening"), paths.skill("trust")
    version = paths.path(
        paths.step("session", "talk-it-over", skills=["listening"]),
        paths.step("commitment", "promise", skills=["listening", "trust"]),
        paths.step("discussion", "discuss", content_uid=listening.uid, skills=["listening"]),
        paths.step("session", "later", start_day=60, due_day=80),
        role_version=paths.role(paths.requires("listening"), paths.requires("trust")),
    )
    learner, manager = people.person("Lea Learner"), people.person("Max Manager")
    people.team(learner, manager=manager)
    enrolment = paths.enrolment(learner, version, started_on=basics.MONDAY.date())
    mine, other = coach("Cora Coach"), coach("Otto Other")
    assign(enrolment, mine)
    other_manager = people.person("Moa Manager")
    people.team(people.person("Theirs"), manager=other_manager)
    return HelpScene(
        learner=learner,
        coach=mine,
        other_coach=other,
        manager=manager,
        other_manager=other_manager,
        administrator=people.in_group(LEARNING_ADMINISTRATORS, people.person("Ada Administrator")),
        outsider=people.person("Olga Outsider"),
        enrolment=enrolment,
        customer=people.customer("castell"),
        skills=(listening, trust),
    )


def soon(hours: float = 24) -> datetime:
    """Some hours after ``NOON``."""
    return basics.NOON + timedelta(hours=hours)
