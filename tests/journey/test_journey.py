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


def test_from_the_first_day_to_vouched_for(site: Site, browser: Any) -> None:
    ld, manager, coach, observer, learner = (
        Person(browser, site, name).sign_in() for name in PEOPLE
    )
    steps.make_coach(ld, "Cora Hasek", 3)
    for name in ("Cora Hasek", "Otto Berg"):
        steps.give_grant(ld, name, "intimacy-model")
    steps.enrol(manager, "Lea Rinne", "First ninety days", "Cora Hasek")
    steps.read_course(learner, "Three ways to win", 3)
    best = steps.best_choices("twenty-initiatives")
    steps.practise(learner, "Initiative number twenty-one", best)
    site.later(hours=21)
    steps.practise(learner, "Initiative number twenty-one", best)
