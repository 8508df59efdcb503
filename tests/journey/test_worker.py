"""A real worker sends a real mail, on the broker that comes with us and on Redis."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .site import PASSPHRASE, Person, Site

BROKERS = [
    pytest.param("embedded", marks=pytest.mark.browser),
    pytest.param("redis", marks=[pytest.mark.browser, pytest.mark.redis]),
]
EMAIL = "uma.quade@aldermoor.example"


@pytest.fixture(params=BROKERS)
def working(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A site on which nothing runs by the clock."""
    env = {"DJANGO_SETTINGS_MODULE": "tests.journey.without_schedule"}
    if request.param == "redis":
        env["CELERY_BROKER_URL"] = os.environ["TEST_REDIS_URL"]
    site = Site(tmp_path, {"ld": "Lidia Dorn"}, **env)
    site.start()
    yield site
    site.stop()


def test_an_invitation_reaches_the_mailbox(working: Site, browser: Any) -> None:
    """Woken by the act itself: there is no sweep that would find the mail, too."""
    ld = Person(browser, working, "ld").sign_in()
    ld.go("/people/invite/")
    ld.page.fill("input[name=full_name]", "Uma Quade")
    ld.page.fill("input[name=email]", EMAIL)
    ld.page.get_by_role("button", name="Send the invitation").click()
    ld.page.get_by_text("Uma Quade is invited.").wait_for()
    mail = working.wait_for_mail(EMAIL, "Your way into Vouch")
    link = next(word for word in mail.get_content().split() if word.startswith(working.url))
    context = browser.new_context()
    guest = context.new_page()
    guest.goto(link)
    guest.fill("input[name=password1]", PASSPHRASE)
    guest.fill("input[name=password2]", PASSPHRASE)
    guest.locator("form:has(input[name=password1]) button").first.click()
    guest.wait_for_load_state()
    guest.goto(f"{working.url}/accounts/login/")
    if "/login" in guest.url:
        guest.fill("input[name=login]", EMAIL)
        guest.fill("input[name=password]", PASSPHRASE)
        guest.locator("form:has(input[name=password]) button[type=submit]:not([form])").click()
        guest.wait_for_load_state()
    guest.goto(f"{working.url}/today/")
    assert "Uma" in guest.locator("details.menu summary").inner_text()
    context.close()
    ld.leave()
