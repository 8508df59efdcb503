"""Sessions: planning without overlap, holding, and notes that stay private."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from coaching.api import (
    Session,
    assign_coach,
    cancel_session,
    end_assignment,
    end_coach,
    hand_over,
    hold_session,
    let_go_of_paths,
    miss_session,
    move_session,
    next_session,
    plan_session,
    sessions_of,
    write_notes,
)
from coaching.rules.notices import SESSION_SOON
from coaching.rules.times import overlaps
from lms.addresses import address_of
from lms.api import Notice, Reminder, StepCompletion, User, recording, say_reminders
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from tests.factories import basics, coaching, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db

TOMORROW = coaching.soon()


def plan(scene: coaching.HelpScene, who: User, planned_at: datetime = TOMORROW, **changes: Any) -> Session:
    fields = {
        "enrolment_uid": scene.enrolment.uid,
        "planned_at": planned_at,
        "minutes": 30,
        "key": basics.key(),
        "at": basics.NOON,
    }
    return plan_session(actor=who, **(fields | changes))


def state() -> tuple[Any, ...]:
    rows = Session.objects.order_by("pk")
    return (
        list(rows.values_list("pk", "status", "planned_at", "coach", "shared_notes", "private_notes")),
        StepCompletion.objects.count(),
        Notice.objects.count(),
    )


def refused(kind: type[DomainError], act: Callable[[], Any]) -> str:
    before = state()
    with pytest.raises(kind) as caught:
        act()
    assert state() == before
    return str(caught.value)


@pytest.mark.parametrize("role", ["learner", "coach"])
def test_either_plans_and_the_other_is_told(role: str) -> None:
    scene = coaching.help_scene()
    who = getattr(scene, role)
    made = plan(scene, who, step_uid=basics.uid("talk-it-over"))
    assert (made.coach, made.title, made.status) == (scene.coach, "Talk it over", "planned")
    assert [skill.slug for skill in made.skills.all()] == ["listening"]
    told = Notice.objects.get()
    assert told.person == (scene.coach if role == "learner" else scene.learner)
    assert address_of(told.target) == f"/sessions/{made.uid}/"
    assert next_session([scene.enrolment], basics.NOON) == made


@pytest.mark.parametrize("role", ["other_coach", "manager", "administrator", "outsider"])
def test_nobody_but_learner_and_coach_plans_a_session(role: str) -> None:
    scene = coaching.help_scene()
    error = NotAllowed if role in ("manager", "administrator") else NotFound
    refused(error, lambda: plan(scene, getattr(scene, role)))


def test_a_step_must_be_a_session_that_is_open() -> None:
    scene = coaching.help_scene()
    refused(NotAllowed, lambda: plan(scene, scene.learner, step_uid=basics.uid("later")))
    refused(Invalid, lambda: plan(scene, scene.learner, step_uid=basics.uid("promise")))
    refused(NotFound, lambda: plan(scene, scene.learner, step_uid=basics.uid("of another path")))
    plan(scene, scene.learner, step_uid=basics.uid("talk-it-over"))
    refused(Conflict, lambda: plan(scene, scene.coach, coaching.soon(48), step_uid=basics.uid("talk-it-over")))


@pytest.mark.parametrize(("hours", "minutes"), [(0, 30), (-1, 30), (24, 4), (24, 241)])
def test_times_that_make_no_session(hours: float, minutes: int) -> None:
    scene = coaching.help_scene()
    refused(Invalid, lambda: plan(scene, scene.coach, coaching.soon(hours), minutes=minutes))


def test_bookings_of_a_coach_never_share_a_minute() -> None:
    scene = coaching.help_scene()
    other = paths.enrolment(scene.outsider, scene.enrolment.path_version)
    coaching.assign(other, scene.coach)
    plan(scene, scene.coach, coaching.soon(24), minutes=60)
    late = coaching.soon(24) + timedelta(minutes=59)
    sentence = refused(Conflict, lambda: plan(scene, scene.outsider, late, enrolment_uid=other.uid))
    assert sentence == "12:00 to 13:00 is taken for Cora. Choose another time."
    refused(Conflict, lambda: plan(scene, scene.outsider, coaching.soon(23.75), enrolment_uid=other.uid))
    assert plan(scene, scene.outsider, coaching.soon(25), enrolment_uid=other.uid)
    assert plan(scene, scene.outsider, coaching.soon(23.5), enrolment_uid=other.uid)


def test_nor_do_those_of_a_learner() -> None:
    scene = coaching.help_scene()
    second = paths.enrolment(scene.learner, paths.path(paths.step("session", "elsewhere")))
    coaching.assign(second, scene.other_coach)
    plan(scene, scene.coach)
    refused(Conflict, lambda: plan(scene, scene.other_coach, enrolment_uid=second.uid))


def test_a_cancelled_session_is_in_nobody_s_way() -> None:
    scene = coaching.help_scene()
    first = plan(scene, scene.coach, step_uid=basics.uid("talk-it-over"))
    refused(
        Invalid,
        lambda: cancel_session(actor=scene.learner, session_uid=first.uid, reason="", key=basics.key(), at=basics.NOON),
    )
    cancel_session(actor=scene.learner, session_uid=first.uid, reason="100% ill", key=basics.key(), at=basics.NOON)
    assert "100% ill" in Notice.objects.filter(person=scene.coach).latest("pk").text
    assert plan(scene, scene.coach, step_uid=basics.uid("talk-it-over"))


def reminded() -> list[tuple[str, datetime]]:
    """Who is to be reminded, and when."""
    waiting = Reminder.objects.filter(kind=SESSION_SOON.code, done_at=None)
    return sorted(waiting.values_list("person__full_name", "due_at"))


def test_both_are_reminded_a_day_before_and_of_the_new_time_when_it_moves() -> None:
    scene = coaching.help_scene()
    made = plan(scene, scene.coach, coaching.soon(72))
    both = sorted([scene.coach.full_name, scene.learner.full_name])
    assert reminded() == [(name, coaching.soon(48)) for name in both]
    later = {"planned_at": coaching.soon(96), "minutes": 30, "place": ""}
    move_session(actor=scene.learner, session_uid=made.uid, **later, key=basics.key(), at=basics.NOON)
    assert reminded() == [(name, coaching.soon(72)) for name in both]
    assert say_reminders(coaching.soon(72)) == 2
    told = Notice.objects.filter(person=scene.learner).latest("pk")
    assert told.text == f"Your session with {scene.coach.full_name} is on 13 March, 12:00: {made.title}"
    assert address_of(told.target) == f"/sessions/{made.uid}/"


def test_a_session_within_a_day_needs_no_reminder() -> None:
    scene = coaching.help_scene()
    plan(scene, scene.coach, coaching.soon(23))
    assert reminded() == []


def cancelled(scene: coaching.HelpScene, made: Session) -> None:
    cancel_session(actor=scene.learner, session_uid=made.uid, reason="Ill", key=basics.key(), at=basics.NOON)


def held_early(scene: coaching.HelpScene, made: Session) -> None:
    at = {"held_at": basics.NOON, "key": basics.key(), "at": basics.NOON}
    hold_session(actor=scene.coach, session_uid=made.uid, **at)


def coach_stopped(scene: coaching.HelpScene, made: Session) -> None:
    why = {"reason": "Moved", "key": basics.key(), "at": basics.NOON}
    looked(end_coach, actor=scene.administrator, person_uid=scene.coach.uid, **why)


def coaching_ended(scene: coaching.HelpScene, made: Session) -> None:
    why = {"reason": "Moved", "key": basics.key(), "at": basics.NOON}
    looked(end_assignment, actor=scene.administrator, enrolment_uid=scene.enrolment.uid, **why)


def path_taken_back(scene: coaching.HelpScene, made: Session) -> None:
    with recording():
        let_go_of_paths([scene.enrolment], "Wrong path.", basics.NOON)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(cancelled, id="cancelled"),
        pytest.param(held_early, id="held already"),
        pytest.param(coach_stopped, id="end of coaching"),
        pytest.param(coaching_ended, id="no coach any more"),
        pytest.param(path_taken_back, id="path taken back"),
    ],
)
def test_a_session_that_does_not_take_place_is_not_reminded_of(
    end: Callable[[coaching.HelpScene, Session], None],
) -> None:
    scene = coaching.help_scene()
    made = plan(scene, scene.coach, coaching.soon(72))
    assert len(reminded()) == 2
    end(scene, made)
    assert reminded() == []


def test_a_session_that_goes_to_another_coach_reminds_that_one() -> None:
    scene = coaching.help_scene()
    plan(scene, scene.coach, coaching.soon(72))
    fields = {"coach_uid": scene.other_coach.uid, "reason": "Nearer", "key": basics.key(), "at": basics.NOON}
    looked(hand_over, actor=scene.administrator, enrolment_uid=scene.enrolment.uid, **fields)
    names = sorted([scene.other_coach.full_name, scene.learner.full_name])
    assert [name for name, _due in reminded()] == names


def test_a_second_submit_is_one_session() -> None:
    scene = coaching.help_scene()
    key = basics.key()
    first = plan(scene, scene.coach, key=key)
    before = state()
    assert plan(scene, scene.coach, key=key) == first
    assert state() == before
    with pytest.raises(Conflict):
        move_session(
            actor=scene.coach,
            session_uid=first.uid,
            planned_at=coaching.soon(30),
            minutes=30,
            place="",
            key=key,
            at=basics.NOON,
        )


def test_moving_keeps_out_of_the_way_of_others_but_not_of_itself() -> None:
    scene = coaching.help_scene()
    first, second = plan(scene, scene.coach, coaching.soon(24)), plan(scene, scene.coach, coaching.soon(30))
    fields = {"actor": scene.learner, "session_uid": first.uid, "minutes": 30, "place": "Room 4", "at": basics.NOON}
    move_session(**fields, planned_at=coaching.soon(24.25), key=basics.key())
    first.refresh_from_db()
    assert (first.planned_at, first.place) == (coaching.soon(24.25), "Room 4")
    refused(Conflict, lambda: move_session(**fields, planned_at=second.planned_at, key=basics.key()))
    refused(Invalid, lambda: move_session(**fields, planned_at=coaching.soon(-1), key=basics.key()))


def hold(scene: coaching.HelpScene, who: User, session: Session, **changes: Any) -> Session:
    fields = {
        "session_uid": session.uid,
        "shared_notes": "Count to three.",
        "private_notes": "Afraid of silence.",
        "held_at": coaching.soon(24),
        "key": basics.key(),
        "at": coaching.soon(25),
    }
    return hold_session(actor=who, **(fields | changes))


def test_holding_completes_the_step_once() -> None:
    scene = coaching.help_scene()
    session = plan(scene, scene.learner, step_uid=basics.uid("talk-it-over"))
    key = basics.key()
    held = hold(scene, scene.coach, session, key=key)
    assert (held.status, held.held_at, held.coach) == ("held", coaching.soon(24), scene.coach)
    done = StepCompletion.objects.get()
    assert (done.step.uid, done.by, done.completed_at) == (basics.uid("talk-it-over"), scene.coach, coaching.soon(25))
    before = state()
    hold(scene, scene.coach, session, key=key)
    assert state() == before
    refused(Conflict, lambda: hold(scene, scene.coach, session))


@pytest.mark.parametrize(
    ("role", "error"),
    [("learner", NotAllowed), ("other_coach", NotFound), ("manager", NotFound), ("administrator", NotFound)],
)
def test_only_the_present_coach_holds(role: str, error: type[DomainError]) -> None:
    scene = coaching.help_scene()
    session = plan(scene, scene.learner, step_uid=basics.uid("talk-it-over"))
    refused(error, lambda: hold(scene, getattr(scene, role), session))


def test_a_talk_that_is_still_to_come_was_not_held() -> None:
    scene = coaching.help_scene()
    session = plan(scene, scene.learner)
    refused(Invalid, lambda: hold(scene, scene.coach, session, held_at=coaching.soon(26)))
    refused(
        Conflict, lambda: miss_session(actor=scene.coach, session_uid=session.uid, key=basics.key(), at=basics.NOON)
    )
    refused(
        NotAllowed,
        lambda: miss_session(actor=scene.learner, session_uid=session.uid, key=basics.key(), at=coaching.soon(25)),
    )
    miss_session(actor=scene.coach, session_uid=session.uid, key=basics.key(), at=coaching.soon(25))
    refused(Conflict, lambda: hold(scene, scene.coach, session))


def test_an_ex_coach_writes_nothing_and_keeps_their_own_notes() -> None:
    scene = coaching.help_scene()
    held = hold(scene, scene.coach, plan(scene, scene.learner))
    planned = plan(scene, scene.learner, coaching.soon(72), at=coaching.soon(26))
    looked(assign_coach,
        actor=scene.manager, enrolment_uid=scene.enrolment.uid, coach_uid=scene.other_coach.uid, key=basics.key(),
        at=coaching.soon(27),
    )  # fmt: skip
    act = {"actor": people.fresh(scene.coach), "key": basics.key(), "at": coaching.soon(80)}
    refused(NotFound, lambda: hold_session(session_uid=planned.uid, held_at=coaching.soon(72), **act))
    refused(NotFound, lambda: cancel_session(session_uid=planned.uid, reason="Mine", **act))
    refused(NotFound, lambda: write_notes(session_uid=held.uid, shared_notes="x", private_notes="x", **act))
    assert sessions_of(scene.coach, scene.enrolment) == []
    theirs = sessions_of(scene.other_coach, scene.enrolment)
    assert [row.private_notes for row in theirs] == ["", ""]
    assert "Count to three." in [row.shared_notes for row in theirs]


def test_a_new_coach_who_holds_does_not_inherit_private_notes() -> None:
    scene = coaching.help_scene()
    held = hold(scene, scene.coach, plan(scene, scene.learner))
    looked(assign_coach,
        actor=scene.manager, enrolment_uid=scene.enrolment.uid, coach_uid=scene.other_coach.uid, key=basics.key(),
        at=coaching.soon(27),
    )  # fmt: skip
    act = {"actor": scene.other_coach, "key": basics.key(), "at": coaching.soon(80)}
    refused(NotAllowed, lambda: write_notes(session_uid=held.uid, shared_notes="x", private_notes="overwritten", **act))


def test_better_notes_by_who_held_it() -> None:
    scene = coaching.help_scene()
    held = hold(scene, scene.coach, plan(scene, scene.learner))
    write_notes(
        actor=scene.coach,
        session_uid=held.uid,
        shared_notes=" More ",
        private_notes="",
        key=basics.key(),
        at=coaching.soon(30),
    )
    held.refresh_from_db()
    assert (held.shared_notes, held.private_notes) == ("More", "")


def test_without_a_coach_there_is_nobody_to_plan_with() -> None:
    scene = coaching.help_scene()
    lonely = paths.enrolment(scene.outsider, scene.enrolment.path_version)
    refused(Conflict, lambda: plan(scene, scene.outsider, enrolment_uid=lonely.uid))


def test_sessions_that_touch_do_not_overlap() -> None:
    assert overlaps(coaching.soon(0), 60, coaching.soon(0.5), 10)
    assert not overlaps(coaching.soon(0), 60, coaching.soon(1), 60)
    assert not overlaps(coaching.soon(1), 60, coaching.soon(0), 60)
