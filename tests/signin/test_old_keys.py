"""What opened an account before its address changed, or it was closed, opens it no more: a passkey, half a log-in."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from lms import clock
from lms.allauth_tables import factors_of, factors_shown, take_away
from lms.api import Act, User, remove_second_factor
from lms.views.people import invitation_link
from tests.clients import log_in
from tests.factories import basics, people

from .test_addresses import NEW, NEW_PASSPHRASE, closed, forgot, link_in, mails, opens, signs_in

pytestmark = pytest.mark.django_db

WHO = "nia.now@example.com"


@pytest.fixture(autouse=True)
def kept(settings: Any) -> None:
    settings.EMAIL_BACKEND = "lms.mail.OutboxBackend"


@pytest.fixture
def nia() -> User:
    return people.person("Nia New", email=WHO)


@pytest.fixture
def admin() -> User:
    return people.administrator(people.person("Suna Ural"))


@pytest.fixture
def sure(admin: User) -> Client:
    """An administrator who has just shown who they are."""
    return log_in(admin, sure=True)


def passkey(person: User) -> Authenticator:
    return Authenticator.objects.create(user=person, type="webauthn", data={"name": "Blue key", "credential": {}})


def with_passkey(person: User, key: Authenticator) -> Client:
    """A browser that comes with it; what the key itself shows is taken for right."""
    client, forms = Client(), "allauth.mfa.webauthn.forms.auth"
    found = User.objects.get(pk=person.pk)
    with (
        patch(f"{forms}.parse_authentication_response"),
        patch(f"{forms}.extract_user_from_response", return_value=found),
        patch(f"{forms}.complete_authentication", return_value=Authenticator.objects.get(pk=key.pk)),
    ):
        answer = {"id": "eA", "rawId": "eA", "type": "public-key", "response": {}}
        client.post("/accounts/2fa/webauthn/login/", {"credential": json.dumps(answer)})
    return client


def send(client: Client, person: User, **fields: str) -> Any:
    """The form about somebody's address, as the page shows it."""
    url = reverse("people_address", args=[person.uid])
    form = {
        "key": str(basics.key()), "email": NEW, "shown": person.email, "held": factors_shown(factors_of(person)),
        "reason": "A typing error", "sure": "on",
    }  # fmt: skip
    return client.post(url, form | fields)


def is_in(client: Client) -> bool:
    return client.get("/my-people/").status_code == 200


# --- Passkeys


def test_without_a_passphrase_no_passkey_opens_the_door(nia: User, sure: Client) -> None:
    key = passkey(nia)
    assert is_in(with_passkey(nia, key))
    assert send(sure, nia, factors="keep").status_code == 302
    link = link_in(mails(NEW)[-1])
    thief = with_passkey(nia, key)
    assert not is_in(thief)
    assert "Choose a passphrase first" in thief.get("/accounts/login/").content.decode()
    answer = thief.post("/accounts/password/set/", {"password1": NEW_PASSPHRASE, "password2": NEW_PASSPHRASE})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/")
    assert not User.objects.get(pk=nia.pk).has_usable_password()
    assert opens(link), "the right mailbox begins"
    assert is_in(with_passkey(nia, key)), "it was said to be theirs"


def test_nobody_sets_a_passphrase_without_a_link(nia: User) -> None:
    User.objects.filter(pk=nia.pk).update(password="!")
    client = Client()
    client.force_login(User.objects.get(pk=nia.pk))
    client.post("/accounts/password/set/", {"password1": NEW_PASSPHRASE, "password2": NEW_PASSPHRASE})
    assert not User.objects.get(pk=nia.pk).has_usable_password()


def test_a_passkey_of_whoever_left_opens_nothing(nia: User) -> None:
    key = passkey(nia)
    closed(nia)
    assert not is_in(with_passkey(nia, key))


@pytest.mark.parametrize("way", ["reset", "invitation"])
def test_a_link_of_whoever_left_opens_nothing(nia: User, way: str) -> None:
    if way == "reset":
        forgot(WHO)
        link = link_in(mails(WHO)[-1])
    else:
        User.objects.filter(pk=nia.pk).update(password="!")
        link = link_in(invitation_link(User.objects.get(pk=nia.pk)))
    closed(nia)
    page = Client().get(link, follow=True)
    assert "no longer works" in page.content.decode()
    assert not opens(link)
    assert not User.objects.get(pk=nia.pk).check_password(NEW_PASSPHRASE)


def test_a_former_address_is_told_what_was_done_and_not_from_where(nia: User, sure: Client) -> None:
    assert send(sure, nia).status_code == 302
    client = Client(REMOTE_ADDR="203.0.113.77", headers={"user-agent": "NiasPhone/17"})
    page = client.get(link_in(mails(NEW)[-1]), follow=True)
    client.post(page.request["PATH_INFO"], {"password1": NEW_PASSPHRASE, "password2": NEW_PASSPHRASE})
    here, there = mails(NEW)[-1], mails(WHO)[-1]
    assert "This was changed at your account" in here
    assert "This was changed at your account" in there
    for where in ("203.0.113.77", "NiasPhone"):
        assert where in here
        assert where not in there


