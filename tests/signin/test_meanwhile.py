"""What others do while a passphrase is being saved: half a second in which a row, or a session, may end."""

from __future__ import annotations

import quopri
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.api import end_person
from lms import clock
from lms.allauth_tables import factors_of, factors_shown, sign_out_everywhere, take_away
from lms.api import OutgoingMail, User, change_address, end_duty, remove_second_factor
from lms.views.people import invitation_link
from tests.clients import log_in
from tests.factories import basics, people

pytestmark = pytest.mark.django_db

NEW = "nia.new@example.com"
NEW_PASSPHRASE = "five other plain test words"
FORM = {"oldpassword": basics.PASSPHRASE, "password1": NEW_PASSPHRASE, "password2": NEW_PASSPHRASE}


@pytest.fixture(autouse=True)
def kept(settings: Any) -> None:
    settings.EMAIL_BACKEND = "lms.mail.OutboxBackend"


@pytest.fixture
def admin() -> User:
    return people.administrator(people.person("Suna Ural"))


@pytest.fixture
def nia() -> User:
    return people.person("Nia New", email="nia.now@example.com")


def moved(admin: User, person: User) -> None:
    """Their address changes."""
    change_address(
        actor=admin, person_uid=person.uid, email=NEW, shown=User.objects.get(pk=person.pk).email, reason="Asked.",
        key=basics.key(), at=clock.now(), end_sessions=sign_out_everywhere,
        link_for=invitation_link,
    )  # fmt: skip


def closed(person: User) -> None:
    """They leave."""
    end_person(
        actor=people.with_duty("learning"), person_uid=person.uid, last_day=clock.now().date(), reason="Left.",
        key=basics.key(), at=clock.now(),
    )  # fmt: skip


def opened(admin: User, person: User) -> None:
    """Their second factor is removed, and they are signed out everywhere."""
    remove_second_factor(
        actor=admin, person_uid=person.uid, reason="Lost.", key=basics.key(), at=clock.now(),
        take_away=lambda who: take_away(who, factors_shown(factors_of(who))),
    )  # fmt: skip


@contextmanager
def while_hashing(act: Callable[[], None]) -> Iterator[list[bool]]:
    """What somebody else commits while the hash of a new passphrase is computed."""
    real, done = User.set_password, []

    def slow(self: User, raw: str | None) -> None:
        if not done:
            done.append(True)
            act()
        real(self, raw)

    with patch.object(User, "set_password", slow):
        yield done


def link_to(email: str) -> str:
    """The link that was sent last."""
    text = OutgoingMail.objects.filter(recipients=[email]).latest("pk").message
    return re.findall(r"(/accounts/password/reset/key/\S+)", quopri.decodestring(text.encode()).decode())[-1]


def chosen(link: str) -> Any:
    """The answer to a passphrase that was chosen at a link."""
    client = Client()
    page = client.get(link, follow=True)
    return client.post(page.request["PATH_INFO"], {"password1": NEW_PASSPHRASE, "password2": NEW_PASSPHRASE})


def is_in(client: Client) -> bool:
    return client.get("/my-people/").status_code == 200


@pytest.mark.parametrize("way", ["form", "link"])
def test_an_address_changed_meanwhile_stays_and_no_passphrase_is_set(
    admin: User, nia: User, door: Any, way: str
) -> None:
    client = Client()
    door(client, nia.email)
    Client().post("/accounts/password/reset/", {"email": nia.email})
    link = link_to(nia.email)
    with while_hashing(lambda: moved(admin, nia)) as done:
        answer = client.post("/accounts/password/change/", FORM) if way == "form" else chosen(link)
    now = User.objects.get(pk=nia.pk)
    assert done
    assert (now.email, now.has_usable_password()) == (NEW, False)
    assert answer.status_code == 409
    assert "meanwhile" in answer.content.decode()
    assert not is_in(client)


@pytest.mark.parametrize("way", ["form", "link"])
def test_a_closed_account_stays_closed(nia: User, door: Any, way: str) -> None:
    client = Client()
    door(client, nia.email)
    Client().post("/accounts/password/reset/", {"email": nia.email})
    link = link_to(nia.email)
    with while_hashing(lambda: closed(nia)):
        answer = client.post("/accounts/password/change/", FORM) if way == "form" else chosen(link)
    now = User.objects.get(pk=nia.pk)
    assert (now.is_active, now.left_on is None, now.check_password(NEW_PASSPHRASE)) == (False, False, False)
    assert answer.status_code == 409


def test_a_passphrase_that_was_chosen_first_stays(nia: User, door: Any) -> None:
    client = Client()
    door(client, nia.email)
    chosen_first = make_password("the one that was first")
    with while_hashing(lambda: User.objects.filter(pk=nia.pk).update(password=chosen_first) and None):
        assert client.post("/accounts/password/change/", FORM).status_code == 409
    assert User.objects.get(pk=nia.pk).password == chosen_first


def test_an_ended_duty_stays_ended(admin: User, door: Any) -> None:
    other = people.administrator(people.person("Ada Quist"))
    client, row = Client(), other.duty_holdings.get()
    door(client, other.email)

    def end() -> None:
        end_duty(
            actor=admin, person_uid=other.uid, holding_uid=row.uid, reason="Over.", key=basics.key(), at=clock.now()
        )

    with while_hashing(end):
        assert client.post("/accounts/password/change/", FORM).status_code == 302
    now = User.objects.get(pk=other.pk)
    assert (now.is_superuser, now.check_password(NEW_PASSPHRASE)) == (False, True)


