"""Every page at the door and about one's own account is in the house look and says nothing in a package's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from lms.api import User
from tests.factories import basics, people

pytestmark = pytest.mark.django_db

WORDS_OF_THE_PACKAGE = ("Security key", "Security Key", "assword", "Two-Factor", "Sign Up", "Menu:")
ELSEWHERE = {
    "account_logout": "a form, tested below",
    "account_reset_password_from_key": "needs a key",
    "account_confirm_email": "needs a key",
    "mfa_edit_webauthn": "needs a passkey",
    "mfa_remove_webauthn": "needs a passkey",
    "mfa_download_recovery_codes": "a file",
}


def names(resolver: Any = None) -> Iterator[str]:
    """URL names of allauth that are mounted."""
    for item in (resolver or get_resolver()).url_patterns:
        if isinstance(item, URLResolver):
            yield from names(item)
        elif item.name and item.name.startswith(("account_", "mfa_", "usersessions_")):
            yield item.name


NAMES = sorted(set(names()) - set(ELSEWHERE))


def is_ours(answer: Any) -> bool:
    page = answer.content.decode()
    said = re.sub(r"<script.*?</script>|<[^>]*>", " ", page, flags=re.DOTALL)
    found = [words for words in WORDS_OF_THE_PACKAGE if words in said]
    assert not found, found
    return 'class="folio"' in page and page.count("<h1") == 1 and "style=" not in page


def follow(client: Client, address: str) -> Any:
    answer = client.get(address, follow=True)
    assert answer.status_code in (200, 404), (address, answer.status_code)  # 404: nothing of theirs to show
    return answer


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("who", ["anonymous", "signed in", "sure", "with a second factor"])
def test_a_page_of_the_package_is_one_of_ours(name: str, who: str, app_of: Callable[[User], str]) -> None:
    client, person = Client(), people.person("Lea Rinne")
    if who != "anonymous":
        client.force_login(person)
    if who == "with a second factor":
        app_of(person)
    if who in ("sure", "with a second factor"):
        client.post("/accounts/reauthenticate/", {"password": basics.PASSPHRASE})
    assert is_ours(follow(client, reverse(name))), name


def test_so_are_those_that_need_a_key_or_a_passkey() -> None:
    client, person = Client(), people.person()
    assert is_ours(client.get("/accounts/password/reset/key/1-nothing/"))
    client.force_login(person)
    assert is_ours(client.get("/accounts/confirm-email/nothing/"))
    assert is_ours(client.get("/accounts/logout/"))
    client.post("/accounts/reauthenticate/", {"password": basics.PASSPHRASE})
    data = {"name": "The laptop", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}}
    key = Authenticator.objects.create(user=person, type="webauthn", data=data)
    for address in ("", f"keys/{key.pk}/edit/", f"keys/{key.pk}/remove/"):
        answer = client.get(f"/accounts/2fa/webauthn/{address}")
        assert is_ours(answer), address
        assert "The laptop" in answer.content.decode()


def test_one_page_leads_to_all_of_it_from_the_persons_menu() -> None:
    client = Client()
    client.force_login(people.person())
    assert '<a href="/accounts/2fa/">Sign-in and security</a>' in client.get("/my-people/").content.decode()
    page = client.get("/accounts/2fa/").content.decode()
    for name in ("totp/activate", "webauthn/add"):
        assert f'href="/accounts/2fa/{name}/"' in page
    for address in ("/accounts/password/change/", "/accounts/email/", "/accounts/sessions/"):
        assert f'href="{address}"' in page


def test_whoever_must_show_it_again_may_choose_how(app_of: Callable[[User], str]) -> None:
    client, person = Client(), people.person()
    app_of(person)
    client.force_login(person)
    page = client.get("/accounts/reauthenticate/?next=/requests/").content.decode()
    assert "Use a code of my app" in page
    assert 'href="/accounts/2fa/reauthenticate/?next=%2Frequests%2F"' in page
