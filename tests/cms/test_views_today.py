"""Today: the learner's home, in every state it can be in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache

from assessments.api import revoke_signoff
from cms.services.learner.today import greeting, today_of
from lms import clock
from lms.addresses import address_of
from lms.api import Notice, Pause, RoleHolding, record_completion, recording, structure_of
from lms.rules.said import long_day, short_day
from tests.clients import log_in, send_and_count
from tests.cms import reading
from tests.factories import basics, coaching, judging, learners, notices, paths, people
from tests.page import main_of
from tests.shown import looked

pytestmark = pytest.mark.django_db


def test_as_many_queries_whatever_the_length_and_the_number_of_people():
    counts = []
    for size, waits in [(1, 1), (10, 1), (10, 10)]:
        client = log_in(learners.learner_on_path(size, waits=waits).learner, warm=True)
        count, answer = send_and_count(client, "get", "/today/")
        assert answer.status_code == 200
        counts.append(count)
    assert len(set(counts)) == 1
    assert counts[0] <= 24


def test_four_queries_more_when_nothing_is_warm():
    """What the navigation shows, with the day of the organisation, what it has decided about days, and days off."""
    client = log_in(learners.learner_on_path(3).learner, warm=True)
    warm = send_and_count(client, "get", "/today/")[0]
    cache.clear()
    assert send_and_count(client, "get", "/today/")[0] == warm + 4


def test_an_ordinary_day_says_everything():
    life = learners.learner_on_path(2)
    page = main_of(log_in(life.learner, warm=True).get("/today/"))
    assert page.names("heading")[0] == "Day 23 of 60"
    step = page.get("region", "Next")
    assert step.names("heading") == ["Next", "Lesson 0.1"]
    assert step.get("link", "Begin to read").attrs["href"] == f"/step/{basics.uid('course-0')}/"
    assert page.get("region", "Recall").names("link") == ["Answer: Question 0?", "Answer: Question 1?"]
    waits = page.get("region", "Waiting on others")
    assert "Ana Silva 0, observer" in waits.holding("listitem", "Ana has had your request for 2 days.").text
    assert "“Promise 0”" in waits.holding("listitem", "Sam has yet to confirm your promise.").text
    assert "Henrike Voss, manager" in waits.holding("listitem", "Henrike marks “External 0” as done.").text
    assert page.get("region", "New for you").holding("listitem", "News 0").names("button") == ["Open: News 0"]
    skills = page.get("region", "This milestone")
    assert skills.names("link")[:2] == ["All my skills", "Skill 0"]
    assert "Do waits for Sam Okafor" in skills.holding("listitem", "Skill 0").text
    assert "With Sam Okafor" in page.get("region", "Next session").text
    mine = page.get("region", "My people")
    assert mine.holding("listitem", "Your coach").names("link") == [life.coach.email]
    assert mine.holding("listitem", "Your manager").text.startswith("Henrike Voss")


def test_the_next_step_is_what_is_due_first_and_mine():
    life = learners.learner_on_path(2, waits=0)
    found = today_of(life.learner, clock.now())
    assert (found.next.title, address_of(found.next.target)) == ("Lesson 0.1", f"/step/{basics.uid('course-0')}/")
    assert found.next.gate == "talk"
    learners.read_lessons(life.learner, "l0-1")
    assert today_of(life.learner, clock.now()).next.action == "Go on reading"
    learners.read_lessons(life.learner, "l0-2", "l1-1", "l1-2")
    practice = today_of(life.learner, clock.now()).next
    assert (practice.title, practice.private, practice.gate) == ("Practice 0", True, "try")


def test_an_overdue_step_says_when_it_was_due():
    life = learners.learner_on_path(1, waits=0, day=40)
    due = life.enrolment.started_on + timedelta(25)
    assert f"It was due on {long_day(due)}." in today_of(life.learner, clock.now()).next.why


def test_what_waits_for_others_is_not_next():
    life = learners.learner_on_path(1, day=23)
    learners.read_lessons(life.learner, "l0-1", "l0-2")
    steps = structure_of(life.enrolment.path_version_id).steps
    for name in ("practice-0", "later-0"):
        record_completion(enrolment=life.enrolment, step=steps[basics.uid(name)], by=life.learner, at=clock.now())
    found = today_of(life.learner, clock.now())
    assert found.next is None
    assert found.state == "waiting"
    page = log_in(life.learner, warm=True).get("/today/").content.decode()
    assert "Nothing is yours to do right now." in page


def test_an_accepted_request_and_a_session_that_is_over():
    life = learners.learner_on_path(1)
    life.enrolment.cases.get().requests.update(status="accepted", planned_on=learners.days_ago(1))
    life.enrolment.sessions.update(planned_at=clock.now() - timedelta(days=1))
    sentences = [wait.sentence for wait in today_of(life.learner, clock.now()).waits]
    assert any(text.startswith("Ana has yet to write down what they saw") for text in sentences)
    assert any(text.startswith("Sam has yet to write down your session") for text in sentences)
    life.enrolment.cases.get().requests.update(planned_on=learners.days_ago(-2))
    sentences = [wait.sentence for wait in today_of(life.learner, clock.now()).waits]
    assert any(text.startswith("Ana watches you on") for text in sentences)


@pytest.mark.parametrize(("day", "said"), [(0, "since today"), (1, "for 1 day"), (2, "for 2 days"), (9, "for 9 days")])
def test_training_elsewhere_is_open_since_the_day_on_which_it_opened(day, said):
    """Training elsewhere, open from the first day on: the day after, it was said to be open for 0 days."""
    learner = people.person("Leonie Berg")
    people.team(learner, manager=people.person("Henrike Voss"))
    version = paths.path(paths.step("external", "elsewhere", skills=()))
    coaching.assign(paths.enrolment(learner, version, started_on=learners.days_ago(day)), coaching.coach())
    assert f"Training elsewhere, open {said}." in today_of(learner, clock.now()).waits[0].about


@pytest.mark.parametrize("others_title", ["Product Partner", "Path"])
def test_two_paths_of_one_title_keep_their_own_coaches(others_title):
    """Two paths are called the same: the page of one named the coach of the other, and whose turn it was."""
    of, other = judging.scene(), paths.path(paths.step("commitment", "promise-b", skills=("business",)))
    for path, title in ((of.enrolment.path, "Product Partner"), (other.path, others_title)):
        path.title = title
        path.save()
    second = paths.enrolment(of.learner, other, started_on=learners.days_ago(5))
    judging.assigned(second, coaching.coach("Nadia Other"))
    judging.ready(of)
    names = {
        enrolment.uid: today_of(of.learner, clock.now(), enrolment.uid).journey.coach_name
        for enrolment in (of.enrolment, second)
    }
    assert names == {of.enrolment.uid: "Sam", second.uid: "Nadia"}
    assert today_of(of.learner, clock.now(), of.enrolment.uid).waits[0].sentence.startswith("Sam could decide")


def test_a_case_that_can_be_decided_and_one_without_a_coach():
    life = learners.learner_on_path(1)
    life.enrolment.cases.update(status="ready", ready_at=clock.now() - timedelta(days=3))
    assert "Sam could decide for 3 days." in [wait.sentence for wait in today_of(life.learner, clock.now()).waits]
    life.enrolment.coach_assignments.update(status="ended", ended_at=clock.now())
    sentences = [wait.sentence for wait in today_of(life.learner, clock.now()).waits]
    assert "Henrike has yet to choose your coach." in sentences


def test_without_a_path_the_page_teaches():
    person, manager = people.person("Ned New", started_on=clock.now().date()), people.person("Mona Lead")
    people.team(person, manager=manager)
    page = log_in(person, warm=True).get("/today/").content.decode()
    assert "Your path is still being chosen" in page
    assert "Mona Lead" in page
    assert 'data-testid="next-step"' not in page


def test_who_is_no_newcomer_is_not_welcomed():
    page = log_in(people.person("Owen Long"), warm=True).get("/today/").content.decode()
    assert "You are on no path now" in page
    assert "still being chosen" not in page


@pytest.mark.parametrize(("kind", "link"), [("coach", "/coach/"), ("manager", "/team/"), ("author", "/cms/")])
def test_people_who_learn_nothing_here_are_shown_their_own_home(kind, link):
    who = coaching.coach() if kind == "coach" else people.person()
    if kind == "manager":
        people.team(people.person(), manager=who)
    if kind == "author":
        people.in_group("Authors", who)
    page = log_in(who).get("/today/").content.decode()
    assert "You are on no path of your own" in page
    assert f'class="btn" href="{link}"' in page


def test_before_the_first_day_today_tells_when_it_is_and_asks_nothing():
    life = learners.learner_on_path(1, day=-12, waits=0)
    page = log_in(life.learner, warm=True).get("/today/").content.decode()
    assert "in 12 days." in page
    assert "Nothing to do yet." in page
    assert "Question 0?" not in page


def test_during_a_pause_nothing_is_asked_and_its_end_is_told():
    life = learners.learner_on_path(1, status="paused")
    begin, end = learners.days_ago(3), learners.days_ago(-4)
    Pause.objects.create(enrolment=life.enrolment, from_on=begin, until_on=end, reason="Away", by=life.manager)
    found = today_of(life.learner, clock.now())
    assert (found.state, found.journey.progress.day, found.next, found.cards) == ("paused", 20, None, [])
    assert "paused until" in found.sentence
    assert log_in(life.learner, warm=True).get("/today/").status_code == 200


def test_a_completed_path_leads_on_as_long_as_its_role_is_held():
    life = learners.learner_on_path(1, waits=0)
    paths.completed(life.enrolment, clock.now())
    found = today_of(life.learner, clock.now())
    assert (found.state, found.journey.enrolment, found.next) == ("all-done", life.enrolment, None)
    page = log_in(life.learner, warm=True).get("/today/").content.decode()
    assert page.count("Every required step of this path is done.") == 1
    assert "You hold the role" in page
    assert "Not vouched for yet" in page, "complete and ready are two facts"

    RoleHolding.objects.update(from_on=learners.days_ago(9), until_on=learners.days_ago(1))
    cache.clear()
    page = log_in(life.learner, warm=True).get("/today/").content.decode()
    assert "You have completed" in page
    assert "You hold the role" not in page


@pytest.mark.parametrize("unlock", [{"day": 25}, {"skill": "listening", "gate": "show"}])
def test_what_is_done_is_what_is_required(unlock):
    """All that is required is done and an optional step opens later: "Every step of this path is done" stood there."""
    learner = people.person()
    optional = paths.step("commitment", "optional", skills=("listening",), required=False, unlock={"all": [unlock]})
    version = paths.path(paths.step("session", "session"), optional)
    enrolment = paths.enrolment(learner, version, started_on=learners.days_ago(10))
    step = structure_of(version.pk).steps[basics.uid("session")]
    with recording():
        record_completion(enrolment=enrolment, step=step, by=learner, at=clock.now())
    page = log_in(learner, warm=True).get("/today/").content.decode()
    assert "Every required step of this path is done." in page
    assert "Every step" not in page


def shut_out(unlock, *, coached=True):
    """A learner on a path whose only step, a demonstration, is closed."""
    judging.standard(judging.standard_spec("visit", ("listening",)))
    show = paths.step("demonstration", "show", content_uid=basics.uid("visit"), skills=("listening",), unlock=unlock)
    version = paths.path(show, role_version=paths.role(paths.requires("listening", 3)))
    enrolment = paths.enrolment(people.person("Priya Sen"), version, started_on=learners.days_ago(10))
    if coached:
        judging.assigned(enrolment, coaching.coach("Sam Okafor"))
    return enrolment


@pytest.mark.parametrize("coached", [True, False])
@pytest.mark.parametrize(
    "unlock", [{"skill": "listening", "gate": "do"}, {"skill": "listening", "gate": "try"}, {"day": 25}]
)
def test_the_page_says_nothing_to_do_only_where_no_skill_offers_any(unlock, coached):
    """A closed demonstration that one may ask to be seen for early: the page said that nothing is to do, and offered
    that. Where nothing can be done it says so.
    """
    enrolment = shut_out({"all": [unlock]}, coached=coached)
    page = log_in(enrolment.person, warm=True).get("/today/").content.decode()
    offered = bool([url for _text, url in reading.moves_of(page) if url])
    assert ("Nothing is yours to do right now." in page) != offered
    assert ("No step is yours to do right now." in page) == offered
    assert ("Beside each skill below stands what you can do already." in page) == offered
    assert offered == (coached and "gate" in unlock)


def test_the_day_after_the_last():
    life = learners.learner_on_path(1, day=75, waits=0)
    page = log_in(life.learner, warm=True).get("/today/").content.decode()
    assert "Behind by 50 days, after the last day" in page
    assert "Day 75" not in page


def test_several_paths_have_a_switch_and_the_newest_comes_first():
    life = learners.learner_on_path(1, waits=0)
    newest = paths.enrolment(life.learner, paths.path(paths.step("practice", "other")), started_on=learners.days_ago(1))
    assert today_of(life.learner, clock.now()).journey.enrolment == newest
    assert today_of(life.learner, clock.now(), life.enrolment.uid).journey.enrolment == life.enrolment
    client = log_in(life.learner, warm=True)
    assert f"/today/?path={life.enrolment.uid}" in client.get("/today/").content.decode()
    assert "Day 23" in client.get(f"/today/?path={life.enrolment.uid}").content.decode()
    foreign = learners.learner_on_path(1).enrolment
    for strange in (foreign.uid, "nonsense", ""):
        assert "Day 1" in client.get(f"/today/?path={strange}").content.decode()


def test_a_path_that_begins_later_takes_nothing_from_the_held_role():
    """Screens L14: enrolled for 7 December, Priya's page at once spoke of the new role."""
    life = learners.learner_on_path(1, waits=0)
    later = paths.enrolment(life.learner, paths.path(paths.step("practice", "other")), started_on=learners.days_ago(-8))
    client = log_in(life.learner, warm=True)
    for page in ("/today/", "/path/", "/skills/", f"/people/{life.learner.uid}/"):
        assert client.get(page).context["user"] == life.learner
    assert today_of(life.learner, clock.now()).journey.enrolment == life.enrolment
    assert client.get("/path/").context["journey"].enrolment == life.enrolment
    assert client.get("/skills/").context["page"].path == life.enrolment
    assert client.get(f"/people/{life.learner.uid}/").context["enrolment"] == life.enrolment
    assert f"/today/?path={later.uid}" in client.get("/today/").content.decode(), "both are shown"
    ahead = client.get(f"/today/?path={later.uid}").content.decode()
    assert f"Begins on {short_day(later.started_on)}" in ahead


