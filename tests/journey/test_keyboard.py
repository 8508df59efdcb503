"""The main job without a mouse: a learner learns, practises and asks to be seen; their coach decides and signs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from lms import clock
from tests.access.world import World, build
from tests.factories import basics

from .keys import Keys

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHY = "She asked, waited, and played it back in their words."


@pytest.fixture
def world(live_server: Any) -> World:
    """A learner and a coach in the middle of things."""
    made = build(clock.now())
    Authenticator.objects.filter(user=made.people["NH"]).delete()  # nobody here has a device for it
    return made


@pytest.fixture
def keys(live_server: Any, page: Any) -> Keys:
    return Keys(page, live_server.url)


def test_a_learner_does_everything_with_the_keyboard(world: World, keys: Keys) -> None:
    page = keys.page
    keys.open("/")
    keys.sign_in(world.people["NH"].email, basics.PASSPHRASE)
    assert re.fullmatch(r".*/today/", page.url)

    # Past the head of the page in two keys.
    keys.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    keys.press("Enter")
    keys.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")

    keys.go_to(".next a")
    keys.go_to(".places a", "My path", back=True)
    keys.follow(".places a", "My path")
    keys.follow("li.step a", "Hear")
    assert keys.heading() == "Hear-1"
    keys.follow("main button", "I have read this")
    assert keys.heading() == "Hear-2"
    keys.choose("option", "Because")
    keys.follow(".recall button", "Answer")
    assert "Yes." in page.inner_text(".recall")
    keys.follow("main button", "I have read this, and with it the whole course")

    keys.follow(".places a", "My path")
    keys.follow("li.step a", "Practise")
    keys.follow("main button", "Begin")
    keys.choose("choice", "first-best")
    keys.choose("confidence", "I think so")
    keys.follow("main button", "Say it")
    assert "Reason of first-best." in page.inner_text("main")

    keys.follow(".places a", "My path")
    keys.follow("li.step a", "Visits")
    keys.follow("main a", "Ask")
    assert keys.heading() == "Ask to be seen: Lead a visits"
    keys.choose("observer_uid", "Olaf Beck")
    keys.choose("context")
    keys.write("input[name=planned_on]", f"{clock.now():%d%m%Y}")
    keys.tick("input[name=own_work]")
    keys.follow("main button", "Ask to be seen")
    assert "/requests/" in page.url
    assert "Olaf Beck" in page.inner_text("main")
    assert keys.said == []


def test_a_coach_decides_with_the_keyboard(world: World, keys: Keys) -> None:
    page = keys.page
    keys.open("/")
    keys.sign_in(world.people["CO"].email, basics.PASSPHRASE)
    keys.follow(".places a", "Queue")
    keys.follow(".qrow button", "Decide")
    assert keys.heading() == "Is it still you?"
    keys.write("input[name=password]", basics.PASSPHRASE)
    keys.follow("main button", "Yes, go on")
    assert keys.heading() == "Nora Hall"

    # What is missing is said where the focus then is, and a link leads to it.
    keys.choose("stories-verdict", "Entrust")
    keys.follow("main button", "Sign the decision")
    assert page.evaluate("document.activeElement.dataset.testid") == "error-summary"
    keys.go_to("[data-testid=error-summary] a")
    keys.press("Enter")
    assert page.evaluate("document.activeElement.name") == "why"
    page.keyboard.type(WHY)
    keys.choose("stories-level", "with a coach on call")
    keys.follow("main button", "Sign the decision")
    assert WHY in page.inner_text("main") or "/coach/" in page.url, page.inner_text("main")
    assert keys.said == []
