"""The whole job once, end to end, as five people do it: pages and the clock, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import steps
from .site import Person, Site
from .watch import Watch

PEOPLE = {
    "ld": "Lidia Dorn",
    "manager": "Mats Nager",
    "coach": "Cora Hasek",
    "observer": "Otto Berg",
    "learner": "Lea Rinne",
}
LATER = {"other": "Nils Holt", "idle": "Ida Roth", "author": "Ada Quist"}
"""They have an account and no part in the job: a learner, a coach of nobody, somebody who writes and publishes."""
SKILL = "intimacy-model"
DEMONSTRATION = "Explain the model"
WEIGHT = 11
"""Of all requirements of an account consultant; the intimacy model weighs 1 of them."""


@dataclass(frozen=True)
class Walked:
    """Who walked, signed in still, and what was seen of it."""

    site: Site
    people: dict[str, Person]
    watch: Watch


def figures(who: Person, of: str) -> tuple[str, str, str]:
    """Progress, coverage and ready on the page that learner and manager share."""
    who.go(of)
    return who.text("progress"), who.text("coverage"), who.text("ready")


def walk(site: Site, browser: Any) -> Walked:
    """From the first day to vouched for; says on the way what manager and learner must read after each act."""
    watch = Watch()
    people = {name: Person(browser, site, name) for name in PEOPLE}
    for person in people.values():
        watch.follow(person)
        person.sign_in()
    ld, manager, coach, observer, learner = people.values()
    steps.make_coach(ld, "Cora Hasek", 3)
    for name in ("Cora Hasek", "Otto Berg"):
        steps.give_grant(ld, name, SKILL, "trust-repair")
    steps.enrol(manager, "Lea Rinne", "First ninety days", "Cora Hasek")
    site.wait_for_mail("learner@", "is your coach now")

    manager.go("/team/")
    row = manager.page.get_by_test_id("team-row").filter(has_text="Lea Rinne")
    invoice = row.locator("a[href*='/people/']").first.get_attribute("href") or ""

    def expect(value: float, covered: int, gate: str) -> None:
        """What the manager and the learner read after an act: the weighted mean over 11, and the gate in words."""
        for who in (manager, learner):
            progress, coverage, ready = figures(who, invoice)
            assert f"{value / WEIGHT:.1f}" in progress, (who.name, progress)
            assert f"{round(100 * covered / WEIGHT)} %" in coverage, (who.name, coverage)
            assert "No" in ready
            assert gate.lower() in who.text(f"gate-{SKILL}").lower(), who.text(f"gate-{SKILL}")

    expect(0, 0, "")
    steps.read_course(learner, "Three ways to win", 3)
    expect(10, 0, "Talk opened")
    steps.meet(learner, coach, "Meet your coach")
    steps.read_course(learner, "Hear before you speak", 4)
    steps.discuss(learner, coach, "Trust repair", "They forgave us because somebody rang every evening at six.")
    learner.go("/path/")
    assert "Show the 4 finished steps" in learner.page.content()

    best = steps.best_choices("twenty-initiatives")
    steps.practise(learner, "Initiative number twenty-one", best)
    expect(10, 0, "Talk opened")
    site.later(hours=21)
    steps.practise(learner, "Initiative number twenty-one", best)
    # The scenario also practises executive dialogue, which is required with weight 1.
    expect(30 + 30, 0, "Try opened")

    steps.promise(learner, coach, "Collect two signs")
    expect(60 + 60, 0, "Promise confirmed")

    steps.ask_to_be_seen(learner, DEMONSTRATION, "Otto Berg")
    steps.attach(learner, "The page that I used, with the two questions that were asked.")
    steps.attach_file(learner, "one-page.pdf", b"%PDF-1.4 the page itself")
    site.wait_for_mail("observer@", DEMONSTRATION)
    site.later(hours=2)
    steps.observe(observer, "Explained it well but answered her own question before the new colleague could speak.", 2)
    steps.not_yet(coach, SKILL, "The explanation holds; the listening does not yet.", "Count to three, then play back.")
    learner.go("/requests/")
    learner.page.get_by_test_id("case-row").first.get_by_role("link").first.click()
    assert "Count to three, then play back." in learner.page.content()
    expect(60 + 60, 0, "Promise confirmed")

    site.later(days=2)
    for name in ("Otto Berg", "Cora Hasek"):
        steps.ask_to_be_seen(learner, DEMONSTRATION, name)
    site.later(hours=2)
    words = "Waited, played it back in the other person's words and was corrected once; nothing of mine was needed."
    for who in (observer, coach):
        steps.observe(who, words, 4)
    steps.entrust(coach, SKILL, "Twice in a row without help, and corrected in the open.", 3)
    expect(100 + 60, 1, "May act with a coach on call")
    return Walked(site, people, watch)