def test_the_day_after_a_revocation_begins_with_being_seen_again():
    of = judging.scene()
    event = judging.decided(of, 3)[0]
    looked(revoke_signoff, actor=of.coach, event_uid=event.uid, reason="Not theirs.", key=basics.key(), at=clock.now())
    page = log_in(of.learner, warm=True).get("/today/").content.decode()
    assert 'data-testid="again-listening"' in page
    assert f"/requests/new/{of.step}/" in page


def test_not_yet_opens_the_page_with_the_coachs_next_step():
    """Screens L10: Today said "Ask to be seen, 150 minutes"."""
    of = judging.scene()
    judging.decided(of, 3, not_yet=("business",))
    found = today_of(of.learner, clock.now()).next
    assert (found.title, address_of(found.target)) == ("Wait before you play back.", f"/requests/new/{of.step}/")
    assert "Seen again by" in found.why


def test_who_is_ready_is_told():
    """Screens L11: all eight signed, and "what is left is to be vouched for"."""
    of = judging.scene()
    judging.decided(of, 4)
    paths.completed(of.enrolment, clock.now())
    today = today_of(of.learner, clock.now())
    assert (today.state, today.line) == ("ready", f"Completed on {short_day(today.journey.today)}, ready")
    assert "You are ready." in log_in(of.learner, warm=True).get("/today/").content.decode()


