"""The whole way of a company: from the first administrator, and nothing else, to the first step of a new hire."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from . import company, steps
from .rows import read
from .site import EmptySite, Person, Site

pytestmark = pytest.mark.browser

ZONE = ZoneInfo("Europe/Copenhagen")
JOINER, JOINED = "p135", "Jürgen Quist"
"""The first of the file who has their first day today; belongs to the ports."""
COACH = "Søren Møller"
LOADED_WITHIN = 240
DONE = """
SELECT email FROM lms_stepcompletion
JOIN lms_enrolment ON lms_enrolment.id = enrolment_id JOIN lms_user ON lms_user.id = person_id
"""


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Site]:
    """It is ten in the morning there, so that today is the same day for everybody until the end."""
    site = EmptySite(tmp_path, {"gil.giver": "Gil Giver"})
    site.later(hours=(34 - time.gmtime().tm_hour) % 24)
    try:
        site.start()
        yield site
    finally:
        site.stop()


def said(who: Person, *sentences: str) -> None:
    """The page says all of this."""
    text = " ".join(who.page.inner_text("main").split())
    assert [words for words in sentences if words not in text] == [], text


def bring_in_everybody(admin: Person) -> None:
    """A list of HR in the letters of Windows, with what such lists have; each is put right where the page says so."""
    page, rows = admin.page, company.staff(admin.now().astimezone(ZONE).date())
    company.bring_in(admin, company.as_file(company.with_slips(rows)))
    said(admin, "41 rows", "7 of 9 are used")

    page.get_by_text("What each column is").click()
    page.get_by_label("Dabei seit").select_option(label="First day")
    company.read_again(admin)
    said(admin, "Say whether days are written with the day first or with the month first.")
    page.get_by_label("Days with strokes are written").select_option(label="day first: 31/12/2026")
    page.get_by_label("Keep these choices as").fill("Personal")
    company.read_again(admin)
    said(
        admin,
        "3 rows cannot be read",
        "Rows 6 and 42 have the same employee number. A number belongs to one person.",
        "The manager “ida.roth@aldermoor.old” is nobody here. Did you mean Ida Roth, ida.roth@aldermoor.example?",
        COACH,
        "3 April 2019",
    )
    with page.expect_download() as download:
        page.get_by_role("link", name="These rows as a file").click()
    assert len(Path(download.value.path()).read_text("utf-8-sig").splitlines()) == 1 + 3

    company.bring_in(admin, company.as_file(rows))
    said(admin, "Every row can be read", "40 rows", "8 of 9 are used")
    company.write_it(admin, "At once")


def test_from_the_first_administrator_to_the_first_step(started: Site, browser: Any) -> None:
    site = started
    admin = Person(browser, site, "gil.giver").sign_in()
    said(admin, "Six steps to the first learner", "Next: Organisation.")
    company.describe_organisation(admin, "Aldermoor")
    for team, manager in company.TEAMS.items():
        company.make_team(admin, team)
        company.invite(admin, manager, team)
        company.name_manager(admin, team, manager)
    company.invite(admin, "Lidia Dorn", "Ports")
    company.give_duty(admin, "Lidia Dorn", "Learning administrator")
    bring_in_everybody(admin)
    company.press_starter(admin)
    company.wait_for_starter(admin, LOADED_WITHIN)
    said(admin, "4 of 6 steps are done", "44 people have an account.")

    ld = company.come_in(browser, site, "lidia.dorn")
    steps.make_coach(ld, COACH, 5)
    steps.give_grant(ld, COACH, "intimacy-model", "trust-repair")
    company.look_at_rule(ld, "Ports", "First ninety days")
    said(ld, "3 people are enrolled as soon as the rule is on:", JOINED)
    company.switch_on(ld)
    ld.go("/setup/")
    said(ld, "Nothing is left to set up")

    manager = company.come_in(browser, site, "mats.nager")
    company.accept_coach(manager, JOINED)
    joiner = company.come_in(browser, site, JOINER)
    assert "Three ways to win" in joiner.text("next-step")
    said(joiner, "Day 1", COACH)
    steps.read_course(joiner, "Three ways to win", 3)
    joiner.go("/today/")
    assert "Three ways to win" not in joiner.text("next-step")

    assert read(site, DONE) == [(f"{JOINER}@aldermoor.example",)]
    invited = [str(mail["To"]) for mail in site.mail() if "Your way into Vouch" in str(mail["Subject"])]
    assert len(invited) == len(set(invited)) == 3 + 40
    assert site.said == []
