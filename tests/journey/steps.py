"""What people do on the pages, in their own words. No step looks into the database."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from .site import ROOT, Person

CURRICULUM = ROOT / "curriculum"


def best_choices(scenario: str) -> dict[str, str]:
    """The author's best words of a scenario, by what is said before them: what somebody who has learned would say."""
    data = yaml.safe_load((CURRICULUM / "3-scenarios.yaml").read_text())
    found = next(item for item in data["scenarios"] if item["slug"] == scenario)
    return {node["says"]: node["choices"][0]["text"] for node in found["nodes"] if "choices" in node}


def choose(form: Any, field: str, words: str) -> None:
    """Pick the option of a select whose text holds these words."""
    option = form.locator(f"select[name={field}] option").filter(has_text=words).first
    form.locator(f"select[name={field}]").select_option(value=option.get_attribute("value"))


def make_coach(ld: Person, name: str, capacity: int) -> None:
    """L&D makes a coach profile."""
    ld.go("/people/coach-profile/")
    form = ld.page.locator("form:has(button[value=make])")
    choose(form, "person", name)
    form.locator("input[name=capacity]").fill(str(capacity))
    form.locator("button[value=make]").click()
    ld.page.get_by_text(f"Done: {name}").wait_for()


def give_grant(ld: Person, name: str, *skills: str) -> None:
    """L&D gives observer grants with a reason."""
    ld.go("/people/grants/")
    form = ld.page.locator("form:has(button[value=give])")
    choose(form, "person", name)
    for skill in skills:
        form.locator(f"input[name=skills][value={skill}]").check()
    form.locator("input[name=reason], textarea[name=reason]").fill("Has done this with customers for years.")
    form.locator("button[value=give]").click()
    ld.page.get_by_text("Granted.").wait_for()


def enrol(manager: Person, name: str, path: str, coach: str) -> None:
    """The manager enrols somebody on one screen."""
    manager.go("/team/enrol/")
    form = manager.page.locator("form:has(input[name=started_on])")
    choose(form, "person", name)
    for field, words in (("path", path), ("coach", coach)):
        form.locator(f"label:has(input[name={field}])").filter(has_text=words).locator("input").check()
    form.locator("button.btn--you").click()
    manager.page.get_by_text(f"{name} is on the path").wait_for()


def read_course(learner: Person, first: str, lessons: int) -> None:
    """Read the lessons of a course, from the one with this title, answering each recall question right."""
    learner.go("/path/")
    learner.page.get_by_role("link", name=first).first.click()
    for _number in range(lessons):
        answer_recalls(learner)
        learner.page.locator("form:has-text('I have read') button").click()
        learner.page.wait_for_load_state()


def answer_recalls(learner: Person) -> None:
    """Answer every question on the page, with what the curriculum says is right."""
    while learner.page.locator(".recall form").count():
        form = learner.page.locator(".recall form").first
        question = form.locator("legend").inner_text()
        form.get_by_label(right_answers()[question], exact=True).check()
        form.locator("button").click()
        learner.page.locator(".recall").filter(has_text=question).get_by_text("Yes.").wait_for()


def right_answers() -> dict[str, str]:
    """Question to right answer, over all lessons and courses."""
    found: dict[str, str] = {}
    for file in [*Path(CURRICULUM / "lessons").glob("*.yaml"), CURRICULUM / "2-learning.yaml"]:
        _collect(yaml.safe_load(file.read_text()), found)
    return found


def _collect(node: Any, found: dict[str, str]) -> None:
    if isinstance(node, dict):
        if "q" in node and "a" in node:
            found[node["q"]] = node["a"]
        for value in node.values():
            _collect(value, found)
    elif isinstance(node, list):
        for value in node:
            _collect(value, found)


def practise(learner: Person, title: str, best: dict[str, str]) -> None:
    """Play a scenario to its end with the best words."""
    page = learner.page
    learner.go("/practice/")
    page.get_by_role("link", name=title).first.click()
    page.get_by_role("button", name=re.compile("Begin|Play")).first.click()
    for _turn in range(30):
        page.wait_for_load_state()
        if page.locator("input[name=choice]").count():
            words = next(text for says, text in best.items() if _said(page, says))
            page.locator("label.choice").filter(has_text=words).locator("input").check()
            if page.locator("input[name=confidence]").count():
                page.locator("input[name=confidence][value=think]").check()
            page.get_by_role("button", name="Say it").click()
        elif page.locator("textarea[name=text]").count():
            page.fill("textarea[name=text]", "Thank you for the hour. I bring one page by Friday, and you decide.")
            page.get_by_role("button", name="Hand it in").click()
        elif page.locator("input[name=turn][value=mark]").count():
            page.locator("input[name=ticks]").first.check()
            page.get_by_role("button", name="Go on").click()
        else:
            return
    raise AssertionError("The scenario did not come to an end.")


def _said(page: Any, says: str) -> bool:
    now = " ".join(page.locator("section:has(form)").last.inner_text().split())
    return " ".join(re.sub(r"\([^)]*\)", "", says).split())[:60] in now or " ".join(says.split())[:60] in now


def moment(distance: timedelta = timedelta(0)) -> datetime:
    """Now by the wall clock, in UTC, so far on."""
    return datetime.now(UTC) + distance
