"""H17: a database that is locked, full or gone, and a folder that takes no file, are a sentence and no loss."""

from __future__ import annotations

import errno
import html
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as NoRedis

from coaching.models import Thread
from lms.api import KeyMissing, User
from lms.models import Act
from lms.views.errors import server_error, will_pass, words_of
from tests.clients import log_in
from tests.factories import basics, judging, paths, people

WORDS = "They asked what happened on Tuesday night. <b>Why</b> & how?"


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def somebody() -> User:
    paths.skill("listening")
    return people.person("Nora Hall")


@pytest.fixture
def browser(somebody: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(somebody)
    client.get("/notices/")  # what is asked once a minute is asked
    return client


def send(browser: Client, key: Any = None, words: str = WORDS) -> Any:
    """A question in the exchange."""
    fields = {"skill": "listening", "title": "Who calls first?", "body": words}
    return browser.post("/exchange/ask/", {"key": key or uuid4()} | fields)


def is_told(answer: Any) -> bool:
    """Whether the answer is the sentence with the words."""
    page = html.unescape(answer.content.decode())
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "Nothing can be stored or looked up just now." in page
    assert re.search(r'<script\s+type="module"\s+nonce="[^"]+"', page), "the script that keeps the draft"
    assert "style=" not in page
    return WORDS in page and "Who calls first?" in page


def test_a_form_of_single_words_is_given_back_too(rf: Any) -> None:
    """Every text field, and nothing that a form put in itself or that opens a door."""
    typed = {
        "title": "Discovery", "body": "Zürich", "why": "Kundengespräch", "name": "王", "note": "a1", "long": WORDS,
        "body-0-value-title": "Sunday",
    }  # fmt: skip
    of_the_form = {
        "csrfmiddlewaretoken": "x", "key": str(uuid4()), "password": "secret", "new_password": "one two three",
        "body-0-type": "paragraph", "body-0-id": "abc", "body-count": "x", "action-publish": "publish", "agreed": "on",
        "minutes": "30", "code": "abc-def", "enrolment": str(uuid4()), "tasks-TOTAL_FORMS": "x", "empty": "",
    }  # fmt: skip
    assert dict(words_of(rf.post("/x/", typed | of_the_form))) == typed
    page = server_error(rf.post("/x/", typed | of_the_form)).content.decode()
    assert [word for word in typed.values() if html.escape(word) not in page] == []


def nothing_written() -> bool:
    return not Thread.objects.exists() and not Act.objects.exists()


@pytest.fixture
def other() -> Iterator[Any]:
    """A second connection to the same database."""
    second = connection.copy()
    yield second
    second.close()


@pytest.mark.sqlite
def test_with_a_locked_database_reading_goes_on_and_writing_waits(browser: Client, other: Any) -> None:
    """H17: reading goes on, writing is told to wait; afterwards the same form is taken, once."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 100")
    with other.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        key = uuid4()
        assert browser.get("/notices/").status_code == 200
        assert is_told(send(browser, key))
        cursor.execute("ROLLBACK")
    assert nothing_written()
    assert [send(browser, key).status_code for _n in range(2)] == [302, 302]
    assert Thread.objects.count() == 1


@pytest.mark.sqlite
def test_a_full_database_tells_everybody_whose_words_were_not_written(browser: Client) -> None:
    """H17."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        answers = [
            send(browser, words=WORDS * 20 + str(n)) for n in range(20)
        ]  # until the room that is left in the pages is used up
        cursor.execute("PRAGMA max_page_count = 1073741823")
    written = sum(answer.status_code == 302 for answer in answers)
    assert written < 20
    assert all(is_told(answer) for answer in answers if answer.status_code != 302)
    assert Thread.objects.count() == written == Act.objects.count()