@pytest.mark.parametrize(
    ("hour", "zone", "words"),
    [
        (6, "UTC", "Good morning"),
        (11, "Asia/Tokyo", "Good evening"),
        (11, "Europe/Copenhagen", "Good afternoon"),
        (2, "UTC", "Good evening"),
        (14, "America/New_York", "Good morning"),
    ],
)
def test_greeted_by_the_own_clock(hour, zone, words):
    person = people.person("Ada Able", time_zone=zone)
    assert greeting(person, datetime(2026, 1, 5, hour, tzinfo=UTC)) == f"{words}, Ada"


def test_the_day_begins_at_midnight_of_the_person():
    life = learners.learner_on_path(1, waits=0)
    life.learner.time_zone = "Pacific/Auckland"
    life.learner.save()
    at = datetime(2026, 5, 10, 13, 0, tzinfo=UTC)
    local = at.astimezone(ZoneInfo("Pacific/Auckland")).date()
    assert local.day == 11
    assert today_of(life.learner, at).journey.today == local


def test_the_as_of_time_is_the_readers_own():
    who = people.person(time_zone="Pacific/Auckland")
    client, before = log_in(who, warm=True), clock.now()
    told = client.get("/today/").content.decode().split("<time")[-1]
    assert any(at.astimezone(who.zone).strftime("%H:%M") in told for at in (before, clock.now()))


