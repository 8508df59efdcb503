"""H19: a stranger who guesses is stopped, and does not stop whoever the account belongs to."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as configured
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lms.api import User
from lms.settings import base
from tests.factories import basics, people

pytestmark = pytest.mark.django_db

OWNER, OTHER, NOBODY = "nora@example.com", "lea@example.com", "nobody@example.com"
HOME, AWAY = "192.0.2.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def counted(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS
    cache.clear()


@pytest.fixture
def owner() -> User:
    people.person("Lea Rinne", email=OTHER)
    return people.person("Nora Hall", email=OWNER)


def browser(address: str = HOME, *cookies: Client) -> Client:
    """A browser at this address, with what others kept about devices."""
    client = Client(REMOTE_ADDR=address)
    for other in cookies:
        client.cookies["device"] = other.cookies["device"].value
    return client


def is_in(client: Client) -> bool:
    return client.get("/my-people/").status_code == 200


def locked(door: Callable[..., Any], email: str = OWNER) -> Client:
    """A stranger's browser, after the tries that one gets."""
    stranger = browser(AWAY)
    for _n in range(5):
        assert "is not right" in door(stranger, email, "a guess").content.decode()
    return stranger


def forget_place(address: str) -> None:
    """As if a minute had passed: what is counted by the sender's address begins anew."""
    for key in [key for key in cache._cache if key.endswith(f":ip:{address}")]:  # type: ignore[attr-defined]
        cache.delete(key.split(":", 2)[2])


def refused(answer: Any) -> bool:
    return "There were too many tries." in answer.content.decode()


def test_a_browser_that_was_in_before_gets_in_from_anywhere(owner: User, door: Callable[..., Any]) -> None:
    """H19: with another letter size, after signing out, and as often as the stranger comes back."""
    known = browser()
    door(known, OWNER)
    known.post("/accounts/logout/")
    stranger = locked(door)
    assert refused(door(stranger, OWNER))
    for address, email in ((HOME, OWNER), (AWAY, OWNER.upper()), ("203.0.113.5", f" {OWNER} ")):
        again = browser(address, known)
        door(again, email)
        assert is_in(again), address
    assert refused(door(stranger, OWNER))


def test_somebody_signed_in_can_still_show_that_it_is_they(owner: User, door: Callable[..., Any]) -> None:
    """H19: or a stranger would keep a coach from signing."""
    known = browser()
    door(known, OWNER)
    locked(door)
    answer = known.post("/accounts/reauthenticate/", {"password": basics.PASSPHRASE})
    assert answer.status_code == 302


def test_a_passkey_logs_in_while_the_passphrase_is_locked_out(owner: User, door: Callable[..., Any]) -> None:
    """H19: nobody can spend the tries of a passkey, for it is not tried by its owner's name."""
    locked(door)
    key = Authenticator.objects.create(user=owner, type="webauthn", data={"name": "The laptop", "credential": {}})
    client = browser()
    with (
        patch("allauth.mfa.webauthn.forms.auth.parse_authentication_response"),
        patch("allauth.mfa.webauthn.forms.auth.extract_user_from_response", return_value=owner),
        patch("allauth.mfa.webauthn.forms.auth.complete_authentication", return_value=key),
    ):
        answer = {"id": "eA", "rawId": "eA", "type": "public-key", "response": {}}
        client.post("/accounts/2fa/webauthn/login/", {"credential": json.dumps(answer)})
    assert is_in(client)
    client.post("/accounts/logout/")
    assert door(client, OWNER).status_code == 302, "and the browser is known from then on"


FORGED: dict[str, Callable[[str], str]] = {
    "none": lambda real: "",
    "nonsense": lambda real: "device",
    "cut off": lambda real: real[:-2],
    "another letter": lambda real: ("A" if real[0] != "A" else "B") + real[1:],
    "signed for something else": lambda real: signing.TimestampSigner(salt="x").sign_object([["a", "b"]]),
    "a session's": lambda real: signing.dumps([["a", "b"]]),
}


@pytest.mark.parametrize("how", FORGED)
def test_what_we_did_not_give_out_helps_nobody(how: str, owner: User, door: Callable[..., Any]) -> None:
    """H19."""
    known = browser()
    door(known, OWNER)
    locked(door)
    forger = browser()
    forger.cookies["device"] = FORGED[how](known.cookies["device"].value)
    assert refused(door(forger, OWNER))


def test_nor_does_the_mark_for_another_account(owner: User, door: Callable[..., Any]) -> None:
    """H19: a colleague's browser is a stranger's."""
    colleague = browser()
    door(colleague, OTHER)
    colleague.post("/accounts/logout/")
    locked(door)
    assert refused(door(colleague, OWNER))


def test_nor_one_that_is_too_old(owner: User, door: Callable[..., Any]) -> None:
    known = browser()
    now = signing.time.time()
    with patch.object(signing.time, "time", lambda: now - timedelta(days=181).total_seconds()):
        door(known, OWNER)
    locked(door)
    assert refused(door(browser(HOME, known), OWNER))


def test_a_known_browser_has_no_more_tries_than_others(owner: User, door: Callable[..., Any]) -> None:
    """H19: whoever stole it guesses five times, not without end; by address it is counted like everybody."""
    known = browser()
    door(known, OWNER)
    thief = browser(AWAY, known)
    for _n in range(5):
        assert "is not right" in door(thief, OWNER, "a guess").content.decode()
    assert refused(door(thief, OWNER))
    assert not refused(door(browser(), OWNER, "a guess")), "and that is not counted against those who are not known"
    from_one_place = [door(browser(HOME, known), f"somebody{n}@example.com", "x") for n in range(11)]
    assert refused(from_one_place[-1])


def test_a_browser_is_known_for_several_people(owner: User, door: Callable[..., Any]) -> None:
    shared = browser()
    for email in (OTHER, OWNER):
        door(shared, email)
        shared.post("/accounts/logout/")
    for email in (OTHER, OWNER):
        locked(door, email)
        forget_place(AWAY)
        door(shared, email)
        assert is_in(shared)
        shared.post("/accounts/logout/")


@pytest.mark.parametrize("with_mark", [True, False])
def test_nobody_learns_who_has_an_account(with_mark: bool, owner: User, door: Callable[..., Any]) -> None:
    """H19: the mark is compared without a question to the database."""
    somebody = browser()
    if with_mark:
        door(somebody, OTHER)
        somebody.post("/accounts/logout/")
    door(somebody, OTHER, "a guess")  # what a process keeps in memory is asked for once
    found = []
    for email in (OWNER, NOBODY):
        asked = []
        for _n in range(6):
            with CaptureQueriesContext(connection) as caught:
                answer = door(somebody, email, "a guess")
            asked.append(len(caught))
            forget_place(HOME)
        found.append((asked, refused(answer), sorted(answer.cookies)))
    assert found[0] == found[1]
    assert found[0][1]


def test_the_cookie_tells_nobody_anything(owner: User, door: Callable[..., Any]) -> None:
    client = browser()
    answer = door(client, OWNER)
    cookie = answer.cookies[configured.VOUCH_DEVICE_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    ((mark, bound),) = signing.TimestampSigner(salt="lms.known_device").unsign_object(cookie.value)
    assert len(mark) >= 22
    assert len(bound) == 64
    assert "nora" not in mark + bound