# --- The second factor goes with the address, or stays


def test_whoever_changes_an_address_says_whether_the_second_factor_stays(nia: User, sure: Client) -> None:
    """A wrong recipient of an invitation may have set it up. Nothing is chosen beforehand."""
    url = reverse("people_address", args=[nia.uid])
    assert 'name="factors"' not in sure.get(url).content.decode()
    passkey(nia)
    page = sure.get(url).content.decode()
    assert "Passkey “Blue key”" in page
    assert page.count('name="factors"') == 2
    assert "checked" not in page
    answer = send(sure, nia)
    assert answer.status_code == 422
    assert "Say whether the second factor stays." in answer.content.decode()
    assert send(sure, nia, factors="else").status_code == 422
    assert User.objects.get(pk=nia.pk).email == WHO


def test_it_is_removed_in_the_same_act_and_everybody_reads_so(nia: User, admin: User, sure: Client) -> None:
    other, key = people.administrator(people.person("Ada Quist")), passkey(nia)
    form = {"factors": "remove", "key": str(basics.key())}
    shown = {"held": factors_shown(factors_of(nia))}
    assert send(sure, nia, **form, **shown).status_code == 302
    act = Act.objects.get(name="person.address")
    assert act.changed == {"email": [WHO, NEW], "factors": [["Passkey “Blue key”"], []]}
    assert not Authenticator.objects.filter(user=nia).exists()
    assert "Removed with it, as a second factor:\n* Passkey “Blue key”" in mails(WHO)[-1]
    assert "was removed: set up a new one" in mails(NEW)[-1]
    assert other.notices.get().text == (
        "Suna Ural changed the address of Nia New and removed the second factor: A typing error"
    )
    assert send(sure, nia, **form, **shown).status_code == 302, "sent twice it is one act"
    assert Act.objects.filter(name="person.address").count() == 1
    assert opens(link_in(mails(NEW)[-1]))
    assert signs_in(NEW, NEW_PASSPHRASE)
    assert key.pk


def test_it_stays_when_it_is_theirs(nia: User, sure: Client) -> None:
    key = passkey(nia)
    assert send(sure, nia, factors="keep").status_code == 302
    assert Authenticator.objects.get(user=nia) == key
    assert Act.objects.get(name="person.address").changed == {"email": [WHO, NEW]}
    assert "stays as it is" in mails(NEW)[-1]
    assert "second factor" not in mails(WHO)[-1]


@pytest.mark.parametrize("factors", ["keep", "remove"])
def test_one_that_was_set_up_while_the_page_was_open_is_shown_first(nia: User, sure: Client, factors: str) -> None:
    passkey(nia)
    shown = factors_shown(factors_of(nia))
    passkey(nia)
    answer = send(sure, nia, factors=factors, held=shown)
    assert answer.status_code == 409
    assert "has changed since you opened it" in answer.content.decode()
    assert User.objects.get(pk=nia.pk).email == WHO
    assert Authenticator.objects.filter(user=nia).count() == 2


# --- Half-way in: the passphrase was right, the second factor is still asked for


def half_way(person: User, app_of: Any, door: Any) -> tuple[Client, str]:
    """A browser that has shown the passphrase, and a code that would be right."""
    app_of(person)
    [code, *_others] = Authenticator.objects.get(user=person, type="recovery_codes").wrap().get_unused_codes()
    client = Client()
    assert door(client, person.email)["Location"] == "/accounts/2fa/authenticate/"
    return client, code


def test_half_way_in_one_comes_in(nia: User, app_of: Any, door: Any) -> None:
    client, code = half_way(nia, app_of, door)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_in(client)


@pytest.mark.parametrize("what", ["address", "passphrase", "left", "factor"])
def test_half_way_in_the_old_passphrase_counts_no_more(
    nia: User, admin: User, sure: Client, app_of: Any, door: Any, what: str
) -> None:
    client, code = half_way(nia, app_of, door)
    if what == "address":
        assert send(sure, nia, factors="keep").status_code == 302
    elif what == "passphrase":
        forgot(WHO)
        assert opens(link_in(mails(WHO)[-1]))
    elif what == "left":
        closed(nia)
    else:
        remove_second_factor(
            actor=admin, person_uid=nia.uid, reason="Lost.", key=basics.key(), at=clock.now(),
            take_away=lambda who: take_away(who, factors_shown(factors_of(who))),
        )  # fmt: skip
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert not is_in(client)
    assert "_auth_user_id" not in client.session
    assert not UserSession.objects.filter(user=nia).exists()
    if what in ("address", "passphrase"):
        assert "changed meanwhile" in client.get("/accounts/login/").content.decode()
