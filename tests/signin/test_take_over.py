"""The take-overs that once worked, in a browser: each step fails, or is told to whose account it is (H2, H3)."""

from __future__ import annotations

import quopri
from typing import Any

import pytest
from allauth.account.models import EmailAddress

from lms.api import OutgoingMail, User
from tests.factories import coaching, people

from .test_browser import confirm, heading, sign_in, sign_out

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVIL = "mallory@evil.example"


@pytest.fixture(autouse=True)
def kept(settings: Any) -> None:
    settings.EMAIL_BACKEND = "lms.mail.OutboxBackend"


@pytest.fixture
def tab(page: Any) -> Any:
    page.set_default_timeout(15_000)
    return page


def mails(to: str) -> list[str]:
    found = OutgoingMail.objects.filter(recipients=[to]).order_by("pk")
    return [quopri.decodestring(mail.message.encode()).decode() for mail in found]


def test_an_administrator_takes_nobody_over_in_silence(tab: Any, live_server: Any, app_of: Any) -> None:
    """H2: the admin's form has no address; the page asks who it is, and each step writes to the old address."""
    home = live_server.url
    admin, cora = people.administrator(people.person("Suna Ural")), coaching.coach("Cora Oak")
    app_of(cora)
    old = cora.email
    sign_in(tab, home, admin.email)
    tab.goto(f"{home}/cms/users/edit/{cora.pk}/")
    assert tab.locator("input[name=full_name]").count() == 1
    assert tab.locator("input[name=email], input[name=is_superuser], input[name=groups]").count() == 0
    tab.goto(f"{home}/cms/account/")
    assert tab.locator("main input[type=email]").count() == 0

    tab.goto(f"{home}/people/")
    tab.click("a:has-text('Cora Oak')")
    tab.click("a:has-text('Change the address')")
    confirm(tab)
    tab.fill("input[name=email]", EVIL)
    tab.fill("input[name=reason]", "She asked me to")
    tab.click("button:has-text('Change the address')")
    assert User.objects.get(pk=cora.pk).email == old, "nobody said that they were sure"
    tab.check("input[name=sure]")
    tab.check("input[name=factors][value=keep]")
    tab.click("button:has-text('Change the address')")
    tab.wait_for_url("**/profile/")
    assert "signs in as" in tab.inner_text("body")
    assert "Suna Ural has changed the address" in mails(old)[-1]
    assert EVIL not in mails(old)[-1]

    tab.click("a:has-text('Lost second factor')")
    tab.fill("input[name=reason]", "Phone is gone")
    tab.check("input[name=sure]")
    tab.click("button:has-text('Remove the second factor')")
    tab.wait_for_url("**/profile/")
    assert "has removed the second factor" in mails(old)[-1]

    sign_out(tab, home)
    link = next(word for word in mails(EVIL)[0].split() if "/password/reset/key/" in word)
    tab.goto(home + "/accounts/" + link.partition("/accounts/")[2])
    tab.fill("input[name=password1]", "five other plain test words")
    if tab.locator("input[name=password2]").count():
        tab.fill("input[name=password2]", "five other plain test words")
    tab.click("main button[type=submit]")
    tab.wait_for_load_state("networkidle")
    assert len(mails(old)) == 3, "the new passphrase is told to her, too"
    assert {row.email for row in EmailAddress.objects.filter(user=cora)} == {EVIL}
    tab.goto(f"{home}/accounts/login/")
    tab.fill("input[name=login]", old)
    tab.fill("input[name=password]", "five other plain test words")
    tab.click("form:has(input[name=password]) button:has-text('Sign in')")
    assert "The address or the passphrase is not right" in tab.inner_text("body")


def test_a_learner_holds_no_colleagues_address(tab: Any, live_server: Any) -> None:
    """H3: where addresses were added there is one to read, and a form of somebody's own making changes nothing."""
    home, who = live_server.url, people.person("Lea Rinne")
    boss = people.administrator(people.person("Ada Quist"))
    sign_in(tab, home, who.email)
    tab.goto(f"{home}/accounts/2fa/")
    tab.click("a:has-text('Your address')")
    assert heading(tab) == "Your address"
    assert "Ada Quist" in tab.inner_text("main")
    assert tab.locator("main form").count() == 0
    tokens = "document.cookie.match(/csrftoken=([^;]*)/)"
    for action in ("action_add", "action_primary", "action_send", "action_remove"):
        for email in ("new.boss@example.com", boss.email):
            status = tab.evaluate(
                f"""async ([action, email]) => {{
                    const body = new URLSearchParams({{email, [action]: ""}});
                    const token = ({tokens} || ["", ""])[1];
                    const headers = {{"X-CSRFToken": token}};
                    return (await fetch("/accounts/email/", {{method: "POST", body, headers}})).status;
                }}""",
                [action, email],
            )
            assert status in (403, 405)
    assert set(EmailAddress.objects.values_list("email", flat=True)) == set(
        User.objects.values_list("email", flat=True)
    )
    assert User.objects.get(pk=who.pk).email == who.email
