"""Notices stand on everybody's home page, each person's own and nobody else's, and on a page that keeps them all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cms.services.authoring.setup import set_up_site
from lms import clock
from lms.api import AUTHORS, LEARNING_ADMINISTRATORS, Act, Notice, User
from tests.clients import count_queries, log_in
from tests.factories import basics, coaching, judging, learners, notices, people
from tests.page import Element, main_of

pytestmark = pytest.mark.django_db


def author() -> User:
    set_up_site()
    return people.in_group(AUTHORS)


def manager() -> User:
    who = people.person()
    people.team(people.person(), manager=who)
    return who


def learning_administrator() -> User:
    return people.in_group(LEARNING_ADMINISTRATORS)


HOMES: dict[str, tuple[Callable[[], User], str]] = {
    "learner": (lambda: learners.learner_on_path(1, waits=0).learner, "/today/"),
    "nobody yet": (people.person, "/today/"),
    "coach": (lambda: judging.scene().coach, "/coach/"),
    "coach without learners": (lambda: coaching.coach("First day"), "/coach/"),
    "observer": (lambda: judging.scene().observer, "/coach/"),
    "manager": (lambda: judging.scene().manager, "/team/"),
    "manager of nobody on a path": (manager, "/team/"),
    "learning administrator": (lambda: judging.scene().learning, "/team/"),
    "learning administrator at people": (learning_administrator, "/people/"),
    "author": (author, "/cms/"),
    "administrator": (lambda: people.administrator(), "/cms/"),
}


def tell(who: User, text: str, minutes: int = 0) -> Notice:
    return notices.said(who, text, clock.now() - timedelta(minutes=minutes))


def words(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return str(answer.content.decode())


@pytest.mark.parametrize("role", HOMES)
def test_everybody_sees_their_own_at_home_and_reads_them_there(role: str) -> None:
    find, url = HOMES[role]
    who, other = find(), people.person()
    Notice.objects.all().delete()
    client = log_in(who)
    assert "New for you" not in words(client, url)
    cost = count_queries(client, url)
    tell(other, "Not for you")
    for number in range(7):
        tell(who, f"Told {number}.", minutes=number)
    page = words(client, url)
    assert [f"Told {number}." in page for number in range(7)] == [True] * 5 + [False] * 2
    assert "Not for you" not in page
    assert "and 2 more" in page
    assert reverse("notices") in page
    for number in range(40):
        tell(who, f"Older {number}.", minutes=60)
    assert count_queries(client, url) == cost, "the same for none and for many"
    key, here = basics.key(), f"{url}?page=1"
    assert f'name="next" value="{here}"' in words(client, here)
    for _again in range(2):
        answer = client.post("/notices/read/", {"key": key, "next": here})
        assert (answer.status_code, answer["Location"]) == (302, here)
    assert Act.objects.filter(pk=key).count() == 1
    assert "New for you" not in words(client, url)
    assert list(Notice.objects.filter(read_at=None)) == list(other.notices.all())


@pytest.mark.parametrize(
    ("role", "url"),
    [
        ("coach", "/coach/"),
        ("learning administrator", "/coach/"),
        ("manager", "/team/"),
        ("learning administrator", "/team/"),
    ],
)
def test_pages_with_a_limit_hold_it_with_them(role: str, url: str) -> None:
    who = HOMES[role][0]()
    tell(who, "Told.")
    assert count_queries(log_in(who), url) <= 24


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "evil", ""])
def test_reading_leads_nowhere_but_to_a_page_of_ours(elsewhere: str) -> None:
    who = people.person()
    tell(who, "Told.")
    answer = log_in(who).post("/notices/read/", {"key": basics.key(), "next": elsewhere})
    assert (answer.status_code, answer["Location"]) == (302, "/today/")
    assert not who.notices.filter(read_at=None).exists()


# --- All of them --------------------------------------------------------------------------------------------------


def told(page: Element) -> list[str]:
    """The notices of a page."""
    return [item.text for item in page.get("region", "Newest first").all("listitem")]


def test_the_page_keeps_all_of_them_fifty_at_a_time() -> None:
    who, other = people.person(), people.person()
    tell(other, "Not for you")
    for number in range(53):
        tell(who, f"Told {number}.", minutes=number)
    client = log_in(who)
    first, second = main_of(client.get("/notices/")), main_of(client.get("/notices/?page=2"))
    lists = [told(page) for page in (first, second)]
    assert [len(found) for found in lists] == [50, 3]
    assert [text.partition(".")[0] for found in lists for text in found] == [f"Told {number}" for number in range(53)]
    assert "53 are new for you." in first.text
    assert all(text.endswith(f"New Open: Told {number}.") for number, text in enumerate(lists[0]))
    answer = client.post("/notices/read/", {"key": basics.key(), "next": "/notices/?page=2"})
    assert answer["Location"] == "/notices/?page=2"
    after = main_of(client.get("/notices/?page=2"))
    assert len(told(after)) == 3, "what was read stays"
    assert "Nothing is new for you." in after.text
    assert after.names("button") == ["Keep this choice"]


@pytest.mark.parametrize("number", [1, 10, 100])
def test_six_queries_for_any_number(number: int) -> None:
    who = people.person()
    for n in range(number):
        tell(who, f"Told {n}.")
    assert count_queries(log_in(who), "/notices/") == 6


def test_mail_is_turned_off_and_on_again_by_whoever_gets_it() -> None:
    who, other = people.person(), people.person()
    client = log_in(who)
    page = main_of(client.get("/notices/"))
    (choice,) = page.holding("group", "Send me a mail, too, about:").all("checkbox")
    assert "checked" in choice.attrs
    code, key = choice.attrs["value"], basics.key()
    for _again in range(2):
        answer = client.post("/notices/mail/", {"key": key})
        assert (answer.status_code, answer["Location"]) == (302, "/notices/")
    off = set(who.mail_turned_off.values_list("kind", flat=True))
    assert off == {"coaching.answer_accepted", "coaching.example_accepted", "coaching.question_answered"}
    assert "Your choice of mail is kept." in words(client, "/notices/")
    assert client.post("/notices/mail/", {"key": basics.key(), "wanted": ["lms.duty_given"]}).status_code == 422
    assert client.post("/notices/mail/", {"key": "x"}).status_code == 422
    assert set(who.mail_turned_off.values_list("kind", flat=True)) == off
    assert client.post("/notices/mail/", {"key": basics.key(), "wanted": [code]}).status_code == 302
    assert not who.mail_turned_off.exists()
    assert not other.mail_turned_off.exists()
    assert client.get("/notices/mail/").status_code == 405


def test_an_empty_page_of_notices_says_so_and_strangers_log_in() -> None:
    assert "You have not been told anything yet." in words(log_in(people.person()), "/notices/")
    answer: Any = Client().get("/notices/")
    assert answer["Location"] == "/accounts/login/?next=/notices/"
