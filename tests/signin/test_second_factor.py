"""Whoever others rely on shows a second factor, or sets one up before anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lms.api import AUTHORS, LEARNING_ADMINISTRATORS, User
from tests.factories import basics, coaching, paths, people

from .conftest import code_for

pytestmark = pytest.mark.django_db

WORDS = "They forgave us because somebody rang every evening at six."


@pytest.fixture(autouse=True)
def demanded(settings: Any) -> None:
    settings.VOUCH_SECOND_FACTOR = True


def observer() -> User:
    who = people.person("Otto")
    coaching.grant_for_long(who, "listening")
    return who


def manager() -> User:
    who = people.person("Mats")
    people.team(people.person(), manager=who)
    return who


PEOPLE: dict[str, Callable[[], User]] = {
    "coach": coaching.coach,
    "observer": observer,
    "manager": manager,
    "author": lambda: people.in_group(AUTHORS),
    "learning administrator": lambda: people.in_group(LEARNING_ADMINISTRATORS),
    "auditor": lambda: people.with_duty("auditor"),
    "sponsor": lambda: people.with_duty("sponsor"),
    "administrator": lambda: people.administrator(),
}


def signed_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


@pytest.mark.parametrize("duty", PEOPLE)
@pytest.mark.parametrize("address", ["/", "/today/", "/my-people/", "/cms/", "/people/"])
def test_who_has_a_duty_sets_it_up_before_anything_else_and_is_told_why(duty: str, address: str) -> None:
    """H20: auditors and sponsors read about others, so they are asked as all others are who do."""
    client = signed_in(PEOPLE[duty]())
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/2fa/?next={address.replace('/', '%2F')}"
    page = client.get(answer["Location"]).content.decode()
    assert "a passphrase alone is not enough for your door" in page


def test_a_learner_needs_no_second_factor() -> None:
    who = people.person()
    paths.enrolment(who, paths.path(paths.step("course")))
    client = signed_in(who)
    assert client.get("/my-people/").status_code == 200
    assert "a passphrase alone is not enough" not in client.get("/accounts/2fa/").content.decode()


def test_nobody_needs_one_where_it_is_not_asked_for(settings: Any) -> None:
    settings.VOUCH_SECOND_FACTOR = False
    assert signed_in(coaching.coach()).get("/my-people/").status_code == 200


@pytest.mark.parametrize(
    "address", ["/accounts/2fa/", "/accounts/reauthenticate/", "/accounts/logout/", "/healthz", "/readyz"]
)
def test_what_leads_to_it_and_out_stays_open(address: str) -> None:
    assert signed_in(coaching.coach()).get(address).status_code == 200


def test_a_form_is_refused_and_its_words_are_given_back() -> None:
    answer = signed_in(coaching.coach()).post("/exchange/ask/", {"key": basics.key(), "body": WORDS})
    assert answer.status_code == 403
    assert WORDS in answer.content.decode()
    assert "/accounts/2fa/" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_set_up_once_and_the_way_is_open(next_code: Callable[[], None]) -> None:
    client = signed_in(coaching.coach())
    client.post("/accounts/reauthenticate/", {"password": basics.PASSPHRASE})
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_for(page.context["form"].secret)})
    assert done.status_code == 302
    assert client.get("/my-people/").status_code == 200


def test_the_session_knows_and_no_request_asks_again(
    app_of: Callable[[User], str], door: Callable[..., Any], next_code: Callable[[], None]
) -> None:
    who = coaching.coach()
    secret, client = app_of(who), Client()
    assert door(client, who.email)["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/my-people/").status_code == 302, "a passphrase alone opens nothing"
    assert client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)}).status_code == 302
    assert client.get("/my-people/").status_code == 200
    with CaptureQueriesContext(connection) as caught:
        assert client.get("/my-people/").status_code == 200
    assert not [query for query in caught if "mfa_authenticator" in query["sql"]]


def test_a_recovery_code_lets_in_once(app_of: Callable[[User], str], door: Callable[..., Any]) -> None:
    who = coaching.coach()
    app_of(who)
    codes = Authenticator.objects.get(user=who, type="recovery_codes").wrap().get_unused_codes()
    for location in ("/", None):
        client = Client()
        door(client, who.email)
        answer = client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert answer.get("Location") == location
    assert client.get("/my-people/")["Location"].startswith("/accounts/login/")


def test_a_session_from_before_the_set_up_shows_it_before_it_goes_on(
    app_of: Callable[[User], str], next_code: Callable[[], None]
) -> None:
    who = coaching.coach()
    client = signed_in(who)
    secret = app_of(who)
    answer = client.get("/my-people/?a=1")
    assert answer["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fmy-people%2F%3Fa%3D1"
    for address in (
        "/accounts/2fa/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/email/",
        "/accounts/password/change/",
    ):
        assert client.get(address)["Location"].startswith("/accounts/2fa/reauthenticate/"), address
    client.post("/accounts/reauthenticate/", {"password": basics.PASSPHRASE})
    assert client.get("/my-people/").status_code == 302, "a passphrase is no second factor"
    shown = client.post(answer["Location"], {"code": code_for(secret), "next": "/my-people/"})
    assert shown["Location"] == "/my-people/"
    assert client.get("/my-people/").status_code == 200


def test_whoever_takes_the_last_one_away_is_asked_for_another(
    app_of: Callable[[User], str], door: Callable[..., Any], next_code: Callable[[], None]
) -> None:
    who = coaching.coach()
    secret, client = app_of(who), Client()
    door(client, who.email)
    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    client.post("/accounts/reauthenticate/", {"password": basics.PASSPHRASE})
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(user=who).exists()
    assert client.get("/my-people/")["Location"].startswith("/accounts/2fa/?")


def test_it_belongs_to_the_person_and_not_to_the_browser(
    app_of: Callable[[User], str], door: Callable[..., Any], next_code: Callable[[], None]
) -> None:
    first, second, client = coaching.coach(), coaching.coach(), Client()
    secret = app_of(first)
    door(client, first.email)
    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    client.force_login(second)
    assert client.get("/my-people/")["Location"].startswith("/accounts/2fa/?")


@pytest.mark.parametrize("duty", ["administrator", "learning"])
def test_a_duty_that_another_process_gave_is_seen(duty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The navigation keeps duties for a minute in each process: before a form, and for an administrator, rows count."""
    who, browser = people.person("Cora Oak"), Client()
    browser.force_login(who)
    assert browser.get("/my-people/").status_code == 200
    monkeypatch.setattr("lms.services.platform.duties.forget_duties", lambda *ids: None)
    people.with_duty(duty, who)
    form = {"full_name": "Nia New", "key": str(basics.key())}
    answer = browser.get("/people/") if duty == "administrator" else browser.post("/people/invite/", form)
    assert answer.status_code == (302 if duty == "administrator" else 403)
    assert browser.get("/people/").status_code == 302


def test_a_form_that_waits_does_not_get_past_the_second_factor(app_of: Any) -> None:
    """It was put aside before a duty asked for the factor; the answer to "is it still you?" would carry it out."""
    who, browser = people.person("Cora Oak"), Client()
    app_of(who)
    browser.force_login(who)
    there = "/accounts/2fa/totp/deactivate/"
    assert "reauthenticate" in browser.post(there)["Location"]
    people.with_duty("learning", who)
    basics.nothing_kept()
    browser.post(f"/accounts/reauthenticate/?next={there}", {"password": basics.PASSPHRASE, "next": there})
    assert Authenticator.objects.filter(user=who, type="totp").exists()
