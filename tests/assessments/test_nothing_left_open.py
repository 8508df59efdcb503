"""People leave, are away, move and come back in any order: nothing of any kind is left without an owner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.api import close_accounts_due, did_not_come, end_person, verify_ledger
from assessments.models import Case, Request
from coaching.api import CoachAssignment, CoachProfile, ObserverGrant, StandingAssignment
from lms import clock
from lms.api import (
    DutyHolding,
    Enrolment,
    Leave,
    Membership,
    Notice,
    RoleHolding,
    Team,
    User,
    bring_back,
    call_off_leaving,
    enter_return,
    move_person,
    plan_leave,
    plan_leaving,
    undo_closing,
    undo_return,
)
from lms.errors import DomainError
from tests.factories import basics, coaching, judging, people

pytestmark = pytest.mark.django_db

WHY = "As things go."
ROLES = ("learner", "coach", "observer", "manager")


def acts(of: Any, at: datetime) -> dict[str, Callable[[User], Any]]:
    """What L&D may do about somebody at a moment."""

    def do(service: Any, **fields: Any) -> Callable[[User], Any]:
        def carried_out(who: User) -> Any:
            actor = people.fresh(of.learning)
            return service(actor=actor, person_uid=who.uid, key=basics.key(), at=at, **fields)

        return carried_out

    today = at.date()
    return {
        "end": do(end_person, last_day=today, reason=WHY),
        "plan": do(plan_leaving, last_day=today, reason=WHY),
        "stay": do(call_off_leaving),
        "night": lambda who: close_accounts_due(at),
        "undo": do(undo_closing),
        "never": do(did_not_come, reason=WHY),
        "back": do(bring_back, first_day=today, team_id=of.other_team.pk, link_for=lambda person: "/way-in/"),
        "leave": do(plan_leave, from_on=today, until_on=None),
        "return": do(enter_return, back_on=today),
        "not back": do(undo_return),
        "move": do(move_person, team_uid=of.other_team.uid, from_on=today),
    }


def left_open(who: User) -> list[str]:
    """What somebody whose account is closed still holds."""
    open_path = {"status__in": Enrolment.OPEN}
    holds = {
        "a team": Membership.objects.filter(person=who, until_on=None),
        "a path": Enrolment.objects.filter(person=who, **open_path),
        "a learner": CoachAssignment.objects.filter(coach__person=who, status="active"),
        "a coach": CoachAssignment.objects.filter(enrolment__person=who, status="active"),
        "a place to coach": CoachProfile.objects.filter(person=who, ended_on=None),
        "a request": Request.objects.filter(case__learner=who, status__in=Request.WAITING),
        "a request to them": Request.objects.filter(observer=who, status__in=Request.WAITING),
        "a claim": Case.objects.filter(claimed_by=who),
        "a grant": ObserverGrant.objects.filter(person=who, revoked_at=None),
        "a role": RoleHolding.objects.filter(person=who, until_on=None),
        "a standing coach's place": StandingAssignment.objects.filter(coach=who, status="active"),
        "a duty": DutyHolding.objects.filter(person=who, until_at=None),
    }
    return [name for name, rows in holds.items() if rows.exists()]


def unmanaged_and_unsaid() -> list[str]:
    """Open teams that lost their manager without L&D being told."""
    told = set(Notice.objects.filter(kind="lms.team_without_manager").values_list("about", flat=True))
    managed = Membership.objects.filter(role="manager", until_on=None, person__is_active=True).values("team")
    had_one = Membership.objects.filter(role="manager").values("team")
    rows = Team.objects.filter(closed_on=None, pk__in=had_one).exclude(pk__in=managed)
    return [team.name for team in rows if team.uid not in told]


NAMES = ("end", "plan", "stay", "night", "undo", "never", "back", "leave", "return", "not back", "move")
STEPS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(ROLES), st.sampled_from([1, 40])), min_size=3, max_size=9
)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_nothing_is_left_without_an_owner_in_any_order(steps: list[tuple[str, str, int]]) -> None:
    of = judging.scene()
    judging.asked(of)
    of.__dict__["other_team"] = people.team()
    for person, coach in ((of.learner, of.coach), (of.observer, of.manager)):
        holding = RoleHolding.objects.create(
            person=person, role_version=of.enrolment.role_version, made_by=of.learning,
            from_on=clock.now().date() - timedelta(days=9), made_at=clock.now(),
        )  # fmt: skip
        coaching.stands_by(holding, coach)
    at, done = clock.now(), 0
    for name, role, hours in steps:
        at += timedelta(hours=hours)
        who = people.fresh(getattr(of, role))
        try:
            acts(of, at)[name](who)
            done += 1
        except DomainError:
            pass
        for person in (people.fresh(getattr(of, each)) for each in ROLES):
            if not person.is_active:
                assert left_open(person) == [], (name, role)
                continue
            belongs = Membership.objects.filter(person=person, role="member", until_on=None)
            assert belongs.count() <= 1
            away = Leave.objects.filter(person=person, back_on=None, from_on__lte=at.date()).exists()
            paused = Enrolment.objects.filter(person=person, status="paused").exists()
            assert paused <= away, "no path stands still for somebody who is here"
        assert unmanaged_and_unsaid() == []
    assert not verify_ledger(at=at + timedelta(hours=1)).findings
