"""The page on which an installation is set up, in each of its states; and who begins there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from cms.models import StarterCurriculum
from lms import clock
from lms.api import AUTHORS, LEARNING_ADMINISTRATORS, Organisation, User
from tests.clients import count_queries, log_in, words_of
from tests.factories import basics, coaching, judging, paths, people

pytestmark = pytest.mark.django_db

PAGE = "/setup/"


@pytest.fixture
def boss(db: None) -> User:
    return people.administrator(people.person("Ilse Novak"))


@pytest.fixture
def desk(boss: User) -> Client:
    return log_in(boss)


def text(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return words_of(answer)


def press(client: Client, act: str, **fields: Any) -> Any:
    return client.post(PAGE, {"act": act, "key": basics.key(), **fields})


def load(state: str, who: User, ago: int = 0, **fields: Any) -> None:
    at = clock.now() - timedelta(minutes=ago)
    StarterCurriculum.objects.create(state=state, asked_by=who, asked_at=at, **fields)


def test_an_empty_installation_begins_with_the_organisation(desk: Client) -> None:
    page = text(desk)
    assert "Six steps to the first learner" in page
    assert "Next: Organisation." in page
    assert page.count("btn--you") == 1, "one warm button on a screen"
    assert "Load the starter curriculum" in page


def test_a_half_made_installation_says_what_is_next(desk: Client, boss: User) -> None:
    Organisation.objects.update(set_up_at=clock.now(), name="Aldermoor")
    people.team(boss)
    page = text(desk)
    assert "1 of 6 steps is done" in page
    assert "1 team is there. None has a manager yet." in page
    assert "Closed until somebody else is here" in page or "Closed until somebody is a learning administrator" in page


def test_a_finished_installation_says_that_nothing_is_left(desk: Client, boss: User) -> None:
    Organisation.objects.update(set_up_at=clock.now())
    coach = coaching.coach("Sam Visit")
    judging.granted(coach, "hearing")
    people.team(boss, manager=coach)
    paths.enrolment(people.person(), paths.path(paths.step("external", "one"), slug="ours"))
    page = text(desk)
    assert "Nothing is left to set up" in page
    assert "btn--you" not in page
    assert "Closed" not in page


def test_one_press_asks_for_the_curriculum_and_wakes_the_worker(
    desk: Client, django_capture_on_commit_callbacks: Any
) -> None:
    key = basics.key()
    with patch("cms.tasks.load_starter.apply_async", side_effect=OSError("no broker")) as woken:
        with django_capture_on_commit_callbacks(execute=True):
            answer = press(desk, "starter", key=key)
        again = press(desk, "starter", key=key)
    assert (answer.status_code, answer["Location"], again.status_code) == (302, "/setup/#content", 302)
    assert woken.called
    assert "The starter curriculum is on its way." in text(desk)
    assert StarterCurriculum.objects.get().state == "waiting"
    assert press(desk, "starter").status_code == 409


def test_a_choice_of_an_empty_library_stays_on_the_page(desk: Client) -> None:
    assert press(desk, "empty").status_code == 302
    page = text(desk)
    assert "Ilse Novak chose on" in page
    assert "Load the starter curriculum" in page
    refused = press(desk, "empty")
    assert refused.status_code == 409
    assert "Ilse Novak has chosen already how the library begins." in words_of(refused)


@pytest.mark.parametrize(
    ("state", "ago", "fields", "says", "again"),
    [
        ("waiting", 0, {}, "as soon as the worker takes it", False),
        ("waiting", 3, {}, "No worker has taken it since", True),
        ("running", 0, {"done": 40, "total": 114}, "40 of 114 pages and snippets are there.", False),
        ("running", 3, {"done": 40, "total": 114}, "so it has ended. The next worker goes on.", True),
        ("running", 0, {}, "as soon as the worker takes it", False),
        ("failed", 0, {"failure": "The <b>disk</b> is full."}, "The &lt;b&gt;disk&lt;/b&gt; is full.", True),
        ("done", 0, {"done": 2, "total": 2}, "None of its paths is published now.", False),
    ],
)
def test_the_load_says_how_far_it_is(
    desk: Client, boss: User, state: str, ago: int, fields: dict[str, Any], says: str, again: bool
) -> None:
    heard = {"heard_at": clock.now() - timedelta(minutes=ago)} if state in ("running", "done") else {}
    run = {"run": basics.key()} if state == "running" else {}
    load(state, boss, ago, **fields, **heard, **run)
    page = text(desk)
    assert says in page
    assert ("Try again" in page) == again
    assert ("<progress" in page) == (state == "running" and bool(fields))
    assert ("Look again" in page) == (state in ("waiting", "running"))
    assert "Begin with an empty library" not in page


def test_a_press_of_nothing_changes_nothing(desk: Client) -> None:
    assert press(desk, "burn").status_code == 422
    assert desk.post(PAGE, {"act": "starter"}).status_code == 422, "without a key"
    assert not StarterCurriculum.objects.exists()


def test_an_administrator_reads_who_names_coaches(desk: Client) -> None:
    page = text(desk)
    assert "Nobody is a learning administrator yet." in page
    people.in_group(LEARNING_ADMINISTRATORS, people.person("Ruta Balode"))
    assert "Learning administrator: Ruta Balode." in text(desk)
    paths.path(paths.step("external", "one"), slug="ours")
    assert "Waits for a learning administrator" in text(desk)


def test_whoever_sets_up_begins_there_until_somebody_learns(desk: Client) -> None:
    learning = log_in(people.in_group(LEARNING_ADMINISTRATORS))
    author = log_in(people.in_group(AUTHORS))
    assert [client.get("/")["Location"] for client in (desk, learning, author)] == [PAGE, PAGE, "/cms/"]
    paths.enrolment(people.person(), paths.path(paths.step("external", "one"), slug="ours"))
    assert [client.get("/")["Location"] for client in (desk, learning)] == ["/cms/", "/team/"]


def test_the_page_takes_few_queries(desk: Client) -> None:
    assert count_queries(desk, PAGE) <= 12
