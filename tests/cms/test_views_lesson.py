"""Reading: the lesson page, and saying that one has read."""

from __future__ import annotations

import pytest

from assessments.api import publish_recalls, recall_context
from lms import clock
from lms.api import LessonCompletion, Skill, StepCompletion, TalkFact
from tests.clients import log_in, send_and_count
from tests.factories import basics, learners, paths, people, practice

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(small):
    """A published path of one course with two lessons, and a learner on its sixth day."""
    from lms.api import PathVersion

    made = small
    made.learner = people.person("Leonie Berg")
    version = PathVersion.objects.get(path__uid=made.path.uid)
    made.enrolment = paths.enrolment(made.learner, version, started_on=learners.days_ago(6))
    made.first, made.second = (lesson.uid for lesson in made.course.live_lessons())
    return made


def test_the_page_has_everything_and_gives_no_key_away(small):
    page = log_in(small.learner, warm=True).get(f"/lesson/{small.first}/").content.decode()
    assert "I can." in page
    assert "A first text." in page
    assert "Lesson 1 of 2" in page
    assert "0 of 2 lessons read" in page
    assert "And you?" in page
    assert 'data-draft="pause:' in page
    assert "Why?" in page
    assert "So it is." not in page, "the reason is told after answering"
    assert "I have read this. Next: Hear-2" in page
    assert "Helps to open Talk for" in page
    assert "/edit/" not in page


def test_a_lesson_of_a_retired_skill_does_not_lead_to_its_page(small):
    """A skill of the lesson left the site: the lesson led to its page, which is gone."""
    client, url = log_in(small.learner, warm=True), f"/lesson/{small.first}/"
    slug = Skill.objects.get().slug
    assert f'href="/skills/{slug}/"' in client.get(url).content.decode()
    Skill.objects.update(archived_at=clock.now())
    page = client.get(url).content.decode()
    assert "Helps to open Talk for" in page
    assert f"/skills/{slug}/" not in page
    assert f"skill={slug}" not in page


def test_one_query_more_once_its_questions_were_answered(small):
    client = log_in(small.learner, warm=True)
    count, answer = send_and_count(client, "get", f"/lesson/{small.first}/")
    assert (count, answer.status_code) == (15, 200)
    question = recall_context([small.first], small.learner)[small.first][0]
    given = {"option": question.options[0].sign, "key": basics.key()}
    assert client.post(f"/recall/{question.uid}/", given).status_code == 302
    assert send_and_count(client, "get", f"/lesson/{small.first}/")[0] == 16


def test_the_last_lesson_asks_the_questions_of_the_course(small):
    course = small.enrolment.path_version.steps.get(kind="course").content_uid
    publish_recalls(course, [practice.recall_spec("of the course")], clock.now())
    client = log_in(small.learner, warm=True)
    assert "course-recall" not in client.get(f"/lesson/{small.first}/").content.decode()
    client.post(f"/lesson/{small.first}/", {"key": basics.key()})
    assert "course-recall" in client.get(f"/lesson/{small.second}/").content.decode()
    assert send_and_count(client, "get", f"/lesson/{small.second}/")[0] <= 17


def test_reading_leads_to_the_next_lesson_and_then_on(small):
    client = log_in(small.learner, warm=True)
    key = basics.key()
    first = client.post(f"/lesson/{small.first}/", {"key": key})
    assert (first.status_code, first.url) == (302, f"/lesson/{small.second}/")
    assert client.post(f"/lesson/{small.first}/", {"key": key}).url == f"/lesson/{small.second}/"
    assert "You read this on" in client.get(f"/lesson/{small.first}/").content.decode()
    last = client.post(f"/lesson/{small.second}/", {"key": basics.key()})
    assert (last.status_code, last.url) == (302, "/today/")
    assert StepCompletion.objects.count() == 1
    assert "You have read all of this course." in client.get("/today/").content.decode()


def test_saying_that_it_is_read_takes_thirteen_to_eighteen_queries(small):
    client = log_in(small.learner, warm=True)
    TalkFact.objects.create(
        person=small.learner, kind="example", skill_id=Skill.objects.get().pk, started_at=clock.now()
    )
    assert send_and_count(client, "post", f"/lesson/{small.first}/", key=basics.key())[0] == 13
    assert send_and_count(client, "post", f"/lesson/{small.second}/", key=basics.key())[0] == 18, (
        "step done, Talk opened"
    )


@pytest.mark.parametrize("lessons", [1, 30])
def test_the_same_number_in_a_course_of_any_length(lessons):
    learner = people.person()
    spec = tuple(paths.lesson(f"l{n}") for n in range(lessons))
    path = paths.path(paths.step("course", "c", lessons=spec), paths.step("external", "later"))
    paths.enrolment(learner, path, started_on=learners.days_ago(3))
    client = log_in(learner, warm=True)
    counts = [
        send_and_count(client, "post", f"/lesson/{basics.uid(f'l{n}')}/", key=basics.key())[0] for n in range(lessons)
    ]
    assert counts == [13] * (lessons - 1) + [17]


def test_a_closed_lesson_says_what_opens_it(small):
    small.enrolment.started_on = learners.days_ago(-3)
    small.enrolment.save()
    client = log_in(small.learner, warm=True)
    for method in ("get", "post"):
        answer = getattr(client, method)(f"/lesson/{small.first}/", {"key": basics.key()})
        assert answer.status_code == 403
        assert "“Hear” opens on day 1, " in answer.content.decode()
    assert not LessonCompletion.objects.exists()


def test_a_lesson_on_none_of_my_paths_is_not_there(small):
    stranger = log_in(people.person(), warm=True)
    assert stranger.get(f"/lesson/{small.first}/").status_code == 404
    assert stranger.post(f"/lesson/{small.first}/", {"key": basics.key()}).status_code == 404
    assert log_in(small.learner, warm=True).get(f"/lesson/{basics.uid('none')}/").status_code == 404


@pytest.mark.parametrize("group", ["Authors", "Learning administrators"])
def test_authors_and_learning_read_any_lesson_and_may_edit_it(small, group):
    who = people.in_group(group)
    page = log_in(who, warm=True).get(f"/lesson/{small.first}/")
    assert page.status_code == 200
    assert f"/cms/pages/{small.lesson.pk}/edit/" in page.content.decode()
    assert "btn--you" not in page.content.decode()
    assert "So it is." not in page.content.decode()


def test_a_form_without_its_key_is_refused(small):
    assert log_in(small.learner, warm=True).post(f"/lesson/{small.first}/", {}).status_code == 422
    assert log_in(small.learner, warm=True).put(f"/lesson/{small.first}/").status_code == 405


def test_the_same_key_for_another_lesson_is_a_conflict(small):
    client, key = log_in(small.learner, warm=True), basics.key()
    client.post(f"/lesson/{small.first}/", {"key": key})
    assert client.post(f"/lesson/{small.second}/", {"key": key}).status_code == 409
