"""Recall over HTTP: asked, answered, never given away."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client

from assessments import api
from assessments.models import RecallAnswer, ReviewCard
from lms import clock
from lms.api import User, calendars
from tests.assessments.test_practice_views import bytes_of, client_of, counted
from tests.assessments.test_recall import LESSON, reader, sign
from tests.factories import basics, people, practice
from tests.markup import markup

pytestmark = pytest.mark.django_db

URL = f"/recall/{basics.uid('q1')}/"


def question(who: User, **fields: Any) -> api.RecallQuestion:
    return api.questions_of(LESSON, who, at=clock.now(), **fields)[0]


def send(client: Client, who: User, start: str = "Good", **fields: Any) -> Any:
    asked = question(who, again=[basics.uid("q1")])
    headers = fields.pop("headers", {})
    return client.post(URL, {"option": sign(asked, start), "key": basics.key(), **fields}, headers=headers)


def test_a_question_is_answered_and_told_without_a_script() -> None:
    who = reader()
    client = client_of(who)
    page = markup(client.get(URL))
    assert "Question q1?" in page
    assert "Reason of q1." not in page
    answered = send(client, who)
    assert (answered.status_code, answered["Location"]) == (302, f"{URL}#recall-{basics.uid('q1')}")
    page = markup(client.get(URL))
    assert "Yes. Reason of q1." in " ".join(page.split())
    assert "You will be asked again on" in page


def test_a_wrong_answer_is_told_the_right_one_and_asked_again_on_request() -> None:
    who = reader()
    client = client_of(who)
    send(client, who, "First")
    page = markup(client.get(URL))
    assert "This is the answer." in page
    assert "This was your answer." in page
    again = markup(client.get(f"{URL}?again=1"))
    assert "Reason of q1." not in again
    assert "choice--right" not in again


def test_from_a_lesson_one_comes_back_to_the_lesson_and_nowhere_else() -> None:
    who = reader()
    client = client_of(who)
    anchor = f"#recall-{basics.uid('q1')}"
    assert send(client, who, next="/lesson/x/?a=1")["Location"] == f"/lesson/x/?a=1{anchor}"
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"):
        assert send(client, who, next=elsewhere)["Location"] == f"{URL}{anchor}"


def test_nothing_chosen_is_422_and_keeps_the_key() -> None:
    who, key = reader(), basics.key()
    refused = client_of(who).post(URL, {"key": key})
    page = markup(refused)
    assert refused.status_code == 422
    assert "Choose one of the answers." in page
    assert str(key) in page
    assert "Reason of q1." not in page
    assert client_of(who).post(URL, {}).status_code == 422


def test_a_question_changed_meanwhile_is_409_and_asked_as_it_stands() -> None:
    who = reader()
    client = client_of(who)
    old, key = sign(question(who)), basics.key()
    practice.published_recalls(LESSON, practice.recall_spec("q1", q="Better asked?"))
    refused = client.post(URL, {"option": old, "key": key})
    assert refused.status_code == 409
    assert "Better asked?" in markup(refused)
    assert str(key) not in markup(refused)
    practice.published_recalls(LESSON)
    assert client.post(URL, {"option": old, "key": key}).status_code == 409
    assert client.get(URL).status_code == 409


def test_other_peoples_questions_are_404_locked_ones_403() -> None:
    who, locked = reader(), people.person()
    reader(who=locked, start_day=20_000, due_day=20_001)
    for client, status in ((client_of(people.administrator()), 404), (client_of(locked), 403)):
        assert client.get(URL).status_code == status
        assert client.post(URL, {"option": sign(question(who)), "key": basics.key()}).status_code == status
    assert client_of(who).get(f"/recall/{uuid4()}/").status_code == 404
    for url in ("/recall/", URL):
        assert Client().get(url)["Location"].startswith("/accounts/login/")


def test_the_list_shows_what_is_due_and_an_empty_one_teaches() -> None:
    who = reader("q1", "q2")
    client = client_of(who)
    assert "Questions stand at the end of each lesson." in markup(client.get("/recall/"))
    send(client, who)
    assert "The next question comes back on" in markup(client.get("/recall/"))
    ReviewCard.objects.update(due_on=clock.now().date())
    page = markup(client.get("/recall/"))
    assert "Question q1?" in page
    assert "1 question comes back today." in page
    assert "Question q2?" not in page


def test_the_list_costs_the_same_with_1_and_20_cards() -> None:
    names = [f"q{n}" for n in range(1, 21)]
    who = reader(*names)
    client = client_of(who)
    client.get("/recall/")
    costs = []
    for many in (names[:1], names):
        for name in many:
            ReviewCard.objects.update_or_create(
                person=who, recall_uid=basics.uid(name), defaults={"due_on": clock.now().date()}
            )
        costs.append(counted(lambda: client.get("/recall/")))
    assert costs[0] == costs[1] <= 6


def test_answering_costs_the_same_with_1_and_20_questions() -> None:
    costs = []
    calendars()  # kept for a minute
    for many in (1, 20):
        who = reader(*[f"q{n}" for n in range(1, many + 1)], who=people.person())
        client = client_of(who)
        asked = question(who)
        data = {"option": sign(asked, "First"), "key": basics.key()}
        costs.append(counted(lambda data=data, client=client: client.post(URL, data)))  # type: ignore[misc]
    assert costs[0] == costs[1] <= 27


def test_no_byte_of_the_key_before_answering() -> None:
    """Signs, order, classes, headers: what stands beside the right option stands beside the wrong ones too."""
    who = reader()
    spec = practice.recall_spec("q1", a=f"Answer {uuid4().hex}", why=f"Why {uuid4().hex}")
    practice.published_recalls(LESSON, spec)
    client = client_of(who)
    responses = [client.get("/recall/"), client.get(URL), client.get(f"{URL}?again=1"), client.post(URL, {"key": "x"})]
    responses.append(client.post(URL, {"key": basics.key(), "option": "a"}))
    for response in responses:
        assert spec.why not in bytes_of(response)
        form = "".join(re.findall(r'<div class="recall.*?</form>', markup(response), re.S))
        assert not re.search(r'right|correct|answer-|"a"|"w1"', form)
        rows = re.findall(r"<label class=[^>]*>.*?</label>", form, re.S)
        bare = {re.sub(r'value="[0-9a-f]{20}"|<span>.*?</span>', "", row) for row in rows}
        assert len(bare) <= 1


def test_the_fragment_serves_a_lesson_page() -> None:
    who = reader()
    (asked,) = api.recall_context([LESSON], who)[LESSON]
    context = {"question": asked, "next": "/lesson/x/", "csrf_token": "token-of-the-page"}
    html = " ".join(render_to_string("recall/_question.html", context).split())
    assert str(asked.key) in html
    assert 'name="next" value="/lesson/x/"' in html
    assert "token-of-the-page" in html
    assert 'method="post"' in html


def test_each_key_answers_once_over_http() -> None:
    who, key = reader(), basics.key()
    client = client_of(who)
    for _ in range(2):
        assert send(client, who, key=key).status_code == 302
    assert RecallAnswer.objects.count() == 1
    assert ReviewCard.objects.get().due_on == clock.today(who.zone) + timedelta(days=1)