def test_an_ended_session_does_not_live_on_under_another_key(admin: User, nia: User, door: Any, app_of: Any) -> None:
    client = Client()
    door(client, nia.email)
    app_of(nia)
    with while_hashing(lambda: opened(admin, nia)):
        answer = client.post("/accounts/password/change/", FORM)
    assert answer.status_code == 409
    assert "signed out meanwhile" in answer.content.decode()
    assert not is_in(client)
    assert not UserSession.objects.filter(user=nia).exists()
    assert User.objects.get(pk=nia.pk).check_password(basics.PASSPHRASE)


def test_a_session_that_is_ended_when_its_key_changes_is_over(nia: User, door: Any) -> None:
    """The passphrase is saved; then the session is ended; then it would get another key."""
    client = Client()
    door(client, nia.email)
    real = User.objects.none().__class__.update

    def saved_and_ended(self: Any, **values: Any) -> int:
        count = real(self, **values)
        if "password" in values:
            sign_out_everywhere(nia)
        return count

    with patch("lms.models.named.NamedQuerySet.update", saved_and_ended):
        assert client.post("/accounts/password/change/", FORM).status_code == 409
    assert not is_in(client)


def test_a_new_key_of_a_session_is_the_one_that_is_ended(nia: User, door: Any) -> None:
    client = Client()
    door(client, nia.email)
    session = client.session
    session.cycle_key()
    assert UserSession.objects.get(user=nia).session_key == session.session_key


def test_a_newer_hash_does_not_undo_a_newer_passphrase(nia: User, settings: Any) -> None:
    """At sign-in a hash of an older kind is replaced: only where it still stands."""
    older = "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher"
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, older]
    old = make_password(basics.PASSPHRASE, hasher="pbkdf2_sha1")
    User.objects.filter(pk=nia.pk).update(password=old)
    read = User.objects.get(pk=nia.pk)
    chosen_first = make_password("the one that was first")
    User.objects.filter(pk=nia.pk).update(password=chosen_first)
    assert read.check_password(basics.PASSPHRASE)
    assert User.objects.get(pk=nia.pk).password == chosen_first
    User.objects.filter(pk=nia.pk).update(password=old)
    read = User.objects.get(pk=nia.pk)
    assert read.check_password(basics.PASSPHRASE)
    assert User.objects.get(pk=nia.pk).password == read.password != old


def test_a_name_that_is_saved_reopens_nothing(admin: User, nia: User) -> None:
    """Wagtail's form of people saves the row that it read a while ago."""
    from cms.wagtail_hooks.people import PersonForm

    real, client = PersonForm.save, log_in(admin)

    def slow(self: Any, *args: Any, **kwargs: Any) -> Any:
        closed(nia)
        return real(self, *args, **kwargs)

    with patch.object(PersonForm, "save", slow):
        client.post(reverse("wagtailusers_users:edit", args=[nia.pk]), {"full_name": "Nia Newer"})
    now = User.objects.get(pk=nia.pk)
    assert (now.full_name, now.is_active, now.left_on is None) == ("Nia Newer", False, False)


def test_saving_somebody_writes_what_opens_the_account_only_by_name(nia: User) -> None:
    read = User.objects.get(pk=nia.pk)
    User.objects.filter(pk=nia.pk).update(
        email=NEW, password="!", is_active=False, deactivated_at=clock.now(), left_on="2026-03-01", is_superuser=True
    )
    read.job = "Consultant"
    read.save()
    now = User.objects.get(pk=nia.pk)
    assert (now.job, now.email, now.password, now.is_active, now.is_superuser) == ("Consultant", NEW, "!", False, True)
    assert now.deactivated_at
    assert now.left_on
    read.save(update_fields=["email"])
    assert User.objects.get(pk=nia.pk).email == "nia.now@example.com"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["address", "leaves"])
def test_two_at_the_same_moment(what: str, settings: Any, admin: User, door: Any) -> None:
    """Nothing is replaced here: two threads, and the hash that production computes."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    nia = people.person("Nia New", email="nia.now@example.com")
    client, answers = Client(), []
    assert door(client, nia.email).status_code == 302

    def send() -> None:
        try:
            answers.append(client.post("/accounts/password/change/", FORM).status_code)
        finally:
            connection.close()

    thread = threading.Thread(target=send)
    thread.start()
    time.sleep(0.3)
    moved(admin, nia) if what == "address" else closed(nia)
    thread.join()
    now = User.objects.get(pk=nia.pk)
    assert answers
    assert (now.email == NEW) if what == "address" else not now.is_active


def test_the_person_is_locked_before_their_session(nia: User, door: Any) -> None:
    """Whoever closes the account locks the person, then ends the sessions: the other order would be a deadlock."""
    client = Client()
    door(client, nia.email)
    with CaptureQueriesContext(connection) as asked:
        assert client.post("/accounts/password/change/", FORM).status_code == 302
    begun = [query["sql"] for query in asked]
    session = next(n for n, sql in enumerate(begun) if sql.startswith('SELECT "django_session"."session_key" AS "pk"'))
    assert begun[session - 2].startswith("SAVEPOINT")
    assert begun[session - 1].startswith('SELECT "lms_user"')
