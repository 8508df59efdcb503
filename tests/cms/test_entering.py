"""Hole H13: who may not enter the admin gets a page that says so and a way home; nobody is led in circles."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from cms.services.authoring.setup import Frame
from lms.api import AUDITORS, AUTHORS
from tests.access.addresses import addresses
from tests.access.hostile import ask
from tests.factories import coaching, people

pytestmark = pytest.mark.django_db

OUTSIDERS = {
    "a learner": lambda: people.person(),
    "a coach": coaching.coach,
    "an auditor": lambda: people.in_group(AUDITORS),
    "whoever was an author": lambda: was_an_author(),
}


def was_an_author() -> Any:
    who = people.in_group(AUTHORS)
    who.groups.clear()
    return who


def signed_in(who: Any) -> Client:
    client = Client()
    client.force_login(who)
    return client


PLACES = ("/cms/", "/cms/pages/", "/cms/pages/3/edit/", "/cms/users/", "/cms/nothing/here/", "/cms/reports/locked/")


@pytest.mark.parametrize("who", OUTSIDERS)
@pytest.mark.parametrize("place", PLACES)
def test_whoever_may_not_enter_is_told_so(who: str, place: str, frame: Frame) -> None:
    """H13. 403, a sentence, and the way to one's first page."""
    answer = signed_in(OUTSIDERS[who]()).get(place, follow=True)
    assert answer.status_code == 403
    assert answer.redirect_chain == []
    page = answer.content.decode()
    assert "These pages are for people who write courses and look after Vouch." in page
    assert 'href="/"' in page


def test_no_address_below_leads_in_circles() -> None:
    """H13. Every address of the admin that takes no argument, and forms as well: never to the log-in page."""
    client = signed_in(people.person())
    routes = [address.route for address in addresses() if address.route.startswith("cms/") and "<" not in address.route]
    answers = {}
    for route in routes:
        if "(" in route or "log" in route.split("/")[1] or "password_reset" in route:
            continue
        for method in ("GET", "POST"):
            answers[method, route] = ask(
                client, "/" + route.replace("^", "").replace("$", "").replace(".*", "x"), method=method
            )
    led = {name: answer.status_code for name, answer in answers.items() if answer.status_code not in (403, 404)}
    assert {name[1] for name in led} <= {"cms/sprite/", "cms/jsi18n/"}
    assert len(answers) > 150


def test_a_form_for_the_admin_gives_the_words_back() -> None:
    """H13. A duty may end while somebody writes."""
    answer = signed_in(people.person()).post("/cms/pages/3/edit/", {"title": "What we promise our customers"})
    assert answer.status_code == 403
    assert "What we promise our customers" in answer.content.decode()


def test_nobody_signed_in_comes_to_the_door() -> None:
    """H13. As before."""
    for place in PLACES:
        answer = Client().get(place, follow=True)
        assert answer.status_code == 200
        assert unquote(answer.redirect_chain[-1][0]) == f"/accounts/login/?next={place}"


def test_authors_and_administrators_come_in(frame: Frame) -> None:
    """H13. Whoever may enter does."""
    for who in (people.in_group(AUTHORS), people.person(is_superuser=True)):
        assert signed_in(who).get("/cms/").status_code == 200
