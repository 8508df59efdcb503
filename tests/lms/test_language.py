"""Everybody reads their own language: pages, notices and mail, whoever acted."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import translation

from lms import clock
from lms.api import (
    LEARNING_ADMINISTRATORS,
    Act,
    Enrolment,
    Notice,
    Organisation,
    OutgoingMail,
    User,
    extend_step,
    invite_person,
    mail_notices,
    pause_path,
    tell,
)
from lms.rules.notices import PATH_RESUMED
from tests.clients import log_in
from tests.factories import basics, paths, people
from tests.shown import look_and_send, looked
from tests.strings.pseudo import pseudo, pseudo_language

pytestmark = pytest.mark.django_db
AT = basics.MONDAY
OTHER = "eo"
PAUSED = "Your path is paused from %(from)s: %(reason)s"


@pytest.fixture(autouse=True)
def two_languages(settings: Any) -> Iterator[None]:
    """English, and one in which every translated word is accented."""
    settings.LANGUAGES = [("en", "English"), (OTHER, "Esperanto")]
    with pseudo_language(only=OTHER), translation.override("en"):
        yield


def learner(language: str) -> tuple[Enrolment, User]:
    """Somebody on a path, and their manager."""
    who, manager = people.person("Lea Rinne", locale=language), people.person("Mats Holm")
    people.team(who, manager=manager)
    return paths.enrolment(who, paths.path(paths.step("external", "elsewhere")), started_on=AT.date()), manager


def paused(enrolment: Enrolment, by: User) -> Notice:
    day = AT.date() + timedelta(days=1)
    fields = {"enrolment_uid": enrolment.uid, "from_on": day, "until_on": None, "reason": "Away"}
    looked(pause_path, actor=by, **fields, key=basics.key(), at=AT)
    return Notice.objects.get(person=enrolment.person)


def opening(sentence: str) -> str:
    """A sentence in the other language up to its first word of ours."""
    return pseudo(sentence).partition("%(")[0]


def text_of(mail: OutgoingMail) -> str:
    return str(email.message_from_bytes(mail.message.encode(), policy=email.policy.default).get_content())


def test_an_english_act_is_told_in_the_language_of_whoever_reads_it() -> None:
    notice = paused(*learner(OTHER))
    with translation.override(OTHER):
        said = notice.text
    assert said.startswith(opening(PAUSED))
    assert "Away" in said
    assert "3 March 2026" not in said, "the day is said as that language says days"
    assert notice.text.startswith("Your path is paused"), "and to whoever reads it in English, in English"
    mail_notices(AT)
    mail = OutgoingMail.objects.get()
    assert mail.subject.startswith(opening(PAUSED))
    assert opening(PAUSED) in text_of(mail)
    assert translation.get_language() == "en", "who acts goes on in their own"


def test_an_act_in_another_language_is_told_in_english() -> None:
    enrolment, manager = learner("en")
    with translation.override(OTHER):
        notice = paused(enrolment, manager)
        mail_notices(AT)
    assert notice.text == "Your path is paused from 3 March 2026: Away"
    assert OutgoingMail.objects.get().subject == notice.text


def test_what_a_browser_posts_is_told_in_the_language_of_the_reader() -> None:
    enrolment, manager = learner(OTHER)
    day = (clock.now() + timedelta(days=2)).date()
    form = {"act": "pause", "from_on": day.isoformat(), "reason": "Away", "key": basics.key()}
    assert look_and_send(log_in(manager), f"/team/steer/{enrolment.uid}/", form).status_code == 302
    with translation.override(OTHER):
        assert Notice.objects.get().text.startswith(opening(PAUSED))


def test_many_are_told_at_once_each_in_their_language_by_one_statement(django_assert_num_queries: Any) -> None:
    persons = [people.person(f"Person {n}", locale=OTHER if n % 2 else "en") for n in range(6)]
    with django_assert_num_queries(1):
        tell(PATH_RESUMED, persons, at=AT)
    mail_notices(AT)
    subjects = {mail.recipients[0]: mail.subject for mail in OutgoingMail.objects.all()}
    said = str(PATH_RESUMED.sentence)
    assert subjects == {who.email: pseudo(said) if who.locale == OTHER else said for who in persons}


def test_days_are_said_in_the_readers_language_too() -> None:
    enrolment, manager = learner(OTHER)
    step = basics.uid("elsewhere")
    due = AT.date() + timedelta(days=99)
    looked(
        extend_step,
        actor=manager,
        enrolment_uid=enrolment.uid,
        step_uid=step,
        due_on=due,
        reason="x",
        key=basics.key(),
        at=AT,
    )
    assert "9 June 2026" in Notice.objects.get().text
    with translation.override(OTHER):
        assert "9 June 2026" not in Notice.objects.get().text


def test_a_language_that_is_not_offered_any_more_gives_way_to_ours() -> None:
    enrolment, manager = learner("tlh")
    assert paused(enrolment, manager).text.startswith("Your path is paused")
    assert 'lang="en"' in log_in(enrolment.person).get("/my-people/").content.decode()


def test_an_invitation_is_in_the_language_of_the_organisation() -> None:
    Organisation.objects.update_or_create(pk=1, defaults={"name": "Aldermoor", "locale": OTHER})
    team = people.team(people.person())
    person = invite_person(
        actor=people.in_group(LEARNING_ADMINISTRATORS), email="nils@example.com", full_name="Nils Holt",
        team_id=team.pk, link_for=lambda who: "https://vouch.example/x/", key=basics.key(), at=AT,
    )  # fmt: skip
    assert person.locale == OTHER
    mail = OutgoingMail.objects.get()
    assert opening("Your way into Vouch at %(company)s") in mail.subject
    assert opening("Hello %(person)s") in text_of(mail)


def test_a_link_for_a_new_passphrase_too_whoever_asked_for_it(mailoutbox: list[EmailMessage]) -> None:
    who = people.person(locale=OTHER)
    Client(HTTP_ACCEPT_LANGUAGE="en").post("/accounts/password/reset/", {"email": who.email})
    assert [("⟦" in mail.subject, "⟦" in mail.body) for mail in mailoutbox] == [(True, True)]


# --- Pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "browser"), [(OTHER, "en"), ("en", OTHER)])
def test_pages_come_in_the_chosen_language_not_in_the_browsers(locale: str, browser: str) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE=browser)
    client.force_login(people.person(locale=locale))
    answer = client.get("/my-people/")
    page = answer.content.decode()
    assert f'lang="{locale}"' in page
    assert answer["Content-Language"] == locale
    assert ("⟦" in page) == (locale == OTHER)


@pytest.mark.parametrize("browser", [OTHER, "en"])
def test_whoever_is_not_signed_in_gets_the_language_of_the_browser(browser: str) -> None:
    page = Client(HTTP_ACCEPT_LANGUAGE=browser).get("/accounts/login/").content.decode()
    assert f'lang="{browser}"' in page
    assert ("⟦" in page) == (browser == OTHER)


def test_a_person_chooses_and_it_is_said_in_the_new_one() -> None:
    who, key = people.person(), basics.key()
    client = log_in(who)
    assert "/language/" in client.get("/accounts/2fa/").content.decode()
    for _again in range(2):
        assert client.post("/language/", {"language": OTHER, "key": key}).status_code == 302
    page = client.get("/language/").content.decode()
    assert pseudo("This is your language now, also in notices and mail.") in page
    assert f'value="{OTHER}"' in page
    who.refresh_from_db()
    assert (who.locale, who.wagtail_userprofile.preferred_language) == (OTHER, OTHER)  # type: ignore[attr-defined]
    assert Act.objects.filter(name="person.language").count() == 1


def test_what_is_not_offered_is_refused() -> None:
    who = people.person()
    assert log_in(who).post("/language/", {"language": "tlh", "key": basics.key()}).status_code == 422
    who.refresh_from_db()
    assert who.locale == "en"


def test_where_there_is_one_language_nobody_is_led_to_choose(settings: Any) -> None:
    settings.LANGUAGES = [("en", "English")]
    assert "/language/" not in log_in(people.person()).get("/accounts/2fa/").content.decode()
