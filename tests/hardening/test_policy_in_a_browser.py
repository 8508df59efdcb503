"""A browser that works a day with Vouch complains about nothing: 0 violations of the policy, 0 errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from lms.api import LEARNING_ADMINISTRATORS, User
from tests.factories import basics, cms, learners, paths, people, practice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LISTEN = """document.addEventListener("securitypolicyviolation", (event) =>
    console.error("REFUSED " + event.violatedDirective + " " + event.blockedURI + " " + event.sample));"""


class Tab:
    """Somebody's browser, signed in, that writes down what it complains about."""

    def __init__(self, page: Any, url: str, who: User) -> None:
        client = Client()
        client.force_login(who)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": url}
        page.context.add_cookies([cookie])
        page.set_default_timeout(10_000)
        page.add_init_script(LISTEN)
        self.page, self.url = page, url
        self.said: list[str] = []
        page.on("console", lambda line: self._note(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self._note(str(error)))

    def _note(self, text: str) -> None:
        if "status of 403" in text:
            return  # a link to what is seen and not theirs to do
        self.said.append(f"{self.page.url}: {text}")

    def look(self, *addresses: str) -> None:
        """Open each, and everything on it that opens; every page runs its script."""
        for address in addresses:
            answer = self.page.goto(f"{self.url}{address}")
            assert answer.status == 200, (address, answer.status)
            self.settle(address)
            for fold in self.page.locator("main details:not([open]) > summary").all():
                if fold.is_visible():
                    fold.click()

    def settle(self, address: str) -> None:
        """Until the page has said what it has to say; the admin goes on asking after it is there, our pages do not."""
        if address.startswith("/cms/"):
            self.page.wait_for_load_state("networkidle")
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


@pytest.fixture
def of(live_server: Any) -> learners.LearnerOnPath:
    return learners.learner_on_path()


@pytest.fixture
def open_tab(browser: Any, live_server: Any) -> Iterator[Any]:
    opened: list[Tab] = []

    def tab(who: User) -> Tab:
        opened.append(Tab(browser.new_context().new_page(), live_server.url, who))
        return opened[-1]

    yield tab
    for each in opened:
        each.page.context.close()


def links(tab: Tab, start: str) -> list[str]:
    """Addresses of ours that a page leads to."""
    tab.look(start)
    found = tab.page.eval_on_selector_all("main a[href^='/']", "all => all.map(one => one.getAttribute('href'))")
    return sorted({address for address in found if not address.endswith((".csv", ".xlsx"))})


def test_the_browser_reports_no_violation_on_a_learners_pages(of: learners.LearnerOnPath, open_tab: Any) -> None:
    tab = open_tab(of.learner)
    pages = ["/", "/today/", "/path/", "/skills/", "/practice/", "/requests/", "/exchange/", "/recall/", "/my-people/"]
    tab.look(*pages, "/notices/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/password/change/")
    for address in [*links(tab, "/skills/"), *links(tab, "/requests/"), *links(tab, "/exchange/")]:
        tab.page.goto(f"{tab.url}{address}")
    assert tab.said == []


def test_a_learner_answers_and_practises(of: learners.LearnerOnPath, open_tab: Any) -> None:
    practice.scenario()
    version = paths.path(paths.step("practice", "play", content="quay", skills=("listening", "repair")))
    paths.enrolment(of.learner, version, started_on=learners.days_ago(3))
    tab = open_tab(of.learner)
    page = tab.page
    tab.look("/recall/")
    page.locator("input[name=option]").first.check()
    page.locator("main button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")
    tab.look(f"/practice/{basics.uid('quay')}/")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/practice/attempt/**")
    for here, then in (("first", "second"), ("second", "third")):
        for name in {item.get_attribute("name") for item in page.locator("main form input[type=radio]").all()}:
            page.locator(f"main form input[name='{name}']").first.check()
        page.get_by_label(f"Text of {here}-best.").check()
        page.locator("main form button[type=submit]").first.click()
        page.get_by_text(f"Words at {then}.").wait_for()
        page.wait_for_load_state("networkidle")
    assert tab.said == []


def test_the_browser_reports_no_violation_on_a_coachs_pages(of: learners.LearnerOnPath, open_tab: Any) -> None:
    tab = open_tab(of.coach)
    tab.look(
        "/", "/coach/", "/observe/", "/my-people/", "/exchange/", "/notices/", f"/coach/people/{of.enrolment.uid}/"
    )
    for address in links(tab, "/coach/"):
        tab.page.goto(f"{tab.url}{address}")
    assert tab.said == []


def test_the_browser_reports_no_violation_for_manager_and_learning(of: learners.LearnerOnPath, open_tab: Any) -> None:
    tab = open_tab(of.manager)
    tab.look("/", "/team/", "/team/enrol/", f"/people/{of.learner.uid}/", "/my-people/", "/notices/")
    for address in links(tab, "/team/"):
        tab.page.goto(f"{tab.url}{address}")
    assert tab.said == []
    tab = open_tab(people.in_group(LEARNING_ADMINISTRATORS))
    tab.look("/people/", "/people/invite/", "/people/coach-profile/", "/people/grants/", "/notices/")
    assert tab.said == []


def test_an_author_in_the_admin(live_server: Any, open_tab: Any) -> None:
    small = cms.one_of_each()
    tab = open_tab(people.administrator(people.person("Ada Quist")))
    page = tab.page
    tab.look("/cms/", "/cms/pages/", "/cms/images/", "/cms/documents/", "/cms/users/", "/cms/reports/site-history/")
    for item in (small.lesson, small.scenario, small.standard, small.path):
        tab.look(f"/cms/pages/{item.pk}/edit/")
    tab.look(f"/cms/pages/{small.lesson.pk}/edit/")
    page.locator("[data-side-panel-toggle=preview], button[aria-label*=review i]").first.click()
    frame = page.frame_locator("#w-preview-iframe").locator("main")
    frame.wait_for(state="attached")
    assert "A first text." in frame.inner_text()
    page.wait_for_load_state("networkidle")
    assert tab.said == []


def test_the_listener_hears_a_violation(of: learners.LearnerOnPath, open_tab: Any) -> None:
    """Without this the tests above would prove nothing."""
    tab = open_tab(of.learner)
    tab.look("/my-people/")
    tab.page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
    tab.page.evaluate("document.querySelector('main').setAttribute('style', 'color: red')")
    tab.page.evaluate("new Image().src = 'https://elsewhere.example/x.png'")
    tab.page.evaluate("const link = document.createElement('base'); link.href = '/x/'; document.head.append(link)")
    tab.page.wait_for_timeout(300)
    heard = " ".join(tab.said)
    assert all(f"REFUSED {name}" in heard for name in ("style-src-attr", "img-src", "base-uri")), heard
