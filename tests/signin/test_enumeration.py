"""Nobody learns at the door who has an account: not by status, text, length or work; and tries are counted."""

from __future__ import annotations

import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lms import clock, tasks
from lms.api import OutgoingMail, User
from tests.factories import basics, people

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN, INVITED, LEFT = "known@example.com", "wrong@example.com", "asked@example.com", "ended@example.com"
ADDRESSES = [KNOWN, UNKNOWN, INVITED, LEFT]


@pytest.fixture(autouse=True)
def persons(settings: Any) -> None:
    settings.EMAIL_BACKEND = "lms.mail.OutboxBackend"
    people.person("Known", email=KNOWN)
    people.person("Left", email=LEFT, is_active=False, deactivated_at=clock.now())
    User.objects.create_user(INVITED, None, full_name="Invited")


@pytest.fixture
def hashed(settings: Any) -> Iterator[list[str]]:
    """The passphrases that were hashed, one entry a hash, with the hasher of production."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    for person in User.objects.filter(email__in=(KNOWN, LEFT)):
        person.set_password(basics.PASSPHRASE)
        person.save(update_fields=["password"])
    done: list[str] = []
    real = PBKDF2PasswordHasher.encode

    def counted(self: Any, password: str, *args: Any, **kwargs: Any) -> str:
        done.append(password)
        return str(real(self, password, *args, **kwargs))

    with patch.object(PBKDF2PasswordHasher, "encode", counted):
        yield done


def page_of(answer: Any, email: str) -> str:
    """The page without what is different on every page: the token, the nonce, and the address that was typed."""
    text = answer.content.decode().replace(email, "")
    return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]+"', "", text)


def test_a_wrong_passphrase_gets_the_same_answer_whoever_it_is(door: Callable[..., Any], hashed: list[str]) -> None:
    found = []
    for email in ADDRESSES:
        hashed.clear()
        answer = door(Client(), email, "not the passphrase")
        found.append((answer.status_code, page_of(answer, email), len(answer.content), len(hashed)))
    assert found[0][0] == 200
    assert "The address or the passphrase is not right." in found[0][1]
    assert found[0][3] == 1
    assert found[1:] == [found[0]] * 3


def test_a_forgotten_passphrase_gets_the_same_answer_whoever_it_is() -> None:
    found = []
    for email in ADDRESSES:
        client = Client()
        with CaptureQueriesContext(connection) as caught:
            answer = client.post("/accounts/password/reset/", {"email": email})
        work = Counter(query["sql"].split(maxsplit=1)[0] for query in caught)
        done = client.get(answer["Location"])
        read_and_written = (work["SELECT"], work["INSERT"], work["UPDATE"], work["DELETE"])
        found.append(
            (answer.status_code, answer["Location"], page_of(done, email), len(done.content), read_and_written)
        )
    assert found[1:] == [found[0]] * 3
    assert found[0][4][1:] == (1, 0, 0)
    assert sorted(row.recipients[0] for row in OutgoingMail.objects.all()) == [INVITED, KNOWN]


@pytest.mark.parametrize("email", ADDRESSES)
def test_the_worker_is_woken_whoever_forgot_the_passphrase(
    email: str, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """A message to the broker costs time, too."""
    woken: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.send_mail, "apply_async", lambda **options: woken.append(options))
    with django_capture_on_commit_callbacks(execute=True):
        Client().post("/accounts/password/reset/", {"email": email})
    assert len(woken) == 1


def test_no_account_can_be_made_or_found_at_the_closed_sign_up() -> None:
    pages = [Client().post("/accounts/signup/", {"email": email}) for email in (KNOWN, UNKNOWN)]
    assert {page.status_code for page in pages} == {200}
    assert page_of(pages[0], KNOWN) == page_of(pages[1], UNKNOWN)
    assert "You need an invitation" in pages[0].content.decode()


@pytest.fixture
def counted(settings: Any) -> None:
    from lms.settings import base

    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS
    cache.clear()


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
def test_after_five_wrong_tries_wrong_and_right_ones_are_refused(
    counted: None, door: Callable[..., Any], email: str
) -> None:
    client = Client()
    for _n in range(5):
        assert "is not right" in door(client, email, "not the passphrase").content.decode()
    assert "There were too many tries." in door(client, email, "not the passphrase").content.decode()
    assert "There were too many tries." in door(client, email).content.decode()
    assert client.get("/my-people/").status_code == 302


def test_many_tries_from_one_place_get_a_page_that_says_what_to_do(counted: None, door: Callable[..., Any]) -> None:
    client = Client()
    answers = [door(client, f"somebody{n}@example.com", "x") for n in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    page = answers[-1].content.decode()
    assert "Please wait a few minutes." in page
    assert 'class="folio"' in page


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
def test_links_to_one_address_are_counted(counted: None, email: str) -> None:
    answers = [Client().post("/accounts/password/reset/", {"email": email}).status_code for _n in range(6)]
    assert answers == [302] * 5 + [429]


def test_codes_of_the_second_factor_are_counted(
    counted: None, door: Callable[..., Any], app_of: Callable[[User], str]
) -> None:
    app_of(User.objects.get(email=KNOWN))
    client = Client()
    door(client, KNOWN)
    answers = [client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode() for _n in range(6)]
    assert "There were too many tries." in answers[-1]


@pytest.mark.long
@pytest.mark.parametrize("form", ["log-in", "forgotten"])
def test_two_hundred_known_and_two_hundred_unknown_take_as_long(form: str, settings: Any) -> None:
    """The same status, length and place to go; medians differ by less than a tenth, or than the noise here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    encoded = User(email="x@example.com")
    encoded.set_password(basics.PASSPHRASE)
    known = [f"known{n:03}@example.com" for n in range(200)]
    User.objects.bulk_create(User(email=email, full_name=email, password=encoded.password) for email in known)
    took: dict[bool, list[float]] = {True: [], False: []}
    answers: dict[bool, set[Any]] = {True: set(), False: set()}
    client = Client()
    for email in known:
        for there in (True, False):
            address = email if there else email.replace("known", "wrong")
            fields = {"login": address, "password": "not it"} if form == "log-in" else {"email": address}
            began = time.perf_counter()
            answer = client.post("/accounts/login/" if form == "log-in" else "/accounts/password/reset/", fields)
            took[there].append(time.perf_counter() - began)
            answers[there].add((answer.status_code, len(answer.content), answer.get("Location")))
    assert answers[True] == answers[False]
    assert len(answers[True]) == 1
    here, elsewhere = (statistics.median(took[there]) for there in (True, False))
    spread = statistics.quantiles(took[False], n=4)
    said = (form, *answers[True], *(f"{1000 * value:.1f} ms" for value in (here, elsewhere, spread[2] - spread[0])))
    print("form, answer, median known, median unknown, middle half of unknown:", *said)
    assert abs(here - elsewhere) < max(0.1 * elsewhere, (spread[2] - spread[0]) / 2), (here, elsewhere, spread)
