"""What people do on the pages, in their own words. No step looks into the database."""

from __future__ import annotations

import re
from datetime import timedelta
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
    ld.page.get_by_text(f"{name} coaches, with").wait_for()


def give_grant(ld: Person, name: str, *skills: str) -> None:
    """L&D gives observer grants with a reason, having read what will happen."""
    ld.go("/people/grants/give/")
    form = ld.page.locator("form:has(button[value=ask])")
    choose(form, "person", name)
    for skill in skills:
        form.locator(f"input[name=skills][value={skill}]").check()
    form.locator("input[name=reason], textarea[name=reason]").fill("Has done this with customers for years.")
    form.locator("button[value=ask]").click()
    ld.page.locator("button[value=give]").click()
    ld.page.get_by_text(f"{name} may observe").wait_for()


def enrol(manager: Person, name: str, path: str, coach: str) -> None:
    """The manager enrols somebody on one screen."""
    manager.go("/team/enrol/")
    form = manager.page.locator("form:has(input[name=started_on])")
    choose(form, "person", name)
    for field, words in (("path", path), ("coach", coach)):
        form.locator(f"label:has(input[name={field}])").filter(has_text=words).locator("input").check()
    form.locator("button.btn--you").click()
    manager.page.get_by_text(f"{name} is on the path").wait_for()


def open_step(learner: Person, title: str) -> None:
    """From the path, begin the step with this title."""
    learner.go("/path/")
    learner.page.locator("li.step").filter(has_text=title).first.get_by_role("link").first.click()
    learner.page.wait_for_load_state()


def read_course(learner: Person, title: str, lessons: int) -> None:
    """Read all lessons of a course, answering each recall question right."""
    open_step(learner, title)
    for _number in range(lessons):
        answer_recalls(learner)
        learner.page.locator("form:has(button:has-text('I have read')) button").click()
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
    play_on(learner, best)


def play_on(learner: Person, best: dict[str, str]) -> None:
    """From wherever the attempt stands to its end."""
    page = learner.page
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


def meet(learner: Person, coach: Person, title: str) -> None:
    """The learner plans a session for tomorrow; the coach holds it and writes notes."""
    open_step(learner, title)
    tomorrow = learner.now() + timedelta(days=1)
    learner.page.fill("input[name=planned_at]", tomorrow.strftime("%Y-%m-%dT10:00"))
    learner.page.fill("input[name=place]", "By the window")
    learner.page.get_by_role("button", name="Plan it").click()
    learner.page.wait_for_url(re.compile(r"/sessions/[0-9a-f-]{36}/"))
    address = learner.page.url
    learner.site.later(days=2)
    coach.page.goto(address)
    coach.page.fill("textarea[name=shared_notes] >> visible=true", "Agreed: one question a day, and wait.")
    coach.page.locator("form:has(button[value=hold]) textarea[name=private_notes]").fill("Talks fast when unsure.")
    coach.page.locator("button[value=hold]").click()
    coach.page.get_by_text("Talks fast when unsure.").first.wait_for()


def discuss(learner: Person, coach: Person, title: str, words: str) -> None:
    """The learner brings an example to the discussion of a step, and the coach accepts it."""
    open_step(learner, title)
    learner.page.locator("input[name=kind][value=example]").check()
    learner.page.fill("textarea[name=body]", words)
    learner.page.get_by_role("button", name="Post it").click()
    learner.page.get_by_text(words).first.wait_for()
    coach.page.goto(learner.page.url)
    coach.page.get_by_role("button", name=re.compile("Accept this example")).click()
    coach.page.wait_for_load_state()


def promise(learner: Person, coach: Person, title: str) -> None:
    """The learner promises and reports; the coach finds it in the queue and confirms every skill."""
    open_step(learner, title)
    page = learner.page
    if page.locator("select[name=customer]").count():
        choose_any(page, "customer")
    assert title in page.input_value("[name=what]"), "the promise begins with what the path says"
    page.fill("input[name=by_on]", (learner.now() + timedelta(days=5)).date().isoformat())
    page.get_by_role("button", name="Promise it").click()
    page.wait_for_url(re.compile(r"/commitments/[0-9a-f-]{36}/"))
    page.fill("textarea[name=report]", "Two signs found: the price list and the meeting rule. Shown in two minutes.")
    page.get_by_role("button", name="Tell my coach").click()
    page.wait_for_load_state()
    coach.go("/coach/")
    coach.page.get_by_test_id("queue-row").filter(has_text="Lea Rinne").locator(
        "a[href*='/commitments/']"
    ).first.click()
    for box in coach.page.locator("input[name=skills]").all():
        box.check()
    coach.page.locator("button[value=confirm]").click()
    coach.page.wait_for_load_state()


def choose_any(page: Any, field: str) -> None:
    """Pick the first real option of a select."""
    value = page.locator(f"select[name={field}] option:not([value=''])").first.get_attribute("value")
    page.locator(f"select[name={field}]").select_option(value=value)


