"""An authenticator app and a passkey, set up and used in a browser, under the site's own policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.factories import basics, coaching

from .conftest import code_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WATCH = """window.refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
    console.error("REFUSED " + event.violatedDirective + " " + event.blockedURI));"""


@pytest.fixture(autouse=True)
def demanded(settings: Any) -> None:
    settings.VOUCH_SECOND_FACTOR = True


@pytest.fixture
def home(live_server: Any) -> str:
    """A passkey belongs to a name; an address of numbers has none."""
    return str(live_server.url.replace("127.0.0.1", "localhost"))


@pytest.fixture
def tab(page: Any) -> Iterator[Any]:
    """A tab that collects what the browser complains about."""
    said: list[str] = []
    page.set_default_timeout(10_000)
    page.add_init_script(WATCH)
    page.on("console", lambda line: said.append(f"{line.text} at {page.url}") if line.type == "error" else None)
    page.on("pageerror", lambda error: said.append(f"{error} at {page.url}"))
    yield page
    assert not said, said


@pytest.fixture
def key_in_the_port(tab: Any) -> Any:
    """A device that says yes to everything."""
    devices = tab.context.new_cdp_session(tab)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devices


def sign_in(tab: Any, home: str, email: str) -> None:
    tab.goto(f"{home}/accounts/login/")
    tab.fill("input[name=login]", email)
    tab.fill("input[name=password]", basics.PASSPHRASE)
    tab.click("form:has(input[name=password]) button:has-text('Sign in')")
    tab.wait_for_url(lambda url: "/accounts/login" not in url)


def confirm(tab: Any) -> None:
    """Is it still you?"""
    tab.fill("input[name=password]", basics.PASSPHRASE)
    tab.click("button:has-text('Yes, go on')")


def sign_out(tab: Any, home: str) -> None:
    tab.goto(f"{home}/accounts/logout/")
    tab.click("main button:has-text('Sign out')")
    tab.wait_for_url("**/accounts/login/")


def heading(tab: Any) -> str:
    return str(tab.locator("h1").inner_text())


def test_an_app_is_set_up_because_a_duty_asks_and_opens_the_door(
    tab: Any, home: str, next_code: Callable[[], None]
) -> None:
    who = coaching.coach("Cora Hasek")
    sign_in(tab, home, who.email)
    assert "Set up a second step first" in tab.inner_text("main")
    tab.click("a:has-text('Set it up')")
    confirm(tab)
    assert tab.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    secret = re.sub(r"\s", "", tab.locator(".setup__qr .mono-text").inner_text())
    tab.fill("input[name=code]", code_for(secret))
    tab.click("button:has-text('Confirm')")
    assert tab.locator("#recovery_codes li").count() == 10
    spare = tab.locator("#recovery_codes li").first.inner_text()
    tab.goto(f"{home}/my-people/")
    assert "/accounts/" not in tab.url

    sign_out(tab, home)
    sign_in(tab, home, who.email)
    assert heading(tab) == "One more step"
    assert not tab.locator("#mfa_webauthn_authenticate").count()
    next_code()  # a code is taken once
    tab.fill("input[name=code]", code_for(secret))
    tab.click("button:has-text('Go in')")
    tab.wait_for_url(lambda url: "/2fa/" not in url)

    sign_out(tab, home)
    sign_in(tab, home, who.email)
    tab.fill("input[name=code]", spare)
    tab.click("button:has-text('Go in')")
    tab.wait_for_url(lambda url: "/2fa/" not in url)
    tab.goto(f"{home}/accounts/2fa/")
    assert "9 of 10 are left" in tab.inner_text("main")


def test_a_passkey_logs_in_alone_after_the_passphrase_and_before_signing(
    tab: Any, home: str, key_in_the_port: Any
) -> None:
    who = coaching.coach("Cora Hasek")
    sign_in(tab, home, who.email)
    tab.click("a:has-text('Add a passkey')")
    confirm(tab)
    tab.fill("input[name=name]", "The laptop")
    tab.check("input[name=passwordless]")
    tab.click("button:has-text('Add it')")
    tab.wait_for_url("**/recovery-codes/")
    tab.goto(f"{home}/accounts/2fa/webauthn/")
    assert "The laptop" in tab.inner_text("main")
    assert "Opens the door without the passphrase." in tab.inner_text("main")

    sign_out(tab, home)
    tab.click("button:has-text('Use a passkey')")
    tab.wait_for_url(lambda url: "/accounts/" not in url)
    tab.goto(f"{home}/my-people/")
    assert "/accounts/" not in tab.url

    tab.goto(f"{home}/accounts/reauthenticate/?next=/my-people/")
    tab.click("a:has-text('Use my passkey')")
    tab.click("button:has-text('Use my passkey')")
    tab.wait_for_url("**/my-people/")

    sign_out(tab, home)
    sign_in(tab, home, who.email)
    tab.click("button:has-text('Use my passkey')")
    tab.wait_for_url(lambda url: "/2fa/" not in url)


def test_a_device_that_refuses_is_told_in_a_sentence(tab: Any, home: str, key_in_the_port: Any) -> None:
    tab.goto(f"{home}/accounts/login/")
    problem = tab.locator("[data-passkey-problem]")
    assert not problem.is_visible()
    tab.click("button:has-text('Use a passkey')")
    problem.wait_for(state="visible")
    assert "Try again, or take another way." in problem.inner_text()
    assert tab.url.endswith("/accounts/login/")
