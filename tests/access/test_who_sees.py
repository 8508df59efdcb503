"""The page *Who can see what about me*: topics, names, and what it costs."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from lms import clock
from lms.api import AUDITORS, AUTHORS, LEARNING_ADMINISTRATORS, Membership, User, managed_by, managers_above
from tests.clients import log_in, send_and_count, words_of
from tests.factories import judging, people
from tests.markup import markup

pytestmark = pytest.mark.django_db

PAGE = "/me/who-sees/"


def sections(who: User) -> dict[str, str]:
    """The page of somebody, as text by topic."""
    answer = log_in(who).get(PAGE)
    assert answer.status_code == 200
    parts = re.findall(r'data-testid="sees-(\w+)">(.*?)</section>', markup(answer), re.S)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", text).split()) for name, text in parts}


def test_a_learner_reads_who_sees_what_by_name() -> None:
    of = judging.scene()
    judging.asked(of)
    people.in_group(AUDITORS, people.person("Aud Itor"))
    found = sections(of.learner)
    assert list(found) == ["progress", "practice", "judged", "helped", "exchange", "account"]
    for topic in ("progress", "practice"):
        assert (
            "your coach Sam Visit, your manager Henrike Visit and the learning administrator Ruta Visit"
            in (found[topic])
        )
    assert found["practice"].startswith("Practice Only you. Your attempts")
    assert "Priya Visit, who was asked to watch" in found["judged"]
    assert "the auditor Aud Itor" in found["judged"]
    assert "Henrike" not in found["helped"].partition("Only the coach who wrote it.")[2]
    assert "Everybody who signs in here." in found["exchange"]


def test_whoever_has_nobody_reads_what_will_be() -> None:
    found = sections(people.person("Nova Alone"))
    assert (
        "your coach, once you have one, your manager, once you have one and learning administrators"
        in (found["progress"])
    )
    assert "whom you ask to watch" in found["judged"]


@pytest.mark.parametrize(
    ("group", "more"),
    [(LEARNING_ADMINISTRATORS, {"authored"}), (AUTHORS, {"authored"}), (AUDITORS, set()), ("", set())],
)
def test_topics_are_those_of_ones_duties(group: str, more: set[str]) -> None:
    who = people.in_group(group) if group else people.person()
    assert set(sections(who)) == {"progress", "practice", "judged", "helped", "exchange", "account"} | more
    assert who.full_name not in sections(who)["progress"]


def test_coaches_and_observers_read_what_others_see_of_their_duty() -> None:
    of = judging.scene()
    assert "how many people you have room for" in sections(of.coach)["duties"]
    assert "Which skills you may observe" in sections(of.observer)["duties"]


def test_many_are_not_all_listed() -> None:
    for name in "ABCDEF":
        people.in_group(LEARNING_ADMINISTRATORS, people.person(f"{name} Learning"))
    page = sections(people.person())["progress"]
    assert "the learning administrators A Learning, B Learning, C Learning, D Learning and 2 more" in page


def test_all_managers_above_somebody_are_named_and_nobody_else() -> None:
    """The names on the page are those of whom the policy lets see."""
    top, middle, beside, learner, left = (people.person(f"M{n}") for n in range(5))
    root = people.team(manager=top)
    team = people.team(learner, manager=middle, parent=root)
    people.team(manager=beside, parent=root)
    Membership.objects.create(person=middle, team=root, role=Membership.Role.MEMBER, from_on=date(2026, 1, 1))
    Membership.objects.create(
        person=left, team=team, role="manager", from_on=date(2026, 1, 1), until_on=date(2026, 1, 2)
    )
    today = clock.today("UTC")
    for person in (top, middle, beside, learner):
        named = set(managers_above(person, today))
        allowed = {
            who
            for who in User.objects.all()
            if User.objects.filter(managed_by(User.objects.get(pk=who.pk)), pk=person.pk).exists()
        }
        assert named == allowed, person


def test_without_log_in_there_is_only_the_log_in_page(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


def test_the_page_is_in_everybodys_own_menu() -> None:
    assert f'href="{PAGE}"' in words_of(log_in(people.person()).get(reverse("my_people")))


def test_it_costs_the_same_for_one_and_for_many() -> None:
    of = judging.scene()
    judging.ready(of)
    client = log_in(of.learner)
    client.get(PAGE)
    few, _answer = send_and_count(client, "get", PAGE)
    for number in range(6):
        people.in_group(LEARNING_ADMINISTRATORS, people.person(f"L{number}"))
        judging.asked(of, judging.granted(people.person(f"O{number}"), *of.skills))
    many, answer = send_and_count(client, "get", PAGE)
    assert answer.status_code == 200
    assert few == many <= 12
