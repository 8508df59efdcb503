"""The whole job once, end to end, as five people do it: pages and the clock, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from . import steps
from .site import Person, Site

pytestmark = pytest.mark.browser


PEOPLE = {
    "ld": "Lidia Dorn",
    "manager": "Mats Nager",
    "coach": "Cora Hasek",
    "observer": "Otto Berg",
    "learner": "Lea Rinne",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("journey"), PEOPLE)
    site.start()
    yield site
    site.stop()


SKILL = "intimacy-model"
DEMONSTRATION = "Explain the model"
WEIGHT = 11
"""Of all requirements of an account consultant; the intimacy model weighs 1 of them."""


def figures(who: Person, of: str) -> tuple[str, str, str]:
    """Progress, coverage and ready on the page that learner and manager share."""
    who.go(of)
    return who.text("progress"), who.text("coverage"), who.text("ready")


def test_from_the_first_day_to_vouched_for(site: Site, browser: Any) -> None:
    ld, manager, coach, observer, learner = (Person(browser, site, name).sign_in() for name in PEOPLE)
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
    expect(100 + 60, 1, "Vouched")
    learner.go("/skills/")
    assert "May act with a coach on call" in learner.text(f"skill-{SKILL}")
    site.wait_for_mail("learner@", "decided")

    assert "0 findings" in site.manage("verify_signoffs").stdout
    assert "0 missing, 0 too many" in site.manage("rebuild_gates", "--check").stdout
