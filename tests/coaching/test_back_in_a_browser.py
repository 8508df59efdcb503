"""Going back in the browser and sending again: still one question, still one answer."""

from __future__ import annotations

from typing import Any

import pytest

from coaching.api import Post, Thread
from tests.factories import basics, coaching, paths, people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "They open the door themselves now; last year somebody had to be sent for."


@pytest.fixture
def tab(page: Any, live_server: Any) -> Any:
    """Somebody signed in."""
    page.set_default_timeout(30_000)
    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("input[name=login]", people.person("Nils Holt").email)
    page.fill("input[name=password]", basics.PASSPHRASE)
    page.click("form:has(input[name=password]) button:has-text('Sign in')")
    page.wait_for_url(lambda url: "login" not in url)
    return page


def send_twice(tab: Any, button: str) -> tuple[str, str]:
    """Send the form, go back, send it again; where one was led each time."""
    found = []
    for _again in range(2):
        with tab.expect_navigation():
            tab.get_by_role("button", name=button, exact=True).click()
        found.append(tab.url)
        if len(found) == 1:
            with tab.expect_navigation():
                tab.go_back()
            assert tab.input_value("textarea[name=body]") == WORDS, "the browser kept the words"
    return found[0], found[1]


def test_a_question_sent_again_after_going_back_is_asked_once(tab: Any, live_server: Any) -> None:
    paths.skill("trust")
    tab.goto(f"{live_server.url}/exchange/ask/")
    tab.select_option("select[name=skill]", "trust")
    tab.fill("input[name=title]", "How do I start?")
    tab.fill("textarea[name=body]", WORDS)
    first, second = send_twice(tab, "Ask it")
    assert first == second
    assert "it was not asked twice" in tab.inner_text("main")
    assert (Thread.objects.count(), Post.objects.count()) == (1, 1)


def test_an_answer_sent_again_after_going_back_is_posted_once(tab: Any, live_server: Any) -> None:
    thread = coaching.question("trust", people.person())
    before = Post.objects.count()
    tab.goto(f"{live_server.url}/exchange/{thread.uid}/")
    tab.fill("textarea[name=body]", WORDS)
    tab.get_by_label("Answer", exact=True).check()
    send_twice(tab, "Post it")
    assert "in the thread, once" in tab.inner_text("main")
    assert Post.objects.count() == before + 1
