"""L&D's pages about people: who is here, inviting, inviting again."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from lms.api import LEARNING_ADMINISTRATORS, Membership, OutgoingMail, Team, User
from tests.clients import count_queries
from tests.factories import basics, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    """L&D, signed in; there is one team."""
    people.team(slug="sales")
    client = Client()
    client.force_login(people.in_group(LEARNING_ADMINISTRATORS))
    return client


def invite(client: Client, key: UUID, email: str = "nils@example.com") -> Any:
    team = Team.objects.get(slug="sales")
    fields = {"full_name": "Nils Holt", "email": email, "team": team.pk, "time_zone": "Europe/Oslo", "key": key}
    return client.post("/people/invite/", fields)


def test_an_invitation_sent_often_is_one_account_and_one_mail(desk: Client) -> None:
    key = basics.key()
    assert [invite(desk, key).status_code for _again in range(2)] == [302, 302]
    nils = User.objects.get(email="nils@example.com")
    assert not nils.has_usable_password()
    assert OutgoingMail.objects.get().recipients == ["nils@example.com"]
    assert "Invite again" in desk.get("/people/").content.decode()


def test_an_address_that_is_taken_is_refused_beside_the_field_in_any_case(desk: Client) -> None:
    invite(desk, basics.key())
    answer = invite(desk, basics.key(), email="NILS@example.com")
    assert answer.status_code == 422
    assert "or was within the last 30 days. Choose another." in answer.content.decode()
    assert "Nils Holt" in answer.content.decode()
    assert User.objects.filter(email__iexact="nils@example.com").count() == 1


def test_a_form_without_a_key_changes_nothing(desk: Client) -> None:
    answer = desk.post("/people/invite/", {"full_name": "Nils Holt", "key": "no key"})
    assert answer.status_code == 422
    assert not User.objects.filter(full_name="Nils Holt").exists()


def test_nobody_else_sees_people_or_invites(desk: Client) -> None:
    other = Client()
    other.force_login(people.person())
    assert other.get("/people/").status_code == 403
    assert invite(other, basics.key()).status_code == 403
    assert not User.objects.filter(full_name="Nils Holt").exists()


def test_somebody_with_a_passphrase_is_not_invited_again(desk: Client) -> None:
    known = people.person()
    assert desk.post(f"/people/{known.uid}/invite/", {"key": basics.key()}).status_code == 409
    assert not OutgoingMail.objects.exists()


def many_people(count: int, team: Team) -> None:
    """Members of a team, each with a first day and a job, written past the services."""
    first = User.objects.count()
    rows = [
        User(email=f"many.{number}@example.com", full_name=f"Person {number:05}", job="Consultant", password="!")
        for number in range(first, first + count)
    ]
    made = User.objects.bulk_create(rows, batch_size=2000)
    days = {"from_on": date(2026, 1, 1)}
    Membership.objects.bulk_create([Membership(person=row, team=team, **days) for row in made], batch_size=5000)


def test_list_and_page_take_as_many_queries_for_ten_people_as_for_ten_thousand(desk: Client) -> None:
    team = Team.objects.get(slug="sales")
    many_people(10, team)
    someone = User.objects.get(full_name="Person 00005")
    pages = [
        "/people/",
        "/people/?page=2",
        f"/people/?team={team.uid}",
        "/people/?q=Person",
        reverse("people_record", args=[someone.uid]),
    ]
    for page in pages:
        desk.get(page)
    few = [count_queries(desk, page) for page in pages]
    many_people(9_990, team)
    assert [count_queries(desk, page) for page in pages] == few
    assert max(few[:-1]) <= 24
