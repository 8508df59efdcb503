"""What a browser keeps for us names nobody (H21)."""

from __future__ import annotations

import base64
import re
import zlib
from email import message_from_string, policy
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from lms.api import LEARNING_ADMINISTRATORS, OutgoingMail
from tests.factories import basics, people

pytestmark = pytest.mark.django_db


def readable(client: Client) -> str:
    """All cookies, as they are and with whatever is packed in them laid open."""
    found = []
    for cookie in client.cookies.values():
        found.append(cookie.value)
        for part in re.split(r"[.:]", cookie.value):
            try:
                raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
            except ValueError:
                continue
            found.append(raw.decode(errors="replace"))
            try:
                found.append(zlib.decompress(raw).decode(errors="replace"))
            except zlib.error:
                continue
    return "\n".join(found)


def test_what_the_next_page_says_about_somebody_is_in_no_cookie() -> None:
    """H21: the sentence stands on the next page, once, and its name in nothing that the browser keeps."""
    client = Client()
    client.force_login(people.in_group(LEARNING_ADMINISTRATORS))
    fields = {
        "full_name": "Nils Holt",
        "email": "nils@example.com",
        "team": people.team().pk,
        "time_zone": "Europe/Berlin",
    }
    answer = client.post("/people/invite/", fields | {"key": basics.key()})
    assert answer.status_code == 302
    assert "Nils" not in readable(client)
    assert "Nils Holt is invited." in client.get("/people/").content.decode()
    assert "Nils Holt is invited." not in client.get("/people/").content.decode()


def test_the_only_cookies_are_those_that_production_makes_strict(client: Client) -> None:
    """H21: in and out through the door, where a package has most to say."""
    who = people.person()
    seen = set()
    for send in (
        lambda: client.get("/accounts/login/"),
        lambda: client.post("/accounts/login/", {"login": who.email, "password": basics.PASSPHRASE}),
        lambda: client.get("/my-people/"),
        lambda: client.post("/accounts/logout/"),
        lambda: client.get("/accounts/login/"),
    ):
        send()
        seen |= set(client.cookies)
    assert seen <= strict_names()


def strict_names() -> set[str]:
    """Cookies of ours; production gives each of them its strict name (test_production)."""
    ours = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "VOUCH_DEVICE_COOKIE_NAME")
    return {getattr(settings, name) for name in ours}


def test_a_mail_names_no_machine(settings: Any) -> None:
    """H21: what is sent because somebody forgot the passphrase, whatever name the request came under."""
    settings.EMAIL_BACKEND = "lms.mail.OutboxBackend"
    who = people.person(email="nora@example.com")
    Client(headers={"host": "10.0.0.7:8000"}).post("/accounts/password/reset/", {"email": who.email})
    mail = message_from_string(OutgoingMail.objects.get().message, policy=policy.default)
    assert mail["subject"] == "A new passphrase for Vouch"
    said = re.sub(r"https?://\S+", "", mail.get_content())
    assert "10.0.0.7" not in said
    assert "assword" not in said
