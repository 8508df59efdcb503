"""Whoever lost phone, passkeys and codes: an administrator removes the second factor, and everybody hears of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from lms.api import LEARNING_ADMINISTRATORS, Act, Notice, OutgoingMail, User, remove_second_factor
from lms.errors import Invalid
from tests.clients import count_queries, log_in
from tests.factories import basics, coaching, people
from tests.markup import markup

pytestmark = pytest.mark.django_db

WHY = "Phone and laptop were in the stolen bag"


@pytest.fixture
def admin() -> User:
    return people.administrator(people.person("Suna Ural"))


@pytest.fixture
def lost(app_of: Callable[[User], str]) -> User:
    """A coach with an app, recovery codes and a passkey."""
    who = coaching.coach("Cora Oak")
    app_of(who)
    Authenticator.objects.create(user=who, type="webauthn", data={"name": "Blue {key}", "credential": {}})
    return who


def record(who: User) -> str:
    """The page about somebody."""
    return reverse("people_record", args=[who.uid])


def address(who: User) -> str:
    return reverse("people_second_factor", args=[who.uid])


def shown(client: Client, who: User) -> dict[str, Any]:
    """What the form carries, as the page gives it."""
    page = markup(client.get(address(who)))
    found = dict(re.findall(r'name="(key|shown)" value="([^"]*)"', page))
    assert set(found) == {"key", "shown"}, page
    return found | {"reason": WHY, "sure": "on"}


def state(who: User) -> tuple[Any, ...]:
    counted = (Act, Notice, OutgoingMail)
    held = Authenticator.objects.filter(user=who), UserSession.objects.filter(user=who)
    return *(rows.count() for rows in held), *(model.objects.count() for model in counted)


def test_the_page_names_what_goes_and_nothing_secret(admin: User, lost: User) -> None:
    page = markup(log_in(admin, sure=True).get(address(lost)))
    for name in ("Authenticator app", "Recovery codes", "Passkey “Blue {key}”", lost.email):
        assert name in page
    secrets = [row.data.get("secret") or row.data.get("seed") for row in Authenticator.objects.filter(user=lost)]
    assert not [secret for secret in secrets if secret and secret in page]


def test_the_page_costs_the_same_for_many_passkeys(admin: User, lost: User) -> None:
    client = log_in(admin, sure=True)
    before = count_queries(client, address(lost))
    for number in range(5):
        Authenticator.objects.create(user=lost, type="webauthn", data={"name": f"Key {number}", "credential": {}})
    assert count_queries(client, address(lost)) == before <= 8


def test_all_of_it_goes_with_every_session_and_everybody_hears(
    admin: User, lost: User, door: Callable[..., Any]
) -> None:
    another, there = people.administrator(), Client()
    codes = Authenticator.objects.get(user=lost, type="recovery_codes").wrap().get_unused_codes()
    door(there, lost.email)
    there.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert there.get("/my-people/").status_code == 200
    client = log_in(admin, sure=True)
    form = shown(client, lost)
    answer = client.post(address(lost), form)
    assert (answer.status_code, answer["Location"]) == (302, record(lost))
    assert "Cora Oak has no second factor any more" in markup(client.get(record(lost)))
    assert not Authenticator.objects.filter(user=lost).exists()
    assert not UserSession.objects.filter(user=lost).exists()
    assert there.get("/my-people/")["Location"].startswith("/accounts/login/")
    act = Act.objects.get(name="person.second_factor")
    assert (act.actor, act.about, act.why) == (admin, lost.uid, WHY)
    mail = OutgoingMail.objects.get(recipients=[lost.email])
    text = mail.message.replace("=\n", "")
    assert mail.subject == "Your second factor was removed"
    for words in (
        WHY,
        "Suna Ural",
        f"and tell {another.full_name}",
        "/accounts/password/reset/",
        "* Authenticator app",
    ):
        assert words in text
    told = Notice.objects.get()
    assert told.person == another
    assert told.text == f"Suna Ural removed the second factor of Cora Oak: {WHY}"


def test_the_administrators_own_session_stays_as_it_was(admin: User, lost: User, settings: Any) -> None:
    settings.VOUCH_SECOND_FACTOR = True
    client = log_in(admin, sure=True)
    session = client.session
    session["second_factor"] = admin.pk
    session.save()
    client.post(address(lost), shown(client, lost))
    assert client.get("/people/").status_code == 200


def test_sent_twice_it_is_one_act_even_when_a_new_factor_stands_by_then(
    admin: User, lost: User, app_of: Callable[[User], str]
) -> None:
    client = log_in(admin, sure=True)
    form = shown(client, lost)
    client.post(address(lost), form)
    app_of(lost)
    before = state(lost)
    assert client.post(address(lost), form).status_code == 302
    assert state(lost) == before


def test_what_was_not_shown_is_not_removed(admin: User, lost: User) -> None:
    client = log_in(admin, sure=True)
    form = shown(client, lost)
    Authenticator.objects.create(user=lost, type="webauthn", data={"name": "New", "credential": {}})
    before = state(lost)
    answer = client.post(address(lost), form)
    assert answer.status_code == 409
    assert WHY in markup(answer)
    assert "Passkey “New”" in markup(answer)
    assert state(lost) == before


def test_nothing_to_remove_is_said(admin: User) -> None:
    who, client = people.person("Nora Hall"), log_in(admin, sure=True)
    assert "Nora has no second factor." in markup(client.get(address(who)))
    before = state(who)
    form = {"key": basics.key(), "shown": "", "reason": WHY, "sure": "on"}
    assert client.post(address(who), form).status_code == 409
    assert state(who) == before


@pytest.mark.parametrize("changed", [{"reason": ""}, {"reason": " \n "}, {"sure": ""}])
def test_a_reason_and_being_sure_are_asked_for(admin: User, lost: User, changed: dict[str, str]) -> None:
    client, before = log_in(admin, sure=True), state(lost)
    assert client.post(address(lost), shown(client, lost) | changed).status_code == 422
    assert state(lost) == before


def test_the_service_asks_for_a_reason_too(admin: User, lost: User) -> None:
    before = state(lost)
    fields = {"person_uid": lost.uid, "take_away": lambda person: ["All"], "key": basics.key(), "at": basics.MONDAY}
    with pytest.raises(Invalid):
        remove_second_factor(actor=admin, reason=" \n ", **fields)
    assert state(lost) == before


def test_who_it_is_is_asked_again_and_the_words_wait(admin: User, lost: User, app_of: Callable[[User], str]) -> None:
    sure, before = shown(log_in(admin, sure=True), lost), state(lost)
    client = log_in(admin)
    answer = client.post(address(lost), sure)
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert state(lost)[0] == before[0]
    client.post("/accounts/reauthenticate/", {"password": basics.PASSPHRASE, "next": address(lost)})
    assert WHY in markup(client.get(address(lost)))


@pytest.mark.parametrize("who", ["learning", "themself", "coach", "former"])
def test_nobody_but_an_administrator_may_open_a_lost_factors_page(who: str, admin: User, lost: User) -> None:
    persons = {
        "learning": lambda: people.in_group(LEARNING_ADMINISTRATORS),
        "themself": lambda: lost,
        "coach": coaching.coach,
        "former": lambda: people.person(),
    }
    client = log_in(persons[who](), sure=True)
    before = state(lost)
    expected = 404 if who in ("coach", "former") else 403
    assert client.get(address(lost)).status_code == expected
    form = {"key": basics.key(), "shown": "", "reason": WHY, "sure": "on"}
    assert client.post(address(lost), form).status_code == expected
    assert state(lost) == before


def test_an_administrator_removes_their_own_on_their_own_page_only(admin: User, app_of: Callable[[User], str]) -> None:
    app_of(admin)
    client = log_in(admin, sure=True)
    assert client.get(address(admin)).status_code == 403
    assert "Lost second factor" not in markup(client.get(record(admin)))


def test_their_page_offers_it_to_administrators_for_whoever_has_one(admin: User, lost: User) -> None:
    client = log_in(admin)
    assert address(lost) in markup(client.get(record(lost)))
    assert "Lost second factor" not in markup(client.get(record(people.person("Nora Hall"))))
    learning = log_in(people.in_group(LEARNING_ADMINISTRATORS))
    assert "Lost second factor" not in markup(learning.get(record(lost)))
