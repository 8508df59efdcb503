"""My path: states and reasons, and the way from a step to where it is done."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from assessments.api import countersign
from cms.services.learner.journey import journeys
from cms.services.learner.milestones import milestones_of
from lms import clock
from lms.api import complete_lesson, record_completion, structure_of
from lms.models import Membership
from tests.clients import log_in, send_and_count
from tests.cms import reading
from tests.factories import basics, coaching, judging, learners, paths, people
from tests.page import main_of
from tests.shown import looked

pytestmark = pytest.mark.django_db


def steps_of(learner):
    journey = journeys(learner, clock.now())[1]
    return {row.state.step.uid: row for milestone in milestones_of(journey) for row in milestone.steps}


def lock(unlock, *others, **fields):
    """The closed step of a path with this unlock rule."""
    learner, manager = people.person(), people.person("Henrike Voss")
    people.team(learner, manager=manager)
    version = paths.path(*others, paths.step("practice", "target", unlock=unlock, **fields))
    enrolment = paths.enrolment(learner, version, started_on=learners.days_ago(5))
    coaching.assign(enrolment, coaching.coach("Sam Okafor"))
    return learner, steps_of(learner)[basics.uid("target")].lock


def test_as_many_queries_whatever_the_length():
    counts = []
    for size, waits in [(1, 0), (10, 5), (40, 12)]:
        client = log_in(learners.learner_on_path(size, waits=waits).learner, warm=True)
        count, answer = send_and_count(client, "get", "/path/")
        assert answer.status_code == 200
        counts.append(count)
    assert len(set(counts)) == 1
    assert counts[0] <= 24


def test_who_has_no_path_yet_is_told_that_it_will_stand_here():
    answer = log_in(people.person(), warm=True).get("/path/")
    assert answer.status_code == 200
    assert "Your path will stand here." in answer.content.decode()


KINDS = {
    "course": "Opens when you finish the course “Before”.",
    "discussion": "Opens when you take part in the discussion “Before”.",
    "practice": "Opens when you have practised “Before” to an ending.",
    "session": "Opens when you and Sam have had the session “Before”.",
    "commitment": "Opens when you have kept the promise “Before” and Sam confirms it.",
    "demonstration": "Opens when you are vouched for in “Before”.",
    "calibration": "Opens when you have passed “Before”.",
    "external": "Opens when Henrike has marked “Before” done.",
}


@pytest.mark.parametrize(("kind", "sentence"), KINDS.items())
def test_a_step_that_waits_for_another_names_it_and_who(kind, sentence):
    lessons = (paths.lesson("l"),) if kind == "course" else ()
    before = paths.step(kind, "before", lessons=lessons)
    assert lock({"all": [{"step": str(basics.uid("before"))}]}, before)[1].sentence == sentence


@pytest.mark.parametrize(
    ("leaf", "sentence"),
    [
        ({"skill": "listening", "gate": "try"}, "Try is open for Listening: practise to standard twice"),
        ({"skill": "listening", "gate": "do"}, "Do is open for Listening: Sam confirms that you used it"),
        ({"skill": "listening", "gate": "show", "level": 4}, "vouched for in Listening: “May act alone”"),
        ({"skill": "listening", "gate": "show"}, "when you are vouched for in Listening."),
    ],
)
def test_a_gate_is_told_with_its_skill(leaf, sentence):
    paths.skill("listening")
    assert sentence in lock({"all": [leaf]}, paths.step("practice", "other", skills=("listening",)))[1].sentence


def test_a_milestone_is_told_with_what_is_left_and_a_day_with_its_date():
    learner, _lock = lock({"all": [{"day": 20}]}, paths.step("practice", "a"), paths.step("practice", "b"))
    found = steps_of(learner)[basics.uid("target")].lock
    day = learners.days_ago(-15)
    assert found.opens_on == day
    assert f"Opens on day 20, {day:%A} {day.day} {day:%B}." == found.sentence

    milestone = str(basics.uid("two-0"))
    version = paths.path(
        [paths.step("practice", "a"), paths.step("practice", "b")],
        [paths.step("practice", "target", unlock={"all": [{"milestone": milestone}]})],
        slug="two",
    )
    other = people.person()
    paths.enrolment(other, version, started_on=learners.days_ago(3))
    assert steps_of(other)[basics.uid("target")].lock.sentence.endswith("“Milestone 1”: 2 steps of it are left.")


@pytest.mark.parametrize("ahead", [1, 8])
@pytest.mark.parametrize("day", [1, 2, 20])
def test_before_the_path_begins_a_lock_names_the_day_on_which_it_opens(day, ahead):
    """A path that begins in some days: what opens on day 1 named the day after the first one, beside the first one."""
    learner = people.person()
    version = paths.path(
        paths.step("practice", "first"), paths.step("practice", "target", unlock={"all": [{"day": day}]})
    )
    paths.enrolment(learner, version, started_on=learners.days_ago(-ahead))
    opens = learners.days_ago(-ahead) if day == 1 else learners.days_ago(-ahead - day)
    found = steps_of(learner)
    assert found[basics.uid("target")].lock.sentence == f"Opens on day {day}, {opens:%A} {opens.day} {opens:%B}."
    assert found[basics.uid("target")].lock.opens_on == opens
    begins = learners.days_ago(-ahead)
    assert found[basics.uid("first")].lock.sentence == f"Opens on day 1, {begins:%A} {begins.day} {begins:%B}."


def test_several_conditions_are_listed_and_those_met_are_ticked():
    before = [paths.step("practice", name) for name in ("a", "b", "c")]
    leaves = [{"step": str(basics.uid(name))} for name in ("a", "b", "c")]
    learner, found = lock({"n_of": leaves, "n": 2}, *before)
    assert (found.sentence, len(found.conditions)) == ("Opens when 2 of these 3 are true:", 3)
    enrolment = learner.enrolments.get()
    step = structure_of(enrolment.path_version_id).steps[basics.uid("a")]
    record_completion(enrolment=enrolment, step=step, by=learner, at=clock.now())
    found = steps_of(learner)[basics.uid("target")].lock
    assert [condition.met for condition in found.conditions] == [True, False, False]
    assert lock({"any": leaves}, *before)[1].sentence == "Opens when one of these is true:"
    assert lock({"all": leaves}, *before)[1].sentence == "Opens when all of this is true:"


def test_states_dates_and_gates_are_said():
    life = learners.learner_on_path(1, waits=0, day=40)
    learners.read_lessons(life.learner, "l0-1")
    page = main_of(log_in(life.learner, warm=True).get("/path/"))
    first, second = page.get("region", "Milestone 1"), page.get("region", "Milestone 2")
    course = first.holding("listitem", "Course 0")
    assert "You, 15 days late" in course.text
    assert "Was due on" in course.text
    assert "1 of 2 lessons read. Helps to open Talk for Skill 0." in course.text
    assert "Henrike marks it" in first.holding("listitem", "External 0").text
    assert "You, by" in second.holding("listitem", "Demonstration 0").text
    assert "Opens Show for Skill 0." in second.holding("listitem", "Demonstration 0").text
    loud = [link for link in page.all("link") if "btn--you" in link.attrs.get("class", "")]
    assert [link.text for link in loud] == ["Go on reading"], "one next thing, and no other"
    learners.read_lessons(life.learner, "l0-2")
    after = main_of(log_in(life.learner, warm=True).get("/path/"))
    assert f"Done {clock.now().day} " in after.get("region", "Milestone 1").holding("listitem", "Course 0").text


def test_a_waived_step_says_why():
    life = learners.learner_on_path(1, waits=0)
    step = structure_of(life.enrolment.path_version_id).steps[basics.uid("external-0")]
    life.enrolment.waivers.create(step_id=step.id, reason="Did it last year.", by=life.manager, waived_at=clock.now())
    page = log_in(life.learner, warm=True).get("/path/").content.decode()
    assert "Not needed" in page
    assert "Did it last year." in page


def test_paused_and_before_the_start_say_so():
    assert (
        "Your path is paused"
        in log_in(learners.learner_on_path(1, status="paused").learner, warm=True).get("/path/").content.decode()
    )
    ahead = log_in(learners.learner_on_path(1, day=-4, waits=0).learner, warm=True).get("/path/").content.decode()
    assert "Opens when your path begins, on" in ahead
    assert "btn--you" not in ahead


# --- Steps --------------------------------------------------------------------------------------------------------


def go(learner, name):
    return log_in(learner, warm=True).get(f"/step/{basics.uid(name)}/")


def test_each_kind_leads_to_where_it_is_done():
    life = learners.learner_on_path(1, waits=0)
    assert go(life.learner, "course-0").url == f"/lesson/{basics.uid('l0-1')}/"
    assert go(life.learner, "practice-0").url == f"/practice/{basics.uid('content of practice-0')}/"
    assert go(life.learner, "session-0").url.startswith("/sessions/plan/?enrolment=")
    assert go(life.learner, "commitment-0").url.startswith("/commitments/new/?enrolment=")
    assert go(life.learner, "demonstration-0").url == f"/requests/new/{basics.uid('demonstration-0')}/"
    assert go(life.learner, "external-0").url.startswith("/path/?path=")


def test_what_was_begun_is_opened_again():
    life = learners.learner_on_path(1)
    assert go(life.learner, "session-0").url == f"/sessions/{life.enrolment.sessions.get().uid}/"
    assert go(life.learner, "commitment-0").url == f"/commitments/{life.enrolment.commitments.get().uid}/"
    assert go(life.learner, "demonstration-0").url == f"/requests/{life.enrolment.cases.get().uid}/"


def refused(of):
    """The coach signs and manages them, too; who signs second refuses."""
    Membership.objects.filter(person=of.manager).update(person=of.coach)
    event = judging.decided(of, 3)[0]
    third = judging.granted(coaching.coach("Third Hand"), *of.skills)
    looked(countersign, actor=third, event_uid=event.uid, agree=False, why="No.", key=basics.key(), at=clock.now())


def not_yet(of):
    judging.decided(of, 3, not_yet=of.skills)


@pytest.mark.parametrize("decision", [refused, not_yet])
def test_an_open_demonstration_whose_case_is_decided_leads_to_asking(decision):
    """A decision that gave no sign-off left the step open: its card led to the case, where nothing can be done."""
    of = judging.scene(skills=("listening",))
    decision(of)
    client = log_in(of.learner, warm=True)
    state = journeys(of.learner, clock.now())[1].progress.state(of.step)
    assert state.status == "open"
    assert client.get(f"/step/{of.step}/").url == f"/requests/new/{of.step}/"
    assert reading.can_be_done(reading.main_of(client, f"/step/{of.step}/"))
    judging.asked(of)
    assert client.get(f"/step/{of.step}/").url == f"/requests/{of.case.uid}/"
    assert of.case.round == 2


def test_a_demonstration_that_is_done_leads_to_what_was_decided():
    """As before: there is nothing to ask for."""
    of = judging.scene(skills=("listening",))
    judging.decided(of, 3)
    assert journeys(of.learner, clock.now())[1].progress.state(of.step).status == "done"
    assert go(of.learner, "show-visit").url == f"/requests/{of.case.uid}/"


def test_a_discussion_leads_to_the_prompt():
    skill = paths.skill("listening")
    version = paths.path(paths.step("discussion", "talk", content_uid=skill.uid, skills=("listening",)))
    learner = people.person()
    paths.enrolment(learner, version, started_on=learners.days_ago(3))
    assert go(learner, "talk").url == "/exchange/"
    assert go(learner, "talk").url == "/exchange/"
    prompt = coaching.prompt("listening")
    assert go(learner, "talk").url == f"/exchange/{prompt.uid}/"


def test_a_closed_step_is_refused_with_what_opens_it():
    life = learners.learner_on_path(1, waits=0)
    answer = go(life.learner, "later-0")
    assert answer.status_code == 403
    assert "“Later 0” opens when you finish the course “Course 0”." in answer.content.decode()
    assert go(life.learner, "nothing").status_code == 404
    assert go(people.person(), "course-0").status_code == 404


def test_a_course_goes_on_at_its_first_unread_lesson():
    life = learners.learner_on_path(1, waits=0)
    client, url = log_in(life.learner, warm=True), f"/course/{basics.uid('content of course-0')}/"
    assert client.get(url).url == f"/lesson/{basics.uid('l0-1')}/"
    complete_lesson(actor=life.learner, lesson_uid=basics.uid("l0-1"), key=basics.key(), at=clock.now())
    assert client.get(url).url == f"/lesson/{basics.uid('l0-2')}/"
    complete_lesson(actor=life.learner, lesson_uid=basics.uid("l0-2"), key=basics.key(), at=clock.now())
    assert client.get(url).url == f"/lesson/{basics.uid('l0-2')}/"
    assert client.get(f"/course/{basics.uid('other')}/").status_code == 404
    early = learners.learner_on_path(1, waits=0, day=-3)
    refused = log_in(early.learner, warm=True).get(url)
    assert refused.status_code == 403
    assert "opens" in re.sub(r"<[^>]+>", "", refused.content.decode()).lower()


def test_nobody_gets_in_without_signing_in(client):
    for url in (
        "/today/",
        "/path/",
        "/skills/",
        f"/step/{basics.uid('x')}/",
        f"/lesson/{basics.uid('x')}/",
        f"/go/{basics.uid('x')}/",
    ):
        answer = client.get(url)
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/accounts/login/")


def test_a_session_in_the_diary_is_not_the_next_step():
    life = learners.learner_on_path(1)
    row = steps_of(life.learner)[basics.uid("session-0")]
    assert row.turn.who == "cal"
    life.enrolment.sessions.update(planned_at=clock.now() - timedelta(days=2))
    assert "Waits for Sam" in steps_of(life.learner)[basics.uid("session-0")].turn.text
