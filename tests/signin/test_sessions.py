"""Sessions: listed, ended by oneself, ended for whoever leaves; one door and no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from lms import clock
from lms.api import User
from tests.factories import basics, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> User:
    return people.person("Lea Rinne")


@pytest.fixture
def two(who: User, door: Callable[..., Any]) -> list[Client]:
    """The same person at two browsers."""
    clients = [Client(HTTP_USER_AGENT=name) for name in ("Phone", "Desk")]
    for client in clients:
        assert door(client, who.email).status_code == 302
    return clients


def is_in(client: Client) -> bool:
    answer = client.get("/my-people/")
    assert answer.status_code == 200 or answer["Location"] == "/accounts/login/?next=/my-people/"
    return answer.status_code == 200


def leave(who: User) -> None:
    who.is_active, who.deactivated_at = False, clock.now()
    who.save(update_fields=["is_active", "deactivated_at"])


def test_they_are_listed_with_browser_and_address(two: list[Client]) -> None:
    page = two[0].get("/accounts/sessions/").content.decode()
    assert "Phone" in page
    assert "Desk" in page
    assert page.count("127.0.0.1") == 2
    assert page.count("This one") == 1


def test_ending_the_others_leaves_this_one(two: list[Client]) -> None:
    assert two[0].post("/accounts/sessions/").status_code == 302
    assert [is_in(client) for client in two] == [True, False]


def test_whoever_leaves_is_signed_out_everywhere_at_once(who: User, two: list[Client]) -> None:
    other = Client()
    other.force_login(people.person())
    leave(who)
    assert [is_in(client) for client in two] == [False, False]
    assert is_in(other)
    assert not UserSession.objects.filter(user=who).exists()
    assert Session.objects.count() == 1


def test_an_ended_session_does_not_live_again_when_they_come_back(who: User, two: list[Client]) -> None:
    leave(who)
    who.is_active, who.deactivated_at = True, None
    who.save(update_fields=["is_active", "deactivated_at"])
    assert [is_in(client) for client in two] == [False, False]


def test_deactivated_behind_our_back_opens_nothing_either(who: User, two: list[Client]) -> None:
    User.objects.filter(pk=who.pk).update(is_active=False, deactivated_at=clock.now())
    assert [is_in(client) for client in two] == [False, False]


def test_whoever_left_cannot_sign_in(who: User, door: Callable[..., Any]) -> None:
    leave(who)
    client = Client()
    assert door(client, who.email)["Location"] == "/accounts/inactive/"
    assert not is_in(client)


def test_the_key_of_a_session_changes_with_signing_in(who: User, door: Callable[..., Any]) -> None:
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    door(client, who.email)
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


def test_a_new_passphrase_ends_the_other_sessions(who: User, two: list[Client]) -> None:
    fields = {"oldpassword": basics.PASSPHRASE, "password1": "quite another set of words"}
    assert two[0].post("/accounts/password/change/", fields | {"password2": fields["password1"]}).status_code == 302
    assert not is_in(two[1])


@pytest.mark.parametrize("address", ["/cms/login/", "/_util/login/"])
def test_other_log_in_addresses_lead_to_ours_and_log_nobody_in(address: str, who: User) -> None:
    client = Client()
    assert client.get(f"{address}?next=/cms/")["Location"] == "/accounts/login/?next=%2Fcms%2F"
    assert client.get(f"{address}?next=https://elsewhere.example/")["Location"] == "/accounts/login/"
    client.post(address, {"username": who.email, "password": basics.PASSPHRASE})
    assert not is_in(client)


def test_wagtail_gives_out_no_passphrases(who: User) -> None:
    assert Client().get("/cms/password_reset/").status_code == 404


def test_signing_out_leads_to_the_door(two: list[Client]) -> None:
    answer = two[0].post("/accounts/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert [is_in(client) for client in two] == [False, True]
