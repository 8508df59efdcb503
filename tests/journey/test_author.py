"""The author's part in the real admin: wording is new for everybody at once, a scenario for who begins after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from . import author as admin
from . import steps
from .rows import read
from .site import Person
from .walk import Walked

pytestmark = pytest.mark.browser

LESSON = "Cheapest, best or closest"
SCENARIO = "Initiative number twenty-one"
HANDED_OVER = "words => [...document.querySelectorAll('input[type=hidden]')].some(item => item.value.includes(words))"
SECOND_MOMENT = "Fine. What does it touch?"


@pytest.fixture
def author(journey: Callable[[], Walked], browser: Any) -> Iterator[Person]:
    person = Person(browser, journey().site, "author").sign_in()
    yield person
    person.leave()


@pytest.fixture
def learner(journey: Callable[[], Walked]) -> Person:
    """Has read the lesson and played the scenario, and may do both again."""
    return journey().people["learner"]


def address(journey: Callable[[], Walked], name: str) -> str:
    return journey().watch.opened["learner", name]


def begin(learner: Person, brief: str) -> None:
    """A new attempt, at its first moment."""
    learner.go(brief)
    learner.page.get_by_role("button", name="Begin").click()
    learner.page.locator("input[name=choice]").first.wait_for()


def say(learner: Person, best: dict[str, str], says: str) -> None:
    """Choose the author's best words at this moment."""
    page = learner.page
    words = next(text for before, text in best.items() if says in before)
    page.locator("label.choice").filter(has_text=words).locator("input").check()
    if page.locator("input[name=confidence]").count():
        page.locator("input[name=confidence][value=think]").check()
    learner.answer_of(page.get_by_role("button", name="Say it").click)


def test_new_wording_of_a_lesson_is_there_for_a_learner_at_once(
    journey: Callable[[], Walked], author: Person, learner: Person
) -> None:
    words = "Aldermoor learned this the slow way. "
    lesson = address(journey, "lesson")
    assert words.strip() not in learner.look(lesson).text
    page = admin.open_editor(author, LESSON)
    text = page.locator(".public-DraftEditor-content").first
    text.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type(words)
    # The editor hands over to the form what was typed a moment later.
    page.wait_for_function(HANDED_OVER, arg=words.strip())
    admin.preview(author, words.strip())
    assert words.strip() not in learner.look(lesson).text, "a draft is the author's alone"
    admin.publish_well(author, LESSON)
    assert words.strip() in learner.look(lesson).text


def test_a_scenario_changes_for_who_begins_after_it(
    journey: Callable[[], Walked], author: Person, learner: Person
) -> None:
    brief, best = address(journey, "practice_brief"), steps.best_choices("twenty-initiatives")
    new = f"{SECOND_MOMENT} And who pays for it?"
    begin(learner, brief)
    page = admin.open_editor(author, SCENARIO)
    says = page.get_by_label("Says")
    field = next(item for item in says.all() if item.input_value() == SECOND_MOMENT)
    field.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" And who pays for it?")
    admin.preview(author, new)
    admin.publish_well(author, SCENARIO)

    learner.page.reload()
    say(learner, best, "It is on the list.")
    assert SECOND_MOMENT in learner.page.inner_text("main")
    assert new not in learner.page.inner_text("main"), "an attempt under way keeps its version"
    steps.play_on(learner, best)
    begin(learner, brief)
    say(learner, best, "It is on the list.")
    assert new in learner.page.inner_text("main"), "a new attempt meets the new version"


def test_a_scenario_that_breaks_a_rule_stays_out_and_the_form_says_why(
    journey: Callable[[], Walked], author: Person
) -> None:
    site = journey().site
    versions = "SELECT scenario_uid, number, digest FROM assessments_scenarioversion ORDER BY id"
    live = "SELECT nodes FROM cms_scenariopage JOIN wagtailcore_page ON id = page_ptr_id WHERE title = ?"
    before = read(site, versions), read(site, live, SCENARIO)
    page = admin.open_editor(author, SCENARIO)
    leads = next(item for item in page.get_by_label("Leads to").all() if item.input_value() == "touch")
    leads.fill("nowhere-at-all")
    admin.publish(author)
    said = page.locator(".messages").inner_text()
    assert "The page could not be saved due to validation errors." in said
    assert "list leads to nowhere-at-all, which is not a node." in said
    assert leads.input_value() == "nowhere-at-all", "the form keeps what was written"
    assert (read(site, versions), read(site, live, SCENARIO)) == before