def ask_to_be_seen(learner: Person, title: str, observer: str) -> None:
    """The learner asks somebody to watch the demonstration, today."""
    open_step(learner, title)
    if "/requests/new/" not in learner.page.url:
        learner.page.locator("a[href*='/requests/new/']").first.click()
    page = learner.page
    page.locator("label:has(input[name=observer_uid])").filter(has_text=observer).locator("input").check()
    page.locator("input[name=context]").first.check()
    page.fill("input[name=planned_on]", learner.now().date().isoformat())
    page.check("input[name=own_work]")
    page.get_by_role("button", name="Ask to be seen").click()
    page.wait_for_url(re.compile(r"/requests/[0-9a-f-]{36}/"))


def attach(learner: Person, words: str) -> None:
    """On the page of a case: a piece of evidence in words."""
    page = learner.page
    page.locator("summary", has_text="Add a piece").click()
    form = page.locator("form[enctype]")
    form.locator("textarea[name=text]").fill(words)
    form.get_by_role("button", name="Add it").click()
    page.get_by_test_id("evidence-row").filter(has_text=words[:30]).wait_for()


def attach_file(learner: Person, name: str, content: bytes) -> None:
    """On the page of a case: a piece of evidence as a file."""
    page = learner.page
    page.locator("summary", has_text="Add a piece").click()
    form = page.locator("form[enctype]")
    form.locator("input[type=file]").set_input_files({"name": name, "mimeType": "", "buffer": content})
    form.get_by_role("button", name="Add it").click()
    page.get_by_test_id("evidence-row").filter(has_text=name).wait_for()


def observe(observer: Person, words: str, supervision: int) -> None:
    """The first request that waits: what I saw, then signs and how much supervision was needed."""
    observer.go("/observe/")
    page = observer.page
    page.locator("a[href^='/observe/'][href$='/']:not([href$='new/'])").locator("visible=true").last.click()
    page.wait_for_url(re.compile(r"/observe/[0-9a-f-]{36}/"))
    _write_and_rate(page, words, supervision)


def just_saw(observer: Person, name: str, standard: str, words: str, supervision: int) -> None:
    """Nobody asked: whom, what, and then the same two pages."""
    observer.go("/observe/new/")
    observer.page.get_by_role("link", name=name).click()
    observer.page.get_by_role("link", name=standard).click()
    _write_and_rate(observer.page, words, supervision)


def _write_and_rate(page: Any, words: str, supervision: int) -> None:
    assert page.locator("input[name^=supervision]").count() == 0, "a rating is offered before the words stand"
    page.fill("textarea[name=what_i_saw]", words)
    page.get_by_role("button", name="That is what I saw").click()
    page.wait_for_load_state()
    page.locator("input[name=context]").first.check()
    for group in page.locator("fieldset.ind").all():
        group.locator("input[value=seen]").check()
    for rating in page.locator(f"input[name^=supervision][value='{supervision}']").all():
        rating.check()
    page.get_by_role("button", name="Send what I saw").click()
    page.wait_for_load_state()


def open_decision(coach: Person, of: str = "Lea Rinne") -> None:
    """From the queue to the form, by way of the case while its rule is not met; the passphrase when asked. What others
    saw is opened, where it is closed.
    """
    coach.go("/coach/")
    page = coach.page
    row = page.get_by_test_id("queue-row").filter(has_text=of).first
    if not row.get_by_role("button", name="Decide").count():
        row.get_by_role("link", name="Open").click()
        page.wait_for_url(re.compile(r"/requests/"))
    page.get_by_role("button", name="Decide").first.click()
    page.wait_for_load_state()
    coach.confirm_passphrase()
    page.locator("textarea[name=why]").wait_for()
    closed = page.get_by_role("button", name="Read them; I will not observe in this round")
    if closed.count():
        closed.click()
        page.get_by_text("closed to you").wait_for(state="detached")


def not_yet(coach: Person, skill: str, why: str, next_step: str) -> None:
    """Decide: not yet, with a next step and a date."""
    open_decision(coach)
    page = coach.page
    page.fill("textarea[name=why]", why)
    write_not_yet(coach, skill, next_step)
    page.get_by_role("button", name=re.compile("^Sign")).click()
    page.wait_for_load_state()
    coach.confirm_passphrase()


def write_not_yet(coach: Person, skill: str, next_step: str) -> None:
    """On the form: not yet for this skill, to be seen again in a week."""
    coach.page.check(f"input[name={skill}-verdict][value=not_yet]")
    coach.page.fill(f"textarea[name={skill}-next_step]", next_step)
    coach.page.fill(f"input[name={skill}-retry_on]", (coach.now() + timedelta(days=7)).date().isoformat())


def hand_over(manager: Person, address: str, to: str) -> None:
    """The manager gives a learner another coach."""
    page = manager.page
    page.goto(address)
    form = page.locator("form:has(input[name=coach])")
    form.locator("label:has(input[name=coach])").filter(has_text=to).locator("input").check()
    form.locator("textarea[name=reason], input[name=reason]").fill("They work in the same building from Monday.")
    form.locator("button").last.click()
    page.get_by_text("has a new coach").wait_for()


def entrust(coach: Person, skill: str, why: str, level: int) -> None:
    """Decide: entrust at a level."""
    open_decision(coach)
    page = coach.page
    page.fill("textarea[name=why]", why)
    page.check(f"input[name={skill}-verdict][value=entrust]")
    page.check(f"input[name={skill}-level][value='{level}']")
    page.get_by_role("button", name=re.compile("^Sign")).click()
    page.wait_for_load_state()
    coach.confirm_passphrase()
