"""A remark of the checks takes an author to its block in the editor."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from lms.api import LEARNING_ADMINISTRATORS
from tests.factories import cms, people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_remark_leads_to_the_block_that_it_is_about(page: Any, live_server: Any) -> None:
    small = cms.one_of_each()
    who = people.in_group(LEARNING_ADMINISTRATORS)
    begin, show = small.milestones()
    show["value"]["steps"][0]["value"]["due_day"] = 999
    small.path.milestones = [begin, show]
    small.path.save_revision(clean=False)
    client = Client()
    client.force_login(who)
    page.context.add_cookies(
        [{"name": name, "value": found.value, "url": live_server.url} for name, found in client.cookies.items()]
    )
    page.goto(f"{live_server.url}/cms/pages/{small.path.pk}/edit/")
    remark = page.locator("li", has_text="visit: it is due on day 999")
    remark.get_by_role("link", name="Milestones").click()
    step = f"[data-contentpath='{show['id']}'] [data-contentpath='{show['value']['steps'][0]['id']}']"
    page.locator(f"{step} :focus").wait_for(state="attached")
    assert page.locator(":focus").evaluate("(input) => input.checkVisibility()")
