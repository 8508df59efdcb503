"""Steering a path: pauses that stop the days, more time, steps left out, steps opened early."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms import clock
from lms.addresses import address_of
from lms.api import (
    LEARNING_ADMINISTRATORS,
    Act,
    Enrolment,
    Notice,
    User,
    correct_first_day,
    days_that_move,
    extend_step,
    follow_pauses,
    open_step,
    pause_path,
    progress_of,
    record_completion,
    resume_path,
    set_labels,
    structure_of,
    waive_step,
)
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from lms.models import Extension, Opening
from lms.rules.specs import LabelSpec
from tests.factories import basics, paths, people
from tests.shown import look_and_send, looked

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TODAY = basics.MONDAY.date()


class Scene:
    """A learner on a path of three steps, the last behind the first, with their manager and L&D."""

    def __init__(self) -> None:
        lock = {"all": [{"step": str(basics.uid("first"))}]}
        version = paths.path(
            paths.step("session", "first", due_day=10),
            paths.step("session", "second", due_day=20),
            paths.step("demonstration", "show", due_day=30, skills=("listening",), unlock=lock),
        )
        self.learner, self.manager, self.other = people.person("Lea"), people.person("Max"), people.person("Ole")
        people.team(self.learner, manager=self.manager)
        people.team(people.person("Far"), manager=self.other)
        self.learning = people.in_group(LEARNING_ADMINISTRATORS)
        self.enrolment = paths.enrolment(self.learner, version, started_on=TODAY - 10 * DAY)

    def progress(self, at: Any = basics.MONDAY) -> Any:
        self.enrolment.refresh_from_db()
        return progress_of(self.enrolment, at)

    def do(self, act: Any, who: User | None = None, at: Any = basics.MONDAY, **fields: Any) -> Any:
        values = {"actor": who or self.manager, "enrolment_uid": self.enrolment.uid, "key": basics.key(), "at": at}
        return looked(act, **values | fields)

    def pause(self, who: User | None = None, **fields: Any) -> Any:
        return self.do(
            pause_path, who, **{"from_on": TODAY, "until_on": TODAY + 20 * DAY, "reason": "A leave"} | fields
        )


@pytest.fixture
def scene() -> Scene:
    return Scene()


def refused(kind: type[DomainError], act: Any) -> None:
    before = Act.objects.count(), Notice.objects.count(), list(Enrolment.objects.values_list("status", flat=True))
    with pytest.raises(kind) as caught:
        act()
    assert str(caught.value)
    after = Act.objects.count(), Notice.objects.count(), list(Enrolment.objects.values_list("status", flat=True))
    assert after == before


# --- Pausing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["manager", "learning"])
def test_paused_days_do_not_count_and_nothing_turns_red(scene: Scene, role: str) -> None:
    assert scene.progress().day == 10
    scene.pause(getattr(scene, role))
    later = scene.progress(basics.MONDAY + 15 * DAY)
    assert (later.day, later.enrolment.status, later.pause_reason) == (10, "paused", "A leave")
    assert not any(state.overdue for state in later.steps)
    assert {state.status for state in later.steps} == {"locked"}, "nothing is open on a path that stands still"
    notice = Notice.objects.get(person=scene.learner)
    assert "A leave" in notice.text
    assert "22 March 2026" in notice.text


def test_a_pause_ends_on_its_day_by_itself(scene: Scene) -> None:
    scene.pause()
    assert follow_pauses(basics.MONDAY + 19 * DAY) == 0
    assert follow_pauses(basics.MONDAY + 20 * DAY) == 1
    back = scene.progress(basics.MONDAY + 20 * DAY)
    assert (back.enrolment.status, back.day) == ("active", 10)
    assert scene.progress(basics.MONDAY + 25 * DAY).day == 15


def test_a_leave_entered_in_advance_begins_on_its_day(scene: Scene) -> None:
    scene.pause(from_on=TODAY + 5 * DAY, until_on=None)
    assert scene.progress().running
    assert follow_pauses(basics.MONDAY + 4 * DAY) == 0
    assert follow_pauses(basics.MONDAY + 5 * DAY) == 1
    assert scene.progress(basics.MONDAY + 30 * DAY).day == 15


def test_going_on_early_counts_again_from_that_day(scene: Scene) -> None:
    scene.pause(until_on=None)
    scene.do(resume_path, at=basics.MONDAY + 5 * DAY)
    assert scene.progress(basics.MONDAY + 8 * DAY).day == 13
    refused(Conflict, lambda: scene.do(resume_path, at=basics.MONDAY + 8 * DAY))


def test_who_may_not_pause_and_what_is_no_pause(scene: Scene) -> None:
    refused(NotAllowed, lambda: scene.pause(scene.learner))
    refused(NotFound, lambda: scene.pause(scene.other))
    refused(Invalid, lambda: scene.pause(reason="  "))
    refused(Invalid, lambda: scene.pause(until_on=TODAY))
    refused(Invalid, lambda: scene.pause(from_on=TODAY - 11 * DAY))
    scene.pause()
    refused(Conflict, lambda: scene.pause(from_on=TODAY + 19 * DAY, until_on=TODAY + 30 * DAY))
    refused(Conflict, lambda: scene.pause(from_on=TODAY - 5 * DAY, until_on=None))
    scene.pause(from_on=TODAY + 20 * DAY, until_on=TODAY + 30 * DAY)


def test_a_pause_sent_twice_is_one(scene: Scene) -> None:
    key = basics.key()
    scene.pause(key=key)
    scene.pause(key=key)
    assert scene.enrolment.pauses.count() == 1
    assert Notice.objects.count() == 1


# --- More time, left out, opened early ----------------------------------------------------------------------------


def test_more_time_moves_the_day_and_says_why(scene: Scene) -> None:
    late = basics.MONDAY + 15 * DAY
    assert scene.progress(late).state(basics.uid("second")).overdue
    scene.do(
        extend_step, at=late, step_uid=basics.uid("second"), due_on=TODAY + 40 * DAY, reason="The customer moved it"
    )
    state = scene.progress(late).state(basics.uid("second"))
    assert (state.due_on, state.overdue) == (TODAY + 40 * DAY, False)
    assert "The customer moved it" in Notice.objects.get(person=scene.learner).text
    refused(Invalid, lambda: scene.do(extend_step, step_uid=basics.uid("second"), due_on=TODAY, reason="Back"))
    refused(Invalid, lambda: scene.do(extend_step, step_uid=basics.uid("second"), due_on=TODAY + 60 * DAY, reason=""))
    refused(NotFound, lambda: scene.do(extend_step, step_uid=basics.key(), due_on=TODAY + 60 * DAY, reason="Why"))
    far = {"step_uid": basics.uid("second"), "due_on": TODAY + 60 * DAY, "reason": "Why"}
    refused(NotFound, lambda: scene.do(extend_step, scene.other, **far))
    refused(NotAllowed, lambda: scene.do(extend_step, scene.learner, **far))


def test_a_step_left_out_needs_a_reason(scene: Scene) -> None:
    refused(Invalid, lambda: scene.do(waive_step, step_uid=basics.uid("first"), reason=" "))
    scene.do(waive_step, step_uid=basics.uid("first"), reason="Did it elsewhere")
    assert scene.progress().state(basics.uid("first")).waived_because == "Did it elsewhere"
    done = {"step_uid": basics.uid("first"), "due_on": TODAY + 60 * DAY, "reason": "Why"}
    refused(Conflict, lambda: scene.do(extend_step, **done))


def test_the_learner_is_told_once_which_step_is_left_out_and_why(scene: Scene) -> None:
    set_labels([LabelSpec(basics.uid("first"), "step", "The first talk", "en")])
    for key in (basics.key(), basics.key()):
        scene.do(waive_step, step_uid=basics.uid("first"), reason="Did it elsewhere", key=key)
        scene.do(waive_step, step_uid=basics.uid("first"), reason="Did it elsewhere", key=key)
    notice = Notice.objects.get(person=scene.learner)
    assert notice.text == "You need not do “The first talk”: Did it elsewhere"
    assert address_of(notice.target) == reverse("path")


def test_a_step_opened_early_is_open_despite_its_lock_and_says_so(scene: Scene) -> None:
    shut = scene.progress().state(basics.uid("show"))
    assert (shut.status, shut.unlocked) == ("locked", False)
    step = structure_of(scene.enrolment.path_version_id).steps[basics.uid("show")]
    assert open_step(enrolment=scene.enrolment, step=step, reason="Knows it", by=scene.manager, at=basics.MONDAY)
    assert not open_step(enrolment=scene.enrolment, step=step, reason="Again", by=scene.manager, at=basics.MONDAY)
    with CaptureQueriesContext(connection) as queries:
        state = progress_of(scene.enrolment, basics.MONDAY).state(basics.uid("show"))
    assert len(queries) == 7, "one reading of the facts"
    assert state is not None
    assert (state.status, state.opened_because) == ("open", "Knows it")
    assert not state.decision.open, "the rule itself stays what it is"
    assert Opening.objects.count() == 1
    scene.pause()
    assert scene.progress().state(basics.uid("show")).status == "locked", "a paused path opens nothing"


# --- The page -----------------------------------------------------------------------------------------------------


def sign_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def test_the_page_is_for_whoever_steers(scene: Scene) -> None:
    url = reverse("team_steer", args=[scene.enrolment.uid])
    found = {who.full_name: sign_in(who).get(url).status_code for who in (scene.learner, scene.manager, scene.other)}
    assert found == {"Lea": 403, "Max": 200, "Ole": 404}
    assert sign_in(scene.learning).get(url).status_code == 200
    for act in ("pause", "extend", "waive", "resume", "odd"):
        assert sign_in(scene.other).post(url, {"act": act, "key": str(basics.key())}).status_code == 404
    client = sign_in(scene.manager)
    client.get(url)
    costs = []
    for number in (1, 9):
        for day in range(number):
            scene.pause(from_on=TODAY + (number + day) * DAY, until_on=TODAY + (number + day + 1) * DAY)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 24, "session and user included"


def test_the_forms_of_the_page(scene: Scene) -> None:
    url, client = reverse("team_steer", args=[scene.enrolment.uid]), sign_in(scene.manager)

    def send(act: str, **fields: Any) -> Any:
        return look_and_send(client, url, {"act": act, "key": str(basics.key()), **fields})

    assert send("pause", from_on="2026-13-40").status_code == 422
    assert send("resume").status_code == 409
    assert send("odd").status_code == 422
    second = {"step_uid": str(basics.uid("second")), "reason": "The customer moved it"}
    today = clock.now().date()
    assert send("extend", due_on=str(today + 90 * DAY), **second).status_code == 302
    assert send("extend", due_on=str(today + 9 * DAY), **second).status_code == 422
    assert send("waive", **second).status_code == 302
    assert send("pause", from_on=str(today), reason="Another project").status_code == 302
    page = client.get(url).content.decode()
    assert "Another project" in page
    assert "Go on today" in page
    assert send("resume").status_code == 302
    scene.enrolment.refresh_from_db()
    assert scene.enrolment.status == "active"


# --- More time and pauses ----------------------------------------------------------------------------------------

spans = st.lists(st.tuples(st.integers(-30, 60), st.integers(1, 40)), max_size=4)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(before=spans, after=spans, more=st.integers(1, 300), look=st.integers(0, 200))
def test_more_time_is_never_less(scene: Scene, before: Any, after: Any, more: int, look: int) -> None:
    """Case 12: whatever pauses come before or after, the step with more time is due later than without it, and a pause
    moves its day exactly as it moves the same day of a step whose day was computed.
    """
    with transaction.atomic():
        enter(scene, before)
        due = scene.progress().state(basics.uid("second")).due_on
        day = max(due, TODAY) + more * DAY
        scene.do(extend_step, step_uid=basics.uid("second"), due_on=day, reason="Ill")
        assert scene.progress().state(basics.uid("second")).due_on >= day
        enter(scene, after)
        progress = scene.progress(basics.MONDAY + look * DAY)
        assert progress.state(basics.uid("second")).due_on > progress.date_of(20), "20 is its day without the favour"
        assert progress.state(basics.uid("second")).due_on == progress.date_of(Extension.objects.get().due_day)
        transaction.set_rollback(True)


def enter(scene: Scene, found: list[tuple[int, int]]) -> None:
    """Pauses as rows, from some day on for so many days."""
    for begin, length in found:
        first = TODAY + begin * DAY
        scene.enrolment.pauses.create(from_on=first, until_on=first + length * DAY, reason="A leave", by=scene.manager)


def test_a_leave_moves_more_time_with_everything_else(scene: Scene) -> None:
    """Case 12: what was given before a leave of two months is due two months later, and says so at once."""
    scene.do(extend_step, step_uid=basics.uid("second"), due_on=TODAY + 29 * DAY, reason="A course first")
    plain = scene.progress().state(basics.uid("show")).due_on
    scene.pause(from_on=TODAY + DAY, until_on=TODAY + 62 * DAY)
    for at in (basics.MONDAY, basics.MONDAY + 30 * DAY, basics.MONDAY + 70 * DAY):
        progress = scene.progress(at)
        assert progress.state(basics.uid("second")).due_on == TODAY + 90 * DAY
        assert progress.state(basics.uid("show")).due_on == plain + 61 * DAY
        assert progress.date_of(30) == plain + 61 * DAY, "milestones too"
    scene.do(resume_path, at=basics.MONDAY + 11 * DAY)
    assert scene.progress(basics.MONDAY + 11 * DAY).state(basics.uid("second")).due_on == TODAY + 39 * DAY


def test_what_was_due_before_a_leave_stays_due(scene: Scene) -> None:
    scene.pause(from_on=TODAY + 5 * DAY, until_on=TODAY + 25 * DAY)
    progress = scene.progress()
    assert [state.due_on - TODAY for state in progress.steps] == [0 * DAY, 30 * DAY, 40 * DAY]


def test_more_time_has_room_also_on_a_path_that_begins_in_a_year(scene: Scene) -> None:
    """Cases 9 and 10: no two checks leave no day to choose."""
    Enrolment.objects.update(started_on=TODAY + 365 * DAY)
    due = scene.progress().state(basics.uid("show")).due_on
    scene.do(extend_step, step_uid=basics.uid("show"), due_on=due + 365 * DAY, reason="A leave")
    assert scene.progress().state(basics.uid("show")).due_on == due + 365 * DAY
    refused(Invalid, lambda: scene.do(extend_step, step_uid=basics.uid("show"), due_on=due + 365 * DAY, reason="Again"))


# --- The first day, put right ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["manager", "learning"])
def test_a_first_day_is_put_right_with_a_reason(scene: Scene, role: str) -> None:
    """Case 9: who was told a wrong day is told the right one, and why; the act keeps both."""
    day = TODAY + 7 * DAY
    scene.do(correct_first_day, getattr(scene, role), started_on=day, reason="Typed the wrong month")
    assert (scene.progress().enrolment.started_on, scene.progress().day) == (day, -7)
    assert scene.progress().state(basics.uid("first")).due_on == day + 10 * DAY
    told = Notice.objects.get(person=scene.learner).text
    assert told == "Your path begins on 9 March 2026: Typed the wrong month"
    act = Act.objects.get(name="path.first_day")
    assert act.changed == {"started_on": [str(TODAY - 10 * DAY), str(day)]}
    assert act.why == "Typed the wrong month"


def test_who_may_not_correct_and_when_it_is_too_late(scene: Scene) -> None:
    """Case 9."""
    words = {"started_on": TODAY, "reason": "Typed wrong"}
    refused(NotAllowed, lambda: scene.do(correct_first_day, scene.learner, **words))
    refused(NotFound, lambda: scene.do(correct_first_day, scene.other, **words))
    refused(Invalid, lambda: scene.do(correct_first_day, **words | {"reason": " "}))
    refused(Invalid, lambda: scene.do(correct_first_day, **words | {"started_on": TODAY + 366 * DAY}))
    step = structure_of(scene.enrolment.path_version_id).steps[basics.uid("first")]
    record_completion(enrolment=scene.enrolment, step=step, by=scene.learner, at=basics.MONDAY)
    refused(Conflict, lambda: scene.do(correct_first_day, **words))


def test_the_page_offers_it_until_a_step_is_done(scene: Scene) -> None:
    """Case 9."""
    url, browser = reverse("team_steer", args=[scene.enrolment.uid]), Client()
    browser.force_login(scene.manager)
    Enrolment.objects.update(started_on=clock.now().date() + 3 * DAY)
    assert 'name="started_on"' in browser.get(url).content.decode()
    right = {"act": "first_day", "started_on": str(clock.now().date()), "reason": "Came early", "key": basics.key()}
    assert look_and_send(browser, url, right).status_code == 302
    wrong = right | {"started_on": "9999-12-31", "key": basics.key()}
    answer = look_and_send(browser, url, wrong)
    assert (answer.status_code, "Choose a day from" in answer.content.decode()) == (422, True)
    step = structure_of(scene.enrolment.path_version_id).steps[basics.uid("first")]
    record_completion(enrolment=scene.enrolment, step=step, by=scene.learner, at=clock.now())
    assert 'name="started_on"' not in browser.get(url).content.decode()
    assert look_and_send(browser, url, right | {"key": basics.key()}).status_code == 409


def test_the_days_that_move_are_shown_first(scene: Scene) -> None:
    """Pauses stay where they are, more time moves along, and nothing is written."""
    scene.pause(from_on=TODAY + 2 * DAY, until_on=TODAY + 7 * DAY)
    due = scene.progress().state(basics.uid("first")).due_on
    scene.do(extend_step, step_uid=basics.uid("first"), due_on=due + 4 * DAY, reason="Ill")
    progress, day = scene.progress(), TODAY - 6 * DAY
    moved = days_that_move(progress, day)
    milestone = progress.structure.milestones[0].day
    before = [*(state.due_on for state in progress.steps), progress.date_of(milestone)]
    Enrolment.objects.update(started_on=day)
    after = scene.progress()
    expected = list(zip(before, [*(state.due_on for state in after.steps), after.date_of(milestone)], strict=True))
    assert [(row.before, row.after) for row in moved] == expected
    assert [row.is_milestone for row in moved] == [False, False, False, True]
    assert days_that_move(after, day) == []


def test_the_page_shows_what_another_first_day_moves(scene: Scene) -> None:
    url, browser = reverse("team_steer", args=[scene.enrolment.uid]), Client()
    browser.force_login(scene.manager)
    day = clock.now().date()
    Enrolment.objects.update(started_on=day)
    page = browser.get(url, {"started_on": str(day + 2 * DAY)}).content.decode()
    assert "What moves when the path begins on" in page
    assert f'<input type="hidden" name="started_on" value="{day + 2 * DAY}"' in page
    assert "Choose a day from" in browser.get(url, {"started_on": "9999-12-31"}).content.decode()
    assert "Choose a day." in browser.get(url, {"started_on": "soon"}).content.decode()
    assert Enrolment.objects.get().started_on == day