@pytest.mark.postgresql
def test_a_connection_that_the_server_ended(browser: Client, other: Any) -> None:
    """H17: in the middle of a request, and the next one has a new connection."""
    told = []

    def end(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if "coaching_thread" in sql and not told:
            told.append(sql)
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(end):
        assert is_told(send(browser))
    assert told
    assert nothing_written()
    assert send(browser).status_code == 302


@pytest.mark.postgresql
def test_a_lock_that_is_not_given(browser: Client, other: Any) -> None:
    """H17."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE coaching_thread")
        assert is_told(send(browser))
        cursor.execute("ROLLBACK")
    assert nothing_written()


# --- Nothing at all answers ---------------------------------------------------------------------------------------


@pytest.fixture
def gone() -> Iterator[None]:
    def fail(*args: Any) -> Any:
        raise OperationalError("could not connect to server")

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.parametrize(
    "address", ["/", "/today/", "/cms/", "/cms/pages/", "/accounts/login/", "/people/", "/nowhere/"]
)
def test_pages_when_not_even_the_sessions_can_be_read(address: str, browser: Client, gone: None) -> None:
    """H17: also pages of the admin and of the door; the one that tells it asks the database nothing."""
    answer = browser.get(address)
    assert answer.status_code in (200, 503) if address == "/accounts/login/" else answer.status_code == 503
    assert "Traceback" not in answer.content.decode()


def test_without_a_database_a_form_gives_words_back_and_no_passphrase(browser: Client, gone: None) -> None:
    """H17."""
    assert is_told(send(browser))
    answer = browser.post("/cms/snippets/cms/person/add/", {"note": WORDS})
    assert WORDS in html.unescape(answer.content.decode())
    answer = browser.post("/accounts/login/", {"login": "nora@example.com", "password": "four quite plain words"})
    assert answer.status_code == 503
    assert "four quite plain words" not in answer.content.decode()


def test_a_form_of_the_admin() -> None:
    """H17: the database goes while an author saves."""
    browser = Client(raise_request_exception=False)
    browser.force_login(people.person("Edda Dorn", is_superuser=True))
    browser.get("/cms/")

    def fail(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "wagtailcore_page" in sql:
            raise OperationalError("the connection is lost")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        answer = browser.post("/cms/pages/1/edit/", {"title": WORDS})
    assert answer.status_code == 503
    assert WORDS in html.unescape(answer.content.decode())
    assert "Content-Security-Policy" in answer


# --- Files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO, errno.EMFILE])
def test_a_folder_that_takes_no_file(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """H17: no row without its file; the same form is taken when the folder is well again."""

    def refused(*args: Any, **kwargs: Any) -> str:
        raise OSError(number, os.strerror(number))

    of = judging.scene()
    judging.asked(of)
    browser = log_in(of.learner)
    browser.raise_request_exception = False
    form = {"key": basics.key(), "item": "notes", "text": "", "url": ""}
    url = reverse("evidence_add", args=[of.case.uid])
    before = Act.objects.count()
    with monkeypatch.context() as broken:
        broken.setattr(FileSystemStorage, "_save", refused)
        answer = browser.post(url, form | {"file": paper()})
    assert answer.status_code == 503
    assert Act.objects.count() == before
    assert browser.post(url, form | {"file": paper()}).status_code == 302


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("notes.pdf", b"%PDF-1.7\n1 0 obj\nendobj\n", "application/pdf")


# --- What is no passing fault -------------------------------------------------------------------------------------


def test_our_own_mistakes_stay_our_own(browser: Client) -> None:
    """A table that is not there does not come back by waiting."""

    def fail(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        return execute(sql.replace('"coaching_thread"', '"coaching_thred"'), params, many, context)

    with connection.execute_wrapper(fail):
        answer = send(browser)
    assert answer.status_code == 500
    page = html.unescape(answer.content.decode())
    assert "Something broke on our side." in page
    assert WORDS in page


def test_a_missing_redis_or_key_will_pass_and_other_errors_will_not() -> None:
    assert will_pass(NoRedis("refused"))
    assert will_pass(KeyMissing("it holds no key"))
    assert not will_pass(ProgrammingError("no such column"))
    assert not will_pass(FileNotFoundError(errno.ENOENT, "gone"))
    assert not will_pass(ValueError())
    assert not will_pass(None)
