"""A real worker sends a real mail, on the broker that comes with us and on Redis."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from .site import Person, Site

BROKERS = [
    pytest.param("", marks=pytest.mark.browser, id="embedded"),
    pytest.param("redis", marks=[pytest.mark.browser, pytest.mark.redis], id="redis"),
]


@pytest.mark.parametrize("broker", BROKERS)
def test_an_invitation_reaches_the_mailbox(broker: str, browser: Any, tmp_path: Path) -> None:
    env = {"CELERY_BROKER_URL": os.environ["TEST_REDIS_URL"]} if broker else {}
    site = Site(tmp_path, {"ld": "Lidia Dorn"}, **env)
    site.start()
    try:
        ld = Person(browser, site, "ld").sign_in()
        ld.go("/people/invite/")
        ld.page.fill("input[name=full_name]", "Nils Holt")
        ld.page.fill("input[name=email]", "nils@aldermoor.example")
        ld.page.get_by_role("button", name="Send the invitation").click()
        ld.page.get_by_text("Nils Holt is invited.").wait_for()
        mail = site.wait_for_mail("nils@", "Your way into Vouch")
        link = next(word for word in mail.get_content().split() if word.startswith(site.url))
        guest = browser.new_context().new_page()
        guest.goto(link)
        guest.fill("input[name=password1]", "four quite plain words")
        guest.fill("input[name=password2]", "four quite plain words")
        guest.locator("form:has(input[name=password1]) button").first.click()
        guest.wait_for_load_state()
        guest.goto(f"{site.url}/accounts/login/")
        if "/login" in guest.url:
            guest.fill("input[name=login]", "nils@aldermoor.example")
            guest.fill("input[name=password]", "four quite plain words")
            guest.locator("form:has(input[name=password]) button[type=submit]:not([form])").click()
            guest.wait_for_load_state()
        guest.goto(f"{site.url}/today/")
        assert "Nils" in guest.locator("details.menu summary").inner_text()
        ld.leave()
    finally:
        site.stop()