# --- Notices ------------------------------------------------------------------------------------------------------


def test_opening_a_notice_marks_it_and_leads_on():
    who = people.person()
    notice = notices.said(who, "Read me")
    other = notices.said(who, "Me, too")
    client = log_in(who, warm=True)
    key = basics.key()
    for _again in range(2):
        answer = client.post("/notices/read/", {"key": key, "notice": notice.uid})
        assert (answer.status_code, answer.url) == (302, "/exchange/")
    assert Notice.objects.get(pk=notice.pk).read_at
    assert not Notice.objects.get(pk=other.pk).read_at


def test_marking_all_and_whose_they_are():
    who, somebody = people.person(), people.person()
    theirs = notices.said(somebody, "Theirs")
    for number in range(7):
        notices.said(who, f"Notice {number}")
    client = log_in(who, warm=True)
    page = client.get("/today/").content.decode()
    assert page.count("Notice ") == 10, "five notices, each with its words for screen readers"
    assert "and 2 more" in page
    assert client.post("/notices/read/", {"key": basics.key(), "notice": theirs.uid}).status_code == 404
    assert client.post("/notices/read/", {"key": "x"}).status_code == 422
    assert client.post("/notices/read/", {"key": basics.key(), "notice": "x"}).status_code == 422
    assert client.get("/notices/read/").status_code == 405
    assert client.post("/notices/read/", {"key": basics.key()}).status_code == 302
    assert not who.notices.filter(read_at=None).exists()
    assert somebody.notices.filter(read_at=None).exists()
